//! What a report shows of the usage logs: municipality by package, newest calls, calls per day. Computed from the summaries, so that a
//! replay shows the same. Pictures only: the verdicts stand with the requirements.

use super::v1::{DailyCalls, DayCalls, NewestCall, UsageCell, UsageFigures, UsagePackage, UsageRow, UsageState};
use crate::checks::usage::{SKEW, earlier, is_here};
use crate::denmark::danish_day;
use crate::language::Localised;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::subject::{Subject, UsageSubject};
use crate::usage::summary::{Group, Summary};
use crate::usage::{compare, is_of};
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// Most municipalities and integrations that are drawn.
const MOST_ROWS: usize = 100;
const MOST_INTEGRATIONS: usize = 12;
/// Days back from the day of judgement that are drawn.
const DAYS: i64 = 59;
/// Days within which a call counts as new, when the profile says nothing.
const WITHIN_DAYS: i64 = 30;
/// The checks whose parameters say what a package is.
const PACKAGE_CHECKS: [&str; 2] = ["usage.newest-call", "usage.any-call-since-go-live"];

/// The section; `None` without logs of calls.
#[must_use]
pub fn usage(plan: &Plan, profile: &Profile, subjects: &[Subject]) -> Option<UsageFigures> {
    let subject = subjects.iter().find_map(|s| match s {
        Subject::Usage(usage) => Some(usage),
        _ => None,
    })?;
    let mut summaries: Vec<Summary> =
        subject.logs.iter().filter_map(|log| serde_json::from_slice(log.summary.data()).ok()).collect();
    for summary in &mut summaries {
        compare::count_any_call(&mut summary.groups);
    }
    let groups = once(subject, &summaries);
    // A count may come from one log alone; the newest call is that of every log, as the checks take it.
    let all = here(subject, &summaries);
    let (packages, left_out_packages) = packages(plan, profile, &groups);
    let (integrations, left_out_integrations) = integrations(&packages);
    let (rows, left_out_rows) = rows(subject, &packages, &groups, &all);
    Some(UsageFigures {
        ages: ages(subject, &integrations, &all),
        daily: daily(subject, &integrations, &groups),
        rows,
        left_out_rows,
        left_out_packages,
        left_out_integrations,
        packages,
    })
}

/// The groups that count for the checks: in production, lines that name another environment do not.
fn here<'a>(subject: &UsageSubject, summaries: &'a [Summary]) -> Vec<&'a Group> {
    let all = summaries.iter().flat_map(|summary| &summary.groups);
    all.filter(|group| is_here(group, subject.environment) == Some(true)).collect()
}

/// The newest use that is not later than the run, as the checks take it.
fn newest_use<'a>(subject: &UsageSubject, groups: impl Iterator<Item = &'a Group>) -> Option<Timestamp> {
    groups.filter_map(|group| group.newest_success).filter(|at| at.duration_since(subject.at) <= SKEW).max()
}

/// The groups, each integration of each municipality from the one log that has most calls of it: two logs may tell of the same calls.
fn once<'a>(subject: &UsageSubject, summaries: &'a [Summary]) -> Vec<&'a Group> {
    let key = |group: &Group| (group.key.integration.clone(), group.key.municipality.clone());
    let mut most: BTreeMap<_, (u64, usize)> = BTreeMap::new();
    for (log, summary) in summaries.iter().enumerate() {
        let mut calls: BTreeMap<_, u64> = BTreeMap::new();
        for group in summary.groups.iter().filter(|group| is_here(group, subject.environment) == Some(true)) {
            *calls.entry(key(group)).or_default() += group.calls;
        }
        for (key, calls) in calls {
            let best = most.entry(key).or_insert((calls, log));
            if calls > best.0 {
                *best = (calls, log);
            }
        }
    }
    let chosen = |log: usize, group: &Group| most.get(&key(group)).is_some_and(|(_, best)| *best == log);
    let all = summaries.iter().enumerate().flat_map(|(log, s)| s.groups.iter().map(move |group| (log, group)));
    let all = all.filter(|(_, group)| is_here(group, subject.environment) == Some(true));
    all.filter(|(log, group)| chosen(*log, group)).map(|(_, group)| group).collect()
}

/// The packages that the plan asks about; each integration of the logs is one of its own, when it asks about none. And how many are too many.
fn packages(plan: &Plan, profile: &Profile, groups: &[&Group]) -> (Vec<UsagePackage>, u64) {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for item in plan.items.iter().filter(|i| i.check.as_deref().is_some_and(|c| PACKAGE_CHECKS.contains(&c))) {
        let integrations = item.parameters.list("integrations").to_vec();
        if integrations.is_empty() || !seen.insert(integrations.clone()) {
            continue;
        }
        let title = profile.requirements.iter().find(|r| r.id == item.requirement).map(|r| r.title.clone());
        let within_days = match item.parameters.integer("days") {
            0 => WITHIN_DAYS,
            days => days,
        };
        out.push(UsagePackage { requirement: Some(item.requirement.clone()), title, integrations, within_days });
    }
    if out.is_empty() {
        let names: BTreeSet<_> = groups.iter().map(|g| &g.key.integration).filter(|name| !name.is_empty()).collect();
        out.extend(names.into_iter().map(|name| UsagePackage {
            requirement: None,
            title: None::<Localised>,
            integrations: vec![name.clone()],
            within_days: WITHIN_DAYS,
        }));
    }
    let left_out = out.len().saturating_sub(MOST_INTEGRATIONS);
    out.truncate(MOST_INTEGRATIONS);
    (out, left_out as u64)
}

/// A row for each municipality of the target and each other one in the logs, those of the target first.
fn rows(subject: &UsageSubject, packages: &[UsagePackage], groups: &[&Group], all: &[&Group]) -> (Vec<UsageRow>, u64) {
    let cvrs = groups.iter().filter(|g| !g.key.integration.is_empty()).map(|g| &g.key.municipality);
    let cvrs: BTreeSet<&String> = cvrs.chain(&subject.municipalities).collect();
    let row = |cvr: &String| UsageRow {
        required: subject.municipalities.contains(cvr),
        name: compare::municipalities().iter().find(|m| m.cvr == *cvr).map(|m| m.name.clone()),
        cells: packages.iter().map(|package| cell(subject, package, cvr, groups, all)).collect(),
        cvr: cvr.clone(),
    };
    let mut rows: Vec<_> = cvrs.into_iter().map(row).collect();
    rows.sort_by_key(|row| !row.required);
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    (rows, left_out as u64)
}

/// A package is as new as that of its integrations which was called least recently.
fn cell(subject: &UsageSubject, package: &UsagePackage, cvr: &str, groups: &[&Group], all: &[&Group]) -> UsageCell {
    let mut calls = 0;
    let mut newest = Vec::new();
    for integration in &package.integrations {
        let is_of_cell = |g: &&&Group| g.key.municipality == cvr && is_of(integration, &g.key.integration);
        calls += groups.iter().filter(is_of_cell).map(|g| g.calls).sum::<u64>();
        let last = newest_use(subject, all.iter().filter(is_of_cell).copied());
        newest.push((last, integration, state(subject.at, last, package.within_days)));
    }
    let new = newest.iter().filter(|(_, _, state)| *state == UsageState::New).count();
    let state = match new {
        _ if newest.iter().all(|(_, _, state)| *state == UsageState::None) => UsageState::None,
        new if new == newest.len() => UsageState::New,
        _ => UsageState::Old,
    };
    // `None` comes before every instant.
    let least = newest.into_iter().min_by_key(|(last, _, _)| *last);
    UsageCell {
        percent: percent(new, package.integrations.len()),
        calls,
        least_recent: least.as_ref().map(|(_, integration, _)| (*integration).clone()).unwrap_or_default(),
        newest: least.and_then(|(last, _, _)| last),
        state,
    }
}

/// Whole percent, half rounded up; 100 stands for every one alone.
fn percent(part: usize, whole: usize) -> u32 {
    let rounded = (part * 200 + whole) / (whole * 2).max(1);
    u32::try_from(if part < whole { rounded.min(99) } else { rounded }).unwrap_or(0)
}

/// The rule of `usage.newest-call`: so many times 24 hours before the run.
fn state(at: Timestamp, newest: Option<Timestamp>, within_days: i64) -> UsageState {
    match newest {
        None => UsageState::None,
        Some(newest) if newest >= earlier(at, within_days) => UsageState::New,
        Some(_) => UsageState::Old,
    }
}

/// Days of the Danish calendar from the call to the run, as a reader counts them.
fn age_days(at: Timestamp, newest: Timestamp) -> i64 {
    i64::from((danish_day(at) - danish_day(newest)).get_days()).max(0)
}

/// The integrations of the packages, each once, with the days within which a call of it counts as new. And how many are too many.
fn integrations(packages: &[UsagePackage]) -> (Vec<(&str, i64)>, u64) {
    let mut seen = BTreeSet::new();
    let all = packages.iter().flat_map(|p| p.integrations.iter().map(|name| (name.as_str(), p.within_days)));
    let mut out: Vec<_> = all.filter(|(name, _)| seen.insert(*name)).collect();
    let left_out = out.len().saturating_sub(MOST_INTEGRATIONS);
    out.truncate(MOST_INTEGRATIONS);
    (out, left_out as u64)
}

/// The groups of an integration, at the municipalities of the target when it names any.
fn of<'a>(
    subject: &'a UsageSubject,
    groups: &'a [&'a Group],
    integration: &'a str,
) -> impl Iterator<Item = &'a Group> + use<'a> {
    groups.iter().copied().filter(move |group| {
        is_of(integration, &group.key.integration)
            && (subject.municipalities.is_empty() || subject.municipalities.contains(&group.key.municipality))
    })
}

/// The municipality that was served least recently stands for all: a mean, or the newest of all, would hide it.
fn ages(subject: &UsageSubject, integrations: &[(&str, i64)], groups: &[&Group]) -> Vec<NewestCall> {
    integrations
        .iter()
        .map(|&(integration, within_days)| {
            let uses = || of(subject, groups, integration);
            let newest_of = |cvr: &String| newest_use(subject, uses().filter(|g| g.key.municipality == *cvr));
            // `None` comes before every instant.
            let least = subject.municipalities.iter().map(|cvr| (newest_of(cvr), Some(cvr))).min_by_key(|(at, _)| *at);
            let (newest, cvr) = least.unwrap_or_else(|| (newest_use(subject, uses()), None));
            NewestCall {
                integration: integration.to_owned(),
                municipality: cvr.filter(|_| subject.municipalities.len() > 1).cloned(),
                newest,
                age_days: newest.map(|newest| age_days(subject.at, newest)),
                within_days,
                state: state(subject.at, newest, within_days),
            }
        })
        .collect()
}

fn daily(subject: &UsageSubject, integrations: &[(&str, i64)], groups: &[&Group]) -> Vec<DailyCalls> {
    let until = danish_day(subject.at);
    let from = until.saturating_sub(DAYS.days());
    let all = integrations.iter().map(|&(integration, within_days)| {
        let mut days: BTreeMap<_, DayCalls> = BTreeMap::new();
        for day in of(subject, groups, integration).flat_map(|g| &g.days) {
            if (from..=until).contains(&day.date) {
                let sum = days.entry(day.date).or_insert(DayCalls { date: day.date, calls: 0, errors: 0 });
                sum.calls += u64::from(day.calls);
                sum.errors += u64::from(day.errors);
            }
        }
        DailyCalls {
            integration: integration.to_owned(),
            from,
            until,
            new_from: danish_day(earlier(subject.at, within_days)),
            days: days.into_values().collect(),
        }
    });
    all.filter(|calls| !calls.days.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Blob;
    use crate::subject::usage::{ID, JSON, LogFacts, UsageLog};
    use crate::target::usage::Keeper;
    use crate::usage::mapping::Mapping;
    use crate::verdict::Environment;

    const OWN: &str = "29189846";
    const OTHER: &str = "66137112";

    fn subject(log: &str) -> Subject {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        std::fs::write(file.path(), log).unwrap();
        let ready = Mapping::load("kravprobe").unwrap();
        let read = crate::usage::read::read(&[file.path().to_owned()], &ready, &crate::usage::read::Options::default());
        let summary = serde_json::to_vec(&read.unwrap().summary()).unwrap();
        Subject::Usage(UsageSubject {
            id: ID.to_owned(),
            environment: Environment::Local,
            at: "2026-11-21T10:00:00Z".parse().unwrap(),
            systems: Vec::new(),
            municipalities: vec![OWN.to_owned()],
            go_live: None,
            logs: vec![UsageLog {
                facts: LogFacts {
                    name: "log".to_owned(),
                    kept_by: Keeper::Infrastructure,
                    covers: None,
                    bad_lines_per_100000: 0,
                    files: Vec::new(),
                    mapping: Blob::new("application/toml", *b""),
                },
                summary: Blob::new(JSON, summary),
                other_calls: 0,
                calls_without_system: 0,
                newest_line: None,
            }],
            reported: None,
            claimed: None,
            portfolio: None,
        })
    }

    fn asking_nothing() -> (Plan, Profile) {
        let plan = Plan {
            schema: 1,
            profile: Vec::new(),
            target_sha256: String::new(),
            declarations_sha256: Vec::new(),
            environment: Environment::Local,
            items: Vec::new(),
        };
        (plan, Profile::load("calendar-dk").unwrap())
    }

    fn figures(log: &str) -> UsageFigures {
        let (plan, profile) = asking_nothing();
        usage(&plan, &profile, &[subject(log)]).unwrap()
    }

    #[test]
    fn the_figures_are_those_of_the_log() {
        use UsageState::{New, None, Old};
        let figures = figures(&format!(
            "time,integration,municipality_cvr,status\n\
             2026-11-20T08:00:00Z,SF1461,{OWN},200\n\
             2026-11-20T22:30:00Z,SF1461,{OWN},500\n\
             2026-09-01T08:00:00Z,SF1470,{OWN},200\n\
             2026-11-19T08:00:00Z,SF1470,{OTHER},200\n"
        ));
        assert_eq!(figures.packages.iter().map(|p| p.integrations.join("+")).collect::<Vec<_>>(), ["SF1461", "SF1470"]);
        let rows: Vec<_> = figures.rows.iter().map(|r| (r.cvr.as_str(), r.required)).collect();
        assert_eq!(rows, [(OWN, true), (OTHER, false)]);
        let states: Vec<_> = figures.rows.iter().flat_map(|r| &r.cells).map(|c| (c.state, c.calls)).collect();
        assert_eq!(states, [(New, 2), (Old, 1), (None, 0), (New, 1)]);
        let percent: Vec<_> = figures.rows.iter().flat_map(|r| &r.cells).map(|c| c.percent).collect();
        assert_eq!(percent, [100, 0, 0, 100]);
        // The other municipality's call does not make the integration younger here: 1 September to 21 November.
        assert_eq!(figures.ages.iter().map(|a| a.age_days).collect::<Vec<_>>(), [Some(1), Some(81)]);
        // 22:30 UTC is half past eleven the same evening in Denmark in November.
        let daily: Vec<_> = figures.daily.iter().flat_map(|d| &d.days).map(|d| (d.calls, d.errors)).collect();
        assert_eq!(daily, [(2, 1)], "SF1470 has no call within the picture");
    }

    #[test]
    fn the_municipality_that_was_served_least_recently_stands_for_all() {
        let Subject::Usage(mut subject) = subject(&format!(
            "time,integration,municipality_cvr\n2026-11-20T08:00:00Z,SF1461,{OWN}\n2026-11-01T08:00:00Z,SF1461,{OTHER}\n\
             2026-11-20T08:00:00Z,SF1470,{OWN}\n"
        )) else {
            panic!()
        };
        let mut summary: Summary = serde_json::from_slice(subject.logs[0].summary.data()).unwrap();
        compare::count_any_call(&mut summary.groups);
        let groups: Vec<_> = summary.groups.iter().collect();
        let wanted = [("SF1461", 30), ("SF1470", 30)];
        let drawn = |subject: &UsageSubject| {
            ages(subject, &wanted, &groups).into_iter().map(|a| (a.municipality, a.age_days)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(&subject), [(None, Some(1)), (None, Some(1))], "the one municipality needs no name");
        subject.municipalities.push(OTHER.to_owned());
        assert_eq!(drawn(&subject), [(Some(OTHER.to_owned()), Some(20)), (Some(OTHER.to_owned()), None)]);
        subject.municipalities.clear();
        assert_eq!(drawn(&subject), [(None, Some(1)), (None, Some(1))], "all of them together");
    }

    #[test]
    fn what_is_too_much_to_draw_is_counted() {
        let lines: Vec<_> = (0..15).map(|n| format!("2026-11-20T08:00:00Z,SF15{n:02},{OWN}\n")).collect();
        let figures = figures(&format!("time,integration,municipality_cvr\n{}", lines.concat()));
        assert_eq!((figures.packages.len(), figures.left_out_packages, figures.ages.len()), (12, 3, 12));
    }

    #[test]
    fn a_package_is_as_new_as_its_least_recent_integration() {
        let package = UsagePackage {
            requirement: None,
            title: None,
            integrations: ["SF1461", "SF1470", "SF1500"].map(str::to_owned).to_vec(),
            within_days: 30,
        };
        let Subject::Usage(subject) = subject(&format!(
            "time,integration,municipality_cvr\n2026-11-20T08:00:00Z,SF1461,{OWN}\n2021-09-01T08:00:00Z,SF1470,{OWN}\n\
             2026-11-20T08:00:00Z,SF1500,{OTHER}\n"
        )) else {
            panic!()
        };
        let mut summary: Summary = serde_json::from_slice(subject.logs[0].summary.data()).unwrap();
        compare::count_any_call(&mut summary.groups);
        let groups: Vec<_> = summary.groups.iter().collect();
        let of = |integrations: &[String]| {
            let package = UsagePackage { integrations: integrations.to_vec(), ..package.clone() };
            cell(&subject, &package, OWN, &groups, &groups)
        };
        let whole = of(&package.integrations);
        assert_eq!((whole.percent, whole.least_recent.as_str(), whole.newest), (33, "SF1500", None));
        assert_eq!((whole.state, whole.calls), (UsageState::Old, 2));
        let two = of(&package.integrations[..2]);
        assert_eq!((two.percent, two.least_recent.as_str(), two.state), (50, "SF1470", UsageState::Old));
        assert_eq!(of(&package.integrations[..1]).state, UsageState::New);
        assert_eq!(of(&package.integrations[2..]).state, UsageState::None);
    }

    #[test]
    fn an_age_is_counted_in_danish_days_and_judged_as_the_check_does() {
        let at: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let of = |newest: &str| {
            let newest = newest.parse().unwrap();
            (age_days(at, newest), state(at, Some(newest), 30))
        };
        assert_eq!(of("2026-11-21T09:45:00Z"), (0, UsageState::New));
        assert_eq!(of("2026-11-20T22:30:00Z"), (1, UsageState::New), "half past eleven in the evening");
        assert_eq!(of("2026-11-20T23:30:00Z"), (0, UsageState::New), "half past midnight in Denmark");
        assert_eq!(of("2026-10-12T16:00:00Z"), (40, UsageState::Old));
        assert_eq!(of("2026-10-22T10:00:00Z"), (30, UsageState::New));
        assert_eq!(of("2026-10-22T09:59:59Z"), (30, UsageState::Old), "a second more than 30 times 24 hours");
        assert_eq!(of("2026-11-21T10:04:00Z"), (0, UsageState::New), "another clock");
    }

    #[test]
    fn shares_are_rounded_to_the_nearest_and_never_up_to_all() {
        assert_eq!(
            [(0, 3), (1, 3), (2, 3), (3, 3), (1, 8)].map(|(part, whole)| percent(part, whole)),
            [0, 33, 67, 100, 13]
        );
        assert_eq!((percent(299, 300), percent(0, 0)), (99, 0));
    }

    #[test]
    fn the_newest_call_is_that_of_every_log_up_to_the_run() {
        let older = format!(
            "time,integration,municipality_cvr\n2026-09-01T08:00:00Z,SF1461,{OWN}\n2026-09-02T08:00:00Z,SF1461,{OWN}\n"
        );
        let newer = format!("time,integration,municipality_cvr\n2026-11-20T08:00:00Z,SF1461,{OWN}\n");
        let late = format!("time,integration,municipality_cvr\n2026-12-24T08:00:00Z,SF1461,{OWN}\n");
        let mut logs = Vec::new();
        for text in [&older, &newer, &late] {
            let Subject::Usage(usage) = subject(text) else { panic!() };
            logs.extend(usage.logs);
        }
        let Subject::Usage(mut usage) = subject(&older) else { panic!() };
        usage.logs = logs;
        let (plan, profile) = asking_nothing();
        let figures = super::usage(&plan, &profile, &[Subject::Usage(usage)]).unwrap();
        let cell = &figures.rows[0].cells[0];
        assert_eq!((cell.calls, cell.state), (2, UsageState::New), "most calls in one log, newest call in another");
        assert_eq!(figures.ages[0].age_days, Some(1));
    }

    #[test]
    fn a_municipality_without_a_line_has_a_row() {
        let figures = figures(&format!("time,integration,municipality_cvr\n2026-11-20T08:00:00Z,SF1461,{OTHER}\n"));
        let own = figures.rows.iter().find(|r| r.cvr == OWN).unwrap();
        assert!(own.required && own.cells.iter().all(|c| c.state == UsageState::None));
    }
}
