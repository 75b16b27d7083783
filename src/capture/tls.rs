//! Looks at one TLS endpoint: hellos of the probe's own making, whole handshakes by OpenSSL, one small HTTP request.
//!
//! Blocking, for `tokio::task::spawn_blocking`. Every wait is bounded: each connection by `timeout`, everything by
//! `overall_timeout`. Connections are made one after the other, no faster than `requests_per_second`, and only to the host
//! and port that the target names. Nothing is concluded here: see `subject::tls::conclusions`.

mod from_target;
pub mod hello;
pub mod identity;
pub mod responder;
mod transport;

use crate::subject::Blob;
use crate::subject::tls::suites::SuiteGroup;
use crate::subject::tls::{
    Controls, Ended, Handshake, HttpExchange, LibraryTrial, Presented, RawTrial, Seen, TlsPurpose, TlsSubject,
    TlsVersion, flight,
};
use crate::verdict::Environment;
pub use identity::ClientIdentity;
use jiff::Timestamp;
use openssl::ssl::{
    ErrorCode, HandshakeError, Ssl, SslAcceptor, SslContext, SslContextBuilder, SslMethod, SslOptions, SslStream,
    SslVerifyMode, SslVersion,
};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use transport::{Stopped, Transport};

/// Everything OpenSSL can still do. Its default security level refuses TLS 1.0 and 1.1 by itself, which would look like a
/// refusal of the endpoint.
const EVERY_CIPHER: &str = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
/// Most bytes taken from the peer on one connection.
const MOST_BYTES: usize = 64 * 1024;
/// Most connections made to one endpoint, whatever it answers.
const MOST_CONNECTIONS: u32 = 48;

/// What to look at, and how gently.
#[derive(Clone, Debug)]
pub struct TlsSpec {
    /// Name in the target.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// Host to connect to.
    pub host: String,
    /// Port to connect to.
    pub port: u16,
    /// Server name sent and expected in the certificate.
    pub server_name: String,
    /// What the endpoint is for.
    pub purpose: TlsPurpose,
    /// Path of the HTTP request.
    pub path: String,
    /// The certificate registered for the endpoint (DER).
    pub registered_certificate: Option<Vec<u8>>,
    /// Roots that the target adds for TLS servers (DER).
    pub added_roots: Vec<Vec<u8>>,
    /// A client that the endpoint must let in.
    pub client: Option<ClientIdentity>,
    /// A client of another environment, which the endpoint must refuse.
    pub other_environment_client: Option<ClientIdentity>,
    /// A client of another system of the same environment, which the endpoint must refuse.
    pub other_system_client: Option<ClientIdentity>,
    /// Whether clients that must be refused are presented: an active trial, which needs an authorisation.
    pub foreign_clients: bool,
    /// Longest time for one connection, from connecting to the last byte.
    pub timeout: Duration,
    /// Longest time for the whole endpoint.
    pub overall_timeout: Duration,
    /// Most connections a second.
    pub requests_per_second: f64,
}

impl TlsSpec {
    /// The usual gentle settings: 5 seconds a connection, two minutes in all, 5 connections a second, path `/`.
    #[must_use]
    pub fn new(name: &str, environment: Environment, host: &str, port: u16, purpose: TlsPurpose) -> Self {
        Self {
            name: name.to_owned(),
            environment,
            host: host.to_owned(),
            port,
            server_name: host.to_owned(),
            purpose,
            path: "/".to_owned(),
            registered_certificate: None,
            added_roots: Vec::new(),
            client: None,
            other_environment_client: None,
            other_system_client: None,
            foreign_clients: true,
            timeout: Duration::from_secs(5),
            overall_timeout: Duration::from_mins(2),
            requests_per_second: 5.0,
        }
    }
}

/// Looks at the endpoint. Never fails: what went wrong is in the subject, and the checks say what it means.
#[must_use]
pub fn capture_tls(spec: &TlsSpec, at: Timestamp) -> TlsSubject {
    let mut prober = Prober::new(spec);
    let mut subject = TlsSubject {
        id: format!("tls:{}", spec.name),
        name: spec.name.clone(),
        environment: spec.environment,
        at,
        host: spec.host.clone(),
        port: spec.port,
        server_name: spec.server_name.clone(),
        purpose: spec.purpose,
        registered_certificate: spec.registered_certificate.as_deref().map(crate::digest::sha256_hex),
        added_roots: spec.added_roots.iter().map(|der| certificate_blob(der.clone())).collect(),
        path: spec.path.clone(),
        raw: Vec::new(),
        library: Vec::new(),
        bracket: None,
        controls: Controls::default(),
        served_chain: Vec::new(),
        plain_http: None,
    };
    for version in TlsVersion::NEWEST_FIRST {
        let group = if version == TlsVersion::Tls13 { SuiteGroup::Tls13 } else { SuiteGroup::Broad };
        subject.raw.push(prober.raw(version, group));
        // A host that is silent or away for both current versions is not bothered any more.
        if version == TlsVersion::Tls12 && subject.raw.iter().all(|t| is_silent(&t.seen())) {
            return subject;
        }
    }
    let negotiated = |subject: &TlsSubject, version| subject.negotiations().any(|(v, _)| v == version);
    if subject.negotiations().next().is_none() {
        // A port that answers a hello in HTTP is worth one plain question more.
        if subject.raw.iter().any(RawTrial::answers_in_http) {
            subject.plain_http = Some(prober.plain_http());
        }
        return subject;
    }
    subject.controls.raw = raw_controls(TlsVersion::NEWEST_FIRST, spec);

    // The cipher inventory, at the newest and at the oldest version before TLS 1.3 that is spoken.
    let mut spoken =
        TlsVersion::NEWEST_FIRST.into_iter().filter(|v| *v < TlsVersion::Tls13 && negotiated(&subject, *v));
    let newest = spoken.next();
    let oldest = spoken.next_back();
    for version in newest.into_iter().chain(oldest) {
        for group in SuiteGroup::INVENTORY {
            subject.raw.push(prober.raw(version, group));
            subject.controls.raw.push(raw_control(version, group, spec));
        }
    }

    let stranger = ClientIdentity::stranger();
    for version in TlsVersion::NEWEST_FIRST {
        let Some(protocol) = library_version(version) else { continue };
        subject.controls.library.push(library_control(version, protocol, &stranger, spec));
        let (trial, chain) = prober.library(version, protocol, Presented::None, None);
        subject.library.push(trial);
        keep_chain(&mut subject, chain);
        if version < TlsVersion::Tls12 || !negotiated(&subject, version) {
            continue;
        }
        let mut clients = vec![(Presented::Registered, spec.client.as_ref())];
        if spec.foreign_clients {
            clients.push((Presented::OtherEnvironment, spec.other_environment_client.as_ref()));
            clients.push((Presented::OtherSystem, spec.other_system_client.as_ref()));
        }
        if spec.foreign_clients && spec.purpose == TlsPurpose::Callback {
            clients.push((Presented::Stranger, stranger.as_ref().ok()));
        }
        for (presented, identity) in clients {
            if identity.is_some() {
                let (trial, chain) = prober.library(version, protocol, presented, identity);
                subject.library.push(trial);
                keep_chain(&mut subject, chain);
            }
        }
    }
    if subject.served_chain.is_empty() {
        // An OpenSSL that cannot speak to the endpoint at all leaves the certificates of the clear flight.
        let clear = subject.raw.iter().map(|t| t.flight().certificates).find(|c| !c.is_empty()).unwrap_or_default();
        subject.served_chain = clear.into_iter().map(certificate_blob).collect();
    }
    subject.plain_http = Some(prober.plain_http());
    let first_taken = subject.raw.iter().find(|t| matches!(t.seen(), Seen::Negotiated { .. }));
    if let Some((version, group)) = first_taken.map(|t| (t.version, t.suites)) {
        subject.bracket = Some(prober.raw(version, group));
    }
    subject
}

fn keep_chain(subject: &mut TlsSubject, chain: Vec<Vec<u8>>) {
    if subject.served_chain.is_empty() {
        subject.served_chain = chain.into_iter().map(certificate_blob).collect();
    }
}

fn certificate_blob(der: Vec<u8>) -> Blob {
    Blob::new("application/pkix-cert", der)
}

const fn is_silent(seen: &Seen) -> bool {
    matches!(seen, Seen::TimedOut | Seen::Unreachable { .. })
}

const fn library_version(version: TlsVersion) -> Option<SslVersion> {
    match version {
        TlsVersion::Ssl3 => None,
        TlsVersion::Tls10 => Some(SslVersion::TLS1),
        TlsVersion::Tls11 => Some(SslVersion::TLS1_1),
        TlsVersion::Tls12 => Some(SslVersion::TLS1_2),
        TlsVersion::Tls13 => Some(SslVersion::TLS1_3),
    }
}

/// What may be kept of bytes from the peer: TLS records. Of anything else (an HTTP page could hold anything) the first 16
/// bytes, enough to say that it is not TLS.
fn evidence(bytes: &[u8]) -> Option<Blob> {
    let kept = match flight::parse(bytes).record_bytes {
        0 => bytes.get(..16).unwrap_or(bytes),
        records => bytes.get(..records).unwrap_or(bytes),
    };
    (!kept.is_empty()).then(|| Blob::new("application/octet-stream", kept))
}

/// Makes the connections, paced and counted.
struct Prober<'a> {
    spec: &'a TlsSpec,
    address: Result<SocketAddr, String>,
    deadline: Instant,
    last: Option<Instant>,
    connections: u32,
}

impl<'a> Prober<'a> {
    fn new(spec: &'a TlsSpec) -> Self {
        let deadline = Instant::now() + spec.overall_timeout;
        Self { spec, address: resolve(&spec.host, spec.port, spec.timeout), deadline, last: None, connections: 0 }
    }

    /// The next connection, or why there is none.
    fn connect(&mut self) -> Result<Transport, String> {
        let address = self.address.clone()?;
        if self.connections >= MOST_CONNECTIONS {
            return Err("the probe's own limit of connections is reached".to_owned());
        }
        if let Some(last) = self.last {
            let rate = if self.spec.requests_per_second > 0.0 { self.spec.requests_per_second } else { 1.0 };
            let interval = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1));
            let due = (last + interval).min(self.deadline);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        self.last = Some(Instant::now());
        self.connections += 1;
        let deadline = (Instant::now() + self.spec.timeout).min(self.deadline);
        Transport::connect(address, deadline, MOST_BYTES)
    }

    fn raw(&mut self, version: TlsVersion, group: SuiteGroup) -> RawTrial {
        raw_trial(self.connect(), version, group, &self.spec.server_name)
    }

    fn library(
        &mut self,
        version: TlsVersion,
        protocol: SslVersion,
        presented: Presented,
        identity: Option<&ClientIdentity>,
    ) -> (LibraryTrial, Vec<Vec<u8>>) {
        // In every version: what is refused in one may be let in through another.
        let connection = self.connect();
        library_trial(connection, self.spec, Some(&self.spec.path), (version, protocol), (presented, identity))
    }

    fn plain_http(&mut self) -> HttpExchange {
        match self.connect() {
            Err(why) => HttpExchange::Unreachable { why },
            Ok(mut transport) => {
                let _ = transport.write_all(request(self.spec, &self.spec.path).as_bytes());
                read_http(|chunk| {
                    transport.read(chunk).map_err(|_| match transport.stopped() {
                        Some(Stopped::TimedOut) => HttpExchange::TimedOut,
                        Some(Stopped::TooMuch) => HttpExchange::NotHttp,
                        None => HttpExchange::Closed,
                    })
                })
            }
        }
    }
}

/// One address for the whole endpoint, so that all trials meet the same machine: the first that takes a connection.
fn resolve(host: &str, port: u16, timeout: Duration) -> Result<SocketAddr, String> {
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    // The system's resolver has no time-out of its own.
    std::thread::spawn(move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(|a| a.take(4).collect::<Vec<_>>());
        let _unheard = sender.send(addresses.map_err(|e| e.kind().to_string()));
    });
    let addresses = receiver.recv_timeout(timeout).map_err(|_| "name resolution timed out".to_owned())??;
    let first = addresses.first().copied().ok_or("the name has no address")?;
    if addresses.len() == 1 {
        return Ok(first);
    }
    let each = timeout / 4;
    Ok(addresses.into_iter().find(|a| TcpStream::connect_timeout(a, each).is_ok()).unwrap_or(first))
}

fn raw_trial(
    connection: Result<Transport, String>,
    version: TlsVersion,
    suites: SuiteGroup,
    server_name: &str,
) -> RawTrial {
    let mut transport = match connection {
        Ok(transport) => transport,
        Err(why) => return RawTrial { version, suites, answer: None, ended: Ended::Unreachable { why } },
    };
    let mut randomness = [0; hello::RANDOMNESS];
    if let Err(error) = openssl::rand::rand_bytes(&mut randomness) {
        let why = format!("no randomness: {error}");
        return RawTrial { version, suites, answer: None, ended: Ended::Unreachable { why } };
    }
    // A peer that hangs up at once may make the write fail; what it said before is still read.
    let _ = transport.write_all(&hello::client_hello(version, suites, server_name, &randomness));
    let mut chunk = [0; 4096];
    let ended = loop {
        match transport.read(&mut chunk) {
            Ok(0) => break Ended::Closed,
            Ok(_) => {
                let flight = flight::parse(transport.received());
                let not_tls = flight.record_bytes == 0 && transport.received().len() >= 5;
                if flight.complete || not_tls {
                    break Ended::Enough;
                }
            }
            Err(_) => {
                break match transport.stopped() {
                    Some(Stopped::TimedOut) => Ended::TimedOut,
                    Some(Stopped::TooMuch) => Ended::TooMuch,
                    None => Ended::Closed,
                };
            }
        }
    };
    // user_canceled and close_notify, as a polite client that changed its mind.
    let _ = transport.write_all(&[21, 3, 1, 0, 2, 1, 90, 21, 3, 1, 0, 2, 1, 0]);
    RawTrial { version, suites, answer: evidence(transport.received()), ended }
}

fn client_context(
    protocol: SslVersion,
    identity: Option<&ClientIdentity>,
) -> Result<SslContext, openssl::error::ErrorStack> {
    let mut context = SslContextBuilder::new(SslMethod::tls_client())?;
    // The chain is judged later, from its bytes and at the subject's own time.
    context.set_verify(SslVerifyMode::NONE);
    context.set_cipher_list(EVERY_CIPHER)?;
    context.set_min_proto_version(Some(protocol))?;
    context.set_max_proto_version(Some(protocol))?;
    if let Some(identity) = identity {
        identity.install(&mut context)?;
    }
    Ok(context.build())
}

fn library_trial(
    connection: Result<Transport, String>,
    spec: &TlsSpec,
    path: Option<&str>,
    (version, protocol): (TlsVersion, SslVersion),
    (presented, identity): (Presented, Option<&ClientIdentity>),
) -> (LibraryTrial, Vec<Vec<u8>>) {
    let mut trial = LibraryTrial { version, presented, answer: None, handshake: Handshake::Closed, http: None };
    let transport = match connection {
        Ok(transport) => transport,
        Err(why) => {
            trial.handshake = Handshake::Unreachable { why };
            return (trial, Vec::new());
        }
    };
    let ssl = client_context(protocol, identity).and_then(|context| {
        let mut ssl = Ssl::new(&context)?;
        if spec.server_name.parse::<std::net::IpAddr>().is_err() {
            ssl.set_hostname(&spec.server_name)?;
        }
        Ok(ssl)
    });
    let ssl = match ssl {
        Ok(ssl) => ssl,
        Err(error) => {
            trial.handshake = Handshake::ClientCannot { why: first_reason(&error) };
            return (trial, Vec::new());
        }
    };
    let certificates = |ssl: &openssl::ssl::SslRef| -> Vec<Vec<u8>> {
        ssl.peer_cert_chain().into_iter().flatten().take(20).filter_map(|c| c.to_der().ok()).collect()
    };
    match ssl.connect(transport) {
        Ok(mut stream) => {
            let cipher = stream
                .ssl()
                .current_cipher()
                .map_or_else(String::new, |c| c.standard_name().unwrap_or(c.name()).to_owned());
            trial.handshake = Handshake::Completed { cipher };
            trial.http = path.map(|path| https_exchange(&mut stream, spec, path));
            let chain = certificates(stream.ssl());
            trial.answer = evidence(stream.get_ref().received());
            let _ = stream.shutdown();
            (trial, chain)
        }
        Err(HandshakeError::SetupFailure(error)) => {
            trial.handshake = Handshake::ClientCannot { why: first_reason(&error) };
            (trial, Vec::new())
        }
        Err(HandshakeError::Failure(stream) | HandshakeError::WouldBlock(stream)) => {
            trial.handshake = match stream.get_ref().stopped() {
                Some(Stopped::TimedOut) => Handshake::TimedOut,
                Some(Stopped::TooMuch) => Handshake::TooMuch,
                None => match stream.error().ssl_error() {
                    Some(error) => match alert_of(error) {
                        Some(description) => Handshake::Alert { description },
                        // OpenSSL 3 reports the end of the stream as an error of its own.
                        None if is_end_of_stream(error) => Handshake::Closed,
                        None => Handshake::ClientCannot { why: first_reason(error) },
                    },
                    None => Handshake::Closed,
                },
            };
            trial.answer = evidence(stream.get_ref().received());
            (trial, certificates(stream.ssl()))
        }
    }
}

fn first_reason(error: &openssl::error::ErrorStack) -> String {
    error.errors().first().and_then(openssl::error::Error::reason).unwrap_or("unknown error").to_owned()
}

/// The alert that the peer sent: OpenSSL codes it as 1000 + description (SSL_AD_REASON_OFFSET).
fn alert_of(error: &openssl::error::ErrorStack) -> Option<u8> {
    error.errors().iter().find_map(|e| u8::try_from(e.reason_code() - 1000).ok())
}

/// SSL_R_UNEXPECTED_EOF_WHILE_READING.
fn is_end_of_stream(error: &openssl::error::ErrorStack) -> bool {
    error.errors().iter().any(|e| e.reason_code() == 294)
}

fn request(spec: &TlsSpec, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: kravprobe\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        spec.server_name
    )
}

fn https_exchange(stream: &mut SslStream<Transport>, spec: &TlsSpec, path: &str) -> HttpExchange {
    // In TLS 1.3 the refusal of a client certificate arrives only now, so a failed write is no reason not to read.
    let _ = stream.write_all(request(spec, path).as_bytes());
    read_http(|chunk| match stream.ssl_read(chunk) {
        Ok(count) => Ok(count),
        Err(error) if error.code() == ErrorCode::ZERO_RETURN => Ok(0),
        Err(error) => Err(match (error.ssl_error().and_then(alert_of), stream.get_ref().stopped()) {
            (Some(description), _) => HttpExchange::Alert { description },
            (None, Some(Stopped::TimedOut)) => HttpExchange::TimedOut,
            (None, Some(Stopped::TooMuch)) => HttpExchange::NotHttp,
            (None, None) => HttpExchange::Closed,
        }),
    })
}

/// Longest HTTP head that is read, and the part of a body in which nginx' words are looked for.
const LONGEST_HEAD: usize = 16 * 1024;

/// Reads one HTTP answer as far as it is needed. `read` returns 0 at the end, or how the exchange ended instead.
fn read_http(mut read: impl FnMut(&mut [u8]) -> Result<usize, HttpExchange>) -> HttpExchange {
    let mut received = Vec::new();
    let mut chunk = [0; 2048];
    let ended = loop {
        match read(&mut chunk) {
            Ok(0) => break HttpExchange::Closed,
            Ok(count) => {
                received.extend_from_slice(chunk.get(..count).unwrap_or_default());
                let is_http = b"HTTP/1.".starts_with(received.get(..7).unwrap_or(&received));
                // Only the page of a 400 is read on, for nginx' words in it.
                let head_is_whole = head_end(&received).is_some() && !received.starts_with(b"HTTP/1.1 400");
                if !is_http || head_is_whole || received.len() > LONGEST_HEAD {
                    break HttpExchange::NotHttp;
                }
            }
            Err(ended) => break ended,
        }
    };
    match parse_http(&received) {
        Some(answer) => answer,
        None if received.is_empty() => ended,
        None => HttpExchange::NotHttp,
    }
}

fn head_end(received: &[u8]) -> Option<usize> {
    received.windows(4).position(|w| w == b"\r\n\r\n")
}

/// Keeps of an HTTP answer what [`HttpExchange::Answered`] names, and nothing else: no cookie, no query, no page.
fn parse_http(received: &[u8]) -> Option<HttpExchange> {
    let (head, body) = received.split_at_checked(head_end(received)?)?;
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let header = |wanted: &str| {
        head.split("\r\n").skip(1).find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().chars().take(200).collect::<String>())
        })
    };
    let body = String::from_utf8_lossy(body).to_lowercase();
    Some(HttpExchange::Answered {
        status,
        strict_transport_security: header("strict-transport-security"),
        redirects_to_https: header("location").is_some_and(|l| l.to_lowercase().starts_with("https://")),
        blames_client_certificate: ["no required ssl certificate was sent", "the ssl certificate error"]
            .iter()
            .any(|words| body.contains(words)),
    })
}

/// Longest time for one loopback exchange.
const LOOPBACK_TIMEOUT: Duration = Duration::from_secs(5);

fn raw_controls(versions: impl IntoIterator<Item = TlsVersion>, spec: &TlsSpec) -> Vec<RawTrial> {
    let broad = |v| if v == TlsVersion::Tls13 { SuiteGroup::Tls13 } else { SuiteGroup::Broad };
    versions.into_iter().map(|v| raw_control(v, broad(v), spec)).collect()
}

/// The very hello of a raw trial, sent to a responder of our own that speaks this version alone.
fn raw_control(version: TlsVersion, suites: SuiteGroup, spec: &TlsSpec) -> RawTrial {
    let connection = loopback(move |mut transport| {
        let mut chunk = [0; 4096];
        while let Ok(1..) = transport.read(&mut chunk) {
            if let Some(offer) = responder::parse_client_hello(transport.received()) {
                let _ = transport.write_all(&responder::answer(&offer, version));
                break;
            }
        }
        // Until the client hangs up: closing with unread bytes would reset the connection under its read.
        while let Ok(1..) = transport.read(&mut chunk) {}
    });
    raw_trial(connection, version, suites, &spec.server_name)
}

/// The very handshake of a library trial, made with an OpenSSL server of our own that speaks this version alone.
fn library_control(
    version: TlsVersion,
    protocol: SslVersion,
    server: &Result<ClientIdentity, openssl::error::ErrorStack>,
    spec: &TlsSpec,
) -> LibraryTrial {
    let acceptor = server.as_ref().map_err(first_reason).and_then(|identity| {
        let build = || {
            let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
            // The builder's own policy; the versions are set below.
            acceptor.clear_options(SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1);
            acceptor.set_cipher_list(EVERY_CIPHER)?;
            acceptor.set_min_proto_version(Some(protocol))?;
            acceptor.set_max_proto_version(Some(protocol))?;
            identity.install(&mut acceptor)?;
            Ok(acceptor.build())
        };
        build().map_err(|e: openssl::error::ErrorStack| first_reason(&e))
    });
    let connection = acceptor.and_then(|acceptor| {
        loopback(move |transport| {
            if let Ok(mut stream) = acceptor.accept(transport) {
                while let Ok(1..) = stream.read(&mut [0; 1024]) {}
            }
        })
    });
    library_trial(connection, spec, None, (version, protocol), (Presented::None, None)).0
}

/// A connection to a server thread on 127.0.0.1 that serves exactly this one connection.
fn loopback(serve: impl FnOnce(Transport) + Send + 'static) -> Result<Transport, String> {
    let text = |e: std::io::Error| format!("loopback: {}", e.kind());
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(text)?;
    let address = listener.local_addr().map_err(text)?;
    let deadline = Instant::now() + LOOPBACK_TIMEOUT;
    let client = Transport::connect(address, deadline, MOST_BYTES)?;
    let ours = client.local_address();
    // The connection is in the listener's queue already; one of a stranger on this machine is not served.
    let (stream, peer) = listener.accept().map_err(text)?;
    if Some(peer) != ours {
        return Err("loopback: another process connected".to_owned());
    }
    std::thread::spawn(move || serve(Transport::over(stream, deadline, MOST_BYTES)));
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answered(bytes: &[u8]) -> Option<(u16, Option<String>, bool, bool)> {
        match parse_http(bytes)? {
            HttpExchange::Answered {
                status,
                strict_transport_security,
                redirects_to_https,
                blames_client_certificate,
            } => Some((status, strict_transport_security, redirects_to_https, blames_client_certificate)),
            _ => None,
        }
    }

    #[test]
    fn only_safe_facts_are_kept_of_an_http_answer() {
        let page = b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: HTTPS://x.dk/?token=t\r\n\
            strict-transport-security: max-age=1 \r\n\r\nbody";
        assert_eq!(answered(page), Some((302, Some("max-age=1".to_owned()), true, false)));
        let nginx =
            b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<center>No required SSL certificate was sent</center>";
        assert_eq!(answered(nginx), Some((400, None, false, true)));
        for junk in [&b"HTTP/1.1 200 OK\r\n"[..], b"HTTP/1.1\r\n\r\n", b"ICY 200 OK\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"] {
            assert_eq!(answered(junk), None);
        }
    }

    #[test]
    fn evidence_keeps_tls_records_and_little_else() {
        let alert = [21, 3, 1, 0, 2, 2, 70];
        let mut bytes = alert.to_vec();
        bytes.extend_from_slice(b"HTTP/1.1 200 OK\r\nSet-Cookie: secret");
        assert_eq!(evidence(&bytes).unwrap().data(), alert);
        assert_eq!(evidence(b"HTTP/1.1 200 OK\r\nSet-Cookie: secret").unwrap().data(), b"HTTP/1.1 200 OK\r");
        assert!(evidence(b"").is_none());
    }

    #[test]
    fn the_responder_takes_what_is_offered_and_nothing_newer() {
        let randomness = [9; hello::RANDOMNESS];
        for offered in TlsVersion::NEWEST_FIRST {
            let group = if offered == TlsVersion::Tls13 { SuiteGroup::Tls13 } else { SuiteGroup::Broad };
            let bytes = hello::client_hello(offered, group, "a.dk", &randomness);
            let offer = responder::parse_client_hello(&bytes).unwrap();
            for spoken in TlsVersion::NEWEST_FIRST {
                let flight = flight::parse(&responder::answer(&offer, spoken));
                let modern = offered == TlsVersion::Tls13;
                let taken = if modern { spoken != TlsVersion::Tls13 } else { spoken > offered };
                if modern && spoken < TlsVersion::Tls13 {
                    // An old server looks at the old version field alone.
                    assert_eq!(flight.server_hello.map(|h| h.version), Some(spoken.wire()));
                } else {
                    assert_eq!(flight.alert.is_some(), taken, "{offered:?} to {spoken:?}");
                }
                assert!(flight.complete);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_hello_or_http(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = responder::parse_client_hello(&bytes);
            let _ = parse_http(&bytes);
            let _ = parse_http(&[b"HTTP/1.1 200 OK\r\n", bytes.as_slice(), b"\r\n\r\n"].concat());
            let _ = evidence(&bytes);
        }
    }
}
