//! A frame as PNG, for places that show no SVG: drawn with a font that is compiled in, so that it is the same on every machine.

use casebook::settings::theme::Theme;
use casebook::ui::shot;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster, get_raster_width};
use ratatui::buffer::{Buffer, CellWidth};

const HEIGHT: RasterHeight = RasterHeight::Size20;
const MARGIN: usize = 10;
/// So many steps from ground to ink are told apart, so that a frame needs no more than a small palette.
const STEPS: usize = 8;

type Rgb = (u8, u8, u8);

/// Draws the frame.
pub(crate) fn png(buffer: &Buffer, theme: &Theme) -> Vec<u8> {
    let (cell_wide, cell_high) = (get_raster_width(FontWeight::Regular, HEIGHT), HEIGHT.val());
    let wide = usize::from(buffer.area.width) * cell_wide + 2 * MARGIN;
    let high = usize::from(buffer.area.height) * cell_high + 2 * MARGIN;
    let mut pixels = vec![shot::paper(theme); wide * high];
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let (ink, paper, bold) = shot::colors(cell, theme);
            let (left, top) = (MARGIN + usize::from(x) * cell_wide, MARGIN + usize::from(y) * cell_high);
            let wide_by = usize::from(cell.symbol().cell_width().max(1));
            let mut put = |across: usize, down: usize, color: Rgb| {
                if let Some(pixel) = pixels.get_mut((top + down) * wide + left + across) {
                    *pixel = color;
                }
            };
            for (across, down) in (0..cell_high).flat_map(|down| (0..cell_wide * wide_by).map(move |across| (across, down))) {
                put(across, down, paper);
            }
            let first = cell.symbol().chars().next().unwrap_or(' ');
            if let Some(shape) = shot::shape(first) {
                let place = |part: f64, whole: usize| (part * whole as f64).round() as usize;
                for (from, upper, across, down) in shape {
                    let (right, lower) = (place(from + across, cell_wide), place(upper + down, cell_high));
                    let (from, upper) = (place(from, cell_wide), place(upper, cell_high));
                    for (x, y) in (upper..lower.max(upper + 1)).flat_map(|y| (from..right.max(from + 1)).map(move |x| (x, y))) {
                        put(x, y, ink);
                    }
                }
            } else if let Some(glyph) = glyph(first, bold) {
                for (down, line) in glyph.rows().enumerate() {
                    for (across, shade) in line.iter().enumerate().filter(|(_, shade)| **shade > 0) {
                        put(across, down, mixed(ink, paper, *shade));
                    }
                }
            }
        }
    }
    encoded(&pixels, wide, high)
}

/// The character, or the one of the font that says most of the same.
fn glyph(character: char, bold: bool) -> Option<RasterizedChar> {
    let weight = if bold { FontWeight::Bold } else { FontWeight::Regular };
    let like = match character {
        ' ' => return None,
        '▲' => '!',
        '○' | '◌' => 'o',
        '◆' | '◇' | '★' | '●' => '*',
        '✓' => 'x',
        '✎' => 'n',
        '∅' => 'Ø',
        '▸' | '›' | '→' | '▶' => '>',
        '▾' => 'v',
        '‹' | '←' => '<',
        '…' => '~',
        '▒' | '░' | '▓' => '#',
        '•' => '·',
        other => other,
    };
    get_raster(like, weight, HEIGHT).or_else(|| get_raster('?', weight, HEIGHT))
}

fn mixed(ink: Rgb, paper: Rgb, shade: u8) -> Rgb {
    let step = (usize::from(shade) * STEPS).div_ceil(255).min(STEPS);
    let part = |ink: u8, paper: u8| ((usize::from(ink) * step + usize::from(paper) * (STEPS - step)) / STEPS) as u8;
    (part(ink.0, paper.0), part(ink.1, paper.1), part(ink.2, paper.2))
}

fn encoded(pixels: &[Rgb], wide: usize, high: usize) -> Vec<u8> {
    let mut palette: Vec<Rgb> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for pixel in pixels {
        known.entry(*pixel).or_insert_with(|| {
            palette.push(*pixel);
            palette.len() - 1
        });
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, u32::try_from(wide).unwrap(), u32::try_from(high).unwrap());
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let data: Vec<u8> = if palette.len() <= 256 {
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.iter().flat_map(|color| [color.0, color.1, color.2]).collect::<Vec<u8>>());
        encoder.set_filter(png::Filter::NoFilter);
        pixels.iter().map(|pixel| u8::try_from(known[pixel]).unwrap()).collect()
    } else {
        encoder.set_color(png::ColorType::Rgb);
        pixels.iter().flat_map(|pixel| [pixel.0, pixel.1, pixel.2]).collect()
    };
    encoder.write_header().unwrap().write_image_data(&data).unwrap();
    out
}
