//! Making a dossier from a case: everything but the entities.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{self, Case, CaseMeta, Connotation, EvidenceRow, Target};
use crate::domain::{Entity, Role, Timestamp};

use super::entities::{About, actions, entries};
use super::{
    Access, Answer, By, Content, Counts, Dismissed, Dossier, Evidence, Extract, File, Finding, Head, Looked, LooseNotes, Moment,
    Named, Note, Pin, Query, Question, RoleSource, SCHEMA, Span, Value, Visit,
};

impl Dossier {
    /// The dossier of a case. The same journal gives the same dossier; that reports were written is not in it.
    pub fn of(case: &Case, meta: &CaseMeta) -> Dossier {
        let (entries_in_all, last, hash) = case.head_without_exports();
        let queries: Vec<Query> = case.measures().into_iter().enumerate().map(|(at, measure)| query(at + 1, measure)).collect();
        let about = About::of(case);
        let findings: Vec<Finding> =
            case.findings_by_weight().into_iter().map(|finding| one_finding(case, finding, &queries, &about, last)).collect();
        let entities = entries(case, &about, last);
        let pins = case.pins();
        let times: Vec<Timestamp> = pins.iter().filter_map(|pin| pin.time).collect();
        Dossier {
            schema: SCHEMA.to_owned(),
            case: Head {
                id: meta.id.clone(),
                title: meta.title.clone(),
                analyst: meta.analyst.clone(),
                created: meta.created,
                entries: entries_in_all,
                last,
                hash: hash.to_owned(),
            },
            redacted: false,
            defanged: false,
            content: false,
            counts: counts(case),
            span: times.iter().min().zip(times.iter().max()).map(|(first, last)| Span { first: *first, last: *last }),
            questions: case.questions().into_iter().map(|question| one_question(case, question)).collect(),
            actions: actions(&entities, &findings),
            findings,
            entities,
            pins: pins.into_iter().map(|pin| one_pin(case, pin)).collect(),
            queries,
            dismissals: dismissals(case),
            notes: loose_notes(case),
            timeline: timeline(case),
            trail: trail(case),
            extracts: case.extracts().iter().map(one_extract).collect(),
            access: access(case),
        }
    }

    /// The dossier with the sensitive content of the pinned rows, as `evidence` gives it by SHA-256. What `evidence` does not give stays
    /// out.
    #[must_use]
    pub fn with_content(mut self, evidence: &dyn Fn(&str) -> Option<EvidenceRow>) -> Dossier {
        self.content = true;
        let sources: BTreeMap<&str, Vec<&str>> = self
            .extracts
            .iter()
            .map(|extract| {
                let filled = extract.roles.iter().filter(|role| role.role.is_sensitive());
                (extract.sha256.as_str(), filled.map(|role| role.source.as_str()).collect())
            })
            .collect();
        for pin in &mut self.pins {
            let Some(row) = evidence(&pin.evidence) else { continue };
            let own = sources.get(pin.extract.as_str()).cloned().unwrap_or_default();
            let texts = row.columns.iter().filter(|(name, value)| is_content(name, &own) && !value.is_null());
            let mut seen: BTreeSet<String> = BTreeSet::new();
            pin.content = texts
                .map(|(name, value)| (name, value.to_plain()))
                // The role and the column that fills it hold the same.
                .filter(|(_, text)| !text.is_empty() && seen.insert(text.clone()))
                .map(|(name, text)| Content { column: name.clone(), characters: text.chars().count(), text })
                .collect();
        }
        self
    }
}

/// Whether a column of evidence is masked: a sensitive role, or one of the extract's own columns that fills such a role.
fn is_content(name: &str, sources: &[&str]) -> bool {
    name.parse::<Role>().is_ok_and(Role::is_sensitive) || sources.contains(&name)
}

pub(super) fn by(stamp: &case::Stamp) -> By {
    By { who: stamp.by.clone(), at: stamp.at }
}

pub(super) fn notes(notes: &[case::Note]) -> Vec<Note> {
    notes
        .iter()
        .map(|note| Note {
            id: note.id.clone(),
            text: note.text.clone(),
            by: by(&note.stamp),
            edited: note.edited.as_ref().map(by),
        })
        .collect()
}

fn counts(case: &Case) -> Counts {
    let counts = case.counts();
    let with = |connotation: Connotation| {
        case.labelled_entities().filter(|(_, labels)| labels.iter().any(|label| label.connotation == connotation)).count()
    };
    Counts {
        questions: counts.questions,
        answered: counts.answered,
        findings: counts.findings,
        confirmed: counts.confirmed,
        open: counts.findings - counts.confirmed - counts.dismissed,
        dismissed: counts.dismissed,
        labelled: counts.labelled,
        bad: with(Connotation::Bad),
        good: with(Connotation::Good),
        neutral: with(Connotation::Neutral),
        pins: counts.pins,
        queries: counts.measures,
        extracts: case.extracts().len(),
        rows: case.extracts().iter().map(|known| known.extract.rows).sum(),
    }
}

fn one_question(case: &Case, question: &case::Question) -> Question {
    let answering = case.findings().into_iter().filter(|finding| finding.question.as_ref() == Some(&question.id));
    Question {
        id: question.id.clone(),
        text: question.text.clone(),
        by: by(&question.stamp),
        answers: question.answers.iter().map(|answer| Answer { text: answer.text.clone(), by: by(&answer.stamp) }).collect(),
        findings: answering.map(|finding| finding.id.clone()).collect(),
        notes: notes(case.notes_on(&Target::Question(question.id.clone()))),
    }
}

fn one_finding(case: &Case, finding: &case::Finding, queries: &[Query], about: &About, now: Timestamp) -> Finding {
    let named = |entity: &crate::domain::Entity| Named {
        role: entity.role,
        value: entity.value.clone(),
        stage: case.stage_at(entity, now).stage.name().to_owned(),
        labels: case.labels_of(entity).iter().map(|label| label.label.clone()).collect(),
    };
    let evidence = |hash: &String| {
        let pin = case.pin(hash);
        Evidence {
            sha256: hash.clone(),
            row_id: pin.map(|pin| pin.row_id),
            summary: pin.map(|pin| pin.summary.clone()).unwrap_or_default(),
        }
    };
    let (first, last) = about.span_of(finding, case);
    Finding {
        id: finding.id.clone(),
        title: finding.title.clone(),
        severity: finding.severity.to_string(),
        status: finding.status.to_string(),
        confidence: finding.confidence.map(|confidence| confidence.to_string()).unwrap_or_default(),
        category: finding.category.clone(),
        owner: finding.owner.clone(),
        next_step: finding.next_step.clone(),
        question: finding.question.clone(),
        first_seen: first,
        last_seen: last,
        text: finding.text.clone(),
        entities: finding.entities.iter().map(named).collect(),
        evidence: finding.evidence.iter().map(evidence).collect(),
        queries: queries.iter().filter(|query| query.finding.as_ref() == Some(&finding.id)).map(|query| query.number).collect(),
        by: by(&finding.stamp),
        changed: finding.changes.last().map(by),
        notes: notes(case.notes_on(&Target::Finding(finding.id.clone()))),
    }
}

fn one_pin(case: &Case, pin: &case::Pin) -> Pin {
    let target = Target::Row { row_id: pin.row_id, extract_sha: pin.extract.clone() };
    Pin {
        row_id: pin.row_id,
        extract: pin.extract.clone(),
        evidence: pin.evidence.clone(),
        time: pin.time,
        summary: pin.summary.clone(),
        entities: pin.entities.iter().map(|entity| Value { role: entity.role, value: entity.value.clone() }).collect(),
        by: by(&pin.stamp),
        notes: notes(case.notes_on(&target)),
        content: Vec::new(),
    }
}

fn query(number: usize, measure: &case::Measure) -> Query {
    Query {
        number,
        finding: measure.finding.clone(),
        title: measure.title.clone(),
        over: measure.sql.clone(),
        filter: measure.filter.clone(),
        sql: measure.query.clone(),
        params: measure.params.clone(),
        playbook: measure.playbook.clone(),
        command: measure.command.clone(),
        rows: measure.rows,
        extract: measure.extract.clone(),
        by: by(&measure.stamp),
    }
}

fn dismissals(case: &Case) -> Vec<Dismissed> {
    let one = |(entity, playbook, dismissal): (&Entity, &str, &case::Dismissal)| Dismissed {
        role: entity.role,
        value: entity.value.clone(),
        playbook: playbook.to_owned(),
        reason: dismissal.reason.clone(),
        by: by(&dismissal.stamp),
    };
    case.dismissals().map(one).collect()
}

fn loose_notes(case: &Case) -> Vec<LooseNotes> {
    let shown = |target: &Target| match target {
        Target::Case => false,
        Target::Entity(_) => true,
        Target::Row { row_id, extract_sha } => case.is_pinned(extract_sha, *row_id),
        Target::Finding(id) => case.finding_with(id).is_some(),
        Target::Question(id) => case.questions().iter().any(|question| question.id == *id),
    };
    let targets: BTreeSet<&Target> = case.notes().map(|note| &note.target).filter(|target| !shown(target)).collect();
    let loose = |target: &Target| {
        let (kind, name, extract) = match target {
            Target::Case => ("case", String::new(), ""),
            Target::Row { row_id, extract_sha } => ("row", row_id.to_string(), extract_sha.as_str()),
            Target::Finding(id) => ("finding", id.clone(), ""),
            Target::Question(id) => ("question", id.clone(), ""),
            Target::Entity(entity) => ("entity", entity.to_string(), ""),
        };
        LooseNotes { kind: kind.to_owned(), target: name, extract: extract.to_owned(), notes: notes(case.notes_on(target)) }
    };
    targets.into_iter().map(loose).collect()
}

/// The case in order of time. Pinned rows name their evidence.
fn timeline(case: &Case) -> Vec<Moment> {
    let rows: BTreeMap<u64, &str> = case.pins().into_iter().map(|pin| (pin.stamp.seq, pin.evidence.as_str())).collect();
    let moment = |moment: case::Moment| Moment {
        at: moment.at,
        kind: moment.kind.name().to_owned(),
        evidence: rows.get(&moment.seq).filter(|_| moment.kind == case::MomentKind::Pinned).map(|hash| (*hash).to_owned()),
        text: moment.text,
    };
    case.timeline().into_iter().map(moment).collect()
}

fn trail(case: &Case) -> Vec<Visit> {
    let nodes: BTreeMap<u64, &case::TrailNode> = case.trail().map(|node| (node.node, node)).collect();
    nodes
        .values()
        .map(|node| Visit {
            node: node.node,
            parent: node.parent,
            title: node.title.clone(),
            filter: node.view.filter_text(),
            rows: node.rows,
            at: node.stamp.at,
        })
        .collect()
}

fn one_extract(known: &case::CaseExtract) -> Extract {
    let extract = &known.extract;
    let file = |source: &case::OpenedSource| File {
        path: source.path.clone(),
        format: source.format.clone(),
        profile: source.profile.clone(),
        rows: source.rows,
        rejects: source.rejects,
        sha256: source.sha256.clone(),
    };
    Extract {
        sha256: extract.sha256.clone(),
        rows: extract.rows,
        rejects: extract.rejects,
        first: extract.first,
        last: extract.last,
        openings: known.openings,
        by: by(&known.stamp),
        files: extract.sources.iter().map(file).collect(),
        roles: extract.roles.iter().map(|(role, source)| RoleSource { role: *role, source: source.clone() }).collect(),
    }
}

fn access(case: &Case) -> Access {
    let mut people: BTreeMap<&str, usize> = BTreeMap::new();
    for reveal in case.reveals() {
        *people.entry(&reveal.stamp.by).or_default() += 1;
    }
    let people = people.into_iter().map(|(who, times)| Looked { who: who.to_owned(), times }).collect();
    Access { reveals: case.reveals().len(), people }
}
