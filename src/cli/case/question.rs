//! `casebook case question`: what the case has to answer.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::case::{Event, Mode};
use crate::domain::Value;

use super::super::args::FormatArgs;
use super::super::failure::Failure;
use super::super::output::{self, Sheet};
use super::super::session::open_case;
use super::super::shell::Place;
use super::{record, text_or_stdin};

/// What to do with questions.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum QuestionCommand {
    /// Ask a question, or put one in other words; its id is printed
    Ask(AskArgs),
    /// Answer a question; the latest answer counts
    Answer(AnswerArgs),
    /// List the questions with their answers and the findings that answer them
    List(ListArgs),
}

/// Which question.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case question ask ./leaked-key 'Who used the key first from outside?'
  casebook case question ask ./leaked-key 'Who used the key from outside, and since when?' --again q1")]
pub(in crate::cli) struct AskArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The question; - reads it from stdin
    #[arg(value_name = "TEXT")]
    text: String,
    /// Put this question in other words instead of asking a new one
    #[arg(long, value_name = "ID")]
    again: Option<String>,
}

/// Which answer to what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case question answer ./leaked-key q1 'acct_17, from 203.0.113.9, on 2 March.'")]
pub(in crate::cli) struct AnswerArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The question's id
    #[arg(value_name = "ID")]
    id: String,
    /// The answer; - reads it from stdin
    #[arg(value_name = "TEXT")]
    text: String,
}

/// Of which case.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook case question list ./leaked-key
  casebook case question list --format csv ./leaked-key

Columns: id,question,answer,findings,at,by.")]
pub(in crate::cli) struct ListArgs {
    /// The case
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

/// Does it.
pub(super) fn run(command: &QuestionCommand, place: &Place<'_>) -> Result<i32, Failure> {
    match command {
        QuestionCommand::Ask(args) => ask(args, place),
        QuestionCommand::Answer(args) => {
            let (id, text) = (args.id.clone(), text_or_stdin(&args.text)?);
            record(place, &args.dir, |_| Event::Answered { id, text })?;
            Ok(0)
        }
        QuestionCommand::List(args) => list(args, place),
    }
}

fn ask(args: &AskArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let text = text_or_stdin(&args.text)?;
    if text.trim().is_empty() {
        return Err(Failure::Usage("the question is empty".into()));
    }
    let mut case = open_case(place, &args.dir, Mode::Write)?;
    let id = match &args.again {
        None => case.case().next_question_id(),
        Some(id) if case.case().questions().iter().any(|question| question.id == *id) => id.clone(),
        Some(id) => return Err(Failure::Failed(format!("there is no question {id}; nothing was saved"))),
    };
    super::saved(place, case.record(Event::Question { id: id.clone(), text }, crate::settings::machine::now())?)?;
    output::lines([id])?;
    Ok(0)
}

fn list(args: &ListArgs, place: &Place<'_>) -> Result<i32, Failure> {
    let dir = open_case(place, &args.dir, Mode::Read)?;
    let case = dir.case();
    let mut sheet = Sheet::new(&["id", "question", "answer", "findings", "at", "by"]);
    let text = |text: &str| Value::Text(text.to_owned());
    for question in case.questions() {
        let answer = question.answers.last().map_or(Value::Null, |answer| text(&answer.text));
        let answers = |finding: &&&crate::case::Finding| finding.question.as_deref() == Some(question.id.as_str());
        let findings: Vec<String> = case.findings().iter().filter(answers).map(|finding| finding.id.clone()).collect();
        let stamp = &question.stamp;
        let at = Value::Time(stamp.at);
        let row = [text(&question.id), text(&question.text), answer, text(&findings.join(" ")), at, text(&stamp.by)];
        sheet.rows.push(row.into());
    }
    output::print(args.format.format, &sheet)?;
    Ok(0)
}
