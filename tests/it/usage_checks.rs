//! The checks on logs of calls: each with logs that pass it and that break it, and what it comes to written by hand. The logs are read by
//! the program's own reader.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kravprobe::check::{Parameters, Value};
use kravprobe::checks::usage::CHECKS;
use kravprobe::outcome::Outcome;
use kravprobe::subject::usage::{Claimed, ID, JSON, LogFacts, Relations, Reported, UsageLog};
use kravprobe::subject::{Blob, UsageSubject};
use kravprobe::target::usage::{Covers, Keeper};
use kravprobe::usage::mapping::Mapping;
use kravprobe::usage::read::{Options, read};
use kravprobe::usage::summary::{Ended, Summary};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Error, Fail, Inconclusive, NotApplicable, NotTested, Pass};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const KBH: &str = "64942212";
const FREDERIKSBERG: &str = "11259979";
/// A Friday.
const LAST: Date = date(2026, 11, 20);

/// A line of a log in the program's own form, with one column that nobody maps.
#[derive(Clone, Debug)]
struct Line {
    time: Timestamp,
    environment: &'static str,
    integration: &'static str,
    version: &'static str,
    service: &'static str,
    cvr: &'static str,
    status: &'static str,
    /// Of a message: attempts, seconds since its delivery, and until its acknowledgement.
    message: Option<(u32, i64, i64)>,
    id: Option<u32>,
    text: String,
}

impl Line {
    fn new(day: Date, hour: i8, integration: &'static str, version: &'static str, service: &'static str) -> Self {
        Self {
            time: at(day, hour),
            environment: "",
            integration,
            version,
            service,
            cvr: KBH,
            status: "200",
            message: None,
            id: None,
            text: String::new(),
        }
    }

    fn csv(&self, number: usize) -> String {
        let plus = |seconds: i64| (self.time + SignedDuration::from_secs(seconds)).to_string();
        let message = self.message.map(|(attempts, since, until)| {
            format!("q1,besked-{number},{attempts},{},{}", plus(-since), plus(until - since))
        });
        let id = self.id.map_or_else(String::new, |id| format!("l{id}"));
        let Self { time, environment, integration, version, service, cvr, status, text, .. } = self;
        let message = message.unwrap_or_else(|| ",,,,".to_owned());
        format!(
            "{time},{environment},{integration},{version},{service},{cvr},Fagsystem,{status},{message},{id},{text}\n"
        )
    }
}

fn at(day: Date, hour: i8) -> Timestamp {
    day.at(hour, 0, 0, 0).to_zoned(TimeZone::get("Europe/Copenhagen").unwrap()).unwrap().timestamp()
}

fn days() -> impl Iterator<Item = Date> {
    let end = LAST.yesterday().unwrap();
    date(2026, 10, 1).series(jiff::Span::new().days(1)).take_while(move |day| *day <= end)
}

/// What a good system writes on each day.
fn good() -> Vec<Line> {
    let mut lines = Vec::new();
    for day in days() {
        lines.push(Line::new(day, 3, "SF1320_A", "2.2", "CprHaendelse"));
        lines.push(Line::new(day, 4, "SF1500", "6.0", "FremsoegObjekthierarki"));
        for hour in 8..12 {
            lines.push(Line::new(day, hour, "SF1470", "6.0", "SagDokumentIndeks"));
            lines.push(Line { message: Some((1, 30, 31)), ..Line::new(day, hour, "SF1461", "2.0", "BeskedModtag") });
        }
    }
    for (id, line) in (0..).zip(&mut lines) {
        line.id = Some(id);
    }
    lines
}

const HEADER: &str = "time,environment,integration,version,service,municipality_cvr,system,status,dueslag,besked_id,attempts,delivered,acked,log_id,text\n";

fn summary_of(text: &str) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, text).unwrap();
    let options = Options { workers: 1, ..Options::default() };
    let mut summary = read(&[path], &Mapping::load("kravprobe").unwrap(), &options).unwrap().summary();
    "log.csv".clone_into(&mut summary.overview.files[0].name);
    summary
}

fn summary(lines: &[Line]) -> Summary {
    let rows: Vec<_> = lines.iter().enumerate().map(|(number, line)| line.csv(number)).collect();
    summary_of(&format!("{HEADER}{}", rows.concat()))
}

fn blob<T: serde::Serialize>(value: &T) -> Blob {
    Blob::new(JSON, serde_json::to_vec(value).unwrap())
}

fn log(summary: &Summary) -> UsageLog {
    UsageLog {
        facts: LogFacts {
            name: "kald".to_owned(),
            kept_by: Keeper::Supplier,
            covers: Some(Covers {
                from: at(date(2026, 10, 1), 0),
                until: at(LAST, 0),
                integrations: Vec::new(),
                municipalities: Vec::new(),
            }),
            bad_lines_per_100000: 10,
            files: Vec::new(),
            mapping: Blob::new("application/toml", Vec::new()),
        },
        newest_line: summary.groups.iter().map(|group| group.newest).max(),
        summary: blob(summary),
        calls_without_system: 0,
        other_calls: 0,
    }
}

fn subject_of(summary: &Summary) -> UsageSubject {
    UsageSubject {
        id: ID.to_owned(),
        environment: Environment::Production,
        at: at(LAST, 12),
        systems: Vec::new(),
        municipalities: vec![KBH.to_owned()],
        go_live: Some(date(2026, 10, 1)),
        logs: vec![log(summary)],
        reported: Some(blob(&[reported("SF1470", 20 * 4)])),
        claimed: Some(blob(&[claimed(100)])),
        portfolio: Some(blob(&relations(&["SF1320", "SF1461", "SF1470", "SF1500"]))),
    }
}

fn reported(integration: &str, calls: u64) -> Reported {
    Reported {
        integration: integration.to_owned(),
        municipality_cvr: Some(KBH.to_owned()),
        from: date(2026, 10, 10),
        until: date(2026, 10, 29),
        calls,
    }
}

fn claimed(percent: u32) -> Claimed {
    let integrations = ["SF1461", "SF1320"].map(str::to_owned).to_vec();
    Claimed { package: "Beskeder".to_owned(), integrations, municipality_cvr: KBH.to_owned(), percent }
}

fn relations(integrations: &[&str]) -> Relations {
    let integrations: Vec<_> = integrations.iter().map(|i| (*i).to_owned()).collect();
    Relations { system: "Fagsystem".to_owned(), interfaces: integrations.clone(), integrations, unreachable: None }
}

fn subject(lines: &[Line]) -> UsageSubject {
    subject_of(&summary(lines))
}

/// The subject of the good lines, read once.
fn good_subject() -> UsageSubject {
    static SUBJECT: LazyLock<UsageSubject> = LazyLock::new(|| subject(&good()));
    SUBJECT.clone()
}

/// The good lines, changed one by one; `None` takes a line away.
fn with(change: impl Fn(Line) -> Option<Line>) -> UsageSubject {
    subject(&good().into_iter().filter_map(change).collect::<Vec<_>>())
}

/// The good lines and others.
fn and(others: &[Line]) -> UsageSubject {
    let mut lines = good();
    lines.extend_from_slice(others);
    lines.sort_by_key(|line| line.time);
    subject(&lines)
}

/// A subject with something changed.
fn set(mut subject: UsageSubject, change: impl FnOnce(&mut UsageSubject)) -> UsageSubject {
    change(&mut subject);
    subject
}

/// A subject whose one log has something changed in its summary.
fn resummed(subject: UsageSubject, change: impl FnOnce(&mut Summary)) -> UsageSubject {
    set(subject, |subject| {
        let mut summary: Summary = serde_json::from_slice(subject.logs[0].summary.data()).unwrap();
        change(&mut summary);
        subject.logs[0].summary = blob(&summary);
    })
}

/// Whose one log holds the calls of some municipalities alone.
fn of_municipalities(subject: UsageSubject, cvrs: &[&str]) -> UsageSubject {
    set(subject, |s| {
        s.logs[0].facts.covers.as_mut().unwrap().municipalities = cvrs.iter().map(|&cvr| cvr.to_owned()).collect();
    })
}

fn without_covers(subject: UsageSubject) -> UsageSubject {
    set(subject, |s| s.logs[0].facts.covers = None)
}

fn damaged(subject: UsageSubject) -> UsageSubject {
    resummed(subject, |summary| summary.overview.files[0].ended = Ended::Damaged("cut off".to_owned()))
}

/// A subject whose log ends so many days before the run.
fn old(subject: UsageSubject, days: i64) -> UsageSubject {
    set(subject, |s| s.at += SignedDuration::from_hours(24 * days))
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|i| (*i).to_owned()).collect())
}

fn judged(id: &str, subject: &UsageSubject, settings: &[(&str, Value)]) -> Outcome {
    let check = CHECKS.iter().find(|c| c.meta().id == id).unwrap_or_else(|| panic!("{id} is not registered"));
    let mut parameters = Parameters::defaults(check.meta());
    for (name, value) in settings {
        assert!(parameters.0.insert((*name).to_owned(), value.clone()).is_some(), "{id} has no {name}");
    }
    check.judge(subject, &parameters)
}

struct Case {
    id: &'static str,
    verdict: Verdict,
    why: &'static str,
    subject: UsageSubject,
    settings: Vec<(&'static str, Value)>,
}

/// The cases of one check; `settings` are what its profile would say.
struct Table<'a> {
    cases: &'a mut Vec<Case>,
    id: &'static str,
    settings: Vec<(&'static str, Value)>,
}

impl Table<'_> {
    fn is(&mut self, verdict: Verdict, why: &'static str, subject: UsageSubject) {
        self.with(verdict, why, subject, &[]);
    }

    fn with(&mut self, verdict: Verdict, why: &'static str, subject: UsageSubject, more: &[(&'static str, Value)]) {
        let mut settings = self.settings.clone();
        settings.extend_from_slice(more);
        self.cases.push(Case { id: self.id, verdict, why, subject, settings });
    }
}

fn table<'a>(cases: &'a mut Vec<Case>, id: &'static str, settings: &[(&'static str, Value)]) -> Table<'a> {
    Table { cases, id, settings: settings.to_vec() }
}

/// Lines before a day alone.
fn until(day: Date) -> impl Fn(Line) -> Option<Line> {
    move |line| (line.time < at(day, 0)).then_some(line)
}

/// Without an integration.
fn no(integration: &'static str) -> impl Fn(Line) -> Option<Line> {
    move |line| (line.integration != integration).then_some(line)
}

fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(make_cases);
    &CASES
}

fn make_cases() -> Vec<Case> {
    let mut all = Vec::new();
    use_cases(&mut all);
    comparison_cases(&mut all);
    rule_cases(&mut all);
    daily_cases(&mut all);
    message_cases(&mut all);
    log_cases(&mut all);
    all
}

fn use_cases(all: &mut Vec<Case>) {
    let required = [("integrations", list(&["SF1470", "SF1320"]))];
    let ten = date(2026, 10, 10);
    let mut t = table(all, "usage.newest-call", &required);
    t.is(Pass, "calls until yesterday", good_subject());
    t.is(Pass, "what was seen needs no coverage", without_covers(good_subject()));
    t.is(Pass, "nor a whole file", damaged(good_subject()));
    t.is(Fail, "no call since 9 October", with(until(ten)));
    t.is(Fail, "one of the two never called", with(no("SF1470")));
    t.is(
        Fail,
        "another municipality's calls do not count",
        set(good_subject(), |s| s.municipalities.push(FREDERIKSBERG.to_owned())),
    );
    t.is(
        Fail,
        "failed calls are no use",
        with(|line| Some(Line { status: if line.time > at(date(2026, 10, 9), 0) { "500" } else { "200" }, ..line })),
    );
    t.is(Pass, "no outcome at all: any call counts", with(|line| Some(Line { status: "", ..line })));
    t.is(
        Inconclusive,
        "new calls whose outcome is not known",
        with(|line| Some(Line { status: if line.time > at(date(2026, 10, 9), 0) { "" } else { "200" }, ..line })),
    );
    t.is(
        Inconclusive,
        "the log tells outcomes, but none of these calls",
        with(|line| Some(Line { status: if line.integration == "SF1470" { "" } else { "200" }, ..line })),
    );
    t.is(Pass, "a status with its words", with(|line| Some(Line { status: "200 OK", ..line })));
    t.is(
        Inconclusive,
        "a status that the mapping does not name",
        with(|line| Some(Line { status: if line.integration == "SF1470" { "Gennemført" } else { "200" }, ..line })),
    );
    t.is(
        Inconclusive,
        "calls that name two integrations",
        with(|line| {
            Some(Line {
                integration: if line.integration == "SF1470" { "SF1470/SF1461" } else { line.integration },
                ..line
            })
        }),
    );
    t.is(Inconclusive, "not said what the log holds", without_covers(with(until(ten))));
    t.is(Inconclusive, "damaged", damaged(with(until(ten))));
    t.is(Inconclusive, "too many bad lines", resummed(with(until(ten)), |summary| summary.overview.bad_lines = 1));
    t.is(
        Fail,
        "few bad lines",
        set(resummed(with(until(ten)), |summary| summary.overview.bad_lines = 1), |s| {
            s.logs[0].facts.bad_lines_per_100000 = 2_000;
        }),
    );
    t.is(Inconclusive, "an old extract", old(good_subject(), 31));
    t.is(Pass, "calls of 29 days ago", old(good_subject(), 28));
    t.is(
        Inconclusive,
        "the log is of another integration",
        set(with(no("SF1470")), |s| {
            s.logs[0].facts.covers.as_mut().unwrap().integrations = vec!["SF1320".to_owned(), "SF1461".to_owned()];
        }),
    );
    t.is(Inconclusive, "the log is of another municipality", of_municipalities(with(no("SF1470")), &[FREDERIKSBERG]));
    t.is(Fail, "the log is of this municipality", of_municipalities(with(no("SF1470")), &[FREDERIKSBERG, KBH]));
    t.is(
        Inconclusive,
        "the log is of some municipalities, and the target names none",
        set(of_municipalities(with(no("SF1470")), &[KBH]), |s| s.municipalities.clear()),
    );
    t.is(
        Inconclusive,
        "calls without an integration could be it",
        with(|line| {
            Some(Line { integration: if line.integration == "SF1470" { "" } else { line.integration }, ..line })
        }),
    );
    t.is(
        Inconclusive,
        "calls without a municipality could be it",
        with(|line| Some(Line { cvr: if line.integration == "SF1470" { "" } else { line.cvr }, ..line })),
    );
    t.is(NotTested, "no municipality on any line", with(|line| Some(Line { cvr: "", ..line })));
    t.is(NotTested, "no integration on any line", with(|line| Some(Line { integration: "", ..line })));
    t.is(
        Pass,
        "no municipality is named by the target",
        set(with(|line| Some(Line { cvr: "", ..line })), |s| s.municipalities.clear()),
    );
    t.is(Fail, "calls in a test environment", {
        let test = |integration| if integration == "SF1470" { "Eksterntest" } else { "Produktion" };
        with(move |line| Some(Line { environment: test(line.integration), ..line }))
    });
    t.is(
        Inconclusive,
        "the whole log is of a test environment",
        with(|line| Some(Line { environment: "test", ..line })),
    );
    t.is(Inconclusive, "in an environment that nobody knows", with(|line| Some(Line { environment: "blå", ..line })));
    t.is(
        Pass,
        "a target of the test environment",
        set(with(|line| Some(Line { environment: "drift", ..line })), |s| s.environment = Environment::ExternalTest),
    );
    t.is(Inconclusive, "the whole log is of other systems", {
        set(resummed(good_subject(), |summary| summary.groups.clear()), |s| s.logs[0].other_calls = 500)
    });
    t.is(Inconclusive, "lines that name no system could be it", {
        set(with(until(ten)), |s| s.logs[0].calls_without_system = 1)
    });
    t.is(Inconclusive, "calls after the run", {
        set(with(|line| (line.time > at(date(2026, 11, 10), 0)).then_some(line)), |s| s.at = at(date(2026, 11, 5), 0))
    });
    t.is(NotTested, "no log", set(good_subject(), |s| s.logs.clear()));
    t.is(Error, "a summary that cannot be read", {
        set(good_subject(), |s| s.logs[0].summary = Blob::new(JSON, b"{}".to_vec()))
    });
    t.with(NotTested, "no integration in the profile", good_subject(), &[("integrations", list(&[]))]);
    // Two logs: a call in either is a call; one that holds everything shows that there was none, whatever the other does not hold.
    let other = |second: &UsageSubject, first: UsageSubject| {
        let second = second.logs[0].clone();
        set(first, |s| s.logs.push(second))
    };
    t.is(Pass, "a call in the second log", other(&without_covers(good_subject()), with(until(ten))));
    t.is(Fail, "in neither", other(&without_covers(with(until(ten))), with(until(ten))));
    let half = |mut subject: UsageSubject, from: Date, until: Date| {
        let covers =
            Covers { from: at(from, 0), until: at(until, 0), integrations: Vec::new(), municipalities: Vec::new() };
        subject.logs[0].facts.covers = Some(covers);
        subject
    };
    let (start, middle) = (date(2026, 10, 1), date(2026, 11, 1));
    let later = half(with(until(ten)), middle, LAST);
    t.is(Fail, "two logs that hold the period together", other(&later, half(with(until(ten)), start, middle)));
    t.is(Inconclusive, "with a day between", other(&later, half(with(until(ten)), start, date(2026, 10, 31))));

    let mut t = table(all, "usage.any-call-since-go-live", &required);
    t.is(Pass, "called", good_subject());
    t.is(Pass, "called long ago is called", with(until(date(2026, 10, 3))));
    t.is(Fail, "never called", with(no("SF1470")));
    t.is(Inconclusive, "the log begins after go-live", {
        set(with(no("SF1470")), |s| s.go_live = Some(date(2026, 9, 30)))
    });
    t.is(Inconclusive, "not said what the log holds", without_covers(with(no("SF1470"))));
    t.is(Inconclusive, "damaged", damaged(with(no("SF1470"))));
    t.is(Inconclusive, "an old extract", old(with(no("SF1470")), 31));
    t.is(Inconclusive, "the first weeks", set(with(no("SF1470")), |s| s.go_live = Some(date(2026, 11, 1))));
    t.is(NotApplicable, "not in operation", set(good_subject(), |s| s.go_live = Some(date(2026, 12, 1))));
    t.is(NotTested, "no go-live in the target", set(good_subject(), |s| s.go_live = None));
}

fn comparison_cases(all: &mut Vec<Case>) {
    let ten = date(2026, 10, 10);
    let mut t = table(all, "usage.claimed-packages", &[]);
    let two = |s: &mut UsageSubject| s.claimed = Some(blob(&[claimed(50)]));
    t.is(Pass, "both integrations in use", good_subject());
    t.is(Fail, "claimed, not called for weeks", with(until(ten)));
    t.is(Fail, "one of two", with(no("SF1320_A")));
    t.is(Inconclusive, "not said what the log holds", without_covers(with(until(ten))));
    t.is(Inconclusive, "damaged", damaged(with(until(ten))));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "half claimed", set(with(until(ten)), two));
    t.is(NotTested, "no claims", set(good_subject(), |s| s.claimed = None));
    t.is(NotTested, "claims about others", {
        set(with(until(ten)), |s| s.municipalities = vec![FREDERIKSBERG.to_owned()])
    });
    t.is(Error, "claims that cannot be read", {
        set(good_subject(), |s| s.claimed = Some(Blob::new(JSON, b"[1]".to_vec())))
    });

    let mut t = table(all, "usage.portfolio", &[("days", Value::Integer(30))]);
    t.is(Pass, "the same", good_subject());
    t.is(Fail, "registered, not seen", with(no("SF1461")));
    t.is(Fail, "seen, not registered", {
        set(good_subject(), |s| s.portfolio = Some(blob(&relations(&["SF1320", "SF1461", "SF1470"]))))
    });
    t.is(Inconclusive, "an interface without a number", {
        let mut relations = relations(&["SF1320", "SF1461", "SF1470"]);
        relations.interfaces.push("Organisation".to_owned());
        set(good_subject(), |s| s.portfolio = Some(blob(&relations)))
    });
    t.is(
        Inconclusive,
        "registered, and its calls failed",
        with(|line| Some(Line { status: if line.integration == "SF1461" { "500" } else { "200" }, ..line })),
    );
    t.is(Inconclusive, "registered, and the log would not show it", without_covers(with(no("SF1461"))));
    t.is(Inconclusive, "damaged", damaged(with(no("SF1461"))));
    t.is(Inconclusive, "an old extract", old(good_subject(), 100));
    t.with(Fail, "required, in neither", good_subject(), &[("integrations", list(&["SF1600"]))]);
    t.is(Inconclusive, "KITOS did not answer", {
        let nothing = Relations { unreachable: Some("no answer".to_owned()), ..relations(&[]) };
        set(good_subject(), |s| s.portfolio = Some(blob(&nothing)))
    });
    t.is(NotTested, "no portfolio", set(good_subject(), |s| s.portfolio = None));

    let mut t = table(all, "usage.reported-counts", &[]);
    let report = |reports: Vec<Reported>| set(good_subject(), |s| s.reported = Some(blob(&reports)));
    t.is(Pass, "20 days with 4 calls", good_subject());
    t.is(Pass, "SF1320 counts SF1320_A", report(vec![reported("SF1320", 20)]));
    t.is(Fail, "one too many", report(vec![reported("SF1470", 81)]));
    t.is(Fail, "one too few", report(vec![reported("SF1470", 79)]));
    t.is(Fail, "one of two differs", report(vec![reported("SF1500", 20), reported("SF1470", 79)]));
    t.is(Inconclusive, "bad lines explain it", {
        set(resummed(report(vec![reported("SF1470", 81)]), |s| s.overview.bad_lines = 1), |s| {
            s.logs[0].facts.bad_lines_per_100000 = 2_000;
        })
    });
    t.is(Inconclusive, "two extracts without ids may overlap", {
        resummed(report(vec![reported("SF1470", 79)]), |s| {
            s.overview.has_log_ids = false;
            s.overview.files.push(s.overview.files[0].clone());
        })
    });
    t.is(Inconclusive, "the log begins later", {
        report(vec![Reported { from: date(2026, 9, 30), ..reported("SF1470", 1) }])
    });
    t.is(Inconclusive, "ends before it begins", {
        report(vec![Reported { from: date(2026, 10, 30), ..reported("SF1470", 1) }])
    });
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Pass, "an old extract is as good for an old period", old(good_subject(), 400));
    t.is(NotTested, "none", set(good_subject(), |s| s.reported = None));
    t.is(NotTested, "an empty list", report(Vec::new()));
}

fn rule_cases(all: &mut Vec<Case>) {
    let five = at(date(2026, 11, 5), 10);
    let extra = |line: Line| and(&[Line { time: five, ..line }]);
    let mut t = table(all, "usage.current-versions", &[]);
    let index = |version: &'static str| Line::new(LAST, 9, "SF1470", version, "SagDokumentIndeks");
    t.is(Pass, "6.0 and 2.0", good_subject());
    t.is(Fail, "an old version beside", extra(index("5.0")));
    t.is(Fail, "which needs no coverage", without_covers(extra(index("5.0"))));
    t.is(Fail, "BeskedModtag 1.0", extra(Line::new(LAST, 9, "SF1461", "1.0", "BeskedModtag")));
    t.is(
        Pass,
        "value lists have a version of their own",
        extra(Line::new(LAST, 9, "SF1461", "1.0", "VaerdilisteRediger")),
    );
    t.is(Inconclusive, "a newer version", extra(index("7.0")));
    t.is(Inconclusive, "no number", extra(index("ny")));
    t.is(Inconclusive, "one call without a version", extra(index("")));
    t.is(Inconclusive, "failed calls of an old version", extra(Line { status: "500", ..index("5.0") }));
    t.is(Pass, "an old version long ago", and(&[Line { time: at(date(2026, 10, 5), 1), ..index("5.0") }]));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an extract that is a little old", old(good_subject(), 10));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    let two = [("current", list(&["SF1470=3.0", "SF1470=6.0"]))];
    t.with(Inconclusive, "a later 3 where 3 and 6 are current", extra(index("3.1")), &two);
    t.with(Fail, "a 5 where 3 and 6 are current", extra(index("5.0")), &two);
    t.is(NotTested, "no versions at all", with(|line| Some(Line { version: "", ..line })));
    t.is(NotTested, "none of the integrations", with(|line| (line.integration == "SF1500").then_some(line)));
    t.with(NotTested, "no versions in the profile", good_subject(), &[("current", list(&["SF1470"]))]);

    let closed = [("closed", list(&["SF1520=2024-01-01"]))];
    let mut t = table(all, "usage.no-closed-integration", &closed);
    let lookup = || Line::new(LAST, 9, "SF1520", "4.0", "PersonBaseDataExtended");
    t.is(Pass, "no call", good_subject());
    t.is(Fail, "a call", extra(lookup()));
    t.is(Inconclusive, "a failed call", extra(Line { status: "403", ..lookup() }));
    t.is(Pass, "a call long ago", and(&[Line { time: at(date(2026, 10, 5), 1), ..lookup() }]));
    t.is(NotApplicable, "an old system", set(extra(lookup()), |s| s.go_live = Some(date(2020, 1, 1))));
    t.is(Inconclusive, "nobody says how old the system is", set(extra(lookup()), |s| s.go_live = None));
    t.with(Inconclusive, "nor when it was closed", extra(lookup()), &[("closed", list(&["SF1520"]))]);
    t.with(NotTested, "a date that is none", extra(lookup()), &[("closed", list(&["SF1520=2024"]))]);
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "no integrations", with(|line| Some(Line { integration: "", ..line })));

    let mut t = table(all, "usage.known-authority", &[]);
    let of = |cvr: &'static str| Line { cvr, ..Line::new(LAST, 9, "SF1470", "6.0", "SagDokumentIndeks") };
    t.is(Pass, "one municipality", good_subject());
    t.is(Pass, "and ATP", extra(of("33236239")));
    t.is(Fail, "nobody's number", extra(of("12345679")));
    t.is(Fail, "which needs no coverage", without_covers(extra(of("12345679"))));
    t.is(Fail, "an invented number in production", extra(of("99999999")));
    t.is(Pass, "and in a test", set(extra(of("99999999")), |s| s.environment = Environment::ExternalTest));
    t.with(Fail, "outside the agreement", extra(of(FREDERIKSBERG)), &[("agreed", list(&[KBH]))]);
    t.with(Pass, "inside it", extra(of(FREDERIKSBERG)), &[("agreed", list(&[KBH, FREDERIKSBERG]))]);
    t.is(Inconclusive, "a log that would not hold a stranger's call", of_municipalities(good_subject(), &[KBH]));
    t.is(Inconclusive, "a call without a number", extra(of("")));
    t.is(Inconclusive, "a name", extra(of("Frederiksberg Kommune")));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an extract that is a little old", old(good_subject(), 10));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "no number at all", with(|line| Some(Line { cvr: "", ..line })));
}

fn daily_cases(all: &mut Vec<Case>) {
    let five = date(2026, 11, 5);
    let on_five = move |line: &Line| at(five, 0) <= line.time && line.time < at(five.tomorrow().unwrap(), 0);
    let mut t = table(all, "usage.error-share", &[("fewest_calls", Value::Integer(4))]);
    let status = move |status: &'static str| {
        with(move |line| {
            let is_it = on_five(&line) && line.time == at(five, 9);
            Some(Line { status: if is_it { status } else { line.status }, ..line })
        })
    };
    t.is(Pass, "none fails", good_subject());
    t.is(Fail, "one of four", status("500"));
    t.is(Inconclusive, "one of four of which nothing is known", status(""));
    t.with(Pass, "within the limit", status("500"), &[("percent", Value::Integer(25))]);
    t.with(Inconclusive, "too few calls", status("500"), &[("fewest_calls", Value::Integer(100))]);
    t.with(
        Pass,
        "another integration",
        status("500"),
        &[("integrations", list(&["SF1500"])), ("fewest_calls", Value::Integer(1))],
    );
    t.is(NotTested, "no outcome at all", with(|line| Some(Line { status: "", ..line })));
    t.is(Inconclusive, "not said what the log holds: it may be the errors alone", without_covers(status("500")));
    t.is(Inconclusive, "damaged", damaged(status("500")));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));

    let mut t = table(all, "usage.weekday-events", &[]);
    let moved = move |day: Date, hour: Option<i8>| {
        with(move |line| {
            if line.integration == "SF1320_A" && line.time == at(day, 3) {
                hour.map(|hour| Line { time: at(day, hour), ..line })
            } else {
                Some(line)
            }
        })
    };
    t.is(Pass, "at three every day", good_subject());
    t.is(Fail, "late on a Thursday", moved(five, Some(9)));
    t.is(Pass, "at the hour itself", moved(five, Some(8)));
    t.is(Fail, "none on a Thursday", moved(five, None));
    t.is(Pass, "none on a Sunday", moved(date(2026, 11, 8), None));
    t.is(Inconclusive, "the first one failed", {
        let failed = |line: Line| {
            let is_it = line.integration == "SF1320_A" && line.time == at(five, 3);
            Some(Line { status: if is_it { "500" } else { line.status }, ..line })
        };
        with(failed)
    });
    t.is(Inconclusive, "not said what the log holds", without_covers(moved(five, None)));
    t.is(Inconclusive, "damaged", damaged(moved(five, None)));
    t.is(Inconclusive, "an old extract", old(good_subject(), 10));
    t.is(NotTested, "no integrations", with(|line| Some(Line { integration: "", ..line })));

    let services = [("services", list(&["fremsoegobjekthierarki"]))];
    let mut t = table(all, "usage.reconciled-daily", &services);
    let without = move |status: Option<&'static str>, service: &'static str| {
        with(move |line| {
            if line.integration == "SF1500" && on_five(&line) {
                status.map(|status| Line { service, status, ..line })
            } else {
                Some(line)
            }
        })
    };
    t.is(Pass, "every day", good_subject());
    t.is(Fail, "not on one day", without(None, ""));
    t.is(Fail, "failed on one day", without(Some("500"), "FremsoegObjekthierarki"));
    t.is(Fail, "another call on one day", without(Some("200"), "Laes"));
    t.is(Inconclusive, "a call without a service", without(Some("200"), ""));
    t.with(Pass, "every other day is enough", without(None, ""), &[("every_days", Value::Integer(2))]);
    t.is(Inconclusive, "not known", without(Some(""), "FremsoegObjekthierarki"));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 10));
    t.with(NotTested, "no service in the profile", good_subject(), &[("services", list(&[]))]);
    t.is(NotTested, "no municipality", with(|line| Some(Line { cvr: "", ..line })));
}

fn message_cases(all: &mut Vec<Case>) {
    let messages = |change: fn(u32, i64, i64) -> (u32, i64, i64)| {
        with(move |line| Some(Line { message: line.message.map(|(a, s, u)| change(a, s, u)), ..line }))
    };
    let none = || with(|line| Some(Line { message: None, ..line }));
    let mut t = table(all, "usage.receive-delay", &[]);
    t.is(Pass, "30 seconds", good_subject());
    t.is(Fail, "ten minutes", messages(|a, _, _| (a, 600, 601)));
    t.with(Pass, "push within the limit", good_subject(), &[("mode", Value::Text("push".into()))]);
    t.with(Fail, "push in two minutes", messages(|a, _, _| (a, 120, 121)), &[("mode", Value::Text("push".into()))]);
    t.with(NotTested, "neither pull nor push", good_subject(), &[("mode", Value::Text("post".into()))]);
    t.is(Inconclusive, "the clocks disagree", {
        let mut number = 0;
        let mut lines = good();
        for line in &mut lines {
            if let Some(message) = &mut line.message {
                number += 1;
                if number % 10 == 0 {
                    *message = (1, -600, 1);
                }
            }
        }
        subject(&lines)
    });
    t.is(
        Inconclusive,
        "too few",
        with(|line| (line.time < at(date(2026, 10, 3), 0) || line.message.is_none()).then_some(line)),
    );
    t.is(Inconclusive, "not said what the log holds", without_covers(messages(|a, _, _| (a, 600, 601))));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "no messages", none());

    let mut t = table(all, "usage.ack-delay", &[]);
    t.is(Pass, "31 seconds", good_subject());
    t.is(Fail, "two minutes", messages(|a, s, _| (a, s, 120)));
    t.is(Inconclusive, "before the delivery", messages(|a, s, _| (a, s, -5)));
    t.is(Inconclusive, "not said what the log holds", without_covers(messages(|a, s, _| (a, s, 120))));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "no messages", none());

    let mut t = table(all, "usage.redelivered-share", &[]);
    let again = |attempts: u32, each: usize| {
        let mut lines = good();
        for (_, line) in lines.iter_mut().filter(|l| l.message.is_some()).enumerate().filter(|(n, _)| n % each == 0) {
            line.message = Some((attempts, 30, 31));
        }
        subject(&lines)
    };
    t.is(Pass, "none", good_subject());
    t.is(Fail, "every fifth", again(2, 5));
    t.is(Fail, "one with ten attempts", again(10, 1_000));
    t.is(Fail, "which needs no coverage", without_covers(again(10, 1_000)));
    t.is(Pass, "one of 200", again(2, 1_000));
    t.is(Inconclusive, "one in forty, or fewer messages with many attempts", again(9, 40));
    t.with(Inconclusive, "too few", again(2, 5), &[("fewest", Value::Integer(1_000))]);
    t.is(Inconclusive, "not said what the log holds", without_covers(again(2, 5)));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 40));
    t.is(NotTested, "no messages", none());

    // Nothing received from 20 October to the morning of 30 October.
    let pause = |from: i8, to: i8, waited: i64| {
        with(move |line| {
            let Some((attempts, since, until)) = line.message else { return Some(line) };
            let (from, to) = (at(date(2026, 10, from), 0), at(date(2026, 10, to), 0));
            let is_first = line.time == to + SignedDuration::from_hours(8);
            let since = if is_first { waited } else { since };
            let until = if is_first { waited + 1 } else { until };
            (line.time < from || to <= line.time).then_some(Line { message: Some((attempts, since, until)), ..line })
        })
    };
    let mut t = table(all, "usage.receive-gap", &[]);
    t.is(Pass, "at most a night", good_subject());
    t.is(Fail, "ten days, and a message waited for them", pause(20, 30, 10 * 86_400));
    t.is(Inconclusive, "ten days, and nothing shows that a message waited", pause(20, 30, 30));
    t.is(Pass, "three days", pause(20, 23, 3 * 86_400));
    t.is(
        Inconclusive,
        "nothing since",
        with(|line| (line.message.is_none() || line.time < at(date(2026, 11, 1), 0)).then_some(line)),
    );
    t.is(Inconclusive, "failed calls in the pause", {
        let mut lines = good();
        for line in lines.iter_mut().filter(|l| l.message.is_some()) {
            if at(date(2026, 10, 20), 0) <= line.time && line.time < at(date(2026, 10, 30), 0) {
                line.status = "";
            }
        }
        subject(&lines)
    });
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
    t.is(Inconclusive, "an old extract", old(good_subject(), 10));
    t.is(NotTested, "no messages", none());

    let mut t = table(all, "usage.receive-gap-alarm", &[]);
    t.is(Pass, "at most a night", good_subject());
    t.is(Fail, "three days, and a message waited for them", pause(20, 23, 3 * 86_400));
    t.is(Inconclusive, "three days, and nothing shows that a message waited", pause(20, 23, 30));
    t.with(Pass, "within the limit", pause(20, 23, 3 * 86_400), &[("hours", Value::Integer(100))]);
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(NotTested, "no messages", none());
}

fn log_cases(all: &mut Vec<Case>) {
    let customers = |subject: UsageSubject| set(subject, |s| s.logs[0].facts.kept_by = Keeper::Customer);
    let shared = |subject: UsageSubject| set(subject, |s| s.logs[0].other_calls = 3);
    let mut t = table(all, "usage.log-ids", &[]);
    let id = |change: fn(Option<u32>) -> Option<u32>| with(move |line| Some(Line { id: change(line.id), ..line }));
    t.is(Pass, "each its own", good_subject());
    t.is(Fail, "two lines with one", id(|id| if id == Some(7) { Some(8) } else { id }));
    t.is(Fail, "one without", id(|id| id.filter(|id| *id != 7)));
    t.is(NotTested, "none at all", id(|_| None));
    t.is(Inconclusive, "in a log of several systems", shared(id(|id| id.filter(|id| *id != 7))));
    t.is(NotTested, "the municipality's log", customers(id(|id| id.filter(|id| *id != 7))));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));

    let mut t = table(all, "usage.log-times", &[]);
    let reversed = {
        let mut lines = good();
        lines.reverse();
        subject(&lines)
    };
    t.is(Pass, "in order", good_subject());
    t.is(Pass, "newest first, one line a second", {
        resummed(good_subject(), |s| s.overview.files[0].backward = s.overview.files[0].records - 1)
    });
    t.is(Inconclusive, "newest first, with lines of the same second", reversed);
    t.is(Fail, "every fourth line backwards", resummed(good_subject(), |s| s.overview.files[0].backward = 100));
    t.is(Pass, "a few", resummed(good_subject(), |s| s.overview.files[0].backward = 5));
    t.is(Fail, "times without a zone", {
        let text = format!("{HEADER}2026-11-01T08:00:00Z,,SF1470,6.0,Sag,{KBH},Fagsystem,200,,,,,,l1,\n2026-11-01 08:00:01,,SF1470,6.0,Sag,{KBH},Fagsystem,200,,,,,,l2,\n");
        subject_of(&summary_of(&text))
    });
    t.is(NotTested, "the municipality's log", customers(good_subject()));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));

    let mut t = table(all, "usage.log-days", &[]);
    let without = |day: Date| {
        with(move |line| (line.time < at(day, 0) || at(day.tomorrow().unwrap(), 0) <= line.time).then_some(line))
    };
    t.is(Pass, "every day", good_subject());
    t.is(Fail, "not on a Thursday", without(date(2026, 11, 5)));
    t.is(Pass, "not on a Sunday", without(date(2026, 11, 8)));
    t.with(Fail, "when every day counts", without(date(2026, 11, 8)), &[("weekdays_only", Value::Boolean(false))]);
    t.with(Pass, "one day is allowed", without(date(2026, 11, 5)), &[("gap_days", Value::Integer(1))]);
    t.is(Inconclusive, "other systems' lines may lie there", shared(without(date(2026, 11, 5))));
    t.is(NotTested, "the municipality's log", customers(without(date(2026, 11, 5))));
    t.is(Inconclusive, "not said what the log holds", without_covers(without(date(2026, 11, 5))));
    t.is(Inconclusive, "damaged", damaged(without(date(2026, 11, 5))));

    let text = |each: u32, text: &'static str| {
        with(move |line| {
            let is_it = line.id.is_some_and(|id| id % each == 0);
            Some(Line { text: if is_it { text.to_owned() } else { String::new() }, ..line })
        })
    };
    let mut t = table(all, "usage.no-cpr", &[]);
    t.is(Pass, "none", good_subject());
    t.is(Fail, "in clear", text(10, "borger 010170-1234"));
    t.is(Fail, "which needs no coverage", without_covers(text(10, "borger 010170-1234")));
    t.is(Inconclusive, "a few may be chance", text(1000, "0101701234"));
    t.is(Pass, "numbers that are none", text(10, "9912345678"));
    t.is(Inconclusive, "among serial numbers", {
        let number = |id: u32| if id.is_multiple_of(20) { "0101701234".to_owned() } else { format!("99{id:08}") };
        with(move |line| Some(Line { text: number(line.id.unwrap_or(0)), ..line }))
    });
    t.is(Inconclusive, "in a log of several systems", shared(text(10, "borger 010170-1234")));
    t.is(NotTested, "the municipality's log", customers(text(10, "borger 010170-1234")));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));

    let token = "Authorization: Bearer abcdef0123456789abcdef0123456789";
    let mut t = table(all, "usage.no-secrets", &[]);
    t.is(Pass, "none", good_subject());
    t.is(Pass, "a CPR number is another question", text(10, "borger 010170-1234"));
    t.is(Fail, "a token", text(10, token));
    t.is(Inconclusive, "in a log of several systems", shared(text(10, token)));
    t.is(NotTested, "the municipality's log", customers(text(10, token)));
    t.is(Inconclusive, "not said what the log holds", without_covers(good_subject()));
    t.is(Inconclusive, "damaged", damaged(good_subject()));
}

#[test]
fn each_log_comes_to_its_verdict() {
    let wrong: Vec<_> = cases()
        .iter()
        .filter_map(|case| {
            let outcome = judged(case.id, &case.subject, &case.settings);
            (outcome.verdict != case.verdict).then(|| {
                let found = outcome.verdict.name();
                format!("{} ({}): {found}, not {}: {}", case.id, case.why, case.verdict.name(), outcome.observed)
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_from_a_log_stays_apart_from_the_words_of_a_finding() {
    let service = "Sag; a log kept by the common infrastructure";
    let lines: Vec<_> = good().into_iter().map(|line| Line { status: "500", service, ..line }).collect();
    let outcome = judged("usage.error-share", &subject(&lines), &[("fewest_calls", Value::Integer(1))]);
    assert_eq!(outcome.verdict, Fail);
    assert!(outcome.observed.contains("Sag, a log kept by"), "{}", outcome.observed);
}

#[test]
fn every_check_can_pass_fail_and_leave_it_open() {
    let seen: BTreeSet<_> = cases().iter().map(|case| (case.id, case.verdict)).collect();
    for check in CHECKS {
        for verdict in [Pass, Fail, Inconclusive, NotTested] {
            assert!(seen.contains(&(check.meta().id, verdict)), "{}: no case is {}", check.meta().id, verdict.name());
        }
    }
}

#[test]
fn findings_hold_no_number_of_a_person_and_say_whose_log_it_is() {
    for case in cases() {
        let outcome = judged(case.id, &case.subject, &case.settings);
        assert!(!outcome.observed.contains("0170") && !outcome.observed.contains("abcdef"), "{}", outcome.observed);
        if matches!(outcome.verdict, Pass | Fail) {
            assert!(outcome.observed.starts_with("a log kept by the vendor; "), "{}: {}", case.id, outcome.observed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn one_more_fresh_successful_call_never_turns_newest_call_red(
        hours in prop::collection::vec((0_i64..1_500, 0_usize..3, prop::sample::select(vec!["200", "500", ""])), 1..12),
        fresh in 0_i64..719,
        which in 0_usize..3,
    ) {
        let line = |(hours, which, status): (i64, usize, &'static str)| Line {
            time: at(LAST, 12) - SignedDuration::from_hours(hours),
            status,
            ..Line::new(LAST, 0, ["SF1470", "SF1320_A", "SF1500"][which], "6.0", "Service")
        };
        let settings = [("integrations", list(&["SF1470", "SF1320"]))];
        let mut lines: Vec<_> = hours.into_iter().map(line).collect();
        let before = judged("usage.newest-call", &subject(&lines), &settings).verdict;
        lines.push(line((fresh, which, "200")));
        let after = judged("usage.newest-call", &subject(&lines), &settings).verdict;
        prop_assert!(before != Pass || after == Pass, "{before:?} {after:?}");
        prop_assert!(after != Fail || before == Fail, "{before:?} {after:?}");
    }
}
