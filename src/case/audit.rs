//! Who opened, ran, revealed, exported and merged what; and the case in order of time.

use crate::domain::{Entity, Timestamp};

use super::event::Event;
use super::model::{Finding, Merge, Run};
use super::state::Case;
use super::words::Status;

/// What kind of thing somebody did that leaves no mark on what the case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuditKind {
    /// An extract was opened.
    Opened,
    /// A query or a playbook was run, or a view looked at.
    Ran,
    /// Sensitive content was looked at.
    Revealed,
    /// Something left the case.
    Exported,
    /// Another case was taken in.
    Merged,
}

impl AuditKind {
    /// Every kind.
    pub const ALL: [AuditKind; 5] =
        [AuditKind::Opened, AuditKind::Ran, AuditKind::Revealed, AuditKind::Exported, AuditKind::Merged];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            AuditKind::Opened => "opened",
            AuditKind::Ran => "ran",
            AuditKind::Revealed => "revealed",
            AuditKind::Exported => "exported",
            AuditKind::Merged => "merged",
        }
    }
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// The entry's number.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What kind of thing.
    pub kind: AuditKind,
    /// What, in a line. May hold text from an extract: draw it only through `SafeText`.
    pub what: String,
}

/// What kind of moment of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MomentKind {
    /// A row that is pinned, at its own time.
    Pinned,
    /// A label was given or taken off.
    Labelled,
    /// Somebody said where an entity stands.
    Staged,
    /// Something was found.
    Found,
}

impl MomentKind {
    /// Every kind.
    pub const ALL: [MomentKind; 4] = [MomentKind::Pinned, MomentKind::Labelled, MomentKind::Staged, MomentKind::Found];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            MomentKind::Pinned => "row",
            MomentKind::Labelled => "label",
            MomentKind::Staged => "stage",
            MomentKind::Found => "finding",
        }
    }
}

/// One moment of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When: a pinned row's own time, and when the others were written.
    pub at: Timestamp,
    /// What kind.
    pub kind: MomentKind,
    /// What, in a line. May hold text from an extract: draw it only through `SafeText`.
    pub text: String,
    /// The number of the entry that says it.
    pub seq: u64,
}

impl Case {
    /// The queries and playbooks that were run, in order.
    pub fn runs(&self) -> &[Run] {
        &self.state.runs
    }

    /// The cases that were taken in, in order.
    pub fn merges(&self) -> &[Merge] {
        &self.state.merges
    }

    /// Who opened, ran, revealed and exported what, in order.
    pub fn audit(&self) -> impl Iterator<Item = AuditLine> {
        self.entries().iter().filter_map(|entry| {
            let kind = match &entry.event {
                Event::Opened { .. } => AuditKind::Opened,
                Event::Ran { .. } | Event::PlaybookRan { .. } | Event::Measured { .. } | Event::Visited { .. } => AuditKind::Ran,
                Event::Revealed { .. } => AuditKind::Revealed,
                Event::Exported { .. } => AuditKind::Exported,
                Event::Merged { .. } => AuditKind::Merged,
                _ => return None,
            };
            let stamp = entry.stamp();
            Some(AuditLine { seq: stamp.seq, at: stamp.at, by: stamp.by, kind, what: entry.event.describe() })
        })
    }

    /// The case in order of time: pinned rows at their own times; labels, stages and findings when they were written. What was taken back
    /// is left out, as are pins of rows without a time.
    pub fn timeline(&self) -> Vec<Moment> {
        let pins = self.state.pins.values().filter_map(|pin| {
            let (text, seq) = (pin.summary.clone(), pin.stamp.seq);
            Some(Moment { at: pin.time?, kind: MomentKind::Pinned, text, seq })
        });
        let steps = self.entries().iter().filter(|entry| self.counts_now(entry.seq)).filter_map(|entry| {
            let kind = match &entry.event {
                Event::Labelled { .. } | Event::LabelledMany { .. } | Event::Unlabelled { .. } | Event::UnlabelledMany { .. } => {
                    MomentKind::Labelled
                }
                Event::Staged { .. } => MomentKind::Staged,
                Event::Found { .. } => MomentKind::Found,
                Event::FindingChanged { status: Some(_), .. } => MomentKind::Found,
                _ => return None,
            };
            let stamp = entry.stamp();
            Some(Moment { at: stamp.at, kind, text: entry.event.describe(), seq: stamp.seq })
        });
        let mut moments: Vec<Moment> = pins.chain(steps).collect();
        moments.sort_by_key(|moment| (moment.at, moment.seq));
        moments
    }

    /// When the case saw an entity first: by the times of pinned rows that it is part of, and by findings about it that were not dismissed.
    pub fn first_seen(&self, entity: &Entity) -> Option<Timestamp> {
        self.seen(entity).min()
    }

    /// When the case saw an entity last.
    pub fn last_seen(&self, entity: &Entity) -> Option<Timestamp> {
        self.seen(entity).max()
    }

    fn seen(&self, entity: &Entity) -> impl Iterator<Item = Timestamp> {
        let pins = self.state.pins.values().filter(|pin| pin.entities.contains(entity)).filter_map(|pin| pin.time);
        let about = |found: &&Finding| found.status != Status::Dismissed && found.entities.contains(entity);
        let found = self.state.findings.values().filter(about).flat_map(|found| [found.first_seen, found.last_seen]);
        pins.chain(found.flatten())
    }

    /// Whether an entry makes sense where it stands and was not taken back.
    fn counts_now(&self, seq: u64) -> bool {
        !self.is_undone(seq) && self.oddities().binary_search_by_key(&seq, |oddity| oddity.seq).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{FindingDetails, FindingEdits};
    use super::super::fixture::{Desk, NOON, changed, entity, found, labelled_many, pinned, staged};
    use super::super::words::Stage;
    use super::*;

    #[test]
    fn the_audit_tells_what_was_done_and_not_what_was_said() {
        let mut desk = Desk::new();
        desk.record(Event::Opened { extracts: vec![crate::case::OpenedExtract { rows: 7, ..Default::default() }] }).unwrap();
        desk.record(Event::Ran { what: "playbook velocity".into(), rows: Some(3) }).unwrap();
        desk.record(labelled_many(&["account:a"], "farm", "")).unwrap();
        let revealed =
            |scope: &str| Event::Revealed { row_id: 4, column: "content".into(), extract: "e".into(), scope: scope.into() };
        desk.record(revealed("")).unwrap();
        desk.record(revealed("row")).unwrap();
        desk.record(revealed("until 2023-07-10T12:00:00Z")).unwrap();
        desk.record(Event::Exported { path: "exports/a.md".into(), sha256: "s".into(), format: "md".into() }).unwrap();
        let lines: Vec<String> =
            desk.case.audit().map(|line| format!("{} {} {}: {}", line.seq, line.by, line.kind.name(), line.what)).collect();
        assert_eq!(
            lines,
            [
                "2 ana opened: open an extract of 7 rows",
                "3 ana ran: run playbook velocity: 3 rows",
                "5 ana revealed: reveal content of row 4",
                "6 ana revealed: reveal row 4",
                "7 ana revealed: reveal content until 2023-07-10T12:00:00Z",
                "8 ana exported: export exports/a.md",
            ]
        );
        assert_eq!(desk.case.runs().len(), 1);
    }

    #[test]
    fn the_timeline_is_in_order_of_time_without_what_was_taken_back() {
        let mut desk = Desk::new();
        desk.record(pinned(2, Some(NOON.plus(-1)), &["account:a"])).unwrap();
        desk.record(pinned(1, Some(NOON.plus(-2)), &["account:a"])).unwrap();
        desk.record(pinned(3, None, &[])).unwrap();
        let seq = desk.record(labelled_many(&["account:a", "account:b"], "farm", "")).unwrap();
        desk.record(staged("account:a", Stage::Suspect, "")).unwrap();
        let details = FindingDetails { last_seen: Some(NOON.plus(9)), ..FindingDetails::default() };
        desk.record(found("f1", &["account:a"], details)).unwrap();
        desk.record(changed("f1", None, FindingEdits::default())).unwrap();
        desk.record(changed("f1", Some(Status::Confirmed), FindingEdits::default())).unwrap();
        let texts = |desk: &Desk| -> Vec<String> {
            desk.case.timeline().into_iter().map(|moment| format!("{} {}", moment.kind.name(), moment.text)).collect()
        };
        let all = [
            "row row 1",
            "row row 2",
            "label label 2 entities farm",
            "stage set account:a to suspect",
            "finding finding f1: A title",
            "finding set finding f1 to confirmed",
        ];
        assert_eq!(texts(&desk), all);
        assert_eq!(desk.case.first_seen(&entity("account:a")), Some(NOON.plus(-2)));
        assert_eq!(desk.case.last_seen(&entity("account:a")), Some(NOON.plus(9)));
        assert_eq!(desk.case.last_seen(&entity("account:b")), None);
        desk.record(Event::Undone { seq }).unwrap();
        let without: Vec<&str> = all.into_iter().filter(|text| !text.starts_with("label")).collect();
        assert_eq!(texts(&desk), without);
    }
}
