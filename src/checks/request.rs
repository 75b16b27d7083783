//! The checks on a [`RequestSubject`], in report order.
//!
//! Who is judged, and on what:
//! - A request that cannot be read, or that is to another service than the target says, shows in [`readable`] alone and
//!   leaves every other check `not-tested`.
//! - Each Sag is judged by the anvisning for Sag, each Dokument by the one for Dokument, and nothing else by either.
//! - A role whose UUID is not public is never counted against anybody, and a value that redaction changed is not concluded
//!   from.

use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::requests::read::{self, Object, Request, System, Unreadable};
use crate::subject::RequestSubject;

mod invocation_context;
mod org_batch;
mod org_transaction;
mod org_transaction_unique;
mod readable;
mod sdi_cardinality;
mod sdi_obligatory;
mod sdi_periods;
mod sdi_references;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<RequestSubject>] = &[
    &readable::Readable,
    &sdi_cardinality::SdiCardinality,
    &sdi_obligatory::SdiObligatory,
    &sdi_references::SdiReferences,
    &sdi_periods::SdiPeriods,
    &org_transaction::OrgTransaction,
    &org_transaction_unique::OrgTransactionUnique,
    &org_batch::OrgBatch,
    &invocation_context::InvocationContext,
];

/// What redaction leaves in the place of a value.
const REMOVED: &str = "«redacted:";

fn read_of(subject: &RequestSubject) -> Result<Request, Unreadable> {
    read::read_for(subject.request.data(), subject.service)
}

/// Judges a request that could be read.
fn on_request(subject: &RequestSubject, judge: impl FnOnce(&Request) -> Outcome) -> Outcome {
    match read_of(subject) {
        Ok(request) => judge(&request),
        Err(problem) => {
            let expected = "a request to the named service that can be read";
            Outcome::not_tested(Reason::SubjectUnreadable, expected, problem.to_string())
        }
    }
}

/// Judges what a request imports into or updates in the Sags- og Dokumentindeks.
fn on_objects(subject: &RequestSubject, expected: &str, judge: impl Fn(&Object<'_>, &mut Findings)) -> Outcome {
    on_request(subject, |request| {
        if request.system == System::Organisation {
            return Outcome::not_applicable(expected, "a request to Organisation");
        }
        if request.kind == read::Operation::Other {
            let operation = &request.operation().name.local;
            return Outcome::not_applicable(expected, format!("neither an import nor an update; {operation}"));
        }
        let objects = request.objects();
        if objects.is_empty() {
            return Outcome::not_tested(Reason::Missing, expected, "no Sag and no Dokument");
        }
        let mut findings = Findings::default();
        for object in &objects {
            judge(object, &mut findings);
        }
        findings.outcome(expected, objects.len())
    })
}

/// Judges a request to Organisation.
fn on_organisation(subject: &RequestSubject, expected: &str, judge: impl FnOnce(&Request) -> Outcome) -> Outcome {
    on_request(subject, |request| match request.system {
        System::Organisation => judge(request),
        _ => Outcome::not_applicable(expected, "a request to the Sags- og Dokumentindeks"),
    })
}

/// What was found in the objects of a request.
#[derive(Default)]
struct Findings {
    breaches: Vec<String>,
    /// Why a breach is one; the first.
    reason: Option<Reason>,
    undecided: Vec<String>,
    /// What was looked at and could have been a breach.
    seen: usize,
}

impl Findings {
    fn breach(&mut self, reason: Reason, what: String) {
        self.reason.get_or_insert(reason);
        self.breaches.push(what);
    }

    fn outcome(self, expected: &str, objects: usize) -> Outcome {
        if let Some(reason) = self.reason {
            return Outcome::fail(reason, expected, some(&self.breaches));
        }
        if !self.undecided.is_empty() {
            return Outcome::inconclusive(Reason::Unclear, expected, some(&self.undecided));
        }
        if self.seen == 0 {
            return Outcome::not_applicable(expected, "nothing in the request that it concerns");
        }
        Outcome::pass(expected, format!("{objects} objects; {} places looked at", self.seen))
    }
}

/// The first few, with how many more there are.
fn some(found: &[String]) -> String {
    const SHOWN: usize = 4;
    let more = (found.len() > SHOWN).then(|| format!("{} more", found.len() - SHOWN));
    found.iter().take(SHOWN).cloned().chain(more).collect::<Vec<_>>().join("; ")
}

/// A text of at most so many characters, for findings.
fn short(text: &str) -> String {
    text.trim().chars().take(60).collect()
}
