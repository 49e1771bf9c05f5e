use super::*;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

#[test]
fn committed_models_are_the_pinned_ones() {
    let digest = ModelFiles::read(&committed()).unwrap().digest();
    assert_eq!(digest.to_hex().as_str(), "82fb636f81ce9e0462316f792918b4e4f34a99d9f1be8d9022570ecc4620c9af");
}

#[test]
fn a_named_folder_is_never_passed_over() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(ModelFiles::find(Some(empty.path())), Err(Error::ReadModel { .. })));
    assert!(ModelFiles::find(Some(&committed())).is_ok());
}

#[test]
fn bytes_that_are_no_network_are_refused() {
    let mut files = ModelFiles::read(&committed()).unwrap();
    files.recogniser.truncate(1000);
    assert!(matches!(crate::PpOcr::new(&files), Err(Error::LoadModel { .. })));
    let mut files = ModelFiles::read(&committed()).unwrap();
    files.dictionary = vec![0xff, 0xfe];
    assert!(matches!(crate::PpOcr::new(&files), Err(Error::Dictionary)));
}
