//! What fuzzing has found stays fixed: every kept input goes through its target's check again.

use std::path::Path;

/// The checks themselves, shared with the fuzz targets.
#[path = "../../../../tools/fuzz/src/import.rs"]
#[expect(unreachable_pub, reason = "a module of another package")]
pub(crate) mod checks;

pub(crate) type Check = fn(&[u8]);

pub(crate) const TARGETS: &[(&str, Check)] = &[
    ("asciicast", checks::asciicast),
    ("ttyrec", checks::ttyrec),
    ("script", checks::script),
    ("sudo", checks::sudo),
    ("tlog", checks::tlog),
    ("guacamole", checks::guacamole),
    ("fbs", checks::fbs),
    ("wallix", checks::wallix),
    ("wrappers", checks::wrappers),
];

#[test]
fn inputs_found_by_fuzzing_do_no_harm() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fuzz_regression");
    for (target, check) in TARGETS {
        check(b"");
        let Ok(inputs) = std::fs::read_dir(root.join(target)) else { continue };
        for input in inputs {
            check(&std::fs::read(input.unwrap().path()).unwrap());
        }
    }
}
