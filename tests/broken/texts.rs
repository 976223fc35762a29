//! Broken text: JSON and CSV as attackers and bad tools write them, strange encodings, and files that are no files.

use super::corpus::{Corpus, Ends, Random};
use super::{pack, samples};

const SOMEHOW: Ends = Ends::Somehow;
const OPEN: Ends = Ends::Open;

/// Adds all of them.
pub(crate) fn add(corpus: &mut Corpus) {
    nothing(corpus);
    json(corpus);
    keys(corpus);
    csv(corpus);
    encodings(corpus);
    no_files(corpus);
}

fn nothing(corpus: &mut Corpus) {
    corpus.add("empty.csv", b"", Ends::With("is empty"));
    corpus.add("blank.json", b" \n\t\r\n ", Ends::With("nothing but blanks"));
    corpus.add("newline", b"\n", Ends::With("nothing but blanks"));
    corpus.add("one-nul", b"\0", SOMEHOW);
    corpus.add("nuls", vec![0; 1 << 20], Ends::With("binary"));
    corpus.add("mark-only.csv", b"\xef\xbb\xbf", SOMEHOW);
    corpus.add("mark-only-16.csv", b"\xff\xfe", SOMEHOW);
    corpus.add("one-byte", b"\xff", SOMEHOW);
    corpus.add("noise", Random::new(7).bytes(100_000), Ends::With("binary"));
    corpus.add("noise-text", Random::new(8).bytes(50_000).iter().map(|byte| b' ' + byte % 95).collect::<Vec<u8>>(), SOMEHOW);
    corpus.add("one-letter", vec![b'a'; 3 << 20], Ends::With("without columns"));
    corpus.add("page.html", b"<!DOCTYPE html><html><body>log</body></html>", Ends::With("HTML"));
    corpus.add("prose.txt", b"Dear analyst!\nThe log is in another file.\n", Ends::With("without columns"));
}

fn json(corpus: &mut Corpus) {
    let deep = |open: &str, close: &str, times: usize| format!("{}{}", open.repeat(times), close.repeat(times));
    corpus.add("deep-open.json", "[".repeat(100_000), SOMEHOW);
    corpus.add("deep-objects-open.json", "{\"a\":".repeat(100_000), SOMEHOW);
    corpus.add("deep.json", deep("[", "]", 100_000), SOMEHOW);
    corpus.add("deep-objects.json", format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)), SOMEHOW);
    let in_record = format!("{{\"id\":1,\"x\":{}}}\n{{\"id\":2,\"x\":1}}\n", deep("[", "]", 100_000));
    corpus.add("deep-in-a-record.jsonl", &in_record, OPEN);
    let objects = format!("{{\"id\":1,\"x\":{}1{}}}\n{{\"id\":2,\"x\":1}}\n", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    corpus.add("deep-objects-in-a-record.jsonl", objects, OPEN);
    corpus.add("deep-in-an-array.json", format!("[{{\"id\":1,\"x\":{}}},{{\"id\":2}}]", deep("[", "]", 100_000)), OPEN);
    let cell = format!(
        "time,ip,x\n2026-03-02T10:00:00Z,192.0.2.1,\"{}\"\n2026-03-02T10:00:01Z,192.0.2.1,\"[]\"\n",
        deep("[", "]", 100_000)
    );
    corpus.add("deep-in-a-cell.csv", cell, OPEN);
    corpus.add("million-empty-objects.json", format!("[{}{{}}]", "{},".repeat(999_999)), SOMEHOW);
    corpus.add("million-empty-lines.jsonl", format!("{{\"a\":1}}{}", "\n".repeat(1_000_000)), OPEN);
    corpus.add("scalars.json", format!("[{}1]", "1,".repeat(100_000)), SOMEHOW);
    corpus.add("arrays.json", b"[[{\"a\":1}],[{\"a\":2}]]", SOMEHOW);
    corpus.add("trailing-commas.json", b"[{\"a\":1,},{\"a\":2,},]", SOMEHOW);
    corpus.add("python.json", b"[{'a':1},{'a':None}]", SOMEHOW);
    corpus.add("nan.jsonl", b"{\"a\":NaN}\n{\"a\":Infinity}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n", OPEN);
    corpus.add("comments.json", b"// log\n[{\"a\":1} /* one */]", SOMEHOW);
    corpus.add("open-string.jsonl", b"{\"a\":\"x}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", OPEN);
    corpus.add("huge-numbers.jsonl", format!("{{\"a\":1e400,\"b\":{}}}\n{{\"a\":-0,\"b\":1E-999}}\n", "9".repeat(5000)), OPEN);
    corpus.add("half-pairs.jsonl", b"{\"a\":\"\\ud800\",\"\\udc00\":1}\n{\"a\":\"\\ud800\\ud800\\udc00\"}\n", OPEN);
    corpus.add("nul-escapes.jsonl", b"{\"a\\u0000b\":\"x\\u0000y\"}\n{\"a\\u0000b\":\"\\u001b[2J\"}\n", OPEN);
    corpus.add("raw-nuls.jsonl", b"{\"a\":\"x\0y\"}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", OPEN);
    corpus.add("raw-escapes.jsonl", b"{\"\x1b]0;x\x07\":1}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", OPEN);
    corpus.add("bad-utf8.jsonl", b"{\"a\":\"\xff\xfe\x80\"}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", OPEN);
    corpus.add("marks-within.jsonl", "{\"a\":1}\n\u{feff}{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n", OPEN);
    corpus.add("glued.json", b"{\"a\":1}{\"a\":2}[{\"a\":3}]{\"a\":4}", SOMEHOW);
    corpus.add("long-string.jsonl", format!("{{\"a\":\"{}\"}}\n{{\"a\":1}}\n", "x".repeat(20 << 20)), OPEN);
    corpus.add("too-long-string.jsonl", format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"a\":2}}\n", "x".repeat(65 << 20)), OPEN);
    corpus.add("long-line.json", format!("{{\"a\":\"{}", "x".repeat(20 << 20)), SOMEHOW);
    corpus.add("broken-wrapper.json", b"{\"Records\":[{\"a\":1},{\"a\":2}", OPEN);
    corpus.add("wrapper-of-nothing.json", b"{\"Records\":[]}", SOMEHOW);
    corpus.add("wrapper-of-scalars.json", b"{\"Records\":[1,\"x\",null]}", SOMEHOW);
    corpus.add("wrapper-torn.json", b"{\"Records\":[{\"a\":1}]]]}", SOMEHOW);
}

fn keys(corpus: &mut Corpus) {
    let one: Vec<String> = (0..100_000).map(|key| format!("\"k{key}\":{key}")).collect();
    corpus.add("one-record-of-100000-keys.jsonl", format!("{{{}}}\n{{\"k1\":1}}\n", one.join(",")), OPEN);
    let many: Vec<String> = (0..20_000).map(|key| format!("{{\"id\":{key},\"key_{key}\":\"x\"}}\n")).collect();
    corpus.add("ids-for-keys.jsonl", many.concat(), OPEN);
    corpus.add("one-key-twice.jsonl", b"{\"a\":1,\"a\":2,\"A\":3}\n{\"a\":4}\n", OPEN);
    corpus.add("one-key-100000-times.jsonl", format!("{{{}\"a\":1}}\n{{\"a\":2}}\n", "\"a\":1,".repeat(100_000)), OPEN);
    corpus.add("long-key.jsonl", format!("{{\"{}\":1}}\n{{\"a\":1}}\n", "k".repeat(3 << 20)), SOMEHOW);
    corpus.add("empty-keys.jsonl", b"{\"\":1,\" \":2,\"\\n\":3}\n{\"\":4}\n", OPEN);
    corpus.add("names-of-roles.jsonl", b"{\"row_id\":1,\"time\":2,\"Time\":3,\"account\":{\"a\":1}}\n{\"row_id\":2}\n", OPEN);
    corpus.add("sql.jsonl", b"{\"a\\\"; DROP TABLE requests; --\":1}\n{\"x' OR 1=1\":2}\n", OPEN);
}

fn csv(corpus: &mut Corpus) {
    let numbers: Vec<String> = (0..1_000_000).map(|number| format!("c{number}")).collect();
    let header = numbers.join(",");
    corpus.add("million-columns.csv", format!("{header}\n{}\n", ",".repeat(999_999)), Ends::With("columns"));
    corpus.add("million-columns-header-only.csv", header, Ends::With("columns"));
    corpus.add("million-commas.csv", format!("{}\n", ",".repeat(1_000_000)), SOMEHOW);
    corpus.add("million-tabs.tsv", format!("a\tb\n{}\n1\t2\n", "\t".repeat(1_000_000)), SOMEHOW);
    let columns: Vec<String> = (0..1500).map(|number| format!("c{number}")).collect();
    corpus.add("1500-columns.csv", format!("{}\n{}", columns.join(","), format!("{}\n", ",".repeat(1499)).repeat(20)), OPEN);
    corpus.add("huge-cell.csv", format!("a,b\n1,{}\n2,3\n", "x".repeat(20 << 20)), SOMEHOW);
    corpus.add("huge-name.csv", format!("a,{}\n1,2\n", "x".repeat(2 << 20)), SOMEHOW);
    corpus.add("open-quote.csv", format!("{}9,\"{}", samples::csv(20), "x,y\n".repeat(300_000)), SOMEHOW);
    corpus.add("open-quote-at-once.csv", format!("a,b\n\"{}", "1,2\n".repeat(100_000)), SOMEHOW);
    corpus.add("quotes-only.csv", format!("a,b\n{}", "\"".repeat(100_001)), SOMEHOW);
    corpus.add("quotes-within.csv", "a,b,c\n1,x\"y\"z,3\n2,\"x\"y,3\n3,x,\"\"\"\n4,5,6\n", SOMEHOW);
    corpus.add("mixed-ends.csv", "a,b\r\n1,2\n3,4\r5,6\r\r7,8\n\r9,10\r\n", SOMEHOW);
    corpus.add("old-mac.csv", samples::csv(20).replace('\n', "\r"), SOMEHOW);
    corpus.add("header-only.csv", "time,ip,status\n", SOMEHOW);
    corpus.add("same-names.csv", "a,b,c,d,e,f,g,h,i,j,A\n1,2,3,4,5,6,7,8,9,0,1\n", OPEN);
    corpus.add("same-name-everywhere.csv", "a,a,A,a\n1,2,3,4\n5,6,7,8\n", SOMEHOW);
    corpus.add("no-names.csv", ",,,\n1,2,3,4\n", SOMEHOW);
    corpus.add("ragged.csv", (0..2000).map(|row| format!("a{}\n", ",x".repeat(row % 40))).collect::<String>(), SOMEHOW);
    corpus.add("nuls-within.csv", samples::csv(40).replace("acct_3", "ac\0ct"), SOMEHOW);
    corpus.add("escapes-within.csv", samples::csv(40).replace("acct_3", "\x1b[2J\x1b]0;x\x07"), OPEN);
    corpus.add("escapes-in-names.csv", samples::csv(40).replace("account_id", "acc\x1b]0;ount\x07\u{202e}"), OPEN);
    let numbered: Vec<String> = (0..100_000).map(|number| format!("c{number}")).collect();
    corpus.add(
        "100000-columns-and-10000-of-one-name.csv",
        format!("{},{}c\n", numbered.join(","), "c,".repeat(10_000)),
        Ends::With("columns"),
    );
    corpus.add("formulas.csv", samples::csv(40).replace("acct_3", "=cmd|' /C calc'!A0"), OPEN);
    corpus.add("late-error.csv", format!("{}\"\n", samples::csv(5000)), SOMEHOW);
    corpus.add("text-in-numbers.csv", format!("{}x,x,x,x,x,x\n", samples::csv(3000)), OPEN);
    corpus.add("nul-delimiter.csv", samples::csv(40).replace(',', "\0"), SOMEHOW);
}

fn encodings(corpus: &mut Corpus) {
    let log = samples::csv(40).replace("hello", "héllo wörld 漢字");
    let latin =
        |text: &str| text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect::<Vec<u8>>();
    corpus.add("latin-1.csv", latin(&log), SOMEHOW);
    corpus.add("latin-1.json", latin("[{\"a\":\"h\u{e9}\"},{\"a\":\"x\"},{\"a\":1}]"), SOMEHOW);
    let wide = pack::utf16(&log);
    corpus.add("utf-16.csv", &wide, OPEN);
    corpus.add("utf-16-without-mark.csv", &wide[2..], OPEN);
    corpus.add("utf-16-odd.csv", &wide[..wide.len() - 1], OPEN);
    corpus.add("utf-16-shifted.csv", &wide[1..], SOMEHOW);
    let mut halves = wide.clone();
    halves[2001..].chunks_mut(100).for_each(|chunk| chunk[0] = 0xd8);
    corpus.add("utf-16-half-pairs.csv", halves, SOMEHOW);
    corpus.add("utf-16-other-mark.csv", [b"\xfe\xff", &wide[2..]].concat(), SOMEHOW);
    corpus.add("utf-16.json.gz", pack::gzip(&pack::utf16("[{\"a\":1},{\"a\":2}]")), OPEN);
    corpus.add(
        "utf-32.csv",
        [0xfeff, 0x61, 0x2c, 0x62, 0x0a].iter().flat_map(|unit: &u32| unit.to_le_bytes()).collect::<Vec<u8>>(),
        Ends::With("UTF-32"),
    );
    corpus.add("ebcdic", log.bytes().map(|byte| byte.wrapping_add(0x40)).collect::<Vec<u8>>(), SOMEHOW);
    corpus.add("half-utf-8.csv", [log.as_bytes(), b"\xe6\xbc"].concat(), SOMEHOW);
    corpus.add("two-encodings.csv", [log.as_bytes(), &wide].concat(), SOMEHOW);
    corpus.add("overlong.csv", [log.as_bytes(), b"\xc0\xaf,\xf8\x88\x80\x80\x80\n"].concat(), SOMEHOW);
}

fn no_files(corpus: &mut Corpus) {
    let folder = corpus.path("folder-with-an-empty-file");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "a,b\n1,2\n").unwrap();
    std::fs::write(folder.join("b.csv"), "").unwrap();
    corpus.add_path("folder-with-an-empty-file", folder, Ends::With("is empty"));
    let folder = corpus.path("folder.csv");
    std::fs::create_dir(&folder).unwrap();
    corpus.add_path("empty-folder", folder, Ends::With("no file to read"));
    let folder = corpus.path("folder-with-links");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "a,b\n1,2\n").unwrap();
    std::os::unix::fs::symlink(".", folder.join("again")).unwrap();
    corpus.add_path("folder-with-a-circle", folder, OPEN);
    let folder = corpus.path("folder-with-a-dead-link");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("a.csv")).unwrap();
    corpus.add_path("folder-with-a-dead-link", folder, Ends::With("no file or folder"));
    let link = corpus.path("link-to-itself");
    std::os::unix::fs::symlink("link-to-itself", &link).unwrap();
    corpus.add_path("link-to-itself", link, SOMEHOW);
    let pipe = corpus.path("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    corpus.add_path("pipe", pipe, Ends::With("not a regular file"));
    corpus.add_path("device", "/dev/zero".into(), Ends::With("not a regular file"));
    corpus.add_path("nothing", corpus.path("nothing"), Ends::With("no file or folder"));
    corpus.add("a\x1b[2Jb\nc.csv", b"\x89PNG", Ends::With("PNG"));
    for (name, content, ends) in [
        ("stdin-empty", Vec::new(), Ends::With("is empty")),
        ("stdin-noise", Random::new(9).bytes(10_000), Ends::With("binary")),
        ("stdin-cut.gz", pack::gzip(samples::csv(500).as_bytes())[..900].to_vec(), Ends::With("cut off")),
        ("stdin.csv", samples::csv(50).into_bytes(), OPEN),
    ] {
        let file = corpus.path(name);
        std::fs::write(&file, content).unwrap();
        corpus.add_path(name, "-".into(), ends).piped = Some(file);
    }
    corpus.add_path("stdin-from-nothing", "-".into(), Ends::With("is empty"));
}
