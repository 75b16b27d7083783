//! A bundle: the report with everything it rests on, as a directory or a `.zip` file.
//!
//! A bundle appears whole or not at all: it is put together in a temporary folder beside its place and then renamed. A
//! bundle that comes from somebody else is hostile input: names, kinds, number, sizes and compression are bounded.

use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zip::write::SimpleFileOptions;

/// The canonical report.
pub const REPORT: &str = "report.json";
/// The sealed report.
pub const SEALED: &str = "report.jades.json";
/// The report for people.
pub const HTML: &str = "report.html";
/// The report for continuous integration.
pub const JUNIT: &str = "junit.xml";
/// The report for code-scanning services.
pub const SARIF: &str = "report.sarif";

/// Most members of a bundle; a plain archive (not ZIP64) cannot hold more than 65534.
pub const MAX_MEMBERS: usize = 60_000;
/// Largest member, bytes.
pub const MAX_MEMBER: u64 = 256 << 20;
/// Largest sum of all members, bytes.
pub const MAX_TOTAL: u64 = 2 << 30;
/// Most bytes that a compressed byte may unpack to, beyond one mebibyte.
const MAX_RATIO: u64 = 200;

/// Whether a name may be a member: relative, plain ASCII, no part that leads elsewhere. Names are compared without regard to
/// case, because some file systems do.
fn is_member_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    name.len() <= 240 && name.split('/').count() <= 8 && name.split('/').all(part)
}

/// Working folders of bundles that are not finished.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes the working folders of unfinished bundles: an interrupted run leaves no bundle rather than a part of one.
pub fn discard_unfinished() {
    let folders = std::mem::take(&mut *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner));
    for folder in folders {
        // The program is about to end; there is nobody to tell.
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn unfinished(change: impl FnOnce(&mut BTreeSet<PathBuf>)) {
    change(&mut UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Puts a bundle together.
#[derive(Debug)]
pub struct BundleWriter {
    target: PathBuf,
    work: tempfile::TempDir,
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        unfinished(|folders| {
            folders.remove(self.work.path());
        });
    }
}

impl BundleWriter {
    /// Starts a bundle that will stand at `target`: a `.zip` file by that ending, else a directory. Refuses a place that is
    /// taken, and one that cannot be written to, before any work is done.
    pub fn create(target: &Path) -> Result<Self> {
        refuse_taken(target)?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let work =
            tempfile::Builder::new().prefix(".kravprobe-").tempdir_in(parent).map_err(|e| unwritable(target, &e))?;
        unfinished(|folders| {
            folders.insert(work.path().to_owned());
        });
        Ok(Self { target: target.to_owned(), work })
    }

    /// The folder where the bundle grows; the evidence store writes into it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.work.path()
    }

    /// Adds a member.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if !is_member_name(name) {
            return Err(Error::Internal(format!("\"{}\" cannot be the name of a member", name.escape_debug())));
        }
        let path = self.work.path().join(name);
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(|e| unwritable(&self.target, &e))
    }

    /// Moves the finished bundle to its place and gives the place.
    pub fn finish(mut self) -> Result<PathBuf> {
        refuse_taken(&self.target)?;
        let fault = |e: &std::io::Error| unwritable(&self.target, e);
        if is_zip(&self.target) {
            let members = walk(self.work.path())?;
            let parent = self.work.path().parent().unwrap_or(Path::new(".")).to_owned();
            let mut file = tempfile::Builder::new().prefix(".kravprobe-").tempfile_in(parent).map_err(|e| fault(&e))?;
            write_zip(file.as_file_mut(), self.work.path(), &members).map_err(|e| fault(&e))?;
            file.as_file().sync_all().map_err(|e| fault(&e))?;
            permit(file.path(), 0o644).map_err(|e| fault(&e))?;
            file.persist_noclobber(&self.target).map_err(|e| fault(&e.error))?;
        } else {
            permit(self.work.path(), 0o755).map_err(|e| fault(&e))?;
            std::fs::rename(self.work.path(), &self.target).map_err(|e| fault(&e))?;
            // The folder has another name now; there is nothing left to clean up.
            self.work.disable_cleanup(true);
        }
        Ok(self.target.clone())
    }
}

fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// An empty directory is no reason to refuse: it may have been made for the purpose.
fn refuse_taken(target: &Path) -> Result<()> {
    let Ok(metadata) = std::fs::symlink_metadata(target) else { return Ok(()) };
    let empty = metadata.is_dir()
        && !is_zip(target)
        && std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if empty {
        return Ok(());
    }
    Err(Error::file(target, "exists already; a bundle is never overwritten, so name another place"))
}

/// The error of a bundle that cannot be written. It names the place the user gave, not the folder the bundle grows in.
pub(crate) fn unwritable(target: &Path, error: &std::io::Error) -> Error {
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let what = match error.kind() {
        std::io::ErrorKind::NotFound if parent.is_dir() => "no file can be made there; choose another place",
        std::io::ErrorKind::NotADirectory => "the place is below something that is no folder; choose another one",
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "the disk is full; free some space",
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            "the place may not be written to; choose another one"
        }
        std::io::ErrorKind::NotFound => "the folder it should stand in does not exist; create it first",
        _ => "the bundle cannot be written",
    };
    // A temporary file's error adds its hidden path, which says nothing to the user.
    let text = error.to_string();
    let cause = text.split_once(" at path ").map_or(text.as_str(), |(cause, _)| cause);
    Error::file(target, format!("{what} ({cause}). Nothing was left behind"))
}

#[cfg(unix)]
fn permit(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
fn permit(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

/// The same members give the same file: sorted, fixed times, fixed modes.
fn write_zip(file: &mut File, folder: &Path, members: &BTreeMap<String, u64>) -> std::io::Result<()> {
    let mut zip = zip::ZipWriter::new(std::io::BufWriter::new(file));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default()).unix_permissions(0o644);
    for (name, &size) in members {
        let path = folder.join(name);
        let method =
            if may_deflate(&path, size)? { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
        zip.start_file(name, options.compression_method(method))?;
        std::io::copy(&mut File::open(path)?, &mut zip)?;
    }
    zip.finish()?.flush()
}

/// Whether a reader would take the member for a bomb if it were compressed.
fn may_deflate(path: &Path, size: u64) -> std::io::Result<bool> {
    if size <= 1 << 20 {
        return Ok(true);
    }
    let mut deflated = flate2::read::DeflateEncoder::new(File::open(path)?, flate2::Compression::default());
    let length = std::io::copy(&mut deflated, &mut std::io::sink())?;
    // Half the ratio leaves room for another implementation of DEFLATE.
    Ok(size <= length.saturating_mul(MAX_RATIO / 2))
}

/// Every file below a folder, by name. Anything but plain files and folders is refused.
fn walk(root: &Path) -> Result<BTreeMap<String, u64>> {
    let mut members = BTreeMap::new();
    let mut names = Names::default();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| Error::file(&folder, format!("cannot be read: {e}")))?;
        for entry in entries {
            let entry = entry.map_err(|e| Error::file(&folder, format!("cannot be read: {e}")))?;
            let path = entry.path();
            let name = match entry.file_name().to_str() {
                Some(name) => format!("{prefix}{name}"),
                None => return Err(Error::file(&path, "has a name that no member of a bundle has")),
            };
            if !is_member_name(&name) {
                return Err(Error::file(&path, "has a name that no member of a bundle has"));
            }
            // Not followed: a link could lead anywhere.
            let metadata =
                std::fs::symlink_metadata(&path).map_err(|e| Error::file(&path, format!("cannot be read: {e}")))?;
            if metadata.is_dir() {
                open.push((path, format!("{name}/")));
            } else if metadata.is_file() {
                names.take(root, &name, metadata.len())?;
                members.insert(name, metadata.len());
            } else {
                return Err(Error::file(&path, "is neither file nor folder (a link?); a bundle holds nothing else"));
            }
        }
    }
    Ok(members)
}

/// Counts members against the bounds.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    total: u64,
}

impl Names {
    fn take(&mut self, bundle: &Path, name: &str, bytes: u64) -> Result<()> {
        self.total = self.total.saturating_add(bytes);
        if bytes > MAX_MEMBER || self.total > MAX_TOTAL {
            return Err(Error::file(bundle, format!("{name} makes the bundle larger than a bundle may be")));
        }
        if self.taken.len() >= MAX_MEMBERS {
            return Err(Error::file(bundle, format!("has more than {MAX_MEMBERS} members")));
        }
        if self.taken.insert(name.to_ascii_lowercase()) {
            Ok(())
        } else {
            Err(Error::file(bundle, format!("holds {name} twice")))
        }
    }
}

/// Reads a bundle.
#[derive(Debug)]
pub struct BundleReader {
    place: PathBuf,
    members: BTreeMap<String, u64>,
    archive: Option<zip::ZipArchive<File>>,
}

impl BundleReader {
    /// Opens a directory or a `.zip` file.
    pub fn open(place: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(place).map_err(|e| Error::file(place, format!("cannot be opened: {e}")))?;
        if metadata.is_dir() {
            return Ok(Self { place: place.to_owned(), members: walk(place)?, archive: None });
        }
        // Opening a named pipe waits for a writer, and a device never ends.
        if !metadata.is_file() {
            return Err(Error::file(place, "is no bundle: neither a directory nor an ordinary file"));
        }
        let mut file = File::open(place).map_err(|e| Error::file(place, format!("cannot be opened: {e}")))?;
        let entries = directory_entries(&mut file)
            .ok_or_else(|| Error::file(place, "is no bundle: neither a directory nor a plain .zip file"))?;
        if entries > MAX_MEMBERS {
            return Err(Error::file(place, format!("has more than {MAX_MEMBERS} members")));
        }
        let mut archive =
            zip::ZipArchive::new(file).map_err(|e| Error::file(place, format!("is not a readable .zip file: {e}")))?;
        // The library keeps one of several entries of the same name; the archive's own count tells.
        if archive.len() != entries {
            return Err(Error::file(place, "holds a member twice"));
        }
        let mut members = BTreeMap::new();
        let mut names = Names::default();
        for index in 0..archive.len() {
            let entry = archive
                .by_index_raw(index)
                .map_err(|e| Error::file(place, format!("is not a readable .zip file: {e}")))?;
            let name =
                entry.name().map_err(|e| Error::file(place, format!("is not a readable .zip file: {e}")))?.into_owned();
            let shown = name.escape_debug().to_string();
            if entry.is_dir() && is_member_name(name.trim_end_matches('/')) {
                continue;
            }
            if !is_member_name(&name) {
                return Err(Error::file(place, format!("\"{shown}\" is a name that no member of a bundle has")));
            }
            // Upper bits of a Unix mode say what the entry is; 0o100000 is a plain file, 0 says nothing.
            let kind = entry.unix_mode().unwrap_or(0) & 0o170_000;
            if entry.encrypted() || !matches!(kind, 0 | 0o100_000) {
                return Err(Error::file(place, format!("{shown} is no plain file")));
            }
            if entry.size() > entry.compressed_size().saturating_mul(MAX_RATIO).saturating_add(1 << 20) {
                return Err(Error::file(place, format!("{shown} is compressed beyond what a bundle may be")));
            }
            names.take(place, &name, entry.size())?;
            members.insert(name, entry.size());
        }
        Ok(Self { place: place.to_owned(), members, archive: Some(archive) })
    }

    /// Where the bundle is.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// The members, sorted.
    pub fn list(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether there is such a member.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member's bytes.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>> {
        let fault = |problem: String| Error::file(&self.place, format!("{}: {problem}", name.escape_debug()));
        let size = *self.members.get(name).ok_or_else(|| fault("is not in the bundle".to_owned()))?;
        let mut bytes = Vec::new();
        let read = if let Some(archive) = &mut self.archive {
            let entry = archive.by_name(name).map_err(|error| fault(format!("cannot be unpacked: {error}")))?;
            entry.take(size + 1).read_to_end(&mut bytes)
        } else {
            let path = self.place.join(name);
            match std::fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_file() => {
                    File::open(&path).and_then(|file| file.take(size + 1).read_to_end(&mut bytes))
                }
                Ok(_) => return Err(fault("is no plain file".to_owned())),
                Err(error) => Err(error),
            }
        };
        read.map_err(|error| fault(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 == size {
            Ok(bytes)
        } else {
            Err(fault("has another size than its directory says".to_owned()))
        }
    }

    /// Size and digest of a member.
    pub fn digest(&mut self, name: &str) -> Result<(u64, String)> {
        let bytes = self.read(name)?;
        Ok((bytes.len() as u64, sha256_hex(&bytes)))
    }
}

/// Number of entries by the end of a plain archive's central directory: one volume, no comment, no ZIP64.
fn directory_entries(file: &mut File) -> Option<usize> {
    const LENGTH: i64 = 22;
    file.seek(SeekFrom::End(-LENGTH)).ok()?;
    let mut end = [0; 22];
    file.read_exact(&mut end).ok()?;
    file.rewind().ok()?;
    let number = |at: usize| u16::from_le_bytes([end[at], end[at + 1]]);
    let plain = end.starts_with(b"PK\x05\x06")
        && number(4) == 0
        && number(6) == 0
        && number(8) == number(10)
        && number(20) == 0
        && number(10) < u16::MAX;
    plain.then(|| usize::from(number(10)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(target: &Path) -> Result<PathBuf> {
        let mut writer = BundleWriter::create(target)?;
        writer.add("report.json", b"{}")?;
        writer.add("subjects/0001.json", b"{\"a\":1}")?;
        writer.add("evidence/ab.xml", &vec![b'x'; 5 << 20])?;
        writer.finish()
    }

    fn left_over(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_written_is_read_from_a_directory_and_from_a_zip() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bundle", "bundle.zip"] {
            let place = write(&folder.path().join(name)).unwrap();
            let mut reader = BundleReader::open(&place).unwrap();
            assert_eq!(reader.list().collect::<Vec<_>>(), ["evidence/ab.xml", "report.json", "subjects/0001.json"]);
            assert_eq!(reader.read("subjects/0001.json").unwrap(), b"{\"a\":1}");
            assert_eq!(reader.digest("evidence/ab.xml").unwrap().0, 5 << 20);
            assert!(reader.read("../bundle/report.json").is_err());
            assert!(!reader.has("nothing"));
        }
        assert_eq!(left_over(folder.path()), ["bundle", "bundle.zip"], "no temporary files are left");
        let again = write(&folder.path().join("again.zip")).unwrap();
        assert_eq!(
            std::fs::read(again).unwrap(),
            std::fs::read(folder.path().join("bundle.zip")).unwrap(),
            "the same members give the same file"
        );
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_half_written_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        std::fs::create_dir(&taken).unwrap();
        assert!(write(&taken).is_ok(), "an empty directory may be filled");
        assert!(write(&taken).unwrap_err().to_string().contains("exists already"));
        std::fs::write(folder.path().join("taken.zip"), b"x").unwrap();
        assert!(write(&folder.path().join("taken.zip")).is_err());
        assert_eq!(std::fs::read(folder.path().join("taken.zip")).unwrap(), b"x");
        assert!(write(&folder.path().join("no/such/folder")).unwrap_err().to_string().contains("does not exist"));
        let mut dropped = BundleWriter::create(&folder.path().join("dropped")).unwrap();
        dropped.add("report.json", b"{}").unwrap();
        assert!(dropped.add("report.json", b"{}").is_err(), "a member is written once");
        assert!(dropped.add("../x", b"{}").is_err());
        drop(dropped);
        assert_eq!(left_over(folder.path()), ["taken", "taken.zip"]);
        // Taken by somebody else while the run was going on.
        let late = BundleWriter::create(&folder.path().join("late")).unwrap();
        std::fs::create_dir(folder.path().join("late")).unwrap();
        std::fs::write(folder.path().join("late/x"), b"x").unwrap();
        assert!(late.finish().is_err());
        assert_eq!(left_over(&folder.path().join("late")), ["x"]);
        assert_eq!(left_over(folder.path()), ["late", "taken", "taken.zip"]);
    }

    #[test]
    fn a_full_disk_is_one_clear_error() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = unwritable(Path::new("out"), &full).to_string();
        assert!(error.contains("the disk is full") && error.starts_with("out:"), "{error}");
    }

    fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<BundleReader> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        BundleReader::open(file.path())
    }

    #[test]
    fn hostile_archives_are_refused() {
        for name in ["../x", "/etc/x", "a/../../x", "a\\x", "C:x", "a//x", "./x", ".x", "x.", "a\0b", "blå"] {
            assert!(open(&zip_of(&[(name, b"x")])).is_err(), "{name}");
        }
        assert!(open(&zip_of(&[("a", b"x"), ("b", b"y")])).is_ok());
        assert!(open(&zip_of(&[("a", b"x"), ("A", b"y")])).is_err(), "one file on some systems");
        // Two entries of one name: made by renaming the second in both places.
        let mut twice = zip_of(&[("aa", b"x"), ("ab", b"y")]);
        for at in 0..twice.len() - 1 {
            if &twice[at..at + 2] == b"ab" {
                twice[at + 1] = b'a';
            }
        }
        assert!(open(&twice).is_err());
        let mut link = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        link.add_symlink("a", "/etc/hostname", SimpleFileOptions::default()).unwrap();
        assert!(open(&link.finish().unwrap().into_inner()).is_err());
        let bomb = zip_of(&[("a", &vec![0; 8 << 20])]);
        assert!(open(&bomb).unwrap_err().to_string().contains("compressed beyond"));
        for junk in [&b""[..], b"x", b"PK\x05\x06", &[0; 22]] {
            assert!(open(junk).is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn hostile_directories_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let place = write(&folder.path().join("bundle")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", place.join("evidence/link.txt")).unwrap();
        assert!(BundleReader::open(&place).unwrap_err().to_string().contains("neither file nor folder"));
        std::fs::remove_file(place.join("evidence/link.txt")).unwrap();
        let mut reader = BundleReader::open(&place).unwrap();
        std::fs::write(place.join("report.json"), b"{} ").unwrap();
        assert!(reader.read("report.json").is_err(), "changed after it was opened");
        std::fs::remove_file(place.join("report.json")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", place.join("report.json")).unwrap();
        assert!(reader.read("report.json").is_err());
        std::fs::remove_file(place.join("report.json")).unwrap();
        std::fs::write(place.join("evidence/.hidden"), b"x").unwrap();
        assert!(BundleReader::open(&place).is_err());
    }

    proptest! {
        #[test]
        fn the_reader_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..300, flip in 0_usize..300, bit in 0_u8..8) {
            let _ = open(&bytes);
            let mut real = zip_of(&[("a", b"xxxxxxxxxxxxxxxx"), ("b/c", b"y")]);
            let at = flip % real.len();
            real[at] ^= 1 << bit;
            if let Ok(mut reader) = open(&real) {
                for name in reader.list().map(str::to_owned).collect::<Vec<_>>() {
                    let _ = reader.read(&name);
                }
            }
            real.truncate(cut);
            bytes.extend(real);
            let _ = open(&bytes);
        }
    }
}
