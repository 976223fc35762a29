//! The pictures in `screenshots/`, drawn by the program itself over its own demo: `CASEBOOK_DRAW=1 cargo test --release --test screenshots`
//! draws them anew. Without that, this test says when the program no longer looks like its pictures.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use casebook::app::key::{Key, sequence};
use casebook::app::state::Size;
use casebook::app::{Effect, Msg, State, update};
use casebook::case::{Case, Entry, Event as CaseEvent};
use casebook::domain::Timestamp;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{Engine, Event};
use casebook::extract::{self, OpenSpec, demo};
use casebook::settings::paths::Paths;
use casebook::settings::theme::Theme;
use casebook::{playbook, ui};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The workbench over a real engine, without a terminal and without a clock.
struct Studio {
    state: State,
    engine: Arc<dyn Engine>,
    sender: Sender<Event>,
    events: Receiver<Event>,
    entries: Vec<Entry>,
    _folder: tempfile::TempDir,
}

impl Studio {
    fn open(size: Size) -> Studio {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = Paths::under(folder.path());
        let spec = demo::Spec { rows: 50_000, ..demo::Spec::default() };
        let path = demo::cached(&spec, &paths, &DuckOpener, &mut |_, _| true).expect("the demo is made");
        let open = OpenSpec { inputs: vec![path.display().to_string()], ..OpenSpec::default() };
        let mut opened = extract::open(&open, &paths, &DuckOpener, &mut |_| true).expect("the demo opens");
        // Where the demo lies on this machine is no part of a picture.
        for source in &mut opened.extract.sources {
            source.path = "demo/requests".to_owned();
        }
        let (sender, events) = channel();
        let state = State::new(opened.engine.dialect());
        let engine = Arc::clone(&opened.engine);
        let mut studio = Studio { state, engine, sender, events, entries: Vec::new(), _folder: folder };
        studio.send(Msg::Resize(size));
        studio.send(Msg::Library(playbook::library::builtin()));
        studio.send(Msg::CaseOpened {
            case: Box::new(Case::default()),
            dir: "cases/demo".into(),
            read_only: false,
            notice: None,
        });
        studio.record(CaseEvent::Created { id: "demo".into(), title: "demo".into(), analyst: "ana".into(), version: 1 });
        studio.send(Msg::Opened(Arc::new(opened.extract)));
        studio.settle();
        studio
    }

    fn send(&mut self, msg: Msg) {
        for effect in update(&mut self.state, msg) {
            match effect {
                Effect::Submit(request) => {
                    let sender = self.sender.clone();
                    self.engine.submit(request, Box::new(move |event| drop(sender.send(event))));
                }
                Effect::Cancel(id) => self.engine.cancel(id),
                Effect::Record(event) => self.record(event),
                Effect::Pin(row) => self.record(CaseEvent::Pinned {
                    row_id: row.row_id,
                    extract: row.extract.clone(),
                    evidence: format!("{:064}", row.row_id),
                    at: row.time(),
                    summary: row.summary(),
                    entities: row.entities(),
                }),
                _ => {}
            }
        }
    }

    fn record(&mut self, event: CaseEvent) {
        let before = self.entries.last().map(|entry| (entry.seq, entry.hash.as_str()));
        let entry = Entry::after(before, Timestamp(1_772_500_000_000_000), "ana", event).expect("an entry");
        self.entries.push(entry.clone());
        self.send(Msg::Recorded(Box::new(entry)));
    }

    /// Takes answers until nothing runs any more.
    fn settle(&mut self) {
        while !self.state.jobs.is_empty() {
            let event = self.events.recv_timeout(std::time::Duration::from_secs(120)).expect("the engine answers");
            if !matches!(event, Event::Progress { .. }) {
                self.send(Msg::Engine(event));
            }
        }
    }

    fn play(&mut self, keys: &str) -> &mut Studio {
        for key in sequence(keys).expect("keys") {
            self.send(Msg::Key(key));
            self.settle();
        }
        self
    }

    fn type_in(&mut self, text: &str) -> &mut Studio {
        for character in text.chars() {
            self.send(Msg::Key(Key::char(character)));
        }
        self
    }

    fn draw(&self, theme: &str) -> String {
        let theme = Theme::builtin(theme).expect("the theme");
        let mut terminal = Terminal::new(TestBackend::new(self.state.size.width, self.state.size.height)).expect("a terminal");
        terminal.draw(|frame| ui::render(&self.state, &theme, frame)).expect("a frame");
        ui::shot::svg(terminal.backend().buffer(), &theme)
    }
}

#[test]
fn the_program_looks_like_its_pictures() {
    let mut studio = Studio::open(Size { width: 120, height: 36 });
    let mut pictures = vec![("workbench", studio.draw("dark")), ("workbench-light", studio.draw("light"))];
    studio.play("2 Enter");
    pictures.push(("playbooks", studio.draw("dark")));
    studio.play("j p i");
    pictures.push(("pivot", studio.draw("dark")));
    studio.play("p a j p p");
    studio
        .play("t")
        .type_in("suspect")
        .play("Enter Enter")
        .type_in("opened from the address that tried many passwords")
        .play("C-s");
    pictures.push(("entity", studio.draw("dark")));
    studio.play("Enter m f").type_in("An account was taken over").play("C-s 4");
    pictures.push(("case", studio.draw("dark")));
    studio.play("1 ?");
    pictures.push(("help", studio.draw("dark")));
    studio.play("Esc z m j j Enter C-u").type_in("upper(req").play("Tab");
    pictures.push(("mapping", studio.draw("dark")));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let drawing = std::env::var_os("CASEBOOK_DRAW").is_some();
    let mut stale = Vec::new();
    for (name, picture) in pictures {
        let path = folder.join(format!("{name}.svg"));
        if drawing {
            std::fs::write(&path, &picture).expect("the picture can be written");
        } else if std::fs::read_to_string(&path).is_ok_and(|there| there == picture) {
            continue;
        } else {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "the program no longer looks like these pictures: {stale:?}; CASEBOOK_DRAW=1 draws them anew");
}
