//! Where a command works, as sets of places and of what is under the cursor.

/// Where a command works: a set of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When(u32);

impl When {
    /// Everywhere but in a line of text under edit.
    pub const ANYWHERE: When = When(1);
    /// The rows pane has the focus.
    pub const ROWS: When = When(1 << 1);
    /// The fields pane has the focus.
    pub const FIELDS: When = When(1 << 2);
    /// The time histogram has the focus.
    pub const TIMELINE: When = When(1 << 3);
    /// The row's detail has the focus.
    pub const DETAIL: When = When(1 << 4);
    /// A list of values (a pivot, top values) has the focus.
    pub const LIST: When = When(1 << 5);
    /// An entity's page has the focus.
    pub const PAGE: When = When(1 << 6);
    /// The findings surface.
    pub const FINDINGS: When = When(1 << 7);
    /// The case surface.
    pub const CASE: When = When(1 << 8);
    /// The playbooks surface.
    pub const PLAYBOOKS: When = When(1 << 9);
    /// The explore surface, whatever pane has the focus.
    pub const EXPLORE: When = When(1 << 10);
    /// There is a value under the cursor.
    pub const VALUE: When = When(1 << 11);
    /// The value under the cursor names an entity.
    pub const ENTITY: When = When(1 << 12);
    /// There is a row under the cursor.
    pub const ROW: When = When(1 << 13);
    /// The value under the cursor is masked.
    pub const MASKED: When = When(1 << 14);
    /// A query is running.
    pub const RUNNING: When = When(1 << 15);

    /// The heading of a field is under the cursor.
    pub const FIELD_HEAD: When = When(1 << 16);

    /// The links of an entity have the focus.
    pub const LINKS: When = When(1 << 20);
    /// The templates of prompts have the focus.
    pub const TEMPLATES: When = When(1 << 21);
    /// The result on the SQL surface has the focus.
    pub const SQL: When = When(1 << 24);
    /// The editor on the SQL surface has the focus: only keys that type nothing are commands there.
    pub const SQL_EDIT: When = When(1 << 25);
    /// There is a playbook, or a hit of one, under the cursor.
    pub const PLAYBOOK: When = When(1 << 17);
    /// There is a hit of a playbook under the cursor.
    pub const HIT: When = When(1 << 18);
    /// There is a playbook with hits, or one of its hits, under the cursor.
    pub const HITS: When = When(1 << 19);
    /// Two views that are compared have the focus.
    pub const COMPARE: When = When(1 << 26);

    /// The tour goes on.
    pub const TOUR: When = When(1 << 30);

    /// Every pane and surface, without the properties of what is under the cursor.
    const PLACES: When = When::EXPLORE_PANES.or(When::FINDINGS).or(When::CASE).or(When::PLAYBOOKS).or(When::SQL);
    const EXPLORE_PANES: When = When::ROWS
        .or(When::FIELDS)
        .or(When::TIMELINE)
        .or(When::DETAIL)
        .or(When::LIST)
        .or(When::PAGE)
        .or(When::LINKS)
        .or(When::TEMPLATES)
        .or(When::COMPARE);
    const EDITORS: When = When::SQL_EDIT;

    /// Whether there can be a moment at which commands of both sets work, so that one key cannot mean both.
    pub const fn can_coincide(self, other: When) -> bool {
        self.places().meets(other.places())
    }

    /// The places of a set; what is said only of the cursor can be so in every one.
    const fn places(self) -> When {
        let named = When(self.0 & When::PLACES.or(When::EDITORS).0);
        let rest = self.0 & !named.0;
        if rest == 0 {
            named
        } else if rest & !When::PLAYBOOK.or(When::HIT).or(When::HITS).0 == 0 {
            named.or(When::PLAYBOOKS)
        } else if rest & !When::EXPLORE.or(When::FIELD_HEAD).0 == 0 {
            named.or(When::EXPLORE_PANES)
        } else {
            named.or(When::PLACES)
        }
    }

    /// The union of two sets.
    pub const fn or(self, other: When) -> When {
        When(self.0 | other.0)
    }

    /// Whether the sets share a place.
    pub const fn meets(self, other: When) -> bool {
        self.0 & other.0 != 0
    }

    /// The empty set.
    pub const NOWHERE: When = When(0);
}
