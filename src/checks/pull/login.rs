//! How the system logs in to the broker, and what it opens.

use crate::check::Parameters;
use crate::checks::called::{Judged, Trial, unbox, unreached};
use crate::checks::distributed::without;
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::NotMade;
use crate::subject::distribution::recording::Happening;
use crate::subject::distribution::sessions::{self, Connection};

distribution_check! {
    /// The system logs in with the SASL mechanism EXTERNAL and the SAML assertion itself as the response.
    ///
    /// ## Why
    /// The Beskedfordeler knows the system by the token and by the certificate that the token is bound to. There is no user name and no
    /// password; PLAIN with the token in the password's place is refused.
    ///
    /// ## What to do
    /// Give the AMQP client a mechanism of your own: name `EXTERNAL`, response = the XML text of the assertion, neither base64 nor inside
    /// `EncryptedAssertion` or the answer of the token service.
    pub SaslExternal {
        id: "pull.sasl-external",
        family: Pull,
        case: "good",
        judged: sasl_external,
        title: da "Systemet logger på brokeren med SASL EXTERNAL og SAML-tokenet", en "The system logs in to the broker with SASL EXTERNAL and the SAML token",
        rows: ["BFO-PULL-01"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "8.2: SASL EXTERNAL with the unpacked SAML token as response")],
        remediation: da "Brug mekanismen EXTERNAL med assertionens XML-tekst som svar, ikke PLAIN og ikke base64.",
                     en "Use the mechanism EXTERNAL with the XML text of the assertion as response, not PLAIN and not base64.",
        parameters: [],
    }
}

distribution_check! {
    /// The system opens the vhost `BF`.
    ///
    /// ## Why
    /// The queues of the Beskedfordeler are in this vhost. Another one, such as the default `/`, is refused.
    ///
    /// ## What to do
    /// Set the virtual host of the connection to `BF`, without a slash.
    pub VirtualHost {
        id: "pull.vhost",
        family: Pull,
        case: "good",
        judged: vhost,
        title: da "Systemet åbner vhost BF", en "The system opens the vhost BF",
        rows: ["BFO-PULL-02"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5.1: vhost BF")],
        remediation: da "Sæt forbindelsens virtual host til `BF`.", en "Set the connection's virtual host to `BF`.",
        parameters: [],
    }
}

distribution_check! {
    /// The queue that the system reads is named as its Dueslag ident.
    ///
    /// ## Why
    /// The dueslag is the queue. A system that asks for another name gets nothing, while its own messages pile up.
    ///
    /// ## What to do
    /// Use the UUID in the column "Dueslag ident" of the Beskedfordeler's user interface as queue name, exactly as it stands there.
    pub QueueIsDueslag {
        id: "pull.queue-is-dueslag",
        family: Pull,
        case: "good",
        judged: queue,
        title: da "Systemet læser køen med dueslagets ident", en "The system reads the queue named as the dueslag's ident",
        rows: ["BFO-PULL-02"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "8: the queue's name is the Dueslag ident")],
        remediation: da "Brug dueslagets ident (UUID) som kønavn.", en "Use the dueslag's ident (UUID) as queue name.",
        parameters: [],
    }
}

distribution_check! {
    /// The system connects to the broker with TLS 1.2 or 1.3.
    ///
    /// ## Why
    /// Messages hold personal data, and the login holds a token that others must not see.
    ///
    /// ## What to do
    /// Let the client offer TLS 1.2 and, if it can, 1.3; nothing older.
    pub TlsVersion {
        id: "pull.tls-version",
        family: Pull,
        case: "good",
        judged: tls_version,
        title: da "Systemet forbinder til brokeren med TLS 1.2 eller nyere", en "The system connects to the broker with TLS 1.2 or newer",
        rows: ["BFO-PULL-03"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "6.1: TLS 1.2")],
        remediation: da "Lad klienten tilbyde TLS 1.2 eller nyere.", en "Let the client offer TLS 1.2 or newer.",
        parameters: [],
    }
}

distribution_check! {
    /// The client certificate of the TLS connection is the one that the token is bound to (holder-of-key).
    ///
    /// ## Why
    /// That is what makes a stolen token worthless. The Beskedfordeler refuses a token that comes over a connection with another
    /// certificate.
    ///
    /// ## What to do
    /// Use the same OCES certificate for the token request and for the TLS connection, also after a renewal: replace both together.
    pub CertificateOfToken {
        id: "pull.certificate-of-token",
        family: Pull,
        case: "good",
        judged: certificate_of_token,
        title: da "TLS-forbindelsens certifikat er det, som tokenet er bundet til", en "The TLS connection's certificate is the one that the token is bound to",
        rows: ["BFO-PULL-03"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "6.1, 7.1: the same certificate for TLS and for the token")],
        remediation: da "Brug samme OCES-certifikat til TLS-forbindelsen og til tokenet.",
                     en "Use the same OCES certificate for the TLS connection and for the token.",
        parameters: [],
    }
}

/// Judges each connection for which `observe` sees something: `Ok` when it is as it must be, else why not. The first that is
/// not decides; nothing seen is no verdict.
fn every(
    subject: &DistributionSubject,
    expected: &str,
    observe: impl Fn(&Connection<'_>) -> Option<Result<String, (Reason, String)>>,
) -> Outcome {
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let mut seen = None;
        for connection in sessions::connections(&trial) {
            match observe(&connection) {
                Some(Err((reason, observed))) => return Ok(Outcome::fail(reason, expected, observed)),
                Some(Ok(observed)) => seen = Some(observed),
                None => {}
            }
        }
        Ok(seen.map_or_else(|| unreached(&trial, expected), |observed| Outcome::pass(expected, observed)))
    })())
}

fn sasl_external(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "EXTERNAL with a SAML assertion", |connection| {
        let login = connection.login.as_ref()?;
        if login.mechanism != "EXTERNAL" {
            return Some(Err((Reason::Different, login.mechanism.to_owned())));
        }
        if login.token.is_none() {
            return Some(Err((Reason::Malformed, "EXTERNAL with a response that is no SAML assertion".to_owned())));
        }
        // Only a login that was let in shows the whole way; why another was not is for other checks.
        connection.vhost.map(|_| Ok("EXTERNAL with a SAML assertion".to_owned()))
    })
}

fn vhost(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "BF", |connection| {
        let vhost = connection.vhost?;
        Some(if vhost == "BF" { Ok(vhost.to_owned()) } else { Err((Reason::Different, vhost.to_owned())) })
    })
}

fn tls_version(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "TLSv1.2 or TLSv1.3", |connection| {
        connection.connected?;
        let tls = connection.tls.to_owned();
        Some(if ["TLSv1.2", "TLSv1.3"].contains(&connection.tls) { Ok(tls) } else { Err((Reason::Weak, tls)) })
    })
}

fn certificate_of_token(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "the certificate that the token is bound to", |connection| {
        connection.connected?;
        let token = connection.login.as_ref()?.token?;
        let holder = token.holder.as_deref()?;
        Some(match connection.certificate {
            None => Err((Reason::Missing, "no client certificate".to_owned())),
            Some(certificate) if certificate == holder => Ok(format!("SHA-256 {certificate}")),
            Some(certificate) => {
                Err((Reason::WrongParty, format!("SHA-256 {certificate}; the token is bound to {holder}")))
            }
        })
    })
}

fn queue(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(queue_judged(subject))
}

fn queue_judged(subject: &DistributionSubject) -> Judged<Outcome> {
    let trial = Trial::of(subject)?.trial;
    let Some(dueslag) = subject.setting.dueslag.as_deref() else {
        return Ok(without(NotMade::NeedsPull));
    };
    let connections = sessions::connections(&trial);
    let looks: Vec<&str> = connections.iter().flat_map(|c| &c.looks).map(|look| look.queue).collect();
    let refused = trial.events.iter().filter_map(|event| match &event.what {
        Happening::QueueRefused { queue } => Some(queue.as_str()),
        _ => None,
    });
    let named: Vec<&str> = looks.iter().copied().chain(refused).collect();
    Ok(match named.first() {
        // A system may serve several dueslag; that it asks for this one is what counts.
        // The right name may be refused for another reason: the token is for another service.
        _ if named.contains(&dueslag) => Outcome::pass(dueslag, dueslag),
        Some(other) => Outcome::fail(Reason::Different, dueslag, *other),
        None => unreached(&trial, dueslag),
    })
}
