//! The composition root: the one place that says which database, and starts the command line and the workbench with it.

use std::sync::Arc;

use crate::cli::{self, House, Trouble, Workbench};
use crate::engine::Opener;
use crate::engine::duckdb::DuckOpener;
use crate::extract::demo;
use crate::playbook;
use crate::runtime::{self, Outcome, Preferences, Prepare, RunError, Start};
use crate::settings::files;
use crate::settings::paths::Paths;

/// Runs the program with the arguments of this process and returns the exit status. `Err` only for what is a mistake of the program.
pub fn run() -> color_eyre::Result<i32> {
    color_eyre::install()?;
    if let Ok(what) = std::env::var("CASEBOOK_LOG") {
        keep_log(&what)?;
    }
    let house = House { opener: Arc::new(DuckOpener), workbench: &workbench };
    cli::run(std::env::args_os(), &house)
}

/// Runs the workbench until the analyst leaves; says where the case is.
fn workbench(asked: Workbench, paths: &Paths) -> Result<Option<String>, Trouble> {
    let opener: Arc<dyn Opener> = Arc::new(DuckOpener);
    let prepare = asked.demo.map(|spec| prepare_demo(spec, paths.clone(), Arc::clone(&opener)));
    let (preferences, mistakes) = Preferences::load(paths);
    let start = Start {
        spec: asked.spec,
        prepare,
        case: asked.case,
        read_only: asked.read_only,
        tour: asked.tour && preferences.tour != Some(false),
        resume: asked.resume,
        range: asked.time,
        theme: asked.theme,
        preferences,
        mistakes: mistakes.iter().map(ToString::to_string).collect(),
        paths: paths.clone(),
        opener,
        library: playbook::library::load(paths),
    };
    match runtime::run(start) {
        Ok(Outcome::Left(Some(case))) => Ok(Some(format!("the case is in {case}"))),
        Ok(Outcome::Left(None)) => Ok(None),
        Ok(Outcome::Failed(reason)) => Err(Trouble::Failed(reason)),
        Ok(Outcome::Stopped) => Err(Trouble::Stopped),
        Ok(Outcome::Ended(signal, case)) => Err(Trouble::Signal(signal, case.map(|case| format!("the case is in {case}")))),
        Err(error @ RunError::Broke { .. }) => Err(Trouble::Failed(error.to_string())),
        Err(error @ RunError::Terminal(_)) => Err(Trouble::Failed(error.to_string())),
        Err(error) => Err(Trouble::Usage(error.to_string())),
    }
}

/// Makes the demo, or finds it where it was made before.
fn prepare_demo(spec: demo::Spec, paths: Paths, opener: Arc<dyn Opener>) -> Prepare {
    Box::new(move |tell| {
        let mut watch = |done: u64, all: u64| {
            let share = done as f64 / all.max(1) as f64;
            tell(format!("making the demo, {done} of {all} rows"), Some(share))
        };
        demo::cached(&spec, &paths, opener.as_ref(), &mut watch)
            .map(|path| path.display().to_string())
            .map_err(|error| error.to_string())
    })
}

/// Writes what the program itself has to say into `casebook.log` in the data folder; `what` is a level or a filter of `tracing`.
fn keep_log(what: &str) -> color_eyre::Result<()> {
    let paths = Paths::discover()?;
    files::create_dir(&paths.data)?;
    let file = files::open_append(&paths.data.join("casebook.log"))?;
    tracing_subscriber::fmt().with_env_filter(what).with_ansi(false).with_writer(std::sync::Mutex::new(file)).init();
    Ok(())
}
