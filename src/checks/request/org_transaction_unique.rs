//! See [`OrgTransactionUnique`].

use super::{REMOVED, on_organisation, short};
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::same_id::SameId;
use crate::outcome::{Outcome, Reason};
use crate::requests::read::{Request, System, read};
use crate::subject::RequestSubject;

check! {
    /// No other captured request to Organisation has the same TransaktionsUUID and another content.
    ///
    /// ## Why
    /// Organisation answers a used TransaktionsUUID with status 21 and does nothing: the change is lost. The same request
    /// captured twice counts as one.
    ///
    /// ## What to do
    /// Make a new UUID for every call.
    pub OrgTransactionUnique {
        id: "request.org-transaction-unique",
        family: Request,
        title: da "Et TransaktionsUUID bruges kun til ét kald", en "A TransaktionsUUID is used for one call alone",
        rows: ["ORG-01", "FKI-SVC-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Servicebeskrivelse til Fælleskommunalt Organisationssystem 6.0", "6, status code 21"),
        ],
        remediation: da "Dan et nyt UUID til hvert kald.",
                     en "Make a new UUID for every call.",
        parameters: [],
    }
}

impl Check<RequestSubject> for OrgTransactionUnique {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a TransaktionsUUID that no other call has";
        on_organisation(subject, EXPECTED, |request| {
            let Some(id) = own(request) else {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no TransaktionsUUID");
            };
            if id.contains(REMOVED) {
                return Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, "redaction changed it");
            }
            if subject.others.is_empty() {
                return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "no other request to compare with");
            }
            // Only those that hold its text at all are read.
            let holds = |bytes: &[u8]| memchr::memmem::find(bytes, id.as_bytes()).is_some();
            let read = subject.others.iter().filter(|o| holds(o.data())).filter_map(|o| read(o.data()).ok());
            let same = read.filter(|o| o.system == System::Organisation && own(o) == Some(id));
            let same: Vec<String> = same.map(|o| content(o.operation())).collect();
            let (own, shown) = (content(request.operation()), format!("`{}`", short(id)));
            let (own, shown, others) = (own.as_str(), shown.as_str(), subject.others.len());
            SameId { expected: EXPECTED, shown, own, same: &same, others, word: "requests" }.judge()
        })
    }
}

fn own(request: &Request) -> Option<&str> {
    request.transaction().map(|e| e.text.trim()).filter(|id| !id.is_empty())
}

/// What a call says, without how it is written.
fn content(operation: &Element) -> String {
    let mut out = String::new();
    for element in operation.descendants() {
        out.push_str(&element.name.to_string());
        out.push('=');
        out.push_str(element.text.trim());
        out.push('\n');
    }
    out
}
