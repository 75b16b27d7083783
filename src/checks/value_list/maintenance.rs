//! How the system calls the value-list service.

use crate::check::Parameters;
use crate::checks::called::{Trial, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::{Happening, Recording};

distribution_check! {
    /// The system calls the value-list service with its client certificate and without a token, and the call succeeds.
    ///
    /// ## Why
    /// This service knows the caller by the certificate alone. A token in the message gives StatusKode 40.
    ///
    /// ## What to do
    /// Send the SOAP message without a WS-Security header over TLS with the system's function certificate, and read StatusKode of the
    /// answer.
    pub CertificateWithoutToken {
        id: "value-list.certificate-without-token",
        family: ValueList,
        case: "change",
        judged: call,
        title: da "Værdilister vedligeholdes med klientcertifikat og uden token", en "Value lists are maintained with a client certificate and without a token",
        rows: ["BFO-VAL-03"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.05 Vaerdiliste-Rediger-Snitflade (SF1461 2.0)", "app. 2: client certificate; a token gives code 40")],
        remediation: da "Kald værdilisteservicen med klientcertifikat og uden token.", en "Call the value-list service with a client certificate and without a token.",
        parameters: [],
    }
}

distribution_check! {
    /// A value list is changed by adding and removing values, not by deleting and creating it.
    ///
    /// ## Why
    /// Deleting removes the content at once: until the list is there again, subscriptions that use it select nothing, and messages are
    /// missed. Replacing large lists runs into time-outs.
    ///
    /// ## What to do
    /// Create a list once (`Opret`), then use `TilfoejVaerdier` and `FjernVaerdier`.
    pub ChangePattern {
        id: "value-list.change-pattern",
        family: ValueList,
        case: "change",
        judged: pattern,
        title: da "Værdilister ændres med TilfoejVaerdier og FjernVaerdier", en "Value lists are changed with TilfoejVaerdier and FjernVaerdier",
        rows: ["BFO-VAL-05"],
        basis: GoodPractice,
        method: Measured,
        sources: [("D.09.05 Vaerdiliste-Rediger-Snitflade (SF1461 2.0)", "4.1: create once, then TilfoejVaerdier and FjernVaerdier")],
        remediation: da "Ret listen med TilfoejVaerdier og FjernVaerdier i stedet for Slet og Opret.",
                     en "Change the list with TilfoejVaerdier and FjernVaerdier instead of Slet and Opret.",
        parameters: [],
    }
}

/// One call of the service.
struct Call<'a> {
    operation: String,
    certificate: bool,
    token: bool,
    list: Option<&'a str>,
    status: u16,
}

impl Call<'_> {
    fn is(&self, operation: &str) -> bool {
        self.operation.eq_ignore_ascii_case(operation)
    }
}

fn calls(trial: &Recording) -> Vec<Call<'_>> {
    let calls = trial.events.iter().filter_map(|event| match &event.what {
        Happening::ValueListCalled { operation, certificate, token, list, status, .. } => Some(Call {
            operation: operation.clone(),
            certificate: certificate.is_some(),
            token: *token,
            list: list.as_deref(),
            status: *status,
        }),
        _ => None,
    });
    calls.collect()
}

fn call(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "a client certificate, no token, StatusKode 20";
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let calls = calls(&trial);
        if calls.iter().any(|c| c.token) {
            return Ok(Outcome::fail(Reason::Forbidden, EXPECTED, "a token in the message"));
        }
        if calls.iter().any(|c| !c.certificate) {
            return Ok(Outcome::fail(Reason::Missing, EXPECTED, "no client certificate"));
        }
        if let Some(done) = calls.iter().find(|c| c.status == 20) {
            return Ok(Outcome::pass(EXPECTED, format!("{}: StatusKode 20", done.operation)));
        }
        // A list that is there already, or is not, may be what the system wanted to find out.
        let last = calls.last().map(|c| format!("{}: StatusKode {}", c.operation, c.status));
        Ok(last
            .map_or_else(|| unreached(&trial, EXPECTED), |seen| Outcome::inconclusive(Reason::Unclear, EXPECTED, seen)))
    })())
}

fn pattern(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "TilfoejVaerdier or FjernVaerdier";
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let calls: Vec<_> = calls(&trial).into_iter().filter(|c| c.status == 20).collect();
        let deleted = calls.iter().position(|c| c.is("Slet"));
        if let Some(at) = deleted
            && calls[at..].iter().any(|c| c.is("Opret"))
        {
            let list = calls[at].list.unwrap_or("a list");
            return Ok(Outcome::fail(Reason::Forbidden, EXPECTED, format!("Slet, then Opret, of {list}")));
        }
        let changed = calls.iter().find(|c| c.is("TilfoejVaerdier") || c.is("FjernVaerdier"));
        Ok(match (changed, calls.last()) {
            (Some(changed), _) => Outcome::pass(EXPECTED, changed.operation.clone()),
            (None, Some(other)) => Outcome::inconclusive(Reason::Unclear, EXPECTED, other.operation.clone()),
            (None, None) => unreached(&trial, EXPECTED),
        })
    })())
}
