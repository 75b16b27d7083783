//! The emulated broker of BeskedHent and BeskedAfsend: AMQP 0-9-1 on TLS, one task a connection.
//!
//! What the documents leave open is as RabbitMQ does it, because its names (`amq.rabbitmq.reply-to`) stand in KOMBIT's samples.
//! Where the documents ask for something else, they decide:
//! - SASL EXTERNAL takes the token, not the certificate's subject (D0903 8.2);
//! - of each dueslag one message at a time is handed over, whatever the prefetch count: the next one comes after the
//!   acknowledgement, in order (D0903 5, SF1461 2.2);
//! - the connection ends with the token (D0903 5). That it ends with 320 CONNECTION_FORCED is an assumption.

mod channel;
mod connection;
mod content;
mod exception;
pub mod frames;
mod login;
mod publish;
#[cfg(test)]
mod tests;

pub use channel::{EXCHANGE, REPLY_TO};
pub use connection::{CHANNEL_MAX, Connection, FRAME_MAX, MUCH, VHOST, Way};
pub use content::MAX_BODY;

use super::hub::Hub;
use crate::subject::distribution::recording::Happening;
use crate::web::{Peer, Tls};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Most connections at a time; others wait.
pub const MAX_CONNECTIONS: usize = 64;
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long sending may stand still.
const SEND: Duration = Duration::from_secs(30);
/// How long a connection lingers that is cut, so that what was sent before arrives.
const LINGER: Duration = Duration::from_secs(1);
/// How often a silent connection is looked at.
const SILENCE: Duration = Duration::from_millis(50);
/// Most bytes that a client may send into silence.
const MAX_HELD: usize = 4 << 20;
/// How long connections may take to end when the broker ends.
const LAST: Duration = Duration::from_secs(2);

/// A running broker. It ends when dropped.
#[derive(Debug)]
pub struct Broker {
    hub: Arc<Hub>,
    thread: Option<JoinHandle<()>>,
}

impl Broker {
    /// Serves on an address that is listened on.
    pub(super) fn serve(listener: TcpListener, tls: &Tls, hub: Arc<Hub>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            listener.set_nonblocking(true)?;
            tokio::net::TcpListener::from_std(listener)?
        };
        let (acceptor, inside) = (tls.acceptor(), Arc::clone(&hub));
        let thread = std::thread::Builder::new()
            .name("kravprobe-broker".to_owned())
            .spawn(move || runtime.block_on(accept(listener, acceptor, inside)))?;
        Ok(Self { hub, thread: Some(thread) })
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.hub.change(|state| state.over = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, acceptor: TlsAcceptor, hub: Arc<Hub>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut changes = hub.watch();
    loop {
        if hub.lock().over {
            break;
        }
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            _ = changes.changed() => continue,
        };
        let Ok(place) = place else { break };
        let accepted = loop {
            tokio::select! {
                accepted = listener.accept() => break Some(accepted),
                _ = changes.changed() => if hub.lock().over { break None },
            }
        };
        let Some(accepted) = accepted else { break };
        let Ok((stream, address)) = accepted else {
            // Too many open files, for instance: another attempt at once would only burn the processor.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (acceptor, hub) = (acceptor.clone(), Arc::clone(&hub));
        tokio::spawn(async move {
            converse(stream, address, acceptor, hub).await;
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(LAST, places.acquire_many(all)).await;
}

async fn converse(stream: TcpStream, _address: SocketAddr, acceptor: TlsAcceptor, hub: Arc<Hub>) {
    let id = hub.lock().connect();
    let stream = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        failed => {
            let reason = match failed {
                Ok(Err(error)) => error.to_string(),
                _ => "the handshake took too long".to_owned(),
            };
            hub.record(id, Happening::HandshakeFailed { reason: super::tokens::clean(&reason, 200) });
            return;
        }
    };
    let connection = Connection::new(Arc::clone(&hub), id, Peer::of(stream.get_ref().1), Instant::now());
    drive(stream, connection, id, &hub).await;
}

/// Moves bytes between a socket and its state machine until one of them ends.
async fn drive(mut stream: TlsStream<TcpStream>, mut connection: Connection, id: u32, hub: &Hub) {
    let mut changes = hub.watch();
    let mut buffer = vec![0; 64 * 1024];
    // What came in while nothing was to be heard.
    let mut held = Vec::new();
    loop {
        changes.mark_unchanged();
        let silent = { hub.lock().is_silent(id) };
        if silent {
            let gone = {
                let state = hub.lock();
                state.must_break(id) || state.over
            };
            if gone {
                connection.turn(Instant::now());
                break;
            }
            tokio::select! {
                read = stream.read(&mut buffer) => match read {
                    Ok(count @ 1..) if held.len() + count <= MAX_HELD => held.extend_from_slice(&buffer[..count]),
                    _ => {
                        connection.lost();
                        break;
                    }
                },
                () = sleep(SILENCE) => {}
            }
            continue;
        }
        if !held.is_empty() {
            connection.receive(&std::mem::take(&mut held), Instant::now());
        }
        connection.turn(Instant::now());
        let ended = connection.ended();
        if !connection.output().is_empty() && ended != Some(Way::Gone) {
            let out = std::mem::take(connection.output());
            let sent = timeout(SEND, async {
                stream.write_all(&out).await?;
                stream.flush().await
            });
            if !matches!(sent.await, Ok(Ok(()))) {
                connection.lost();
                break;
            }
            if ended.is_none() {
                // More may have been held back for want of room.
                connection.turn(Instant::now());
                if !connection.output().is_empty() || connection.ended().is_some() {
                    continue;
                }
            }
        }
        if ended.is_some() {
            break;
        }
        let due = connection.deadline().map(tokio::time::Instant::from_std);
        tokio::select! {
            read = stream.read(&mut buffer) => {
                let Ok(count @ 1..) = read else {
                    connection.lost();
                    break;
                };
                connection.receive(&buffer[..count], Instant::now());
            }
            _ = changes.changed() => {}
            () = async { match due { Some(due) => sleep_until(due).await, None => std::future::pending().await } } => {}
        }
    }
    match connection.ended() {
        Some(Way::Orderly) => {
            let _ = timeout(LINGER, stream.shutdown()).await;
        }
        Some(Way::Cut) => cut(stream).await,
        _ => {}
    }
}

/// Ends TCP under TLS: what was sent arrives, no farewell is said, and what the client still sends is thrown away unread.
async fn cut(stream: TlsStream<TcpStream>) {
    let (mut socket, _) = stream.into_inner();
    let _ = socket.shutdown().await;
    let mut sink = vec![0; 4096];
    let _ = timeout(LINGER, async { while matches!(socket.read(&mut sink).await, Ok(1..)) {} }).await;
}
