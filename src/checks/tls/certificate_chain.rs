//! The chain leads to a trusted root, from what was sent alone.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::{Blob, TlsSubject};
use crate::verdict::Environment;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509StoreContext};

/// The names of D.09.02 appendix 1, as the appendix writes them: common names, for a few roots organisational units.
const APPENDIX_1: &str = include_str!("bfo-push-trusted-endpoint-cas.txt");

check! {
    /// ## Why
    ///
    /// A caller trusts the endpoint only when the certificates it sends lead to a root the caller knows; nobody
    /// fetches a missing intermediate. The path is built from the served bytes at the instant of the capture, to
    /// Mozilla's roots and the roots that the target adds. For endpoints that Beskedfordeler calls, a certificate
    /// of the path must be on the list of D.09.02 appendix 1; added roots count there in environment local alone.
    ///
    /// ## What to do
    ///
    /// Let the server send its own certificate followed by every intermediate, and use a CA that the caller trusts.
    pub CertificateChain {
        id: "tls.certificate-chain",
        family: Tls,
        title: da "Den sendte kæde fører servercertifikatet tilbage til en betroet udsteder", en "The server certificate leads to a trusted issuer through the chain that is sent",
        rows: ["BFO-PUSH-18", "SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1 and appendix 1"), ("RFC 8446", "section 4.4.2")],
        remediation: da "Lad serveren sende hele kæden (eget certifikat og alle mellemliggende CA-certifikater) fra en udsteder, som kalderen har tillid til.", en "Let the server send the whole chain (its own certificate and every intermediate CA) from an issuer that the caller trusts.",
        parameters: [("issuers", Text("mozilla"), "Who may issue: `mozilla` (and the target's added roots) or `bfo-appendix-1`")],
    }
}

impl Check<TlsSubject> for CertificateChain {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let issuers = parameters.text("issuers");
        let expected = match issuers {
            "mozilla" => "path to a root of Mozilla's list or the target's",
            "bfo-appendix-1" => "path through a CA of D.09.02 appendix 1",
            _ => return Outcome::error("issuers must be mozilla or bfo-appendix-1"),
        };
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        let served: Result<Vec<X509>, _> = subject.served_chain.iter().map(|b| X509::from_der(b.data())).collect();
        let Ok(served) = served else {
            return Outcome::fail(Reason::Malformed, expected, "a served certificate cannot be read");
        };
        let Some((leaf, rest)) = served.split_first() else {
            return Outcome::inconclusive(Reason::AnswerUnusable, expected, "no certificate was sent");
        };
        // Beskedfordeler trusts its own list; a target can add to it on a developer's machine alone.
        let added_roots_count = issuers == "mozilla" || subject.environment == Environment::Local;
        let added_roots = if added_roots_count { subject.added_roots.as_slice() } else { &[] };
        let path = match build_path(subject, added_roots, leaf, rest) {
            Ok(Ok(path)) => path,
            Ok(Err(why)) => {
                let text = format!("{} certificates sent; {} at depth {}", served.len(), why.error, why.depth);
                return Outcome::fail(Reason::Untrusted, expected, text);
            }
            Err(_) => return Outcome::error("OpenSSL could not build a path"),
        };
        let names: Vec<Vec<String>> = path.iter().skip(1).map(names_of).collect();
        let shown = names.iter().filter_map(|n| n.first()).map(String::as_str).collect::<Vec<_>>().join(" < ");
        if issuers == "bfo-appendix-1" {
            let listed = names.iter().flatten().any(|n| APPENDIX_1.lines().any(|l| l == n));
            let added = path.last().is_some_and(|root| is_among(root, added_roots));
            return Outcome::when(listed || added, Reason::Untrusted, expected, shown);
        }
        Outcome::pass(expected, shown)
    }
}

struct NoPath {
    error: &'static str,
    depth: u32,
}

/// The path from the leaf to its root, or why there is none.
fn build_path(
    subject: &TlsSubject,
    added_roots: &[Blob],
    leaf: &X509,
    rest: &[X509],
) -> Result<Result<Vec<X509>, NoPath>, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        store.add_cert(X509::from_der(root)?)?;
    }
    for root in added_roots {
        // What cannot be read cannot be an anchor; the path then fails for want of it.
        if let Ok(root) = X509::from_der(root.data()) {
            store.add_cert(root)?;
        }
    }
    let mut rules = X509VerifyParam::new()?;
    // A root that the target adds may be an intermediate of a private PKI.
    rules.set_flags(X509VerifyFlags::TRUSTED_FIRST | X509VerifyFlags::PARTIAL_CHAIN)?;
    rules.set_purpose(X509PurposeId::SSL_SERVER)?;
    // Keys and signatures have checks of their own.
    rules.set_auth_level(0);
    rules.set_time(within_validity(leaf, subject.at.as_second())?);
    store.set_param(&rules)?;
    let store = store.build();
    let mut untrusted = Stack::new()?;
    for certificate in rest {
        untrusted.push(certificate.clone())?;
    }
    let mut context = X509StoreContext::new()?;
    context.init(&store, leaf, &untrusted, |c| {
        if c.verify_cert()? {
            return Ok(Ok(c.chain().into_iter().flatten().map(ToOwned::to_owned).collect()));
        }
        Ok(Err(NoPath { error: c.error().error_string(), depth: c.error_depth() }))
    })
}

/// The instant to judge the issuers at: that of the capture, moved into the leaf's own validity, whose end has a check of
/// its own and must not hide what is wrong with the path.
fn within_validity(leaf: &X509, at: i64) -> Result<i64, ErrorStack> {
    let epoch = openssl::asn1::Asn1Time::from_unix(0)?;
    let seconds = |time: &openssl::asn1::Asn1TimeRef| -> Result<i64, ErrorStack> {
        let diff = epoch.diff(time)?;
        Ok(i64::from(diff.days) * 86_400 + i64::from(diff.secs))
    };
    // OpenSSL counts notAfter itself as expired.
    Ok(at.min(seconds(leaf.not_after())? - 1).max(seconds(leaf.not_before())?))
}

fn names_of(certificate: &X509) -> Vec<String> {
    let name = certificate.subject_name();
    let entries = |nid| name.entries_by_nid(nid).map(|e| String::from_utf8_lossy(e.data().as_slice()).into_owned());
    entries(Nid::COMMONNAME).chain(entries(Nid::ORGANIZATIONALUNITNAME)).collect()
}

fn is_among(root: &X509, added_roots: &[Blob]) -> bool {
    root.to_der().is_ok_and(|der| added_roots.iter().any(|b| b.data() == der))
}

#[cfg(test)]
mod tests {
    use super::APPENDIX_1;

    #[test]
    fn the_appendix_is_whole() {
        assert_eq!(APPENDIX_1.lines().count(), 70);
        assert!(APPENDIX_1.lines().all(|l| !l.is_empty() && l.trim() == l));
    }
}
