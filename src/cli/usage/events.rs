//! `kravprobe usage events`: what a log of events holds, without a profile.

use super::super::{Common, Format};
use super::{bad_kind, danish, file_problems, finds, number, sample, with_bar};
use crate::error::Result;
use crate::language::{Language, Text};
use crate::usage::event::{EventKind, Field};
use crate::usage::events::mapping::EventMapping;
use crate::usage::events::{EventLogRead, Rules, read};
use crate::usage::input::expand;
use crate::usage::summary::{Bad, Ended, File, Found};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;

/// Arguments of `usage events`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Logs of events: CSV, JSON lines or XLSX, also gzip or zstd compressed; folders and patterns such as `logs/*.csv.gz`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// What the columns are and which values mean which event: the shipped mapping `kravprobe-events`, or a file.
    #[arg(long, default_value = "kravprobe-events", value_name = "MAPPING")]
    mapping: String,
}

/// What a log holds, without the events themselves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    mapping: &'a str,
    events: usize,
    kinds: BTreeMap<EventKind, Kind>,
    fields: &'a [Field],
    unnamed_lines: u64,
    repeated_lines: u64,
    bad_lines: u64,
    bad: &'a [Bad],
    found: &'a [Found],
    files: &'a [File],
}

/// Events of one kind.
#[derive(Clone, Copy, Debug, Serialize)]
struct Kind {
    count: u64,
    first: Timestamp,
    newest: Timestamp,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let files = expand(&args.files)?;
    let ready = EventMapping::load(&args.mapping)?;
    let rules = Rules::default();
    let read = if common.quiet || !std::io::stderr().is_terminal() {
        read(&files, &ready, &rules)?
    } else {
        let progress = Arc::clone(&rules.progress);
        with_bar(&files, &progress, || read(&files, &ready, &rules))?
    };
    let shown = shown(&read, &ready.mapping.name);
    match common.format {
        Format::Json => common.print_json(&shown)?,
        Format::Text => common.print(&crate::render::harmless(&text(&shown, common.lang))),
    }
    let is_complete = shown.events > 0 && read.files.iter().all(|file| !matches!(file.ended, Ended::Damaged(_)));
    Ok(if is_complete { 0 } else { 3 })
}

fn shown<'a>(read: &'a EventLogRead, mapping: &'a str) -> Shown<'a> {
    let log = &read.events;
    let mut kinds: BTreeMap<EventKind, Kind> = BTreeMap::new();
    for event in &log.events {
        let kind = kinds.entry(event.kind).or_insert(Kind { count: 0, first: event.time, newest: event.time });
        kind.count += 1;
        kind.first = kind.first.min(event.time);
        kind.newest = kind.newest.max(event.time);
    }
    Shown {
        mapping,
        events: log.events.len(),
        kinds,
        fields: &log.fields,
        unnamed_lines: log.unnamed_lines,
        repeated_lines: log.repeated_lines,
        bad_lines: log.bad_lines,
        bad: &read.bad,
        found: &log.found,
        files: &read.files,
    }
}

fn text(shown: &Shown<'_>, lang: Language) -> String {
    let word = |da, en| Text { da, en }.get(lang);
    let mut out = format!(
        "{} {} · {} {} · {} `{}`\n",
        number(shown.events as u64),
        if shown.events == 1 { word("hændelse", "event") } else { word("hændelser", "events") },
        shown.files.len(),
        word("filer", "files"),
        "mapping",
        shown.mapping,
    );
    file_problems(&mut out, shown.files, lang);
    if shown.bad_lines > 0 {
        let _ = writeln!(
            out,
            "! {} {}",
            number(shown.bad_lines),
            if shown.bad_lines == 1 {
                word("linje kunne ikke bruges:", "line could not be used:")
            } else {
                word("linjer kunne ikke bruges:", "lines could not be used:")
            }
        );
    }
    for bad in shown.bad {
        let _ = writeln!(out, "  {:>9}  {}", number(bad.count), bad_kind(bad.kind).get(lang));
        bad.samples.iter().take(2).for_each(|bad| sample(&mut out, bad));
    }
    finds(&mut out, shown.found, lang);
    for (count, what) in [
        (shown.repeated_lines, word("gentagne linjer er talt én gang", "repeated lines were counted once")),
        (
            shown.unnamed_lines,
            word(
                "linjer har en hændelse, som mappingen ikke nævner",
                "lines have an event that the mapping does not name",
            ),
        ),
    ] {
        if count > 0 {
            let _ = writeln!(out, "! {} {what}", number(count));
        }
    }
    let _ = writeln!(
        out,
        "\n{:<18} {:>11}  {:<16}  {:<16}",
        word("hændelse", "event"),
        word("antal", "count"),
        word("første", "first"),
        word("seneste", "newest")
    );
    for (kind, counts) in &shown.kinds {
        let _ = writeln!(
            out,
            "{:<18} {:>11}  {:<16}  {:<16}",
            name(kind),
            number(counts.count),
            danish(counts.first),
            danish(counts.newest)
        );
    }
    let fields: Vec<_> = shown.fields.iter().map(name).collect();
    let _ = writeln!(out, "\n{}: {}", word("felter", "fields"), fields.join(", "));
    out
}

/// A kind or field as mappings name it.
fn name(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
