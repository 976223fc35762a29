//! The mouse falls on what is seen: every click goes to a cell in which a known text is drawn.

use std::collections::BTreeSet;

use casebook::app::state::{Layer, Pane, Place, State, Surface};
use casebook::settings::theme::Theme;
use ratatui::buffer::{Buffer, CellWidth};

use super::picture;
use super::stage::Stage;
use super::terms::SCENES;
use super::{CASEWORK_THEN_CASE, FINDINGS};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (160, 50), (40, 10)];

fn theme() -> Theme {
    Theme::builtin("dark").unwrap()
}

/// The cells in which a text begins, from the top.
fn places_of(buffer: &Buffer, wanted: &str) -> Vec<(u16, u16)> {
    let mut found = Vec::new();
    for y in 0..buffer.area.height {
        let (mut line, mut columns, mut x) = (String::new(), Vec::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            columns.extend(symbol.bytes().map(|_| x));
            line.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        found.extend(line.match_indices(wanted).map(|(at, _)| (columns[at], y)));
    }
    found
}

/// Clicks on the first place where a text is drawn from line `below` on.
fn click_on(stage: &mut Stage, wanted: &str, below: u16) {
    let theme = theme();
    let buffer = stage.draw(&theme);
    let place = places_of(&buffer, wanted).into_iter().find(|place| place.1 >= below);
    let Some((x, y)) = place else { panic!("{wanted:?} is not drawn:\n{}", picture::text(&buffer)) };
    stage.click(&theme, x, y);
}

#[test]
fn a_click_on_a_value_chooses_its_row_and_its_column() {
    let theme = theme();
    for (width, height) in SIZES {
        let mut chosen = BTreeSet::new();
        for keys in ["", "G", "l l l l l l l l l l l l l l l l", "l l z f l l l l l l l l l l l l", "z < z < l z > z >"] {
            let mut stage = Stage::ready(width, height);
            stage.press(keys);
            let names = stage.state().rows.columns.clone();
            let before = stage.draw(&theme);
            let head = places_of(&before, "rows ").into_iter().find(|place| place.1 > 1).unwrap().1 + 1;
            for (at, name) in names.iter().enumerate() {
                // A head that is cut or out of sight cannot be told by its text.
                let heads: Vec<(u16, u16)> =
                    places_of(&before, name).into_iter().filter(|place| place.1 == head && inside(&stage, place.0)).collect();
                let [(x, _)] = heads[..] else { continue };
                let mut clicked = stage.clone();
                clicked.click(&theme, x, head);
                assert_eq!(clicked.state().rows.column, at, "{name} at {width}x{height} after {keys:?}");
                let mut clicked = stage.clone();
                clicked.click(&theme, x, head + 2);
                let rows = &clicked.state().rows;
                assert_eq!((rows.cursor, rows.column), (rows.top + 1, at), "{name} at {width}x{height} after {keys:?}");
                chosen.insert(at);
            }
        }
        assert!(chosen.len() > 3, "{chosen:?} at {width}x{height}");
    }
}

/// Whether a column of the screen is inside the rows.
fn inside(stage: &Stage, x: u16) -> bool {
    let state = stage.state();
    let main = casebook::app::layout::layout(state.size, state.focus, true, state.sizes).unwrap().main.unwrap();
    x > main.x && x + 1 < main.right()
}

#[test]
fn a_second_click_opens_a_row_and_sorts_by_a_head() {
    let mut stage = Stage::ready(80, 24);
    click_on(&mut stage, "acct_0003", 8);
    click_on(&mut stage, "203.0.113.16", 8);
    assert_eq!((stage.state().rows.cursor, stage.state().focus), (1, Pane::Main), "another column of the row is only chosen");
    click_on(&mut stage, "203.0.113.16", 8);
    assert_eq!(stage.state().focus, Pane::Detail);
    stage.press("Esc");
    let sort =
        |stage: &Stage| stage.state().view().sort.iter().map(|key| (key.column.clone(), key.descending)).collect::<Vec<_>>();
    click_on(&mut stage, "account", 8);
    assert_eq!(sort(&stage), []);
    click_on(&mut stage, "account", 8);
    assert_eq!(sort(&stage), [("account".to_owned(), false)]);
    click_on(&mut stage, "account", 8);
    assert_eq!(sort(&stage), [("account".to_owned(), true)]);
    click_on(&mut stage, "account", 8);
    assert_eq!(sort(&stage), [("account".to_owned(), false)]);
}

#[test]
fn a_click_on_a_bucket_puts_the_cursor_on_it() {
    let theme = theme();
    for keys in ["T", "l l T l l l"] {
        let mut stage = Stage::ready(120, 40);
        stage.press(keys);
        let state = stage.state();
        let area = casebook::app::layout::layout(state.size, state.focus, true, state.sizes).unwrap().timeline.unwrap();
        let bottom = area.bottom() - 3;
        let mut buckets = BTreeSet::new();
        for x in area.x + 1..area.right() - 1 {
            let mut clicked = stage.clone();
            clicked.click(&theme, x, bottom);
            buckets.insert(clicked.state().timeline.cursor);
            if clicked.state().focus != Pane::Timeline {
                // It stood there already, and so the bucket was opened.
                continue;
            }
            let drawn = clicked.draw(&theme);
            assert_eq!(Some(drawn[(x, bottom)].fg), theme.histogram_cursor.fg, "{x} after {keys:?}:\n{}", picture::text(&drawn));
        }
        assert!(buckets.len() > 40, "{buckets:?}");
    }
}

#[test]
fn lists_of_the_explore_surface_are_clicked_where_they_are_drawn() {
    let mut stage = Stage::ready(80, 24);
    stage.press("Space g");
    click_on(&mut stage, "81 chars", 8);
    assert_eq!(stage.state().templates.cursor, 1);
    stage.press("z r");
    click_on(&mut stage, "Ticket", 8);
    assert_eq!(*stage.state().place(), Place::Rows, "the rows of the template are opened");

    let mut stage = Stage::ready(80, 24);
    stage.press("l l p p j j");
    click_on(&mut stage, "user_agent", 8);
    assert_eq!(stage.state().page.cursor, 1);
    click_on(&mut stage, "user_agent", 8);
    assert_eq!(*stage.state().place(), Place::Rows);
    assert!(stage.state().view().filter.to_string().contains("user_agent"), "{}", stage.state().view().filter);

    for (width, height) in [(80, 40), (160, 50)] {
        let mut stage = Stage::ready(width, height);
        stage.press("l l + Space b c k c");
        assert!(matches!(stage.state().place(), Place::Compare { .. }));
        let heads = places_of(&stage.draw(&theme()), "accounts");
        let last = heads.last().unwrap();
        stage.click(&theme(), last.0, last.1 + 1);
        assert_eq!((stage.state().compared.side, stage.state().compared.current().is_some()), (1, true));
        let first = heads[heads.len() - 2];
        stage.click(&theme(), first.0, first.1 + 2);
        assert_eq!((stage.state().compared.side, stage.state().compared.current().is_some()), (0, true));
        stage.click(&theme(), first.0, first.1 + 2);
        assert_eq!(*stage.state().place(), Place::Rows, "the rows with the value are opened");
    }
}

/// Chooses a line by keys, another one by `j`, and the first one again by a click on where its cursor sign was.
fn goes_back_by_a_click(keys: &str, start: fn(u16, u16) -> Stage, cursor: fn(&State) -> usize) {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut stage = start(width, height);
        stage.press(keys);
        let signs = |stage: &Stage| places_of(&stage.draw(&theme()), "▌").into_iter().collect::<BTreeSet<(u16, u16)>>();
        let (at, before) = (cursor(stage.state()), signs(&stage));
        stage.press("j");
        assert_ne!(cursor(stage.state()), at, "{keys} at {width}x{height}");
        let after = signs(&stage);
        let gone: Vec<&(u16, u16)> = before.difference(&after).collect();
        let [(x, y)] = gone[..] else { panic!("{keys} at {width}x{height}: the cursor was at {gone:?}") };
        stage.click(&theme(), x + 3, *y);
        assert_eq!(cursor(stage.state()), at, "{keys} at {width}x{height}");
    }
}

#[test]
fn lines_with_a_cursor_sign_are_clicked_where_they_are_drawn() {
    goes_back_by_a_click("l l p i", Stage::ready, |state| state.list.cursor);
    goes_back_by_a_click("l l p l j", Stage::ready, |state| state.links.cursor);
    goes_back_by_a_click("2 j j", Stage::ready, |state| state.playbooks.cursor);
    goes_back_by_a_click("2 R g", Stage::ready, |state| state.playbooks.triage.cursor);
    goes_back_by_a_click(CASEWORK_THEN_CASE, Stage::ready, |state| state.case.cursor);
}

#[test]
fn fields_and_the_detail_are_clicked_where_they_are_drawn() {
    let mut stage = Stage::ready(160, 50);
    for name in ["status", "endpoint"] {
        // The fields are at the left edge, the detail at the right one.
        let mut places = places_of(&stage.draw(&theme()), name);
        places.sort_unstable();
        let (first, last) = (places[0], places[places.len() - 1]);
        stage.click(&theme(), first.0, first.1);
        let field = stage.state().fields.lines()[stage.state().fields.cursor].field();
        assert_eq!((stage.state().focus, stage.state().fields.fields[field].column.as_str()), (Pane::Fields, name));
        stage.click(&theme(), last.0, last.1);
        let detail = &stage.state().detail;
        assert_eq!((stage.state().focus, detail.lines()[detail.cursor].name.as_str()), (Pane::Detail, name));
    }
}

#[test]
fn findings_are_clicked_where_they_are_drawn() {
    let mut stage = Stage::ready(80, 24);
    stage.press(FINDINGS);
    stage.press("1 f o t h e r C-s 3");
    for (title, at) in [("other", 1), ("keys", 0)] {
        click_on(&mut stage, title, 2);
        assert_eq!((stage.state().case.finding, stage.state().surface), (at, Surface::Findings));
    }
    click_on(&mut stage, "keys", 2);
    assert_eq!(stage.state().surface, Surface::Explore, "the evidence of the finding is opened");
}

#[test]
fn in_the_sql_a_click_puts_the_cursor_into_the_text_and_chooses_cells_of_the_result() {
    let mut stage = Stage::ready(80, 24);
    stage.press("5 C-u s e l e c t Space 日 本 , Space a c c o u n t Enter f r o m Space r e q u e s t s");
    click_on(&mut stage, "account", 0);
    let (line, at) = stage.state().sql.editor.cursor();
    assert!(stage.state().sql.editor.lines()[line][at..].starts_with("account"), "{line}, {at}");
    click_on(&mut stage, "requests", 0);
    assert_eq!(stage.state().sql.editor.cursor(), (1, "from ".len()));
    stage.press("F5");
    let below = casebook::app::layout::sql_areas(ratatui::layout::Rect::new(0, 1, 80, 22)).1.y;
    click_on(&mut stage, "33", below);
    let chosen = |stage: &Stage| stage.state().sql.ran.as_ref().map(|ran| (ran.cursor, ran.column));
    assert_eq!((chosen(&stage), stage.state().sql.editing), (Some((2, 1)), false));
    click_on(&mut stage, "last_seen", below);
    assert_eq!(chosen(&stage), Some((2, 2)));
    click_on(&mut stage, "from", 0);
    assert!(stage.state().sql.editing);
    click_on(&mut stage, "33", below);
    assert_eq!(stage.state().surface, Surface::Sql);
    click_on(&mut stage, "33", below);
    assert_eq!(
        (stage.state().surface, stage.state().place()),
        (Surface::Explore, &Place::Rows),
        "the result is opened as a view"
    );
}

#[test]
fn in_the_sql_a_click_takes_another_candidate_or_closes_them() {
    let mut stage = Stage::ready(80, 24);
    stage.press("5 c o Tab");
    let [first, second] = [0, 1].map(|at| stage.state().sql.candidates[at].text.clone());
    assert_eq!(stage.state().sql.editor.text(), first);
    // The first stands in the text and below it in the list, with the second below.
    let place = places_of(&stage.draw(&theme()), &first)[1];
    stage.click(&theme(), place.0, place.1 + 1);
    assert_eq!(stage.state().sql.editor.text(), second);
    stage.click(&theme(), 40, 20);
    assert_eq!((stage.state().sql.candidates.len(), stage.state().sql.editing), (0, true));
}

#[test]
fn what_lies_over_the_surface_is_clicked_and_what_lies_beside_it_is_not() {
    let mut stage = Stage::ready(80, 24);
    stage.press(": l a b");
    click_on(&mut stage, "trail back", 0);
    assert!(matches!(stage.state().layers.last(), Some(Layer::Palette { cursor: 2, .. })), "{:?}", stage.state().layers);
    let open = stage.fingerprint();
    // Rows are seen beside it, and its frame and its text are nothing to choose.
    for (x, y) in [(1, 12), (5, 20), (3, 3), (10, 3), (20, 15)] {
        stage.click(&theme(), x, y);
        assert_eq!(stage.fingerprint(), open, "{x}, {y}");
    }
    click_on(&mut stage, "playbooks  Saved", 0);
    click_on(&mut stage, "playbooks  Saved", 0);
    assert_eq!((stage.state().layers.len(), stage.state().surface), (0, Surface::Playbooks));

    let mut stage = Stage::ready(80, 24);
    stage.press("l l + Backspace ! Space b");
    click_on(&mut stage, "+ account", 8);
    assert!(matches!(stage.state().layers.last(), Some(Layer::Trail(_))));
    click_on(&mut stage, "+ account", 8);
    assert_eq!((stage.state().layers.len(), stage.state().trail.position()), (0, 1));

    let mut stage = Stage::ready(80, 24);
    stage.press("Space t");
    click_on(&mut stage, "contrast", 8);
    assert_eq!((stage.state().theme.as_str(), stage.state().layers.len()), ("contrast", 1), "a theme shows when it is chosen");
    click_on(&mut stage, "contrast", 8);
    assert_eq!((stage.state().theme.as_str(), stage.state().layers.len()), ("contrast", 0));

    let mut stage = Stage::ready(80, 24);
    stage.press("z c");
    let Some(Layer::Columns(columns)) = stage.state().layers.last() else { panic!("{:?}", stage.state().layers) };
    let (at, name) = (4, columns.items[4].0.clone());
    click_on(&mut stage, &format!("✓ {name}"), 0);
    assert!(matches!(stage.state().layers.last(), Some(Layer::Columns(columns)) if columns.cursor == at));
    stage.press("x k");
    click_on(&mut stage, &format!("  {name}"), 0);
    assert!(stage.state().layers.is_empty() && !stage.state().rows.columns.contains(&name));
}

#[test]
fn any_cell_of_any_frame_can_be_clicked_and_clicked_again() {
    let theme = theme();
    let mut moved = 0;
    for (width, height, across, down) in [(40, 10, 13, 3), (120, 40, 37, 9)] {
        for keys in SCENES.into_iter().chain(["l l + Space b c k c", "5 c o Tab", "z c", "3"]) {
            let mut begun = Stage::hostile(width, height);
            begun.press(keys);
            let before = begun.draw(&theme);
            for (x, y) in (0..height).step_by(down).flat_map(|y| (0..width).step_by(across).map(move |x| (x, y))) {
                let mut stage = begun.clone();
                stage.click(&theme, x, y);
                stage.click(&theme, x, y);
                moved += usize::from(stage.draw(&theme) != before);
                assert!(stage.state().rows.column < stage.state().rows.columns.len(), "{x}, {y} after {keys:?}");
            }
        }
    }
    assert!(moved > 300, "{moved}");
}
