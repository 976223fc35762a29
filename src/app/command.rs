//! The one action table: what can be done, how it is called, where it works, which keys do it. The keymap, the palette, the leader
//! popup, the hint line, the help, the README's key table and the man page are all read from it.

use crate::domain::Role;

use super::keymap::Keymap;
use super::state::Surface;

pub use super::when::When;

/// A step of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Motion {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
}

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Help,
    Palette,
    Back,
    Quit,
    NextPane,
    PreviousPane,
    Undo,
    Redo,
    TrailBack,
    TrailForward,
    Trail,
    Go(Surface),
    Move(Motion),
    Open,
    EditFilter,
    ClearFilter,
    TimeRange,
    Search,
    SearchNext,
    SearchPrevious,
    SortAscending,
    SortDescending,
    SortClear,
    HideColumn,
    ShowColumns,
    Widen,
    Narrow,
    Keep,
    Drop,
    Pivot(Role),
    PivotView(Role),
    Mark,
    ClearMarks,
    TimeBounds,
    Rare,
    SortList,
    SearchList,
    Compare,
    NameRange,
    EntityPage,
    Links,
    LinksDeeper,
    LinksShallower,
    LinksOptions,
    LinksWeak,
    LinksDrawing,
    GroupMark,
    GroupLabel,
    GroupFinding,
    Templates,
    TemplateAccounts,
    TemplateMark,
    TopValues,
    Timeline,
    Fields,
    Detail,
    BrushFrom,
    BrushTo,
    Zoom,
    ZoomOut,
    Fold,
    Reveal,
    RevealRow,
    RevealAll,
    Pin,
    PinnedOnly,
    Label,
    LabelList,
    Stage,
    Unlabel,
    Note,
    Finding,
    Question,
    Answer,
    Verdict,
    EditThing,
    CaseOrder,
    Report,
    DryRun,
    RunAll,
    OtherBoard,
    Params,
    About,
    ResultsView,
    ExampleRows,
    Dismiss,
    ShowDismissed,
    FreshOnly,
    SavePlaybook,
    Theme,
    Panes,
    Tour,
    TourSkip,
    TourLeave,
    Redraw,
    Suspend,
    Mapping,
    LoadReport,
    Reopen,
    FreezeColumn,
    ColumnLeft,
    ColumnRight,
    ChooseColumns,
    SortAlsoAscending,
    SortAlsoDescending,
    SqlRun,
    SqlExplain,
    SqlOpen,
    SqlEdit,
    SqlFromView,
    SqlOlder,
    SqlNewer,
    SqlComplete,
    SqlCompleteBack,
    SqlLeave,
    Around,
    Copy(Copied),
    CopyStyle,
}

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Copied {
    Value,
    Row,
    Marked,
    View,
    Filter,
    Sql,
    CommandLine,
}

/// One row of the action table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Stable name, for `config.toml` and tests.
    pub id: &'static str,
    /// A few words, for the palette, popups and the hint line.
    pub title: &'static str,
    /// One sentence, for the help.
    pub help: &'static str,
    /// Key sequences, keys separated by blanks.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub when: When,
    /// What it does.
    pub action: Action,
    /// How much it deserves a place on the hint line; 0 for none.
    pub hint: u8,
}

const fn command(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    keys: &'static [&'static str],
    when: When,
    action: Action,
    hint: u8,
) -> Command {
    Command { id, title, help, keys, when, action, hint }
}

use Action as A;
use Motion as M;
use When as W;

const LISTS: When = W::ROWS
    .or(W::FIELDS)
    .or(W::DETAIL)
    .or(W::LIST)
    .or(W::PAGE)
    .or(W::FINDINGS)
    .or(W::CASE)
    .or(W::PLAYBOOKS)
    .or(W::LINKS)
    .or(W::TEMPLATES)
    .or(W::SQL)
    .or(W::COMPARE);

/// Where a row or a value can be marked.
const MARKABLE: When = W::ROWS.or(W::FIELDS).or(W::LIST).or(W::PAGE).or(W::LINKS).or(W::HIT);

/// The action table.
#[rustfmt::skip]
pub const TABLE: &[Command] = &[
    command("help", "help", "Show every key that works here, and search them.", &["?"], W::ANYWHERE, A::Help, 1),
    command("palette", "commands", "Find a command by a few letters of its name.", &[":"], W::ANYWHERE, A::Palette, 1),
    command("back", "back", "Stop the running query, close what is open, or go back one level.", &["Esc", "q"], W::ANYWHERE, A::Back, 0),
    command("quit", "quit", "Leave the program; everything in the case is saved already.", &["Q", "C-c"], W::ANYWHERE, A::Quit, 1),
    command("next-pane", "next pane", "Move the focus to the next pane.", &["Tab"], W::EXPLORE, A::NextPane, 3),
    command("previous-pane", "previous pane", "Move the focus to the pane before.", &["BackTab"], W::EXPLORE, A::PreviousPane, 0),
    command("explore", "explore", "Rows, fields, time and detail of the current view.", &["1"], W::ANYWHERE, A::Go(Surface::Explore), 0),
    command("playbooks", "playbooks", "Saved queries that look for known kinds of abuse.", &["2"], W::ANYWHERE, A::Go(Surface::Playbooks), 0),
    command("findings", "findings", "What has been found so far.", &["3"], W::ANYWHERE, A::Go(Surface::Findings), 0),
    command("case", "case", "Labels, notes, pins, questions and the trail of this case.", &["4"], W::ANYWHERE, A::Go(Surface::Case), 0),
    command("sql", "sql", "Ask in SQL: an editor, and what comes as a view.", &["5"], W::ANYWHERE, A::Go(Surface::Sql), 0),
    command("undo", "undo", "Take back the last label, note, pin, finding or question.", &["u"], W::ANYWHERE, A::Undo, 0),
    command("redo", "redo", "Do again what was taken back.", &["C-r"], W::ANYWHERE, A::Redo, 0),
    command("report", "write the report", "Write the case into its exports folder: for people, for programs, as a list of what to do; with its values or with pseudonyms.", &["Space r"], W::ANYWHERE, A::Report, 0),
    command("dry-run", "try a rule", "What a rule (any filter) would have stopped of the whole extract, and whom it would have hit.", &["Space y"], W::ANYWHERE, A::DryRun, 0),
    command("question", "ask a question", "Write down a question that this case has to answer.", &["Space q"], W::ANYWHERE, A::Question, 0),
    command("mapping", "mapping", "What fills each role of the extract; try another column, path or expression, apply it, save it as a profile.", &["z m", "Space m"], W::ANYWHERE, A::Mapping, 0),
    command("load-report", "load report", "What was read from which file and why so, and every record that could not be read.", &["z e", "Space e"], W::ANYWHERE, A::LoadReport, 0),
    command("reopen", "open again", "Open the extract again, because a file of it changed.", &["Space o"], W::ANYWHERE, A::Reopen, 0),
    command("theme", "theme", "Choose a theme and see each at once; Enter keeps it in config.toml.", &["Space t"], W::ANYWHERE, A::Theme, 0),
    command("panes", "sizes of panes", "Make the fields, the histogram and the detail larger or smaller, or put them away; it is kept for the next sitting.", &["Space a"], W::EXPLORE, A::Panes, 0),
    command("tour", "tour", "Begin the tour: what to press, from the first row to a written report.", &[], W::ANYWHERE, A::Tour, 0),
    command("tour-skip", "skip this step", "Go on to the next step of the tour.", &["F2", "Space n"], W::TOUR, A::TourSkip, 0),
    command("tour-leave", "leave the tour", "Leave the tour for good; the palette brings it back.", &["F3", "Space z"], W::TOUR, A::TourLeave, 0),
    command("redraw", "draw anew", "Draw the whole screen again, where something else has written on it.", &["C-l"], W::ANYWHERE, A::Redraw, 0),
    command("suspend", "stop for a while", "Give the terminal back to the shell; fg goes on here.", &["C-z"], W::ANYWHERE, A::Suspend, 0),

    command("up", "up", "One up.", &["k", "Up"], LISTS, A::Move(M::Up), 0),
    command("down", "down", "One down.", &["j", "Down"], LISTS, A::Move(M::Down), 0),
    command("left", "left", "One column to the left; in the histogram one bucket earlier; in a tree fold.", &["h", "Left"], W::ROWS.or(W::TIMELINE).or(W::DETAIL).or(W::FIELDS).or(W::LINKS).or(W::SQL).or(W::COMPARE).or(W::PLAYBOOKS), A::Move(M::Left), 0),
    command("right", "right", "One column to the right; in the histogram one bucket later; in a tree unfold.", &["l", "Right"], W::ROWS.or(W::TIMELINE).or(W::DETAIL).or(W::FIELDS).or(W::LINKS).or(W::SQL).or(W::COMPARE).or(W::PLAYBOOKS), A::Move(M::Right), 0),
    command("first", "first", "The first row, value or bucket.", &["g", "Home"], LISTS.or(W::TIMELINE), A::Move(M::First), 0),
    command("last", "last", "The last row, value or bucket.", &["G", "End"], LISTS.or(W::TIMELINE), A::Move(M::Last), 0),
    command("half-up", "half a page up", "Half a page up.", &["C-u"], LISTS, A::Move(M::HalfUp), 0),
    command("half-down", "half a page down", "Half a page down.", &["C-d"], LISTS, A::Move(M::HalfDown), 0),
    command("page-up", "page up", "A page up.", &["PageUp"], LISTS, A::Move(M::PageUp), 0),
    command("page-down", "page down", "A page down.", &["PageDown"], LISTS, A::Move(M::PageDown), 0),

    command("open", "open", "The row's detail; the rows of a listed value or a hit; run a playbook; unfold a field or a JSON value; zoom into the marked time.", &["Enter"], LISTS.or(W::TIMELINE), A::Open, 4),
    command("filter", "filter", "Edit the filter of the view.", &["&", "Space f"], W::EXPLORE, A::EditFilter, 9),
    command("clear-filter", "all rows", "Drop the filter and the time range.", &["Space x"], W::EXPLORE, A::ClearFilter, 0),
    command("keep", "keep only", "Keep only rows that have the value under the cursor.", &["+"], W::VALUE, A::Keep, 8),
    command("drop", "drop", "Drop the rows that have the value under the cursor.", &["!"], W::VALUE, A::Drop, 7),
    command("top", "top values", "Every value of the column under the cursor with its count and share.", &["F"], W::VALUE.or(W::FIELD_HEAD), A::TopValues, 5),
    command("timeline", "time", "Go to the time histogram, split by the column under the cursor; in the histogram split it by another column, or not any more.", &["T"], W::EXPLORE, A::Timeline, 2),
    command("fields", "fields", "Go to the fields and their top values.", &["Space v"], W::EXPLORE, A::Fields, 0),
    command("detail", "detail", "Go to the detail of the row under the cursor.", &["Space d"], W::ROWS, A::Detail, 0),
    command("time-range", "time range", "Type a time range for the view: A..B, -1h back from the last row, or the name of one.", &["Space i"], W::EXPLORE, A::TimeRange, 0),

    command("page", "entity page", "First and last seen, counts and related values of the entity under the cursor.", &["p p"], W::ENTITY, A::EntityPage, 0),
    command("pivot-requests", "its requests", "The rows of the entity under the cursor.", &["p r"], W::ENTITY, A::Pivot(Role::Request), 0),
    command("pivot-accounts", "accounts", "The accounts that share rows with the entity under the cursor.", &["p a"], W::ENTITY, A::Pivot(Role::Account), 0),
    command("pivot-keys", "keys", "The keys that share rows with the entity under the cursor.", &["p k"], W::ENTITY, A::Pivot(Role::Key), 0),
    command("pivot-addresses", "addresses", "The addresses that share rows with the entity under the cursor.", &["p i"], W::ENTITY, A::Pivot(Role::Ip), 0),
    command("pivot-orgs", "orgs", "The orgs that share rows with the entity under the cursor.", &["p o"], W::ENTITY, A::Pivot(Role::Org), 0),
    command("pivot-sessions", "sessions", "The sessions that share rows with the entity under the cursor.", &["p s"], W::ENTITY, A::Pivot(Role::Session), 0),
    command("pivot-networks", "networks", "The networks (ASN) that share rows with the entity under the cursor.", &["p n"], W::ENTITY, A::Pivot(Role::Asn), 0),
    command("pivot-countries", "countries", "The countries that share rows with the entity under the cursor.", &["p c"], W::ENTITY, A::Pivot(Role::Country), 0),
    command("pivot-agents", "user agents", "The user agents that share rows with the entity under the cursor.", &["p u"], W::ENTITY, A::Pivot(Role::UserAgent), 0),
    command("pivot-devices", "devices", "The devices that share rows with the entity under the cursor.", &["p d"], W::ENTITY, A::Pivot(Role::Device), 0),
    command("pivot-payments", "payments", "The payments that share rows with the entity under the cursor.", &["p y"], W::ENTITY, A::Pivot(Role::Payment), 0),
    command("pivot-models", "models", "The models that share rows with the entity under the cursor.", &["p m"], W::ENTITY, A::Pivot(Role::Model), 0),
    command("pivot-endpoints", "endpoints", "The endpoints that share rows with the entity under the cursor.", &["p e"], W::ENTITY, A::Pivot(Role::Endpoint), 0),

    command("pivot-view-accounts", "accounts of the view", "The accounts that stand in the rows of the view.", &["P a"], W::EXPLORE, A::PivotView(Role::Account), 0),
    command("pivot-view-keys", "keys of the view", "The keys that stand in the rows of the view.", &["P k"], W::EXPLORE, A::PivotView(Role::Key), 0),
    command("pivot-view-addresses", "addresses of the view", "The addresses that stand in the rows of the view.", &["P i"], W::EXPLORE, A::PivotView(Role::Ip), 0),
    command("pivot-view-orgs", "orgs of the view", "The orgs that stand in the rows of the view.", &["P o"], W::EXPLORE, A::PivotView(Role::Org), 0),
    command("pivot-view-sessions", "sessions of the view", "The sessions that stand in the rows of the view.", &["P s"], W::EXPLORE, A::PivotView(Role::Session), 0),
    command("pivot-view-networks", "networks of the view", "The networks (ASN) that stand in the rows of the view.", &["P n"], W::EXPLORE, A::PivotView(Role::Asn), 0),
    command("pivot-view-countries", "countries of the view", "The countries that stand in the rows of the view.", &["P c"], W::EXPLORE, A::PivotView(Role::Country), 0),
    command("pivot-view-agents", "user agents of the view", "The user agents that stand in the rows of the view.", &["P u"], W::EXPLORE, A::PivotView(Role::UserAgent), 0),
    command("pivot-view-devices", "devices of the view", "The devices that stand in the rows of the view.", &["P d"], W::EXPLORE, A::PivotView(Role::Device), 0),
    command("pivot-view-payments", "payments of the view", "The payments that stand in the rows of the view.", &["P y"], W::EXPLORE, A::PivotView(Role::Payment), 0),
    command("pivot-view-models", "models of the view", "The models that stand in the rows of the view.", &["P m"], W::EXPLORE, A::PivotView(Role::Model), 0),
    command("pivot-view-endpoints", "endpoints of the view", "The endpoints that stand in the rows of the view.", &["P e"], W::EXPLORE, A::PivotView(Role::Endpoint), 0),
    command("pivot-view-requests", "its rows", "The rows of the view that a list was made from.", &["P r"], W::LIST.or(W::PAGE), A::PivotView(Role::Request), 0),
    command("time-bounds", "time bounds", "Drop the time range of a list or an entity's page, so that all time counts, or keep it again.", &["z t"], W::LIST.or(W::PAGE), A::TimeBounds, 0),
    command("rare", "rare values", "The rarest values first instead of the most frequent, or the other way round.", &["r"], W::FIELDS.or(W::LIST), A::Rare, 3),
    command("sort-list", "sort", "Sort the fields by name, by distinct values or by the share of the top value; a list by requests, by value or by time.", &["s"], W::FIELDS.or(W::LIST), A::SortList, 2),
    command("search-list", "search", "Only fields and values, or playbooks and whom they accuse, that have a text: also values that are not shown.", &["/"], W::FIELDS.or(W::LIST).or(W::PLAYBOOKS), A::SearchList, 2),
    command("compare", "compare times", "The values of this window of time beside those of the one before, of a day or a week earlier, or of any other; again to stop.", &["z p"], W::FIELDS.or(W::LIST), A::Compare, 0),
    command("mark", "mark", "Mark the row or value under the cursor, or take its mark off, and go on: + ! t f m and the pivots then act on all that is marked.", &["v"], MARKABLE, A::Mark, 3),
    command("clear-marks", "take marks off", "Take the marks off all rows or values; Esc does too.", &["z v"], W::EXPLORE.or(W::PLAYBOOKS), A::ClearMarks, 0),

    command("links", "links", "Who shares addresses, devices, payments with the entity under the cursor, and who with those.", &["p l"], W::ENTITY, A::Links, 0),
    command("links-deeper", "deeper", "One step further: the group takes in who is linked to its outermost members.", &[">"], W::LINKS, A::LinksDeeper, 7),
    command("links-shallower", "less deep", "One step back: the group leaves its outermost members out.", &["<"], W::LINKS, A::LinksShallower, 0),
    command("links-options", "what counts", "Choose the roles to link over, the limit for hubs, the least weight, the depth and the size of the group.", &["o"], W::LINKS, A::LinksOptions, 6),
    command("links-weak", "weak links", "Show also those who share too little to count, or hide them again.", &["w"], W::LINKS, A::LinksWeak, 2),
    command("links-drawing", "drawing", "Draw the group with its links in the place of the tree, or go back to the tree.", &["d"], W::LINKS, A::LinksDrawing, 5),
    command("group-mark", "mark the group", "Mark every member of the group.", &["M"], W::LINKS, A::GroupMark, 6),
    command("group-label", "label the group", "Label every member of the group, with one reason.", &["L"], W::LINKS, A::GroupLabel, 6),
    command("group-finding", "finding", "State a finding about every member of the group, with all their rows as its evidence.", &["W"], W::LINKS, A::GroupFinding, 5),
    command("templates", "templates", "Near-duplicate prompts of the view: their templates, who uses them, who was first.", &["p t", "Space g"], W::EXPLORE, A::Templates, 0),
    command("template-accounts", "its accounts", "The accounts that sent prompts of the template under the cursor.", &["a"], W::TEMPLATES, A::TemplateAccounts, 7),
    command("template-mark", "mark its accounts", "List and mark the accounts that sent prompts of the template under the cursor.", &["M"], W::TEMPLATES, A::TemplateMark, 6),

    command("search", "search", "Find the next row that has a text in any of its columns; in the detail the next name or value, also folded ones.", &["/"], W::ROWS.or(W::DETAIL), A::Search, 2),
    command("search-next", "next match", "The next row with the text.", &["n"], W::ROWS.or(W::DETAIL), A::SearchNext, 0),
    command("search-previous", "match before", "The row before with the text.", &["N"], W::ROWS.or(W::DETAIL), A::SearchPrevious, 0),
    command("sort-up", "sort ascending", "Sort by the column under the cursor, smallest first.", &["["], W::ROWS, A::SortAscending, 0),
    command("sort-down", "sort descending", "Sort by the column under the cursor, largest first.", &["]"], W::ROWS, A::SortDescending, 0),
    command("sort-clear", "load order", "Back to the order of the extract.", &["z ["], W::ROWS, A::SortClear, 0),
    command("hide-column", "hide column", "Hide the column under the cursor.", &["z h"], W::ROWS, A::HideColumn, 0),
    command("show-columns", "show columns", "Show the hidden columns again.", &["z a"], W::ROWS, A::ShowColumns, 0),
    command("sort-up-too", "then ascending", "Sort by the column under the cursor too, smallest first, after what is sorted by already; again to take it out.", &["{"], W::ROWS, A::SortAlsoAscending, 0),
    command("sort-down-too", "then descending", "Sort by the column under the cursor too, largest first, after what is sorted by already; again to take it out.", &["}"], W::ROWS, A::SortAlsoDescending, 0),
    command("choose-columns", "choose columns", "Choose from a list which columns are shown, and in which order.", &["z c"], W::ROWS, A::ChooseColumns, 0),
    command("freeze-column", "freeze column", "Keep the columns up to the one under the cursor in sight when the others scroll; again to let go.", &["z f"], W::ROWS, A::FreezeColumn, 0),
    command("column-left", "column to the left", "Move the column under the cursor one place to the left.", &["z H"], W::ROWS, A::ColumnLeft, 0),
    command("column-right", "column to the right", "Move the column under the cursor one place to the right.", &["z L"], W::ROWS, A::ColumnRight, 0),
    command("widen", "wider", "Make the column under the cursor wider; in the fields the pane, where it stands beside the rows.", &["z l", "z >"], W::ROWS.or(W::FIELDS), A::Widen, 0),
    command("narrow", "narrower", "Make the column under the cursor narrower; in the fields the pane.", &["z s", "z <"], W::ROWS.or(W::FIELDS), A::Narrow, 0),
    command("reveal", "reveal", "Show this one masked value, or the secrets behind its fingerprints; the case keeps count.", &["z r"], W::MASKED, A::Reveal, 6),
    command("reveal-row", "reveal the row", "Show every masked value of the row under the cursor; the case keeps count.", &["z R"], W::ROW, A::RevealRow, 0),
    command("reveal-all", "reveal for ten minutes", "Show every masked value for ten minutes, or mask them again before that; the case keeps count.", &["z w"], W::ANYWHERE, A::RevealAll, 0),
    command("brush-from", "from here", "Begin the marked time at this bucket.", &["["], W::TIMELINE, A::BrushFrom, 8),
    command("brush-to", "to here", "End the marked time with this bucket.", &["]"], W::TIMELINE, A::BrushTo, 8),
    command("name-range", "name this time", "Give the marked time or the time range of the view a name, by which Space i finds it again; rename or forget it.", &["z n"], W::TIMELINE, A::NameRange, 4),
    command("zoom-out", "zoom out", "One step out: to the time range around this one that was visited before, then to all time.", &["z o"], W::EXPLORE, A::ZoomOut, 0),

    command("pin", "pin", "Keep the row under the cursor, or the example rows of a hit, as evidence; again to unpin.", &["m"], W::ROW.or(W::HIT), A::Pin, 6),
    command("pinned-only", "only pinned rows", "Only the rows of the view that are pinned, or all of it again.", &["Space p"], W::EXPLORE, A::PinnedOnly, 0),
    command("label", "label", "Label the entity under the cursor, or all that are marked, with a reason.", &["t"], W::ENTITY, A::Label, 6),
    command("label-list", "label the list", "Label every entity of the list with one reason; count and sample are shown first.", &["L"], W::LIST, A::LabelList, 0),
    command("unlabel", "remove label", "Take a label off the entity under the cursor.", &["Space l"], W::ENTITY, A::Unlabel, 0),
    command("stage", "stage", "Say where the entity under the cursor stands: seen, suspect, confirmed or cleared, with a reason.", &["Space s"], W::ENTITY, A::Stage, 0),
    command("note", "note", "Write a note, in Markdown, on the entity or row under the cursor, or on the case; F4 opens it in $EDITOR.", &["c"], W::ANYWHERE, A::Note, 5),
    command("finding", "finding", "State a finding with the current view, or the hit under the cursor, as its evidence.", &["f"], W::ANYWHERE, A::Finding, 4),
    command("edit", "edit", "Edit the finding, note or question under the cursor.", &["e"], W::FINDINGS.or(W::CASE), A::EditThing, 7),
    command("verdict", "verdict", "Confirm or dismiss the finding under the cursor, or whom a playbook accuses.", &["V"], W::FINDINGS.or(W::CASE).or(W::HIT), A::Verdict, 8),
    command("answer", "answer", "Answer the question under the cursor.", &["A"], W::CASE, A::Answer, 7),
    command("case-order", "other order", "The case by questions and findings, in the order of time, or as the audit: who opened, ran, revealed and exported what.", &["s"], W::CASE, A::CaseOrder, 6),

    command("run-all", "run all", "Run every playbook that this extract has the roles for, and rank whom they accuse.", &["R"], W::PLAYBOOKS, A::RunAll, 9),
    command("other-board", "library or triage", "Change between the library of playbooks and the board of whom they accuse.", &["Tab"], W::PLAYBOOKS, A::OtherBoard, 8),
    command("params", "parameters", "Choose the parameters of the playbook under the cursor, then run it.", &["e"], W::PLAYBOOK, A::Params, 5),
    command("about", "about", "What the playbook under the cursor finds, how, what it mistakes and where to go next; or what a hit says.", &["i"], W::PLAYBOOK, A::About, 6),
    command("results-view", "hits as sql", "Put the SQL that gives the hits of the playbook under the cursor into the editor, where F7 opens them as a view.", &["o"], W::PLAYBOOK, A::ResultsView, 3),
    command("example-rows", "example rows", "The rows that the hit under the cursor names as examples.", &["r"], W::HIT, A::ExampleRows, 4),
    command("dismiss", "dismiss", "Say that the hit under the cursor, all that are marked, or all of a playbook, are nothing, and why; it is remembered and hidden.", &["d"], W::HITS, A::Dismiss, 7),
    command("show-dismissed", "dismissed too", "Show on the board also who was dismissed, or hide them again.", &["x"], W::PLAYBOOKS, A::ShowDismissed, 2),
    command("fresh-only", "only new", "Only whom the last run in this case did not accuse, or everybody again.", &["n"], W::PLAYBOOKS, A::FreshOnly, 2),
    command("save-playbook", "view as playbook", "Write the filter of the view as a playbook of your own, its values as parameters.", &["Space w"], W::EXPLORE, A::SavePlaybook, 0),

    command("sql-run", "run", "Run the SQL and show its first rows.", &["F5", "M-Enter", "C-g"], W::SQL_EDIT.or(W::SQL), A::SqlRun, 9),
    command("sql-open", "as view", "Open the result of the SQL in explore, as a view like any other.", &["F7", "M-o"], W::SQL_EDIT.or(W::SQL), A::SqlOpen, 8),
    command("sql-explain", "plan", "Show how the SQL would run.", &["F6", "M-e"], W::SQL_EDIT.or(W::SQL), A::SqlExplain, 5),
    command("sql-open-result", "as view", "Open the result that is shown in explore, as a view like any other.", &["o"], W::SQL, A::SqlOpen, 0),
    command("sql-edit", "edit", "Back into the editor.", &["i", "Tab"], W::SQL, A::SqlEdit, 7),
    command("sql-complete", "complete", "Complete the name before the cursor; again for the next one. In an empty editor: the SQL of the view.", &["Tab"], W::SQL_EDIT, A::SqlComplete, 6),
    command("sql-complete-back", "complete back", "The candidate before.", &["BackTab"], W::SQL_EDIT, A::SqlCompleteBack, 0),
    command("sql-older", "older sql", "The SQL that was run before, of this session or an earlier one.", &["C-p", "C-Up"], W::SQL_EDIT, A::SqlOlder, 4),
    command("sql-newer", "newer sql", "The SQL that was run after it.", &["C-n", "C-Down"], W::SQL_EDIT, A::SqlNewer, 0),
    command("sql-view", "sql of the view", "Put the SQL of the present view into the editor.", &["F4", "M-v"], W::SQL_EDIT.or(W::SQL), A::SqlFromView, 3),
    command("sql-help", "help", "Show every key that works in the editor.", &["F1"], W::SQL_EDIT, A::Help, 0),
    command("sql-leave", "leave", "Stop what runs, or leave the editor: first for the result, then for explore.", &["Esc"], W::SQL_EDIT, A::SqlLeave, 2),
    command("around", "around it", "The rows before and after the row under the cursor, of the same entity or of all, by time.", &["a"], W::ROW, A::Around, 3),
    command("copy-value", "copy the value", "Send the value under the cursor to the clipboard of your terminal, also over SSH and in tmux.", &["y y"], W::VALUE, A::Copy(Copied::Value), 0),
    command("copy-row", "copy the row", "Copy the row under the cursor, or the listed value with its counts.", &["y r"], W::ROW.or(W::LIST), A::Copy(Copied::Row), 0),
    command("copy-marked", "copy what is marked", "Copy the rows or values that are marked with v.", &["y s"], W::EXPLORE, A::Copy(Copied::Marked), 0),
    command("copy-view", "copy the view", "Copy every row of the view, or the whole list.", &["y v"], W::EXPLORE, A::Copy(Copied::View), 0),
    command("copy-filter", "copy the filter", "Copy the filter and the time range of the view.", &["y f"], W::EXPLORE, A::Copy(Copied::Filter), 0),
    command("copy-sql", "copy as SQL", "Copy the SQL that gives what the main area shows.", &["y q"], W::EXPLORE, A::Copy(Copied::Sql), 0),
    command("copy-command", "copy as command", "Copy the command line that prints what the main area shows.", &["y c"], W::EXPLORE, A::Copy(Copied::CommandLine), 0),
    command("copy-as", "copy as …", "Choose the form of what is copied (TSV, CSV, JSON, Markdown) and whether it goes to the clipboard or into a file.", &["y o"], W::EXPLORE, A::CopyStyle, 0),

    command("trail-back", "trail back", "The view before; the branch is kept.", &["Backspace"], W::EXPLORE, A::TrailBack, 2),
    command("trail-forward", "trail forward", "The view that was gone back from.", &["="], W::EXPLORE, A::TrailForward, 0),
    command("trail", "trail", "The tree of views visited, with their row counts.", &["Space b"], W::ANYWHERE, A::Trail, 0),
];

/// The command with this id.
pub fn by_id(id: &str) -> Option<&'static Command> {
    TABLE.iter().find(|command| command.id == id)
}

/// The commands whose title, help, id or keys have what is searched for, with their keys as they are bound; all of them when nothing is.
pub fn matching(text: &str, keymap: &Keymap) -> Vec<(&'static Command, Vec<String>)> {
    let needle = text.trim().to_lowercase();
    let fits = |(command, keys): &(&'static Command, Vec<String>)| {
        needle.is_empty()
            || command.title.to_lowercase().contains(&needle)
            || command.help.to_lowercase().contains(&needle)
            || command.id.contains(&needle)
            || keys.iter().any(|keys| keys == text.trim())
    };
    keymap.table().into_iter().filter(fits).collect()
}

/// The key table as Markdown, for the README: one row a command, in the order of the table.
pub fn markdown_table() -> String {
    let mut text = String::from("| keys | command | what it does |\n| --- | --- | --- |\n");
    for command in TABLE {
        let keys: Vec<String> = command.keys.iter().map(|keys| format!("`{}`", keys.replace('|', "\\|"))).collect();
        text.push_str(&format!("| {} | {} | {} |\n", keys.join(", "), command.title, command.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key::sequence;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_keys_are_keys() {
        let mut ids = BTreeSet::new();
        for command in TABLE {
            assert!(ids.insert(command.id), "{} stands twice", command.id);
            for keys in command.keys {
                assert!(!sequence(keys).unwrap().is_empty(), "{}", command.id);
            }
        }
    }

    #[test]
    fn keys_that_terminals_and_tmux_swallow_are_never_bound_alone() {
        for command in TABLE {
            for keys in command.keys {
                assert!(!["C-h", "C-j", "C-m", "C-i", "C-b", "C-a"].contains(keys), "{} is bound to {keys}", command.id);
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for (at, one) in TABLE.iter().enumerate() {
            for other in &TABLE[at + 1..] {
                for keys in one.keys {
                    assert!(
                        !(other.keys.contains(keys) && one.when.meets(other.when)),
                        "{keys} is both {} and {}",
                        one.id,
                        other.id
                    );
                }
            }
        }
    }

    #[test]
    fn no_command_is_the_beginning_of_another_one() {
        for one in TABLE {
            for keys in one.keys {
                let longer = format!("{keys} ");
                assert!(!TABLE.iter().any(|other| other.keys.iter().any(|keys| keys.starts_with(&longer))), "{keys}");
            }
        }
    }
}
