//! What is running, since when, how far, and how to stop it.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::SafeText;
use crate::settings::theme::Theme;
use crate::ui::format;

use super::text::PLAIN;
use super::{Line, bar};

/// Something that runs.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What it does: `counting`, `reading part-3.json`.
    pub what: SafeText,
    /// From 0 to 1, where it is known.
    pub fraction: Option<f64>,
    /// Since its start.
    pub elapsed: Duration,
    /// Whether `Esc` stops it.
    pub stoppable: bool,
}

impl Progress {
    /// The line: `counting 42% 3.1 s  Esc stops`.
    pub fn line(&self, theme: &Theme) -> Line {
        let mut line = Line::new().with(self.what.clone(), PLAIN);
        if let Some(fraction) = self.fraction {
            let whole = SafeText::new(&format!(" {:.0}%", (fraction * 100.0).clamp(0.0, 100.0)));
            line.push(&whole, theme.accent);
        }
        line = line.with(" ", PLAIN).with(format::elapsed(self.elapsed), theme.dim);
        if self.stoppable {
            line = line.with("  ", PLAIN).with("Esc", theme.key_hint).with(" stops", theme.hint);
        }
        line
    }

    /// Draws the line in the first row of `area`, and a bar in the second if there is one and the share is known.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        self.line(theme).draw(area, buf, theme);
        if let (Some(fraction), Some(below)) = (self.fraction, super::row(area, 1)) {
            bar::draw(fraction, below, buf, theme.bar, theme);
        }
    }
}
