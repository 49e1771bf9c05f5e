//! Writes `corpus/<target>/` from `testdata/recordings`: small recordings, as the targets want them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use trail_fuzz::import::SEPARATOR;

/// Larger recordings make slow seeds.
const MAX_LEN: u64 = 64 << 10;

fn main() -> io::Result<()> {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let single = [
        ("asciicast", &["asciicast-v1", "asciicast-v2", "asciicast-v3"][..]),
        ("ttyrec", &["ttyrec", "ttyrec2"]),
        ("tlog", &["tlog"]),
        ("wrappers", &["archives", "asciicast-v2", "script-classic", "ttyrec", "tlog"]),
    ];
    for (target, folders) in single {
        let target = corpus.join(target);
        fs::create_dir_all(&target)?;
        for folder in folders {
            for (index, file) in files(&recordings.join(folder))?.into_iter().enumerate() {
                fs::write(target.join(format!("{folder}-{index}")), head(&fs::read(file)?))?;
            }
        }
    }
    let script = corpus.join("script");
    fs::create_dir_all(&script)?;
    for folder in ["script-classic", "script-advanced", "guacamole-typescript"] {
        for timing in files(&recordings.join(folder))? {
            let Some(stem) = timing.to_str().and_then(|name| name.strip_suffix(".timing")) else { continue };
            let data = ["", ".typescript", ".out", ".io"].iter().find_map(|end| fs::read(format!("{stem}{end}")).ok());
            let input = fs::read(format!("{stem}.in")).unwrap_or_default();
            let parts = [head(&data.unwrap_or_default()).to_vec(), head(&fs::read(&timing)?).to_vec(), head(&input).to_vec()];
            let name = timing.file_name().unwrap_or_default();
            fs::write(script.join(format!("{folder}-{}", name.to_string_lossy())), parts.join(SEPARATOR))?;
        }
    }
    let sudo = corpus.join("sudo");
    fs::create_dir_all(&sudo)?;
    for timing in files(&recordings.join("sudo-iolog"))?.iter().filter(|file| file.ends_with("timing")) {
        let folder = timing.parent().unwrap_or(Path::new(""));
        let names = ["timing", "ttyout", "ttyin", "stdout", "stderr", "stdin", "log", "log.json"];
        let parts: Vec<Vec<u8>> =
            names.iter().map(|name| head(&fs::read(folder.join(name)).unwrap_or_default()).to_vec()).collect();
        let name = folder.to_string_lossy().replace(['/', '.'], "_");
        fs::write(sudo.join(&name[name.len().saturating_sub(40)..]), parts.join(SEPARATOR))?;
    }
    Ok(())
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(8 << 10)]
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else if entry.metadata()?.len() <= MAX_LEN {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
