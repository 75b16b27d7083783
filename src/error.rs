//! What can go wrong outside a verdict, named by who is at fault. A vendor's breach is never an error: it is an outcome.

use crate::document::nearest;
use crate::evidence::redact::redact;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// Result of everything that reads what a user wrote or handed over.
pub type Result<T> = std::result::Result<T, Error>;

/// An error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user asked for something that cannot be done. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be used as what it should be. Exit code 2.
    #[error("{file}: {problem}")]
    File {
        /// The file as the user named it.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A file that people write has mistakes at known places. Exit code 2.
    #[error("{}", render_all(.0))]
    Diagnostics(Vec<Diagnostic>),
    /// The program is at fault. Exit code 4.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl Error {
    /// An error about a file.
    pub fn file(path: impl AsRef<Path>, problem: impl fmt::Display) -> Self {
        Self::File { file: path.as_ref().display().to_string(), problem: problem.to_string() }
    }

    /// Process exit code: 2 for wrong use or wrong input, 4 for a fault of the program.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::File { .. } | Self::Diagnostics(_) => 2,
            Self::Internal(_) => 4,
        }
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Diagnostics(vec![diagnostic])
    }
}

/// One mistake at one place of a file that people write.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// File as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    snippet: String,
}

impl Diagnostic {
    /// A mistake in `source` at the byte range `span`.
    #[must_use]
    pub fn new(file: &str, source: &str, span: Range<usize>, message: impl Into<String>, help: Option<String>) -> Self {
        let start = floor_boundary(source, span.start.min(source.len()));
        let end = floor_boundary(source, span.end.clamp(start, source.len()));
        let before = &source[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let message = message.into();
        if holds_secret(source, start..end) {
            let message = without_values(&message);
            let snippet = format!(
                "error: {message}\n --> {file}:{line}:{column}\n  the line is not shown, because it seems to hold a secret; name secrets by `file` or `env`"
            );
            return Self { file: file.to_owned(), line, column, message, help, snippet };
        }
        let mut group = Level::ERROR
            .primary_title(message.as_str())
            .element(Snippet::source(source).path(file).annotation(AnnotationKind::Primary.span(start..end)));
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let snippet = Renderer::plain().render(&[group]);
        Self { file: file.to_owned(), line, column, message, help, snippet }
    }
}

/// Whether the lines of a mistake hold what must not reach a log: somebody put a password where a reference belongs.
fn holds_secret(source: &str, span: Range<usize>) -> bool {
    const NAMES: [&str; 6] = ["password", "passphrase", "adgangskode", "secret", "token", "private-key"];
    let from = source[..span.start].rfind('\n').map_or(0, |n| n + 1);
    let to = source[span.end..].find('\n').map_or(source.len(), |n| span.end + n);
    let lines = &source[from..to];
    let named = |line: &str| {
        line.split_once('=').is_some_and(|(key, value)| {
            let by_reference = value.trim_start().starts_with('{');
            !by_reference && nearest(&key.trim().to_ascii_lowercase(), NAMES).is_some()
        })
    };
    lines.lines().any(named) || !redact(lines.as_bytes(), "text/plain").counts.is_empty()
}

/// A parser's message quotes the value it did not expect.
fn without_values(message: &str) -> String {
    let parts = message.split('"').enumerate();
    let parts: Vec<_> = parts.map(|(number, part)| if number % 2 == 1 { "..." } else { part }).collect();
    let text = parts.join("\"");
    String::from_utf8_lossy(&redact(text.as_bytes(), "text/plain").bytes).into_owned()
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.snippet)
    }
}

fn render_all(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n")
}
