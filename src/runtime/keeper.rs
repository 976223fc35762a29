//! The keeper: the one thread that writes what is remembered from sitting to sitting, and the theme into the configuration, in the order in
//! which it is asked to. Nothing waits for it but the end of the program.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::app::Msg;
use crate::app::layout::Sizes;
use crate::app::state::tour::TourKept;
use crate::settings::config;
use crate::settings::memory::{self, Thing};
use crate::settings::paths::Paths;

use super::Post;
use super::last::Last;

/// What to keep.
pub(super) enum Keep {
    Sizes(Sizes),
    Tour(TourKept),
    Last(Box<Last>),
    /// The theme, and what there is to say about it beside that it is kept.
    Theme {
        name: String,
        but: Option<&'static str>,
    },
}

/// The thread that keeps.
pub(super) struct Keeper {
    /// Gone once nothing more is to be kept.
    orders: Option<Sender<Keep>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    pub(super) fn start(paths: Paths, post: Post) -> Keeper {
        let (orders, given) = channel();
        let complaint = post.clone();
        let thread = std::thread::Builder::new().name("keeper".to_owned()).spawn(move || work(&paths, &post, &given));
        let thread = thread
            .inspect_err(|error| {
                complaint.send(Msg::Failed(format!("nothing is remembered, no thread could be started: {error}")))
            })
            .ok();
        Keeper { orders: Some(orders), thread }
    }

    pub(super) fn give(&self, keep: Keep) {
        // A keeper that is gone has said why.
        if let Some(orders) = &self.orders {
            let _ = orders.send(keep);
        }
    }

    /// Waits until all of it is on disk.
    pub(super) fn finish(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the keeper broke down");
        }
    }
}

fn work(paths: &Paths, post: &Post, given: &Receiver<Keep>) {
    while let Ok(keep) = given.recv() {
        let kept = match keep {
            Keep::Sizes(sizes) => memory::keep(paths, Thing::Panes, &sizes),
            Keep::Tour(tour) => memory::keep(paths, Thing::Tour, &tour),
            Keep::Last(last) => memory::keep(paths, Thing::Last, last.as_ref()),
            Keep::Theme { name, but } => {
                post.send(match config::set_theme(paths, &name) {
                    Ok(path) => {
                        let but = but.map(|but| format!("; {but}")).unwrap_or_default();
                        Msg::Kept(format!("theme {name}, kept in {}{but}", path.display()))
                    }
                    Err(error) => Msg::Failed(format!("theme {name} for this sitting only: {error}")),
                });
                continue;
            }
        };
        if let Err(error) = kept {
            // The work goes on without it, and the analyst is told only in the log: nothing that matters is lost.
            tracing::warn!("not remembered: {error}");
        }
    }
}
