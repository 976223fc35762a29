//! Notes: Markdown in a pane of several lines, or in the analyst's own editor.

use crate::case::{Event, Target};

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::state::form::Entry;
use crate::app::state::{CaseLine, Layer, NoteEdit, State, Surface, Tone};

use super::act;
use super::casework::record;

/// What is said where a text does not fit.
const TOO_LONG: &str = "this is more text than a note takes (64 kB)";

/// Opens the pane for a new note on what is under the cursor.
pub(super) fn open(state: &mut State) {
    let target = target(state);
    state.layers.push(Layer::Note(Box::new(NoteEdit::new(target, None, ""))));
}

/// Opens the pane with a note that was written before.
pub(super) fn edit(state: &mut State, id: &str) {
    let Some(note) = state.case.case.note(id).cloned() else { return };
    state.layers.push(Layer::Note(Box::new(NoteEdit::new(note.target, Some(note.id), &note.text))));
}

fn target(state: &State) -> Target {
    match (state.surface, state.case_line()) {
        (Surface::Findings, _) => match state.case.case.findings().get(state.case.finding) {
            Some(finding) => Target::Finding(finding.id.clone()),
            None => Target::Case,
        },
        (Surface::Case, Some(CaseLine::Question(id))) => Target::Question(id),
        _ => act::target(state),
    }
}

/// Whether a key saves what is written, in a note as in a form.
pub(super) fn saves(key: Key) -> bool {
    matches!((key.code, key.control, key.alt), (Code::Char('s'), true, false) | (Code::Enter, false, true) | (Code::F(2), ..))
}

/// A key in the pane.
pub(super) fn press(state: &mut State, mut note: Box<NoteEdit>, key: Key, out: &mut Vec<Effect>) {
    let leaves = key == Key::plain(Code::Esc) || (key.control && key.code == Code::Char('c'));
    if saves(key) {
        match save(state, &note, out) {
            Ok(()) => return,
            Err(reason) => note.error = Some(reason),
        }
    } else if leaves {
        if !note.is_changed() || note.leaving {
            if key.control {
                super::quit(state, out);
            }
            return;
        }
        note.leaving = true;
        note.error = Some(format!("not saved: C-s saves it, {key} again throws it away"));
    } else {
        (note.leaving, note.error) = (false, None);
        match key.code {
            Code::F(4) => out.push(Effect::Edit(note.editor.text())),
            Code::Tab => {
                note.editor.insert("  ");
            }
            _ => {
                note.editor.press(key);
            }
        }
    }
    state.layers.push(Layer::Note(note));
}

fn save(state: &mut State, note: &NoteEdit, out: &mut Vec<Effect>) -> Result<(), String> {
    if state.case.dir.is_empty() {
        return Err("no case is open yet; a moment, then C-s again".to_owned());
    }
    let text = state.sealed(note.editor.text().trim_end()).into_owned();
    let event = match (&note.id, text.trim().is_empty()) {
        (None, true) => return Err("a note needs a text; Esc leaves without one".to_owned()),
        (Some(id), true) => Event::NoteRemoved { id: id.clone() },
        (Some(id), false) => Event::Noted { id: id.clone(), target: note.target.clone(), text },
        (None, false) => Event::Noted { id: state.case.fresh_id('n'), target: note.target.clone(), text },
    };
    state.case.case.check(&event).map_err(|refusal| refusal.to_string())?;
    record(state, event, out);
    Ok(())
}

/// Pasted text goes into the pane, or into the field of several lines, line breaks and all. Whether there is one.
pub(super) fn paste(state: &mut State, text: &str) -> bool {
    let sealed = state.sealed(text).into_owned();
    let editor = match state.layers.last_mut() {
        Some(Layer::Note(note)) => &mut note.editor,
        Some(Layer::Form(form)) => match form.fields.get_mut(form.at).map(|field| &mut field.entry) {
            Some(Entry::Long(editor)) => editor.as_mut(),
            _ => return false,
        },
        _ => return false,
    };
    if !editor.insert(&sealed) {
        state.say(Tone::Error, TOO_LONG);
    } else if sealed != text {
        state.say(Tone::Plain, super::layers::SEALED);
    }
    true
}

/// The analyst's own editor has ended: what it left stands in the pane, to be saved.
pub(super) fn edited(state: &mut State, left: Result<Option<String>, String>) {
    let text = match left {
        Ok(Some(text)) => text,
        Ok(None) => return state.say(Tone::Plain, "the editor left the text as it was"),
        Err(reason) => return state.say(Tone::Error, reason),
    };
    let text = state.sealed(text.trim_end()).into_owned();
    let editor = match state.layers.last_mut() {
        Some(Layer::Note(note)) => Some(&mut note.editor),
        Some(Layer::Form(form)) => match form.fields.get_mut(form.at).map(|field| &mut field.entry) {
            Some(Entry::Long(editor)) => Some(editor.as_mut()),
            _ => None,
        },
        _ => None,
    };
    let Some(editor) = editor else { return };
    if text.len() > crate::app::state::editor::LONGEST {
        return state.say(Tone::Error, TOO_LONG);
    }
    editor.replace(&text);
    state.say(Tone::Done, "taken over from the editor; C-s saves it");
}
