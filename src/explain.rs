//! What a check is, for people: `kravprobe explain CHECK`, and the pages of `docs/checks`.

pub mod generate;

use crate::check::{Default, Meta};
use crate::language::{Language, Text};
use crate::render::words as w;
use std::fmt::Write;

const FAMILY: Text = Text { da: "Emne", en: "Subject" };
const METHOD: Text = w::METHOD;
const ROWS: Text = Text { da: "Rækker i faktatabellerne", en: "Rows of the fact tables" };
const SOURCES: Text = Text { da: "Kilder", en: "Sources" };
const PARAMETERS: Text = w::PARAMETERS;
const NO_PARAMETERS: Text = Text { da: "Ingen.", en: "None." };
const DEFAULT: Text = Text { da: "standardværdi", en: "default" };
const REMEDY: Text = w::REMEDY;
const BACKGROUND: Text = Text { da: "Baggrund (på engelsk)", en: "Background" };

// Below, the results of `write!` are ignored: writing to a String cannot fail.

/// Everything about a check, as Markdown that reads well on a terminal.
#[must_use]
pub fn explain(meta: &Meta, language: Language) -> String {
    let t = |text: &Text| text.get(language);
    let mut out = format!("# {}\n\n{}\n\n", meta.id, meta.title.get(language));
    let facts = [
        (t(&FAMILY), meta.family.name().to_owned()),
        (t(&METHOD), meta.method.text().get(language).to_owned()),
        (t(&w::BASIS), meta.basis.text().get(language).to_owned()),
        (t(&ROWS), meta.rows.join(", ")),
    ];
    for (label, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "- {label}: {value}");
    }
    let _ = writeln!(out, "\n## {}\n\n{}", t(&REMEDY), meta.remediation.get(language));
    let _ = write!(out, "\n## {}\n\n", t(&PARAMETERS));
    if meta.parameters.is_empty() {
        let _ = writeln!(out, "{}", t(&NO_PARAMETERS));
    }
    for parameter in meta.parameters {
        let kind = parameter.default.type_name();
        let default = default_value(&parameter.default);
        let _ = writeln!(out, "- `{}` ({kind}, {} {default}): {}", parameter.name, t(&DEFAULT), parameter.doc);
    }
    let _ = write!(out, "\n## {}\n\n{}", t(&SOURCES), sources(meta));
    let _ = writeln!(out, "\n## {}\n\n{}", t(&BACKGROUND), background(meta, 1));
    out
}

/// The doc comment; its headings are set `deeper` levels down.
fn background(meta: &Meta, deeper: usize) -> String {
    let lines = meta.doc.iter().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with('#') { format!("{}{line}", "#".repeat(deeper)) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn sources(meta: &Meta) -> String {
    let sources = meta.sources.iter().map(|source| format!("- {}, {}", source.document, source.clause));
    sources.collect::<Vec<_>>().join("\n") + "\n"
}

fn default_value(default: &Default) -> String {
    match default {
        Default::Integer(n) => format!("`{n}`"),
        Default::Text(s) => format!("`\"{s}\"`"),
        Default::Boolean(b) => format!("`{b}`"),
        Default::List(items) => {
            let items: Vec<_> = items.iter().map(|item| format!("\"{item}\"")).collect();
            format!("`[{}]`", items.join(", "))
        }
    }
}
