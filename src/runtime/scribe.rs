//! The scribe: the one thread that writes the case. Everything is on disk before it is said to be saved.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::app::Msg;
use crate::app::state::Handout;
use crate::case::{CaseDir, CaseError, Event, EvidenceRow, Mode};
use crate::domain::{Batch, Seal};
use crate::extract;
use crate::report::template;
use crate::report::{self, Format, Options};
use crate::settings::machine::{analyst, now};
use crate::settings::paths::Paths;

use super::Post;

/// What to write.
pub(super) enum Order {
    /// An event.
    Record(Event),
    /// A row as evidence, then its pin.
    Pin(Box<EvidenceRow>),
    /// A copied text, into the case's exports.
    Copy(Handout),
    /// The report, into the case's exports.
    Report {
        /// In which form.
        format: Format,
        /// Whether pseudonyms stand in the place of values.
        redact: bool,
    },
    /// The records that could not be read, into the case's exports.
    Rejects {
        /// The records.
        batches: Vec<Batch>,
        /// Whether there are more of them than these.
        cut: bool,
    },
}

/// The thread that writes.
pub(super) struct Scribe {
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Scribe {
    /// Opens or makes the case, then writes what it is given, in order.
    pub(super) fn start(post: Post, case: Option<PathBuf>, read_only: bool, paths: Paths, seal: Option<Seal>) -> Scribe {
        let (orders, given) = channel();
        let complaint = post.clone();
        let thread = std::thread::Builder::new()
            .name("scribe".to_owned())
            .spawn(move || write(&post, case, read_only, &paths, seal, &given));
        let thread = thread
            .inspect_err(|error| {
                complaint.send(Msg::Failed(format!("the case cannot be written, no thread could be started: {error}")))
            })
            .ok();
        Scribe { orders: Some(orders), thread }
    }

    /// Gives it something to write.
    pub(super) fn give(&self, order: Order) {
        if let Some(orders) = &self.orders {
            // A scribe that is gone has said why.
            let _ = orders.send(order);
        }
    }
}

/// Waits until all that was given is on disk, also when the loop breaks down.
impl Drop for Scribe {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the scribe broke down");
        }
    }
}

fn write(post: &Post, case: Option<PathBuf>, read_only: bool, paths: &Paths, seal: Option<Seal>, given: &Receiver<Order>) {
    let mut dir = match open(case, read_only, paths) {
        Ok((mut dir, notice, written)) => {
            if let Some(seal) = seal {
                dir.set_seal(seal);
            }
            let path = dir.path().display().to_string();
            post.send(Msg::CaseOpened {
                case: Box::new(dir.case().clone()),
                dir: path,
                read_only: !written,
                notice: Some(notice),
            });
            dir
        }
        Err(error) => {
            post.send(Msg::CaseOpened { case: Box::default(), dir: String::new(), read_only: true, notice: None });
            post.send(Msg::Failed(format!("no case: {error}")));
            return;
        }
    };
    while let Ok(order) = given.recv() {
        let done = match order {
            Order::Record(event) => dir.record(event, now()).map(|entry| vec![Msg::Recorded(Box::new(entry))]),
            Order::Pin(row) => dir.pin(&row, now()).map(|entry| vec![Msg::Recorded(Box::new(entry))]),
            Order::Copy(handout) => copy(&mut dir, &handout),
            Order::Report { format, redact } => report(&mut dir, paths, format, redact, post),
            Order::Rejects { batches, cut } => rejects(&mut dir, &batches, cut),
        };
        match done {
            Ok(messages) => messages.into_iter().for_each(|message| post.send(message)),
            // That nothing can be recorded was said when the case was opened.
            Err(CaseError::ReadOnly(_)) => {}
            Err(error) => post.send(Msg::RecordFailed(error.to_string())),
        }
    }
}

/// The case, what to say of it, and whether it can be written.
fn open(case: Option<PathBuf>, read_only: bool, paths: &Paths) -> Result<(CaseDir, String, bool), CaseError> {
    let Some(path) = case else {
        let dir = CaseDir::create_default(paths, "investigation", &analyst(), now())?;
        let notice = format!("new case in {}", dir.path().display());
        return Ok((dir, notice, true));
    };
    if !path.exists() {
        let dir = CaseDir::create(&path, "investigation", &analyst(), now())?;
        let notice = format!("new case in {}", dir.path().display());
        return Ok((dir, notice, true));
    }
    if read_only {
        let (dir, replay) = CaseDir::open(&path, Mode::Read)?;
        return Ok((dir, said(&replay, "for reading only, as asked".to_owned()), false));
    }
    match CaseDir::open(&path, Mode::Write) {
        Ok((mut dir, replay)) => {
            dir.set_author(&analyst());
            let plain = format!("case of {} entries in {}", replay.entries, path.display());
            let written = dir.read_only().is_none();
            Ok((dir, said(&replay, plain), written))
        }
        // Somebody else writes in it: it can still be read, and that has to be said.
        Err(held @ CaseError::Held { .. }) => {
            let (dir, _) = CaseDir::open(&path, Mode::Read)?;
            Ok((dir, format!("for reading only: {held}"), false))
        }
        Err(error) => Err(error),
    }
}

/// What opening found, or else the plain words.
fn said(replay: &crate::case::Replay, plain: String) -> String {
    let notices = replay.notices();
    if notices.is_empty() { plain } else { notices.join("; ") }
}

/// Writes the report and records that it was written; the report says how the case stood before that.
fn report(dir: &mut CaseDir, paths: &Paths, format: Format, redact: bool, post: &Post) -> Result<Vec<Msg>, CaseError> {
    let made = template::own(format, paths).and_then(|template| {
        report::hand_out(format, dir.case(), dir.meta(), &Options { redact, template, ..Options::default() })
    });
    let handout = match made {
        Ok(handout) => handout,
        Err(error) => {
            post.send(Msg::Failed(format!("no report was written: the template {error}")));
            return Ok(Vec::new());
        }
    };
    let (seq, how) = (dir.case().head().0, if redact { "-redacted" } else { "" });
    let name = format!("report-{seq}{how}-{format}.{}", format.ending());
    let mut messages = Vec::new();
    if let Some(key) = &handout.key {
        let name = format!("report-{seq}-key-{format}.json");
        dir.export(&name, "key", key.as_bytes(), now())?;
        messages.extend(last(dir));
    }
    let path = dir.export(&name, format.name(), handout.text.as_bytes(), now())?;
    messages.extend(last(dir));
    messages.push(Msg::Reported { path: path.display().to_string(), bytes: handout.text.len() });
    if !handout.still.is_empty() {
        let still = handout.still.join(", ");
        messages.push(Msg::Failed(format!(
            "the values of {still} are also words of the report itself and still stand in {}",
            path.display()
        )));
    }
    Ok(messages)
}

/// The entry that was written last, for the core.
fn last(dir: &CaseDir) -> Option<Msg> {
    dir.case().entries().last().map(|entry| Msg::Recorded(Box::new(entry.as_ref().clone())))
}

/// Writes what was copied.
fn copy(dir: &mut CaseDir, handout: &Handout) -> Result<Vec<Msg>, CaseError> {
    let name = format!("copy-{}.{}", dir.case().head().0, handout.ending);
    let path = dir.export(&name, handout.ending, handout.text.as_bytes(), now())?;
    let written = last(dir);
    let but = handout.but.as_ref().map(|but| format!("; {but}")).unwrap_or_default();
    let said = Msg::Exported(format!("{} written: {}{but}", handout.what, path.display()));
    Ok(written.into_iter().chain([said]).collect())
}

/// Writes the records that could not be read.
fn rejects(dir: &mut CaseDir, batches: &[Batch], cut: bool) -> Result<Vec<Msg>, CaseError> {
    let rejects = extract::rejects::read(batches);
    let text = report::csv::rejects(&rejects);
    let name = format!("rejects-{}.csv", dir.case().head().0);
    let path = dir.export(&name, "csv", text.as_bytes(), now())?;
    let written = last(dir);
    let more = if cut { "; there are more, which were too much for one file" } else { "" };
    let said = Msg::Exported(format!("{} rejects written: {}{more}", rejects.len(), path.display()));
    Ok(written.into_iter().chain([said]).collect())
}
