//! Declarations in files of their own, their mistakes, and their expiry.

use super::{DECLARATIONS, Declaration, Target};
use crate::digest::sha256_hex;
use crate::document::{Document, Step, nearest};
use crate::error::{Diagnostic, Error, Result};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Most files that one target names.
const MAX_FILES: usize = 50;

/// A file with declarations, as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationFile {
    /// Version of this file format: 1.
    pub schema: u32,
    /// The declarations. Paths of their documents start from this file.
    #[serde(default)]
    pub declaration: Vec<Declaration>,
}

/// A file with declarations as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationSource {
    /// Its name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl DeclarationSource {
    /// SHA-256 of the text, hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }
}

impl Declaration {
    /// Mistakes of the declaration that stands at `index` of `document`.
    pub(super) fn problems(&self, document: &Document, index: usize) -> Vec<Diagnostic> {
        let at = |key| [Step::Key("declaration"), Step::Index(index), Step::Key(key)];
        let mut problems = Vec::new();
        let mut mistake = |key, message: &str| problems.push(document.mistake(&at(key), message, None));
        if self.kind.trim().is_empty() {
            mistake("kind", "a declaration needs a kind");
        }
        if self.value.strings().iter().any(|v| v.trim().is_empty()) {
            mistake("value", "a declaration needs to say something");
        }
        if self.who.trim().is_empty() {
            mistake("who", "a declaration needs to say who made it");
        }
        if self.until.is_some_and(|until| until < self.when) {
            mistake("until", "the declaration ends before it was made");
        }
        if self.sha256.as_ref().is_some_and(|s| s.len() != 64 || !s.bytes().all(|b| b.is_ascii_hexdigit())) {
            mistake("sha256", "a SHA-256 digest is 64 hexadecimal digits");
        }
        if let Some(known) = DECLARATIONS.iter().find(|d| d.kind == self.kind) {
            let is_wrong = |v: &&str| !known.values.is_empty() && !known.values.contains(v);
            if let Some(wrong) = self.value.strings().into_iter().find(is_wrong) {
                problems.push(document.mistake(
                    &at("value"),
                    format!("`{}` cannot be `{wrong}`", self.kind),
                    Some(format!("known values: {}", known.values.join(", "))),
                ));
            }
        } else if let Some(near) = nearest(&self.kind, DECLARATIONS.iter().map(|d| d.kind))
            && strsim::levenshtein(&self.kind, near) <= 2
        {
            problems.push(document.mistake(
                &at("kind"),
                format!("declaration kind `{}` is unknown", self.kind),
                Some(format!("did you mean `{near}`?")),
            ));
        }
        problems
    }

    /// Whether it counts on this day.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

/// Line and column of a declaration's kind.
fn place(document: &Document, index: usize) -> String {
    let at = [Step::Key("declaration"), Step::Index(index), Step::Key("kind")];
    let Diagnostic { file, line, column, .. } = document.mistake(&at, "", None);
    format!("{file}:{line}:{column}")
}

impl Target {
    /// Takes over the declarations of the files that the target names. `document` is the target's own text; `read` gives the
    /// text of a file by its number and path.
    pub fn add_declarations(
        &mut self,
        document: &Document,
        read: &mut dyn FnMut(usize, &Path) -> Result<Document>,
    ) -> Result<()> {
        if self.declarations.len() > MAX_FILES {
            let message = format!("a target names at most {MAX_FILES} files with declarations");
            return Err(document.mistake(&[Step::Key("declarations")], message, None).into());
        }
        let mut places: BTreeMap<String, String> =
            self.declaration.iter().enumerate().map(|(i, d)| (d.kind.clone(), place(document, i))).collect();
        let mut problems = Vec::new();
        for (number, path) in self.declarations.clone().iter().enumerate() {
            let source = read(number, path)?;
            let file: DeclarationFile = source.parse()?;
            if file.schema != 1 {
                let message = format!("declaration format {} is unknown", file.schema);
                let help = Some("this program reads format 1".into());
                problems.push(source.mistake(&[Step::Key("schema")], message, help));
            }
            for (index, mut declaration) in file.declaration.into_iter().enumerate() {
                problems.extend(declaration.problems(&source, index));
                let here = place(&source, index);
                if let Some(there) = places.insert(declaration.kind.clone(), here) {
                    problems.push(source.mistake(
                        &[Step::Key("declaration"), Step::Index(index), Step::Key("kind")],
                        format!("`{}` is declared twice", declaration.kind),
                        Some(format!("the other stands at {there}; keep one of them")),
                    ));
                }
                let folder = path.parent().unwrap_or(Path::new(""));
                declaration.document = declaration.document.map(|named| folder.join(named));
                self.declaration.push(declaration);
            }
            self.declaration_files.push(DeclarationSource { name: source.name, text: source.text });
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Diagnostics(problems)) }
    }

    /// Takes out the declarations that do not count on the day of judgement, so that nothing rests on them.
    pub fn expire(&mut self, day: Date) {
        let (live, gone) = std::mem::take(&mut self.declaration).into_iter().partition(|d| d.counts_on(day));
        self.declaration = live;
        self.expired.extend::<Vec<_>>(gone);
    }

    /// The expired declaration of a kind.
    #[must_use]
    pub fn expired(&self, kind: &str) -> Option<&Declaration> {
        self.expired.iter().find(|d| d.kind == kind)
    }

    /// Every declaration that was made, those that no longer count last.
    pub fn declared(&self) -> impl Iterator<Item = &Declaration> {
        self.declaration.iter().chain(&self.expired)
    }
}
