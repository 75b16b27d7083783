//! See [`CurrentVersions`].

use super::{Calls, Findings, earlier, is_of, on_days, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use std::cmp::Ordering;

check! {
    /// Of integrations with a required version, only current versions are in use.
    ///
    /// ## Why
    /// SF1470 3.0 (service 6.0) replaces its predecessors, and so does BeskedModtag 2.0: old versions are closed after a while, and what is
    /// built on them stops. A version newer than those that the profile names is left open: the profile may be old.
    ///
    /// ## What to do
    /// Move the calls that are named to the current version.
    pub CurrentVersions {
        id: "usage.current-versions",
        family: Usage,
        title: da "Kun gældende versioner er i brug", en "Only current versions are in use",
        rows: ["USE-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("digitaliseringskataloget.dk: SF1470", "version 3.0, valid from 03-05-2023"),
            ("digitaliseringskataloget.dk: SF1461", "version 2.0, valid from 08-09-2023"),
        ],
        remediation: da "Flyt de nævnte kald til den gældende version.", en "Move the calls that are named to the current version.",
        parameters: [
            (
                "current",
                List(&["SF1470=3.0", "SF1470=6.0", "SF1461 BeskedModtag=2.0"]),
                "Current versions, INTEGRATION=VERSION or INTEGRATION SERVICE=VERSION; several of one integration are alternatives, and a service is part of its name"
            ),
            ("since_days", Integer(30), "Calls so many days back count; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

/// An entry of `current`.
struct Rule<'a> {
    integration: &'a str,
    service: &'a str,
    version: Vec<u32>,
}

fn rule(text: &str) -> Option<Rule<'_>> {
    let (what, version) = text.split_once('=')?;
    let what = what.trim();
    let (integration, service) = what.split_once(' ').unwrap_or((what, ""));
    let version = numbers(version)?;
    (!integration.is_empty()).then(|| Rule { integration, service: service.trim(), version })
}

/// The numbers of `6.0`, `v6.0.1` and `6`.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let version = version.trim().trim_start_matches(['v', 'V']);
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// How a version lies to the wanted one; numbers that the wanted one does not name are free.
fn compare(seen: &[u32], wanted: &[u32]) -> Ordering {
    let at = |index: usize| seen.get(index).copied().unwrap_or(0);
    let pairs = wanted.iter().enumerate().map(|(index, wanted)| at(index).cmp(wanted));
    pairs.fold(Ordering::Equal, Ordering::then)
}

impl Check<UsageSubject> for CurrentVersions {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("since_days"), parameters.integer("fresh_days"));
        let current = parameters.list("current");
        let expected = current.join(", ");
        let rules: Vec<_> = current.iter().filter_map(|text| rule(text)).collect();
        if rules.is_empty() || rules.len() < current.len() {
            let what = "the profile names no versions, or not in the form INTEGRATION=VERSION";
            return Outcome::not_tested(Reason::NotSupplied, expected, what);
        }
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let from = earlier(subject.at, days);
            let (first, last) = (danish_day(from), danish_day(subject.at));
            let mut named = false;
            for group in view.all_groups().filter(|group| group.newest >= from && on_days(group, first, last).0 > 0) {
                let service = group.key.service.to_lowercase();
                let of_it: Vec<_> = rules
                    .iter()
                    .filter(|r| {
                        is_of(r.integration, &group.key.integration) && service.contains(&r.service.to_lowercase())
                    })
                    .collect();
                if of_it.is_empty() {
                    continue;
                }
                let version = group.key.version.as_str();
                named |= !version.is_empty();
                let value = format!("{} {version}", group.key.integration).trim().to_owned();
                if version.is_empty() {
                    findings.absent("calls without a version", value);
                    continue;
                }
                let Some(seen) = numbers(version) else {
                    findings.unclear("a version that is no number", value);
                    continue;
                };
                let orders: Vec<_> = of_it.iter().map(|rule| compare(&seen, &rule.version)).collect();
                // 3.1 is no old version where 3.0 and 6.0 are current.
                let is_later_of_its_kind = of_it
                    .iter()
                    .zip(&orders)
                    .any(|(rule, order)| *order == Ordering::Greater && rule.version.first() == seen.first());
                if orders.contains(&Ordering::Equal) {
                    findings.held("in use", value);
                } else if orders.iter().all(|order| *order == Ordering::Greater) || is_later_of_its_kind {
                    findings.unclear("newer than the profile knows", value);
                } else if group.newest_success.is_some_and(|at| at >= from) {
                    findings.broken(Reason::Expired, "an old version in use", value);
                } else {
                    findings.unclear("calls of an old version, none known to have succeeded", value);
                }
            }
            if !named && findings.broken.is_empty() && findings.unclear.is_empty() && !findings.absent.is_empty() {
                findings.absent.clear();
                findings.absent("no line names a version; let the mapping name its column", "");
                return findings.outcome(view);
            }
            findings.unclear.extend(std::mem::take(&mut findings.absent));
            if findings.held.is_empty() && findings.broken.is_empty() && findings.unclear.is_empty() {
                match view.recent(Calls::default(), days, fresh) {
                    Ok(_) => findings.absent("no call of these integrations in the period", ""),
                    Err(causes) => findings.unclear.extend(causes),
                }
                return findings.outcome(view);
            }
            // That no other version is in use is shown by a log that holds everything.
            let mut integrations: Vec<&str> = rules.iter().map(|rule| rule.integration).collect();
            integrations.retain(|i| view.all_groups().any(|group| is_of(i, &group.key.integration)));
            integrations.dedup();
            for integration in integrations {
                let calls = Calls { integration: Some(integration), municipality: None };
                match view.recent(calls, days, fresh) {
                    Err(causes) => findings.unclear.extend(causes),
                    Ok(period) => {
                        let unnumbered = view.doubts(calls, period);
                        // Whether a call succeeded is asked above, where it matters.
                        let other = unnumbered.into_iter().filter(|(phrase, _)| !phrase.contains("succeeded"));
                        findings.unclear.extend(other);
                    }
                }
            }
            findings.outcome(view)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_the_numbers_that_are_wanted() {
        let order = |seen: &str, wanted: &str| compare(&numbers(seen).unwrap(), &numbers(wanted).unwrap());
        for equal in ["6", "6.0", "v6.0", "6.0.1", " 6.0 "] {
            assert_eq!(order(equal, "6.0"), Ordering::Equal, "{equal}");
        }
        assert_eq!(order("5.9", "6.0"), Ordering::Less);
        assert_eq!(order("6.1", "6.0"), Ordering::Greater);
        assert_eq!(order("10.0", "6.0"), Ordering::Greater);
        assert_eq!(numbers("sjette"), None);
    }
}
