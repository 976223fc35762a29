//! No secret gets into a case: what an analyst pastes into a filter, a note or a label is sealed before it is written.

use serde_json::Value;

use crate::domain::Seal;

use super::event::Event;

impl Event {
    /// The same event with fingerprints in the place of secrets in all of its texts; nothing if it would not be that event any more.
    pub(super) fn sealed(self, seal: &Seal) -> Option<Event> {
        let mut json = serde_json::to_value(&self).ok()?;
        if !seal_texts(&mut json, seal) {
            return Some(self);
        }
        serde_json::from_value(json).ok()
    }
}

/// Seals every text in a JSON value; says whether there was anything to seal.
fn seal_texts(json: &mut Value, seal: &Seal) -> bool {
    match json {
        Value::String(text) => {
            let masked = seal.mask(text).into_owned();
            let changed = masked != *text;
            *text = masked;
            changed
        }
        // All of them, not only up to the first.
        Value::Array(items) => items.iter_mut().filter_map(|item| seal_texts(item, seal).then_some(())).count() > 0,
        Value::Object(members) => members.values_mut().filter_map(|member| seal_texts(member, seal).then_some(())).count() > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Target;
    use crate::domain::Entity;

    #[test]
    fn secrets_in_all_texts_of_an_event_are_sealed() {
        let seal = Seal::new(b"0123456789abcdef");
        let key = format!("sk-proj-{}", "Zq7Rt2Lm9XcV4bNh8Kd3Wp6J");
        let print = seal.mask(&key).into_owned();
        let event = |key: &str| Event::Found {
            id: "f1".into(),
            title: format!("Leak of {key}"),
            severity: crate::domain::Severity::High,
            entities: vec![format!("key:{key}").parse::<Entity>().unwrap()],
            text: format!("seen as `{key}`\nand {key}"),
            evidence: Vec::new(),
            details: crate::case::FindingDetails::default(),
        };
        assert_eq!(event(&key).sealed(&seal), Some(event(&print)));
        assert_eq!(event(&print).sealed(&seal), Some(event(&print)));
        let note = |text: &str| Event::Noted { id: "n1".into(), target: Target::Case, text: text.into() };
        assert_eq!(note(&format!("see {key}")).sealed(&seal), Some(note(&format!("see {print}"))));
    }
}
