//! See [`OrgBatch`].

use super::on_organisation;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::read::Operation;
use crate::subject::RequestSubject;

check! {
    /// An import into Organisation carries at most 500 objects.
    ///
    /// ## Why
    /// Organisation refuses more with status 48, and nothing of the import is stored. Objects are counted by their
    /// registrations: whatever has a Registrering is one.
    ///
    /// ## What to do
    /// Split the import.
    pub OrgBatch {
        id: "request.org-batch",
        family: Request,
        title: da "En import til Organisation har højst 500 objekter", en "An import into Organisation carries at most 500 objects",
        rows: ["ORG-02"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Servicebeskrivelse til Fælleskommunalt Organisationssystem 6.0", "6, status code 48; Import"),
        ],
        remediation: da "Del importen op.",
                     en "Split the import.",
        parameters: [],
    }
}

impl Check<RequestSubject> for OrgBatch {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "1 to 500 objects";
        on_organisation(subject, EXPECTED, |request| {
            if request.kind != Operation::Import {
                return Outcome::not_applicable(EXPECTED, "no import");
            }
            match request.carried() {
                0 => Outcome::not_tested(Reason::Missing, EXPECTED, "0 objects"),
                // Whether the Organisation itself counts beside its 500 units is said nowhere.
                501 if request.operation().name.local == "ImporterOrganisationSystemInput" => {
                    Outcome::inconclusive(Reason::Unclear, EXPECTED, "501 objects with the Organisation")
                }
                n => Outcome::when(n <= 500, Reason::TooLarge, EXPECTED, format!("{n} objects")),
            }
        })
    }
}
