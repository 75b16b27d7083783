//! The reference vendor: a small but real brugervendt system over HTTPS, strict and correct, with switchable faults.
//!
//! It is what the trials on login and logout are calibrated with. The strict path is to be read as the strict path: every
//! [`Fault`] is one local switch, and what vendors do wrong with signatures stands apart in `lax`.
//!
//! | page | |
//! |---|---|
//! | `/` | public |
//! | `/sager` | needs a login and a role |
//! | `/mig`, `/api/mig` | who is logged in, as HTML and JSON |
//! | `/login`, `/logout` | begin a login, end a session |
//! | `/saml/acs`, `/saml/slo`, `/saml/metadata` | the SAML endpoints |

mod event_log;
mod fault;
mod lax;
mod logout;
mod outgoing;
mod pages;
mod provider;
mod response;
mod rights;
mod store;

pub use fault::{Area, Fault, UnknownFault};
pub use provider::MetadataProblem;
pub use response::CANARY_ATTRIBUTE;

use super::metadata::VendorMetadata;
use super::pki::{Defect, ExampleKeys, ExamplePki, Issued, Key, Leaf, PkiError};
use crate::language::Text;
use crate::saml::redirect::EncodingProblem;
use crate::saml::signature::SigningError;
use crate::target::saml::LevelOfAssurance;
use crate::web::{Listener, Tls, WebError, WebServer};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use base64::Engine;
use event_log::EventLog;
use fault::Faults;
use jiff::{SignedDuration, Timestamp};
use openssl::pkey::{PKey, Private};
use pages::Answer;
use provider::Provider;
use response::Identity;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Session, Store};
use url::Url;

/// entityID of the reference vendor.
pub const ENTITY_ID: &str = "https://saml.fagsystem.vendor.example";
/// The role that `/sager` needs.
pub const ROLE: &str = "http://fagsystem.vendor.example/roles/usersystemrole/sagsbehandler/1";
const CVR_OF_VENDOR: &str = "90000017";
/// Largest SAMLResponse in base64.
const MAX_RESPONSE: usize = 2 << 20;

/// Where the present comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock of the caller's making.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", (self.0)())
    }
}

/// How the system is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Metadata of the identity provider: it is believed and nobody else.
    pub identity_provider_metadata: String,
    /// Keys of the example PKI.
    pub keys: ExampleKeys,
    /// Deliberate faults.
    pub faults: Vec<Fault>,
    /// Deliberate defects of the signing certificate.
    pub signing_defects: Vec<Defect>,
    /// Lowest level of assurance that is let in.
    pub minimum_level: LevelOfAssurance,
    /// The role that `/sager` needs, for the CVR number of the user's organisation.
    pub role: String,
    /// The present.
    pub clock: Clock,
    /// File for the system's event log, which must not be there yet.
    pub event_log: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
}

impl Setup {
    /// A system without faults on a free port: level Substantial, [`ROLE`], the machine's clock.
    #[must_use]
    pub fn new(identity_provider_metadata: String, keys: ExampleKeys) -> Self {
        Self {
            identity_provider_metadata,
            keys,
            faults: Vec::new(),
            signing_defects: Vec::new(),
            minimum_level: LevelOfAssurance::Substantial,
            role: ROLE.to_owned(),
            clock: Clock::system(),
            event_log: None,
            listen: crate::web::LOCAL,
        }
    }

    /// The same with faults.
    #[must_use]
    pub fn with(mut self, faults: &[Fault]) -> Self {
        self.faults = faults.to_vec();
        self
    }
}

/// Why the system cannot do something. A visitor sees none of it.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The example PKI.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The identity provider's metadata.
    #[error(transparent)]
    Metadata(#[from] MetadataProblem),
    /// The system's own metadata.
    #[error("{0}")]
    Signing(#[from] SigningError),
    /// The web server.
    #[error(transparent)]
    Web(#[from] WebError),
    /// A message that cannot be put into a query.
    #[error(transparent)]
    Redirect(EncodingProblem),
    /// An address that is none.
    #[error("an address is not a URL")]
    Address,
    /// A message that cannot be written.
    #[error("a message cannot be written")]
    Message,
    /// OpenSSL.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// The event log.
    #[error("the event log {0}: {1}")]
    EventLog(PathBuf, std::io::Error),
}

/// The running system. It ends when dropped.
#[derive(Debug)]
pub struct ServiceProvider {
    server: WebServer,
    base: Url,
    metadata: String,
    web_root: Vec<u8>,
    pki: ExamplePki,
    signing: Issued,
    encryption: Issued,
}

impl ServiceProvider {
    /// Starts the system.
    pub fn start(setup: Setup) -> Result<Self, SystemError> {
        let provider = Provider::read(&setup.identity_provider_metadata)?;
        let pki = ExamplePki::new(setup.keys.clone(), (setup.clock.0)())?;
        let party = |leaf: Leaf| leaf.party("Eksempel Leverandør A/S", CVR_OF_VENDOR);
        let signing = pki.issue_with(&party(Leaf::system("Eksempel Fagsystem")), &setup.signing_defects)?;
        let encryption = pki.issue(&party(Leaf::system("Eksempel Fagsystem kryptering").key(Key::OtherSystem)))?;
        let web_root = pki.web_root()?;
        let tls = Tls::new(&[pki.web_server(&["localhost", "127.0.0.1"])?], setup.keys.get(Key::WebServer))?;

        let listener = Listener::bind(setup.listen)?;
        let host = format!("localhost:{}", listener.address().port());
        let base: Url = format!("https://{host}/").parse().map_err(|_| SystemError::Address)?;
        let mut metadata = VendorMetadata::new(ENTITY_ID, &host, "drift@vendor.example", &signing.certificate);
        metadata.encryption = vec![encryption.certificate.clone()];
        "/saml/slo".clone_into(&mut metadata.logout);
        metadata.logout_response = None;
        let metadata = metadata.signed(setup.keys.get(Key::System), &signing.certificate, None)?;

        let system = System {
            entity_id: ENTITY_ID.to_owned(),
            acs: format!("https://{host}/saml/acs"),
            slo: format!("https://{host}/saml/slo"),
            base: format!("https://{host}"),
            metadata: metadata.clone(),
            signing: setup.keys.get(Key::System).clone(),
            encryption: setup.keys.get(Key::OtherSystem).clone(),
            provider,
            faults: Faults::new(&setup.faults),
            minimum_level: setup.minimum_level,
            role: setup.role,
            clock: setup.clock,
            counter: AtomicU64::new(1000),
            store: Mutex::default(),
            event_log: setup.event_log.map(|path| EventLog::create(path, &setup.faults)).transpose()?,
        };
        let server = listener.serve(Some(tls), router(system))?;
        Ok(Self { server, base, metadata, web_root, pki, signing, encryption })
    }

    /// `https://localhost:PORT/`.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// The signed SP metadata.
    #[must_use]
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// Root of the server certificate, DER.
    #[must_use]
    pub fn web_root(&self) -> &[u8] {
        &self.web_root
    }

    /// The example PKI that the system's certificates are from.
    #[must_use]
    pub const fn pki(&self) -> &ExamplePki {
        &self.pki
    }

    /// The certificate that the system signs with.
    #[must_use]
    pub const fn signing(&self) -> &Issued {
        &self.signing
    }

    /// The certificate that messages to the system are encrypted for.
    #[must_use]
    pub const fn encryption(&self) -> &Issued {
        &self.encryption
    }

    /// The `[saml]` table of a target for this system, with two test users and an authorisation that counts from an hour before
    /// `at` until a day after it. `identity_provider` is the file that `kravprobe idp init` wrote; the metadata is called `sp`.
    #[must_use]
    pub fn saml_table(&self, identity_provider: &Path, at: Timestamp) -> String {
        let hour = SignedDuration::from_hours(1);
        let base = &self.base;
        let mut text = format!(
            r#"
[authorisation]
granted_by = "Systemejer, Eksempel Leverandør A/S"
granted_at = "{}"
until = "{}"
scope = "login- og logoutforsøg mod eksempelsystemet"

[saml]
identity_provider = '{}'
metadata = "sp"
minimum_level = "Substantial"
protected = "{base}sager"
identity = "{base}mig"
logout = "{base}logout"
canary_attribute = "{CANARY_ATTRIBUTE}"
"#,
            at - hour,
            at + hour * 24,
            identity_provider.display(),
        );
        for (number, name, common_name) in [(1, "anna", "Anna Eksempel"), (2, "berit", "Berit Eksempel")] {
            let _ = write!(
                text,
                r#"
[[saml.user]]
name = "{name}"
common_name = "{common_name}"
serial = "7c0e6e5e-0000-4000-8000-00000000000{number}"
cvr = "90000009"
organisation = "Eksempel Kommune"
email = "{name}@kommune.example"
free = ["common-name", "email", "serial", "canary-attribute"]

[[saml.user.role]]
uri = "{ROLE}"
"#
            );
        }
        text
    }

    /// The `[usage]` table of a target for a system whose event log is this file. It covers an hour before `at` until a day after it.
    #[must_use]
    pub fn usage_table(event_log: &str, at: Timestamp) -> String {
        let hour = SignedDuration::from_hours(1);
        format!(
            "\n[[usage.events]]\nname = \"fagsystem\"\nfiles = [\"{event_log}\"]\nmapping = \"kravprobe-events\"\n\
             kept_by = \"supplier\"\ncovers = {{ from = \"{}\", until = \"{}\", integrations = [\"SF1511\", \"SF1515\"] }}\n",
            at - hour,
            at + hour * 24,
        )
    }

    /// Runs until the process ends.
    pub fn wait(self) {
        self.server.wait();
    }
}

/// The system behind the pages.
struct System {
    entity_id: String,
    acs: String,
    slo: String,
    /// Scheme, host and port, without a slash.
    base: String,
    metadata: String,
    signing: PKey<Private>,
    encryption: PKey<Private>,
    provider: Provider,
    faults: Faults,
    minimum_level: LevelOfAssurance,
    role: String,
    clock: Clock,
    counter: AtomicU64,
    store: Mutex<Store>,
    event_log: Option<EventLog>,
}

impl System {
    fn now(&self) -> Timestamp {
        (self.clock.0)()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Nothing panics while it holds the lock; and if it did, what is remembered would still be whole.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session_cookie(&self) -> &'static str {
        if self.faults.has(Fault::InsecureCookie) { "session" } else { "__Host-session" }
    }

    /// Who is logged in.
    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let mut store = self.store();
        let session = cookie(headers, self.session_cookie()).and_then(|value| store.session(&value, self.now()));
        if session.is_none() && self.faults.has(Fault::RememberMe) {
            return cookie(headers, REMEMBER_COOKIE).and_then(|value| store.remembered(&value));
        }
        session
    }

    fn is_entitled(&self, identity: &Identity) -> bool {
        rights::has_role(identity.privileges.as_deref(), &self.role, &identity.cvr, &self.faults)
    }

    /// Sends the browser to the identity provider, to come back to `page`.
    fn begin_login(&self, headers: &HeaderMap, page: &str) -> Result<Answer, Refusal> {
        let browser = match cookie(headers, LOGIN_COOKIE) {
            Some(known) if is_token(&known) => known,
            _ => token()?,
        };
        let (id, relay_state) = (self.request_id()?, token()?);
        self.store().begin(&id, &browser, page, &relay_state, self.now())?;
        let address = self.authn_request(&id, &relay_state, page)?;
        // The answer is a POST from the identity provider's page, which carries no other than a SameSite=None cookie.
        let same_site = if self.faults.has(Fault::LaxLoginCookie) { "Lax" } else { "None" };
        let cookie = format!("{LOGIN_COOKIE}={browser}; Path=/; Secure; HttpOnly; SameSite={same_site}");
        Ok(Answer::redirect(&address).cookie(cookie))
    }

    /// A Response arrives. What becomes of it goes into the log.
    fn receive(&self, headers: &HeaderMap, fields: &[(String, String)]) -> Result<Answer, Refusal> {
        let mut assertion = None;
        let answer = self.take(headers, fields, &mut assertion);
        if let (Err(refusal), Some(log)) = (&answer, &self.event_log) {
            log.refused(self.now(), refusal.why.en, assertion.as_deref(), fields);
        }
        answer
    }

    /// `assertion` becomes the ID of an Assertion that was verified.
    fn take(
        &self,
        headers: &HeaderMap,
        fields: &[(String, String)],
        assertion: &mut Option<String>,
    ) -> Result<Answer, Refusal> {
        let bad =
            || Refusal::bad("formularen har ikke præcis ét SAMLResponse", "the form has not exactly one SAMLResponse");
        let field = |name: &str| {
            let mut values = fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
            match (values.next(), values.next()) {
                (found, None) => Ok(found),
                _ => Err(bad()),
            }
        };
        let response = field("SAMLResponse")?.filter(|r| r.len() <= MAX_RESPONSE).ok_or_else(bad)?;
        let relay_state = field("RelayState")?;
        let compact: String = response.split_ascii_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(compact).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;

        if self.faults.has(Fault::SessionForEverythingThen403) {
            return self.open_and_refuse(headers, &text, Refusal::forbidden("login er afvist", "the login is refused"));
        }
        let judged = self.judge(&text).and_then(|identity| {
            *assertion = Some(identity.assertion_id.clone());
            let browser = cookie(headers, LOGIN_COOKIE);
            let request = self.store().answer(&identity, browser.as_deref(), &self.faults, self.now())?;
            Ok((identity, request))
        });
        let (identity, request) = match judged {
            Ok(good) if !self.faults.has(Fault::RefusesEverybody) => good,
            Ok(_) => return Err(Refusal::forbidden("login er afvist", "the login is refused")),
            Err(refusal) if self.faults.has(Fault::SessionForBadThen403) => {
                return self.open_and_refuse(headers, &text, refusal);
            }
            Err(refusal) => return Err(refusal),
        };
        let cookies = self.open(headers, identity)?;
        // Back to where the user wanted to go: the page is the system's own, RelayState only names it.
        let page =
            request.filter(|r| relay_state == Some(&r.relay_state)).map_or_else(|| "/mig".to_owned(), |r| r.page);
        let elsewhere = relay_state.filter(|_| self.faults.has(Fault::OpenRedirect));
        let answer = if self.faults.has(Fault::GoodWith500) {
            Answer::page(StatusCode::INTERNAL_SERVER_ERROR, "Fejl", "<p>Der skete en fejl.</p>")
        } else {
            Answer::redirect(elsewhere.unwrap_or(&page))
        };
        Ok(cookies.into_iter().fold(answer, Answer::cookie))
    }

    /// Opens a session under a new name, so that nobody can have planted the cookie, and ends the browser's old one.
    fn open(&self, headers: &HeaderMap, mut identity: Identity) -> Result<Vec<String>, Refusal> {
        let now = self.now();
        // An end that has passed was let through by a fault, which the session is to show.
        identity.session_until = identity.session_until.filter(|until| *until > now);
        let name = self.session_cookie();
        let old = cookie(headers, name);
        let mut value = token()?;
        let mut store = self.store();
        if let Some(old) = old {
            store.end(&old, &self.faults);
            if self.faults.has(Fault::SessionFixation) {
                value = old;
            }
        }
        let session = store.open(value.clone(), identity, now)?;
        let same_site = if self.faults.has(Fault::StrictSessionCookie) { "Strict" } else { "Lax" };
        let protection = if self.faults.has(Fault::InsecureCookie) { "" } else { "; Secure; HttpOnly" };
        let mut cookies = vec![format!("{name}={value}; Path=/{protection}; SameSite={same_site}")];
        if let Some(log) = &self.event_log {
            log.logged_in(now, &session, &cookies[0]);
        }
        if self.faults.has(Fault::RememberMe) {
            let value = token()?;
            store.remember(value.clone(), session, now)?;
            cookies.push(format!("{REMEMBER_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1296000"));
        }
        Ok(cookies)
    }

    /// For two faults: a session for whoever the message names, and an error page.
    fn open_and_refuse(&self, headers: &HeaderMap, text: &str, refusal: Refusal) -> Result<Answer, Refusal> {
        let Some(identity) = self.whoever(text) else { return Err(refusal) };
        let cookies = self.open(headers, identity)?;
        Ok(cookies.into_iter().fold(refusal.page(), Answer::cookie))
    }

    fn finish(&self, answer: Result<Answer, Refusal>) -> Response {
        answer.unwrap_or_else(|refusal| refusal.page()).into_response(self.faults.has(Fault::ErrorsWith200))
    }
}

/// Why a visitor is turned away.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    status: StatusCode,
    why: Text,
}

impl Refusal {
    const fn bad(da: &'static str, en: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, why: Text { da, en } }
    }

    const fn forbidden(da: &'static str, en: &'static str) -> Self {
        Self { status: StatusCode::FORBIDDEN, why: Text { da, en } }
    }

    const fn busy() -> Self {
        let why = Text { da: "systemet har for travlt", en: "the system is too busy" };
        Self { status: StatusCode::SERVICE_UNAVAILABLE, why }
    }
}

impl From<SystemError> for Refusal {
    fn from(_: SystemError) -> Self {
        let why = Text { da: "der skete en fejl i systemet", en: "something went wrong in the system" };
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, why }
    }
}

/// Binds a login to the browser that began it.
const LOGIN_COOKIE: &str = "__Host-login";
const REMEMBER_COOKIE: &str = "__Host-remember";

/// 128 random bits.
fn token() -> Result<String, SystemError> {
    let mut bytes = [0; 16];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(hex::encode(bytes))
}

fn is_token(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
}

type Shared = State<Arc<System>>;

fn router(system: System) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sager", get(cases))
        .route("/mig", get(me))
        .route("/api/mig", get(me_as_json))
        .route("/login", get(login))
        .route("/logout", get(log_out).post(log_out))
        .route("/saml/acs", post(acs))
        .route("/saml/slo", get(slo))
        .route("/saml/metadata", get(metadata))
        .with_state(Arc::new(system))
}

async fn home(State(system): Shared, headers: HeaderMap) -> Response {
    let session = system.session(&headers);
    system.finish(Ok(Answer::page(StatusCode::OK, "Eksempel Fagsystem", &pages::home(session.as_ref()))))
}

async fn cases(State(system): Shared, headers: HeaderMap, uri: Uri) -> Response {
    system.finish(match system.session(&headers) {
        None => system.begin_login(&headers, uri.path_and_query().map_or("/sager", |p| p.as_str())),
        Some(session) if system.is_entitled(&session.identity) => {
            Ok(Answer::page(StatusCode::OK, "Sager", &pages::cases(&session)))
        }
        Some(session) => {
            Ok(Answer::page(StatusCode::FORBIDDEN, "Ingen adgang", &pages::no_role(&session, &system.role)))
        }
    })
}

async fn me(State(system): Shared, headers: HeaderMap) -> Response {
    system.finish(Ok(match system.session(&headers) {
        Some(session) => Answer::page(StatusCode::OK, "Min profil", &pages::me(&session)),
        None => Answer::page(StatusCode::UNAUTHORIZED, "Ikke logget ind", pages::NOBODY),
    }))
}

async fn me_as_json(State(system): Shared, headers: HeaderMap) -> Response {
    system.finish(Ok(match system.session(&headers) {
        Some(session) => Answer::json(StatusCode::OK, &pages::me_as_json(&session)),
        None => Answer::json(StatusCode::UNAUTHORIZED, &serde_json::json!({ "error": "not logged in" })),
    }))
}

async fn login(State(system): Shared, headers: HeaderMap) -> Response {
    system.finish(system.begin_login(&headers, "/mig"))
}

async fn acs(
    State(system): Shared,
    headers: HeaderMap,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Response {
    system.finish(system.receive(&headers, &fields))
}

async fn log_out(State(system): Shared, headers: HeaderMap) -> Response {
    system.finish(system.log_out(&headers))
}

async fn slo(State(system): Shared, headers: HeaderMap, uri: Uri) -> Response {
    system.finish(system.single_logout(&headers, uri.query().unwrap_or_default()))
}

async fn metadata(State(system): Shared) -> Response {
    system.finish(Ok(Answer::metadata(&system.metadata)))
}
