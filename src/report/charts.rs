//! Pictures for the report in HTML: SVG that stands in the page, drawn of numbers and escaped text, with colours from the page's style.

use crate::domain::{SafeText, Timestamp};
use crate::investigate::timeline::choose_bucket;

use super::dossier::{Dossier, Finding};
use super::html::escaped;

/// The pictures; empty where there is nothing to draw.
#[derive(Debug, Default)]
pub(super) struct Charts {
    pub(super) timeline: String,
    pub(super) histogram: String,
    pub(super) links: String,
}

const WIDTH: i64 = 960;
/// Where the names of the rows end and the drawing begins.
const LEFT: i64 = 90;
const RIGHT: i64 = 945;

pub(super) fn draw(dossier: &Dossier) -> Charts {
    Charts { timeline: timeline(dossier), histogram: histogram(dossier), links: links(dossier) }
}

fn svg(height: i64, title: &str, inside: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>",
        escaped(title)
    )
}

/// A time in the picture.
struct Scale {
    first: Timestamp,
    last: Timestamp,
}

impl Scale {
    fn over(times: impl Iterator<Item = Timestamp> + Clone) -> Option<Scale> {
        Some(Scale { first: times.clone().min()?, last: times.max()? })
    }

    /// The distance from the left.
    fn x(&self, at: Timestamp) -> i64 {
        let span = i128::from(self.last.since(self.first)).max(1);
        let along = i128::from(at.since(self.first)) * i128::from(RIGHT - LEFT) / span;
        LEFT + i64::try_from(along).unwrap_or_default()
    }

    /// The first and the last time below the line at `y`.
    fn ends(&self, y: i64) -> String {
        let mut text = format!("<text class=\"small\" x=\"{LEFT}\" y=\"{y}\">{}</text>", self.first.to_seconds_text());
        if self.last != self.first {
            text.push_str(&format!(
                "<text class=\"small\" x=\"{RIGHT}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
                self.last.to_seconds_text()
            ));
        }
        text
    }
}

/// The lanes of the timeline: kind, name.
const LANES: [(&str, &str); 4] = [("row", "rows"), ("label", "labels"), ("stage", "stages"), ("finding", "findings")];
const LANE: i64 = 26;

/// Rows were logged long before the case was opened, so they and the casework have a line of time each.
fn timeline(dossier: &Dossier) -> String {
    if dossier.timeline.is_empty() {
        return String::new();
    }
    let mut inside = String::new();
    let mut y = 8;
    for logged in [true, false] {
        let of = dossier.timeline.iter().filter(|moment| (moment.kind == "row") == logged);
        let Some(scale) = Scale::over(of.clone().map(|moment| moment.at)) else { continue };
        for (kind, name) in LANES.into_iter().filter(|(kind, _)| (*kind == "row") == logged) {
            let middle = y + LANE / 2;
            inside.push_str(&format!("<text x=\"0\" y=\"{}\">{name}</text>", middle + 4));
            inside.push_str(&format!("<line class=\"axis\" x1=\"{LEFT}\" y1=\"{middle}\" x2=\"{RIGHT}\" y2=\"{middle}\"/>"));
            // Many moments at one place are one dot that says how many.
            let mut dots: Vec<(i64, usize, Timestamp)> = Vec::new();
            for moment in of.clone().filter(|moment| moment.kind == kind) {
                let x = scale.x(moment.at);
                match dots.last_mut() {
                    Some((last, count, _)) if *last == x => *count += 1,
                    _ => dots.push((x, 1, moment.at)),
                }
            }
            for (x, count, at) in dots {
                let many = if count > 1 { format!(", {count} at once") } else { String::new() };
                let radius = if count > 1 { 6 } else { 4 };
                inside.push_str(&format!(
                    "<circle class=\"dot {kind}\" cx=\"{x}\" cy=\"{middle}\" r=\"{radius}\"><title>{}{many}</title></circle>",
                    at.to_seconds_text()
                ));
            }
            y += LANE;
        }
        inside.push_str(&scale.ends(y + 10));
        y += 26;
    }
    svg(y, "The case in order of time", &inside)
}

/// Bars that the histogram has at most.
const BARS: u64 = 48;
const HEIGHT: i64 = 110;

fn histogram(dossier: &Dossier) -> String {
    let times: Vec<Timestamp> = dossier.pins.iter().filter_map(|pin| pin.time).collect();
    let Some(scale) = Scale::over(times.iter().copied()).filter(|_| times.len() > 1) else { return String::new() };
    let width = choose_bucket(scale.last.since(scale.first), BARS - 1);
    let start = scale.first.0.div_euclid(width);
    let bars = usize::try_from(scale.last.0.div_euclid(width) - start).unwrap_or_default() + 1;
    let mut counts = vec![0_i64; bars];
    for time in &times {
        let at = usize::try_from(time.0.div_euclid(width) - start).unwrap_or_default();
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let step = (RIGHT - LEFT) / i64::try_from(bars).unwrap_or(1).max(1);
    let mut inside = format!(
        "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{HEIGHT}\" x2=\"{RIGHT}\" y2=\"{HEIGHT}\"/>\
         <text class=\"small\" x=\"{}\" y=\"14\" text-anchor=\"end\">{most}</text>\
         <text class=\"small\" x=\"{}\" y=\"{HEIGHT}\" text-anchor=\"end\">0</text>",
        LEFT - 8,
        LEFT - 8
    );
    for (at, count) in (0_i64..).zip(&counts).filter(|(_, count)| **count > 0) {
        let tall = (count * (HEIGHT - 8) / most).max(2);
        let from = Timestamp((start + at).saturating_mul(width));
        inside.push_str(&format!(
            "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\"><title>from {}: {}</title></rect>",
            LEFT + at * step,
            HEIGHT - tall,
            (step - 2).max(1),
            from.to_seconds_text(),
            super::words::many(usize::try_from(*count).unwrap_or_default(), "row", "rows")
        ));
    }
    let first = Timestamp(start.saturating_mul(width));
    let end = first.plus(width.saturating_mul(i64::try_from(bars).unwrap_or(1)));
    let right = LEFT + step * i64::try_from(bars).unwrap_or(1);
    inside.push_str(&format!(
        "<text class=\"small\" x=\"{LEFT}\" y=\"{0}\">{1}</text><text class=\"small\" x=\"{right}\" y=\"{0}\" text-anchor=\"end\">{2}</text>",
        HEIGHT + 16,
        first.to_seconds_text(),
        end.to_seconds_text()
    ));
    svg(HEIGHT + 22, "When the pinned rows were logged", &inside)
}

/// Entities that are drawn at most; the list of the findings has them all.
const DRAWN: usize = 40;

/// Findings at the left, their entities at the right, a line for "is about".
fn links(dossier: &Dossier) -> String {
    let findings: Vec<&Finding> =
        dossier.findings.iter().filter(|finding| finding.status != "dismissed" && !finding.entities.is_empty()).collect();
    let mut entities: Vec<(&str, &str)> = Vec::new();
    for entity in findings.iter().flat_map(|finding| &finding.entities) {
        let one = (entity.role.name(), entity.value.as_str());
        if !entities.contains(&one) && entities.len() <= DRAWN {
            entities.push(one);
        }
    }
    if entities.len() < 2 {
        return String::new();
    }
    let more = entities.len() > DRAWN;
    entities.truncate(DRAWN);
    let rows = i64::try_from(entities.len().max(findings.len())).unwrap_or_default();
    let height = rows * 24 + if more { 34 } else { 14 };
    let spread = |count: usize, at: usize| -> i64 {
        let (count, at) = (i64::try_from(count).unwrap_or(1).max(1), i64::try_from(at).unwrap_or_default());
        7 + (rows * 24) * (2 * at + 1) / (2 * count)
    };
    let (from, to) = (340, 620);
    let (mut edges, mut nodes) = (String::new(), String::new());
    for (at, finding) in findings.iter().enumerate() {
        let y = spread(findings.len(), at);
        nodes.push_str(&format!("<circle class=\"dot finding\" cx=\"{from}\" cy=\"{y}\" r=\"6\"/>"));
        let title = label(&format!("{}: {}", finding.id, finding.title), 50);
        nodes.push_str(&format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{title}</text>", from - 14, y + 4));
        for entity in &finding.entities {
            let one = (entity.role.name(), entity.value.as_str());
            if let Some(place) = entities.iter().position(|other| *other == one) {
                let other = spread(entities.len(), place);
                edges.push_str(&format!("<line class=\"edge\" x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{other}\"/>"));
            }
        }
    }
    for (at, (role, value)) in entities.iter().enumerate() {
        let y = spread(entities.len(), at);
        nodes.push_str(&format!("<circle class=\"dot\" cx=\"{to}\" cy=\"{y}\" r=\"5\"/>"));
        let name = label(&format!("{role} {value}"), 46);
        nodes.push_str(&format!("<text x=\"{}\" y=\"{}\">{name}</text>", to + 14, y + 4));
    }
    if more {
        nodes.push_str(&format!(
            "<text class=\"small\" x=\"{}\" y=\"{}\">and more, in the list of each finding</text>",
            to + 14,
            height - 8
        ));
    }
    svg(height, "Findings and their entities", &format!("{edges}{nodes}"))
}

/// A text in a picture, cut to a width.
fn label(text: &str, width: usize) -> String {
    escaped(SafeText::cut(&super::escape::defang(text), width).as_str())
}
