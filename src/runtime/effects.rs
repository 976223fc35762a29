//! The hands: what the core asks for is done here.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::state::Left;
use crate::app::state::copying::Destination;
use crate::app::{Effect, Msg};
use crate::case::{Event, OpenedExtract};
use crate::domain::Role;
use crate::engine::{End, Engine, EngineError, Event as EngineEvent, Opener};
use crate::extract::{Changed, Extract, OpenSpec, Opened};
use crate::settings::history;
use crate::settings::paths::Paths;

use super::input::Gate;
use super::keeper::{Keep, Keeper};
use super::last::Last;
use super::loader::{self, Attempt, Loader, News, Rehash};
use super::scribe::{Order, Scribe};
use super::signs::Signs;
use super::wire::Link;
use super::{Post, Prepare, clipboard, input};

/// Everything that acts outside.
pub(super) struct Hands {
    post: Post,
    /// Closed while another program has the terminal.
    pub(super) gate: Arc<Gate>,
    /// What is said beside the frames.
    pub(super) signs: Signs,
    link: Arc<Link>,
    /// When the program started.
    pub(super) began: Instant,
    pub(super) paths: Paths,
    opener: Arc<dyn Opener>,
    case: Option<PathBuf>,
    read_only: bool,
    engine: Option<Arc<dyn Engine>>,
    /// What is open. Keeps a private database folder as long as the engine reads from it.
    opened: Option<Box<Opened>>,
    extract: Option<Arc<Extract>>,
    /// How it was asked for.
    spec: OpenSpec,
    scribe: Option<Scribe>,
    /// The folder of the case, once it is open and can be written.
    written: Option<PathBuf>,
    keeper: Keeper,
    /// The opening under way whose news are wanted.
    loader: Option<Loader>,
    /// Openings begun in this run, and since when the last one is under way.
    attempts: u64,
    opening_since: Instant,
    rehash: Option<(Attempt, Rehash)>,
}

impl Hands {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn new(
        post: Post,
        gate: Arc<Gate>,
        signs: Signs,
        link: Arc<Link>,
        case: Option<PathBuf>,
        read_only: bool,
        paths: Paths,
        opener: Arc<dyn Opener>,
    ) -> Hands {
        Hands {
            keeper: Keeper::start(paths.clone(), post.clone()),
            written: None,
            post,
            gate,
            signs,
            link,
            began: Instant::now(),
            paths,
            opener,
            case,
            read_only,
            engine: None,
            opened: None,
            extract: None,
            spec: OpenSpec::default(),
            scribe: None,
            loader: None,
            attempts: 0,
            opening_since: Instant::now(),
            rehash: None,
        }
    }

    /// Begins to open an extract. Of an opening that is still under way nothing is heard any more.
    pub(super) fn open(&mut self, spec: OpenSpec, prepare: Option<Prepare>) {
        self.attempts += 1;
        self.opening_since = Instant::now();
        let attempt = Attempt(self.attempts);
        let (paths, opener, post) = (self.paths.clone(), Arc::clone(&self.opener), self.post.clone());
        self.loader = Some(loader::start(attempt, spec, prepare, paths, opener, post));
    }

    /// What the news of an opening mean for the core; nothing when it was given up.
    pub(super) fn news(&mut self, attempt: Attempt, news: News) -> Option<Msg> {
        if self.loader.as_ref().is_none_or(|loader| loader.attempt != attempt) {
            set_aside(news);
            return None;
        }
        match news {
            News::Progress(opening) => Some(Msg::Loading(opening)),
            News::Opened(opened, spec) => {
                self.loader = None;
                self.signs.ended("opening the extract", self.opening_since.elapsed());
                Some(Msg::Opened(self.opened(*opened, *spec, attempt)))
            }
            News::Stopped => {
                self.loader = None;
                // Without an extract there is nothing to go on with.
                self.opened.is_none().then_some(Msg::HangUp)
            }
            News::Failed(reason) => {
                self.loader = None;
                Some(Msg::OpenFailed(reason))
            }
        }
    }

    /// The files that were hashed again; nothing when something else has been opened since.
    pub(super) fn rehashed(&mut self, attempt: Attempt, changed: Vec<Changed>) -> Option<Msg> {
        self.rehash.take_if(|(known, _)| *known == attempt).map(|_| Msg::Rehashed(changed))
    }

    /// An extract is open: from now on queries run on it, and there is something to keep a case of.
    fn opened(&mut self, opened: Opened, spec: OpenSpec, attempt: Attempt) -> Arc<Extract> {
        let extract = Arc::new(opened.extract.clone());
        let before = self.engine.replace(Arc::clone(&opened.engine));
        // What was piped in can be read once only; for another opening it is kept.
        self.spec = OpenSpec { distrust: false, stdin: opened.stdin.clone(), ..spec };
        set_aside((before, self.opened.replace(Box::new(opened))));
        self.extract = Some(Arc::clone(&extract));
        let (post, paths, seal) = (&self.post, &self.paths, &extract.seal);
        let scribe = self
            .scribe
            .get_or_insert_with(|| Scribe::start(post.clone(), self.case.take(), self.read_only, paths.clone(), seal.clone()));
        let event = Event::Opened { extracts: vec![OpenedExtract::from(extract.as_ref())] };
        scribe.give(Order::Record(event));
        self.rehash =
            extract.loaded_from_cache.then(|| (attempt, loader::rehash(Arc::clone(&extract), attempt, self.post.clone())));
        self.remember(None);
        extract
    }

    /// The case is open and can be written: it is what the next sitting may go on with.
    pub(super) fn writes_in(&mut self, case: &str) {
        self.written = Some(PathBuf::from(case));
        self.remember(None);
    }

    /// Remembers the case with the opening of its extract, and where the sitting ended once it has. A place that cannot be told is not
    /// remembered.
    fn remember(&self, left: Option<Left>) {
        let (Some(case), Ok(folder)) = (&self.written, std::env::current_dir()) else { return };
        let case = folder.join(case);
        self.keeper.give(Keep::Last(Box::new(Last { case, folder, opened: self.spec.clone(), left })));
    }

    /// Keeps something for later sittings.
    pub(super) fn keep(&self, keep: Keep) {
        self.keeper.give(keep);
    }

    /// Does one thing. Never waits.
    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Submit(request) => {
                let post = self.post.clone();
                let id = request.id;
                match &self.engine {
                    Some(engine) => engine.submit(request, Box::new(move |event| post.send(Msg::Engine(event)))),
                    None => post.send(Msg::Engine(EngineEvent::Ended { id, end: End::Failed(EngineError::Closed) })),
                }
            }
            Effect::Cancel(id) => {
                if let Some(engine) = &self.engine {
                    engine.cancel(id);
                }
            }
            Effect::StopLoading => self.stop_loading(),
            Effect::Reopen { changes, changed } => {
                let spec = remapped(&self.spec, changes, changed);
                self.open(spec, None);
            }
            Effect::SaveProfile { name, replace } => {
                if let Some(extract) = &self.extract {
                    loader::save_profile(Arc::clone(extract), name, replace, self.paths.clone(), self.post.clone());
                }
            }
            Effect::SavePlaybook { id, text } => loader::save_playbook(id, text, self.paths.clone(), self.post.clone()),
            Effect::ExportRejects { batches, cut } => self.order(Order::Rejects { batches, cut }),
            Effect::Record(event) => self.order(Order::Record(event)),
            Effect::Pin(row) => self.order(Order::Pin(Box::new(row))),
            Effect::Copy(handout) => match handout.to {
                Destination::Clipboard => clipboard::send(handout, &self.link, self.post.clone()),
                Destination::File => self.order(Order::Copy(handout)),
            },
            Effect::Report { format, redact } => self.order(Order::Report { format, redact }),
            Effect::SqlHistory(text) => {
                let (paths, post) = (self.paths.clone(), self.post.clone());
                input::spawn("history", move || {
                    if let Err(error) = history::add(&paths, &text) {
                        post.send(Msg::Failed(format!("the SQL is not kept for later sessions: {error}")));
                    }
                });
            }
            Effect::KeepSizes(sizes) => self.keep(Keep::Sizes(sizes)),
            Effect::KeepTour(tour) => self.keep(Keep::Tour(tour)),
            Effect::Ended { what, took } => self.signs.ended(what, took),
            // The loop does these itself.
            Effect::Theme(_) | Effect::KeepTheme(_) | Effect::Edit(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => {}
        }
    }

    fn stop_loading(&mut self) {
        if let Some(loader) = &self.loader {
            loader.stop();
            // The first opening is waited for, so that it clears away what is half-built; another one does that beside what is open.
            if self.opened.is_some() {
                self.loader = None;
            }
        }
    }

    fn order(&self, order: Order) {
        match &self.scribe {
            Some(scribe) => scribe.give(order),
            None => self.post.send(Msg::RecordFailed("no case is open yet".to_owned())),
        }
    }

    /// Gives up what is being opened, remembers where the analyst stood, and waits until everything that was given to the journal is on disk.
    pub(super) fn finish(&mut self, left: Left) {
        if let Some(loader) = &self.loader {
            loader.stop();
        }
        self.scribe = None;
        self.remember(Some(left));
        self.keeper.finish();
    }
}

/// Lets go of something on a thread of its own: an engine that closes waits for what it is at.
fn set_aside(unwanted: impl Send + 'static) {
    input::spawn("closing", move || drop(unwanted));
}

/// The same opening with other roles.
fn remapped(spec: &OpenSpec, changes: Vec<(Role, String)>, changed: bool) -> OpenSpec {
    let mut spec = spec.clone();
    spec.map.retain(|(role, _)| !changes.iter().any(|(other, _)| other == role));
    spec.map.extend(changes);
    spec.distrust = changed;
    spec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_roles_replace_what_was_asked_for_before_and_the_others_stay() {
        let map = vec![(Role::Account, "user".to_owned()), (Role::Ip, "addr".to_owned())];
        let spec = OpenSpec { map, ..OpenSpec::default() };
        let spec = remapped(&spec, vec![(Role::Account, String::new()), (Role::Key, "k".to_owned())], false);
        let wanted = [(Role::Ip, "addr"), (Role::Account, ""), (Role::Key, "k")];
        assert_eq!(spec.map, wanted.map(|(role, text)| (role, text.to_owned())));
    }
}
