//! The hands: what the core asks for is done here.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::{Effect, Msg};
use crate::case::{Event, OpenedExtract};
use crate::engine::{End, Engine, EngineError, Event as EngineEvent};
use crate::extract::{Extract, Opened};
use crate::settings::paths::Paths;

use super::Post;
use super::loader::Loader;
use super::scribe::{Order, Scribe};

/// Everything that acts outside.
pub(super) struct Hands {
    post: Post,
    paths: Paths,
    case: Option<PathBuf>,
    read_only: bool,
    engine: Option<Arc<dyn Engine>>,
    /// Keeps a private database folder as long as the engine reads from it.
    opened: Option<Box<Opened>>,
    scribe: Option<Scribe>,
    pub(super) loader: Option<Loader>,
}

impl Hands {
    pub(super) fn new(post: Post, case: Option<PathBuf>, read_only: bool, paths: Paths) -> Hands {
        Hands { post, paths, case, read_only, engine: None, opened: None, scribe: None, loader: None }
    }

    /// The extract is open: from now on queries can run, and there is something to keep a case of.
    pub(super) fn opened(&mut self, opened: Opened) -> Arc<Extract> {
        let extract = Arc::new(opened.extract.clone());
        self.engine = Some(Arc::clone(&opened.engine));
        self.opened = Some(Box::new(opened));
        let scribe = Scribe::start(self.post.clone(), self.case.take(), self.read_only, self.paths.clone());
        let event = Event::Opened { extracts: vec![OpenedExtract::from(extract.as_ref())] };
        scribe.give(Order::Record(event));
        self.scribe = Some(scribe);
        extract
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
            Effect::StopLoading => {
                if let Some(loader) = &self.loader {
                    loader.stop();
                }
            }
            Effect::Record(event) => self.order(Order::Record(event)),
            Effect::Pin(row) => self.order(Order::Pin(Box::new(row))),
            Effect::Report => self.order(Order::Report),
            // The loop does these itself.
            Effect::Theme(_) | Effect::Quit => {}
        }
    }

    fn order(&self, order: Order) {
        match &self.scribe {
            Some(scribe) => scribe.give(order),
            None => self.post.send(Msg::RecordFailed("no case is open yet".to_owned())),
        }
    }

    /// Waits until everything that was given to the journal is on disk.
    pub(super) fn finish(self) {
        if let Some(loader) = &self.loader {
            loader.stop();
        }
        if let Some(scribe) = self.scribe {
            scribe.finish();
        }
    }
}
