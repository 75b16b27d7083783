//! `kravprobe usage summarise|guess|compare`: logs without a profile.

mod events;

use super::{Common, Format};
use crate::error::{Error, Result};
use crate::language::{Language, Text};
use crate::usage::compare::{Comparison, Package, Rules, compare};
use crate::usage::input::expand;
use crate::usage::read::{self, Options, Usage};
use crate::usage::summary::{BadKind, Distribution, Ended, File, Found, Group, Overview, Precision, Sample};
use crate::usage::tally::Limits;
use crate::usage::{guess, read as reader};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Arguments of `usage`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Count calls, errors, durations, days and gaps per integration, municipality, service and system
    Summarise(SummariseArgs),
    /// Propose a mapping for a file, with samples
    Guess(GuessArgs),
    /// Compare municipalities by package: how much of each is in use
    Compare(CompareArgs),
    /// Show what a log of events holds: how many of each kind, the first, the newest, and what cannot be read
    Events(events::Args),
}

#[derive(Debug, clap::Args)]
struct Input {
    /// Logs: CSV, JSON lines or XLSX, also gzip or zstd compressed; folders and patterns such as `logs/*.csv.gz`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// What the columns are: a shipped mapping (`kravprobe`, `sapa-revisionslog`) or a file.
    ///
    /// The shipped mapping that fits, when absent. `kravprobe usage guess` proposes one for other files.
    #[arg(long, value_name = "MAPPING")]
    mapping: Option<String>,
    /// Memory for durations and times, MB. Beyond it percentiles are approximate, and the summary says so.
    #[arg(long, default_value_t = 256, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    memory: u64,
}

#[derive(Debug, clap::Args)]
struct SummariseArgs {
    #[command(flatten)]
    input: Input,
}

#[derive(Debug, clap::Args)]
struct GuessArgs {
    /// The file to look at.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct CompareArgs {
    #[command(flatten)]
    input: Input,
    /// A package and its integrations, such as `Beskeder=SF1461,SF1462`; each integration on its own, when absent.
    #[arg(long = "package", value_name = "NAME=SF...")]
    packages: Vec<String>,
    /// Count the calls of this system alone, and hide other vendors'. May be given more than once.
    #[arg(long = "system", value_name = "SYSTEM")]
    systems: Vec<String>,
    /// Calls before this instant (RFC 3339) do not count as use.
    #[arg(long, value_name = "RFC3339")]
    since: Option<Timestamp>,
    /// Show all 98 municipalities, those without calls too.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(args: &Args, common: Common, as_csv: bool) -> Result<u8> {
    match &args.what {
        What::Summarise(args) => {
            let usage = read(&args.input, common)?;
            match common.format {
                Format::Json => json(&usage, common)?,
                Format::Text if as_csv => csv(&usage, common)?,
                Format::Text => summary_text(&usage, common),
            }
            Ok(exit_code(&usage))
        }
        What::Guess(args) => {
            common.print(&guess::propose(&args.file)?);
            Ok(0)
        }
        What::Events(args) => events::run(args, common),
        What::Compare(args) => {
            let packages: Result<Vec<Package>> = args.packages.iter().map(|text| text.parse()).collect();
            let rules = Rules { packages: packages?, systems: args.systems.clone(), since: args.since, all: args.all };
            let usage = read(&args.input, common)?;
            let comparison = compare(usage.groups(), &rules);
            match common.format {
                Format::Json => common.print_json(&comparison)?,
                Format::Text if as_csv => comparison_csv(&comparison, common)?,
                Format::Text => common.print(&comparison_text(&comparison, common.lang)),
            }
            complain(&usage.overview, common);
            Ok(exit_code(&usage))
        }
    }
}

/// 3 when something could not be read to its end, or nothing was counted.
fn exit_code(usage: &Usage) -> u8 {
    if usage.overview.is_complete() { 0 } else { 3 }
}

fn read(input: &Input, common: Common) -> Result<Usage> {
    let files = expand(&input.files)?;
    let ready = read::mapping(input.mapping.as_deref(), &files)?;
    let limits = Limits { samples: input.memory * 1024 * 1024 / 8, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    if common.quiet || !std::io::stderr().is_terminal() {
        return reader::read(&files, &ready, &options);
    }
    let progress = Arc::clone(&options.progress);
    with_bar(&files, &progress, || reader::read(&files, &ready, &options))
}

/// Does something that counts bytes of files, with a progress bar.
fn with_bar<T>(files: &[PathBuf], progress: &AtomicU64, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let total = files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|metadata| metadata.len()).sum();
    let bar = ProgressBar::new(total);
    let style = "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
    bar.set_style(ProgressStyle::with_template(style).map_err(|e| Error::Internal(e.to_string()))?);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                bar.set_position(progress.load(Ordering::Relaxed));
                std::thread::sleep(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        let read = read();
        done.store(true, Ordering::Relaxed);
        read
    })
}

/// The summary as JSON, written group by group.
fn json(usage: &Usage, common: Common) -> Result<()> {
    let fault = |e: serde_json::Error| Error::Internal(e.to_string());
    let overview = serde_json::to_string_pretty(&usage.overview).map_err(fault)?;
    let open = overview.trim_end().strip_suffix('}').unwrap_or(&overview).trim_end().to_owned();
    common.print_part(&format!("{open},\n  \"groups\": ["));
    for (number, group) in usage.groups().enumerate() {
        let text = serde_json::to_string(&group).map_err(fault)?;
        common.print_part(&format!("{}\n    {text}", if number == 0 { "" } else { "," }));
    }
    common.print("\n  ]\n}");
    Ok(())
}

const COLUMNS: [&str; 22] = [
    "environment",
    "integration",
    "version",
    "municipality",
    "service",
    "system",
    "direction",
    "mailbox",
    "calls",
    "errors",
    "unknown",
    "error_percent",
    "first",
    "newest",
    "newest_success",
    "p50_ms",
    "p95_ms",
    "max_ms",
    "active_days",
    "busiest_day",
    "largest_gap_seconds",
    "precision",
];

fn csv(usage: &Usage, common: Common) -> Result<()> {
    let precision = match usage.overview.precision {
        Precision::Exact => "exact",
        Precision::Bounded => "bounded",
    };
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(1 << 16));
    let fault = |e: csv::Error| Error::Internal(e.to_string());
    writer.write_record(COLUMNS).map_err(fault)?;
    for (number, group) in usage.groups().enumerate() {
        let instant = |at: Option<Timestamp>| at.map_or(String::new(), |at| at.to_string());
        let millis =
            |value: fn(&Distribution) -> f64| group.duration.as_ref().map_or(String::new(), |d| value(d).to_string());
        let key = &group.key;
        let texts = [
            &key.environment,
            &key.integration,
            &key.version,
            &key.municipality,
            &key.service,
            &key.system,
            &key.direction,
            &key.mailbox,
        ];
        let mut record: Vec<String> = texts.into_iter().map(|text| harmless_cell(text)).collect();
        record.extend([
            group.calls.to_string(),
            group.errors.to_string(),
            group.unknown.to_string(),
            group.error_percent.map_or(String::new(), |percent| percent.to_string()),
            group.first.to_string(),
            group.newest.to_string(),
            instant(group.newest_success),
            millis(|d| d.p50),
            millis(|d| d.p95),
            millis(|d| d.max),
            group.days.len().to_string(),
            group.days.iter().map(|day| day.calls).max().unwrap_or(0).to_string(),
            group.largest_gap_seconds.map_or(String::new(), |gap| gap.to_string()),
            precision.to_owned(),
        ]);
        writer.write_record(&record).map_err(fault)?;
        if number % 256 == 255 {
            flush(&mut writer, common)?;
        }
    }
    flush(&mut writer, common)?;
    complain(&usage.overview, common);
    Ok(())
}

fn flush(writer: &mut csv::Writer<Vec<u8>>, common: Common) -> Result<()> {
    let full = std::mem::replace(writer, csv::Writer::from_writer(Vec::with_capacity(1 << 16)));
    let bytes = full.into_inner().map_err(|e| Error::Internal(e.to_string()))?;
    common.print_part(&String::from_utf8_lossy(&bytes));
    Ok(())
}

/// A spreadsheet takes text that begins so for a formula.
fn harmless_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// What is wrong with the input, on the error output: a table for programs has no place for it.
fn complain(overview: &Overview, common: Common) {
    if !common.quiet {
        let text = problems(overview, common.lang);
        if !text.is_empty() {
            eprint!("{}", crate::render::harmless(&text));
        }
    }
}

/// Groups that are printed as text.
const SHOWN: usize = 40;

fn summary_text(usage: &Usage, common: Common) {
    let (overview, lang) = (&usage.overview, common.lang);
    let mut out = String::new();
    let word = |da, en| Text { da, en }.get(lang);
    let _ = writeln!(
        out,
        "{} {}, {} {} · {} {} · mapping `{}`",
        number(overview.rows),
        if overview.rows == 1 { word("kald", "call") } else { word("kald", "calls") },
        number(overview.group_count as u64),
        if overview.group_count == 1 { word("gruppe", "group") } else { word("grupper", "groups") },
        overview.files.len(),
        if overview.files.len() == 1 { word("fil", "file") } else { word("filer", "files") },
        overview.mapping,
    );
    out.push_str(&problems(overview, lang));
    let _ = writeln!(
        out,
        "\n{:<10} {:<10} {:<24} {:<20} {:>11} {:>8} {:>9} {:>9} {:>9}  {:<16} {:>13} {:>5}",
        "integration",
        word("kommune", "CVR"),
        "service",
        "system",
        word("kald", "calls"),
        word("fejl %", "errors %"),
        "p50 ms",
        "p95 ms",
        "max ms",
        word("seneste", "newest"),
        word("længste pause", "longest pause"),
        word("dage", "days"),
    );
    for group in usage.groups().take(SHOWN) {
        line(&mut out, &group, lang);
    }
    if overview.group_count > SHOWN {
        let _ = writeln!(
            out,
            "{} {} {}",
            word("...", "..."),
            overview.group_count - SHOWN,
            word("grupper mere; --format csv viser alle", "more groups; --format csv shows all"),
        );
    }
    common.print(&crate::render::harmless(&out));
}

fn line(out: &mut String, group: &Group, lang: Language) {
    let millis = |value: Option<f64>| value.map_or("-".to_owned(), |value| decimal(value.to_string(), lang));
    let key = &group.key;
    let _ = writeln!(
        out,
        "{:<10} {:<10} {:<24} {:<20} {:>11} {:>8} {:>9} {:>9} {:>9}  {:<16} {:>13} {:>5}",
        cut(&key.integration, 10),
        cut(&key.municipality, 10),
        cut(&key.service, 24),
        cut(&key.system, 20),
        number(group.calls),
        group.error_percent.map_or("-".to_owned(), |percent| decimal(format!("{percent:.2}"), lang)),
        millis(group.duration.map(|d| d.p50)),
        millis(group.duration.map(|d| d.p95)),
        millis(group.duration.map(|d| d.max)),
        danish(group.newest),
        group.largest_gap_seconds.map_or("-".to_owned(), |seconds| span(seconds, lang)),
        group.days.len(),
    );
}

fn cut(text: &str, width: usize) -> String {
    if text.is_empty() {
        return "-".into();
    }
    if text.chars().count() <= width {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(width - 1).collect::<String>())
    }
}

fn danish(at: Timestamp) -> String {
    crate::denmark::danish(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A number as readers of the language write it.
fn decimal(number: String, lang: Language) -> String {
    match lang {
        Language::Da => number.replace('.', ","),
        Language::En => number,
    }
}

fn span(seconds: u32, lang: Language) -> String {
    let hours = Text { da: "t", en: "h" }.get(lang);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} {hours}", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number with spaces between thousands.
fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Everything that makes the numbers less than the whole truth.
fn problems(overview: &Overview, lang: Language) -> String {
    let mut out = String::new();
    let word = |da, en| Text { da, en }.get(lang);
    file_problems(&mut out, &overview.files, lang);
    if overview.bad_lines > 0 {
        let _ = writeln!(
            out,
            "! {} {}",
            number(overview.bad_lines),
            if overview.bad_lines == 1 {
                word("linje kunne ikke bruges:", "line could not be used:")
            } else {
                word("linjer kunne ikke bruges:", "lines could not be used:")
            }
        );
    }
    for bad in &overview.bad {
        let _ = writeln!(out, "  {:>9}  {}", number(bad.count), bad_kind(bad.kind).get(lang));
        bad.samples.iter().take(2).for_each(|bad| sample(&mut out, bad));
    }
    finds(&mut out, &overview.found, lang);
    let counts = [
        (overview.duplicates, word("gentagne linjer er talt én gang", "repeated lines were counted once")),
        (
            overview.conflicting_ids,
            word("log-id'er står på linjer med forskelligt indhold", "log ids stand on lines of different content"),
        ),
        (overview.without_log_id, word("linjer mangler log-id", "lines lack a log id")),
        (overview.without_integration, word("kald nævner ingen integration", "calls name no integration")),
        (overview.windows_1252, word("linjer er læst som Windows-1252", "lines were read as Windows-1252")),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = writeln!(out, "! {} {what}", number(count));
    }
    if overview.precision == Precision::Bounded {
        out.push_str(word(
            "! Hukommelsesgrænsen er nået: percentiler er op til 1,6 % for høje, og pauser inden for en dag ses ikke (--memory)\n",
            "! The memory limit was passed: percentiles are up to 1.6 % too high, and pauses within a day are not seen (--memory)\n",
        ));
    }
    out
}

/// What is wrong with files.
fn file_problems(out: &mut String, files: &[File], lang: Language) {
    let word = |da, en| Text { da, en }.get(lang);
    for file in files {
        let what = match &file.ended {
            Ended::Complete => continue,
            Ended::Empty => word("er tom", "is empty").to_owned(),
            Ended::HeaderOnly => word("har kun en overskrift", "holds a header alone").to_owned(),
            Ended::Damaged(problem) => format!(
                "{}: {problem}",
                word(
                    "er beskadiget, og kun det før skaden er talt med",
                    "is damaged, and only what comes before counts"
                )
            ),
        };
        let _ = writeln!(out, "! {} {what}", file.name);
    }
}

/// A bad line.
fn sample(out: &mut String, bad: &Sample) {
    let _ = writeln!(out, "             {}:{}: {}", bad.place.file, bad.place.line, cut(&bad.text, 120));
}

/// CPR numbers and secrets that were found.
fn finds(out: &mut String, found: &[Found], lang: Language) {
    let word = |da, en| Text { da, en }.get(lang);
    for found in found.iter().filter(|found| found.kind != "ten-digits") {
        let places: Vec<_> =
            found.places.iter().take(3).map(|place| format!("{}:{}", place.file, place.line)).collect();
        let what = if found.kind == "cpr" { word("CPR-numre", "CPR numbers") } else { found.kind.as_str() };
        let _ = writeln!(
            out,
            "! {} {what} {} `{}`: {}",
            number(found.count),
            word("i kolonnen", "in column"),
            found.column,
            places.join(", ")
        );
    }
}

const fn bad_kind(kind: BadKind) -> Text {
    match kind {
        BadKind::ColumnCount => Text { da: "forkert antal kolonner", en: "wrong number of columns" },
        BadKind::UnclosedQuote => {
            Text { da: "anførselstegn der aldrig lukkes", en: "a quotation mark that is never closed" }
        }
        BadKind::TooLong => Text { da: "længere end 16 MiB", en: "longer than 16 MiB" },
        BadKind::CutOff => {
            Text { da: "afbrudt, fordi filen er beskadiget", en: "cut off, because the file is damaged" }
        }
        BadKind::NotJson => Text { da: "intet JSON-objekt", en: "no JSON object" },
        BadKind::Encoding => Text { da: "ikke i det angivne tegnsæt", en: "not in the named encoding" },
        BadKind::TimeMissing => Text { da: "uden tidspunkt", en: "without a time" },
        BadKind::TimeUnreadable => Text { da: "tidspunkt der ikke kan læses", en: "a time that cannot be read" },
        BadKind::TimeAmbiguous => Text {
            da: "dag og måned kan forveksles; angiv `form` i mappingen",
            en: "day and month could be exchanged; name the `form` in the mapping",
        },
        BadKind::TimeOfDayMissing => Text { da: "dato uden klokkeslæt", en: "a date without a time of day" },
        BadKind::TimeWithoutZone => Text { da: "tidspunkt uden tidszone", en: "a time without a zone" },
        BadKind::TimeRepeatedHour => Text {
            da: "i timen der gentages, når sommertiden slutter; angiv `repeated_hour`",
            en: "in the hour that repeats when summer time ends; name `repeated_hour`",
        },
        BadKind::TimeSkippedHour => Text {
            da: "i timen der springes over, når sommertiden begynder",
            en: "in the hour that is skipped when summer time begins",
        },
        BadKind::TimeOutOfRange => {
            Text { da: "tidspunkt før 2000 eller efter 2099", en: "a time before 2000 or after 2099" }
        }
        BadKind::Duration => Text { da: "varighed der ikke kan læses", en: "a duration that cannot be read" },
        BadKind::Attempts => {
            Text { da: "leveranceforsøg der ikke er et tal", en: "delivery attempts that are no number" }
        }
        BadKind::MessageTime => Text {
            da: "tidspunkt for leverance eller kvittering, der ikke kan læses",
            en: "a time of delivery or acknowledgement that cannot be read",
        },
        BadKind::Size => Text { da: "størrelse der ikke er et tal", en: "a size that is no number" },
        BadKind::NameTooLong => Text { da: "navn på over 1000 tegn", en: "a name longer than 1000 bytes" },
    }
}

fn comparison_text(comparison: &Comparison, lang: Language) -> String {
    let word = |da, en| Text { da, en }.get(lang);
    let width =
        comparison.packages.iter().map(|package| package.name.chars().count().min(20)).max().unwrap_or(0).max(6);
    let mut out = format!("{:<26}", word("kommune", "municipality"));
    for package in &comparison.packages {
        let _ = write!(out, " {:>width$}", cut(&package.name, 20));
    }
    out.push('\n');
    for row in &comparison.rows {
        let name = row.name.clone().unwrap_or_else(|| format!("{} {}", word("ukendt", "unknown"), cut(&row.cvr, 16)));
        let _ = write!(out, "{:<26}", cut(&name, 26));
        for cell in &row.cells {
            let _ = write!(out, " {:>width$}", format!("{} %", cell.percent));
        }
        out.push('\n');
    }
    for package in comparison.packages.iter().filter(|package| package.integrations.len() > 1) {
        let _ = writeln!(out, "{}: {}", package.name, package.integrations.join(", "));
    }
    for (count, what) in [
        (
            comparison.hidden_calls,
            word("kald fra andre systemer er ikke talt med", "calls of other systems are left out"),
        ),
        (comparison.unnamed_calls, word("kald nævner ingen integration", "calls name no integration")),
    ] {
        if count > 0 {
            let _ = writeln!(out, "{} {what}", number(count));
        }
    }
    crate::render::harmless(&out)
}

fn comparison_csv(comparison: &Comparison, common: Common) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fault = |e: csv::Error| Error::Internal(e.to_string());
    writer
        .write_record(["municipality", "cvr", "package", "percent", "used", "missing", "calls", "newest"])
        .map_err(fault)?;
    for row in &comparison.rows {
        for (cell, package) in row.cells.iter().zip(&comparison.packages) {
            writer
                .write_record([
                    row.name.as_deref().unwrap_or_default(),
                    &harmless_cell(&row.cvr),
                    &harmless_cell(&package.name),
                    &cell.percent.to_string(),
                    &cell.used.join(" "),
                    &cell.missing.join(" "),
                    &cell.calls.to_string(),
                    &cell.newest.map_or(String::new(), |at| at.to_string()),
                ])
                .map_err(fault)?;
        }
    }
    flush(&mut writer, common)
}
