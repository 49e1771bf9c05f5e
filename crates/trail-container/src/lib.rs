//! The trail file: numbered records in compressed, hash-linked chunks with keyframes.
