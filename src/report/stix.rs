//! The case as a STIX 2.1 bundle.
//!
//! Entities become observables: addresses `ipv4-addr` and `ipv6-addr`, accounts `user-account`, networks `autonomous-system`, user agents
//! and models `software`; for the others, which the standard has no object for, an extension adds `x-casebook-entity`. Pinned rows
//! become `observed-data`, findings that were not dismissed `grouping`s, confirmed entities `indicator`s, and the case a `report` over
//! all of them. Every id is a UUIDv5, so the same case gives the same bundle and another one of it can be compared object by object.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::domain::{Role, SafeText, Timestamp};

use super::dossier::{Dossier, EntityEntry, Finding, Pin};
use super::json;

/// The namespace that STIX gives for the ids of observables.
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// The namespace of all other objects of this program.
const CASEBOOK: Uuid = Uuid::from_u128(0x6a0d_1c52_93f4_5f0e_8c41_2f7d_55b0_e911);
/// The type of what the standard has no object for.
const ENTITY: &str = "x-casebook-entity";

/// The bundle as JSON.
pub(super) fn bundle(dossier: &Dossier) -> String {
    let mut bundle = Bundle { dossier, author: String::new(), objects: BTreeMap::new(), order: Vec::new() };
    bundle.fill();
    let objects: Vec<Json> = bundle.order.iter().filter_map(|id| bundle.objects.get(id)).cloned().collect();
    let id = bundle.id("bundle", &dossier.case.hash);
    json::pretty(&json!({ "type": "bundle", "id": id, "objects": objects }))
}

struct Bundle<'a> {
    dossier: &'a Dossier,
    /// The id of the identity that made it.
    author: String,
    objects: BTreeMap<String, Json>,
    /// The ids, in order.
    order: Vec<String>,
}

impl Bundle<'_> {
    fn fill(&mut self) {
        let case = &self.dossier.case;
        self.author = self.id("identity", &case.analyst);
        let author = self.author.clone();
        self.add(
            "identity",
            author,
            case.created,
            json!({ "name": name(&case.analyst, "unknown"), "identity_class": "individual" }),
        );
        let mut rows: BTreeMap<(Role, &str), Vec<String>> = BTreeMap::new();
        let mut by_evidence: BTreeMap<&str, String> = BTreeMap::new();
        for pin in &self.dossier.pins {
            let Some(id) = self.row(pin) else { continue };
            by_evidence.insert(&pin.evidence, id.clone());
            for entity in &pin.entities {
                rows.entry((entity.role, entity.value.as_str())).or_default().push(id.clone());
            }
        }
        for entity in &self.dossier.entities {
            self.observable(entity.role, &entity.value);
            if entity.stage == "confirmed" {
                let based_on = rows.get(&(entity.role, entity.value.as_str())).map(Vec::as_slice).unwrap_or_default();
                self.indicator(entity, based_on);
            }
        }
        for finding in self.dossier.findings.iter().filter(|finding| finding.status != "dismissed") {
            self.finding(finding, &by_evidence);
        }
        let all: Vec<String> = self.order.clone();
        let id = self.id("report", &case.id);
        self.add(
            "report",
            id,
            case.created,
            json!({
                "modified": time(case.last),
                "name": name(&case.title, "Untitled case"),
                "description": super::words::summary(self.dossier),
                "report_types": ["observed-data"],
                "published": time(case.last),
                "object_refs": all,
            }),
        );
    }

    /// The id of an object of this case.
    fn id(&self, kind: &str, key: &str) -> String {
        let of = format!("{}\n{kind}\n{key}", self.dossier.case.id);
        format!("{kind}--{}", Uuid::new_v5(&CASEBOOK, of.as_bytes()))
    }

    /// Adds an object that somebody made, unless it is there.
    fn add(&mut self, kind: &str, id: String, created: Timestamp, members: Json) {
        let mut object = Map::new();
        object.insert("type".into(), kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.clone().into());
        if kind != "identity" {
            object.insert("created_by_ref".into(), self.author.clone().into());
        }
        object.insert("created".into(), time(created).into());
        object.insert("modified".into(), time(created).into());
        if let Json::Object(members) = members {
            object.extend(members);
        }
        self.push(id, Json::Object(object));
    }

    fn push(&mut self, id: String, object: Json) {
        if self.objects.insert(id.clone(), object).is_none() {
            self.order.push(id);
        }
    }

    /// The observable of an entity; adds it unless it is there.
    fn observable(&mut self, role: Role, value: &str) -> String {
        let observable = Observable::of(role, value);
        let id = observable.id();
        let mut object = Map::new();
        object.insert("type".into(), observable.kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.clone().into());
        object.extend(observable.members.clone().into_iter().map(|(member, value)| (member.to_owned(), value)));
        if observable.kind == ENTITY {
            let extension = self.extension();
            object.insert("extensions".into(), json!({ extension: { "extension_type": "new-sco" } }));
        }
        self.push(id.clone(), Json::Object(object));
        id
    }

    /// The extension that says what `x-casebook-entity` is.
    fn extension(&mut self) -> String {
        let id = format!("extension-definition--{}", Uuid::new_v5(&CASEBOOK, ENTITY.as_bytes()));
        self.add(
            "extension-definition",
            id.clone(),
            self.dossier.case.created,
            json!({
                "name": "casebook entities",
                "description": "A value in a role of a request log: x-casebook-entity with the members role (such as key, device, \
                                session, payment, org, request, country, endpoint) and value, both text.",
                "schema": "x-casebook-entity: role (string, required), value (string, required)",
                "version": "1.0.0",
                "extension_types": ["new-sco"],
            }),
        );
        id
    }

    /// A pinned row; nothing for one without a time or without entities.
    fn row(&mut self, pin: &Pin) -> Option<String> {
        let at = pin.time?;
        let of: BTreeSet<String> = pin.entities.iter().map(|entity| self.observable(entity.role, &entity.value)).collect();
        if of.is_empty() {
            return None;
        }
        let id = self.id("observed-data", &pin.evidence);
        let members = json!({
            "first_observed": time(at),
            "last_observed": time(at),
            "number_observed": 1,
            "object_refs": of,
            "external_references": [{
                "source_name": "casebook evidence",
                "description": format!("row {} of the extract with the SHA-256 {}", pin.row_id, pin.extract),
                "external_id": pin.evidence,
            }],
        });
        self.add("observed-data", id.clone(), pin.by.at, members);
        Some(id)
    }

    fn indicator(&mut self, entity: &EntityEntry, rows: &[String]) {
        let observable = Observable::of(entity.role, &entity.value);
        let created = entity.stage_by.as_ref().map_or(self.dossier.case.last, |by| by.at);
        let id = self.id("indicator", &format!("{}:{}", entity.role, entity.value));
        let mut labels: Vec<&str> =
            entity.labels.iter().map(|label| label.label.as_str()).filter(|word| !word.is_empty()).collect();
        labels.sort_unstable();
        labels.dedup();
        let mut members = json!({
            "name": name(&format!("{} {}", entity.role, entity.value), "entity"),
            "indicator_types": ["malicious-activity"],
            "pattern": observable.pattern(),
            "pattern_type": "stix",
            "valid_from": time(entity.first_seen.unwrap_or(created)),
        });
        if let Some(members) = members.as_object_mut() {
            if !entity.stage_reason.trim().is_empty() {
                members.insert("description".into(), line(&entity.stage_reason).into());
            }
            if !labels.is_empty() {
                members.insert("labels".into(), labels.into());
            }
        }
        self.add("indicator", id.clone(), created, members);
        for row in rows {
            let relation = self.id("relationship", &format!("{id} {row}"));
            self.add(
                "relationship",
                relation,
                created,
                json!({ "relationship_type": "based-on", "source_ref": id, "target_ref": row }),
            );
        }
    }

    fn finding(&mut self, finding: &Finding, rows: &BTreeMap<&str, String>) {
        let mut refs: BTreeSet<String> =
            finding.entities.iter().map(|entity| self.observable(entity.role, &entity.value)).collect();
        refs.extend(finding.evidence.iter().filter_map(|row| rows.get(row.sha256.as_str())).cloned());
        if refs.is_empty() {
            refs.insert(self.author.clone());
        }
        let id = self.id("grouping", &finding.id);
        let mut members = json!({
            "modified": time(finding.changed.as_ref().map_or(finding.by.at, |by| by.at)),
            "name": name(&format!("{}: {}", finding.id, finding.title), "finding"),
            "context": "suspicious-activity",
            "labels": [format!("severity-{}", finding.severity), format!("status-{}", finding.status)],
            "object_refs": refs,
        });
        if let Some(members) = members.as_object_mut() {
            let next =
                if finding.next_step.trim().is_empty() { String::new() } else { format!("Next step: {}", finding.next_step) };
            let text: Vec<String> = [finding.text.as_str(), &next]
                .iter()
                .filter(|text| !text.trim().is_empty())
                .map(|text| text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
                .collect();
            if !text.is_empty() {
                members.insert("description".into(), text.join("\n\n").into());
            }
            // The scale of low, medium and high in the standard's appendix.
            let confidence = match finding.confidence.as_str() {
                "low" => Some(15),
                "medium" => Some(50),
                "high" => Some(85),
                _ => None,
            };
            members.extend(confidence.map(|number| ("confidence".to_owned(), Json::from(number))));
        }
        self.add("grouping", id, finding.by.at, members);
    }
}

/// What an entity is in STIX: the type, and the members that make its id, by name.
struct Observable {
    kind: &'static str,
    members: Vec<(&'static str, Json)>,
}

impl Observable {
    fn of(role: Role, value: &str) -> Observable {
        let one = |kind: &'static str, members: Vec<(&'static str, Json)>| Observable { kind, members };
        match role {
            Role::Ip => match value.parse::<IpAddr>() {
                Ok(IpAddr::V4(address)) => return one("ipv4-addr", vec![("value", address.to_string().into())]),
                Ok(IpAddr::V6(address)) => return one("ipv6-addr", vec![("value", address.to_string().into())]),
                Err(_) => {}
            },
            Role::Account => return one("user-account", vec![("user_id", value.into())]),
            Role::Asn => {
                let number = value.trim_start_matches(['A', 'a']).trim_start_matches(['S', 's']).trim();
                if let Ok(number) = number.parse::<u32>() {
                    return one("autonomous-system", vec![("number", number.into())]);
                }
            }
            Role::UserAgent | Role::Model if !value.trim().is_empty() => return one("software", vec![("name", value.into())]),
            _ => {}
        }
        one(ENTITY, vec![("role", role.name().into()), ("value", value.into())])
    }

    fn id(&self) -> String {
        let members: Map<String, Json> = self.members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let text = crate::case::entry::canonical(&Json::Object(members));
        format!("{}--{}", self.kind, Uuid::new_v5(&OBSERVABLES, text.as_bytes()))
    }

    fn pattern(&self) -> String {
        let compared: Vec<String> = self
            .members
            .iter()
            .map(|(member, value)| match value {
                Json::String(text) => {
                    format!("{}:{member} = '{}'", self.kind, text.replace('\\', "\\\\").replace('\'', "\\'"))
                }
                other => format!("{}:{member} = {other}", self.kind),
            })
            .collect();
        format!("[{}]", compared.join(" AND "))
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
}

fn line(text: &str) -> String {
    SafeText::new(text).as_str().to_owned()
}

/// A name, which must not be empty.
fn name(text: &str, instead: &str) -> String {
    if text.trim().is_empty() { instead.to_owned() } else { line(text) }
}
