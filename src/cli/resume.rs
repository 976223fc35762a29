//! `casebook --resume`: the last case again, over the same extract, at the view where the last sitting ended.

use crate::case::{CaseDir, Mode};
use crate::runtime::last::{self, Last};

use super::Workbench;
use super::args::Cli;
use super::failure::Failure;
use super::shell::Place;

/// What the workbench is started with to go on: with the last case, or with the one that `--case` names.
pub(super) fn workbench(cli: &Cli, place: &Place<'_>) -> Result<Workbench, Failure> {
    let last = Last::recall(&place.paths);
    let Some(dir) = cli.open.case.clone().or_else(|| last.as_ref().map(|last| last.case.clone())) else {
        let what = "there is no case to go on with yet: casebook EXTRACT... begins one, and --resume --case DIR goes on with any";
        return Err(Failure::Usage(what.to_owned()));
    };
    if !dir.exists() {
        return Err(Failure::Failed(format!(
            "the case {} is not there any more; --resume --case DIR goes on with another one",
            dir.display()
        )));
    }
    let (case, _) = CaseDir::open(&dir, Mode::Read)?;
    let mut spec =
        last::opening(&dir, case.case(), last.as_ref(), &place.paths).map_err(|error| Failure::Failed(error.to_string()))?;
    // How this machine is used is a matter of today.
    let asked = cli.open.spec(&[]);
    (spec.memory, spec.threads, spec.no_cache, spec.max_unpacked) =
        (asked.memory.or(spec.memory), asked.threads.or(spec.threads), asked.no_cache, asked.max_unpacked.or(spec.max_unpacked));
    Ok(Workbench {
        spec,
        demo: None,
        resume: Some(last::ended(&dir, case.case(), last.as_ref())),
        case: Some(dir),
        time: cli.open.time,
        read_only: cli.open.read_only,
        tour: false,
        theme: cli.theme.clone(),
    })
}
