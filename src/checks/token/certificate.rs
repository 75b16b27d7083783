//! For whom tokens are, and whose certificate they are bound to.

use crate::check::Parameters;
use crate::checks::called::{Trial, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::Happening;
use crate::subject::distribution::sessions;

distribution_check! {
    /// Every token that the system uses is for the authority whose messages it fetches or sends.
    ///
    /// ## Why
    /// A token counts for one authority (anvenderkontekst). A cache that forgets the CVR number uses municipality A's token for
    /// municipality B, and shows one municipality's data to another.
    ///
    /// ## What to do
    /// Ask for a token with the CVR number of the authority whose data the call is about, and make the CVR number part of the cache's key.
    pub Authority {
        id: "token.authority",
        family: Token,
        case: "use",
        judged: authority,
        title: da "Tokenets CVR-nummer er myndighedens", en "The token's CVR number is the authority's",
        rows: ["TOK-03", "FKI-STS-18"],
        basis: Norm,
        method: Measured,
        sources: [("SF1601 Programmer's Guide", "tokens are specific to an authority")],
        remediation: da "Bed om token med CVR-nummeret på den myndighed, kaldet angår.",
                     en "Ask for a token with the CVR number of the authority that the call is about.",
        parameters: [],
    }
}

distribution_check! {
    /// Tokens are asked for, bound and used with the certificate that the system is registered with.
    ///
    /// ## Why
    /// The registration in the Administrationsmodul names one function certificate, and the service agreements hang on it. Another one
    /// belongs to another system, another environment, or nobody.
    ///
    /// ## What to do
    /// Use the registered certificate for the token request, for `UseKey` and for the TLS connection to the broker. Register a new one
    /// before you change to it.
    pub CertificateRegistered {
        id: "token.certificate-registered",
        family: Token,
        case: "use",
        judged: certificate,
        title: da "Tokens hentes og bruges med det registrerede certifikat", en "Tokens are fetched and used with the registered certificate",
        rows: ["TOK-05", "BFO-PULL-03"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Servicebeskrivelse til Fælleskommunalt Organisationssystem 6.0", "7: OCES3 function certificate"),
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "6.1, 7.1: the system's certificate"),
        ],
        remediation: da "Brug det certifikat, der er registreret i Administrationsmodulet, hele vejen.",
                     en "Use the certificate that is registered in the Administrationsmodul all the way.",
        parameters: [],
    }
}

fn authority(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    let (mine, others) = (&subject.setting.cvr, &subject.setting.other_cvr);
    let expected = mine.clone();
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        // The system may ask for tokens of its other authorities, too; what it uses here is for this one.
        let stranger = trial.events.iter().find_map(|event| match &event.what {
            Happening::TokenAsked { cvr, .. } if cvr != mine && !others.contains(cvr) => Some(cvr.as_str()),
            _ => None,
        });
        let used = sessions::tokens_used(&trial);
        let mut ours = used.iter().filter(|(_, token)| token.ours).map(|(_, token)| token.cvr.as_str()).peekable();
        let first = ours.peek().copied();
        Ok(match (stranger.or_else(|| ours.find(|cvr| cvr != mine)), first) {
            (Some(""), _) => Outcome::fail(Reason::Missing, expected, "a token request without a CVR number"),
            (Some(cvr), _) => Outcome::fail(Reason::WrongParty, expected, cvr),
            (None, Some(cvr)) => Outcome::pass(expected, cvr),
            (None, None) => unreached(&trial, expected),
        })
    })())
}

fn certificate(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    let Some(registered) = subject.setting.client_certificate.as_deref() else {
        return Outcome::not_tested(Reason::NotSupplied, "the certificate that the system is registered with", "");
    };
    let expected = format!("SHA-256 {registered}");
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let asked = trial.events.iter().filter_map(|event| match &event.what {
            Happening::TokenAsked { certificate, use_key, .. } => Some([certificate.as_deref(), use_key.as_deref()]),
            _ => None,
        });
        // Whoever only knocks at the broker's port is nobody to judge.
        let connections = sessions::connections(&trial);
        let logged_in = connections.iter().filter(|c| c.login.is_some()).map(|c| [c.certificate, None]);
        let mut seen = false;
        for certificate in asked.chain(logged_in).flatten().flatten() {
            if certificate != registered {
                return Ok(Outcome::fail(Reason::WrongParty, expected, format!("SHA-256 {certificate}")));
            }
            seen = true;
        }
        Ok(if seen { Outcome::pass(expected.clone(), expected) } else { unreached(&trial, expected) })
    })())
}
