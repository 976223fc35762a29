//! The README's key table is the action table. `CASEBOOK_UPDATE=1 cargo test --release --test readme` writes it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

use std::path::Path;

const BEGIN: &str = "<!-- keys -->\n";
const END: &str = "<!-- /keys -->";

#[test]
fn the_key_table_is_that_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let wanted = casebook::app::command::markdown_table();
    if std::env::var_os("CASEBOOK_UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(table, wanted, "README.md: run CASEBOOK_UPDATE=1 cargo test --release --test readme");
}
