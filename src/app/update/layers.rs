//! Keys and pasted text while a layer lies over the surface.

use std::borrow::Cow;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::command::{self, Motion, TABLE};
use crate::app::effect::Effect;
use crate::app::focus;
use crate::app::key::{Code, Key};
use crate::app::state::form::{Entry, FormField};
use crate::app::state::{Form, Input, Layer, Place, State, Tone};
use crate::investigate::filter;
use crate::investigate::{Filter, View};

use super::{act, casework, columns, mapping, motion, notes, panes, report, trail, view};

/// Gives a key to the topmost layer. Whether there was one.
pub(super) fn press(state: &mut State, key: Key, out: &mut Vec<Effect>) -> bool {
    let Some(layer) = state.layers.pop() else { return false };
    if key.control && key.code == Code::Char('c') && !matches!(layer, Layer::Note(_)) {
        super::quit(state, out);
        return true;
    }
    let own = matches!(layer, Layer::Mapping(_) | Layer::Note(_) | Layer::Themes { .. });
    if key == Key::plain(Code::Esc) && !own {
        return true;
    }
    match layer {
        Layer::Help { input, top } => help(state, input, top, key),
        Layer::Palette { input, cursor, matches } => palette(state, input, cursor, matches, key, out),
        Layer::Filter { input, error, candidates, chosen } => edit_filter(state, input, error, candidates, chosen, key, out),
        Layer::Form(form) => edit_form(state, form, key, out),
        Layer::Confirm(mut confirm) => match key.code {
            Code::Enter | Code::Char('y') => match casework::allow(state, &confirm.event) {
                Ok(()) => casework::record(state, confirm.event, out),
                Err(reason) => state.say(Tone::Error, reason),
            },
            Code::Char('q' | 'n') => state.say(Tone::Plain, "nothing was recorded"),
            _ => {
                confirm.top = scroll(confirm.top, confirm.lines.len(), state, key);
                state.layers.push(Layer::Confirm(confirm));
            }
        },
        Layer::Note(note) => notes::press(state, note, key, out),
        Layer::Mapping(edit) => mapping::press(state, edit, key, out),
        Layer::Report => report::press(state, key, out),
        Layer::Panes { cursor } => panes::press(state, cursor, key, out),
        Layer::Themes { cursor, before } => panes::press_theme(state, cursor, before, key, out),
        Layer::Trail(layer) => trail::press(state, layer, key, out),
        Layer::Columns(choice) => columns::press(state, choice, key, out),
        Layer::Text { title, lines, top } => {
            if key.code != Code::Enter && key.code != Code::Char('q') {
                let top = scroll(top, lines.len(), state, key);
                state.layers.push(Layer::Text { title, lines, top });
            }
        }
    }
    true
}

/// Puts pasted text into the line under edit. Line breaks become blanks there: a line is a line.
pub(super) fn paste(state: &mut State, text: &str, out: &mut Vec<Effect>) {
    if notes::paste(state, text) {
        return;
    }
    let line: String =
        text.trim_end().chars().map(|character| if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character }).collect();
    match state.layers.last_mut() {
        Some(Layer::Help { input, .. } | Layer::Palette { input, .. }) => input.insert(&line),
        Some(Layer::Filter { input, .. }) => input.insert(&line),
        Some(Layer::Form(form)) => {
            if let Some(Entry::Text(input)) = form.fields.get_mut(form.at).map(|field| &mut field.entry) {
                input.insert(&line);
            }
        }
        Some(Layer::Mapping(Some(_))) => mapping::paste(state, &line, out),
        Some(Layer::Columns(choice)) if choice.input.is_some() => {
            if let Some(input) = &mut choice.input {
                input.insert(&line);
            }
        }
        _ => state.say(Tone::Plain, "nothing here takes pasted text; & edits the filter"),
    }
    if let Some(Layer::Filter { .. }) = state.layers.last() {
        seal_filter(state);
        recheck(state);
    }
}

/// Puts fingerprints in the place of secrets in the filter under edit: neither the screen nor the case keeps them.
fn seal_filter(state: &mut State) {
    let Some(Layer::Filter { input, .. }) = state.layers.last() else { return };
    let Cow::Owned(sealed) = state.sealed(input.text()) else { return };
    if let Some(Layer::Filter { input, .. }) = state.layers.last_mut() {
        *input = Input::new(&sealed);
    }
    state.say(Tone::Plain, SEALED);
}

/// What is said when a secret was given.
pub(super) const SEALED: &str = "a secret was given; its fingerprint stands in its place";

fn step_of(key: Key) -> Option<Motion> {
    Some(match (key.code, key.control) {
        (Code::Up, _) | (Code::Char('p'), true) => Motion::Up,
        (Code::Down, _) | (Code::Char('n'), true) => Motion::Down,
        (Code::PageUp, _) => Motion::PageUp,
        (Code::PageDown, _) => Motion::PageDown,
        _ => return None,
    })
}

/// A step in a list that takes no text.
pub(super) fn list_step(key: Key) -> Option<Motion> {
    match (key.code, key.control) {
        (Code::Char('j'), false) => Some(Motion::Down),
        (Code::Char('k'), false) => Some(Motion::Up),
        (Code::Char('g') | Code::Home, false) => Some(Motion::First),
        (Code::Char('G') | Code::End, false) => Some(Motion::Last),
        (Code::Char(' '), false) => Some(Motion::PageDown),
        (Code::Char('d'), true) => Some(Motion::HalfDown),
        (Code::Char('u'), true) => Some(Motion::HalfUp),
        _ => step_of(key),
    }
}

fn scroll(top: usize, lines: usize, state: &State, key: Key) -> usize {
    let height = usize::from(state.size.height.saturating_sub(6)).max(1);
    list_step(key).map_or(top, |step| motion::moved(top, (lines + 1).saturating_sub(height).max(1), height, step))
}

// ---- help and palette

fn help(state: &mut State, mut input: Input, top: usize, key: Key) {
    if input.text().is_empty() && matches!(key.code, Code::Char('?' | 'q')) && !key.control {
        return;
    }
    let top = match step_of(key) {
        Some(_) => scroll(top, command::matching(input.text(), &state.keymap).len() + 2, state, key),
        None if input.press(key) => 0,
        None => top,
    };
    state.layers.push(Layer::Help { input, top });
}

/// Opens the palette with every command that works here.
pub(super) fn open_palette(state: &mut State) {
    let matches = palette_matches(state, "");
    state.layers.push(Layer::Palette { input: Input::default(), cursor: 0, matches });
}

fn palette_matches(state: &State, text: &str) -> Vec<&'static str> {
    let here = focus::here(state);
    let works = TABLE.iter().filter(|command| command.when.meets(here) && command.id != "palette");
    let pattern = Pattern::parse(text, CaseMatching::Smart, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, &'static str)> = works
        .filter_map(|command| {
            let words = format!("{} {}", command.title, command.id);
            let score = pattern.score(nucleo_matcher::Utf32Str::new(&words, &mut buffer), &mut matcher)?;
            Some((score, command.id))
        })
        .collect();
    scored.sort_by_key(|scored| std::cmp::Reverse(scored.0));
    scored.into_iter().map(|scored| scored.1).collect()
}

fn palette(state: &mut State, mut input: Input, cursor: usize, mut matches: Vec<&'static str>, key: Key, out: &mut Vec<Effect>) {
    if key.code == Code::Enter {
        match matches.get(cursor).and_then(|id| command::by_id(id)) {
            Some(command) => act::act(state, command.action, out),
            None => state.say(Tone::Plain, "no command has these letters"),
        }
        return;
    }
    let mut cursor = cursor;
    match step_of(key) {
        Some(step) => cursor = motion::moved(cursor, matches.len(), 10, step),
        None => {
            if input.press(key) {
                matches = palette_matches(state, input.text());
                cursor = 0;
            }
        }
    }
    state.layers.push(Layer::Palette { input, cursor, matches });
}

// ---- filter bar

fn checked(state: &State, text: &str) -> Result<Filter, crate::investigate::FilterError> {
    let filter = Filter::parse(text)?;
    filter.check(&state.schema)?;
    Ok(filter)
}

/// Looks at the filter under edit again.
fn recheck(state: &mut State) {
    let Some(Layer::Filter { input, .. }) = state.layers.last() else { return };
    let found = checked(state, input.text()).err();
    if let Some(Layer::Filter { error, .. }) = state.layers.last_mut() {
        *error = found;
    }
}

fn edit_filter(
    state: &mut State,
    mut input: Input,
    error: Option<crate::investigate::FilterError>,
    mut candidates: Vec<String>,
    mut chosen: usize,
    key: Key,
    out: &mut Vec<Effect>,
) {
    match key.code {
        Code::Enter => {
            apply_filter(state, input, out);
            return;
        }
        Code::Tab | Code::BackTab => {
            // The first Tab puts the best candidate in; further ones go through the others.
            let completion = filter::complete(input.text(), input.cursor(), &state.schema, &state.case.case);
            if candidates.is_empty() {
                candidates = completion.candidates;
                chosen = 0;
            } else if key.code == Code::Tab {
                chosen = (chosen + 1) % candidates.len();
            } else {
                chosen = (chosen + candidates.len() - 1) % candidates.len();
            }
            if let Some(candidate) = candidates.get(chosen) {
                input.replace(completion.range, candidate);
            } else {
                state.say(Tone::Plain, "no name begins like this");
            }
        }
        _ if input.press(key) => candidates.clear(),
        _ => {}
    }
    state.layers.push(Layer::Filter { input, error, candidates, chosen });
    recheck(state);
}

fn apply_filter(state: &mut State, input: Input, out: &mut Vec<Effect>) {
    let sealed = state.sealed(input.text()).into_owned();
    let gave_secret = sealed != input.text();
    let input = if gave_secret { Input::new(&sealed) } else { input };
    match checked(state, input.text()) {
        Ok(filter) if filter == state.view().filter => {}
        Ok(filter) => {
            let title = if filter.is_all() { "all rows".to_owned() } else { filter.to_string() };
            let view = View { filter, sort: Vec::new(), ..state.view().clone() };
            view::visit(state, Place::Rows, view, title, out);
            if gave_secret {
                state.say(Tone::Plain, SEALED);
            }
        }
        Err(error) => {
            // The mistake is marked where it stands; the line stays open.
            state.layers.push(Layer::Filter { input, error: Some(error), candidates: Vec::new(), chosen: 0 });
        }
    }
}

// ---- forms

fn edit_form(state: &mut State, mut form: Form, key: Key, out: &mut Vec<Effect>) {
    let last = form.fields.len().saturating_sub(1);
    let long = form.fields.get(form.at).is_some_and(FormField::is_long);
    match key.code {
        _ if notes::saves(key) => {
            if submit_form(state, &mut form, out) {
                return;
            }
        }
        Code::Enter if long => edit_long(&mut form, key),
        Code::Enter if form.at < last => form.at += 1,
        Code::Enter => {
            if submit_form(state, &mut form, out) {
                return;
            }
        }
        Code::F(4) if long => {
            if let Some(Entry::Long(editor)) = form.fields.get(form.at).map(|field| &field.entry) {
                out.push(Effect::Edit(editor.text()));
            }
        }
        Code::Tab | Code::BackTab if form.complete(key.code == Code::Tab) => form.error = None,
        Code::Up | Code::Down if long && moves_within(&form, key.code) => edit_long(&mut form, key),
        Code::Tab | Code::Down => form.at = if form.at == last { 0 } else { form.at + 1 },
        Code::BackTab | Code::Up => form.at = if form.at == 0 { last } else { form.at - 1 },
        _ if long => edit_long(&mut form, key),
        _ => {
            let at = form.at;
            match form.fields.get_mut(at).map(|field| &mut field.entry) {
                Some(Entry::Text(input)) => {
                    let edited = input.press(key);
                    form.error = form.error.filter(|_| !edited);
                }
                Some(Entry::Choice { words, chosen }) => *chosen = choose(words, *chosen, key),
                Some(Entry::Long(_)) | None => {}
            }
        }
    }
    state.layers.push(Layer::Form(form));
}

/// Does what the form is for, where all is filled in that has to be. Whether it was done.
fn submit_form(state: &mut State, form: &mut Form, out: &mut Vec<Effect>) -> bool {
    if let Some(at) = form.fields.iter().position(|field| field.required && field.is_empty()) {
        form.at = at;
        form.error = Some(format!("{} is needed", form.fields.get(at).map_or("", |field| field.name.as_ref())));
        return false;
    }
    match casework::submit(state, form, out) {
        Ok(()) => true,
        Err(reason) => {
            form.error = Some(reason);
            false
        }
    }
}

/// A key in a field of several lines.
fn edit_long(form: &mut Form, key: Key) {
    if let Some(Entry::Long(editor)) = form.fields.get_mut(form.at).map(|field| &mut field.entry)
        && editor.press(key)
    {
        form.error = None;
    }
}

/// Whether the line above or below the cursor is still in the field.
fn moves_within(form: &Form, code: Code) -> bool {
    let Some(Entry::Long(editor)) = form.fields.get(form.at).map(|field| &field.entry) else { return false };
    let line = editor.cursor().0;
    if code == Code::Up { line > 0 } else { line + 1 < editor.lines().len() }
}

/// A choice goes on with the arrows and blanks, or to the next word with a typed letter.
fn choose(words: &[&str], chosen: usize, key: Key) -> usize {
    let count = words.len().max(1);
    match (key.code, key.typed()) {
        (Code::Left, _) => (chosen + count - 1) % count,
        (Code::Right, _) | (_, Some(' ')) => (chosen + 1) % count,
        (_, Some(letter)) => {
            let after = (1..=count).map(|step| (chosen + step) % count);
            after.into_iter().find(|at| words.get(*at).is_some_and(|word| word.starts_with(letter))).unwrap_or(chosen)
        }
        _ => chosen,
    }
}
