//! The test identity provider as a local web page: a person with a real browser logs in to a system, sees its AuthnRequest
//! decoded and checked, and chooses what is answered. For debugging at a desk; it judges nothing and writes no report.
//!
//! Everything that arrives is hostile: sizes are bounded, no more than [`STORED`] messages are kept, pages are reached by keys
//! that cannot be guessed, and a Response goes to an address of the system's metadata and nowhere else.

pub mod choice;
pub mod form;
mod message;
mod page;
pub mod system;
mod words;

use crate::clock;
use crate::fki::identity_provider::IdentityProvider;
use crate::fki::login::{Order, Person, Recipient, Shape};
use crate::fki::logout::{LogoutOrder, LogoutSigner};
use crate::language::{Language, Text};
use crate::target::saml::{LevelOfAssurance, User};
use crate::verdict::Environment;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine;
use form::Fields;
use jiff::Timestamp;
use message::{Arrival, Kind, Received};
use page::PARTS;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use system::System;
use url::Url;

/// Most messages, and most logins, that are kept; the oldest go first.
pub const STORED: usize = 40;
/// Largest body of a request, bytes.
const BODY: usize = 256 * 1024;

/// What the desk knows about.
#[derive(Debug)]
pub struct Desk {
    provider: IdentityProvider,
    system: System,
    users: Vec<User>,
    shape: Shape,
    environment: Environment,
    /// `host:port`, as a browser names it.
    authority: String,
    /// Key of the page for a Response that nobody asked for.
    token: String,
    state: Mutex<Stored>,
}

/// What happened so far.
#[derive(Debug, Default)]
struct Stored {
    received: VecDeque<(String, Arc<Received>)>,
    issued: VecDeque<Issued>,
    /// IDs of LogoutRequests from here.
    logouts: VecDeque<String>,
}

/// A login that was issued.
#[derive(Clone, Debug)]
struct Issued {
    key: String,
    at: Timestamp,
    name_id: String,
    name_id_format: String,
    session_index: String,
}

/// What a desk is made of.
#[derive(Debug)]
pub struct Setup {
    /// The identity provider.
    pub provider: IdentityProvider,
    /// The system.
    pub system: System,
    /// Test users of the target.
    pub users: Vec<User>,
    /// What assertions look like.
    pub shape: Shape,
    /// The system's environment.
    pub environment: Environment,
}

impl Desk {
    /// A desk that is reached at `base`, which the identity provider's addresses must begin with.
    #[must_use]
    pub fn new(setup: Setup, base: &Url) -> Self {
        let Setup { provider, system, users, shape, environment } = setup;
        let host = base.host_str().unwrap_or_default();
        let authority = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self { provider, system, users, shape, environment, authority, token: key(), state: Mutex::default() }
    }

    /// The pages.
    pub fn router(self) -> Router {
        let desk = Arc::new(self);
        let mut router = Router::new()
            .route("/", get(start))
            .route("/metadata.xml", get(metadata))
            .route("/request/{key}", get(show))
            .route("/answer", post(answer))
            .route("/logout-answer", post(logout_answer))
            .route("/logout-request", post(logout_request));
        // The identity provider's own addresses: SSO and SLO may be one.
        let mut paths: Vec<_> =
            [Some(&desk.provider.sso), Some(&desk.provider.slo), desk.provider.slo_response.as_ref()]
                .into_iter()
                .flatten()
                .map(|url| url.path().to_owned())
                .collect();
        paths.sort();
        paths.dedup();
        for path in paths.iter().filter(|path| *path != "/") {
            router = router.route(path, get(by_redirect).post(by_post));
        }
        router
            .fallback(nothing)
            .layer(DefaultBodyLimit::max(BODY))
            .layer(axum::middleware::from_fn_with_state(Arc::clone(&desk), guard))
            .with_state(desk)
    }

    fn state(&self) -> MutexGuard<'_, Stored> {
        // What is stored is never half changed, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, received: Received) -> String {
        let key = key();
        push(&mut self.state().received, (key.clone(), Arc::new(received)));
        key
    }

    fn found(&self, key: &str) -> Option<Arc<Received>> {
        self.state().received.iter().find(|(k, _)| k == key).map(|(_, received)| Arc::clone(received))
    }

    /// The AuthnRequest before this one.
    fn before(&self, key: &str) -> Option<Arc<Received>> {
        let state = self.state();
        let logins = state.received.iter().filter(|(_, r)| matches!(r.kind, Kind::Login { .. }));
        logins.take_while(|(k, _)| k != key).last().map(|(_, received)| Arc::clone(received))
    }

    fn fields(&self, user: usize) -> Fields {
        match self.users.get(user) {
            Some(user) => Fields::of(user, self.shape.minimum_level),
            None => Fields {
                common_name: "Test Testesen".to_owned(),
                serial: "00000000-0000-4000-8000-000000000001".to_owned(),
                cvr: "90000001".to_owned(),
                organisation: "Eksempel Kommune".to_owned(),
                level: self.shape.minimum_level.unwrap_or(LevelOfAssurance::Substantial).name().to_owned(),
                ..Fields::default()
            },
        }
    }

    /// Whom a forged message names: the next test user, or somebody whom nobody knows.
    fn forged(&self, user: usize) -> Person {
        let other = (self.users.len() > 1).then(|| (user.min(self.users.len()) + 1) % self.users.len());
        let unknown = || Person {
            common_name: "Falsk Falskesen".to_owned(),
            serial: "00000000-0000-4000-8000-00000000000f".to_owned(),
            cvr: "90000009".to_owned(),
            organisation: "Eksempel Fremmed".to_owned(),
            email: None,
            level: LevelOfAssurance::High,
            name_id: None,
            roles: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
        };
        other.and_then(|n| self.fields(n).person().ok()).unwrap_or_else(unknown)
    }
}

/// A key that cannot be guessed.
fn key() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

fn push<T>(queue: &mut VecDeque<T>, item: T) {
    while queue.len() >= STORED {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// The language of a page: `?lang=`, else what the browser prefers, else Danish.
#[derive(Clone, Copy, Debug)]
struct Lang(Language);

fn language(name: &str) -> Option<Language> {
    [Language::Da, Language::En].into_iter().find(|l| l.tag() == name)
}

fn preferred(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    // Browsers send their languages in the order of preference.
    let primary = |part: &str| part.split([';', '-']).next().unwrap_or_default().trim().to_ascii_lowercase();
    accepted.split(',').find_map(|part| language(&primary(part))).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let chosen = parameter(parts.uri.query().unwrap_or_default(), "lang").and_then(|name| language(&name));
        Ok(Self(chosen.unwrap_or_else(|| preferred(&parts.headers))))
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

fn fields_of(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn field<'f>(form: &'f [(String, String)], name: &str) -> &'f str {
    form.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
}

type Page = Response<Body>;

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over where they arise")]
fn problem(l: Language, status: StatusCode, text: Text, detail: impl ToString) -> Page {
    let page = page::Problem { l, css: PARTS.0, here: "/", text, detail: detail.to_string() };
    page::answer(status, &page, false)
}

/// Refuses requests for another host (a name of an attacker that points here), and gives every answer the same headers.
async fn guard(State(desk): State<Arc<Desk>>, Lang(l): Lang, request: Request, next: Next) -> Page {
    let host = request.headers().get(header::HOST).and_then(|v| v.to_str().ok());
    let mut response = if host.is_some_and(|host| host.eq_ignore_ascii_case(&desk.authority)) {
        next.run(request).await
    } else {
        problem(l, StatusCode::MISDIRECTED_REQUEST, words::WRONG_HOST, &desk.authority)
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn nothing(Lang(l): Lang) -> Page {
    problem(l, StatusCode::NOT_FOUND, words::NOT_FOUND, "")
}

async fn start(State(desk): State<Arc<Desk>>, Lang(l): Lang) -> Page {
    let state = desk.state();
    let received = state.received.iter().rev().map(|(key, received)| page::Line {
        at: received.at.to_string(),
        what: title(&received.kind),
        key: key.clone(),
    });
    let sessions = state.issued.iter().rev().map(|issued| page::SessionLine {
        at: issued.at.to_string(),
        name_id: issued.name_id.clone(),
        key: issued.key.clone(),
    });
    let page = page::Start {
        l,
        css: PARTS.0,
        here: "/",
        provider: &desk.provider,
        system: &desk.system,
        token: &desk.token,
        received: received.collect(),
        sessions: sessions.collect(),
    };
    page::answer(StatusCode::OK, &page, true)
}

async fn metadata(State(desk): State<Arc<Desk>>, Lang(l): Lang) -> Page {
    match desk.provider.metadata(clock::now()) {
        Ok(xml) => {
            let mut response = Response::new(Body::from(xml));
            let media_type = HeaderValue::from_static("application/samlmetadata+xml");
            response.headers_mut().insert(header::CONTENT_TYPE, media_type);
            response
        }
        Err(error) => problem(l, StatusCode::INTERNAL_SERVER_ERROR, words::CANNOT_MAKE, error),
    }
}

const fn title(kind: &Kind) -> Text {
    match kind {
        Kind::Login { .. } => words::AUTHN_REQUEST,
        Kind::Logout { .. } => words::LOGOUT_REQUEST,
        Kind::LoggedOut { .. } => words::LOGOUT_RESPONSE,
    }
}

async fn by_redirect(State(desk): State<Arc<Desk>>, Lang(l): Lang, uri: Uri, RawQuery(query): RawQuery) -> Page {
    taken(&desk, l, uri.path(), Arrival::Redirect(query.as_deref().unwrap_or_default()))
}

async fn by_post(State(desk): State<Arc<Desk>>, Lang(l): Lang, uri: Uri, body: axum::body::Bytes) -> Page {
    taken(&desk, l, uri.path(), Arrival::Post(&fields_of(&body)))
}

/// Takes a message, and sends the browser to a page whose address does not carry it.
fn taken(desk: &Desk, l: Language, path: &str, arrival: Arrival<'_>) -> Page {
    let named = [Some(&desk.provider.sso), Some(&desk.provider.slo), desk.provider.slo_response.as_ref()];
    let address = named.into_iter().flatten().find(|url| url.path() == path).unwrap_or(&desk.provider.sso);
    let sent: Vec<_> = desk.state().logouts.iter().cloned().collect();
    let issued: Vec<_> = desk.state().issued.iter().map(|i| i.name_id.clone()).collect();
    match message::receive(arrival, address, &desk.provider, &desk.system, clock::now()) {
        Ok(mut received) => {
            received.compare(&sent, &issued);
            let key = desk.keep(received);
            see_other(&format!("/request/{key}?lang={}", l.tag()))
        }
        Err(unusable) => problem(l, StatusCode::BAD_REQUEST, unusable.text, unusable.detail),
    }
}

fn see_other(to: &str) -> Page {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => page::plain(StatusCode::INTERNAL_SERVER_ERROR, "an address that cannot be sent"),
    }
}

async fn show(
    State(desk): State<Arc<Desk>>,
    Lang(l): Lang,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
) -> Page {
    debug_assert!(method.is_safe());
    let message = desk.found(&key);
    if message.is_none() && key != desk.token {
        return problem(l, StatusCode::NOT_FOUND, words::GONE, "");
    }
    let user = parameter(query.as_deref().unwrap_or_default(), "user").and_then(|n| n.parse().ok()).unwrap_or(0);
    let acs = match message.as_deref().map(|m| &m.kind) {
        Some(Kind::Login { acs }) => *acs,
        _ => Some(0),
    };
    let answerable = matches!(message.as_deref().map(|m| &m.kind), None | Some(Kind::Login { .. }));
    let judged = match message.as_deref() {
        Some(received @ Received { kind: Kind::Login { .. }, .. }) => message::judge(
            received,
            desk.before(&key).as_deref(),
            &desk.provider,
            &desk.system,
            desk.shape.minimum_level,
            desk.environment,
        ),
        _ => Vec::new(),
    };
    let here = format!("/request/{key}");
    let page = page::Request {
        l,
        css: PARTS.0,
        here: &here,
        title: message.as_deref().map_or(words::UNSOLICITED, |m| title(&m.kind)),
        key: &key,
        message: message.as_deref(),
        wrong_acs: acs.is_none(),
        judged,
        answerable,
        logs_out: matches!(message.as_deref().map(|m| &m.kind), Some(Kind::Logout { .. })),
        users: desk.users.iter().map(|user| user.name.clone()).collect(),
        user,
        forged: desk.forged(user).common_name,
        choices: choice::all(),
        fields: desk.fields(user),
        levels: [LevelOfAssurance::Low, LevelOfAssurance::Substantial, LevelOfAssurance::High]
            .map(LevelOfAssurance::name),
        system: &desk.system,
        acs: acs.unwrap_or(0),
        encrypted: desk.shape.encrypted,
    };
    page::answer(StatusCode::OK, &page, false)
}

async fn answer(State(desk): State<Arc<Desk>>, Lang(l): Lang, body: axum::body::Bytes) -> Page {
    let form = fields_of(&body);
    let l = language(field(&form, "lang")).unwrap_or(l);
    let key = field(&form, "key");
    let message = desk.found(key);
    let in_response_to = match message.as_deref() {
        Some(Received { kind: Kind::Login { .. }, id, .. }) => Some(id.as_str()),
        None if key == desk.token => None,
        _ => return problem(l, StatusCode::NOT_FOUND, words::GONE, ""),
    };
    let consumer = field(&form, "acs").parse().ok().and_then(|n: usize| desk.system.consumers.get(n));
    let choices = choice::all();
    let choice = choices.iter().find(|c| c.id == field(&form, "change"));
    let (Some(consumer), Some(choice)) = (consumer, choice) else {
        return problem(l, StatusCode::BAD_REQUEST, words::UNKNOWN_CHOICE, "");
    };
    let person = match Fields::posted(&form).person() {
        Ok(person) => person,
        Err(wrong) => return problem(l, StatusCode::BAD_REQUEST, wrong.text, wrong.field),
    };
    let forged = desk.forged(field(&form, "user").parse().unwrap_or(0));
    let order = Order {
        to: Recipient {
            entity_id: &desk.system.entity_id,
            acs: &consumer.location,
            encryption_certificate: desk.system.encryption.as_deref(),
        },
        in_response_to: in_response_to.filter(|_| choice.solicited),
        person: &person,
        forged: choice.forges().then_some(&forged),
        shape: Shape { encrypted: !field(&form, "encrypted").is_empty(), ..desk.shape },
        mutations: choice.mutations,
        at: clock::now(),
    };
    let response = match desk.provider.response(&order) {
        Ok(response) => response,
        Err(error) => return problem(l, StatusCode::UNPROCESSABLE_ENTITY, words::CANNOT_MAKE, error),
    };
    let page = page::Send {
        l,
        css: PARTS.0,
        here: "/",
        change: choice.label(l),
        acs: &consumer.location,
        name_id: &response.name_id,
        response: base64::engine::general_purpose::STANDARD.encode(&response.xml),
        relay_state: message.as_deref().and_then(|m| m.relay_state.as_deref()),
        xml: &crate::render::harmless(&response.xml),
        back: format!("/request/{key}"),
        at_once: !field(&form, "at_once").is_empty(),
        script: PARTS.1,
    };
    let answer = page::answer(StatusCode::OK, &page, true);
    let issued = Issued {
        key: self::key(),
        at: order.at,
        name_id: response.name_id.clone(),
        name_id_format: response.name_id_format.clone(),
        session_index: response.session_index.clone(),
    };
    push(&mut desk.state().issued, issued);
    answer
}

async fn logout_answer(State(desk): State<Arc<Desk>>, Lang(l): Lang, body: axum::body::Bytes) -> Page {
    let form = fields_of(&body);
    let l = language(field(&form, "lang")).unwrap_or(l);
    let Some(message) = desk.found(field(&form, "key")) else {
        return problem(l, StatusCode::NOT_FOUND, words::GONE, "");
    };
    let (Kind::Logout { name_id }, Some(destination)) = (&message.kind, &desk.system.logout_response) else {
        return problem(l, StatusCode::BAD_REQUEST, words::NO_LOGOUT, "");
    };
    let relay_state = message.relay_state.as_deref();
    match desk.provider.logout_response(destination, &message.id, relay_state, clock::now()) {
        Ok(answer) => {
            desk.state().issued.retain(|issued| Some(&issued.name_id) != name_id.as_ref());
            see_other(answer.url.as_str())
        }
        Err(error) => problem(l, StatusCode::UNPROCESSABLE_ENTITY, words::CANNOT_MAKE, error),
    }
}

async fn logout_request(State(desk): State<Arc<Desk>>, Lang(l): Lang, body: axum::body::Bytes) -> Page {
    let form = fields_of(&body);
    let l = language(field(&form, "lang")).unwrap_or(l);
    let issued = desk.state().issued.iter().find(|issued| issued.key == field(&form, "key")).cloned();
    let Some(issued) = issued else { return problem(l, StatusCode::NOT_FOUND, words::GONE, "") };
    let Some(destination) = &desk.system.logout else {
        return problem(l, StatusCode::BAD_REQUEST, words::NO_LOGOUT, "");
    };
    let signer = match field(&form, "signer") {
        "own" => LogoutSigner::Own,
        "nobody" => LogoutSigner::Nobody,
        "stranger" => LogoutSigner::Stranger,
        _ => return problem(l, StatusCode::BAD_REQUEST, words::UNKNOWN_CHOICE, ""),
    };
    let order = LogoutOrder {
        destination,
        name_id: &issued.name_id,
        name_id_format: &issued.name_id_format,
        session_index: &issued.session_index,
        relay_state: None,
        signer,
        at: clock::now(),
    };
    match desk.provider.logout_request(&order) {
        Ok(request) => {
            push(&mut desk.state().logouts, request.id);
            see_other(request.url.as_str())
        }
        Err(error) => problem(l, StatusCode::UNPROCESSABLE_ENTITY, words::CANNOT_MAKE, error),
    }
}
