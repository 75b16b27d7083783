//! Tiny HTTP servers on 127.0.0.1 that answer as a test says, also wrongly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What came in: the request line, the whole head and the body.
#[derive(Clone, Debug)]
pub struct Received {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// A server that lives as long as the process; one thread a connection.
#[derive(Clone)]
pub struct LocalServer {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    received: Arc<Mutex<Vec<Received>>>,
}

/// What a server does with a request: write its answer, and close by returning.
pub trait Handler: Fn(&Received, &mut dyn Write) + Send + Sync + 'static {}
impl<F: Fn(&Received, &mut dyn Write) + Send + Sync + 'static> Handler for F {}

/// Turns an accepted connection into what is read from and written to (TLS or not); `None` when the handshake fails.
pub trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

impl LocalServer {
    pub fn start(handler: impl Handler) -> Self {
        Self::start_wrapped(handler, |stream| Some(Box::new(stream)))
    }

    pub fn start_wrapped(
        handler: impl Handler,
        wrap: impl Fn(std::net::TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Self { address: listener.local_addr().unwrap(), connections: Arc::default(), received: Arc::default() };
        let (shared, own) = (Arc::new((handler, wrap)), server.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                own.connections.fetch_add(1, Ordering::SeqCst);
                let (shared, own) = (Arc::clone(&shared), own.clone());
                thread::spawn(move || {
                    if let Some(mut stream) = (shared.1)(stream)
                        && let Some(request) = read_request(&mut *stream)
                    {
                        own.received.lock().unwrap().push(request.clone());
                        (shared.0)(&request, &mut stream);
                        let _ = stream.flush();
                    }
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn read_request(stream: &mut dyn Stream) -> Option<Received> {
    let mut head = Vec::new();
    let mut octet = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut octet).ok()? == 0 {
            return None;
        }
        head.push(octet[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()))
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Received { line: head.lines().next().unwrap_or_default().to_owned(), head, body })
}

impl Received {
    /// A header's value; empty when it was not sent.
    pub fn header(&self, name: &str) -> &str {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// Answers with a status, headers (each ended by a line break) and a body.
pub fn answer(out: &mut dyn Write, status: &str, headers: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    // The client may have hung up, which is what some tests want.
    let _ = out.write_all(head.as_bytes()).and_then(|()| out.write_all(body));
}
