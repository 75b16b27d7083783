//! A local TLS endpoint with switchable faults, on 127.0.0.1 and a free port. For tests and the demo: it is what the
//! checks of family `tls` are calibrated with.

use crate::capture::tls::responder;
use crate::subject::tls::TlsVersion;
use openssl::dh::Dh;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod, SslOptions, SslStream, SslVerifyMode, SslVersion};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the endpoint thinks of client certificates.
#[derive(Clone, Debug)]
pub enum ClientPolicy {
    /// Does not ask.
    NotAsked,
    /// Refuses in the handshake whoever does not present a certificate of these issuers.
    Demanded(Vec<X509>),
    /// As `Demanded`, and lets in this certificate alone.
    Pinned(Vec<X509>, X509),
    /// Asks, lets everybody through the handshake, and answers 403 to all but these certificates and those that
    /// they issued.
    AskedAnswering403(Vec<X509>),
    /// Asks, lets everybody through the handshake, and answers as nginx does to all but these certificates and
    /// those that they issued.
    AskedLikeNginx(Vec<X509>),
    /// Fault: asks, and lets in whoever presents any certificate at all.
    AnyTaken,
    /// Fault: refuses everybody, also the good ones.
    NobodyTaken,
}

/// How the endpoint behaves on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// As a server should.
    Proper,
    /// Accepts and never says a word.
    Hangs,
    /// Answers with bytes that mean nothing.
    Garbage,
    /// Sends an endless TLS record, byte by byte.
    Drips,
    /// Hangs up at once.
    HangsUp,
    /// Sends handshake records without end.
    Floods,
    /// Speaks plain HTTP alone.
    HttpAlone,
}

/// How an endpoint is set up. The default is without fault.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent fault")]
pub struct Setup {
    /// Its certificate, followed by what it sends along.
    pub chain: Vec<X509>,
    /// Its key.
    pub key: PKey<Private>,
    /// Oldest version.
    pub oldest: SslVersion,
    /// Newest version.
    pub newest: SslVersion,
    /// Suites before TLS 1.3, in OpenSSL's words.
    pub suites: String,
    /// Fault: a finite-field group of 1024 bits.
    pub small_dh: bool,
    /// Fault: takes SSL 3.0.
    pub ssl_3: bool,
    /// Hangs up on hellos older than TLS 1.2 instead of an alert, as Schannel does. No fault.
    pub hangs_up_on_old: bool,
    /// Client certificates.
    pub clients: ClientPolicy,
    /// Fault: answers plain HTTP on the same port.
    pub plain_http: bool,
    /// The header Strict-Transport-Security.
    pub hsts: Option<String>,
    /// Status code of every answer.
    pub status: u16,
    /// On the wire.
    pub behaviour: Behaviour,
}

impl Setup {
    /// An endpoint without fault.
    #[must_use]
    pub fn proper(chain: Vec<X509>, key: PKey<Private>) -> Self {
        Self {
            chain,
            key,
            oldest: SslVersion::TLS1_2,
            newest: SslVersion::TLS1_3,
            suites: "ECDHE+AESGCM:ECDHE+CHACHA20".to_owned(),
            small_dh: false,
            ssl_3: false,
            hangs_up_on_old: false,
            clients: ClientPolicy::NotAsked,
            plain_http: false,
            hsts: Some("max-age=31536000".to_owned()),
            status: 200,
            behaviour: Behaviour::Proper,
        }
    }
}

/// A running endpoint; it ends when dropped.
#[derive(Debug)]
pub struct TlsEndpoint {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Why an endpoint did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No port.
    #[error("no port on 127.0.0.1: {0}")]
    Port(#[from] std::io::Error),
    /// Certificates, key or suites.
    #[error("TLS set-up: {0}")]
    Tls(#[from] ErrorStack),
}

/// How long a connection may keep silent before the endpoint looks whether it is to end.
const POLL: Duration = Duration::from_millis(20);

impl TlsEndpoint {
    /// Starts an endpoint on a free port of 127.0.0.1.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let acceptor = acceptor(&setup)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let ending = Arc::new(AtomicBool::new(false));
        let server = Server { setup, acceptor, ending: Arc::clone(&ending) };
        let thread = std::thread::spawn(move || {
            let server = Arc::new(server);
            let mut connections = Vec::new();
            for stream in listener.incoming() {
                if server.is_ending() {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let server = Arc::clone(&server);
                connections.retain(|c: &JoinHandle<()>| !c.is_finished());
                connections.push(std::thread::spawn(move || server.serve(stream)));
            }
            for connection in connections {
                let _ = connection.join();
            }
        });
        Ok(Self { address, ending, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for TlsEndpoint {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn acceptor(setup: &Setup) -> Result<SslAcceptor, ErrorStack> {
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    // The builder's own policy; the versions are set below.
    acceptor.clear_options(SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1);
    acceptor.set_cipher_list(&format!("{}:@SECLEVEL=0", setup.suites))?;
    acceptor.set_min_proto_version(Some(setup.oldest))?;
    acceptor.set_max_proto_version(Some(setup.newest))?;
    if setup.small_dh {
        acceptor.set_tmp_dh(&*Dh::get_1024_160()?)?;
    }
    acceptor.set_private_key(&setup.key)?;
    if let Some((own, others)) = setup.chain.split_first() {
        acceptor.set_certificate(own)?;
        for certificate in others {
            acceptor.add_extra_chain_cert(certificate.clone())?;
        }
    }
    // Every trial is a new acquaintance.
    acceptor.set_session_cache_mode(openssl::ssl::SslSessionCacheMode::OFF);
    let issuers = match &setup.clients {
        ClientPolicy::Demanded(issuers)
        | ClientPolicy::Pinned(issuers, _)
        | ClientPolicy::AskedAnswering403(issuers)
        | ClientPolicy::AskedLikeNginx(issuers) => issuers.as_slice(),
        _ => &[],
    };
    let mut store = X509StoreBuilder::new()?;
    for issuer in issuers {
        store.add_cert(issuer.clone())?;
    }
    acceptor.set_verify_cert_store(store.build())?;
    let demanded = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    match &setup.clients {
        ClientPolicy::NotAsked => acceptor.set_verify(SslVerifyMode::NONE),
        ClientPolicy::Demanded(_) | ClientPolicy::NobodyTaken => acceptor.set_verify(demanded),
        ClientPolicy::Pinned(_, client) => {
            let client = client.to_der()?;
            acceptor.set_verify_callback(demanded, move |trusted, context| {
                let certificate = context.current_cert().and_then(|c| c.to_der().ok());
                trusted && (context.error_depth() > 0 || certificate.as_ref() == Some(&client))
            });
        }
        ClientPolicy::AskedAnswering403(_) | ClientPolicy::AskedLikeNginx(_) => {
            acceptor.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        }
        ClientPolicy::AnyTaken => acceptor.set_verify_callback(demanded, |_, _| true),
    }
    Ok(acceptor.build())
}

struct Server {
    setup: Setup,
    acceptor: SslAcceptor,
    ending: Arc<AtomicBool>,
}

impl Server {
    fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(POLL));
        let _ = stream.set_write_timeout(Some(Duration::from_secs(2)));
        let mut stream = Patient { stream, server: self };
        match self.setup.behaviour {
            Behaviour::Proper => self.serve_properly(stream),
            Behaviour::HangsUp => {}
            Behaviour::Hangs => stream.read_to_the_end(),
            Behaviour::Garbage => {
                let _ = stream.write_all(b"\x00\xFF\x10garbage that is no record\x16\x03");
                stream.read_to_the_end();
            }
            Behaviour::Floods => {
                // Records of an endless handshake message that is none of a first flight.
                let mut record = vec![22, 3, 3, 0x40, 0];
                record.resize(5 + 0x4000, 0xFF);
                while !self.is_ending() && stream.write_all(&record).is_ok() {}
            }
            Behaviour::Drips => {
                let mut bytes = [22, 3, 3, 0x40, 0, 2].into_iter().chain(std::iter::repeat(0));
                // The read waits POLL for the client and so sets the pace.
                while !self.is_ending() && stream.stream.read(&mut [0; 512]).map_or_else(|e| is_waiting(&e), |n| n > 0)
                {
                    if bytes.next().is_none_or(|b| stream.write_all(&[b]).is_err()) {
                        break;
                    }
                }
            }
            Behaviour::HttpAlone => {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(self.answer(200, "").as_bytes());
            }
        }
    }

    fn serve_properly(&self, mut stream: Patient<'_>) {
        let mut first = [0; 11];
        while stream.stream.peek(&mut first).map_or_else(|e| is_waiting(&e) && !self.is_ending(), |n| n > 0 && n < 11) {
        }
        if first.starts_with(b"GET ") && self.setup.plain_http {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(self.answer(200, "").as_bytes());
            return;
        }
        if self.setup.hangs_up_on_old && matches!(first, [22, .., 3, 0..=2]) {
            return;
        }
        // SSL 3.0 is not in OpenSSL any more: the probe's responder stands in for an old server.
        if self.setup.ssl_3 && first.starts_with(&[22, 3, 0]) && first.get(9..11) == Some(&[3, 0]) {
            let mut hello = [0; 4096];
            let length = stream.read(&mut hello).unwrap_or(0);
            if let Some(mut offer) = hello.get(..length).and_then(responder::parse_client_hello) {
                // ECDHE_RSA_WITH_AES_256_CBC_SHA alone, so that the version is the only fault.
                offer.suites.retain(|suite| *suite == 0xC014);
                let _ = stream.write_all(&responder::answer(&offer, TlsVersion::Ssl3));
                stream.read_to_the_end();
            }
            return;
        }
        if let Ok(mut stream) = self.acceptor.accept(stream) {
            self.answer_request(&mut stream);
            let _ = stream.shutdown();
        }
    }

    fn answer_request(&self, stream: &mut SslStream<Patient<'_>>) {
        let mut request = Vec::new();
        let mut chunk = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") && request.len() < 8192 {
            match stream.read(&mut chunk) {
                Ok(count @ 1..) => request.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                _ => return,
            }
        }
        let known = |issuers: &[X509]| {
            let signed_by = |c: &X509, i: &X509| i.public_key().is_ok_and(|key| c.verify(&key).unwrap_or(false));
            stream.ssl().peer_certificate().is_some_and(|c| issuers.iter().any(|i| *i == c || signed_by(&c, i)))
        };
        let (status, page) = match &self.setup.clients {
            ClientPolicy::AskedAnswering403(issuers) if !known(issuers) => (403, ""),
            ClientPolicy::AskedLikeNginx(issuers) if !known(issuers) => match stream.ssl().peer_certificate() {
                None => (400, "<center>No required SSL certificate was sent</center>"),
                Some(_) => (400, "<center>The SSL certificate error</center>"),
            },
            _ => (self.setup.status, ""),
        };
        let _ = stream.write_all(self.answer(status, page).as_bytes());
    }

    fn answer(&self, status: u16, page: &str) -> String {
        let hsts = self.setup.hsts.as_ref().map(|v| format!("Strict-Transport-Security: {v}\r\n")).unwrap_or_default();
        let length = page.len();
        format!(
            "HTTP/1.1 {status} -\r\n{hsts}Set-Cookie: session=example\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{page}"
        )
    }
}

fn is_waiting(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

/// A stream that waits for its peer as long as the endpoint lives.
struct Patient<'a> {
    stream: TcpStream,
    server: &'a Server,
}

impl Patient<'_> {
    fn read_to_the_end(&mut self) {
        while let Ok(1..) = self.read(&mut [0; 4096]) {}
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error) if is_waiting(&error) && !self.server.is_ending() => {}
                other => return other,
            }
        }
    }
}

impl Write for Patient<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}
