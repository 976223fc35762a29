//! The pictures in `screenshots/`, drawn by the program itself over its own demo: `CASEBOOK_DRAW=1 cargo test --release --test screenshots`
//! draws them anew. Without that, this test says when the program no longer looks like its pictures. The tour is in it as an animation, and
//! step by step in `screenshots/tour/`.

#![cfg(feature = "engine")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[path = "screenshots/raster.rs"]
mod raster;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use casebook::app::key::{Key, sequence};
use casebook::app::state::tour::TourKept;
use casebook::app::state::{Size, Surface};
use casebook::app::{Effect, Msg, State, update};
use casebook::case::{Case, Entry, Event as CaseEvent};
use casebook::domain::Timestamp;
use casebook::engine::duckdb::DuckOpener;
use casebook::engine::{End, Engine, Event};
use casebook::extract::{self, OpenSpec, demo};
use casebook::settings::paths::Paths;
use casebook::settings::theme::Theme;
use casebook::{playbook, ui};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

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
    fn open(size: Size, tour: bool) -> Studio {
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
        if tour {
            studio.send(Msg::Tour(TourKept::default()));
        }
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
                Effect::Report { .. } => {
                    let path = "exports/report.md".to_owned();
                    self.record(CaseEvent::Exported { path: path.clone(), sha256: "0".repeat(64), format: "md".into() });
                    self.send(Msg::Reported { path: format!("cases/demo/{path}"), bytes: 21_460 });
                }
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
            let mut event = self.events.recv_timeout(Duration::from_secs(300)).expect("the engine answers");
            // How long things take on this machine is no part of a picture.
            if let Event::Ended { end: End::Done { elapsed, .. }, .. } = &mut event {
                *elapsed = Duration::ZERO;
            }
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

    fn frame(&self, theme: &str) -> (Buffer, Theme) {
        let theme = Theme::builtin(theme).expect("the theme");
        let Size { width, height } = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height + self.state.tour_lines)).expect("a terminal");
        terminal.draw(|frame| ui::render(&self.state, &theme, frame)).expect("a frame");
        (terminal.backend().buffer().clone(), theme)
    }

    /// The frame as SVG.
    fn draw(&self, theme: &str) -> Vec<u8> {
        let (buffer, theme) = self.frame(theme);
        ui::shot::svg(&buffer, &theme).into_bytes()
    }

    /// The frame as PNG.
    fn raster(&self, theme: &str) -> Vec<u8> {
        let (buffer, theme) = self.frame(theme);
        raster::png(&buffer, &theme)
    }

    /// Goes from the board of the accused, so many lines down, to the rows of the one there.
    fn open_accused(&mut self, down: usize) {
        self.play("2 g");
        for _ in 0..down {
            self.play("j");
        }
        self.play("Enter");
    }
}

/// How far down on the board the first account stands that is linked to others: found at a desk of its own.
fn linked_account() -> usize {
    let mut studio = Studio::open(Size { width: 120, height: 36 }, false);
    studio.play("2 R");
    let found = (0..20).find(|down| {
        studio.open_accused(*down);
        let of_account =
            studio.state.surface == Surface::Explore && studio.state.view().filter.to_string().starts_with("account:");
        if !of_account {
            return false;
        }
        let column = studio.state.rows.columns.iter().position(|column| column == "account").expect("accounts");
        while studio.state.rows.column < column {
            studio.play("l");
        }
        studio.play("p l");
        studio.state.links.lines.len() > 2
    });
    found.expect("an account on the board is linked to others")
}

/// The themes in which the workbench and the tour are shown: a dark ground, a light one, and strong contrast.
const THEMES: [&str; 3] = ["dark", "light", "contrast"];

/// A picture: its path below `screenshots/`, and what is in the file.
type Picture = (String, Vec<u8>);

/// The tour from its first step to its end: after each key or text a frame, with the seconds for which it is shown.
fn tour(size: Size, accused: usize) -> Vec<Picture> {
    let mut studio = Studio::open(size, true);
    let name = format!("{}x{}", size.width, size.height);
    let mut frames: Vec<Vec<(Buffer, f64)>> = vec![Vec::new(); THEMES.len()];
    let mut pictures = Vec::new();
    let mut take = |studio: &Studio, seconds: f64, step: Option<&str>| {
        for (theme, frames) in THEMES.iter().zip(&mut frames) {
            frames.push((studio.frame(theme).0, seconds));
        }
        if let Some(step) = step {
            pictures.push((format!("tour/{name}-{step}.png"), studio.raster("dark")));
        }
    };
    take(&studio, 4.0, Some("01-look"));
    take(studio.play("j j l"), 3.0, Some("02-playbooks"));
    take(studio.play("2"), 3.0, Some("03-hit"));
    take(studio.play("R"), 4.0, None);
    studio.open_accused(accused);
    take(&studio, 4.0, Some("04-inside"));
    take(studio.play("l"), 1.0, None);
    take(studio.play("p l"), 4.0, Some("05-others"));
    take(studio.play("j"), 3.0, Some("06-label"));
    take(studio.play("t").type_in("suspect"), 2.0, None);
    take(studio.play("Enter Enter").type_in("pays with the same card"), 3.0, None);
    take(studio.play("C-s"), 3.0, Some("07-pin"));
    take(studio.play("p r"), 2.0, None);
    take(studio.play("m"), 3.0, Some("08-finding"));
    take(studio.play("f").type_in("Several accounts, one card"), 3.0, None);
    take(studio.play("C-s"), 3.0, Some("09-report"));
    take(studio.play("Space r"), 2.0, None);
    take(studio.play("Enter Enter"), 5.0, Some("10-next"));
    take(studio.play("?"), 3.0, None);
    for (theme, frames) in THEMES.iter().zip(&frames) {
        let animation = ui::shot::animated(frames, &Theme::builtin(theme).expect("the theme"));
        pictures.push((format!("tour-{name}-{theme}.svg"), animation.into_bytes()));
    }
    pictures
}

fn workbench(accused: usize) -> Vec<Picture> {
    let mut studio = Studio::open(Size { width: 120, height: 36 }, false);
    let mut pictures = Vec::new();
    for theme in THEMES {
        pictures.push((format!("workbench-{theme}.svg"), studio.draw(theme)));
        pictures.push((format!("workbench-{theme}.png"), studio.raster(theme)));
    }
    let mut take = |name: &str, studio: &Studio| pictures.push((format!("{name}.svg"), studio.draw("dark")));
    take("playbooks", studio.play("2"));
    take("triage", studio.play("R"));
    studio.open_accused(accused);
    take("links", studio.play("l l p l"));
    take("pivot", studio.play("j p i"));
    studio.play("Backspace p p");
    studio.play("t").type_in("suspect").play("Enter Enter").type_in("pays with the same card").play("C-s");
    take("entity", &studio);
    studio.play("p r m f").type_in("Several accounts, one card").play("C-s 4");
    take("case", &studio);
    take("help", studio.play("1 ?"));
    take("mapping", studio.play("Esc z m j j Enter C-u").type_in("upper(req").play("Tab"));
    pictures
}

#[test]
fn the_program_looks_like_its_pictures() {
    let accused = linked_account();
    let mut pictures = workbench(accused);
    pictures.extend(tour(Size { width: 80, height: 24 }, accused));
    pictures.extend(tour(Size { width: 120, height: 40 }, accused));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
    let drawing = std::env::var_os("CASEBOOK_DRAW").is_some();
    let mut stale = Vec::new();
    if drawing {
        std::fs::create_dir_all(folder.join("tour")).expect("a folder");
    }
    for (name, picture) in pictures {
        let path = folder.join(&name);
        if drawing {
            std::fs::write(&path, &picture).expect("the picture can be written");
        } else if std::fs::read(&path).is_ok_and(|there| there == picture) {
            continue;
        } else {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "the program no longer looks like these pictures: {stale:?}; CASEBOOK_DRAW=1 draws them anew");
}
