//! A trail as it grows, as the body of an answer.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::sync::mpsc;
use trail_container::TrailReader;

use crate::state::AppState;

/// How often a trail that stands still is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Bytes read at a time.
const PIECE_LEN: usize = 64 << 10;
/// Pieces that wait for a client that reads slowly.
const PIECES_WAITING: usize = 4;

/// The bytes of a trail from its beginning until it is closed.
pub(crate) struct Following(mpsc::Receiver<std::io::Result<Bytes>>);

/// Begins to follow the trail at `path`. It ends when the trail has been closed and all of it was sent, when the client
/// goes, when nothing has come for the time set, or when the service ends: then the connection breaks off.
pub(crate) fn follow(app: AppState, path: PathBuf, file: File) -> Following {
    let (sender, receiver) = mpsc::channel(PIECES_WAITING);
    tokio::spawn(async move {
        let mut follower = Follower { file, path, reader: None };
        let mut grown = Instant::now();
        loop {
            let step = tokio::task::spawn_blocking(move || {
                let step = follower.step();
                (follower, step)
            });
            let Ok((back, step)) = step.await else { return };
            follower = back;
            let broken = |kind: std::io::ErrorKind| Err(kind.into());
            let piece = match step {
                Ok(Step::Bytes(bytes)) => {
                    grown = Instant::now();
                    Ok(bytes)
                }
                Ok(Step::End) => return,
                Ok(Step::Wait) if app.is_stopping.load(Ordering::Relaxed) => {
                    broken(std::io::ErrorKind::ConnectionAborted)
                }
                Ok(Step::Wait) if grown.elapsed() > app.settings.follow_idle_timeout => {
                    broken(std::io::ErrorKind::TimedOut)
                }
                Ok(Step::Wait) => {
                    tokio::select! {
                        () = tokio::time::sleep(LOOK_EVERY) => continue,
                        () = sender.closed() => return,
                    }
                }
                Err(error) => Err(error),
            };
            let is_over = piece.is_err();
            if sender.send(piece).await.is_err() || is_over {
                return;
            }
        }
    });
    Following(receiver)
}

struct Follower {
    file: File,
    path: PathBuf,
    /// Tells when the trail is closed.
    reader: Option<TrailReader>,
}

enum Step {
    Bytes(Bytes),
    Wait,
    End,
}

impl Follower {
    fn step(&mut self) -> std::io::Result<Step> {
        if let Some(bytes) = self.read()? {
            return Ok(Step::Bytes(bytes));
        }
        if !self.is_closed() {
            return Ok(Step::Wait);
        }
        // What was written between the look at the end and the look at the footer.
        Ok(self.read()?.map_or(Step::End, Step::Bytes))
    }

    fn read(&mut self) -> std::io::Result<Option<Bytes>> {
        let mut piece = vec![0; PIECE_LEN];
        let len = self.file.read(&mut piece)?;
        piece.truncate(len);
        Ok((len > 0).then(|| piece.into()))
    }

    fn is_closed(&mut self) -> bool {
        match &mut self.reader {
            // A look that fails is tried again.
            Some(reader) => drop(reader.refresh()),
            None => self.reader = TrailReader::follow(&self.path).ok(),
        }
        self.reader.as_ref().is_some_and(TrailReader::is_closed)
    }
}

impl hyper::body::Body for Following {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<hyper::body::Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(hyper::body::Frame::data)))
    }
}
