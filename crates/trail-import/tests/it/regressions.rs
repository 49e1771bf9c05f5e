//! What fuzzing has found stays fixed: every kept input goes through its target's check again.

use std::path::Path;

/// The checks themselves, shared with the fuzz targets.
#[path = "../../../../tools/fuzz/src/import.rs"]
#[expect(unreachable_pub, reason = "a module of another package")]
mod checks;

#[test]
fn inputs_found_by_fuzzing_do_no_harm() {
    type Check = fn(&[u8]);
    let targets = [
        ("asciicast", checks::asciicast as Check),
        ("ttyrec", checks::ttyrec),
        ("script", checks::script),
        ("sudo", checks::sudo),
        ("tlog", checks::tlog),
        ("wrappers", checks::wrappers),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fuzz_regression");
    for (target, check) in targets {
        check(b"");
        let Ok(inputs) = std::fs::read_dir(root.join(target)) else { continue };
        for input in inputs {
            check(&std::fs::read(input.unwrap().path()).unwrap());
        }
    }
}
