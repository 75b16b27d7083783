//! What a system sent to the desk: taken from the Redirect or POST binding, decoded with bounds, and compared with what both
//! sides are registered as.

use super::system::System;
use super::words;
use crate::check::Parameters;
use crate::checks;
use crate::fki::identity_provider::IdentityProvider;
use crate::language::Text;
use crate::outcome::Outcome;
use crate::saml::binding;
use crate::saml::protocol::{self, AuthnRequest, Header, LogoutRequest, LogoutResponse};
use crate::saml::redirect::{self, Parameter, RedirectMessage};
use crate::saml::{signature, xml};
use crate::subject::trial::transcript::{Exchange, Outcome as Came, Step, Transcript};
use crate::subject::trial::{Setting, TRANSCRIPT};
use crate::subject::{Blob, TrialSubject};
use crate::target::saml::LevelOfAssurance;
use crate::verdict::{Environment, Verdict};
use base64::Engine;
use jiff::{SignedDuration, Timestamp};

/// Largest message by HTTP-POST, bytes of XML.
const LARGEST: usize = 128 * 1024;
/// How far IssueInstant may be from the present before the desk remarks on it.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// One thing that the message says, and whether it fits.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub label: Text,
    /// As it was sent.
    pub value: String,
    /// Whether it is as it should be; `None` when nothing is to be compared.
    pub fits: Option<bool>,
    /// What it should be, when it is not: a value.
    pub expected: String,
    /// The same, in words.
    pub wanted: Option<Text>,
}

/// The messages that a system sends.
#[derive(Clone, Debug)]
pub enum Kind {
    /// It wants somebody to log in.
    Login {
        /// Index in the system's AssertionConsumerServices of the one it asks for.
        acs: Option<usize>,
    },
    /// It logs somebody out.
    Logout {
        /// Whom, when the NameID is not encrypted.
        name_id: Option<String>,
    },
    /// It answers a LogoutRequest of the desk.
    LoggedOut {
        /// Which.
        in_response_to: Option<String>,
    },
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// When.
    pub at: Timestamp,
    /// What it wants.
    pub kind: Kind,
    /// Its ID.
    pub id: String,
    /// RelayState, to be sent back as it is.
    pub relay_state: Option<String>,
    /// The message.
    pub xml: String,
    /// What it says.
    pub facts: Vec<Fact>,
    /// How it came, for the checks.
    pub exchange: Exchange,
}

/// Why a message cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong with it.
    pub text: Text,
    /// What the reader said.
    pub detail: String,
}

impl Received {
    /// Compares it with what went out from here: IDs of LogoutRequests, and NameIDs.
    pub fn compare(&mut self, logouts: &[String], issued: &[String]) {
        let compared = match &self.kind {
            Kind::Login { .. } => None,
            Kind::Logout { name_id } => {
                name_id.as_ref().map(|id| (words::NAME_ID, issued.contains(id), words::ISSUED_BEFORE))
            }
            Kind::LoggedOut { in_response_to } => {
                let known = in_response_to.as_ref().is_some_and(|id| logouts.contains(id));
                Some((words::IN_RESPONSE_TO, known, words::SENT_BEFORE))
            }
        };
        if let Some((label, fits, expected)) = compared {
            for fact in self.facts.iter_mut().filter(|fact| fact.label == label) {
                fact.fits = Some(fits);
                fact.wanted = Some(expected);
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over where they arise")]
fn unusable(text: Text, detail: impl ToString) -> Unusable {
    Unusable { text, detail: detail.to_string() }
}

/// How it came.
#[derive(Clone, Copy, Debug)]
pub enum Arrival<'a> {
    /// HTTP-Redirect: the query exactly as it was sent.
    Redirect(&'a str),
    /// HTTP-POST: the fields.
    Post(&'a [(String, String)]),
}

/// Reads a message.
pub fn receive(
    arrival: Arrival<'_>,
    address: &url::Url,
    provider: &IdentityProvider,
    system: &System,
    at: Timestamp,
) -> Result<Received, Unusable> {
    let message = match arrival {
        Arrival::Redirect(query) => Decoded::from_query(query)?,
        Arrival::Post(form) => Decoded::from_form(form)?,
    };
    let mut exchange = Exchange {
        browser: 0,
        visit: 0,
        step: Step::Login,
        at,
        method: "GET".to_owned(),
        url: address.to_string(),
        form: Vec::new(),
        cookies: Vec::new(),
        outcome: Came::ToIdentityProvider,
    };
    match arrival {
        Arrival::Redirect(query) => exchange.url = format!("{address}?{query}"),
        Arrival::Post(form) => {
            "POST".clone_into(&mut exchange.method);
            exchange.form = form.to_vec();
        }
    }
    let unreadable = |e: protocol::ProtocolProblem| unusable(words::UNREADABLE, e);
    let (kind, id, mut facts) = match (message.answer, root_name(&message.xml)?.as_str()) {
        (false, "AuthnRequest") => {
            let request = protocol::read_authn_request(&message.xml).map_err(unreadable)?;
            let acs = system.consumer(request.acs_url.as_deref(), request.acs_index.as_deref());
            let facts = of_request(&request, acs, provider, system, at);
            (Kind::Login { acs }, request.header.id, facts)
        }
        (false, "LogoutRequest") => {
            exchange.step = Step::Logout;
            let request = protocol::read_logout_request(&message.xml).map_err(unreadable)?;
            let facts = of_logout(&request, provider, system, at);
            (Kind::Logout { name_id: request.name_id.map(|n| n.value) }, request.header.id, facts)
        }
        (true, "LogoutResponse") => {
            exchange.step = Step::Logout;
            let response = protocol::read_logout_response(&message.xml).map_err(unreadable)?;
            let facts = of_logout_answer(&response, provider, system, at);
            (Kind::LoggedOut { in_response_to: response.in_response_to }, response.header.id, facts)
        }
        (_, root) => return Err(unusable(words::OTHER_MESSAGE, root)),
    };
    facts.push(message.signature(system));
    if let Some(relay_state) = &message.relay_state {
        // SAML bindings 3.4.3 and 3.5.3: not above 80 bytes.
        facts.push(Fact {
            label: words::RELAY_STATE,
            value: relay_state.clone(),
            fits: Some(relay_state.len() <= 80),
            expected: "<= 80 bytes".to_owned(),
            wanted: None,
        });
    }
    Ok(Received { at, kind, id, relay_state: message.relay_state, xml: message.xml, facts, exchange })
}

/// A message out of its binding.
struct Decoded {
    xml: String,
    relay_state: Option<String>,
    /// Came as SAMLResponse.
    answer: bool,
    redirect: Option<RedirectMessage>,
}

impl Decoded {
    fn from_query(query: &str) -> Result<Self, Unusable> {
        let message = redirect::decode(query).map_err(|e| unusable(words::UNREADABLE, e))?;
        Ok(Self {
            xml: message.xml.clone(),
            relay_state: message.relay_state.clone(),
            answer: message.parameter == Parameter::Response,
            redirect: Some(message),
        })
    }

    fn from_form(form: &[(String, String)]) -> Result<Self, Unusable> {
        let all = |name: &str| form.iter().filter(|(n, _)| n == name).map(|(_, v)| v).collect::<Vec<_>>();
        let (request, response, relay_state) = (all("SAMLRequest"), all("SAMLResponse"), all("RelayState"));
        if request.len() + response.len() != 1 || relay_state.len() > 1 {
            return Err(unusable(words::NO_MESSAGE, ""));
        }
        let answer = request.is_empty();
        let text: String = request.into_iter().chain(response).flat_map(|v| v.split_ascii_whitespace()).collect();
        if text.len() > LARGEST {
            return Err(unusable(words::UNREADABLE, format!("> {LARGEST} bytes")));
        }
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| unusable(words::UNREADABLE, "base64"))?;
        let xml = String::from_utf8(bytes).map_err(|_| unusable(words::UNREADABLE, "UTF-8"))?;
        Ok(Self { xml, relay_state: relay_state.first().map(|v| (*v).clone()), answer, redirect: None })
    }

    /// Whether one of the system's certificates made its signature.
    fn signature(&self, system: &System) -> Fact {
        let made = match &self.redirect {
            Some(message) => message.verify(&system.signing).map(|_| ()).map_err(|e| e.to_string()),
            None => verify_inside(&self.xml, &system.signing),
        };
        let algorithm = self.redirect.as_ref().and_then(|m| m.sig_alg.clone());
        let value = match (made, algorithm) {
            (Ok(()), algorithm) => return fact(words::SIGNATURE, algorithm.unwrap_or_default(), Some(true)),
            (Err(why), Some(algorithm)) => format!("{algorithm}: {why}"),
            (Err(why), None) => why,
        };
        fact(words::SIGNATURE, value, Some(false))
    }
}

/// A signature inside the message, as the POST binding has it.
fn verify_inside(text: &str, certificates: &[Vec<u8>]) -> Result<(), String> {
    let document = xml::parse(text).map_err(|e| e.to_string())?;
    let root = document.document_element().ok_or_else(|| "XML".to_owned())?;
    signature::verify_child(text, &document, root, certificates).map_err(|e| e.to_string())
}

fn root_name(text: &str) -> Result<String, Unusable> {
    let document = xml::parse(text).map_err(|e| unusable(words::UNREADABLE, e))?;
    let root = document.document_element().ok_or_else(|| unusable(words::UNREADABLE, "XML"))?;
    Ok(document.element(root).map(|e| e.name.local_name.to_string()).unwrap_or_default())
}

fn fact(label: Text, value: impl Into<String>, fits: Option<bool>) -> Fact {
    Fact { label, value: value.into(), fits, expected: String::new(), wanted: None }
}

/// A value that must be this one.
fn equal(label: Text, value: Option<&str>, expected: &str) -> Fact {
    let fits = value == Some(expected);
    Fact {
        label,
        value: value.unwrap_or("-").to_owned(),
        fits: Some(fits),
        expected: expected.to_owned(),
        wanted: None,
    }
}

fn of_header(header: &Header, destinations: &[&str], system: &System, at: Timestamp) -> Vec<Fact> {
    let destination = header.destination.as_deref();
    let instant = header.issue_instant.as_deref();
    let fresh = instant
        .and_then(|text| text.parse::<Timestamp>().ok())
        .is_some_and(|issued| at.duration_since(issued).abs() <= FRESH);
    vec![
        equal(words::ISSUER, header.issuer.as_ref().map(|i| i.value.as_str()), &system.entity_id),
        Fact {
            label: words::DESTINATION,
            value: destination.unwrap_or("-").to_owned(),
            fits: Some(destination.is_some_and(|d| destinations.contains(&d))),
            expected: destinations.join(" | "),
            wanted: None,
        },
        Fact {
            label: words::ISSUE_INSTANT,
            value: instant.unwrap_or("-").to_owned(),
            fits: Some(fresh),
            expected: at.to_string(),
            wanted: None,
        },
        fact(words::ID, header.id.as_str(), None),
    ]
}

fn of_request(
    request: &AuthnRequest,
    acs: Option<usize>,
    provider: &IdentityProvider,
    system: &System,
    at: Timestamp,
) -> Vec<Fact> {
    let mut facts = of_header(&request.header, &[provider.sso.as_str()], system, at);
    let consumers = || system.consumers.iter().map(|c| c.location.as_str()).collect::<Vec<_>>().join(" | ");
    for (label, value) in [(words::ACS_URL, &request.acs_url), (words::ACS_INDEX, &request.acs_index)] {
        if let Some(value) = value {
            facts.push(Fact {
                label,
                value: value.clone(),
                fits: Some(acs.is_some()),
                expected: consumers(),
                wanted: None,
            });
        }
    }
    if let Some(asked) = request.protocol_binding.as_deref() {
        facts.push(equal(words::PROTOCOL_BINDING, Some(asked), binding::POST));
    }
    if let Some(policy) = &request.name_id_policy {
        facts.push(fact(words::NAME_ID_POLICY, policy.format.as_deref().unwrap_or("-"), None));
    }
    for (label, value) in [(words::FORCE_AUTHN, request.force_authn), (words::IS_PASSIVE, request.is_passive)] {
        facts.extend(value.map(|value| fact(label, value.to_string(), None)));
    }
    if let Some(context) = &request.requested_authn_context {
        let comparison = context.comparison.as_deref().unwrap_or("exact");
        let asked: Vec<_> = context.class_refs.iter().chain(&context.declaration_refs).map(String::as_str).collect();
        facts.push(fact(words::CONTEXT, format!("{comparison}: {}", asked.join(", ")), None));
    }
    facts
}

/// The SLO addresses: both take both kinds of message.
fn logout_addresses(provider: &IdentityProvider) -> Vec<&str> {
    std::iter::once(provider.slo.as_str()).chain(provider.slo_response.as_ref().map(url::Url::as_str)).collect()
}

fn of_logout(request: &LogoutRequest, provider: &IdentityProvider, system: &System, at: Timestamp) -> Vec<Fact> {
    let mut facts = of_header(&request.header, &[provider.slo.as_str()], system, at);
    if let Some(name_id) = &request.name_id {
        facts.push(fact(words::NAME_ID, name_id.value.as_str(), None));
    }
    facts.extend(request.session_indexes.iter().map(|index| fact(words::SESSION_INDEX, index.as_str(), None)));
    facts
}

fn of_logout_answer(
    response: &LogoutResponse,
    provider: &IdentityProvider,
    system: &System,
    at: Timestamp,
) -> Vec<Fact> {
    let mut facts = of_header(&response.header, &logout_addresses(provider), system, at);
    facts.push(fact(words::STATUS, response.status.join(", "), Some(response.is_success())));
    facts.push(fact(words::IN_RESPONSE_TO, response.in_response_to.as_deref().unwrap_or("-"), None));
    facts
}

/// One verdict of a check on AuthnRequests.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The check.
    pub id: &'static str,
    /// Its requirement.
    pub title: Text,
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Text,
    /// What was there.
    pub observed: String,
}

/// What the checks on AuthnRequests say of this request and the one before it, as they would say of two logins of a trial.
#[must_use]
pub fn judge(
    received: &Received,
    earlier: Option<&Received>,
    provider: &IdentityProvider,
    system: &System,
    minimum_level: Option<LevelOfAssurance>,
    environment: Environment,
) -> Vec<Judged> {
    let recorded = |received: &Received| {
        let transcript = Transcript {
            started: received.at,
            genuine: Vec::new(),
            forged: Vec::new(),
            sent: Vec::new(),
            exchanges: vec![received.exchange.clone()],
            stopped: None,
        };
        serde_json::to_vec(&transcript).ok().map(|bytes| Blob::new(TRANSCRIPT, bytes))
    };
    let (first, second) = match earlier {
        Some(earlier) => (earlier, Some(received)),
        None => (received, None),
    };
    let subject = TrialSubject {
        id: "authn-request:desk".to_owned(),
        case: "desk".to_owned(),
        environment,
        at: received.at,
        setting: Setting {
            identity_provider: provider.entity_id.clone(),
            sso: provider.sso.to_string(),
            slo: provider.slo.to_string(),
            slo_response: provider.slo_response.as_ref().map(ToString::to_string),
            service_provider: system.entity_id.clone(),
            acs: system.consumers.first().map(|c| c.location.clone()).unwrap_or_default(),
            minimum_level,
            signing_certificates: provider.keys.iter().map(|k| crate::digest::sha256_hex(&k.certificate)).collect(),
        },
        metadata: Blob::new("application/samlmetadata+xml", system.metadata.clone()),
        not_made: None,
        nobody: None,
        before: recorded(first),
        trial: None,
        after: second.and_then(recorded),
    };
    checks::authn_request::CHECKS
        .iter()
        .map(|check| {
            let meta = check.meta();
            let Outcome { verdict, reason, observed, .. } = check.judge(&subject, &Parameters::defaults(meta));
            Judged { id: meta.id, title: meta.title, verdict, reason: reason.text(), observed }
        })
        .collect()
}
