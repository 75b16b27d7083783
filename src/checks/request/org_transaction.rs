//! See [`OrgTransaction`].

use super::{REMOVED, on_organisation};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::RequestSubject;

check! {
    /// The request to Organisation has a TransaktionsUUID of 1 to 512 characters.
    ///
    /// ## Why
    /// Organisation refuses a call without it (status 48). It stands in the SOAP header (`RequestHeader/TransactionUUID`).
    ///
    /// ## What to do
    /// Make a new UUID for every call and write it in the header. Capture the whole envelope: a body alone does not show
    /// the header.
    pub OrgTransaction {
        id: "request.org-transaction",
        family: Request,
        title: da "Kaldet til Organisation har et TransaktionsUUID på 1 til 512 tegn", en "The call to Organisation has a TransaktionsUUID of 1 to 512 characters",
        rows: ["ORG-01", "FKI-SVC-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Servicebeskrivelse til Fælleskommunalt Organisationssystem 6.0", "6, status codes 21 and 48; TransaktionsUUID"),
            ("RequestHeader.xsd (SF1500 3.2)", "TransactionUUID"),
        ],
        remediation: da "Skriv et nyt UUID i headeren RequestHeader/TransactionUUID i hvert kald.",
                     en "Write a new UUID in the header RequestHeader/TransactionUUID of every call.",
        parameters: [],
    }
}

impl Check<RequestSubject> for OrgTransaction {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a TransaktionsUUID of 1 to 512 characters in the header";
        on_organisation(subject, EXPECTED, |request| {
            let Some(id) = request.transaction() else {
                return if request.in_envelope {
                    Outcome::fail(Reason::Missing, EXPECTED, "none in the envelope")
                } else {
                    Outcome::not_tested(Reason::NotSupplied, EXPECTED, "the file is a body without its envelope")
                };
            };
            let (value, place) = (id.text.trim(), id.place);
            match value.chars().count() {
                _ if value.contains(REMOVED) => {
                    Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, "redaction changed it")
                }
                0 => Outcome::fail(Reason::Missing, EXPECTED, format!("empty at {place}")),
                n if n > 512 => Outcome::fail(Reason::TooLarge, EXPECTED, format!("{n} characters")),
                n => Outcome::pass(EXPECTED, format!("{n} characters")),
            }
        })
    }
}
