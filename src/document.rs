//! Files that people write (profile, target, waivers): read with bounds, parsed strictly, with every mistake placed.

use crate::error::{Diagnostic, Error, Result};
use serde::de::DeserializeOwned;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// Largest file that a person would write, bytes.
pub const LIMIT: u64 = 1024 * 1024;

/// Reads a file of at most `limit` bytes. A directory, a pipe, a device, a missing, an empty or a larger file is one clear
/// error, and no more than the limit is ever read.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let metadata = std::fs::metadata(path).map_err(|e| Error::file(path, format!("cannot be opened: {e}")))?;
    if metadata.is_dir() {
        return Err(Error::file(path, "is a directory; name a file"));
    }
    // Opening a named pipe waits for a writer, and a device never ends.
    if !metadata.is_file() {
        return Err(Error::file(path, "is no ordinary file (a pipe or a device?); save its content to a file first"));
    }
    if metadata.len() > limit {
        return Err(Error::file(path, format!("is {} bytes, the limit is {limit}", metadata.len())));
    }
    let file = std::fs::File::open(path).map_err(|e| Error::file(path, format!("cannot be opened: {e}")))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| Error::file(path, format!("cannot be read: {e}")))?;
    if bytes.len() as u64 > limit {
        return Err(Error::file(path, format!("is larger than the limit of {limit} bytes")));
    }
    if bytes.is_empty() {
        return Err(Error::file(path, "is empty"));
    }
    Ok(bytes)
}

/// Reads a text file that a person wrote.
pub fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read_bounded(path, LIMIT)?)
        .map_err(|e| Error::file(path, format!("is not UTF-8 text (byte {})", e.utf8_error().valid_up_to())))
}

/// A TOML file with its name, for placing mistakes.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name as the user knows it.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A step on the way to a value inside a TOML file.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An index of an array.
    Index(usize),
}

impl Document {
    /// Takes text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Parses the file; a mistake carries line, column and, for a misspelt key or value, the nearest right one.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        toml::from_str(&self.text).map_err(|error| {
            let message = error.message().trim_end().to_owned();
            let help = suggest(&message);
            self.diagnostic(error.span().unwrap_or(0..0), message, help).into()
        })
    }

    /// A mistake at a byte range.
    pub fn diagnostic(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        Diagnostic::new(&self.name, &self.text, span, message, help)
    }

    /// A mistake at a value, found by its path; the nearest existing ancestor when the value is absent.
    pub fn mistake(&self, path: &[Step<'_>], message: impl Into<String>, help: Option<String>) -> Diagnostic {
        self.diagnostic(self.locate(path), message, help)
    }

    fn locate(&self, path: &[Step<'_>]) -> Range<usize> {
        let Ok(root) = DeTable::parse(&self.text) else { return 0..0 };
        let mut span = 0..0;
        let mut value: Option<&toml::Spanned<DeValue<'_>>> = None;
        for step in path {
            let next = match (value, step) {
                (None, Step::Key(key)) => root.get_ref().get(*key),
                (Some(v), Step::Key(key)) => v.get_ref().get(*key),
                (Some(v), Step::Index(index)) => v.get_ref().get(*index),
                (None, Step::Index(_)) => None,
            };
            let Some(next) = next else { break };
            span = next.span();
            value = Some(next);
        }
        // A table's span can be a whole section; its first line says enough.
        let first_line = self.text[span.start..span.end].find('\n').map_or(span.end, |n| span.start + n);
        span.start..first_line
    }
}

/// Turns serde's "unknown field `a`, expected one of `b`, `c`" into "did you mean `b`?".
pub(crate) fn suggest(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let wrong = names.next()?;
    nearest(wrong, names).map(|name| format!("did you mean `{name}`?"))
}

/// The candidate most like `wrong`, when one is near enough to have been meant.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(wrong, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
