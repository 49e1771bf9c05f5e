//! Events to trails and trails to screens: the recorder and the player.
