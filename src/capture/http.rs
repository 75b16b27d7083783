//! The probe's only HTTP client: bounded in hosts, time, size, rate and number of redirects.
//!
//! What a certificate or a metadata file names is somebody else's input, so a URL is asked only when its host is on the
//! list; a redirect is held to the same list. Proxies of the environment are ignored, for then another host would see the
//! request. Not covered: a name on the list that resolves to an address inside the network of whoever runs the probe (DNS
//! rebinding). The list is written by that party, and internal test systems must be reachable.

use super::tls::ClientIdentity;
use crate::target::Politeness;
use axum::body::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use reqwest::{Method, StatusCode, redirect, retry};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use url::Url;

/// Hosts of Den Danske Stat's CA (production and test), where every OCES3 certificate's revocation URLs point. They may
/// be asked about revocation without being on the target's list.
pub const OCES_HOSTS: [&str; 2] = ["ca1.gov.dk", "ca1.cti-gov.dk"];

const MAX_REDIRECTS: usize = 5;
/// Largest body of a redirect that is read, bytes. Nobody shows a larger one, and reading it would only cost time.
const MAX_REDIRECT_BODY: usize = 16 * 1024;
/// Longest wait for it.
const REDIRECT_BODY_TIME: Duration = Duration::from_millis(500);
/// Longest list of headers, bytes. Chrome's limit too (`net/http/http_stream_parser.cc`).
const MAX_HEADERS: u32 = 256 * 1024;
/// Servers commonly end an idle connection after five seconds; a request that meets that end would look broken.
const IDLE: Duration = Duration::from_secs(2);
const USER_AGENT: &str = concat!("kravprobe/", env!("CARGO_PKG_VERSION"));

/// Why no answer came that may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The host is not on the list; nothing was sent to it.
    #[error("host {host} is not on the list of allowed hosts; nothing was sent to it")]
    NotAllowed {
        /// The host.
        host: String,
    },
    /// Not an http or https URL with a host and without credentials.
    #[error("not an http or https URL with a host and without user name")]
    BadUrl,
    /// No connection.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The TLS handshake failed, or the server's certificate is not trusted.
    #[error("TLS with {host} failed: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What rustls said.
        reason: String,
    },
    /// No complete answer in time.
    #[error("no complete answer from {host} within {seconds} s")]
    TimedOut {
        /// The host.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// The body is larger than allowed.
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is compressed though that was not asked for.
    #[error("{host} answered with a Content-Encoding that was not asked for")]
    Encoded {
        /// The host.
        host: String,
    },
    /// Redirected too often, to no address, off the list, from https to http, or away from a POST.
    #[error("a redirect of {host} was not followed: {reason}")]
    Redirect {
        /// The host that redirected.
        host: String,
        /// Why not.
        reason: &'static str,
    },
    /// The exchange broke off.
    #[error("the exchange with {host} broke off: {reason}")]
    Transfer {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// The client cannot be made.
    #[error("the HTTP client cannot be set up: {reason}")]
    SetUp {
        /// What is wrong.
        reason: String,
    },
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Where it came from, after redirects.
    pub url: Url,
    /// HTTP status.
    pub status: StatusCode,
    /// Content-Type, if it is text.
    pub content_type: Option<String>,
    /// The body as sent.
    pub body: Vec<u8>,
}

/// The answer to one request, whatever its status.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// HTTP status.
    pub status: StatusCode,
    /// Every header, as sent.
    pub headers: HeaderMap,
    /// The body as sent. That of a redirect is read only when it says that it is small and plain.
    pub body: Vec<u8>,
    /// How long it took, without the wait for a free slot.
    pub took: Duration,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Where to.
    pub url: &'a Url,
    /// Most bytes of body that are read.
    pub limit: usize,
    /// Media type and body; a request with a body is a POST.
    pub post: Option<(&'static str, Vec<u8>)>,
    /// Whether [`OCES_HOSTS`] may be asked too.
    pub oces: bool,
}

/// How a body comes in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// So many pieces.
    pub pieces: usize,
    /// The pause before each but the first.
    pub pause: Duration,
}

impl Pace {
    fn body(self, body: Vec<u8>) -> reqwest::Body {
        let piece = body.len().div_ceil(self.pieces.max(1)).max(1);
        reqwest::Body::wrap(Trickle { rest: body.into(), piece, pause: self.pause, waiting: None })
    }
}

/// A body that comes in pieces.
struct Trickle {
    rest: Bytes,
    piece: usize,
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(waiting) = &mut self.waiting {
            std::task::ready!(waiting.as_mut().poll(context));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let piece = self.piece.min(self.rest.len());
        let piece = self.rest.split_to(piece);
        self.waiting = (!self.rest.is_empty()).then(|| Box::pin(sleep(self.pause)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// The client. Share one, so that its politeness holds for the whole run.
#[derive(Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    hosts: BTreeSet<String>,
    timeout: Duration,
    interval: Duration,
    permits: Semaphore,
    next_start: Mutex<Option<Instant>>,
}

impl HttpClient {
    /// A client for these hosts (names or addresses, without port). Servers are verified against Mozilla's roots and
    /// `added_roots` (DER).
    pub fn new(
        allowed_hosts: impl IntoIterator<Item = String>,
        politeness: Politeness,
        added_roots: &[Vec<u8>],
    ) -> Result<Self, HttpError> {
        Self::set_up(allowed_hosts, politeness, added_roots, reqwest::Client::builder().pool_idle_timeout(IDLE))
    }

    /// As [`Self::new`], for one that calls as a system does: over HTTP/1.1, each request on a connection of its own, with this
    /// client certificate.
    pub fn of_system(
        allowed_hosts: impl IntoIterator<Item = String>,
        politeness: Politeness,
        added_roots: &[Vec<u8>],
        identity: Option<&ClientIdentity>,
    ) -> Result<Self, HttpError> {
        let set_up = |reason: String| HttpError::SetUp { reason };
        let mut builder = reqwest::Client::builder().http1_only().pool_max_idle_per_host(0);
        if let Some(identity) = identity {
            let pem = identity.to_pem().map_err(|error| set_up(error.to_string()))?;
            let identity = reqwest::Identity::from_pem(&pem).map_err(|error| set_up(innermost(&error)))?;
            builder = builder.identity(identity);
        }
        Self::set_up(allowed_hosts, politeness, added_roots, builder)
    }

    fn set_up(
        allowed_hosts: impl IntoIterator<Item = String>,
        politeness: Politeness,
        added_roots: &[Vec<u8>],
        builder: reqwest::ClientBuilder,
    ) -> Result<Self, HttpError> {
        let set_up = |error: reqwest::Error| HttpError::SetUp { reason: innermost(&error) };
        // Another part of the program may have installed the same provider before.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let shipped = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref);
        let roots = shipped
            .chain(added_roots.iter().map(Vec::as_slice))
            .map(reqwest::Certificate::from_der)
            .collect::<Result<Vec<_>, _>>()
            .map_err(set_up)?;
        let timeout = Duration::from_secs(politeness.timeout_seconds.max(1).into());
        let client = builder
            .tls_backend_rustls()
            .tls_certs_only(roots)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(timeout)
            .http2_max_header_list_size(MAX_HEADERS)
            .user_agent(USER_AGENT)
            .build()
            .map_err(set_up)?;
        Ok(Self {
            client,
            hosts: allowed_hosts.into_iter().map(|host| plain(&host)).collect(),
            timeout,
            interval: Duration::from_secs(1) / politeness.requests_per_second.max(1),
            permits: Semaphore::new(usize::try_from(politeness.concurrency.max(1)).unwrap_or(1)),
            next_start: Mutex::new(None),
        })
    }

    /// Whether the host of `url` may be asked; [`OCES_HOSTS`] count when `oces` is set, on the usual ports alone.
    #[must_use]
    pub fn allows(&self, url: &Url, oces: bool) -> bool {
        let Some(host) = url.host_str().map(plain) else { return false };
        self.hosts.contains(&host) || (oces && url.port().is_none() && OCES_HOSTS.contains(&host.as_str()))
    }

    /// Sends a request and reads the whole answer. The time-out covers each hop, but not the wait for a free slot.
    pub async fn send(&self, request: &Request<'_>) -> Result<Response, HttpError> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let Request { limit, post, oces, .. } = request.clone();
            let answer = self.once(&Request { url: &url, limit, post, oces }, &HeaderMap::new(), Duration::MAX).await?;
            let status = answer.status;
            if !is_redirect(status) {
                let content_type = text(&answer.headers, CONTENT_TYPE);
                return Ok(Response { url, status, content_type, body: answer.body });
            }
            let location = text(&answer.headers, LOCATION);
            let host = url.host_str().unwrap_or_default().to_owned();
            let refused = |reason| Err(HttpError::Redirect { host: host.clone(), reason });
            let Some(next) = location.and_then(|location| url.join(&location).ok()) else {
                return refused("it names no address");
            };
            // RFC 9110, 15.4: all but 307 and 308 may turn a POST into a GET, which would be another question.
            let keeps_method = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            if request.post.is_some() && !keeps_method {
                return refused("it changes the method of a POST");
            }
            if url.scheme() == "https" && next.scheme() != "https" {
                return refused("it leads from https to another scheme");
            }
            if matches!(next.scheme(), "http" | "https") && !self.allows(&next, request.oces) {
                return refused("it leads to a host that is not on the list of allowed hosts");
            }
            url = next;
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(HttpError::Redirect { host, reason: "there were more than five" })
    }

    /// Sends one request and reads the whole answer, also when it is a redirect. Takes the client's time-out or `at_most`,
    /// whichever is less, after the wait for a free slot.
    pub async fn once(
        &self,
        request: &Request<'_>,
        headers: &HeaderMap,
        at_most: Duration,
    ) -> Result<Exchanged, HttpError> {
        self.usable(request)?;
        let _permit = self.permits.acquire().await.map_err(shut_down)?;
        self.wait_for_turns(1).await;
        self.at_once(request, headers, None, at_most).await
    }

    /// As [`Self::once`] with a body that comes in pieces. The time-out covers it too.
    pub async fn once_slowly(&self, request: &Request<'_>, pace: Pace) -> Result<Exchanged, HttpError> {
        self.usable(request)?;
        let _permit = self.permits.acquire().await.map_err(shut_down)?;
        self.wait_for_turns(1).await;
        self.at_once(request, &HeaderMap::new(), Some(pace), Duration::MAX).await
    }

    /// Sends the same request so many times at the same time. They take one free slot, and as much of the rate as if they came
    /// one after the other.
    pub async fn together(self: &Arc<Self>, request: &Request<'_>, times: u32) -> Vec<Result<Exchanged, HttpError>> {
        let ready = async {
            self.usable(request)?;
            let permit = self.permits.acquire().await.map_err(shut_down)?;
            self.wait_for_turns(times).await;
            Ok(permit)
        };
        let _permit = match ready.await {
            Ok(permit) => permit,
            Err(why) => return vec![Err(why)],
        };
        let mut tasks = JoinSet::new();
        for _ in 0..times {
            let (client, url, request) = (Arc::clone(self), request.url.clone(), request.clone());
            let (limit, post, oces) = (request.limit, request.post, request.oces);
            tasks.spawn(async move {
                let request = Request { url: &url, limit, post, oces };
                client.at_once(&request, &HeaderMap::new(), None, Duration::MAX).await
            });
        }
        tasks.join_all().await
    }

    /// Whether the address may be asked.
    fn usable(&self, request: &Request<'_>) -> Result<(), HttpError> {
        let url = request.url;
        let usable = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let Some(host) = url.host_str().filter(|_| usable).map(str::to_owned) else { return Err(HttpError::BadUrl) };
        if self.allows(url, request.oces) { Ok(()) } else { Err(HttpError::NotAllowed { host }) }
    }

    async fn at_once(
        &self,
        request: &Request<'_>,
        headers: &HeaderMap,
        pace: Option<Pace>,
        at_most: Duration,
    ) -> Result<Exchanged, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let limit = self.timeout.min(at_most);
        timeout(limit, self.exchange(&host, request, headers, pace))
            .await
            .unwrap_or_else(|_| Err(HttpError::TimedOut { host, seconds: limit.as_secs() }))
    }

    /// The time-out of one request.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn wait_for_turns(&self, turns: u32) {
        let turn = {
            let mut next = self.next_start.lock().await;
            let now = Instant::now();
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.interval * turns);
            turn
        };
        sleep_until(turn).await;
    }

    async fn exchange(
        &self,
        host: &str,
        request: &Request<'_>,
        headers: &HeaderMap,
        pace: Option<Pace>,
    ) -> Result<Exchanged, HttpError> {
        let started = Instant::now();
        let url = request.url.clone();
        let builder = match &request.post {
            Some((media_type, body)) => {
                let builder = self.client.request(Method::POST, url).header(CONTENT_TYPE, *media_type);
                match pace {
                    None => builder.body(body.clone()),
                    Some(pace) => builder.header(CONTENT_LENGTH, body.len()).body(pace.body(body.clone())),
                }
            }
            None => self.client.request(Method::GET, url),
        };
        let builder = builder.headers(headers.clone());
        let response = builder.send().await.map_err(|error| self.classify(host, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let done = |body| Exchanged { status, headers: headers.clone(), body, took: started.elapsed() };
        let encoded = headers.get_all(CONTENT_ENCODING).iter().any(|value| value != "identity");
        if is_redirect(status) && headers.contains_key(LOCATION) {
            // Where it leads is all that counts: a body that cannot be used does not keep anybody from following.
            let declared = text(&headers, CONTENT_LENGTH).and_then(|n| n.parse::<usize>().ok());
            if encoded || declared.is_none_or(|n| n > MAX_REDIRECT_BODY) {
                return Ok(done(Vec::new()));
            }
            let reading = self.read(host, response, MAX_REDIRECT_BODY);
            return Ok(done(timeout(REDIRECT_BODY_TIME, reading).await.ok().and_then(Result::ok).unwrap_or_default()));
        }
        if encoded {
            return Err(HttpError::Encoded { host: host.to_owned() });
        }
        self.read(host, response, request.limit).await.map(done)
    }

    async fn read(&self, host: &str, mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, HttpError> {
        let too_large = || HttpError::TooLarge { host: host.to_owned(), limit };
        if response.content_length().is_some_and(|n| usize::try_from(n).map_or(true, |n| n > limit)) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.classify(host, &error))? {
            if chunk.len() > limit - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Errors name the host, never the path or the query, which may hold tokens.
    fn classify(&self, host: &str, error: &reqwest::Error) -> HttpError {
        let host = host.to_owned();
        if let Some(reason) = tls_reason(error) {
            HttpError::Tls { host, reason }
        } else if error.is_timeout() {
            HttpError::TimedOut { host, seconds: self.timeout.as_secs() }
        } else if error.is_connect() {
            HttpError::Connect { host, reason: innermost(error) }
        } else {
            HttpError::Transfer { host, reason: innermost(error) }
        }
    }
}

fn shut_down(_: tokio::sync::AcquireError) -> HttpError {
    HttpError::SetUp { reason: "the client has been shut down".to_owned() }
}

/// Whether a browser looks for a Location (Fetch standard, "redirect status").
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A host as lists and URLs both can be compared: lower case, an IPv6 address without brackets.
fn plain(host: &str) -> String {
    host.trim().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase()
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The cause at the bottom; the outer errors only repeat the URL.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}

/// What rustls said, if it was rustls. `io::Error` hides what it wraps from `source`, and hyper wraps more than once.
fn tls_reason(error: &(dyn StdError + 'static)) -> Option<String> {
    causes(error).find_map(|cause| {
        let mut layers = std::iter::successors(Some(cause), |&error| wrapped(error));
        layers.find_map(|error| error.downcast_ref::<rustls::Error>()).map(ToString::to_string)
    })
}

fn wrapped<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    error.downcast_ref::<std::io::Error>()?.get_ref().map(|inner| inner as _)
}
