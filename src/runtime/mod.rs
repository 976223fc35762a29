//! The imperative shell: one loop that gives all messages one order, and the hands that do what the core asks for.

mod clipboard;
mod editor;
mod effects;
mod ground;
mod input;
mod keeper;
pub mod last;
mod loader;
mod preferences;
mod screen;
mod scribe;
mod signals;
mod signs;
mod terminal;
mod wire;

use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::Position;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::msg::MouseDone;
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
use crate::settings::theme::Ground;

pub use preferences::Preferences;

use effects::Hands;
use input::Gate;
use keeper::Keep;
use loader::{Attempt, News};
use screen::Screen;
use signs::Signs;

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
    /// A signal of this number ended the program; the case is here, if there was one.
    Ended(i32, Option<String>),
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
    /// The program made a mistake, which has been reported.
    #[error("the workbench broke down, which is a mistake of the program{}", saved(case.as_deref()))]
    Broke {
        /// Where the case is, if there was one.
        case: Option<String>,
    },
}

fn saved(case: Option<&str>) -> String {
    case.map(|case| format!("; what was said to be saved is in the case in {case}")).unwrap_or_default()
}

/// What arrives in the loop.
enum Incoming {
    /// A message for the core.
    Msg(Msg),
    /// News of an opening: the engine stays with the runtime.
    Opening(Attempt, News),
    /// The files of what this opening gave were hashed again.
    Rehashed(Attempt, Vec<Changed>),
    /// The terminal has taken all that was drawn.
    Drained,
    /// The terminal got the focus or lost it.
    Focus(bool),
    /// The terminal was asked and says that it is light or dark.
    Ground(Ground),
    /// The program is to stop until the shell lets it go on.
    Suspend,
    /// The program was stopped and goes on: nobody knows what became of the terminal.
    Retake,
    /// A signal of this number asks the program to end.
    End(i32),
}

/// Sends into the loop, from any thread.
#[derive(Clone)]
struct Post(UnboundedSender<Incoming>);

impl Post {
    fn send(&self, msg: Msg) {
        self.give(Incoming::Msg(msg));
    }

    fn give(&self, incoming: Incoming) {
        // After the loop has ended nobody wants it.
        let _ = self.0.send(incoming);
    }

    fn news(&self, attempt: Attempt, news: News) {
        self.give(Incoming::Opening(attempt, news));
    }

    fn rehashed(&self, attempt: Attempt, changed: Vec<Changed>) {
        self.give(Incoming::Rehashed(attempt, changed));
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
    let (sender, mut incoming) = unbounded_channel();
    let post = Post(sender);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    // Before the terminal is taken: a signal in between would end the program with the terminal as it is then.
    signals::listen(post.clone());
    let mut screen = Screen::open(start.theme.as_deref(), &start.preferences, &start.paths, &post)?;
    let mut state = State::new(&crate::engine::dialect::DUCK);
    // The hook has given the terminal back and reported by then. What is on its way to the case still gets there.
    let worked = catch_unwind(AssertUnwindSafe(|| runtime.block_on(work(start, post, &mut state, &mut screen, &mut incoming))));
    screen.close();
    let case = (!state.case.dir.is_empty()).then_some(state.case.dir);
    match worked {
        Ok(Some(signal)) => Ok(Outcome::Ended(signal, case)),
        Ok(None) => Ok(match state.phase {
            Phase::Failed(reason) => Outcome::Failed(reason),
            Phase::Loading { .. } => Outcome::Stopped,
            Phase::Ready => Outcome::Left(case),
        }),
        Err(_) => Err(RunError::Broke { case }),
    }
}

/// Prepares everything, runs the loop to its end and waits until the case is on disk. The number of the signal that ended it, if one did.
async fn work(
    start: Start,
    post: Post,
    state: &mut State,
    screen: &mut Screen,
    incoming: &mut UnboundedReceiver<Incoming>,
) -> Option<i32> {
    let gate = Arc::new(Gate::default());
    input::listen(post.clone(), Arc::clone(&gate), screen.ask_for_ground());
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
    update(state, Msg::Library(start.library.playbooks));
    update(state, Msg::SqlHistory(history::read(&start.paths, REMEMBERED)));
    state.trail.adjust(|view| view.range = start.range);
    state.sizes = memory::recall(&start.paths, Thing::Panes).unwrap_or_default();
    update(state, Msg::Resize(screen.size()));
    let begun = start.tour.then(|| memory::recall(&start.paths, Thing::Tour).unwrap_or_default());
    let signs = Signs::new(start.preferences.terminal, screen.link());
    let mut hands = Hands::new(post.clone(), gate, signs, screen.link(), start.case, start.read_only, start.paths, start.opener);
    hands.open(start.spec, start.prepare);
    let first = begun.map(Msg::Tour).into_iter().chain(start.resume.map(Msg::Resume));
    first.flat_map(|msg| update(state, msg)).for_each(|effect| hands.perform(effect));
    if !problems.is_empty() {
        post.send(Msg::Failed(problems.join(". ")));
    }
    let mut desk = Desk { state, hands, screen, ended: None };
    turn(&mut desk, incoming).await;
    desk.hands.finish(desk.state.standing());
    desk.ended
}

/// All that the loop works with.
struct Desk<'a> {
    state: &'a mut State,
    hands: Hands,
    screen: &'a mut Screen,
    /// The signal that asked for the end.
    ended: Option<i32>,
}

/// The loop: everything that has arrived is taken in, then one frame is drawn. While the terminal has not taken the frame before, none is
/// drawn: what the next one shows is what is so by then.
async fn turn(desk: &mut Desk<'_>, incoming: &mut UnboundedReceiver<Incoming>) {
    let mut drawn: Option<Instant> = None;
    let (mut dirty, mut urgent) = (true, false);
    loop {
        while let Ok(next) = incoming.try_recv() {
            urgent |= desk.take(next);
            dirty = true;
        }
        if desk.state.quit {
            return;
        }
        let due = drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME);
        let held_up = dirty && !desk.screen.is_free();
        if dirty && !held_up && (urgent || due) {
            desk.hands.signs.look(desk.state);
            desk.screen.draw(desk.state);
            drawn = Some(Instant::now());
            (dirty, urgent) = (false, false);
        }
        let state = &desk.state;
        let wait = match (dirty, drawn) {
            // Until the terminal has room again.
            _ if held_up => None,
            (true, Some(drawn)) => Some(FRAME.saturating_sub(drawn.elapsed())),
            _ if !state.jobs.is_empty() || state.reopening.is_some() || matches!(state.phase, Phase::Loading { .. }) => {
                Some(TICK)
            }
            // What is shown for a while is covered in time, also when nothing else happens.
            _ => state.unveiled.as_ref().map(|unveiled| unveiled.until.saturating_sub(desk.hands.began.elapsed())),
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
                    urgent |= desk.take(next);
                    dirty = true;
                }
                None => return,
            },
            () = timer => {
                if !dirty {
                    desk.tick();
                    dirty = true;
                }
            }
        }
    }
}

impl Desk<'_> {
    fn tick(&mut self) {
        update(self.state, Msg::Tick(self.hands.began.elapsed()));
    }

    /// Takes one thing in and does what follows. Whether somebody waits to see it.
    fn take(&mut self, next: Incoming) -> bool {
        let msg = match next {
            Incoming::Opening(attempt, news) => self.hands.news(attempt, news),
            Incoming::Rehashed(attempt, changed) => self.hands.rehashed(attempt, changed),
            Incoming::Msg(msg) => {
                // Also one that came back to its size has lost what did not fit in between.
                if matches!(msg, Msg::Resize(_)) {
                    self.screen.forget();
                }
                Some(msg)
            }
            // Meanwhile time has passed: what is shown for a while may have to be covered.
            Incoming::Drained => Some(Msg::Tick(self.hands.began.elapsed())),
            Incoming::Focus(focused) => {
                self.hands.signs.focus(focused);
                return false;
            }
            Incoming::Ground(ground) => {
                self.screen.fit_to(ground);
                self.screen.theme_name().clone_into(&mut self.state.theme);
                return true;
            }
            Incoming::Suspend => {
                self.suspend();
                return true;
            }
            Incoming::Retake => {
                self.screen.lend();
                self.take_back();
                return true;
            }
            Incoming::End(signal) => {
                self.ended = Some(signal);
                Some(Msg::HangUp)
            }
        };
        let Some(mut msg) = msg else { return false };
        if let Msg::Mouse(mouse) = &mut msg
            && mouse.done == MouseDone::Click
        {
            mouse.on = self.screen.spot(self.state, Position { x: mouse.column, y: mouse.row });
        }
        let urgent = matches!(msg, Msg::Key(_) | Msg::Mouse(_) | Msg::Paste(_) | Msg::Resize(_) | Msg::Opened(_));
        if matches!(msg, Msg::Key(_) | Msg::Mouse(_)) {
            update(self.state, Msg::Clock(now()));
            self.tick();
        }
        if let Msg::CaseOpened { dir, read_only: false, .. } = &msg {
            self.hands.writes_in(dir);
        }
        for effect in update(self.state, msg) {
            match effect {
                Effect::Theme(name) => self.screen.use_theme(&name),
                Effect::KeepTheme(name) => self.hands.keep(Keep::Theme { name, but: self.screen.but_theme() }),
                Effect::Edit(text) => self.edit(&text),
                Effect::Redraw => self.screen.forget(),
                Effect::Suspend => {
                    if let Err(error) = signals::ask_to_stop() {
                        update(self.state, Msg::Failed(format!("cannot stop here: {error}")));
                    }
                }
                effect => self.hands.perform(effect),
            }
        }
        urgent
    }

    /// Waits for the analyst's own editor, which has the terminal meanwhile; what arrives from elsewhere is taken in after that.
    fn edit(&mut self, text: &str) {
        let left = editor::edit(text, &self.hands.paths, self.screen, &self.hands.gate);
        self.hands.signs.forget();
        self.tell(Msg::Tick(self.hands.began.elapsed()));
        self.tell(Msg::Resize(self.screen.size()));
        self.tell(Msg::Edited(left));
    }

    /// Gives the terminal to the shell, stops, and takes it again when the program is let go on.
    fn suspend(&mut self) {
        if let Err(error) = self.hands.gate.close() {
            self.tell(Msg::Failed(format!("cannot stop here: {error}")));
            return;
        }
        self.screen.lend();
        signals::stop();
        self.take_back();
        self.hands.gate.open();
    }

    /// Takes the terminal again, with the size that it has by now.
    fn take_back(&mut self) {
        if let Err(error) = self.screen.take_back() {
            tracing::warn!("the terminal cannot be taken back: {error}");
        }
        self.hands.signs.forget();
        self.tell(Msg::Tick(self.hands.began.elapsed()));
        self.tell(Msg::Resize(self.screen.size()));
    }

    fn tell(&mut self, msg: Msg) {
        for effect in update(self.state, msg) {
            self.hands.perform(effect);
        }
    }
}

/// The size of a terminal in our words.
fn size(width: u16, height: u16) -> Size {
    Size { width, height }
}
