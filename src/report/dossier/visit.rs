//! Going through every text of a dossier that somebody else wrote. Each record is taken apart member by member, so that one which comes
//! later cannot be forgotten here: it would not compile.

use crate::domain::Role;

use super::{
    Access, Action, Answer, By, Content, Dismissed, Dossier, EntityEntry, Evidence, Extract, File, Finding, Head, Label,
    LabelChange, Looked, LooseNotes, Moment, Named, Note, Pin, Query, Question, RoleSource, Value, Visit,
};

/// What is done to the texts of a dossier.
pub trait Visitor {
    /// A text, in which values may stand.
    fn text(&mut self, text: &mut String);
    /// A value in a role.
    fn value(&mut self, role: Role, value: &mut String);
}

impl Dossier {
    /// Goes through every text that is not a word, a number, a time or a hash of this program.
    pub fn visit(&mut self, visitor: &mut dyn Visitor) {
        let Dossier {
            schema: _,
            case,
            redacted: _,
            defanged: _,
            content: _,
            counts: _,
            span: _,
            questions,
            findings,
            entities,
            pins,
            queries,
            dismissals,
            notes,
            timeline,
            actions,
            trail,
            extracts,
            access,
        } = self;
        let Head { id, title, analyst, created: _, entries: _, last: _, hash: _ } = case;
        each(visitor, [id, title, analyst]);
        questions.iter_mut().for_each(|one| question(one, visitor));
        findings.iter_mut().for_each(|one| finding(one, visitor));
        entities.iter_mut().for_each(|one| entity(one, visitor));
        pins.iter_mut().for_each(|one| pin(one, visitor));
        queries.iter_mut().for_each(|one| query(one, visitor));
        for Dismissed { role, value, playbook, reason, by: author } in dismissals {
            visitor.value(*role, value);
            each(visitor, [playbook, reason]);
            by(author, visitor);
        }
        for LooseNotes { kind: _, target, extract: _, notes } in notes {
            visitor.text(target);
            visit_notes(notes, visitor);
        }
        for Moment { at: _, kind: _, evidence: _, text } in timeline {
            visitor.text(text);
        }
        actions.iter_mut().for_each(|one| action(one, visitor));
        for Visit { node: _, parent: _, title, filter, rows: _, at: _ } in trail {
            each(visitor, [title, filter]);
        }
        extracts.iter_mut().for_each(|one| extract(one, visitor));
        let Access { reveals: _, people } = access;
        for Looked { who, times: _ } in people {
            visitor.text(who);
        }
    }
}

fn each<'a>(visitor: &mut dyn Visitor, texts: impl IntoIterator<Item = &'a mut String>) {
    texts.into_iter().for_each(|text| visitor.text(text));
}

fn by(by: &mut By, visitor: &mut dyn Visitor) {
    let By { who, at: _ } = by;
    visitor.text(who);
}

fn visit_notes(notes: &mut [Note], visitor: &mut dyn Visitor) {
    for Note { id, text, by: author, edited } in notes {
        each(visitor, [id, text]);
        by(author, visitor);
        edited.iter_mut().for_each(|stamp| by(stamp, visitor));
    }
}

fn question(question: &mut Question, visitor: &mut dyn Visitor) {
    let Question { id, text, by: author, answers, findings, notes } = question;
    each(visitor, [id, text]);
    by(author, visitor);
    for Answer { text, by: author } in answers {
        visitor.text(text);
        by(author, visitor);
    }
    each(visitor, findings);
    visit_notes(notes, visitor);
}

fn finding(finding: &mut Finding, visitor: &mut dyn Visitor) {
    let Finding {
        id,
        title,
        severity: _,
        status: _,
        confidence: _,
        category,
        owner,
        next_step,
        question,
        first_seen: _,
        last_seen: _,
        text,
        entities,
        evidence,
        queries: _,
        by: author,
        changed,
        notes,
    } = finding;
    each(visitor, [id, title, category, owner, next_step, text]);
    each(visitor, question);
    for Named { role, value, stage: _, labels } in entities {
        visitor.value(*role, value);
        each(visitor, labels);
    }
    for Evidence { sha256: _, row_id: _, summary } in evidence {
        visitor.text(summary);
    }
    by(author, visitor);
    changed.iter_mut().for_each(|stamp| by(stamp, visitor));
    visit_notes(notes, visitor);
}

fn entity(entry: &mut EntityEntry, visitor: &mut dyn Visitor) {
    let EntityEntry {
        role,
        value,
        stage: _,
        stage_reason,
        stage_by,
        labels,
        history,
        findings,
        pins: _,
        first_evidence: _,
        first_seen: _,
        last_seen: _,
        requests: _,
        notes,
    } = entry;
    visitor.value(*role, value);
    visitor.text(stage_reason);
    stage_by.iter_mut().for_each(|stamp| by(stamp, visitor));
    for Label { label, connotation: _, reason, until: _, playbook, by: author } in labels {
        each(visitor, [label, reason, playbook]);
        by(author, visitor);
    }
    for LabelChange { label, connotation: _, reason, playbook, by: author } in history {
        each(visitor, [label, reason, playbook]);
        by(author, visitor);
    }
    each(visitor, findings);
    visit_notes(notes, visitor);
}

fn pin(pin: &mut Pin, visitor: &mut dyn Visitor) {
    let Pin { row_id: _, extract: _, evidence: _, time: _, summary, entities, by: author, notes, content } = pin;
    visitor.text(summary);
    for Value { role, value } in entities {
        visitor.value(*role, value);
    }
    by(author, visitor);
    visit_notes(notes, visitor);
    for Content { column, characters: _, text } in content {
        each(visitor, [column, text]);
    }
}

fn query(query: &mut Query, visitor: &mut dyn Visitor) {
    let Query { number: _, finding, title, over, filter, sql, params, playbook, command, rows: _, extract: _, by: author } =
        query;
    each(visitor, finding);
    each(visitor, [title, over, filter, sql, playbook, command]);
    each(visitor, params);
    by(author, visitor);
}

fn action(action: &mut Action, visitor: &mut dyn Visitor) {
    let Action { action: _, role, value, why, findings, severity: _, caution, first_seen: _, last_seen: _ } = action;
    visitor.value(*role, value);
    each(visitor, [why, caution]);
    each(visitor, findings);
}

fn extract(extract: &mut Extract, visitor: &mut dyn Visitor) {
    let Extract { sha256: _, rows: _, rejects: _, first: _, last: _, openings: _, by: author, files, roles } = extract;
    by(author, visitor);
    for File { path, format, profile, rows: _, rejects: _, sha256: _ } in files {
        each(visitor, [path, format, profile]);
    }
    for RoleSource { role: _, source } in roles {
        visitor.text(source);
    }
}
