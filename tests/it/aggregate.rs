//! Aggregation: the rules, one by one, and what must hold for any results.

use jiff::civil::date;
use kravprobe::aggregate::{Aggregate, Decision, aggregate, by_requirement};
use kravprobe::judge::CheckResult;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::profile::Profile;
use kravprobe::verdict::{Method, Verdict};
use kravprobe::waiver::Waivers;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A profile with requirements `A1`, `A2`, `B1`, `B2`, `C1`, `C2` (must), `S1` (should), `M1` (may); one B failure is tolerated.
fn profile() -> Profile {
    let mut text = String::from(
        r#"schema = 1
id = "rules"
version = "1.0.0"
status = "effective"
valid_from = "2026-01-01"
title = { da = "Regler", en = "Rules" }
[aggregate]
max_b = 1
max_c = 1
"#,
    );
    let rows = [
        ("A1", "must", "A"),
        ("A2", "must", "A"),
        ("B1", "must", "B"),
        ("B2", "must", "B"),
        ("C1", "must", "C"),
        ("C2", "must", "C"),
        ("S1", "should", "A"),
        ("M1", "may", "A"),
    ];
    for (id, level, category) in rows {
        let _ = write!(
            text,
            "[[requirement]]\nid = \"{id}\"\nlevel = \"{level}\"\ncategory = \"{category}\"\nbasis = \"contract\"\n\
             title = {{ da = \"{id}\", en = \"{id}\" }}\nsource = {{ document = \"d\", section = \"s\" }}\ndeclaration = \"x\"\n"
        );
    }
    Profile::from_texts("rules", &BTreeMap::from([("rules".to_owned(), text)])).unwrap()
}

const IDS: [&str; 8] = ["A1", "A2", "B1", "B2", "C1", "C2", "S1", "M1"];

fn result(requirement: &str, verdict: Verdict) -> CheckResult {
    let outcome = match verdict {
        Verdict::Pass => Outcome::pass("", ""),
        Verdict::Fail => Outcome::fail(Reason::Different, "", ""),
        Verdict::Inconclusive => Outcome::inconclusive(Reason::Unreachable, "", ""),
        Verdict::Error => Outcome::error(""),
        Verdict::NotTested => Outcome::not_tested(Reason::NotSupplied, "", ""),
        Verdict::NotApplicable => Outcome::not_applicable("", ""),
    };
    CheckResult {
        requirement: requirement.to_owned(),
        check: None,
        declaration: Some("x".into()),
        subject: None,
        method: Method::Declared,
        attested: false,
        parameters: kravprobe::check::Parameters::default(),
        outcome,
        evidence: Vec::new(),
    }
}

/// Everything passes except what is said otherwise.
fn results(exceptions: &[(&str, Verdict)]) -> Vec<CheckResult> {
    IDS.iter()
        .map(|id| result(id, exceptions.iter().find(|(e, _)| e == id).map_or(Verdict::Pass, |(_, v)| *v)))
        .collect()
}

fn waivers(requirement: &str, expires: &str) -> Waivers {
    Waivers::parse(
        "w.toml",
        &format!(
            "schema = 1\n[[waiver]]\nid = \"D-1\"\nrequirement = \"{requirement}\"\nauthority = \"it-chef\"\n\
             granted = \"2026-01-01\"\nexpires = \"{expires}\"\nscope = \"x\"\n"
        ),
    )
    .unwrap()
}

fn decide(results: &[CheckResult], waivers: &Waivers) -> Aggregate {
    let profile = profile();
    let verdicts = by_requirement(&profile, results, waivers, date(2026, 11, 21));
    aggregate(&profile, &verdicts, results, true)
}

#[track_caller]
fn expect(exceptions: &[(&str, Verdict)], decision: Decision, rule: &str) {
    let total = decide(&results(exceptions), &Waivers::default());
    assert_eq!((total.decision, total.trace[0].rule.as_str()), (decision, rule), "{:?}", total.trace);
}

#[test]
fn each_rule_fires_on_its_own_case() {
    use Verdict::{Error, Fail, Inconclusive, NotApplicable, NotTested};
    expect(&[], Decision::Accepted, "R6");
    expect(&[("A1", Fail)], Decision::NotAccepted, "R1");
    expect(&[("B1", Fail)], Decision::AcceptedWithRemarks, "R5");
    expect(&[("B1", Fail), ("B2", Fail)], Decision::NotAccepted, "R2");
    expect(&[("C1", Fail), ("C2", Fail)], Decision::NotAccepted, "R3");
    for verdict in [Inconclusive, Error, NotTested] {
        expect(&[("C1", verdict)], Decision::Inconclusive, "R4");
        expect(&[("S1", verdict)], Decision::Accepted, "R6");
    }
    expect(&[("S1", Fail)], Decision::AcceptedWithRemarks, "R5");
    expect(&[("M1", Fail)], Decision::AcceptedWithRemarks, "R5");
    expect(&[("A1", Fail), ("A2", Inconclusive)], Decision::NotAccepted, "R1");
    let nothing_applies: Vec<_> = IDS.iter().map(|id| (*id, NotApplicable)).collect();
    expect(&nothing_applies, Decision::Inconclusive, "R4");
}

#[test]
fn a_profile_that_is_not_in_force_decides_nothing() {
    let profile = profile();
    assert!(profile.is_in_force(date(2026, 11, 21)) && !profile.is_in_force(date(2025, 12, 31)));
    for results in [results(&[]), results(&[("A1", Verdict::Fail)])] {
        let verdicts = by_requirement(&profile, &results, &Waivers::default(), date(2025, 12, 31));
        let total = aggregate(&profile, &verdicts, &results, false);
        assert_eq!((total.decision, total.trace[0].rule.as_str()), (Decision::Inconclusive, "R0"));
    }
}

#[test]
fn nothing_ran_is_never_accepted() {
    assert_eq!(decide(&[], &Waivers::default()).decision, Decision::Inconclusive);
}

#[test]
fn a_waiver_changes_the_decision_and_never_the_raw_counts() {
    let failed = results(&[("A1", Verdict::Fail)]);
    let raw = decide(&failed, &Waivers::default());
    let waived = decide(&failed, &waivers("A1", "2026-12-31"));
    assert_eq!(waived.decision, Decision::AcceptedWithRemarks);
    assert_eq!(waived.by_verdict, raw.by_verdict);
    assert_eq!((waived.by_category["A"].raw, waived.by_category["A"].effective), (1, 0));
    let expired = waivers("A1", "2026-11-20");
    assert_eq!(decide(&failed, &expired).decision, Decision::NotAccepted);
    assert_eq!(expired.without_effect(&failed, date(2026, 11, 21))[0].1, "expired");
    let elsewhere = waivers("A2", "2026-12-31");
    assert_eq!(decide(&failed, &elsewhere).decision, Decision::NotAccepted);
    assert_eq!(elsewhere.without_effect(&failed, date(2026, 11, 21))[0].1, "nothing-failed-in-scope");
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    proptest::sample::select(Verdict::ALL.to_vec())
}

proptest! {
    #[test]
    fn one_more_failure_never_improves_the_decision(verdicts in prop::collection::vec(any_verdict(), 8), more in 0usize..8) {
        let before: Vec<_> = IDS.iter().zip(&verdicts).map(|(id, v)| result(id, *v)).collect();
        let mut after = before.clone();
        after.push(result(IDS[more], Verdict::Fail));
        let none = Waivers::default();
        let (before, after) = (decide(&before, &none), decide(&after, &none));
        // A failure of `should` or `may` that replaces "nothing applies" cannot occur: the other verdicts stay.
        prop_assert!(after.decision >= before.decision || before.decision == Decision::Inconclusive, "{before:?} {after:?}");
        prop_assert!(after.decision > Decision::Accepted);
    }

    #[test]
    fn taking_results_away_never_makes_acceptance(verdicts in prop::collection::vec(any_verdict(), 8), gone in 0usize..8) {
        let mut results: Vec<_> = IDS.iter().zip(&verdicts).map(|(id, v)| result(id, *v)).collect();
        let is_must = gone < 6;
        results.remove(gone);
        let total = decide(&results, &Waivers::default());
        prop_assert!(!is_must || total.decision >= Decision::Inconclusive);
    }

    #[test]
    fn waivers_never_change_raw_counts(verdicts in prop::collection::vec(any_verdict(), 8), which in 0usize..8) {
        let results: Vec<_> = IDS.iter().zip(&verdicts).map(|(id, v)| result(id, *v)).collect();
        let (raw, waived) = (decide(&results, &Waivers::default()), decide(&results, &waivers(IDS[which], "2026-12-31")));
        prop_assert_eq!(raw.by_verdict, waived.by_verdict);
        prop_assert_eq!(raw.by_method, waived.by_method);
        for category in ["A", "B", "C"] {
            prop_assert_eq!(raw.by_category[category].raw, waived.by_category[category].raw);
            prop_assert!(waived.by_category[category].effective <= waived.by_category[category].raw);
        }
    }
}
