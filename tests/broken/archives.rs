//! Broken and hostile packings: bombs, names that lead out of the folder, links, absurd headers, damaged footers.

use tar::EntryType;

use super::corpus::{Corpus, Ends};
use super::pack::{bzip2, gzip, tar, tar_member, zip, zip_link, zstd};
use super::samples::{Files, csv};

const SOMEHOW: Ends = Ends::Somehow;
const OPEN: Ends = Ends::Open;

/// Less than what the bombs below hold.
const LITTLE: [&str; 2] = ["--max-unpacked", "20MB"];

/// Adds all of them.
pub(crate) fn add(corpus: &mut Corpus, good: &Files) {
    bombs(corpus);
    zips(corpus);
    tars(corpus);
    packings(corpus);
    let sample = |name: &str| good.iter().find(|(known, _)| known == name).map(|(_, content)| content.clone()).unwrap();
    parquet(corpus, &sample("log.parquet"));
    databases(corpus, &sample("log.duckdb"), &sample("log.sqlite"));
}

fn bombs(corpus: &mut Corpus) {
    let bomb = Ends::With("--max-unpacked");
    let mega = "1,2\n".repeat(250_000);
    // As gzip allows one stream after the other, a megabyte packed once makes any number of them.
    let stream = gzip(mega.as_bytes());
    let table = [gzip(b"a,b\n"), stream.repeat(30)].concat();
    let lines = [gzip(b"{\"a\":1}\n"), gzip("{\"a\":1}\n".repeat(125_000).as_bytes()).repeat(30)].concat();
    let zeros = gzip(&vec![0; 1 << 20]).repeat(1100);
    let flat = zip(&[("a.csv", format!("a,b\n{}", mega.repeat(30)).as_bytes())]);
    let few: Vec<String> = (0..25).map(|number| format!("{number}.csv")).collect();
    let shared: Vec<(&str, &[u8])> = few.iter().map(|name| (name.as_str(), mega.as_bytes())).collect();
    let inner = zip(&shared[..5]);
    let nested: Vec<(&str, &[u8])> =
        ["a.zip", "b.zip", "c.zip", "d.zip", "e.zip"].iter().map(|name| (*name, &inner[..])).collect();
    let deep = (0..6).fold(zip(&[("a.csv", b"a,b\n1,2\n")]), |inner, _| zip(&[("a.zip", &inner)]));
    for (name, content, ends) in [
        ("bomb.csv.gz", table.clone(), bomb),
        ("bomb.jsonl.gz", lines, bomb),
        ("bomb.csv.zst", zstd(format!("a,b\n{}", mega.repeat(30)).as_bytes()), bomb),
        ("bomb.csv.bz2", bzip2(format!("a,b\n{}", mega.repeat(22)).as_bytes()), bomb),
        ("bomb-of-zeros.gz", zeros.clone(), Ends::With("binary")),
        ("bomb-flat.zip", flat.clone(), bomb),
        ("bomb-of-many.zip", zip(&shared), bomb),
        ("bomb-nested.zip", zip(&nested), bomb),
        ("bomb-of-zeros.zip", zip(&[("a.csv.gz", &zeros)]), bomb),
        ("bomb-hidden.tar.gz", gzip(&tar(&[(".hidden", &vec![b'x'; 30 << 20]), ("a.csv", b"a,b\n1,2\n")])), bomb),
        ("bomb.tar.gz", gzip(&tar(&[("a.csv", mega.repeat(25).as_bytes())])), bomb),
        ("bomb-within.tar", tar(&[("a.csv.gz", &table)]), bomb),
        ("bomb-within.zip.gz", gzip(&flat), bomb),
        ("deep.zip", deep, Ends::With("deep inside one another")),
    ] {
        corpus.add(name, content, ends).options = LITTLE.to_vec();
    }
    // Beyond a gibibyte nobody has to ask for a limit.
    corpus.add("bomb-of-a-gibibyte.csv.gz", [gzip(b"a,b\n"), stream.repeat(1080)].concat(), bomb);
}

/// A zip archive with some bytes put elsewhere, at a place counted from a signature.
fn patched(signature: &[u8; 4], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip(&[("a.csv", csv(50).as_bytes())]);
    let places: Vec<usize> = archive.windows(4).enumerate().filter(|(_, window)| window == signature).map(|(at, _)| at).collect();
    for place in places {
        archive[place + at..place + at + bytes.len()].copy_from_slice(bytes);
    }
    archive
}

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";

fn zips(corpus: &mut Corpus) {
    let log = csv(50);
    let log = log.as_bytes();
    corpus.add(
        "names.zip",
        zip(&[("../../up.csv", log), ("/etc/root.csv", log), ("..\\..\\up2.csv", log), ("C:\\x.csv", log)]),
        OPEN,
    );
    corpus.add("names-hostile.zip", zip(&[("\x1b[2J\u{202e}.csv", log), ("a\nb.csv", log), ("a\0b.csv", log)]), SOMEHOW);
    corpus.add("name-long.zip", zip(&[(&"n".repeat(65_000), log)]), SOMEHOW);
    corpus.add("name-empty.zip", zip(&[("", log)]), SOMEHOW);
    corpus.add("link.zip", zip_link("link.csv", "/etc/passwd"), OPEN);
    corpus.add("empty.zip", zip(&[]), Ends::With("no member of it is a log"));
    corpus.add("empty-members.zip", zip(&[("a.csv", b""), ("b.json", b"")]), Ends::With("no member of it is a log"));
    corpus.add("one-empty-member.zip", zip(&[("a.csv", b""), ("b.csv", log)]), OPEN);
    corpus.add("papers.zip", zip(&[("README.md", b"x"), (".hidden", b"x")]), Ends::With("no member of it is a log"));
    corpus.add("picture-within.zip", zip(&[("a.csv", log), ("b.png", b"\x89PNG\r\n")]), Ends::With("b.png is a PNG image"));
    corpus.add(
        "office.xlsx",
        zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/sheet.xml", b"<x/>")]),
        Ends::With("office document"),
    );
    corpus.add("encrypted.zip", [patched(LOCAL, 6, &[1, 0])].concat(), SOMEHOW);
    let mut encrypted = patched(CENTRAL, 8, &[1, 0]);
    encrypted[6] = 1;
    corpus.add("encrypted-truly.zip", encrypted, Ends::With("encrypted"));
    let mut strange = patched(CENTRAL, 10, &[97, 0]);
    strange[8..10].copy_from_slice(&[97, 0]);
    corpus.add("strange-method.zip", strange, Ends::With("unzip"));
    corpus.add("sizes-absurd.zip", patched(CENTRAL, 20, &[0xfe, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff]), SOMEHOW);
    corpus.add("sizes-64.zip", patched(CENTRAL, 20, &[0xff; 8]), SOMEHOW);
    corpus.add("checksum.zip", patched(CENTRAL, 16, &[1, 2, 3, 4]), SOMEHOW);
    corpus.add("offset.zip", patched(CENTRAL, 42, &[0xff, 0xff, 0, 0]), SOMEHOW);
    corpus.add("names-longer-than-file.zip", patched(CENTRAL, 28, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), SOMEHOW);
    corpus.add("members-told.zip", patched(END, 8, &[0xfe, 0xff, 0xfe, 0xff]), SOMEHOW);
    corpus.add("directory-offset.zip", patched(END, 12, &[0xff; 8]), SOMEHOW);
    corpus.add("no-directory.zip", patched(END, 0, b"XXXX"), SOMEHOW);
    let long = |members: u64| {
        let mut end = [b"PK\x06\x06", &44u64.to_le_bytes()[..], &[45, 0, 45, 0], &[0; 8], &members.to_le_bytes()].concat();
        end.extend_from_slice(&[&members.to_le_bytes()[..], &[0; 16]].concat());
        let locator = [b"PK\x06\x07", &[0; 4][..], &64u64.to_le_bytes(), &1u32.to_le_bytes()].concat();
        let short = [b"PK\x05\x06", &[0; 4][..], &[0xff; 4], &[0xff; 8], &[0; 2]].concat();
        [b"PK\x03\x04", &[0; 60][..], &end, &locator, &short].concat()
    };
    corpus.add("billions-told.zip", long(u64::MAX / 2), Ends::With("members"));
    let names: Vec<String> = (0..100_001).map(|number| number.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    corpus.add("100001-members.zip", zip(&members), Ends::With("more than 100000 members"));
    let members: Vec<(&str, &[u8])> = names[..300].iter().map(|name| (name.as_str(), &b"a,b\n1,2\n"[..])).collect();
    corpus.add("300-members.zip", zip(&members), OPEN);
}

fn tars(corpus: &mut Corpus) {
    let log = csv(50);
    let log = log.as_bytes();
    let member = |name: &[u8], kind: EntryType, size: u64, link: &str, content: &[u8]| {
        [tar_member(name, kind, size, link, content), tar(&[("a.csv", log)])].concat()
    };
    corpus.add("names.tar", tar(&[("../../up.csv", log), ("/etc/root.csv", log), ("./a/../b.csv", log)]), OPEN);
    corpus.add("names-hostile.tar", member(b"\x1b[2J\xff\xfe.csv", EntryType::Regular, log.len() as u64, "", log), OPEN);
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Block, EntryType::Char] {
        corpus.add(&format!("{kind:?}.tar"), member(b"x.csv", kind, 0, "/etc/passwd", b""), OPEN);
    }
    corpus.add("kind-unknown.tar", member(b"x.csv", EntryType::new(b'Z'), 3, "", b"abc"), OPEN);
    corpus.add("longer-than-file.tar", tar_member(b"a.csv", EntryType::Regular, 1 << 32, "", log), Ends::With("ends early"));
    corpus.add("terabytes.tar", tar_member(b"a.csv", EntryType::Regular, 1 << 50, "", log), SOMEHOW);
    corpus.add("exabytes.tar", tar_member(b".a", EntryType::Regular, u64::MAX >> 1, "", log), SOMEHOW);
    corpus.add("sparse.tar", member(b"x.csv", EntryType::GNUSparse, 512, "", &[b'1'; 512]), Ends::With("holes"));
    corpus.add(
        "long-name.tar",
        member(b"././@LongLink", EntryType::GNULongName, 5 << 20, "", &vec![b'x'; 5 << 20]),
        Ends::With("longer than 1 MB"),
    );
    corpus.add("long-name-cut.tar", &tar_member(b"././@LongLink", EntryType::GNULongName, 500, "", b"abc")[..515], SOMEHOW);
    corpus.add("pax-long.tar", member(b"pax", EntryType::XHeader, 5 << 20, "", &vec![b'1'; 5 << 20]), SOMEHOW);
    corpus.add("pax-noise.tar", member(b"pax", EntryType::XHeader, 30, "", b"99999999999 path=../../x\nabc=\n="), OPEN);
    corpus.add("pax-path.tar", member(b"pax", EntryType::XHeader, 21, "", b"21 path=../../../x.c\n"), OPEN);
    corpus.add(
        "pax-size.tar",
        member(b"pax", EntryType::XHeader, 18, "", b"18 size=999999999\n"),
        Ends::With("larger than 8 GB"),
    );
    let mut checksum = tar(&[("a.csv", log), ("b.csv", log)]);
    let second = checksum.windows(5).rposition(|window| window == b"b.csv").unwrap();
    checksum[second + 148] = b'7';
    corpus.add("checksum.tar", checksum, Ends::With("damaged"));
    corpus.add("blocks-of-zeros.tar", [tar(&[("a.csv", log)]), vec![0; 1 << 20]].concat(), OPEN);
    corpus.add("folders-only.tar", tar_member(b"x/", EntryType::Directory, 0, "", b""), Ends::With("no member of it is a log"));
    let empty: Vec<u8> =
        (0..100_001).flat_map(|number| tar_member(format!("{number}").as_bytes(), EntryType::Regular, 0, "", b"")).collect();
    corpus.add("100001-members.tar.zst", zstd(&empty), Ends::With("more than 100000 members"));
    corpus.add(
        "tar-in-tar-in-tar.tar",
        tar(&[("b.tar", &tar(&[("c.tar", &tar(&[("a.csv", log)]))]))]),
        Ends::With("deep inside one another"),
    );
}

fn packings(corpus: &mut Corpus) {
    let log = csv(500);
    let packed = gzip(log.as_bytes());
    corpus.add("twice.gz", gzip(&packed), Ends::With("packed twice"));
    corpus.add("twice.zst.gz", gzip(&zstd(log.as_bytes())), Ends::With("packed twice"));
    corpus.add("empty.gz", gzip(b""), Ends::With("is empty"));
    corpus.add("header-only.gz", &packed[..10], Ends::With("cut off"));
    corpus.add("checksum.gz", [&packed[..packed.len() - 8], &[1; 8]].concat(), SOMEHOW);
    corpus.add("garbage-after.gz", [&packed[..], b"garbage"].concat(), SOMEHOW);
    corpus.add("zeros-after.gz", [&packed[..], &[0; 512]].concat(), SOMEHOW);
    corpus.add("name-endless.gz", [b"\x1f\x8b\x08\x08\0\0\0\0\0\0".to_vec(), vec![b'n'; 3 << 20]].concat(), SOMEHOW);
    corpus.add("skippable-only.zst", b"\x50\x2a\x4d\x18\x04\0\0\0abcd", Ends::With("is empty"));
    corpus.add("skippable-endless.zst", b"\x50\x2a\x4d\x18\xff\xff\xff\xffabcd", SOMEHOW);
    corpus.add("window-of-terabytes.zst", b"\x28\xb5\x2f\xfd\x00\xff\x01\0\0abc", SOMEHOW);
    corpus.add("dictionary.zst", b"\x28\xb5\x2f\xfd\x23\x12\x34\x56\x78\x00\x01\0\0", SOMEHOW);
    corpus.add("header-only.bz2", b"BZh91AY&SY", Ends::With("cut off"));
    corpus.add("nothing-within.bz2", b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", SOMEHOW);
    corpus.add("like-bzip2.csv", b"BZh9,ip,c\n1,1.2.3.4,3\n2,1.2.3.5,4\n", OPEN);
    corpus.add("header-only.xz", b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36", SOMEHOW);
    corpus.add(
        "dictionary-of-gigabytes.xz",
        b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\x00\x21\x01\x28\0\0\0\x5f\x1f\x3b\x6b\x01\0\0a",
        SOMEHOW,
    );
    corpus.add("noise.xz", [b"\xfd7zXZ\0".to_vec(), vec![0x5a; 1000]].concat(), SOMEHOW);
    corpus.add("7z.7z", b"7z\xbc\xaf\x27\x1c\0\x04", Ends::With("7z archive"));
    corpus.add("lz4.lz4", b"\x04\x22\x4d\x18abcdefgh", Ends::With("lz4"));
}

fn parquet(corpus: &mut Corpus, good: &[u8]) {
    let length = good.len();
    let footer = |size: u32| [&good[..length - 8], &size.to_le_bytes(), b"PAR1"].concat();
    let told = u32::from_le_bytes(good[length - 8..length - 4].try_into().unwrap());
    let start = length - 8 - told as usize;
    let over = |range: std::ops::Range<usize>, byte: u8| {
        let mut bytes = good.to_vec();
        bytes[range].fill(byte);
        bytes
    };
    for (name, content) in [
        ("magic-only.parquet", b"PAR1".to_vec()),
        ("magic-twice.parquet", b"PAR1PAR1".to_vec()),
        ("footer-of-nothing.parquet", b"PAR1\0\0\0\0PAR1".to_vec()),
        ("footer-0.parquet", footer(0)),
        ("footer-1.parquet", footer(1)),
        ("footer-short.parquet", footer(told - 7)),
        ("footer-long.parquet", footer(told + 7)),
        ("footer-of-gigabytes.parquet", footer(u32::MAX)),
        ("footer-zeros.parquet", over(start..length - 8, 0)),
        ("footer-ones.parquet", over(start..length - 8, 0xff)),
        ("footer-half.parquet", over(start..start + told as usize / 2, 0x15)),
        ("pages-zeros.parquet", over(4..start, 0)),
        ("pages-ones.parquet", over(4..start, 0xff)),
        ("encrypted.parquet", [b"PARE", &good[4..length - 4], b"PARE"].concat()),
    ] {
        corpus.add(name, content, SOMEHOW);
    }
    corpus.add("log.parquet.gz", gzip(good), OPEN);
    corpus.add("parquet.zip", zip(&[("log.parquet", good)]), OPEN);
}

fn databases(corpus: &mut Corpus, duckdb: &[u8], sqlite: &[u8]) {
    corpus.add("header-only.duckdb", &duckdb[..4096], Ends::With("DuckDB"));
    corpus.add("version.duckdb", [&duckdb[..12], &[0xff; 8], &duckdb[20..]].concat(), Ends::With("DuckDB"));
    corpus.add("blocks-zeros.duckdb", [&duckdb[..12288], &vec![0; duckdb.len() - 12288]].concat(), SOMEHOW);
    corpus.add("blocks-missing.duckdb", &duckdb[..12288], SOMEHOW);
    corpus.add("packed.duckdb.gz", gzip(duckdb), SOMEHOW);
    corpus.add("header-only.sqlite", &sqlite[..100], Ends::With("SQLite"));
    corpus.add("page-size.sqlite", [&sqlite[..16], &[0, 3], &sqlite[18..]].concat(), Ends::With("SQLite"));
    corpus.add("pages-zeros.sqlite", [&sqlite[..4096], &vec![0; sqlite.len() - 4096]].concat(), Ends::With("SQLite"));
    corpus.add("magic-only.sqlite", b"SQLite format 3\0", Ends::With("SQLite"));
    let altered = |from: &str, to: &str| {
        let mut bytes = sqlite.to_vec();
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    corpus.add("schema.sqlite", altered("CREATE TABLE", "CREATE TABEL"), Ends::With("SQLite"));
    corpus.add("schema-view.sqlite", altered("tablelog", "viewslog"), SOMEHOW);
    corpus.add("sqlite.tar.gz", gzip(&tar(&[("log.sqlite", sqlite)])), OPEN);
    corpus.add("no-such-table.sqlite", sqlite, Ends::With("no table 'x'")).options = vec!["--table", "x"];
}
