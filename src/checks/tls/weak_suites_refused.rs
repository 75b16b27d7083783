//! Weak cipher suites are refused.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::conclusions::Acceptance;
use crate::subject::tls::suites::SuiteGroup;

check! {
    /// ## Why
    ///
    /// Each group of weak suites is offered alone; a ServerHello proves that the endpoint would use it. A group
    /// counts as refused only when a responder of the probe's own took the very same offer. The profile says which
    /// groups a requirement is about.
    ///
    /// ## What to do
    ///
    /// Allow only ECDHE suites with AES-GCM or ChaCha20-Poly1305.
    pub WeakSuitesRefused {
        id: "tls.weak-suites-refused",
        family: Tls,
        title: da "Endepunktet afviser svage krypteringssuiter", en "The endpoint refuses weak cipher suites",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 4.1"), ("RFC 7465", "section 2")],
        remediation: da "Tillad kun suiter med ECDHE og AES-GCM eller ChaCha20-Poly1305. De fundne suiter står under observeret.", en "Allow only suites with ECDHE and AES-GCM or ChaCha20-Poly1305. The suites found stand under observed.",
        parameters: [("groups", List(&["NULL", "EXPORT", "anon", "RC4", "DES", "3DES"]), "Groups that must be refused: NULL, EXPORT, anon, RC4, DES, 3DES, CBC-SHA1, static RSA, DHE")],
    }
}

impl Check<TlsSubject> for WeakSuitesRefused {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let names = parameters.list("groups");
        let expected = format!("refused: {}", names.join(", "));
        let known = |name: &String| SuiteGroup::INVENTORY.into_iter().find(|g| g.name() == name);
        if let Some(unknown) = names.iter().find(|n| known(n).is_none()) {
            return Outcome::error(format!("no group of suites is called {unknown}"));
        }
        if names.is_empty() {
            return Outcome::error("no group of suites is named");
        }
        let judged: Vec<Acceptance> = names.iter().filter_map(known).map(|g| subject.suite_group(g)).collect();
        let accepted: Vec<&str> = judged.iter().filter_map(Acceptance::accepted).collect();
        if !accepted.is_empty() {
            return Outcome::fail(Reason::Weak, expected, accepted.join(", "));
        }
        match judged.into_iter().find(|a| !matches!(a, Acceptance::Refused(_))) {
            Some(other) => undecided(other, &expected),
            None => Outcome::pass(expected, "all refused"),
        }
    }
}
