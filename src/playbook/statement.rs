//! From a playbook and values for its parameters to a statement with bound values.

use std::collections::BTreeMap;

use super::Playbook;
use super::param::{ParamError, ParamValue};
use super::sql::{Piece, pieces};
use crate::engine::{Param, Statement};

/// The statement of a playbook. Parameters that `params` does not name have their default. Every use of a parameter shares one
/// bound value.
pub fn statement(playbook: &Playbook, params: &BTreeMap<String, ParamValue>) -> Result<Statement, ParamError> {
    let mut values: BTreeMap<&str, Param> = BTreeMap::new();
    for spec in &playbook.params {
        let value = match params.get(&spec.name) {
            Some(value) => spec.accept(value.clone())?,
            None => spec.default.clone(),
        };
        values.insert(&spec.name, Param::from(&value));
    }
    if let Some(name) = params.keys().find(|name| !values.contains_key(name.as_str())) {
        let names: Vec<&str> = playbook.params.iter().map(|spec| spec.name.as_str()).collect();
        let known = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
        return Err(ParamError::Unknown { playbook: playbook.id.clone(), name: name.clone(), known });
    }
    let sql = playbook.sql.as_str();
    let mut statement = Statement::default();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    let mut copied = 0;
    let mut text = String::with_capacity(sql.len());
    for (piece, range) in pieces(sql) {
        match piece {
            Piece::Param => {
                let name = sql.get(range.start + 1..range.end).unwrap_or_default();
                let place = match places.get(name) {
                    Some(place) => place.clone(),
                    None => {
                        let value = values.get(name).cloned().ok_or_else(|| ParamError::Undeclared(name.to_owned()))?;
                        let place = statement.bind(value);
                        places.insert(name, place.clone());
                        place
                    }
                };
                text.push_str(sql.get(copied..range.start).unwrap_or_default());
                text.push_str(&place);
                copied = range.end;
            }
            // The semicolon at the end; a statement has none.
            Piece::End => {
                text.push_str(sql.get(copied..range.start).unwrap_or_default());
                copied = range.end;
            }
            _ => {}
        }
    }
    text.push_str(sql.get(copied..).unwrap_or_default());
    statement.sql = text.trim_end().to_owned();
    Ok(statement)
}
