//! Opening the extract, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::app::Msg;
use crate::engine::Opener;
use crate::extract::{self, ExtractError, OpenSpec};
use crate::settings::paths::Paths;

use super::{Post, Prepare, input};

/// The running loader; asks it to stop.
pub(super) struct Loader(Arc<AtomicBool>);

impl Loader {
    /// Asks the loader to stop. It answers with a failure message when it has.
    pub(super) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Progress is shown this often.
const SHOWN: Duration = Duration::from_millis(60);

/// Starts to open the extract; sends what is going on and, at the end, what came of it.
pub(super) fn start(mut spec: OpenSpec, prepare: Option<Prepare>, paths: Paths, opener: Arc<dyn Opener>, post: Post) -> Loader {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    input::spawn("loader", move || {
        let mut shown: Option<Instant> = None;
        let mut tell = |line: String, fraction: Option<f64>| {
            if shown.is_none_or(|shown| shown.elapsed() >= SHOWN) {
                post.send(Msg::Loading { line, fraction });
                shown = Some(Instant::now());
            }
            !stopped.load(Ordering::Relaxed)
        };
        if let Some(prepare) = prepare {
            match prepare(&mut tell) {
                Ok(path) => spec.inputs.push(path),
                Err(reason) => {
                    post.send(Msg::OpenFailed(reason));
                    return;
                }
            }
        }
        let mut watch = |progress: &extract::Progress| tell(progress.line(), progress.fraction());
        match extract::open(&spec, &paths, opener.as_ref(), &mut watch) {
            Ok(opened) => post.opened(opened),
            Err(ExtractError::Interrupted) => post.send(Msg::HangUp),
            Err(error) => post.send(Msg::OpenFailed(error.to_string())),
        }
    });
    Loader(stop)
}
