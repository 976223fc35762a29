//! Frames: keys are played through the real core over made-up answers, and what is drawn is kept as snapshots.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[path = "frames/mouse.rs"]
mod mouse;
#[path = "frames/picture.rs"]
mod picture;
#[path = "frames/stage.rs"]
mod stage;
#[path = "frames/terms.rs"]
mod terms;

use casebook::domain::text::is_unfit;
use casebook::settings::theme::Theme;
use proptest::prelude::*;
use ratatui::buffer::CellWidth;

use stage::Stage;

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (160, 50), (40, 10)];

/// Keeps a frame in every size as text, and in the commonest one with its styles.
fn keep(name: &str, keys: &str) {
    keep_of(name, keys, Stage::ready);
}

fn keep_of(name: &str, keys: &str, start: fn(u16, u16) -> Stage) {
    let theme = Theme::builtin("dark").unwrap();
    for (width, height) in SIZES {
        // The largest size differs from the one before by its room alone.
        if (width, height) == (160, 50) && !["rows", "detail", "page"].contains(&name) {
            continue;
        }
        let mut stage = start(width, height);
        stage.press(keys);
        let buffer = stage.draw(&theme);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), picture::text(&buffer));
            if (width, height) == (80, 24) {
                insta::assert_snapshot!(format!("{name}-{width}x{height}-styles"), picture::styles(&buffer, &theme));
            }
        });
    }
}

#[test]
fn rows() {
    keep("rows", "j j l l");
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let theme = Theme::builtin("dark").unwrap();
    let frames =
        [(39, 10), (40, 9), (20, 3), (1, 1)].map(|(width, height)| picture::text(&Stage::ready(width, height).draw(&theme)));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("too-small", frames.join("---\n"));
    });
}

#[test]
fn links_of_an_account_and_the_group_as_a_drawing() {
    keep("links", "l l p l > j Enter j");
    keep("links-marked", "l l p l w M");
    keep("links-drawing", "l l p l > d");
    keep("links-options", "l l p l o");
    keep_of("links-hostile", "l l p l > j Enter G", Stage::hostile);
}

#[test]
fn templates_of_prompts_masked_and_revealed() {
    keep("templates", "Space g");
    keep("templates-revealed", "Space g z r");
    keep_of("templates-hostile", "Space g z r", Stage::hostile);
}

#[test]
fn rows_scrolled_to_the_last_column() {
    keep("rows-right", "G l l l l l l l l l l l l l l l l l l");
}

#[test]
fn rows_of_a_filter() {
    keep("rows-filtered", "l l +");
}

#[test]
fn no_rows() {
    keep("rows-none", "& a c c o u n t : n o b o d y Enter");
}

#[test]
fn filter_under_edit_with_a_mistake() {
    keep("filter-mistake", "& a c o u n t : a c c t _ 1 Space s t a t u s > = 4 0 0");
}

#[test]
fn filter_under_edit_with_candidates() {
    keep("filter-candidates", "& C-u a Tab");
}

#[test]
fn fields() {
    keep("fields", "Tab Tab j j");
}

#[test]
fn timeline() {
    keep("timeline", "T l l l l l l [ l l l l ]");
}

#[test]
fn detail() {
    keep("detail", "j Enter j j j");
}

#[test]
fn detail_of_a_long_value() {
    keep("detail-long", "Enter G k l j j");
}

#[test]
fn pivot_menu() {
    keep("pivot-menu", "l l p");
}

#[test]
fn leader() {
    keep("leader", "Space");
}

#[test]
fn addresses_of_an_account() {
    keep("pivot", "l l p i j");
}

#[test]
fn top_values() {
    keep("top", "l l l l F");
}

#[test]
fn marked_values() {
    keep("marks-list", "l l F v v j v");
    keep("marks-pivot", "l l F v v p i");
}

#[test]
fn marked_rows() {
    keep("marks-rows", "l l v v j v k");
}

#[test]
fn fields_rare_sorted_and_searched() {
    keep("fields-rare", "Space v r s");
    keep("fields-searched", "Space v / a c c t _ 0 0 1 7 Enter j j");
    keep("fields-concentration", "Space v s s s j");
}

#[test]
fn fields_compared() {
    keep("fields-compared", "Space v z p Enter j j");
    keep("list-compared", "l l F z p C-u - 1 0 m Enter j j");
    keep("compare-form", "Space v z p C-u y e s t e r d a y Enter");
}

#[test]
fn fields_of_numbers() {
    keep("fields-numbers", "Space v / l a t Enter l j j j j j j j");
    keep("fields-times", "Space v / t i m e Enter l j");
}

#[test]
fn fields_made_wider() {
    keep("fields-wider", "Space v z l z l z l z l j j j");
}

#[test]
fn list_searched() {
    keep("list-searched", "l l F / a c c t _ 0 0 Enter j");
}

#[test]
fn time_bounds() {
    keep("time-bounds", "T [ l l ] Enter l l p i z t");
}

#[test]
fn stacked_timeline() {
    keep("timeline-stacked", "l l T l l l");
    keep("timeline-choose", "T T Tab Tab");
    keep_of("hostile-stacked", "l l T l l l", Stage::hostile);
    let theme = Theme::builtin("mono").unwrap().with_ascii(true);
    let mut stage = Stage::ready(80, 24);
    stage.press("l l T l l l");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("timeline-stacked-ascii-80x24", picture::text(&stage.draw(&theme)));
    });
}

#[test]
fn named_ranges() {
    keep("range-name", "T [ l l ] z n r u s h");
    keep("range-choose", "T [ l l ] z n r u s h Enter Enter Space i Tab");
}

#[test]
fn hostile_fields_and_marks() {
    keep_of("hostile-marks", "l l F v v / r o o t Enter", Stage::hostile);
    keep_of("hostile-fields", "Space v z p Enter v j v", Stage::hostile);
}

#[test]
fn pivots_of_the_view() {
    keep("pivot-view-menu", "l l + P");
    keep("pivot-view", "l l + P i");
}

#[test]
fn entity_page() {
    keep("page", "l l p p j j");
}

#[test]
fn labelled_and_pinned() {
    keep("labelled", "l l t s c r i p t e d Enter Enter s a m e Space d e v i c e C-s m j m");
}

#[test]
fn label_form() {
    keep("form-label", "l l t s c r i p t e d Enter Right");
}

#[test]
fn finding_form_with_an_error() {
    keep("form-error", "f C-s");
}

#[test]
fn case_surface() {
    keep("case", CASEWORK_THEN_CASE);
}

const CASEWORK_THEN_CASE: &str = "l l t b a d Enter Enter w h y C-s c s e e n C-s m Space q w h o ? Enter f k e y C-s 4 j";

#[test]
fn empty_case_surface() {
    keep("case-empty", "4");
}

#[test]
fn findings_surface() {
    keep("findings", FINDINGS);
    keep("findings-scrolled", &format!("{FINDINGS} C-d C-d"));
    keep_of("findings-hostile", FINDINGS, Stage::hostile);
}

/// A question, and a finding on rows of one account that answers it, with all that a finding can say.
const FINDINGS: &str = "Space q w h o ? Enter l l + l l f k e y s Enter Right Enter l Enter s t o l e n Space k e y s Enter o n - c a l l \
    Enter r o t a t e Enter q 1 Enter s h a r e d Enter Enter # Space w h y C-s 3";

#[test]
fn finding_form() {
    keep("form-finding", "Space q w h o ? Enter l l f k e y s Enter Enter Enter Enter Enter Enter Tab Tab l o n g");
    keep_of("form-finding-hostile", "l l f k Tab Tab Tab Tab Tab Tab Tab Tab", Stage::hostile);
}

#[test]
fn note_under_edit() {
    keep("note", "l l c # Space s e e n Enter Enter - Space o n c e Enter - Space t w i c e");
    keep("note-leaving", "l l c x Esc");
    keep_of("note-hostile", "l l c s a y s", Stage::hostile);
}

#[test]
fn many_labelled_after_a_look() {
    keep("label-many", "l l F v v t f a r m Enter Enter w h y C-s");
    keep("label-many-done", "l l F v v t f a r m Enter Enter w h y C-s Enter");
    keep_of("label-many-hostile", "l l F L f a r m Enter Enter w h y C-s", Stage::hostile);
}

#[test]
fn labels_and_stages_wherever_the_value_stands() {
    const SAID: &str = "l l t b a d Enter Enter w h y C-s Space s c Enter s u r e C-s c s e e n C-s";
    keep("said-rows", SAID);
    keep("said-list", &format!("{SAID} F"));
    keep("said-page", &format!("{SAID} t b a d Enter Right Enter o t h e r C-s p p"));
    keep("said-detail", &format!("{SAID} Enter j j"));
    keep("said-links", &format!("{SAID} p l"));
}

#[test]
fn labels_that_have_ended() {
    keep_of("ended", "F", Stage::late);
    keep_of("ended-page", "p p", Stage::late);
}

#[test]
fn case_in_order_of_time_and_as_audit() {
    keep("case-time", &format!("{CASEWORK_THEN_CASE} s"));
    keep("case-audit", &format!("{CASEWORK_THEN_CASE} s s"));
    keep_of("case-audit-hostile", &format!("{CASEWORK_THEN_CASE} s s"), Stage::hostile);
}

#[test]
fn content_revealed_for_ten_minutes() {
    keep_of("revealed", "z w l l l l l l l l", Stage::timed);
    keep_of("revealed-hostile", "z w", Stage::hostile);
}

#[test]
fn empty_findings_surface() {
    keep("findings-empty", "3");
}

#[test]
fn playbooks_surface() {
    keep("playbooks", "2 j Enter j j");
    keep("playbooks-searched", "2 / n e t w o r k s Enter");
}

#[test]
fn triage_board() {
    keep("triage-empty", "2 Tab");
    keep("triage", "2 R g j l");
    keep("triage-verdict", "2 R g V");
    keep("triage-dismissed", "2 R g d o f f i c e C-s x G");
    keep_of("triage-hostile", "2 R g l", Stage::hostile);
}

#[test]
fn parameters_of_a_playbook() {
    keep("playbook-params", "2 j e");
}

#[test]
fn a_view_as_a_playbook() {
    keep("save-playbook", "l l + Space w");
}

#[test]
fn help() {
    keep("help", "?");
}

#[test]
fn help_searched() {
    keep("help-searched", "? p i v o t");
}

#[test]
fn palette() {
    keep("palette", ": l a b");
}

#[test]
fn trail() {
    keep("trail", "l l + Backspace ! Backspace F Space b");
}

/// The tour, a step a line: what is pressed to get to the next one.
const TOUR: [(&str, &str); 10] = [
    ("look", "j l"),
    ("playbooks", "2"),
    ("hit", HIT),
    ("inside", "l p l"),
    ("others", "j"),
    ("label", "t s u s p e c t Enter Enter w h y C-s"),
    ("pin", "p r m"),
    ("finding", "f k e y s C-s"),
    ("report", "Space r Enter Enter"),
    ("next", "? Esc"),
];

/// From the playbooks to the rows of the first whom one accuses.
const HIT: &str = "R Enter";

#[test]
fn tour() {
    keep_of("tour", "", Stage::toured);
    keep_of("tour-others", &TOUR[..4].iter().map(|step| step.1).collect::<Vec<_>>().join(" "), Stage::toured);
    keep_of("tour-form", "F2 F2 F2 F2 F2 l t", Stage::toured);
}

#[test]
fn every_step_of_the_tour_says_what_to_press() {
    let theme = Theme::builtin("dark").unwrap();
    let mut all = String::new();
    for (width, height, lines) in [(80, 24, 3), (60, 20, 4), (40, 10, 1)] {
        let mut stage = Stage::toured(width, height);
        for (name, keys) in TOUR {
            let shown = picture::text(&stage.draw(&theme));
            // Below everything else, or in the place of the trail.
            let from = if lines == 1 { 0 } else { usize::from(height) - lines };
            let panel: String = shown.lines().skip(from).take(lines).map(|line| format!("{line}\n")).collect();
            assert!(!panel.contains('…'), "{name} at {width}x{height} does not fit:\n{panel}");
            all.push_str(&format!("{name} at {width}x{height}, then {keys}\n{panel}"));
            stage.press(keys);
        }
        all.push_str("over:\n");
        all.push_str(picture::text(&stage.draw(&theme)).lines().last().unwrap_or_default());
        all.push('\n');
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("tour-steps", all);
    });
}

#[test]
fn sizes_of_panes() {
    keep("panes", "Space a l l j l l");
    let theme = Theme::builtin("dark").unwrap();
    let mut stage = Stage::ready(300, 90);
    stage.press("j l l");
    let mut away = Stage::ready(120, 40);
    away.press("Space a x j x j x Esc j");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("rows-300x90", picture::text(&stage.draw(&theme)));
        insta::assert_snapshot!("panes-away-120x40", picture::text(&away.draw(&theme)));
    });
}

#[test]
fn themes_to_choose_from() {
    keep("theme-choice", "Space t j j");
}

#[test]
fn running_query() {
    keep_of("running", "", Stage::running);
}

#[test]
fn loading() {
    keep_of("loading", "", Stage::loading);
}

#[test]
fn failed() {
    keep_of("failed", "", Stage::failed);
}

#[test]
fn reopening() {
    keep_of("reopening", "", Stage::reopening);
}

#[test]
fn mapping() {
    keep("mapping", "z m j j j j");
}

#[test]
fn mapping_changed() {
    keep("mapping-changed", "z m j j x j j Enter C-u r e c o r d . r e g Tab Enter");
}

#[test]
fn mapping_under_edit() {
    keep("mapping-edit", "z m j j Enter C-u r e c Tab Tab");
}

#[test]
fn mapping_as_it_is_under_edit() {
    keep("mapping-edit-present", "z m G k k k Enter");
}

#[test]
fn mapping_with_a_mistake() {
    keep("mapping-mistake", "z m j j Enter C-u a c c o u n t _ f e l d");
}

#[test]
fn profile_of_a_name_that_is_taken() {
    keep_of("profile-taken", "", Stage::taken);
}

#[test]
fn load_report() {
    keep("load-report", "z e");
}

#[test]
fn load_report_rejects() {
    keep("load-report-rejects", "z e Tab j j j");
}

#[test]
fn entity_page_with_side_tables() {
    keep_of("page-joined", "l l p p", Stage::joined);
}

#[test]
fn load_report_with_side_tables() {
    keep_of("load-report-joined", "z e j", Stage::joined);
}

#[test]
fn changed_file() {
    keep_of("changed", "", Stage::changed);
}

#[test]
fn changed_file_in_the_report() {
    keep_of("changed-report", "j z e", Stage::changed);
}

#[test]
fn hostile_mapping() {
    keep_of("hostile-mapping", "z m j j Enter C-u r e Tab", Stage::hostile);
}

#[test]
fn hostile_load_report() {
    keep_of("hostile-load-report", "z e Tab", Stage::hostile);
}

#[test]
fn hostile_rows() {
    keep_of("hostile-rows", "l l", Stage::hostile);
}

#[test]
fn hostile_detail() {
    keep_of("hostile-detail", "Enter j j l", Stage::hostile);
}

#[test]
fn hostile_page() {
    keep_of("hostile-page", "l l p p", Stage::hostile);
}

#[test]
fn hostile_case() {
    keep_of("hostile-case", CASEWORK_THEN_CASE, Stage::hostile);
}

#[test]
fn every_theme_draws_the_same_words() {
    for name in Theme::builtin_names() {
        let theme = Theme::builtin(name).unwrap();
        let mut stage = Stage::ready(80, 24);
        stage.press("l l t b a d Enter Enter w h y C-s m j");
        let buffer = stage.draw(&theme);
        assert_eq!(picture::text(&buffer), picture::text(&stage.draw(&Theme::builtin("dark").unwrap())));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("theme-{name}-80x24-styles"), picture::styles(&buffer, &theme));
        });
    }
}

#[test]
fn ascii_terminals_get_ascii_lines() {
    let theme = Theme::builtin("mono").unwrap().with_ascii(true);
    let mut stage = Stage::ready(80, 24);
    stage.press("l l t b a d Enter Enter w h y C-s m j");
    let text = picture::text(&stage.draw(&theme));
    let foreign: String = text.chars().filter(|character| !character.is_ascii()).collect();
    assert_eq!(foreign, "", "{text}");
}

/// Keys that reach everything: surfaces, panes, overlays, forms.
const KEYS: [&str; 65] = [
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "C-d",
    "C-u",
    "Tab",
    "BackTab",
    "Enter",
    "Esc",
    "1",
    "2",
    "3",
    "4",
    "+",
    "!",
    "p",
    "i",
    "a",
    "F",
    "T",
    "[",
    "]",
    "&",
    "?",
    ":",
    "Space",
    "b",
    "x",
    "m",
    "t",
    "c",
    "f",
    "V",
    "n",
    "/",
    "Backspace",
    "=",
    "u",
    "z",
    "o",
    "q",
    "e",
    "s",
    "J",
    "C-s",
    "Space q",
    "Space s",
    "Space p",
    "A",
    "z R",
    "z w",
    "L",
    "Tab",
    "p l",
    "Space g",
    ">",
    "w",
    "d",
    "o",
    "M",
    "W",
    "z r",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_unfit_is_drawn_and_nothing_breaks(
        keys in prop::collection::vec(prop::sample::select(&KEYS[..]), 0..40),
        sizes in prop::collection::vec((0u16..170, 0u16..52), 1..4),
        ascii in any::<bool>(),
    ) {
        let theme = Theme::builtin("dark").unwrap().with_ascii(ascii);
        let mut stage = Stage::hostile(100, 30);
        for (at, key) in keys.iter().enumerate() {
            stage.press(key);
            let (width, height) = sizes[at % sizes.len()];
            stage.resize(width, height);
            let buffer = stage.draw(&theme);
            for cell in buffer.content() {
                prop_assert!(!cell.symbol().chars().any(is_unfit), "{:?} after {:?}", cell, &keys[..=at]);
            }
            for y in 0..height {
                if width > 0 {
                    prop_assert!(buffer[(width - 1, y)].symbol().cell_width() <= 1);
                }
            }
        }
    }
}
