//! See [`NoInventedAuthority`].

use super::{on_message, shown};
use crate::besked::lists::{AuthorityKind, authority, cvr_of};
use crate::besked::read::Id;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;
use crate::verdict::Environment;

check! {
    /// A message in production names no authority that is invented for tests.
    ///
    /// ## Why
    /// The CVR numbers 11111111, 12345678 and 99999999 stand in samples and test environments and belong to no
    /// authority. In production they show configuration that was copied.
    ///
    /// ## What to do
    /// Use the CVR number of the authority itself.
    pub NoInventedAuthority {
        id: "message.no-invented-authority",
        family: Message,
        title: da "Ingen opdigtede myndigheder i produktion", en "No invented authorities in production",
        rows: [],
        basis: Inference,
        method: Inspected,
        sources: [
            ("kombit/kosdy_infrastructureSamples-net6", "README"),
            ("kombit/bfo_infrastructureSamples-java", "application.properties"),
        ],
        remediation: da "Brug myndighedens eget CVR-nummer i produktion.",
                     en "Use the authority's own CVR number in production.",
        parameters: [],
    }
}

impl Check<MessageSubject> for NoInventedAuthority {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "no CVR number of samples and test environments";
        on_message(subject, |message| {
            if subject.environment != Environment::Production {
                return Outcome::not_applicable(EXPECTED, subject.environment.name());
            }
            let ids = [message.permitted(), message.registered("ObjektAnsvarligMyndighed")].concat();
            let invented = |id: &&Id<'_>| {
                let listed = cvr_of(id.value.trim()).and_then(authority);
                listed.is_some_and(|a| a.kind == AuthorityKind::Invented)
            };
            let found: Vec<String> = ids.iter().filter(invented).map(|id| shown(id.value, id.place)).collect();
            let observed = if found.is_empty() { format!("{} authorities", ids.len()) } else { found.join(", ") };
            if ids.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no authority is named");
            }
            Outcome::when(found.is_empty(), Reason::WrongEnvironment, EXPECTED, observed)
        })
    }
}
