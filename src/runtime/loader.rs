//! Opening the extract, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::app::Msg;
use crate::app::state::Opening;
use crate::engine::Opener;
use crate::extract::{self, ExtractError, OpenSpec, Pace, Stage, Unit, about_left};
use crate::playbook::library;
use crate::settings::paths::Paths;

use super::{Post, Prepare, input};

/// Names one opening of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt(pub(super) u64);

/// What an opening sends.
pub(super) enum News {
    /// How far it is.
    Progress(Opening),
    /// It is done: what is open, and how it was asked for.
    Opened(Box<extract::Opened>, Box<OpenSpec>),
    /// It stopped because it was asked to.
    Stopped,
    /// It failed.
    Failed(String),
}

/// The running loader; asks it to stop.
pub(super) struct Loader {
    pub(super) attempt: Attempt,
    stop: Arc<AtomicBool>,
}

impl Loader {
    /// Asks the loader to stop. It says so when it has.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Progress is shown this often.
const SHOWN: Duration = Duration::from_millis(60);

/// Starts to open the extract; sends what is going on and, at the end, what came of it.
pub(super) fn start(
    attempt: Attempt,
    mut spec: OpenSpec,
    prepare: Option<Prepare>,
    paths: Paths,
    opener: Arc<dyn Opener>,
    post: Post,
) -> Loader {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let complaint = post.clone();
    let run = move || {
        let began = Instant::now();
        let mut shown: Option<Instant> = None;
        let mut tell = |opening: &dyn Fn() -> Opening| {
            if shown.is_none_or(|shown| shown.elapsed() >= SHOWN) {
                post.news(attempt, News::Progress(opening()));
                shown = Some(Instant::now());
            }
            !stopped.load(Ordering::Relaxed)
        };
        if let Some(prepare) = prepare {
            let mut pace = Pace::default();
            let mut told = |doing: String, fraction: Option<f64>| {
                let done = fraction.map_or(0, |fraction| (fraction.clamp(0.0, 1.0) * 1000.0) as u64);
                let (_, left) = pace.take(Stage::Reading, Unit::PerMille, done, fraction.map(|_| 1000), began.elapsed());
                let left = left.map(about_left).unwrap_or_default();
                tell(&|| Opening { doing: doing.clone(), figures: String::new(), left: left.clone(), fraction })
            };
            match prepare(&mut told) {
                Ok(path) => spec.inputs.push(path),
                Err(reason) => {
                    let news = if stopped.load(Ordering::Relaxed) { News::Stopped } else { News::Failed(reason) };
                    post.news(attempt, news);
                    return;
                }
            }
        }
        let mut watch = |progress: &extract::Progress| {
            tell(&|| Opening {
                doing: progress.doing(),
                figures: progress.figures(),
                left: progress.left.map(about_left).unwrap_or_default(),
                fraction: progress.fraction(),
            })
        };
        post.news(
            attempt,
            match extract::open(&spec, &paths, opener.as_ref(), &mut watch) {
                Ok(opened) => News::Opened(Box::new(opened), Box::new(spec)),
                Err(ExtractError::Interrupted) => News::Stopped,
                Err(error) => News::Failed(error.to_string()),
            },
        );
    };
    if let Err(error) = std::thread::Builder::new().name("loader".to_owned()).spawn(run) {
        complaint.news(attempt, News::Failed(format!("the extract cannot be opened, no thread could be started: {error}")));
    }
    Loader { attempt, stop }
}

/// Hashes the files of an extract that came from the cache again, in small steps with pauses between them, so that it takes a quarter of
/// one core at most; says at the end which of them changed.
pub(super) fn rehash(extract: Arc<extract::Extract>, attempt: Attempt, post: Post) -> Rehash {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    input::spawn("rehash", move || {
        let mut worked = Instant::now();
        let mut go_on = |_: u64| {
            if !stopped.load(Ordering::Relaxed) {
                std::thread::sleep((worked.elapsed() * 3).min(PAUSE));
            }
            worked = Instant::now();
            !stopped.load(Ordering::Relaxed)
        };
        if let Ok(changed) = extract::rehash(&extract, &mut go_on) {
            post.rehashed(attempt, changed);
        }
    });
    Rehash(stop)
}

/// No pause between two steps is longer.
const PAUSE: Duration = Duration::from_millis(200);

/// Files that are being hashed again. Stops when it is dropped; nothing waits for it.
pub(super) struct Rehash(Arc<AtomicBool>);

impl Drop for Rehash {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Writes a playbook into the user's folder and reads the library anew, beside the loop: it waits for the disk.
pub(super) fn save_playbook(id: String, text: String, paths: Paths, post: Post) {
    input::spawn("playbook", move || {
        post.send(match library::save(&paths, &id, &text) {
            Ok(path) => {
                let library = library::load(&paths).playbooks;
                Msg::PlaybookSaved { path: path.display().to_string(), library }
            }
            Err(error) => Msg::Failed(format!("the playbook was not saved: {error}")),
        });
    });
}

/// Saves the mapping of an extract as a profile, beside the loop: it waits for the disk.
pub(super) fn save_profile(extract: Arc<extract::Extract>, name: String, replace: bool, paths: Paths, post: Post) {
    input::spawn("profile", move || {
        post.send(match extract::save_mapping(&paths, &extract, &name, replace) {
            Ok(path) => Msg::ProfileSaved(path.display().to_string()),
            Err(error) => {
                let taken = matches!(error, extract::SaveError::Taken { .. });
                Msg::ProfileRefused { name, reason: error.to_string(), taken }
            }
        });
    });
}
