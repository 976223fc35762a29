//! The imperative shell: one loop that gives all messages one order, and the hands that do what the core asks for.

mod clipboard;
mod editor;
mod effects;
mod input;
mod keeper;
pub mod last;
mod loader;
mod preferences;
mod screen;
mod scribe;
mod signals;
pub mod terminal;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::state::{Phase, Resume, Size};
use crate::app::{Effect, Msg, State, update};
use crate::domain::TimeRange;
use crate::engine::Opener;
use crate::extract::{Changed, OpenSpec};
use crate::playbook::Library;

use crate::app::state::sql::REMEMBERED;
use crate::settings::history;
use crate::settings::machine::now;
use crate::settings::memory::{self, Thing};
use crate::settings::paths::Paths;

pub use preferences::Preferences;

use effects::Hands;
use input::Gate;
use keeper::Keep;
use loader::{Attempt, News};
use screen::Screen;

/// What the workbench is started with.
pub struct Start {
    /// What to open.
    pub spec: OpenSpec,
    /// Prepares the extract before it is opened, where it has to be made first (the demo); gives its path.
    pub prepare: Option<Prepare>,
    /// The case to open or make; `None` for a new one in the data folder.
    pub case: Option<PathBuf>,
    /// Whether nothing may be recorded.
    pub read_only: bool,
    /// The time range of the first view.
    pub range: TimeRange,
    /// The theme that was asked for; `None` for the one of the preferences.
    pub theme: Option<String>,
    /// What the user has set.
    pub preferences: Preferences,
    /// What is wrong with what the user has set; to be shown.
    pub mistakes: Vec<String>,
    /// Whether the tour may begin, until it is over.
    pub tour: bool,
    /// Where the last sitting ended, to be gone to.
    pub resume: Option<Resume>,
    /// The program's folders.
    pub paths: Paths,
    /// Opens databases.
    pub opener: Arc<dyn Opener>,
    /// The playbooks there are.
    pub library: Library,
}

/// Makes an extract; is told by its argument what is going on, and stops when that says `false`. Returns the path.
pub type Prepare = Box<dyn FnOnce(&mut dyn FnMut(String, Option<f64>) -> bool) -> Result<String, String> + Send>;

/// How the workbench ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The analyst left; the case is here, if there was one.
    Left(Option<String>),
    /// The extract could not be opened.
    Failed(String),
    /// Opening was given up.
    Stopped,
}

/// Why the workbench could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no terminal.
    #[error("the workbench needs a terminal; 'casebook query', 'top', 'timeline' and 'pivot' work without one")]
    NoTerminal,
    /// The terminal does not do what is needed.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[from] std::io::Error),
    /// The theme cannot be used.
    #[error("{0}")]
    Theme(String),
}

/// What arrives in the loop.
enum Incoming {
    /// A message for the core.
    Msg(Msg),
    /// News of an opening: the engine stays with the runtime.
    Opening(Attempt, News),
    /// The files of what this opening gave were hashed again.
    Rehashed(Attempt, Vec<Changed>),
}

/// Sends into the loop, from any thread.
#[derive(Clone)]
struct Post(UnboundedSender<Incoming>);

impl Post {
    fn send(&self, msg: Msg) {
        // After the loop has ended nobody wants the message.
        let _ = self.0.send(Incoming::Msg(msg));
    }

    fn news(&self, attempt: Attempt, news: News) {
        let _ = self.0.send(Incoming::Opening(attempt, news));
    }

    fn rehashed(&self, attempt: Attempt, changed: Vec<Changed>) {
        let _ = self.0.send(Incoming::Rehashed(attempt, changed));
    }
}

/// Frames closer than this are drawn as one, unless a key was pressed.
const FRAME: Duration = Duration::from_millis(30);
/// How often running time is shown.
const TICK: Duration = Duration::from_millis(200);

/// Runs the workbench until the analyst leaves.
pub fn run(start: Start) -> Result<Outcome, RunError> {
    // When the extract is piped in, the keys come from the terminal itself.
    let piped = start.spec.inputs.iter().any(|input| input == "-");
    let keys = std::io::stdin().is_terminal() || (piped && std::fs::File::open("/dev/tty").is_ok());
    if !std::io::stdout().is_terminal() || !keys {
        return Err(RunError::NoTerminal);
    }
    let mut screen = Screen::open(start.theme.as_deref(), &start.preferences, &start.paths)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let outcome = runtime.block_on(work(start, &mut screen));
    screen.close();
    Ok(outcome)
}

async fn work(start: Start, screen: &mut Screen) -> Outcome {
    let (sender, mut incoming) = unbounded_channel();
    let post = Post(sender);
    let gate = Arc::new(Gate::default());
    input::listen(post.clone(), Arc::clone(&gate));
    signals::listen(post.clone());
    let mut state = State::new(&crate::engine::dialect::DUCK);
    state.theme = screen.theme_name().to_owned();
    state.themes = screen.theme_names();
    state.keymap = start.preferences.keymap;

    let mut problems: Vec<String> = Vec::new();
    if !start.mistakes.is_empty() {
        problems.push(format!("in config.toml, {} (the defaults hold there)", start.mistakes.join("; ")));
    }
    let unfit: Vec<String> = start.library.problems.iter().map(ToString::to_string).collect();
    if !unfit.is_empty() {
        problems.push(format!("these playbooks cannot be used: {}", unfit.join("; ")));
    }
    update(&mut state, Msg::Library(start.library.playbooks));
    update(&mut state, Msg::SqlHistory(history::read(&start.paths, REMEMBERED)));
    state.trail.adjust(|view| view.range = start.range);
    state.sizes = memory::recall(&start.paths, Thing::Panes).unwrap_or_default();
    let size = screen.size();
    update(&mut state, Msg::Resize(size));
    let begun = start.tour.then(|| memory::recall(&start.paths, Thing::Tour).unwrap_or_default());
    let mut hands = Hands::new(post.clone(), gate, start.case, start.read_only, start.paths, start.opener);
    hands.open(start.spec, start.prepare);
    let first = begun.map(Msg::Tour).into_iter().chain(start.resume.map(Msg::Resume));
    first.flat_map(|msg| update(&mut state, msg)).for_each(|effect| hands.perform(effect));
    if !problems.is_empty() {
        post.send(Msg::Failed(problems.join(". ")));
    }
    turn(&mut state, &mut hands, screen, &mut incoming).await;
    hands.finish();
    match state.phase {
        Phase::Failed(reason) => Outcome::Failed(reason),
        Phase::Loading { .. } => Outcome::Stopped,
        Phase::Ready => Outcome::Left((!state.case.dir.is_empty()).then_some(state.case.dir)),
    }
}

/// The loop: everything that has arrived is taken in, then one frame is drawn.
async fn turn(state: &mut State, hands: &mut Hands, screen: &mut Screen, incoming: &mut UnboundedReceiver<Incoming>) {
    let began = hands.began;
    let mut drawn: Option<Instant> = None;
    let mut dirty = true;
    loop {
        let mut urgent = false;
        while let Ok(next) = incoming.try_recv() {
            urgent |= take(state, hands, screen, next);
            dirty = true;
        }
        if state.quit {
            return;
        }
        let due = drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME);
        if dirty && (urgent || due) {
            screen.draw(state);
            drawn = Some(Instant::now());
            dirty = false;
        }
        let wait = match (dirty, drawn) {
            (true, Some(drawn)) => Some(FRAME.saturating_sub(drawn.elapsed())),
            _ if !state.jobs.is_empty() || state.reopening.is_some() || matches!(state.phase, Phase::Loading { .. }) => {
                Some(TICK)
            }
            // What is shown for a while is covered in time, also when nothing else happens.
            _ => state.unveiled.as_ref().map(|unveiled| unveiled.until.saturating_sub(began.elapsed())),
        };
        let timer = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            next = incoming.recv() => match next {
                Some(next) => {
                    let urgent = take(state, hands, screen, next);
                    dirty = true;
                    if urgent && !state.quit && incoming.is_empty() {
                        screen.draw(state);
                        drawn = Some(Instant::now());
                        dirty = false;
                    }
                }
                None => return,
            },
            () = timer => {
                if !dirty {
                    update(state, Msg::Tick(began.elapsed()));
                    dirty = true;
                }
            }
        }
    }
}

/// Takes one thing in and does what follows. Whether somebody waits to see it.
fn take(state: &mut State, hands: &mut Hands, screen: &mut Screen, next: Incoming) -> bool {
    let msg = match next {
        Incoming::Opening(attempt, news) => hands.news(attempt, news),
        Incoming::Rehashed(attempt, changed) => hands.rehashed(attempt, changed),
        Incoming::Msg(msg) => Some(msg),
    };
    let Some(msg) = msg else { return false };
    let urgent = matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Resize(_) | Msg::Opened(_));
    if matches!(msg, Msg::Key(_)) {
        update(state, Msg::Clock(now()));
        update(state, Msg::Tick(hands.began.elapsed()));
    }
    if let Msg::CaseOpened { dir, read_only: false, .. } = &msg {
        hands.writes_in(dir);
    }
    for effect in update(state, msg) {
        match effect {
            Effect::Theme(name) => screen.use_theme(&name),
            Effect::KeepTheme(name) => hands.keep(Keep::Theme { name, but: screen.but_theme() }),
            Effect::Edit(text) => edit(state, hands, screen, &text),
            effect => hands.perform(effect),
        }
    }
    urgent
}

/// Waits for the analyst's own editor, which has the terminal meanwhile; what arrives from elsewhere is taken in after that.
fn edit(state: &mut State, hands: &mut Hands, screen: &mut Screen, text: &str) {
    let left = editor::edit(text, &hands.paths, screen, &hands.gate);
    for msg in [Msg::Tick(hands.began.elapsed()), Msg::Resize(screen.size()), Msg::Edited(left)] {
        update(state, msg).into_iter().for_each(|effect| hands.perform(effect));
    }
}

/// The size of a terminal in our words.
fn size(width: u16, height: u16) -> Size {
    Size { width, height }
}
