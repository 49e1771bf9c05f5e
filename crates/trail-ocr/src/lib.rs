//! Engines that read text from pictures of a screen.
//!
//! The main type is [`PpOcr`]: the PP-OCRv6 networks, run in pure Rust. [`Tesseract`] asks an installed program, [`NoOcr`]
//! reads nothing. All implement [`Recognize`](trail_content::Recognize).
//!
//! ```
//! use trail_content::{PixelBox, Pixels, Recognize};
//! use trail_ocr::{ModelFiles, PpOcr};
//!
//! let models = concat!(env!("CARGO_MANIFEST_DIR"), "/models");
//! let engine = PpOcr::new(&ModelFiles::find(Some(models.as_ref()))?)?;
//!
//! let blank = vec![255; 64 * 32 * 4];
//! let frame = Pixels::new(64, &blank).unwrap();
//! assert_eq!(engine.find_lines(frame, frame.bounds())?, []);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blanks;
mod choice;
mod crop;
mod decode;
mod detector;
mod error;
mod lines;
mod models;
mod network;
mod none;
mod ppocr;
mod recogniser;
mod tesseract;

pub use choice::{Choice, ENGINE_VARIABLE, LazyOcr};
pub use error::Error;
pub use lines::find_lines;
pub use models::{MODELS_VARIABLE, ModelFiles};
pub use none::NoOcr;
pub use ppocr::{Finder, PpOcr};
pub use tesseract::Tesseract;
