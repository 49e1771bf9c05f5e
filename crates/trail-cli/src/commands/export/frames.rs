//! Every frame of the desktops as a picture.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use trail_container::{RecordBody, TrailReader};
use trail_replay::Player;

/// Writes `<channel>-<record>.png` into `folder` for each drawing record after which the picture is known and whole.
pub(super) fn write(folder: &Path, trail: &TrailReader) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    for summary in trail.channels() {
        let mut player = Player::new(trail, summary.channel)?;
        // What a damaged chunk held is missing from the export; the findings have said so.
        while let Some(step) = player.step()? {
            let is_drawing = matches!(step.record.body, RecordBody::Drawing(_));
            let Some(surface) = step.screen.surface().filter(|surface| is_drawing && surface.is_known()) else {
                continue;
            };
            if surface.size() == (0, 0) {
                continue;
            }
            let path = folder.join(format!("{}-{:08}.png", summary.channel, step.record.id.0));
            let png = trail_render::render_surface(surface).to_png()?;
            fs::write(&path, png).with_context(|| format!("failed to write {}", path.display()))?;
        }
    }
    Ok(())
}
