//! See [`ExpressionsReadable`].

use super::{Findings, on_export};
use crate::besked::expression::{Certainty, fields, parse};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Every expression can be read, and names fields that the envelope has.
    ///
    /// ## Why
    /// An expression with a misplaced quote cannot be set to active, and one on a field that no message has selects nothing. KOMBIT's own
    /// description of ORG_Bruger shows such an expression. The grammar is not public: what no official example shows is inconclusive,
    /// never a failure.
    ///
    /// ## What to do
    /// Correct the expression at the place that is named; `kravprobe inspect subscription --expression` shows it.
    pub ExpressionsReadable {
        id: "mailbox.expressions-readable",
        family: Mailbox,
        title: da "Hvert abonnementsudtryk kan læses og nævner felter, som Beskedkuverten har", en "Every expression can be read and names fields that the envelope has",
        rows: ["BFO-CFG-04"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("Beskedtype_ORG_OrgEnhed_1.0", "5"), ("Beskedkuvert.xsd (SF1461 2.0)", "BeskedkuvertType")],
        remediation: da "Ret udtrykket på det nævnte sted.", en "Correct the expression at the place that is named.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for ExpressionsReadable {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "paths of Beskedkuvert, get, =, in, balanced quotes";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let subscriptions = view.subscriptions(&mut findings);
            let mut without = 0;
            for (dueslag, subscription) in &subscriptions {
                let of = format!("{} in {}", subscription.title(), dueslag.title());
                let Some(filters) = &subscription.abonnementsudtryk else {
                    findings.absent(format!("abonnementsudtryk of {of}"));
                    continue;
                };
                without += usize::from(filters.is_empty());
                for filter in filters {
                    let read = parse(&filter.expression).and_then(|e| fields::check(&e.field));
                    let Err(problem) = read else {
                        findings.held(of.clone());
                        continue;
                    };
                    let (line, column) = problem.place(&filter.expression);
                    let what = format!("{of}, line {line}, column {column}: {}", problem.message);
                    match problem.certainty {
                        Certainty::Broken => findings.broken(Reason::Malformed, what),
                        Certainty::Unknown => findings.unclear(what),
                    }
                }
            }
            if without > 0 && without == subscriptions.len() && findings.absent.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no subscription has an expression");
            }
            findings.outcome()
        })
    }
}
