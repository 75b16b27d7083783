//! A browser without scripts: follows redirects and SAML's automatic forms, keeps cookies as browsers do, and records
//! everything. It never contacts the emulated identity provider: a navigation to one of its addresses ends there, and the
//! caller answers it.

mod cookies;
pub mod page;
mod record;

pub use cookies::Cookies;
pub use record::Recorder;
pub(crate) use record::{clean, stop, text};

use super::http::{Exchanged, HttpClient, Request as HttpRequest, is_redirect};
use crate::subject::trial::transcript::{Exchange, Outcome, Step, Stop};
use crate::target::saml::{BrowserStep, Way};
use cookies::{Sending, Sent, same_site};
use jiff::Timestamp;
use page::{Html, Lead, Submission};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, SET_COOKIE,
};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// Most requests of one visit, redirects and automatic forms together (Fetch standard: 20 redirects).
pub const MAX_HOPS: usize = 20;
/// Largest body that is read, bytes.
pub const MAX_BODY: usize = 2 * 1024 * 1024;
/// How many times the time-out of one request a whole visit may take, without the waits for a free slot.
const VISIT_TIMEOUTS: u32 = 3;

const FORM: &str = "application/x-www-form-urlencoded";
const ACCEPTED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Where the emulated identity provider is taken to be: a navigation to one of them ends there, and nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// SingleSignOnService.
    pub sso: Url,
    /// SingleLogoutService.
    pub slo: Url,
    /// Its ResponseLocation, when it has one.
    pub slo_response: Option<Url>,
}

impl Addresses {
    /// Whether `url` is one of them. The query is free.
    #[must_use]
    pub fn contains(&self, url: &Url) -> bool {
        let place = |url: &Url| {
            (
                url.scheme().to_owned(),
                url.host_str().map(str::to_owned),
                url.port_or_known_default(),
                url.path().to_owned(),
            )
        };
        [Some(&self.sso), Some(&self.slo), self.slo_response.as_ref()]
            .into_iter()
            .flatten()
            .any(|a| place(a) == place(url))
    }
}

/// Who began a navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The user typed the address, or the system's own page led there.
    Address,
    /// A page of the identity provider, which is another site always.
    IdentityProvider,
}

/// What a visit begins with.
#[derive(Clone, PartialEq, Eq)]
pub enum Request {
    /// GET.
    Get(Url),
    /// POST of form fields.
    Post(Url, Vec<(String, String)>),
}

/// Where a visit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// On a page, whatever its status.
    Page(Page),
    /// At the identity provider.
    IdentityProvider(Incoming),
    /// Nowhere.
    Stopped(Stop),
}

/// A page, as it came: nothing is redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its address.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// Its text.
    pub body: String,
}

/// A request to the identity provider, as it came: nothing is redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// The address as a browser would ask for it.
    pub url: Url,
    /// The query exactly as the system wrote it, without `?`. A signature of the Redirect binding covers these octets, and
    /// [`Url`] may write them otherwise.
    pub query: Option<String>,
    /// The fields, when it was a POST.
    pub form: Vec<(String, String)>,
}

/// One browser: its cookies, and where it is.
#[derive(Debug)]
pub struct Browser<'c> {
    client: &'c HttpClient,
    number: u8,
    addresses: &'c Addresses,
    cookies: Cookies,
}

/// One request of a visit.
struct Hop {
    url: Url,
    /// The query as it was written.
    query: Option<String>,
    form: Option<Vec<(String, String)>>,
    cross_site: bool,
    /// The `Origin` header of a POST.
    origin: String,
}

impl<'c> Browser<'c> {
    /// A browser without cookies. `number` stands in the record.
    #[must_use]
    pub fn new(client: &'c HttpClient, number: u8, addresses: &'c Addresses) -> Self {
        Self { client, number, addresses, cookies: Cookies::default() }
    }

    /// Its cookies as they are now.
    #[must_use]
    pub fn cookies(&self) -> Cookies {
        self.cookies.clone()
    }

    /// Puts it back to these cookies.
    pub fn set_cookies(&mut self, cookies: Cookies) {
        self.cookies = cookies;
    }

    /// Goes to an address, and on wherever that leads by itself.
    pub async fn go(&mut self, step: Step, request: Request, from: From, log: &mut Recorder) -> Arrival {
        let (url, form) = match request {
            Request::Get(url) => (url, None),
            Request::Post(url, fields) => (url, Some(fields)),
        };
        let (cross_site, origin) = match from {
            From::Address => (false, origin(&url)),
            From::IdentityProvider => (true, origin(&self.addresses.sso)),
        };
        let query = url.query().map(str::to_owned);
        self.visit(step, Hop { url, query, form, cross_site, origin }, log).await
    }

    /// Takes the steps of a way, until they are done or the identity provider is reached.
    pub async fn walk(&mut self, step: Step, way: &Way, log: &mut Recorder) -> Arrival {
        let steps = match way {
            Way::Url(url) => return self.go(step, Request::Get(url.clone()), From::Address, log).await,
            Way::Steps(steps) => steps,
        };
        let mut here: Option<Page> = None;
        for one in steps {
            let arrival = match (one, &here) {
                (BrowserStep::Get { get }, _) => self.go(step, Request::Get(get.clone()), From::Address, log).await,
                (BrowserStep::Post { post, fields }, _) => {
                    let fields = fields.clone().into_iter().collect();
                    self.go(step, Request::Post(post.clone(), fields), From::Address, log).await
                }
                (BrowserStep::Choose { choose }, Some(page)) => {
                    let html = Html::read(&page.body);
                    let hop = html.choose(&page.url, choose).and_then(|lead| lead.follow(&page.url, &html));
                    match hop {
                        Some(hop) => self.visit(step, hop, log).await,
                        None => Arrival::Stopped(no_way(one)),
                    }
                }
                (BrowserStep::Submit { submit }, Some(page)) => {
                    let html = Html::read(&page.body);
                    let hop = html.submit(submit).and_then(|form| Lead::Form(form).follow(&page.url, &html));
                    match hop {
                        Some(hop) => self.visit(step, hop, log).await,
                        None => Arrival::Stopped(no_way(one)),
                    }
                }
                (BrowserStep::Choose { .. } | BrowserStep::Submit { .. }, None) => Arrival::Stopped(no_way(one)),
            };
            match arrival {
                Arrival::Page(page) => here = Some(page),
                other => return other,
            }
        }
        here.map_or_else(|| Arrival::Stopped(Stop::NoWay { step: "no step at all".to_owned() }), Arrival::Page)
    }

    async fn visit(&mut self, step: Step, mut hop: Hop, log: &mut Recorder) -> Arrival {
        let visit = log.visit();
        let most = self.client.timeout() * VISIT_TIMEOUTS;
        let mut left = most;
        for done in 0.. {
            let mut exchange = Exchange {
                browser: self.number,
                visit,
                step,
                at: Timestamp::now(),
                method: if hop.form.is_some() { "POST" } else { "GET" }.to_owned(),
                url: hop.written(),
                form: hop.form.clone().unwrap_or_default(),
                cookies: Vec::new(),
                outcome: Outcome::ToIdentityProvider,
            };
            if self.addresses.contains(&hop.url) {
                log.keep(exchange);
                let form = hop.form.unwrap_or_default();
                hop.url.set_fragment(None);
                return Arrival::IdentityProvider(Incoming { url: hop.url, query: hop.query, form });
            }
            exchange.url = hop.sent();
            let answer = self.exchange(&hop, &mut exchange, done, left).await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(why) => {
                    exchange.outcome = Outcome::Failed(why.clone());
                    log.keep(exchange);
                    return Arrival::Stopped(why);
                }
            };
            left = left.saturating_sub(answer.took);
            let now = Timestamp::now();
            exchange.at = now.checked_sub(answer.took).unwrap_or(now);
            let set = answer.headers.get_all(SET_COOKIE).iter().map(HeaderValue::as_bytes);
            let set = self.cookies.take(&hop.url, set, now);
            let body = record::text(&answer);
            exchange.outcome = record::answered(&answer, &body, set);
            log.keep(exchange);
            match hop.next(&answer, &body) {
                Ok(Some(next)) => hop = next,
                Ok(None) => {
                    return Arrival::Page(Page { url: hop.url, status: answer.status.as_u16(), body });
                }
                Err(why) => return Arrival::Stopped(why),
            }
        }
        Arrival::Stopped(Stop::TooManyHops { limit: MAX_HOPS })
    }

    /// Sends one request. `done` others of the visit went before.
    async fn exchange(
        &self,
        hop: &Hop,
        exchange: &mut Exchange,
        done: usize,
        left: Duration,
    ) -> Result<Exchanged, Stop> {
        if done >= MAX_HOPS {
            return Err(Stop::TooManyHops { limit: MAX_HOPS });
        }
        if !matches!(hop.url.scheme(), "http" | "https") {
            return Err(Stop::BadAddress);
        }
        if !self.client.allows(&hop.url, false) {
            return Err(Stop::ForeignHost { host: hop.url.host_str().unwrap_or_default().to_owned() });
        }
        let whole = left < self.client.timeout();
        let seconds = (self.client.timeout() * if whole { VISIT_TIMEOUTS } else { 1 }).as_secs();
        if left.is_zero() {
            return Err(Stop::TimedOut { seconds });
        }
        let sending = Sending { cross_site: hop.cross_site, post: hop.form.is_some() };
        let sent = self.cookies.for_request(&hop.url, sending, exchange.at);
        let headers = headers(hop, &sent);
        exchange.cookies = sent.names;
        let post = hop.form.as_ref().map(|fields| (FORM, encode(fields).into_bytes()));
        let request = HttpRequest { url: &hop.url, limit: MAX_BODY, post, oces: false };
        self.client.once(&request, &headers, left).await.map_err(|error| record::stop(error, seconds))
    }
}

impl Hop {
    /// A GET that a page leads to, by a link or a refresh.
    fn from_page(page: &Url, url: Url, written: &str) -> Self {
        let cross_site = !same_site(page, &url);
        Self { url, query: raw_query(written), form: None, cross_site, origin: origin(page) }
    }

    /// The address with the query as it was written.
    fn written(&self) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        url.set_query(None);
        match &self.query {
            Some(query) => format!("{url}?{query}"),
            None => url.into(),
        }
    }

    /// The address as it is sent.
    fn sent(&self) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        url.into()
    }

    /// Where an answer leads by itself; nowhere, when it is a page to look at.
    fn next(&self, answer: &Exchanged, body: &str) -> Result<Option<Self>, Stop> {
        if is_redirect(answer.status)
            && let Some(location) = record::header(&answer.headers, LOCATION.as_str())
        {
            return self.redirected(answer.status.as_u16(), location.trim()).map(Some);
        }
        let html = record::html(answer, body);
        if let Some(form) = html.automatic() {
            return Lead::Form(form).follow(&self.url, &html).ok_or(Stop::BadAddress).map(Some);
        }
        if let Some(to) = &html.refresh {
            let url = html.resolve(&self.url, to).ok_or(Stop::BadAddress)?;
            return Ok(Some(Self::from_page(&self.url, url, to)));
        }
        Ok(None)
    }

    /// Fetch standard, "HTTP-redirect fetch".
    fn redirected(&self, status: u16, location: &str) -> Result<Self, Stop> {
        let url = self.url.join(location).map_err(|_| Stop::BadAddress)?;
        let keeps = matches!(status, 307 | 308);
        let elsewhere = url.origin() != self.url.origin() && self.origin != origin(&self.url);
        Ok(Self {
            query: raw_query(location),
            form: self.form.clone().filter(|_| keeps),
            cross_site: self.cross_site,
            origin: if elsewhere { "null".to_owned() } else { self.origin.clone() },
            url,
        })
    }
}

impl Lead {
    fn follow(self, page: &Url, html: &Html) -> Option<Hop> {
        match self {
            Self::Link { url, written } => Some(Hop::from_page(page, url, &written)),
            Self::Form(Submission { action, post, fields }) => {
                // HTML standard, "form submission algorithm": an empty action is the page's own address, whatever the base.
                let own = action.trim().is_empty();
                let mut url = if own { page.clone() } else { html.resolve(page, action.trim())? };
                let mut query = if own { page.query().map(str::to_owned) } else { raw_query(action.trim()) };
                if !post {
                    let encoded = encode(&fields);
                    url.set_query(Some(&encoded));
                    query = Some(encoded);
                }
                let cross_site = !same_site(page, &url);
                Some(Hop { url, query, form: post.then_some(fields), cross_site, origin: origin(page) })
            }
        }
    }
}

fn headers(hop: &Hop, sent: &Sent) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        // What was taken from an answer holds no control characters, so that this does not fail.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    };
    put(ACCEPT, ACCEPTED);
    put(ACCEPT_ENCODING, "identity");
    if hop.form.is_some() {
        put(ORIGIN, &hop.origin);
    }
    if let Some(cookies) = &sent.header {
        put(COOKIE, cookies);
    }
    headers
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn encode(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The query of an address as it was written. Tabs and line ends do not count (URL standard, "basic URL parser").
fn raw_query(address: &str) -> Option<String> {
    let address = address.split('#').next().unwrap_or_default();
    address.split_once('?').map(|(_, query)| query.replace(['\t', '\r', '\n'], ""))
}

/// Values of fields may be passwords, so only names are told.
fn no_way(step: &BrowserStep) -> Stop {
    let names = |fields: &BTreeMap<String, String>| fields.keys().cloned().collect::<Vec<_>>().join(", ");
    let step = match step {
        BrowserStep::Get { get } => format!("get {get}"),
        BrowserStep::Post { post, .. } => format!("post {post}"),
        BrowserStep::Choose { choose } => format!("choose {choose}"),
        BrowserStep::Submit { submit } => format!("submit {}", names(submit)),
    };
    Stop::NoWay { step }
}
