//! Compressions and archives.

use std::io::Write;

use trail_import::{Error, ImportOptions, RecordingSource};

use crate::support::*;

const CAST: &[u8] = b"{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"hello\"]\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (index, (name, bytes)) in files.iter().enumerate() {
        let method = if index % 2 == 0 { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn found(bytes: &[u8]) -> Vec<Result<RecordingSource, Error>> {
    RecordingSource::from_reader("f", bytes, &ImportOptions::default()).unwrap().collect()
}

fn paths(bytes: &[u8]) -> Vec<String> {
    found(bytes)
        .into_iter()
        .map(|found| found.map_or_else(|error| error.to_string(), |source| source.path().to_owned()))
        .collect()
}

#[test]
fn every_wrapper_is_peeled() {
    let wrapped = [
        gzip(CAST),
        bzip2(CAST),
        xz(CAST),
        zst(CAST),
        zip(&[("a.cast", CAST)]),
        tar(&[("a.cast", CAST)]),
        gzip(&xz(&zst(CAST))),
        gzip(&tar(&[("a", &bzip2(CAST))])),
        zip(&[("x.tar.gz", &gzip(&tar(&[("a", CAST)])))]),
    ];
    for bytes in wrapped {
        let cast = import_bytes(&bytes);
        assert_eq!(cast.output(1), b"hello");
        assert!(cast.report.findings.is_empty());
    }
}

#[test]
fn streams_after_each_other_are_one() {
    let (a, b) = CAST.split_at(50);
    let zeros = [0; 700];
    let frame = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zst(a), &zst(b)].concat();
    for bytes in [
        [gzip(a), gzip(b)].concat(),
        [gzip(CAST), zeros.to_vec()].concat(),
        [bzip2(a), bzip2(b)].concat(),
        [xz(a), xz(b)].concat(),
        frame,
    ] {
        let cast = import_bytes(&bytes);
        assert_eq!(cast.output(1), b"hello");
        assert!(cast.report.findings.is_empty(), "{:?}", cast.messages());
    }
}

#[test]
fn three_wrappers_are_the_most() {
    let four = gzip(&gzip(&gzip(&gzip(CAST))));
    assert!(matches!(found(&four).as_slice(), [Err(Error::TooLarge { limit: 3, .. })]));
    let mut options = ImportOptions::default();
    options.limits.depth = 4;
    assert_eq!(import_bytes_with(&four, &options).unwrap().output(1), b"hello");
}

#[test]
fn what_is_cut_is_read_as_far_as_it_goes() {
    let mut cast = CAST.to_vec();
    for number in 0..20_000_u64 {
        // Not to be compressed to nothing.
        let data = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        cast.extend(format!("[{number},\"o\",\"{data:x}\"]\n").bytes());
    }
    for bytes in [gzip(&cast), bzip2(&cast), xz(&cast), zst(&cast)] {
        let whole = import_bytes(&bytes);
        assert!(whole.report.complete());
        let cut = import_bytes(&bytes[..bytes.len() * 2 / 3]);
        assert!(cut.report.events > 100 && cut.report.events < whole.report.events, "{}", cut.report.events);
        let messages = cut.messages();
        assert!(messages.iter().any(|message| message.contains("truncated")), "{messages:?}");
    }
    // Garbage behind the end.
    let cast = import_bytes(&[gzip(CAST), b"garbage".to_vec()].concat());
    assert_eq!((cast.output(1), cast.report.complete()), (b"hello".to_vec(), false));
}

#[test]
fn bombs_are_stopped() {
    let mut bomb = CAST.to_vec();
    bomb.resize(8 << 20, b' ');
    let bytes = gzip(&bomb);
    let mut options = ImportOptions::default();
    options.limits.inflated_len = 1 << 20;
    let cast = import_bytes_with(&bytes, &options).unwrap();
    assert_eq!((cast.output(1), cast.report.complete()), (b"hello".to_vec(), false));
    assert!(cast.messages().iter().any(|message| message.contains("the limit")), "{:?}", cast.messages());

    // 80 MiB of zeros, which zstd keeps in a few KiB: the ratio stops it.
    let mut options = ImportOptions::default();
    options.limits.ratio = 1000;
    let zeros = zst(&[CAST, &vec![b'\n'; 80 << 20]].concat());
    let cast = import_bytes_with(&zeros, &options).unwrap();
    assert_eq!(cast.output(1), b"hello");
    assert!(cast.messages().iter().any(|message| message.contains("times its size")), "{:?}", cast.messages());
}

#[test]
fn archives_expand_in_order_and_pair_what_belongs_together() {
    let script = b"Script started on 2020-01-01 00:00:00+00:00\nab\nScript done on 2020-01-01 00:00:00+00:00\n";
    let files: &[(&str, &[u8])] = &[
        ("z.cast", CAST),
        ("s/00/00/01/timing", b"4 1 2\n"),
        ("s/00/00/01/log", b"1:a:b:c:d:24:80\n/\nx\n"),
        ("s/00/00/01/ttyout", b"ab"),
        ("t/x.typescript", script),
        ("t/x.timing", b"1 2\n"),
        ("README", b"text"),
        ("a.cast", CAST),
    ];
    let expected = ["f!README is not a recording", "f!a.cast", "f!z.cast", "f!s/00/00/01", "f!t/x.typescript"];
    assert_eq!(paths(&tar(files)), expected);
    assert_eq!(paths(&zip(files)), expected);
    assert_eq!(paths(&gzip(&tar(files))), expected);
    for source in found(&zip(files)).into_iter().filter_map(Result::ok) {
        assert!(import(&source, &ImportOptions::default()).unwrap().report.complete());
    }
}

#[test]
fn long_names_in_tar() {
    let long = format!("{}a.cast", "folder/".repeat(40));
    assert_eq!(paths(&tar(&[(&long, CAST)])), [format!("f!{long}")]);
}

#[test]
fn damaged_archives_give_what_they_have() {
    let files: Vec<(String, Vec<u8>)> = (0..5).map(|number| (format!("{number}.cast"), CAST.to_vec())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let archive = tar(&files);
    let found_in_cut = found(&archive[..512 * 5]);
    assert_eq!(found_in_cut.iter().filter(|found| found.is_ok()).count(), 2, "{found_in_cut:?}");
    assert!(found_in_cut.iter().any(Result::is_err));

    // A zip without its directory is read by its local headers.
    let archive = zip(&files);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let cut = found(&archive[..directory]);
    assert_eq!(cut.iter().filter(|found| found.is_ok()).count(), 5, "{cut:?}");
    assert!(cut.iter().any(Result::is_err));

    // A member whose checksum is not right.
    let mut archive = zip(&[("x", b"y"), ("a.cast", CAST)]);
    let at = memchr::memmem::find(&archive, b"hello").unwrap();
    archive[at] = b'j';
    let source = found(&archive).into_iter().find_map(Result::ok).unwrap();
    let cast = import(&source, &ImportOptions::default()).unwrap();
    assert_eq!((cast.output(1), cast.report.complete()), (b"jello".to_vec(), false));
}

#[test]
fn encrypted_files_are_told() {
    for bytes in [&b"age-encryption.org/v1\n..."[..], b"-----BEGIN PGP MESSAGE-----\n"] {
        assert!(matches!(found(bytes).as_slice(), [Err(Error::Encrypted { .. })]));
    }
}

#[test]
fn more_members_than_the_limit_are_told() {
    let files: Vec<(String, Vec<u8>)> = (0..20).map(|number| (format!("{number:02}.cast"), CAST.to_vec())).collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let mut options = ImportOptions::default();
    options.limits.members = 10;
    for archive in [tar(&files), zip(&files)] {
        let found: Vec<_> = RecordingSource::from_reader("f", &archive[..], &options).unwrap().collect();
        assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 10);
        assert!(found.iter().any(|found| found.as_ref().is_err_and(|error| !error.is_not_a_recording())));
    }
}

#[test]
fn what_must_be_unpacked_is_limited() {
    let archive = gzip(&tar(&[("a.cast", CAST), ("b.cast", &[CAST, &[b'\n'; 5000]].concat())]));
    let mut options = ImportOptions::default();
    options.limits.spool_len = 3000;
    let found: Vec<_> = RecordingSource::from_reader("f", &archive[..], &options).unwrap().collect();
    assert!(found[0].is_ok() && found.last().unwrap().is_err(), "{found:?}");
}
