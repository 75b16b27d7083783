//! A small local web server: an axum router on one address, over TLS or in the clear, that ends when it is dropped.
//!
//! It is spoken to by systems and browsers that nobody vouches for, so everything is bounded: connections, header, body, and
//! how long a connection may last.

mod anyone;

use axum::extract::DefaultBodyLimit;
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use openssl::pkey::{PKeyRef, Private};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Most connections at a time; others wait.
pub const MAX_CONNECTIONS: usize = 64;
/// Largest body of a request. A Response with many roles has some hundred kilobytes.
pub const MAX_BODY: usize = 3 << 20;
/// Largest header of a request; a redirect carries its message there.
pub const MAX_HEADER: usize = 512 << 10;
const MAX_HEADERS: usize = 100;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADER: Duration = Duration::from_secs(10);
/// Longest life of a connection; then it ends with the answer under way.
const LIFE: Duration = Duration::from_mins(2);
/// How long an answer under way may still take when the server ends.
const LAST_ANSWER: Duration = Duration::from_secs(2);

/// Where `serve` commands listen when nothing is said: this machine alone, on a free port.
pub const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where ports are taken from: below those that the system gives away itself (`ip_local_port_range`), so that nobody gets one
/// between the moment it is found free and the moment it is used.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Ports that are free now, for servers that others must know before they are there.
pub fn free_ports<const N: usize>() -> std::io::Result<[u16; N]> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Other programs of this kind begin elsewhere, far from each other.
    let length = PORTS.end - PORTS.start;
    let begin = u16::try_from(std::process::id().wrapping_mul(7919) % u32::from(length)).unwrap_or_default();
    let mut ports = [0; N];
    for port in &mut ports {
        let mut tried = 0..length;
        let found = tried.find_map(|_| {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let port = PORTS.start + (begin.wrapping_add(step)) % length;
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(port)
        });
        *port = found.ok_or(std::io::ErrorKind::AddrInUse)?;
    }
    Ok(ports)
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The address is taken or not allowed, or no thread could be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        source: std::io::Error,
    },
    /// Certificate and key do not fit.
    #[error("TLS set-up: {0}")]
    Tls(#[from] rustls::Error),
    /// The key cannot be exported.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
}

/// What the server shows of itself: a TLS configuration, or nothing.
#[derive(Clone)]
pub struct Tls(Arc<rustls::ServerConfig>);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// TLS 1.2 and 1.3 with this chain (DER, the server's own certificate first).
    pub fn new(chain: &[Vec<u8>], key: &PKeyRef<Private>) -> Result<Self, WebError> {
        Self::configured(chain, key, false)
    }

    /// The same, asking for a client certificate and taking whichever comes, or none; [`Peer`] says which.
    pub fn asking(chain: &[Vec<u8>], key: &PKeyRef<Private>) -> Result<Self, WebError> {
        Self::configured(chain, key, true)
    }

    fn configured(chain: &[Vec<u8>], key: &PKeyRef<Private>, asking: bool) -> Result<Self, WebError> {
        let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.private_key_to_pkcs8()?));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            rustls::ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = if asking {
            builder.with_client_cert_verifier(Arc::new(anyone::Anyone(provider)))
        } else {
            builder.with_no_client_auth()
        };
        Ok(Self(Arc::new(builder.with_single_cert(chain, key)?)))
    }

    /// For servers of another protocol.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.0))
    }
}

/// Who is at the other end of a TLS connection. An extension of every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// The client's own certificate, DER, when it was asked for and presented.
    pub certificate: Option<Vec<u8>>,
    /// Such as `TLSv1.3`; empty in the clear.
    pub tls: String,
}

impl Peer {
    /// What the handshake showed.
    #[must_use]
    pub fn of(connection: &rustls::ServerConnection) -> Self {
        let version = match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
            other => format!("{other:?}"),
        };
        let certificate = connection.peer_certificates().and_then(<[_]>::first).map(|der| der.to_vec());
        Self { certificate, tls: version }
    }
}

/// An address that is listened on, before anything is served there: whoever builds the router knows its port.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens. Port 0 takes a free one.
    pub fn bind(address: SocketAddr) -> Result<Self, WebError> {
        let fault = |source| WebError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(fault)?;
        listener.set_nonblocking(true).map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// For servers of another protocol.
    #[must_use]
    pub fn into_std(self) -> TcpListener {
        self.listener
    }

    /// Serves the router in a thread of its own until the server is dropped.
    pub fn serve(self, tls: Option<Tls>, router: Router) -> Result<WebServer, WebError> {
        let address = self.address;
        let fault = |source| WebError::Listen { address, source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fault)?;
        let (end, ending) = watch::channel(());
        let router = router.layer(DefaultBodyLimit::max(MAX_BODY));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(self.listener).map_err(fault)?
        };
        let thread = std::thread::Builder::new()
            .name("kravprobe-web".to_owned())
            .spawn(move || runtime.block_on(accept(listener, tls.map(|tls| TlsAcceptor::from(tls.0)), router, ending)))
            .map_err(fault)?;
        Ok(WebServer { address, end: Some(end), thread: Some(thread) })
    }
}

/// A running server. It ends when dropped: answers under way may finish, within bounds.
#[derive(Debug)]
pub struct WebServer {
    address: SocketAddr,
    end: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl WebServer {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has ended, which without a fault of its own it never does.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        // The receivers see that the sender is gone.
        self.end.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: tokio::net::TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut ending: watch::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ending.changed() => break,
        };
        let Ok((stream, _)) = accepted else {
            // Too many open files, for instance: another attempt at once would only burn the processor.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (tls, router, ending) = (tls.clone(), router.clone(), ending.clone());
        tokio::spawn(async move {
            match tls {
                None => converse(stream, router.layer(Extension(Peer::default())), ending).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                        let peer = Peer::of(stream.get_ref().1);
                        converse(stream, router.layer(Extension(peer)), ending).await;
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    // Every conversation sees the end too and gives back its place.
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(LAST_ANSWER, places.acquire_many(all)).await;
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    router: Router,
    mut ending: watch::Receiver<()>,
) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER)
        .keep_alive(true);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ending.changed() => {}
        () = tokio::time::sleep(LIFE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_ANSWER, connection).await;
}
