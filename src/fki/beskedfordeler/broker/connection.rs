//! One connection to the broker as a state machine: bytes in, bytes out, and an instant at which it wants to be looked at again.
//! It touches no socket, so that it can be fed with anything.

use super::super::hub::Hub;
use super::super::tokens::{self, clean};
use super::channel::Channel;
use super::exception::{Exception, short};
use super::frames::{FrameProblem, Frames, OVERHEAD, PROTOCOL, write};
use super::login;
use crate::digest::sha256_hex;
use crate::subject::distribution::recording::{End, Happening};
use crate::web::Peer;
use amq_protocol::frame::AMQPFrame;
use amq_protocol::protocol::connection::{AMQPMethod, Close, CloseOk, OpenOk, Start, StartOk, Tune, TuneOk};
use amq_protocol::protocol::{AMQPClass, channel};
use amq_protocol::types::{AMQPValue, FieldTable};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The one vhost.
pub const VHOST: &str = "BF";
/// Largest frame, as RabbitMQ has it.
pub const FRAME_MAX: u32 = 131_072;
/// Smallest frame that may be agreed on (AMQP 0-9-1).
const FRAME_MIN: u32 = 4096;
/// Most channels of a connection.
pub const CHANNEL_MAX: u16 = 255;
/// Largest frame before anything is agreed: it carries the token. RabbitMQ's default of 4096 bytes would be too small for real
/// ones, so the real broker must allow more.
const FIRST_FRAME: usize = tokens::MAX_TOKEN + 8 * 1024;
/// How long a client may take until its connection is open.
const LOGIN: Duration = Duration::from_secs(30);
/// How long the rest of a frame may take.
const PARTIAL: Duration = Duration::from_mins(1);
/// How long a client may take to confirm that the connection closes.
const CLOSING: Duration = Duration::from_secs(5);
/// Bytes that wait to be sent, beyond which nothing more is delivered or read.
pub const MUCH: usize = 1 << 20;

/// How the transport ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What is left is sent, then it is closed in order.
    Orderly,
    /// What is left is sent, then it is gone: no farewell in TLS, and nothing more is read.
    Cut,
    /// It is gone at once.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Header,
    Start,
    Tune,
    Open,
    Running,
    /// The broker has closed; only the confirmation counts.
    Closing(Instant),
    Ended(Way),
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    pub(super) hub: Arc<Hub>,
    pub(super) id: u32,
    pub(super) peer: Peer,
    frames: Frames,
    pub(super) out: Vec<u8>,
    phase: Phase,
    channels: BTreeMap<u16, Channel>,
    pub(super) frame_max: usize,
    channel_max: u16,
    heartbeat: Option<Duration>,
    begun: Instant,
    heard: Instant,
    said: Instant,
    partial_since: Option<Instant>,
    expires: Option<Instant>,
    /// Audience of the token.
    pub(super) audience: String,
    /// When the next delivery is due.
    pub(super) next_delivery: Option<Instant>,
    /// Whether the connection must be gone now.
    pub(super) cut: bool,
}

impl Connection {
    /// A connection whose TLS handshake is done.
    pub(in crate::fki::beskedfordeler) fn new(hub: Arc<Hub>, id: u32, peer: Peer, now: Instant) -> Self {
        let certificate = peer.certificate.as_deref().map(sha256_hex);
        hub.record(id, Happening::Connected { tls: peer.tls.clone(), certificate });
        Self {
            hub,
            id,
            peer,
            frames: Frames::new(FIRST_FRAME),
            out: Vec::new(),
            phase: Phase::Header,
            channels: BTreeMap::new(),
            frame_max: FRAME_MAX as usize,
            channel_max: CHANNEL_MAX,
            heartbeat: None,
            begun: now,
            heard: now,
            said: now,
            partial_since: None,
            expires: None,
            audience: String::new(),
            next_delivery: None,
            cut: false,
        }
    }

    /// A connection of its own, with a queue of each kind of message, that is logged in already when `open`: for hostile bytes
    /// of fuzzers.
    #[must_use]
    pub fn alone(key: crate::fki::SigningKey, open: bool) -> Self {
        let mint = tokens::TokenMint { issuer: String::new(), key };
        let hub = Arc::new(Hub::new(mint, Vec::new(), Vec::new()));
        hub.change(|state| {
            state.enqueue("q", "good", "", None, b"<a/>".to_vec());
            state.enqueue("q", "huge", "", None, vec![0; 300_000]);
        });
        let mut connection = Self::new(hub, 1, Peer::default(), Instant::now());
        if open {
            connection.frames.push(&PROTOCOL);
            let _ = connection.frames.begin();
            connection.frames.allow(connection.frame_max - OVERHEAD);
            tokens::RECEIVE.clone_into(&mut connection.audience);
            connection.phase = Phase::Running;
        }
        connection
    }

    /// What waits to be sent.
    pub const fn output(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// How the transport is to end, when it is.
    #[must_use]
    pub const fn ended(&self) -> Option<Way> {
        match self.phase {
            Phase::Ended(way) => Some(way),
            _ => None,
        }
    }

    /// The client sent these bytes.
    pub fn receive(&mut self, bytes: &[u8], now: Instant) {
        if self.ended().is_some() {
            return;
        }
        self.heard = now;
        self.frames.push(bytes);
        // What came along after the fault is read, too: the confirmation of the close may be in it.
        while let Err(exception) = self.read(now) {
            self.close(&exception, now);
        }
        self.partial_since = if self.frames.is_partial() { self.partial_since.or(Some(now)) } else { None };
        self.cut_when_due();
    }

    /// The trial may want the connection gone at an acknowledgement, before it counts.
    fn cut_when_due(&mut self) {
        if self.cut && self.ended().is_none() {
            self.record(Happening::Ended { because: End::Ordered });
            self.end(Way::Cut);
        }
    }

    fn read(&mut self, now: Instant) -> Result<(), Exception> {
        if !self.frames.has_begun() {
            match self.frames.begin() {
                Ok(true) => self.start(),
                Ok(false) => return Ok(()),
                Err(problem) => {
                    // As AMQP 0-9-1 4.2.2 asks: say what would be understood, and hang up.
                    self.protocol_error(&problem.to_string());
                    self.out.extend_from_slice(&PROTOCOL);
                    self.end(Way::Orderly);
                    return Ok(());
                }
            }
        }
        while self.ended().is_none() && !self.cut {
            let frame = match self.frames.take() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(problem) => {
                    if matches!(self.phase, Phase::Closing(_)) {
                        self.end(Way::Orderly);
                        break;
                    }
                    return Err(match problem {
                        FrameProblem::Malformed => {
                            Exception { code: 502, connection: true, text: format!("SYNTAX_ERROR - {problem}") }
                        }
                        other => Exception::frame(&other.to_string()),
                    });
                }
            };
            self.partial_since = None;
            self.frame(frame, now)?;
        }
        Ok(())
    }

    fn start(&mut self) {
        let mut capabilities = FieldTable::default();
        for name in [
            "publisher_confirms",
            "basic.nack",
            "consumer_cancel_notify",
            "per_consumer_qos",
            "direct_reply_to",
            "authentication_failure_close",
        ] {
            capabilities.insert(short(name), AMQPValue::Boolean(true));
        }
        let mut properties = FieldTable::default();
        properties.insert(short("product"), AMQPValue::LongString("kravprobe".into()));
        properties.insert(short("version"), AMQPValue::LongString(env!("CARGO_PKG_VERSION").into()));
        properties.insert(short("capabilities"), AMQPValue::FieldTable(capabilities));
        // PLAIN and AMQPLAIN are offered and always refused: a client that would choose them must be seen to do so, and many
        // clients give up without a word when theirs is not offered.
        self.method(
            0,
            AMQPClass::Connection(AMQPMethod::Start(Start {
                version_major: 0,
                version_minor: 9,
                server_properties: properties,
                mechanisms: "EXTERNAL PLAIN AMQPLAIN".into(),
                locales: "en_US".into(),
            })),
        );
        self.phase = Phase::Start;
    }

    fn frame(&mut self, frame: AMQPFrame, now: Instant) -> Result<(), Exception> {
        if let Phase::Closing(_) = self.phase {
            match frame {
                AMQPFrame::Method(0, AMQPClass::Connection(AMQPMethod::CloseOk(_))) => self.end(Way::Orderly),
                AMQPFrame::Method(0, AMQPClass::Connection(AMQPMethod::Close(_))) => {
                    self.method(0, AMQPClass::Connection(AMQPMethod::CloseOk(CloseOk {})));
                }
                _ => {}
            }
            return Ok(());
        }
        match frame {
            AMQPFrame::Heartbeat => Ok(()),
            AMQPFrame::InvalidHeartbeat(channel) => Err(Exception::frame(&format!("heartbeat on channel {channel}"))),
            AMQPFrame::ProtocolHeader(_) => Err(Exception::frame("a protocol header inside the connection")),
            AMQPFrame::Method(0, AMQPClass::Connection(method)) => self.connection_method(method, now),
            AMQPFrame::Method(0, _) | AMQPFrame::Header(0, _) | AMQPFrame::Body(0, _) => {
                Err(Exception::unexpected("on channel 0 there are connection methods alone"))
            }
            other => {
                if self.phase != Phase::Running {
                    return Err(Exception::channel("the connection is not open yet"));
                }
                self.channel_frame(other)
            }
        }
    }

    fn connection_method(&mut self, method: AMQPMethod, now: Instant) -> Result<(), Exception> {
        match (self.phase, method) {
            (Phase::Start, AMQPMethod::StartOk(start_ok)) => {
                self.login(&start_ok, now);
                Ok(())
            }
            (Phase::Tune, AMQPMethod::TuneOk(tune_ok)) => self.tuned(&tune_ok),
            (Phase::Open, AMQPMethod::Open(open)) => {
                let vhost = open.virtual_host.as_str();
                self.record(Happening::Opened { vhost: clean(vhost, 200) });
                if vhost != VHOST {
                    return Err(Exception::not_allowed(&format!("vhost {vhost} not found")));
                }
                self.method(0, AMQPClass::Connection(AMQPMethod::OpenOk(OpenOk {})));
                self.phase = Phase::Running;
                Ok(())
            }
            (_, AMQPMethod::Close(_)) => {
                self.method(0, AMQPClass::Connection(AMQPMethod::CloseOk(CloseOk {})));
                self.record(Happening::ClientLeft { orderly: true });
                self.end(Way::Orderly);
                Ok(())
            }
            // Renewal of the token on an open connection is RabbitMQ's own; D0903 knows reconnecting alone.
            (Phase::Running, AMQPMethod::UpdateSecret(_)) => {
                Err(Exception::not_implemented("connection.update-secret"))
            }
            (Phase::Running, _) => Err(Exception::invalid("a connection method that a client does not send now")),
            _ => Err(Exception::channel("unexpected method while the connection is being opened")),
        }
    }

    fn login(&mut self, start_ok: &StartOk, now: Instant) {
        let mechanism = start_ok.mechanism.as_str();
        let response = start_ok.response.as_bytes();
        let token = login::token(&self.hub.mint, mechanism, response);
        self.record(Happening::StartOk {
            mechanism: clean(mechanism, 40),
            response_bytes: response.len(),
            token: token.clone(),
            client: login::client(&start_ok.client_properties),
        });
        let at = Timestamp::now();
        let refusal = if self.hub.change(super::super::hub::State::refuses_login) {
            Some("ordered".to_owned())
        } else {
            login::refusal(&self.hub, mechanism, response, token.as_ref(), self.peer.certificate.as_deref(), at)
        };
        if let Some(because) = refusal {
            self.record(Happening::LoginRefused { because });
            if login::hears_refusals(&start_ok.client_properties) {
                self.say_close(&Exception::login_refused(&clean(mechanism, 40)), (0, 0), now);
            } else {
                self.end(Way::Orderly);
            }
            return;
        }
        if let Some(token) = token {
            let left = token.not_on_or_after.map(|end| end.duration_since(at));
            self.expires = left.and_then(|left| now.checked_add(left.try_into().unwrap_or_default()));
            self.audience = token.audience;
        }
        let heartbeat = self.hub.lock().behaviour.heartbeat_seconds;
        self.method(
            0,
            AMQPClass::Connection(AMQPMethod::Tune(Tune { channel_max: CHANNEL_MAX, frame_max: FRAME_MAX, heartbeat })),
        );
        self.phase = Phase::Tune;
    }

    fn tuned(&mut self, tune_ok: &TuneOk) -> Result<(), Exception> {
        self.record(Happening::TuneOk { heartbeat: tune_ok.heartbeat, frame_max: tune_ok.frame_max });
        if tune_ok.frame_max < FRAME_MIN || tune_ok.frame_max > FRAME_MAX {
            let text =
                format!("negotiated frame_max = {} is not between {FRAME_MIN} and {FRAME_MAX}", tune_ok.frame_max);
            return Err(Exception::not_allowed(&text));
        }
        if tune_ok.channel_max == 0 || tune_ok.channel_max > CHANNEL_MAX {
            let text = format!("negotiated channel_max = {} is not between 1 and {CHANNEL_MAX}", tune_ok.channel_max);
            return Err(Exception::not_allowed(&text));
        }
        self.frame_max = tune_ok.frame_max as usize;
        self.frames.allow(self.frame_max - OVERHEAD);
        self.channel_max = tune_ok.channel_max;
        self.heartbeat = (tune_ok.heartbeat > 0).then(|| Duration::from_secs(tune_ok.heartbeat.into()));
        self.phase = Phase::Open;
        Ok(())
    }

    fn channel_frame(&mut self, frame: AMQPFrame) -> Result<(), Exception> {
        let number = frame.channel_id();
        if number > self.channel_max {
            return Err(Exception::not_allowed(&format!("channel {number} is beyond the negotiated channel_max")));
        }
        let opens = matches!(frame, AMQPFrame::Method(_, AMQPClass::Channel(channel::AMQPMethod::Open(_))));
        let Some(mut channel) = self.channels.remove(&number) else {
            if !opens {
                return Err(Exception::channel("expected 'channel.open'"));
            }
            self.channels.insert(number, Channel::new(number));
            self.method(number, AMQPClass::Channel(channel::AMQPMethod::OpenOk(channel::OpenOk {})));
            return Ok(());
        };
        // The channel is taken out while it works, because it works on the connection.
        let ids = ids(&frame);
        let done = channel.frame(frame, self);
        match done {
            Ok(true) => {
                self.channels.insert(number, channel);
                Ok(())
            }
            Ok(false) => Ok(()),
            Err(exception) if exception.connection => {
                self.channels.insert(number, channel);
                Err(exception)
            }
            Err(exception) => {
                self.protocol_error(&exception.text);
                channel.close(self);
                self.channels.insert(number, channel);
                let close = channel::Close {
                    reply_code: exception.code,
                    reply_text: short(&exception.text),
                    class_id: ids.0,
                    method_id: ids.1,
                };
                self.method(number, AMQPClass::Channel(channel::AMQPMethod::Close(close)));
                Ok(())
            }
        }
    }

    /// Does what time and the others ask for: deliveries, heartbeats, the end.
    pub fn turn(&mut self, now: Instant) {
        if self.ended().is_some() {
            return;
        }
        let (over, breaks) = {
            let state = self.hub.lock();
            (state.over, state.must_break(self.id))
        };
        if breaks {
            self.record(Happening::Ended { because: End::Ordered });
            self.end(Way::Gone);
            return;
        }
        if let Phase::Closing(since) = self.phase {
            if now >= since + CLOSING {
                self.end(Way::Orderly);
            }
            return;
        }
        let opening = self.phase != Phase::Running;
        if opening && now >= self.begun + LOGIN {
            self.protocol_error("the client did not open the connection in time");
            self.end(Way::Orderly);
        } else if self.partial_since.is_some_and(|since| now >= since + PARTIAL) {
            self.protocol_error("the rest of a frame did not come in time");
            self.end(Way::Orderly);
        } else if over {
            self.record(Happening::Ended { because: End::Over });
            self.say_close(&Exception::forced("broker forced connection closure with reason 'shutdown'"), (0, 0), now);
        } else if self.expires.is_some_and(|end| now >= end) {
            self.record(Happening::Ended { because: End::TokenExpired });
            self.say_close(&Exception::forced("the token is over"), (0, 0), now);
        } else if self.heartbeat.is_some_and(|beat| now >= self.heard + beat * 2) {
            self.record(Happening::Ended { because: End::HeartbeatMissed });
            self.end(Way::Orderly);
        } else if self.phase == Phase::Running {
            self.deliver(now);
            self.cut_when_due();
        }
        if self.ended().is_none() && self.heartbeat.is_some_and(|beat| now >= self.said + beat / 2) {
            write(&AMQPFrame::Heartbeat, &mut self.out);
        }
        if !self.out.is_empty() {
            self.said = now;
        }
    }

    fn deliver(&mut self, now: Instant) {
        self.next_delivery = None;
        let numbers: Vec<u16> = self.channels.keys().copied().collect();
        for number in numbers {
            let Some(mut channel) = self.channels.remove(&number) else { continue };
            channel.deliver(self, now);
            self.channels.insert(number, channel);
            if self.cut {
                break;
            }
        }
    }

    /// When [`Self::turn`] is due next, if nothing else happens.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        if let Phase::Closing(since) = self.phase {
            return Some(since + CLOSING);
        }
        let login = (self.phase != Phase::Running).then(|| self.begun + LOGIN);
        let partial = self.partial_since.map(|since| since + PARTIAL);
        let missed = self.heartbeat.map(|beat| self.heard + beat * 2);
        let beat = self.heartbeat.map(|beat| self.said + beat / 2);
        [login, partial, missed, beat, self.expires, self.next_delivery].into_iter().flatten().min()
    }

    /// The client is gone without a word.
    pub fn lost(&mut self) {
        if self.ended().is_none() {
            if !matches!(self.phase, Phase::Closing(_)) {
                self.record(Happening::ClientLeft { orderly: false });
            }
            self.end(Way::Gone);
        }
    }

    fn close(&mut self, exception: &Exception, now: Instant) {
        self.protocol_error(&exception.text);
        self.say_close(exception, (0, 0), now);
    }

    fn say_close(&mut self, exception: &Exception, (class_id, method_id): (u16, u16), now: Instant) {
        self.give_back();
        let close = Close { reply_code: exception.code, reply_text: short(&exception.text), class_id, method_id };
        self.method(0, AMQPClass::Connection(AMQPMethod::Close(close)));
        self.phase = Phase::Closing(now);
    }

    fn end(&mut self, way: Way) {
        self.give_back();
        self.phase = Phase::Ended(way);
    }

    /// What was handed over and not settled goes back; it comes again.
    fn give_back(&mut self) {
        for (_, mut channel) in std::mem::take(&mut self.channels) {
            channel.close(self);
        }
    }

    fn protocol_error(&self, reason: &str) {
        self.record(Happening::ProtocolError { reason: clean(reason, 300) });
    }

    pub(super) fn record(&self, what: Happening) {
        self.hub.record(self.id, what);
    }

    pub(super) fn method(&mut self, channel: u16, class: AMQPClass) {
        write(&AMQPFrame::Method(channel, class), &mut self.out);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn ids(frame: &AMQPFrame) -> (u16, u16) {
    match frame {
        AMQPFrame::Method(_, class) => (class.get_amqp_class_id(), class.get_amqp_method_id()),
        _ => (60, 40),
    }
}
