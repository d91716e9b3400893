use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::{Archive, Bounds, Entry, Kind};

const BOUNDS: Bounds = Bounds { unpacked: 1 << 20, entries: 20, depth: 4, text: 1000 };
const METADATA: &str = r#"{"name": "acme-web", "version": "1.0.0"}"#;

/// A tar under construction.
struct Tar(Builder<Vec<u8>>);

impl Tar {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn file(self, path: &str, text: &str) -> Self {
        self.raw(path, EntryType::Regular, "", text.as_bytes())
    }

    fn folder(self, path: &str) -> Self {
        self.raw(path, EntryType::Directory, "", b"")
    }

    fn link(self, path: &str, target: &str) -> Self {
        self.raw(path, EntryType::Symlink, target, b"")
    }

    /// Names as they are, which the library would not write.
    fn raw(mut self, path: &str, kind: EntryType, link: &str, text: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        let old = header.as_old_mut();
        old.name[..path.len()].copy_from_slice(path.as_bytes());
        old.linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(if path.contains(".sh") { 0o755 } else { 0o644 });
        header.set_size(text.len() as u64);
        header.set_cksum();
        self.0.append(&header, text).unwrap();
        self
    }

    fn packed(self) -> Vec<u8> {
        pack(&self.0.into_inner().unwrap())
    }

    fn walk(self) -> Result<(Archive, Vec<String>), String> {
        walk(&self.packed())
    }

    fn fault(self) -> String {
        self.walk().unwrap_err()
    }
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// What an archive holds, or the fault.
fn walk(packed: &[u8]) -> Result<(Archive, Vec<String>), String> {
    let mut seen = Vec::new();
    let visit = |entry: Entry<'_>, content: &mut dyn Read| {
        let mut text = String::new();
        content.read_to_string(&mut text)?;
        seen.push(match entry.kind {
            Kind::Folder => format!("{}/", entry.path),
            Kind::File { executable, .. } => format!("{}{}={text}", entry.path, if executable { "*" } else { "" }),
            Kind::Link { target } => format!("{}->{target}", entry.path),
        });
        Ok(())
    };
    Archive::walk(packed, &BOUNDS, visit).map(|archive| (archive, seen)).map_err(|fault| fault.to_string())
}

#[test]
fn a_module_is_walked_in_order() {
    let tar = Tar::new().folder("./acme-web-1.0.0/").file("acme-web-1.0.0/metadata.json", METADATA);
    let tar = tar.file("acme-web-1.0.0/files/run.sh", "#!").link("acme-web-1.0.0/files/go", "../files/run.sh");
    let (archive, seen) = tar.walk().unwrap();
    assert_eq!(seen, ["/", &format!("metadata.json={METADATA}"), "files/run.sh*=#!", "files/go->../files/run.sh"]);
    assert_eq!((archive.top.as_str(), archive.files, archive.bytes), ("acme-web-1.0.0", 2, METADATA.len() as u64 + 2));
    assert_eq!(archive.published_metadata().unwrap().release.to_string(), "acme-web-1.0.0");
}

#[test]
fn what_nobody_takes_is_skipped() {
    let tar = Tar::new().file("a/big", &"x".repeat(5000)).file("a/metadata.json", METADATA);
    let archive = Archive::walk(tar.packed().as_slice(), &BOUNDS, |_, _| Ok(())).unwrap();
    assert_eq!((archive.files, archive.metadata.as_deref()), (2, Some(METADATA.as_bytes())));
}

#[test]
fn names_that_lead_out_are_refused() {
    let fault = |path: &str| Tar::new().file("a/x", "").file(path, "").fault();
    assert_eq!(fault("a/../../etc/passwd"), "'a/../../etc/passwd' leads out of the archive");
    assert_eq!(fault("../x"), "'../x' leads out of the archive");
    assert_eq!(fault("a/b/.."), "'a/b/..' leads out of the archive");
    assert_eq!(fault("/etc/passwd"), "'/etc/passwd' is an absolute name");
    assert_eq!(fault("a/b\\..\\c"), "'a/b\\..\\c' is no usable name of a file");
    assert_eq!(fault("a/b\nc"), "'a/b\\nc' is no usable name of a file");
    assert_eq!(fault("a"), "'a' lies beside the top folder");
    assert_eq!(fault("b/x"), "the archive has more than one folder at its top: 'a' and 'b'");
    assert_eq!(Tar::new().file(".", "").fault(), "'.' is no usable name of a file");
}

#[test]
fn links_stay_inside() {
    let fault = |target: &str| Tar::new().link("a/b/link", target).fault();
    for target in ["/etc/passwd", "../../x", "../..", "c/../../../x", "", "..\\..\\x"] {
        assert_eq!(
            fault(target),
            format!("the link 'b/link' leads out of the archive, to '{}'", target.escape_debug())
        );
    }
    assert!(Tar::new().link("a/b/link", "../c/./d").walk().is_ok());
    let through = Tar::new().link("a/b", "c").file("a/b/x", "").fault();
    assert_eq!(through, "'a/b/x' lies below something that is no folder");
    let over = Tar::new().link("a/b", "c").folder("a/b").fault();
    assert_eq!(over, "'a/b' is there twice");
    assert_eq!(Tar::new().file("a/x", "").file("a/x", "").fault(), "'a/x' is there twice");
    assert_eq!(Tar::new().file("a/x/y", "").file("a/x", "").fault(), "'a/x' is there twice");
    assert!(Tar::new().folder("a/x").folder("a/x").file("a/x/y", "").walk().is_ok());
}

#[test]
fn only_files_folders_and_links_are_taken() {
    let fault = |kind| Tar::new().raw("a/x", kind, "a/y", b"").fault();
    assert!(fault(EntryType::Link).starts_with("'a/x' is a hard link"));
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::GNUSparse] {
        assert_eq!(fault(kind), "'a/x' is neither a file nor a folder nor a symbolic link");
    }
}

#[test]
fn bounds_name_their_settings() {
    let mut tar = Tar::new();
    for index in 0..21 {
        tar = tar.file(&format!("a/{index}"), "");
    }
    assert_eq!(tar.fault(), "the archive holds more than 20 files and folders (setting `forge.max_entries`)");
    let deep = Tar::new().file("a/1/2/3/4/5", "").fault();
    assert_eq!(deep, "'a/1/2/3/4/5' lies deeper than 4 folders (setting `forge.max_depth`)");
    let long = Tar::new().file("a/metadata.json", &"x".repeat(1001)).fault();
    assert_eq!(long, "'metadata.json' has more than 1000 bytes (setting `forge.max_text`)");
    let large = Tar::new().file("a/x", &"x".repeat(1 << 20)).fault();
    assert_eq!(large, "the archive has more than 1048576 bytes when unpacked (setting `forge.max_unpacked`)");
}

/// A file of 10 GB of zeros, packed as it is read: what was read of it is counted.
struct Zeros {
    packed: flate2::read::GzEncoder<io::Chain<io::Cursor<Vec<u8>>, io::Take<io::Repeat>>>,
    read: u64,
}

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.packed.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

#[test]
fn zeros_are_given_up_early() {
    const SIZE: u64 = 10 << 30;
    let mut header = Header::new_gnu();
    header.set_path("a/zeros").unwrap();
    header.set_entry_type(EntryType::Regular);
    header.set_size(SIZE);
    header.set_cksum();
    let tar = io::Cursor::new(header.as_bytes().to_vec()).chain(io::repeat(0).take(SIZE));
    let mut zeros = Zeros { packed: flate2::read::GzEncoder::new(tar, Compression::fast()), read: 0 };
    let fault = Archive::walk(&mut zeros, &BOUNDS, |_, _| Ok(())).unwrap_err();
    assert!(fault.to_string().contains("forge.max_unpacked"), "{fault}");
    assert!(zeros.read < 1 << 20, "{} bytes were read", zeros.read);
}

#[test]
fn long_names_are_put_together_within_bounds() {
    let name = format!("a/{}", "x".repeat(200));
    let mut long = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(2);
    header.set_entry_type(EntryType::Regular);
    long.append_data(&mut header, &name, b"hi".as_slice()).unwrap();
    let (_, seen) = walk(&pack(&long.into_inner().unwrap())).unwrap();
    assert_eq!(seen, [format!("{}=hi", &name[2..])]);
    let pax = format!("{} path={name}\n", name.len() + 10);
    let (_, seen) = Tar::new().raw("p", EntryType::XHeader, "", pax.as_bytes()).file("a/short", "hi").walk().unwrap();
    assert_eq!(seen, [format!("{}=hi", &name[2..])]);
    let escape = b"27 path=a/../../etc/passwd\n";
    let fault = Tar::new().raw("p", EntryType::XHeader, "", escape).file("a/x", "").fault();
    assert_eq!(fault, "'a/../../etc/passwd' leads out of the archive");
    let huge = Tar::new().raw("p", EntryType::GNULongName, "", &vec![b'x'; 70_000]).file("a/x", "").fault();
    assert!(huge.contains("a record of a name has more than 65536 bytes"), "{huge}");
    let too_long = Tar::new().raw("p", EntryType::GNULongName, "", &[b'x'; 300]).file("a/x", "").fault();
    assert!(too_long.ends_with("is no usable name of a file"), "{too_long}");
    let size = Tar::new().raw("p", EntryType::XHeader, "", b"12 size=100\n").file("a/x", "").fault();
    assert!(size.contains("size in an extended header"), "{size}");
}

#[test]
fn what_is_no_archive_says_so() {
    assert_eq!(Tar::new().fault(), "the archive holds nothing");
    assert!(walk(b"no archive").unwrap_err().starts_with("the archive cannot be read: "));
    assert!(walk(&pack(&[1; 512])).unwrap_err().contains("it is no tar, or damaged"));
    assert!(walk(&pack(&[1; 100])).unwrap_err().contains("in the middle of a header"));
    let whole = Tar::new().file("a/x", &"x".repeat(3000)).0.into_inner().unwrap();
    assert!(walk(&pack(&whole[..2000])).unwrap_err().contains("in the middle of a file"));
    let packed = Tar::new().file("a/x", &"x".repeat(3000)).packed();
    assert!(walk(&packed[..packed.len() / 2]).unwrap_err().starts_with("the archive cannot be read: "));
}

#[test]
fn the_folder_and_the_metadata_say_the_same() {
    let published = |tar: Tar| tar.walk().unwrap().0.published_metadata().unwrap_err().to_string();
    let other = Tar::new().file("web/metadata.json", METADATA);
    assert_eq!(published(other), "the top folder is 'web', and metadata.json says 'acme-web-1.0.0'");
    let none = Tar::new().file("acme-web-1.0.0/lib/metadata.json", METADATA);
    assert_eq!(published(none), "the archive has no metadata.json in its top folder");
    let link = Tar::new().file("acme-web-1.0.0/x", METADATA).link("acme-web-1.0.0/metadata.json", "x");
    assert_eq!(published(link), "the archive has no metadata.json in its top folder");
}

#[test]
fn files_may_stand_at_the_top() {
    let tar = Tar::new().folder("./").file("./metadata.json", METADATA).file("manifests/init.pp", "");
    let mut seen = Vec::new();
    let read = Archive::walk_files(tar.packed().as_slice(), &BOUNDS, |entry, _| {
        seen.push(entry.path.to_owned());
        Ok(())
    });
    let archive = read.unwrap();
    assert_eq!((archive.top.as_str(), archive.files), ("", 2));
    assert_eq!(seen, ["", "metadata.json", "manifests/init.pp"]);
    for (tar, expected) in [
        (Tar::new().file("../x", ""), "'../x' leads out of the archive"),
        (Tar::new().link("x", "../y"), "the link 'x' leads out of the archive, to '../y'"),
        (Tar::new().link("x", "y").file("x/z", ""), "'x/z' lies below something that is no folder"),
        (Tar::new().file("x", "").file("./x", ""), "'./x' is there twice"),
        (Tar::new().file(".", ""), "'.' is no usable name of a file"),
        (Tar::new(), "the archive holds nothing"),
    ] {
        let read = Archive::walk_files(tar.packed().as_slice(), &BOUNDS, |_, _| Ok(()));
        assert_eq!(read.unwrap_err().to_string(), expected);
    }
}
