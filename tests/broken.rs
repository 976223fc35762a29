//! A corpus of broken inputs, made by this script: whatever is opened, the real program ends by itself, within its memory, with a
//! message where it could not do what was asked.

#![cfg(all(feature = "engine", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[path = "broken/archives.rs"]
mod archives;
#[path = "broken/corpus.rs"]
mod corpus;
#[path = "broken/pack.rs"]
mod pack;
#[path = "broken/run.rs"]
mod run;
#[path = "broken/samples.rs"]
mod samples;
#[path = "broken/texts.rs"]
mod texts;

use std::sync::Mutex;
use std::time::Instant;

use corpus::Input;

/// Memory that the program may take: what the database is allowed, and 300 MB of its own.
const MEMORY: u64 = 812_000_000;

/// Inputs that are tried at a time.
const AT_A_TIME: usize = 2;

#[test]
fn every_broken_input_ends_in_a_message_and_an_exit_status() {
    let began = Instant::now();
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus::make(home.path());
    assert!(corpus.len() >= 200, "only {} inputs", corpus.len());
    let made = began.elapsed();
    let queue = Mutex::new(corpus.iter());
    let failures = Mutex::new(Vec::new());
    let times = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for worker in 0..AT_A_TIME {
            let (queue, failures, times, home) = (&queue, &failures, &times, home.path());
            scope.spawn(move || {
                let home = home.join(format!("home-{worker}"));
                std::fs::create_dir_all(home.join("tmp")).unwrap();
                loop {
                    let Some(input) = next(queue) else { return };
                    let began = Instant::now();
                    if let Err(reason) = run::try_input(&home, input) {
                        failures.lock().unwrap().push(format!("{}: {reason}", input.name));
                    }
                    times.lock().unwrap().push((began.elapsed(), input.name.as_str()));
                }
            });
        }
    });
    let most = run::most_memory();
    println!(
        "{} broken inputs made in {made:.1?}, tried in {:.1?}, at most {} MB",
        corpus.len(),
        began.elapsed() - made,
        most / 1_000_000
    );
    let mut times = times.into_inner().unwrap();
    times.sort();
    times.iter().rev().take(8).for_each(|(time, name)| println!("{time:.1?} {name}"));
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} inputs:\n{}", failures.len(), corpus.len(), failures.join("\n"));
    assert!(most <= MEMORY, "the program took {} MB", most / 1_000_000);
}

fn next<'a>(queue: &Mutex<std::slice::Iter<'a, Input>>) -> Option<&'a Input> {
    queue.lock().unwrap().next()
}
