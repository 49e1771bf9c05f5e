//! Desktops: whatever the instructions or the saved state, no panic, memory within the limits, and a state that comes back.

use trail_frame::Surface;

/// A saved state, or the body of a drawing record.
pub fn surface(data: &[u8]) {
    let mut surface = Surface::load(data).unwrap_or_default();
    surface.apply(data);
    let mut state = Vec::new();
    surface.save(&mut state);
    let loaded = Surface::load(&state).expect("a saved state loads");
    assert!(loaded.flatten(true) == surface.flatten(true));
    let mut again = Vec::new();
    loaded.save(&mut again);
    assert!(state == again);
}
