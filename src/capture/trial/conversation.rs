//! One conversation: browsers, the emulated identity provider, and the record of what happened.

use super::{Consumer, ServiceProvider};
use crate::capture::browser::{Addresses, Arrival, Browser, From, Incoming, Recorder, Request};
use crate::capture::http::HttpClient;
use crate::fki::identity_provider::IdentityProvider;
use crate::fki::login::{Order, Person, Recipient, Response, Shape};
use crate::fki::logout::{LogoutOrder, LogoutSigner, Redirected};
use crate::saml::protocol;
use crate::saml::redirect::{self, Parameter};
use crate::saml::signature::algorithm;
use crate::subject::trial::transcript::{Marker, Sent, Step, Stop, Transcript};
use crate::target::saml::{FreeField, LevelOfAssurance, Saml, User, Way};
use crate::trial::{Case, Delivery, LogoutCase, Mutation};
use base64::Engine;
use url::Url;

/// Where conversations are held: what does not change from one to the next.
pub(super) struct Stage<'a> {
    client: &'a HttpClient,
    saml: &'a Saml,
    identity_provider: &'a IdentityProvider,
    service_provider: &'a ServiceProvider,
    addresses: Addresses,
}

/// A user as one conversation presents it, and what shows whose session it is.
struct Identity {
    person: Person,
    markers: Vec<Marker>,
}

/// A request that the system sent to the identity provider.
struct Asked {
    id: String,
    consumer: Consumer,
    relay_state: Option<String>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        client: &'a HttpClient,
        saml: &'a Saml,
        identity_provider: &'a IdentityProvider,
        service_provider: &'a ServiceProvider,
    ) -> Self {
        let addresses = Addresses {
            sso: identity_provider.sso.clone(),
            slo: identity_provider.slo.clone(),
            slo_response: identity_provider.slo_response.clone(),
        };
        Self { client, saml, identity_provider, service_provider, addresses }
    }

    /// What a browser without a session sees, and a login that is begun and never answered.
    pub(super) async fn nobody(&self) -> Transcript {
        let mut talk = Conversation::new(self, 1);
        talk.witness(0, Step::Witness).await;
        let begun = talk.begin_login(0).await.err();
        talk.end(begun)
    }

    /// A login that is begun and never answered.
    pub(super) async fn request(&self) -> Transcript {
        let mut talk = Conversation::new(self, 1);
        let begun = talk.begin_login(0).await.err();
        talk.end(begun)
    }

    /// A good login; with a mutation, a login that is still good, such as one with an encrypted Assertion.
    pub(super) async fn control(&self, harmless: &[Mutation]) -> Transcript {
        let mut talk = Conversation::new(self, 1);
        let identity = talk.genuine(&self.saml.user[0]);
        let done = talk.log_in(0, &identity, harmless).await;
        if done.is_ok() {
            talk.witness(0, Step::WitnessLogin).await;
        }
        talk.end(done.err())
    }

    /// A login trial. `mutations` are the case's, but for the choice of encryption.
    pub(super) async fn login(&self, case: &Case, mutations: &[Mutation]) -> Transcript {
        let mut talk = Conversation::new(self, 2);
        let done = talk.login(case, mutations).await;
        talk.end(done.err())
    }

    /// A logout trial.
    pub(super) async fn logout(&self, case: LogoutCase) -> Transcript {
        let mut talk = Conversation::new(self, 2);
        let done = talk.logout(case).await;
        talk.end(done.err())
    }
}

struct Conversation<'a> {
    stage: &'a Stage<'a>,
    browsers: Vec<Browser<'a>>,
    log: Recorder,
    started: jiff::Timestamp,
    genuine: Vec<Marker>,
    forged: Vec<Marker>,
    sent: Vec<Sent>,
}

impl<'a> Conversation<'a> {
    fn new(stage: &'a Stage<'a>, browsers: u8) -> Self {
        Self {
            stage,
            browsers: (0..browsers).map(|n| Browser::new(stage.client, n, &stage.addresses)).collect(),
            log: Recorder::default(),
            started: crate::clock::now(),
            genuine: Vec::new(),
            forged: Vec::new(),
            sent: Vec::new(),
        }
    }

    fn end(self, stopped: Option<Stop>) -> Transcript {
        Transcript {
            started: self.started,
            genuine: self.genuine,
            forged: self.forged,
            sent: self.sent,
            exchanges: self.log.exchanges,
            stopped,
        }
    }

    /// Takes a user as the one that the identity provider vouches for.
    fn genuine(&mut self, user: &User) -> Identity {
        let identity = identity(self.stage.saml, user);
        self.genuine.clone_from(&identity.markers);
        identity
    }

    /// Goes the target's way to login, as far as the identity provider.
    async fn begin_login(&mut self, browser: usize) -> Result<Asked, Stop> {
        let saml = self.stage.saml;
        let protected = Way::Url(saml.protected.clone());
        let way = saml.login.as_ref().unwrap_or(&protected);
        match self.browsers[browser].walk(Step::Login, way, &mut self.log).await {
            Arrival::IdentityProvider(incoming) => self.asked(&incoming),
            Arrival::Page(_) => Err(Stop::NoRequest),
            Arrival::Stopped(stop) => Err(stop),
        }
    }

    /// Reads an AuthnRequest and finds where its answer goes: an address that the metadata names, whatever the request says.
    fn asked(&self, incoming: &Incoming) -> Result<Asked, Stop> {
        let message = message(incoming, Parameter::Request)?;
        let request = protocol::read_authn_request(&message.xml).map_err(bad_request)?;
        let consumers = &self.stage.service_provider.consumers;
        let named = consumers.iter().find(|consumer| {
            request.acs_url.as_ref() == Some(&consumer.location)
                || request.acs_index.is_some() && request.acs_index == consumer.index
        });
        let consumer = named.or(consumers.first()).cloned().ok_or(Stop::BadAddress)?;
        Ok(Asked { id: request.header.id, consumer, relay_state: message.relay_state })
    }

    /// Makes a Response and notes it.
    fn respond(
        &mut self,
        consumer: &Consumer,
        in_response_to: Option<&str>,
        identity: &Identity,
        forged: Option<&Identity>,
        mutations: &[Mutation],
    ) -> Result<Response, Stop> {
        let stage = self.stage;
        let order = Order {
            to: Recipient {
                entity_id: &stage.service_provider.entity_id,
                acs: &consumer.location,
                encryption_certificate: stage.service_provider.encryption.as_deref(),
            },
            in_response_to,
            person: &identity.person,
            forged: forged.map(|f| &f.person),
            shape: Shape {
                attributes: stage.saml.attributes,
                name_id: stage.saml.name_id,
                encrypted: stage.saml.encrypted,
                minimum_level: stage.saml.minimum_level,
            },
            mutations,
            at: crate::clock::now(),
        };
        let response = stage.identity_provider.response(&order).map_err(|e| fault(&e))?;
        self.sent.push(Sent {
            message: "Response".to_owned(),
            id: response.id.clone(),
            name_id: Some(response.name_id.clone()),
            name_id_format: Some(response.name_id_format.clone()),
            session_index: Some(response.session_index.clone()),
            assertion: Some(response.assertion_id.clone()),
            cvr: Some(response.cvr.clone()),
            xml: response.xml.clone(),
        });
        Ok(response)
    }

    /// Hands a Response over by HTTP-POST.
    async fn deliver(
        &mut self,
        browser: usize,
        step: Step,
        consumer: &Consumer,
        response: &Response,
        relay_state: Option<&str>,
    ) -> Result<(), Stop> {
        let encoded = base64::engine::general_purpose::STANDARD.encode(&response.xml);
        let mut form = vec![("SAMLResponse".to_owned(), encoded)];
        form.extend(relay_state.map(|state| ("RelayState".to_owned(), state.to_owned())));
        let request = Request::Post(consumer.url.clone(), form);
        match self.browsers[browser].go(step, request, From::IdentityProvider, &mut self.log).await {
            Arrival::Stopped(why) => Err(why),
            Arrival::Page(_) | Arrival::IdentityProvider(_) => Ok(()),
        }
    }

    async fn log_in(&mut self, browser: usize, identity: &Identity, mutations: &[Mutation]) -> Result<Response, Stop> {
        let asked = self.begin_login(browser).await?;
        let response = self.respond(&asked.consumer, Some(&asked.id), identity, None, mutations)?;
        self.deliver(browser, Step::Deliver, &asked.consumer, &response, asked.relay_state.as_deref()).await?;
        Ok(response)
    }

    /// Asks the protected page and then the identity page with the browser's cookies.
    async fn witness(&mut self, browser: usize, step: Step) {
        let saml = self.stage.saml;
        for page in [&saml.protected, saml.identity.as_ref().unwrap_or(&saml.protected)] {
            let request = Request::Get(page.clone());
            self.browsers[browser].go(step, request, From::Address, &mut self.log).await;
        }
    }

    async fn login(&mut self, case: &Case, mutations: &[Mutation]) -> Result<(), Stop> {
        let users = &self.stage.saml.user;
        let identity = self.genuine(&users[0]);
        let mixes =
            |m: &Mutation| matches!(m, Mutation::Wrap(_) | Mutation::CommentInNameId | Mutation::TamperAttribute);
        let forged = users.get(1).filter(|_| mutations.iter().any(mixes)).map(|u| self::identity(self.stage.saml, u));
        if let Some(forged) = &forged {
            self.forged.clone_from(&forged.markers);
        }
        match case.delivery {
            Delivery::Answer => {
                let asked = self.begin_login(0).await?;
                let response = self.respond(&asked.consumer, Some(&asked.id), &identity, forged.as_ref(), mutations)?;
                let relay_state = asked.relay_state.as_deref();
                let delivered = self.deliver(0, Step::Deliver, &asked.consumer, &response, relay_state).await;
                self.witness(0, Step::Witness).await;
                delivered
            }
            Delivery::Unsolicited => {
                let consumer = self.stage.service_provider.consumers.first().cloned().ok_or(Stop::BadAddress)?;
                let response = self.respond(&consumer, None, &identity, None, mutations)?;
                let delivered = self.deliver(0, Step::Deliver, &consumer, &response, None).await;
                self.witness(0, Step::Witness).await;
                delivered
            }
            Delivery::ForeignRequest => {
                let foreign = self.begin_login(1).await?;
                // The victim's browser is in the middle of a login of its own.
                let own = self.begin_login(0).await?;
                let response = self.respond(&foreign.consumer, Some(&foreign.id), &identity, None, mutations)?;
                let relay_state = own.relay_state.as_deref();
                let delivered = self.deliver(0, Step::Deliver, &foreign.consumer, &response, relay_state).await;
                self.witness(0, Step::Witness).await;
                delivered
            }
            Delivery::ReplayAtOnce | Delivery::ReplayAfterLogout | Delivery::ReplayInOtherBrowser => {
                self.replay(case, &identity).await
            }
        }
    }

    async fn replay(&mut self, case: &Case, identity: &Identity) -> Result<(), Stop> {
        let asked = self.begin_login(0).await?;
        let before = self.browsers[0].cookies();
        let response = self.respond(&asked.consumer, Some(&asked.id), identity, None, case.mutations)?;
        let relay_state = asked.relay_state.as_deref();
        self.deliver(0, Step::Deliver, &asked.consumer, &response, relay_state).await?;
        self.witness(0, Step::WitnessLogin).await;
        // Whoever uses a message again has begun a login of their own: a system that only misses a cookie has refused nothing.
        let browser = match case.delivery {
            Delivery::ReplayInOtherBrowser => {
                // First in a browser without any cookie. If that opened a session, no new login begins.
                self.deliver(1, Step::Replay, &asked.consumer, &response, relay_state).await?;
                if self.begin_login(1).await.is_err() {
                    self.witness(1, Step::Witness).await;
                    return Ok(());
                }
                1
            }
            Delivery::ReplayAfterLogout => {
                self.log_out(0).await?;
                // A session that outlived the logout must not be taken for one that the replay opened.
                let cookies = self.browsers[0].cookies();
                self.witness(0, Step::WitnessLogout).await;
                self.browsers[0].set_cookies(cookies);
                self.begin_login(0).await?;
                0
            }
            _ => {
                self.browsers[0].set_cookies(before);
                0
            }
        };
        let delivered = self.deliver(browser, Step::Replay, &asked.consumer, &response, relay_state).await;
        self.witness(browser, Step::Witness).await;
        delivered
    }

    /// Goes the target's way to logout, and answers the LogoutRequest that may come of it with Success.
    async fn log_out(&mut self, browser: usize) -> Result<(), Stop> {
        let Some(way) = &self.stage.saml.logout else { return Err(Stop::NoWay { step: "logout".to_owned() }) };
        match self.browsers[browser].walk(Step::Logout, way, &mut self.log).await {
            Arrival::Stopped(stop) => Err(stop),
            // A system without single logout ends here; a check of its own says so.
            Arrival::Page(_) => Ok(()),
            Arrival::IdentityProvider(incoming) => {
                // What cannot be read is not answered; the check on the LogoutRequest says so.
                let Ok(message) = message(&incoming, Parameter::Request) else { return Ok(()) };
                let Ok(request) = protocol::read_logout_request(&message.xml) else { return Ok(()) };
                let Some((destination, address)) = &self.stage.service_provider.logout_response else { return Ok(()) };
                let at = crate::clock::now();
                let relay_state = message.relay_state.as_deref();
                let answer = self
                    .stage
                    .identity_provider
                    .logout_response_as_written(address, destination, &request.header.id, relay_state, at)
                    .map_err(|e| fault(&e))?;
                self.note("LogoutResponse", &answer);
                self.redirect(browser, answer.url).await
            }
        }
    }

    async fn redirect(&mut self, browser: usize, url: Url) -> Result<(), Stop> {
        match self.browsers[browser].go(Step::Logout, Request::Get(url), From::IdentityProvider, &mut self.log).await {
            Arrival::Stopped(why) => Err(why),
            Arrival::Page(_) | Arrival::IdentityProvider(_) => Ok(()),
        }
    }

    fn note(&mut self, message: &str, sent: &Redirected) {
        self.sent.push(Sent {
            message: message.to_owned(),
            id: sent.id.clone(),
            name_id: None,
            name_id_format: None,
            session_index: None,
            assertion: None,
            cvr: None,
            xml: sent.xml.clone(),
        });
    }

    async fn logout(&mut self, case: LogoutCase) -> Result<(), Stop> {
        let users = &self.stage.saml.user;
        let identity = self.genuine(&users[0]);
        let own = self.log_in(0, &identity, &[]).await?;
        self.witness(0, Step::WitnessLogin).await;
        let cookies = self.browsers[0].cookies();
        let done = if case == LogoutCase::ServiceProviderInitiated {
            self.log_out(0).await
        } else {
            let ended = if case == LogoutCase::OtherUser {
                let other = self::identity(self.stage.saml, users.get(1).ok_or(Stop::NoRequest)?);
                self.log_in(1, &other, &[]).await?
            } else {
                own
            };
            let signer = match case {
                LogoutCase::Unsigned => LogoutSigner::Nobody,
                LogoutCase::WrongKey => LogoutSigner::Stranger,
                _ => LogoutSigner::Own,
            };
            let (destination, address) = self.stage.service_provider.logout.as_ref().ok_or(Stop::BadAddress)?;
            let order = LogoutOrder {
                destination: address,
                name_id: &ended.name_id,
                name_id_format: &ended.name_id_format,
                session_index: &ended.session_index,
                relay_state: Some(RELAY_STATE),
                signer,
                at: crate::clock::now(),
            };
            let request =
                self.stage.identity_provider.logout_request_as_written(&order, destination).map_err(|e| fault(&e))?;
            self.note("LogoutRequest", &request);
            let sent = self.redirect(0, request.url).await;
            if case == LogoutCase::Unsigned && sent.is_ok() {
                // Once more, naming an algorithm: some libraries look for SigAlg first, and overlook the missing Signature
                // only when that is there.
                let mut request = self
                    .stage
                    .identity_provider
                    .logout_request_as_written(&order, destination)
                    .map_err(|e| fault(&e))?;
                request.url.query_pairs_mut().append_pair("SigAlg", algorithm::RSA_SHA256);
                self.note("LogoutRequest", &request);
                self.redirect(0, request.url).await
            } else {
                sent
            }
        };
        self.witness(0, Step::Witness).await;
        if matches!(case, LogoutCase::ServiceProviderInitiated | LogoutCase::IdentityProviderInitiated) {
            self.browsers[0].set_cookies(cookies);
            self.witness(0, Step::WitnessOldCookies).await;
        }
        done
    }
}

/// RelayState of the identity provider's LogoutRequests; it must come back unchanged.
const RELAY_STATE: &str = "kravprobe-relay";

/// A message by either binding.
struct Message {
    xml: String,
    relay_state: Option<String>,
}

/// Reads what the system sent to the identity provider, without judging it.
fn message(incoming: &Incoming, parameter: Parameter) -> Result<Message, Stop> {
    let field = |name: &str| incoming.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    if let Some(encoded) = field(parameter.name()) {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(encoded.split_ascii_whitespace().collect::<String>())
            .map_err(bad_request)?;
        let xml = String::from_utf8(bytes).map_err(bad_request)?;
        return Ok(Message { xml, relay_state: field("RelayState") });
    }
    let decoded = redirect::decode(incoming.query.as_deref().unwrap_or_default()).map_err(bad_request)?;
    if decoded.parameter != parameter {
        return Err(bad_request(format!("{} instead of {}", decoded.parameter.name(), parameter.name())));
    }
    Ok(Message { xml: decoded.xml, relay_state: decoded.relay_state })
}

fn bad_request(problem: impl std::fmt::Display) -> Stop {
    Stop::BadRequest { reason: problem.to_string() }
}

fn fault(problem: &dyn std::fmt::Display) -> Stop {
    Stop::ProbeFault { reason: problem.to_string() }
}

/// A user as one login presents it: free fields carry a fresh canary, so that the session can be known again.
fn identity(saml: &Saml, user: &User) -> Identity {
    let free = |field| user.free.contains(&field);
    let (name, address) = (canary(), canary());
    let mut markers = Vec::new();
    let mut mark = |field: &str, value: &str| {
        markers.push(Marker { field: field.to_owned(), value: value.to_owned() });
    };
    let common_name = if free(FreeField::CommonName) {
        mark("common-name", &name);
        format!("Kravprobe {name}")
    } else {
        mark("common-name", &user.common_name);
        user.common_name.clone()
    };
    let serial = if free(FreeField::Serial) { uuid::Uuid::new_v4().to_string() } else { user.serial.clone() };
    mark("serial", &serial);
    let email = if free(FreeField::Email) {
        mark("email", &address);
        Some(format!("{address}@kravprobe.example"))
    } else {
        user.email.clone().inspect(|email| mark("email", email))
    };
    let mut attributes = user.attribute.clone();
    if let (Some(attribute), true) = (&saml.canary_attribute, free(FreeField::CanaryAttribute)) {
        let value = canary();
        mark("canary-attribute", &value);
        attributes.insert(attribute.clone(), value);
    }
    for shown in &user.shown {
        mark("shown", shown);
    }
    Identity {
        person: Person {
            common_name,
            serial,
            cvr: user.cvr.clone(),
            organisation: user.organisation.clone(),
            email,
            level: user.level.or(saml.minimum_level).unwrap_or(LevelOfAssurance::Substantial),
            name_id: user.name_id.clone(),
            roles: user.role.clone(),
            attributes,
        },
        markers,
    }
}

/// A word that no page shows by chance: twelve consonants. Letters alone, so that no page escapes or groups them.
fn canary() -> String {
    const LETTERS: &[u8; 16] = b"bcdfghjklmnpqrst";
    let random = uuid::Uuid::new_v4();
    let nibbles = random.as_bytes()[..6].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(LETTERS[usize::from(nibble)])).collect()
}
