//! What matched, and where on the screen.

use std::collections::HashMap;

use serde_json::{Value, json};
use trail_catalog::StoredSession;
use trail_container::TrailReader;
use trail_model::ChannelId;
use trail_replay::Player;
use trail_search::{Hit, Located, Plan, locate, locate_in_pixels};

use crate::api_error::{ApiError, ErrorType};
use crate::call::Call;

/// For each hit the texts that matched: their kind, the text, the bytes of it that matched, and the cells or pixels of the screen
/// after the hit's record for a screenshot. Hits are replayed in the order of records, one player for each channel.
pub(super) fn highlights(
    call: &Call,
    stored: &StoredSession,
    plan: &Plan,
    hits: &[Hit],
) -> Result<Vec<Value>, ApiError> {
    let internal = |error: &dyn std::error::Error| ApiError::internal(ErrorType::InternalError, error);
    let not_found = || ApiError::new(ErrorType::NotFound);
    let path = call.app.data.trails_dir().join(stored.file.as_deref().ok_or_else(not_found)?);
    let trail = TrailReader::open(&path).map_err(|_| not_found())?;
    let mut players: HashMap<ChannelId, Player<'_>> = HashMap::new();
    let mut order: Vec<usize> = (0..hits.len()).collect();
    order.sort_by_key(|place| hits[*place].for_screenshot);
    let mut shown = vec![Value::Null; hits.len()];
    for place in order {
        let hit = &hits[place];
        let player = match players.entry(hit.channel) {
            std::collections::hash_map::Entry::Occupied(player) => player.into_mut(),
            std::collections::hash_map::Entry::Vacant(empty) => {
                empty.insert(Player::new(&trail, hit.channel).map_err(|error| internal(&error))?)
            }
        };
        player.seek(hit.for_screenshot).map_err(|error| internal(&error))?;
        shown[place] = match player.terminal() {
            Some(terminal) => located(&locate(plan, hit, terminal)),
            // A desktop, or texts that stand nowhere.
            None => located(&locate_in_pixels(plan, hit)),
        };
    }
    Ok(shown)
}

fn located(located: &Located) -> Value {
    let lines = located.lines.iter().map(|line| {
        let rects =
            line.rects.iter().map(|rect| json!({ "column": rect.column, "width": rect.width, "row": rect.row }));
        let boxes = line
            .boxes
            .iter()
            .map(|pixels| json!({ "height": pixels.height, "width": pixels.width, "x": pixels.x, "y": pixels.y }));
        json!({
            "kind": line.kind.as_str(),
            "ranges": pairs(&line.ranges),
            "rects": rects.chain(boxes).collect::<Vec<_>>(),
            "text": line.text,
        })
    });
    lines.collect()
}

/// Ranges of bytes as pairs of numbers.
fn pairs(ranges: &[std::ops::Range<usize>]) -> Vec<[usize; 2]> {
    ranges.iter().map(|range| [range.start, range.end]).collect()
}
