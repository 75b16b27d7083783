//! What the system under test sent to the identity provider, read from a recorded conversation.
//!
//! One rule about messages that are missing: a conversation that broke off is inconclusive, a message that cannot be read fails the
//! check on its form alone and leaves every other check `not-tested`.

use super::trials;
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::{Certificate, ServiceProvider};
use crate::saml::protocol::{
    AuthnRequest, Header, LogoutRequest, LogoutResponse, ProtocolProblem, read_authn_request, read_logout_request,
    read_logout_response,
};
use crate::saml::redirect::{self, Parameter, RedirectMessage, RedirectProblem};
use crate::saml::signature::{SignatureProblem, algorithm, verify_child, verify_enveloped};
use crate::saml::{reading, xml};
use crate::subject::TrialSubject;
use crate::subject::trial::session::Oracle;
use crate::subject::trial::transcript::{self, Exchange, Sent, Step, Transcript};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// A message that the browser carried to the identity provider.
#[derive(Clone, Debug)]
pub struct Received<M> {
    /// When it came.
    pub at: Timestamp,
    /// The address it was sent to, with its query.
    pub url: String,
    /// The message as text.
    pub xml: String,
    /// RelayState.
    pub relay_state: Option<String>,
    /// The query it came in; `None` when a form carried it.
    pub redirect: Option<RedirectMessage>,
    /// What it says.
    pub message: M,
}

/// Why there is nothing to judge.
#[derive(Clone, Debug)]
pub enum Nothing {
    /// The trial was not made.
    NotMade(Box<Outcome>),
    /// There is no conversation, or it ended before the message was due.
    BrokeOff(String),
    /// The user was not seen logged in, so nothing had to come.
    NoControl,
    /// The system went on without sending it.
    NotSent,
    /// What was sent is no such message.
    Unreadable(String),
}

impl Nothing {
    /// The outcome of a check on the message's content.
    #[must_use]
    pub fn outcome(self, expected: &str) -> Outcome {
        match self {
            Self::NotMade(outcome) => *outcome,
            Self::BrokeOff(why) => Outcome::inconclusive(Reason::AnswerUnusable, expected, why),
            Self::NoControl => Outcome::inconclusive(Reason::ControlFailed, expected, "no login was seen before"),
            Self::NotSent => Outcome::not_tested(Reason::Missing, expected, "no message was sent"),
            Self::Unreadable(why) => Outcome::not_tested(Reason::SubjectUnreadable, expected, why),
        }
    }

    /// The outcome of the one check that demands that a readable message is there.
    #[must_use]
    pub fn demanded(self, expected: &str) -> Outcome {
        match self {
            Self::NotSent => Outcome::fail(Reason::Missing, expected, "no message was sent"),
            Self::Unreadable(why) => Outcome::fail(Reason::Malformed, expected, why),
            other => other.outcome(expected),
        }
    }
}

/// The AuthnRequests of the subject's two logins. Not empty.
pub fn authn_requests(subject: &TrialSubject) -> Result<Vec<Received<AuthnRequest>>, Nothing> {
    if let Some(outcome) = trials::not_made(subject) {
        return Err(Nothing::NotMade(Box::new(outcome)));
    }
    let mut found = Vec::new();
    let mut broken = None;
    for blob in [&subject.before, &subject.after] {
        let Some(conversation) = TrialSubject::read(blob.as_ref()) else {
            broken.get_or_insert_with(|| "no recorded conversation".to_owned());
            continue;
        };
        let requests = messages(&conversation, Step::Login, Parameter::Request, read_authn_request)?;
        if requests.is_empty() {
            broken.get_or_insert_with(|| stopped(&conversation));
        }
        found.extend(requests);
    }
    match (found.is_empty(), broken) {
        (true, why) => Err(Nothing::BrokeOff(why.unwrap_or_default())),
        (false, _) => Ok(found),
    }
}

/// The LogoutRequest of a logout that the system begins, with the Response that the session came from.
pub fn logout_request(subject: &TrialSubject) -> Result<(Received<LogoutRequest>, Sent), Nothing> {
    let conversation = conversation(subject)?;
    let mut requests = messages(&conversation, Step::Logout, Parameter::Request, read_logout_request)?;
    let login = conversation.sent.iter().rfind(|s| s.message == "Response").cloned();
    match (requests.is_empty(), login) {
        (false, Some(login)) => Ok((requests.swap_remove(0), login)),
        (false, None) => Err(Nothing::BrokeOff("no Response is recorded".to_owned())),
        (true, _) => Err(absent(subject, &conversation)),
    }
}

/// The LogoutResponse to the identity provider's LogoutRequest, with that request.
pub fn logout_response(subject: &TrialSubject) -> Result<(Received<LogoutResponse>, Sent), Nothing> {
    let conversation = conversation(subject)?;
    let mut responses = messages(&conversation, Step::Logout, Parameter::Response, read_logout_response)?;
    let request = conversation.sent.iter().rfind(|s| s.message == "LogoutRequest").cloned();
    match (responses.is_empty(), request) {
        (false, Some(request)) => Ok((responses.swap_remove(0), request)),
        (_, None) => Err(Nothing::BrokeOff(stopped(&conversation))),
        (true, Some(_)) => Err(absent(subject, &conversation)),
    }
}

fn conversation(subject: &TrialSubject) -> Result<Transcript, Nothing> {
    if let Some(outcome) = trials::not_made(subject) {
        return Err(Nothing::NotMade(Box::new(outcome)));
    }
    TrialSubject::read(subject.trial.as_ref()).ok_or_else(|| {
        // Not made because the good login before it failed: that login's own words say why.
        let control = TrialSubject::read(subject.nobody.as_ref()).zip(TrialSubject::read(subject.before.as_ref()));
        let why = control.and_then(|(nobody, before)| Oracle::learn(&nobody, &before).err());
        Nothing::BrokeOff(why.map_or_else(|| "no recorded conversation".to_owned(), |why| why.to_string()))
    })
}

/// Why a logout has no message: the system's doing only when it answered to the end, and the user was logged in before.
fn absent(subject: &TrialSubject, conversation: &Transcript) -> Nothing {
    let last = conversation.of_step(Step::Logout).last().map(|e| &e.outcome);
    let answered = matches!(last, Some(transcript::Outcome::ToIdentityProvider | transcript::Outcome::Answered { .. }));
    if conversation.stopped.is_some() || !answered {
        return Nothing::BrokeOff(stopped(conversation));
    }
    let (nobody, before) = (TrialSubject::read(subject.nobody.as_ref()), TrialSubject::read(subject.before.as_ref()));
    let oracle = nobody.as_ref().zip(before.as_ref()).and_then(|(nobody, before)| Oracle::learn(nobody, before).ok());
    match oracle {
        Some(oracle) if oracle.session(conversation, Step::WitnessLogin).is_open() => Nothing::NotSent,
        _ => Nothing::NoControl,
    }
}

fn stopped(conversation: &Transcript) -> String {
    match &conversation.stopped {
        Some(stop) => stop.describe(),
        None => "the conversation has no message to the identity provider".to_owned(),
    }
}

/// The messages of one kind that a step sent to the identity provider. Messages of another kind are passed over: after a logout, a
/// system may well begin a new login.
fn messages<M>(
    conversation: &Transcript,
    step: Step,
    parameter: Parameter,
    read: fn(&str) -> Result<M, ProtocolProblem>,
) -> Result<Vec<Received<M>>, Nothing> {
    let mut found = Vec::new();
    for exchange in conversation.to_identity_provider().filter(|e| e.step == step && carries(e, parameter)) {
        // Only the first message of a logout is judged; what comes after it is another matter.
        if step == Step::Logout && !found.is_empty() {
            break;
        }
        if is_redacted(exchange) {
            return Err(Nothing::BrokeOff("a part of the message was removed from the record".to_owned()));
        }
        let (xml, relay_state, redirect) = carried(exchange, parameter).map_err(Nothing::Unreadable)?;
        let (at, url) = (exchange.at, exchange.url.clone());
        match read(&xml) {
            Ok(message) => found.push(Received { at, url, xml, relay_state, redirect, message }),
            Err(ProtocolProblem::Root { found, .. }) if is_other_request(&found) => {}
            Err(problem) => return Err(Nothing::Unreadable(problem.to_string())),
        }
    }
    Ok(found)
}

/// Whether something was removed from what an exchange carried. A signature over what is left proves nothing against the system.
fn is_redacted(exchange: &Exchange) -> bool {
    let marked = |text: &str| text.contains("«redacted:") || text.to_ascii_uppercase().contains("%C2%ABREDACTED");
    marked(&exchange.url) || exchange.form.iter().any(|(_, value)| marked(value))
}

/// Whether a document element is a request that a system may send on its own account before or after the one looked for.
fn is_other_request(name: &str) -> bool {
    matches!(name.rsplit(':').next(), Some("AuthnRequest" | "LogoutRequest"))
}

/// RelayState of the identity provider's LogoutRequest, as the browser carried it to the system.
pub fn relay_state_of_logout(subject: &TrialSubject) -> Option<String> {
    let conversation = TrialSubject::read(subject.trial.as_ref())?;
    let to_system = |e: &&Exchange| e.outcome != transcript::Outcome::ToIdentityProvider;
    let mut queries = conversation.of_step(Step::Logout).filter(to_system).filter_map(|e| query(&e.url));
    queries.find_map(|q| redirect::decode(q).ok().filter(|m| m.parameter == Parameter::Request)?.relay_state)
}

/// The query as it was sent, without question mark and fragment.
fn query(url: &str) -> Option<&str> {
    let (_, query) = url.split_once('?')?;
    Some(query.split('#').next().unwrap_or_default())
}

/// Whether an exchange was meant to carry a message in this parameter. A login that leads to the identity provider without any message
/// was meant to carry a request.
fn carries(exchange: &Exchange, parameter: Parameter) -> bool {
    let named = |parameter: Parameter| {
        let start = format!("{}=", parameter.name());
        query(&exchange.url).is_some_and(|q| q.split('&').any(|pair| pair.starts_with(&start)))
            || exchange.form.iter().any(|(name, _)| name == parameter.name())
    };
    named(parameter) || (exchange.step == Step::Login && !named(Parameter::Response))
}

type Carried = (String, Option<String>, Option<RedirectMessage>);

fn carried(exchange: &Exchange, parameter: Parameter) -> Result<Carried, String> {
    let values = |name: &str| exchange.form.iter().filter(|(n, _)| n == name).map(|(_, v)| v).collect::<Vec<_>>();
    let relay_state = match values("RelayState").as_slice() {
        [] => None,
        [only] => Some((*only).clone()),
        _ => return Err("the form carries RelayState more than once".to_owned()),
    };
    match values(parameter.name()).as_slice() {
        [] => {}
        [only] => {
            let base64: String = only.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let bytes = STANDARD.decode(base64).map_err(|_| format!("{} is not base64", parameter.name()))?;
            let xml = String::from_utf8(bytes).map_err(|_| "the message is not UTF-8".to_owned())?;
            return Ok((xml, relay_state, None));
        }
        _ => return Err(format!("the form carries {} more than once", parameter.name())),
    }
    let message = redirect::decode(query(&exchange.url).unwrap_or_default()).map_err(|p| p.to_string())?;
    if message.parameter != parameter {
        return Err(format!("the query carries no {}", parameter.name()));
    }
    Ok((message.xml.clone(), message.relay_state.clone(), Some(message)))
}

/// The system as its SP metadata describes it.
pub fn service_provider(subject: &TrialSubject) -> Option<ServiceProvider> {
    let metadata = reading::read(subject.metadata.data()).ok()?.metadata;
    metadata.entity?.service_providers.into_iter().next()
}

/// Judges what concerns only systems that can be encrypted to: those whose metadata has a certificate for it.
pub fn if_encrypted_to(subject: &TrialSubject, judge: impl FnOnce() -> Outcome) -> Outcome {
    let keys = service_provider(subject).map(|p| p.keys);
    let none = keys.is_some_and(|keys| !keys.iter().any(|k| k.encrypts() && !k.certificates.is_empty()));
    if none { Outcome::not_applicable("a certificate for encryption in the SP metadata", "none") } else { judge() }
}

/// The DER certificates that the SP metadata gives for signing.
fn signing_certificates(subject: &TrialSubject) -> Vec<Vec<u8>> {
    let keys = service_provider(subject).map(|p| p.keys).unwrap_or_default();
    let certificates = keys.iter().filter(|k| k.signs()).flat_map(|k| &k.certificates);
    certificates.filter_map(Certificate::der).map(<[u8]>::to_vec).collect()
}

/// Whether the message is signed with a key of the SP metadata: over the exact octets of the query, or, in a form, by an XML signature
/// of the document element.
pub fn signed<M>(subject: &TrialSubject, received: &Received<M>) -> Outcome {
    const EXPECTED: &str = "a signature that verifies with a signing certificate of the SP metadata";
    let certificates = signing_certificates(subject);
    if certificates.is_empty() {
        return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "the metadata has no signing certificate");
    }
    let algorithm = signature_algorithm(received);
    let problem = match &received.redirect {
        Some(message) => message.verify(&certificates).map(|_| ()).map_err(|problem| match problem {
            RedirectProblem::Unsigned => Problem::Missing,
            RedirectProblem::Algorithm(uri) => Problem::Algorithm(uri),
            other => Problem::Invalid(other.to_string()),
        }),
        None => enveloped(&received.xml, &certificates),
    };
    match problem {
        Ok(()) => Outcome::pass(EXPECTED, algorithm.unwrap_or_default()),
        Err(Problem::Missing) => Outcome::fail(Reason::Missing, EXPECTED, "none"),
        Err(Problem::Algorithm(uri)) if is_strong(&uri) => {
            Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("cannot verify {uri}"))
        }
        Err(Problem::NotExecuted(uri)) => {
            Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("cannot verify {uri}"))
        }
        Err(Problem::Algorithm(uri)) => Outcome::fail(Reason::Weak, EXPECTED, uri),
        Err(Problem::Invalid(why)) => Outcome::fail(Reason::SignatureInvalid, EXPECTED, why),
    }
}

enum Problem {
    Missing,
    Algorithm(String),
    /// A transform that this program does not execute; SAML core 5.4.4 allows one more than we do.
    NotExecuted(String),
    Invalid(String),
}

fn enveloped(text: &str, certificates: &[Vec<u8>]) -> Result<(), Problem> {
    let document = xml::parse(text).map_err(|p| Problem::Invalid(p.to_string()))?;
    let root = document.document_element().ok_or_else(|| Problem::Invalid("no document element".to_owned()))?;
    verify_child(text, &document, root, certificates).map_err(|problem| match problem {
        SignatureProblem::Absent => Problem::Missing,
        SignatureProblem::Algorithm(uri) => Problem::Algorithm(uri),
        SignatureProblem::Transform(uri) => Problem::NotExecuted(uri),
        other => Problem::Invalid(other.to_string()),
    })
}

/// The signature algorithm that the message names.
fn signature_algorithm<M>(received: &Received<M>) -> Option<String> {
    match &received.redirect {
        Some(message) => message.sig_alg.clone(),
        None => verify_enveloped(&received.xml, &xml::parse(&received.xml).ok()?).signature_method,
    }
}

/// rsa-sha256 and everything that is at least as strong (RFC 6931; SDP-ALG01).
fn is_strong(uri: &str) -> bool {
    const MORE: [&str; 6] = [
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
    ];
    [algorithm::RSA_SHA256, algorithm::RSA_SHA384, algorithm::RSA_SHA512].contains(&uri) || MORE.contains(&uri)
}

/// Whether the signature's algorithm is rsa-sha256 or stronger.
pub fn strongly_signed<M>(received: &Received<M>) -> Outcome {
    const EXPECTED: &str = "rsa-sha256 or stronger";
    match signature_algorithm(received) {
        None => Outcome::not_tested(Reason::Missing, EXPECTED, "not signed"),
        Some(uri) => Outcome::when(is_strong(&uri), Reason::Weak, EXPECTED, uri),
    }
}

/// Whether a message went to this address. The address may have a query of its own.
#[must_use]
pub fn is_sent_to(url: &str, location: &str) -> bool {
    let separator = if location.contains('?') { '&' } else { '?' };
    url.strip_prefix(location).is_some_and(|rest| rest.is_empty() || rest.starts_with([separator, '#']))
}

/// Whether Destination is the address. A signed message in a query or form must have one (SAML bindings 3.4.5.2, 3.5.5.2).
#[must_use]
pub fn destination(header: &Header, location: &str) -> Outcome {
    match header.destination.as_deref() {
        None => Outcome::fail(Reason::Missing, location, "none"),
        Some(found) => Outcome::when(found == location, Reason::Different, location, found),
    }
}

/// Whether Issuer is the system's registered entityID, character by character.
#[must_use]
pub fn issuer(subject: &TrialSubject, header: &Header) -> Outcome {
    const ENTITY: &str = crate::saml::name_id_format::ENTITY;
    let expected = &subject.setting.service_provider;
    match &header.issuer {
        None => Outcome::fail(Reason::Missing, expected, "none"),
        Some(issuer) if issuer.value != *expected => Outcome::fail(Reason::Different, expected, &issuer.value),
        Some(issuer) => match issuer.format.as_deref() {
            None | Some(ENTITY) => Outcome::pass(expected, &issuer.value),
            Some(other) => Outcome::fail(Reason::Different, ENTITY, other),
        },
    }
}

/// Whether IssueInstant is UTC, with a `Z`, and at most so many seconds from the instant the message came.
#[must_use]
pub fn issue_instant(header: &Header, at: Timestamp, seconds: i64) -> Outcome {
    let expected = format!("UTC, within {seconds} s of {at}");
    let Some(written) = header.issue_instant.as_deref() else {
        return Outcome::fail(Reason::Missing, expected, "none");
    };
    let Some(instant) = written.strip_suffix('Z').and_then(|_| written.parse::<Timestamp>().ok()) else {
        return Outcome::fail(Reason::Malformed, expected, written);
    };
    let away = instant.duration_since(at).abs();
    Outcome::when(away <= jiff::SignedDuration::from_secs(seconds), Reason::Different, expected, written)
}

/// The first outcome that does not pass, else the first.
pub fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    let outcomes: Vec<_> = outcomes.into_iter().collect();
    // Of two that tie, the first: `max_by_key` would give the last.
    let worst = outcomes.into_iter().rev().max_by_key(|o| o.verdict);
    worst.unwrap_or_else(|| Outcome::error("nothing was judged"))
}
