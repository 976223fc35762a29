//! The page of an entity takes in what comes back.

use crate::domain::{Batch, Role};

use crate::app::state::State;
use crate::app::state::fields::{Counted, Values};
use crate::app::state::page::{Figures, Fresh, FreshValue, Page};

use super::answers::{text_of, unsigned};

/// Related and new values have come: each row finds its role. Roles without a row have no value.
pub(super) fn related(page: &mut Page, batches: &[Batch]) {
    for (_, values) in &mut page.related {
        *values = Values::Known { top: Vec::new(), distinct: 0 };
    }
    page.fresh.clear();
    for (batch, row) in batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row))) {
        let Ok(role) = batch.get(row, "role").to_plain().parse::<Role>() else { continue };
        let count = |name: &str| batch.get(row, name).as_i64().map_or(0, unsigned);
        let value = text_of(batch.get(row, "value"));
        if batch.get(row, "part").as_text() == Some("new") {
            let Some(value) = value else { continue };
            let value = FreshValue { value, requests: count("requests"), first_seen: batch.get(row, "first_seen").as_time() };
            match page.fresh.last_mut().filter(|fresh| fresh.role == role) {
                Some(fresh) => fresh.values.push(value),
                None => page.fresh.push(Fresh { role, values: vec![value], count: count("values") }),
            }
        } else if let Some((_, Values::Known { top, distinct })) = page.related.iter_mut().find(|related| related.0 == role) {
            *distinct = count("values");
            top.push(Counted {
                value,
                requests: count("requests"),
                share: batch.get(row, "share").as_f64().unwrap_or(0.0),
                previous: None,
            });
        }
    }
}

/// The figures of an entity from the row that tells them.
pub(super) fn figures_of(state: &State, row: &Batch) -> Figures {
    let count = |name: &str| row.get(0, name).as_i64().map(unsigned);
    Figures {
        requests: count("requests").unwrap_or(0),
        first_seen: row.get(0, "first_seen").as_time(),
        last_seen: row.get(0, "last_seen").as_time(),
        errors: count("errors"),
        tokens_in: count("tokens_in"),
        tokens_out: count("tokens_out"),
        cost: row.get(0, "cost").as_f64(),
        distinct: state
            .schema
            .roles()
            .filter_map(|role| count(&format!("distinct_{role}")).map(|distinct| (role, distinct)))
            .collect(),
    }
}
