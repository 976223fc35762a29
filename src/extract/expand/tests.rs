//! Archives, bombs and SQLite files, made here and taken apart.

use std::io::Write;

use ::tar::{Builder, EntryType, Header};
use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;

use super::super::inputs;
use super::*;

/// Packs files into a zip archive.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, content) in files {
        if name.ends_with('/') {
            writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // By hand: the crate writes no names that lead out of the folder.
        if name.len() < 100 {
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        } else {
            builder.append_data(&mut header, name, *content).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// What came out: the path without the folder, how it is packed, and the content.
type Out = Vec<(String, String, String)>;

fn open_with(content: &[u8], spec: &OpenSpec) -> Result<(Out, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, content).unwrap();
    let inside = folder.path().join("load");
    std::fs::create_dir(&inside).unwrap();
    let inputs = inputs::resolve(&[path.display().to_string()], None).unwrap();
    let mut watch = |_: &super::super::Progress| true;
    let mut watch = Watcher::new(&mut watch);
    let expanded = expand(&inputs, spec, &inside, &mut watch).map_err(|error| error.to_string())?;
    let short =
        |path: &Path| path.display().to_string().strip_prefix(&format!("{}/", folder.path().display())).unwrap().to_owned();
    let files: Out = expanded
        .inputs
        .files
        .iter()
        .map(|input| {
            let packed = input.unpacked.as_ref().map(|unpacked| unpacked.packed.clone()).unwrap_or_default();
            let content = String::from_utf8_lossy(&std::fs::read(input.file()).unwrap()).into_owned();
            (short(&input.path), packed, content)
        })
        .collect();
    assert_eq!(expanded.hashes[0].is_some(), expanded.inputs.files.iter().any(|input| input.unpacked.is_some()));
    // Nothing is left beside the sources, and nothing was written elsewhere.
    assert_eq!(
        std::fs::read_dir(&inside).unwrap().count(),
        expanded.inputs.files.iter().filter(|input| input.unpacked.is_some()).count()
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    Ok((files, expanded.inputs.skipped.iter().map(|path| short(path)).collect()))
}

fn open(content: &[u8]) -> Result<(Out, Vec<String>), String> {
    open_with(content, &OpenSpec::default())
}

fn found(files: &[(&str, &str, &str)]) -> Out {
    files.iter().map(|(path, packed, content)| ((*path).into(), (*packed).into(), (*content).into())).collect()
}

#[test]
fn the_members_of_an_archive_are_sources_and_what_is_no_log_is_named() {
    let files: &[(&str, &[u8])] = &[
        ("logs/", b""),
        ("./logs/b.json", b"{}"),
        ("README.md", b"x"),
        (".git/x.json", b"{}"),
        ("__MACOSX/._b.json", b"x"),
        ("empty.json", b""),
        ("a.json.gz", &gzipped(b"[{}]")),
    ];
    let wanted =
        |packing: &str| found(&[("log!logs/b.json", packing, "{}"), ("log!a.json.gz", &format!(", gzip{packing}"), "[{}]")]);
    let skipped = ["log!README.md", "log!.git/x.json", "log!__MACOSX/._b.json", "log!empty.json"];
    for (bytes, packing) in [
        (zipped(files), ", zip"),
        (tarred(files), ", tar"),
        (gzipped(&tarred(files)), ", tar, gzip"),
        (zstd::encode_all(&tarred(files)[..], 1).unwrap(), ", tar, zstd"),
    ] {
        let (out, passed) = open(&bytes).unwrap();
        assert_eq!(out, wanted(packing));
        assert_eq!(passed, skipped);
    }
}

#[test]
fn paths_of_an_archive_are_names_and_nothing_else() {
    let files: &[(&str, &[u8])] = &[("../../etc/cron.d/x", b"{\"a\":1}"), ("/etc/passwd", b"a,b"), ("a\\..\\b", b"c")];
    for bytes in [zipped(files), tarred(files)] {
        let (out, _) = open(&bytes).unwrap();
        let names: Vec<&str> = out.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["log!../../etc/cron.d/x", "log!/etc/passwd", "log!a\\..\\b"]);
    }
}

#[test]
fn links_and_devices_are_passed_over() {
    let mut builder = Builder::new(tarred(&[("a.json", b"{}")])[..1024].to_vec());
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char] {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, "link", "/etc/passwd").unwrap();
    }
    let (out, passed) = open(&builder.into_inner().unwrap()).unwrap();
    assert_eq!(out, found(&[("log!a.json", ", tar", "{}")]));
    assert_eq!(passed.len(), 4);
}

#[test]
fn archives_in_archives_are_taken_apart_two_deep() {
    let inner = tarred(&[("x.json", b"{}")]);
    let two = zipped(&[("in.tar.gz", &gzipped(&inner)), ("y.json", b"[]")]);
    let wanted = found(&[("log!in.tar.gz!x.json", ", tar, gzip, zip", "{}"), ("log!y.json", ", zip", "[]")]);
    assert_eq!(open(&two).unwrap().0, wanted);
    assert_eq!(open(&tarred(&[("in.zip", &zipped(&[("x", b"{}")]))])).unwrap().0, found(&[("log!in.zip!x", ", zip, tar", "{}")]));
    assert_eq!(open(&gzipped(&zipped(&[("x", b"{}")]))).unwrap().0, found(&[("log!x", ", zip, gzip", "{}")]));
    let three = zipped(&[("z.zip", &two)]);
    assert!(open(&three).unwrap_err().contains("log!z.zip!in.tar.gz is broken: archives lie more than 2 deep"));
}

#[test]
fn long_names_are_read_and_endless_ones_refused() {
    let name = format!("{}/x.json", "long".repeat(60));
    let (out, _) = open(&tarred(&[(&name, b"{}")])).unwrap();
    assert_eq!(out[0].0, format!("log!{name}"));
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..13].copy_from_slice(b"././@LongLink");
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(3 << 20);
    header.set_cksum();
    builder.append(&header, &vec![b'x'; 3 << 20][..]).unwrap();
    let error = open(&builder.into_inner().unwrap()).err();
    assert!(error.is_some_and(|error| error.contains("longer than 1 MB")));
}

#[test]
fn bombs_are_stopped_at_the_limit() {
    let spec = OpenSpec { max_unpacked: Some(2_000_000), ..OpenSpec::default() };
    let zeros = vec![b'0'; 3_000_000];
    let million = vec![b'0'; 1_000_000];
    let shared: Vec<(&str, &[u8])> = ["a", "b", "c"].iter().map(|name| (*name, &million[..])).collect();
    for (content, member) in [
        (zipped(&[("zeros", &zeros)]), "log!zeros"),
        (gzipped(&tarred(&[("zeros", &zeros)])), "log!zeros"),
        (gzipped(&tarred(&[(".hidden", &zeros)])), "log"),
        (tarred(&[("zeros.gz", &gzipped(&zeros))]), "log!zeros.gz"),
        (zipped(&[("in.zip", &zipped(&[("zeros", &zeros)]))]), "log!in.zip!zeros"),
        (zipped(&shared), "log!c"),
    ] {
        let error = open_with(&content, &spec).unwrap_err();
        assert!(error.contains(&format!("/{member} is too large")) && error.contains("--max-unpacked"), "{error}");
    }
}

#[test]
fn what_is_damaged_encrypted_or_no_log_at_all_says_so() {
    let zip = zipped(&[("a.json", b"{\"a\":1}")]);
    assert!(open(&zip[..zip.len() - 30]).unwrap_err().contains("zip data is damaged"));
    let tar = gzipped(&tarred(&[("a.json", &b"0123456789".repeat(10_000))]));
    assert!(open(&tar[..tar.len() / 2]).unwrap_err().contains("log!a.json is broken: the tar data ends early"));
    assert!(open(&zipped(&[])).unwrap_err().contains("no member of it is a log"));
    assert!(open(&zipped(&[("[Content_Types].xml", b"<x/>")])).unwrap_err().contains("office document"));
    assert!(open(&zipped(&[("a.gz", &gzipped(&gzipped(b"x")))])).unwrap_err().contains("packed twice"));
}

#[test]
fn a_table_of_an_sqlite_file_gives_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE events(id INTEGER, \"when\" TEXT, cost REAL, raw BLOB);
             INSERT INTO events VALUES (9007199254740993, 'a\"b', 0.5, x'00ff'), (NULL, CAST(x'ff41' AS TEXT), 9e999, NULL);
             CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT * FROM n;",
        )
        .unwrap();
    let records = concat!(
        "{\"id\":9007199254740993,\"when\":\"a\\\"b\",\"cost\":0.5,\"raw\":\"00ff\"}\n",
        "{\"id\":null,\"when\":\"\u{fffd}A\",\"cost\":\"inf\",\"raw\":null}\n"
    );
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(open(&bytes).unwrap().0, found(&[("log", "", records)]));
    assert_eq!(open(&zipped(&[("a.db", &gzipped(&bytes))])).unwrap().0, found(&[("log!a.db", ", gzip, zip", records)]));
    database.execute_batch("CREATE TABLE other(x)").unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(open(&bytes).unwrap_err().contains("has 2 tables; choose one with --table: events, other"));
    let table = |name: &str| OpenSpec { table: Some(name.into()), ..OpenSpec::default() };
    assert_eq!(open_with(&bytes, &table("events")).unwrap().0.len(), 1);
    assert!(open_with(&bytes, &table("endless")).unwrap_err().contains("has no table 'endless'"));
    assert!(open_with(&bytes, &table("other")).unwrap_err().contains("no rows"));
    assert!(open(&bytes[..bytes.len() / 2]).unwrap_err().contains("SQLite data cannot be read"));
}

#[test]
fn what_is_no_archive_is_left_as_it_is() {
    for content in [&b"{}"[..], b"", b"a,b\n1,2\n", &gzipped(b"a,b\n"), b"\x1f\x8b\x08", &[b'x'; 2000]] {
        assert_eq!(open(content).unwrap().0[0].0, "log");
    }
}
