//! Two views side by side: what one has and the other has not, role by role.

use crate::domain::{Role, Timestamp};

/// A value that only one side has.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    /// The value. Attacker-written.
    pub value: String,
    /// Rows of that side with it.
    pub requests: u64,
    /// The first of them.
    pub first_seen: Option<Timestamp>,
    /// The last of them.
    pub last_seen: Option<Timestamp>,
}

/// What is known of a role.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Answer {
    /// Not asked for yet.
    #[default]
    Unknown,
    /// On the way.
    Loading,
    /// Here: for each side the most frequent values and how many there are in all.
    Known([(Vec<Apart>, u64); 2]),
    /// The query failed.
    Failed(String),
}

/// A line of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideLine {
    /// The heading of role number so-and-so.
    Head(usize),
    /// A value of a role.
    Value(usize, usize),
    /// That there are more values of a role.
    More(usize),
}

/// The place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    /// The roles, each with what is known.
    pub roles: Vec<(Role, Answer)>,
    /// The side that the cursor is on: 0 for A, 1 for B.
    pub side: usize,
    /// The line under the cursor on each side.
    pub cursor: [usize; 2],
    /// The first line of each side on the screen.
    pub top: [usize; 2],
    /// Why there is nothing.
    pub error: Option<String>,
}

/// Values read for each role and side.
pub const SHOWN: u64 = 20;

impl Compared {
    /// The lines of a side.
    pub fn lines(&self, side: usize) -> Vec<SideLine> {
        let mut lines = Vec::new();
        for (at, (_, answer)) in self.roles.iter().enumerate() {
            lines.push(SideLine::Head(at));
            if let Answer::Known(sides) = answer
                && let Some((values, all)) = sides.get(side)
            {
                lines.extend((0..values.len()).map(|value| SideLine::Value(at, value)));
                if *all > values.len() as u64 {
                    lines.push(SideLine::More(at));
                }
            }
        }
        lines
    }

    /// The role and value under the cursor.
    pub fn current(&self) -> Option<(Role, &Apart)> {
        let cursor = *self.cursor.get(self.side)?;
        match *self.lines(self.side).get(cursor)? {
            SideLine::Value(role, value) => {
                let (role, answer) = self.roles.get(role)?;
                match answer {
                    Answer::Known(sides) => Some((*role, sides.get(self.side)?.0.get(value)?)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
