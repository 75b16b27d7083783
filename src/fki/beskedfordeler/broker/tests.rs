//! The state machine of a connection, fed with bytes: what RabbitMQ's errors are, and that nothing hostile gets further than one.

use super::super::Behaviour;
use super::super::hub::{Hub, State};
use super::super::tokens::{Order, RECEIVE, SEND, TokenMint};
use super::connection::Connection;
use super::frames::{FrameProblem, Frames, PROTOCOL, write};
use super::{CHANNEL_MAX, EXCHANGE, FRAME_MAX, MUCH, Way};
use crate::fki::SigningKey;
use crate::subject::distribution::recording::Happening;
use crate::vendor::pki::{ExampleKeys, ExamplePki, Leaf};
use crate::web::Peer;
use amq_protocol::frame::{AMQPContentHeader, AMQPFrame};
use amq_protocol::protocol::basic::AMQPMethod as Basic;
use amq_protocol::protocol::connection::{AMQPMethod as Conn, Open, StartOk, TuneOk};
use amq_protocol::protocol::{AMQPClass, BasicProperties, basic, channel, queue, tx};
use amq_protocol::types::{AMQPValue, FieldTable, ShortString};
use jiff::Timestamp;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let keys = ExampleKeys::shipped().unwrap();
    let issued = ExamplePki::new(keys.clone(), Timestamp::UNIX_EPOCH).unwrap().issue(&Leaf::system("STS")).unwrap();
    SigningKey { certificate: issued.certificate, key: keys.get(issued.key).clone() }
});

/// A connection with its other end.
struct Wire {
    hub: Arc<Hub>,
    connection: Connection,
    replies: Frames,
    now: Instant,
}

impl Wire {
    fn new() -> Self {
        let mint = TokenMint { issuer: "https://sts.example".to_owned(), key: KEY.clone() };
        let hub = Arc::new(Hub::new(mint, Vec::new(), Vec::new()));
        let now = Instant::now();
        let peer = Peer { certificate: Some(KEY.certificate.clone()), tls: "TLSv1.3".to_owned() };
        let id = hub.lock().connect();
        let connection = Connection::new(Arc::clone(&hub), id, peer, now);
        Self { hub, connection, replies: Frames::new(1 << 24), now }
    }

    /// Sends frames and gives what comes back.
    fn send(&mut self, frames: &[AMQPFrame]) -> Vec<AMQPFrame> {
        let mut bytes = Vec::new();
        for frame in frames {
            write(frame, &mut bytes);
        }
        self.bytes(&bytes)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Vec<AMQPFrame> {
        self.connection.receive(bytes, self.now);
        self.turn()
    }

    fn turn(&mut self) -> Vec<AMQPFrame> {
        self.connection.turn(self.now);
        let out = std::mem::take(self.connection.output());
        self.replies.push(&out);
        let mut frames = Vec::new();
        while let Some(frame) = self.replies.take().unwrap() {
            frames.push(frame);
        }
        frames
    }

    fn method(&mut self, channel: u16, class: AMQPClass) -> Vec<AMQPFrame> {
        self.send(&[AMQPFrame::Method(channel, class)])
    }

    fn basic(&mut self, method: Basic) -> Vec<AMQPFrame> {
        self.method(1, AMQPClass::Basic(method))
    }

    fn log_in(service: &str) -> Self {
        let mut wire = Self::new();
        let order = Order { applies_to: service, cvr: "11111111", holder: &KEY.certificate, seconds: 3600 };
        let token = wire.hub.mint.issue(order, Timestamp::now()).unwrap();
        assert_eq!(wire.bytes(&PROTOCOL).len(), 1);
        let start_ok = StartOk {
            client_properties: FieldTable::default(),
            mechanism: "EXTERNAL".into(),
            response: token.xml.into(),
            locale: "en_US".into(),
        };
        let tune = wire.method(0, AMQPClass::Connection(Conn::StartOk(start_ok)));
        assert!(matches!(tune[0], AMQPFrame::Method(0, AMQPClass::Connection(Conn::Tune(_)))), "{tune:?}");
        wire.method(0, AMQPClass::Connection(Conn::TuneOk(TuneOk { channel_max: 10, frame_max: 4096, heartbeat: 10 })));
        let open = Open { virtual_host: "BF".into() };
        wire.method(0, AMQPClass::Connection(Conn::Open(open)));
        let open = wire.method(1, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {})));
        assert!(matches!(open[0], AMQPFrame::Method(1, _)), "{open:?}");
        wire
    }

    fn enqueue(&mut self, body: &[u8]) {
        self.hub.change(|state| state.enqueue("q", "m", "", None, body.to_vec()));
        self.now = Instant::now();
    }

    fn events(&self) -> Vec<Happening> {
        self.hub.lock().recording().events.into_iter().map(|e| e.what).collect()
    }
}

fn consume() -> Basic {
    Basic::Consume(basic::Consume {
        queue: "q".into(),
        consumer_tag: "c".into(),
        no_local: false,
        no_ack: false,
        exclusive: false,
        nowait: false,
        arguments: FieldTable::default(),
    })
}

fn publish(exchange: &str) -> AMQPFrame {
    let publish =
        basic::Publish { exchange: exchange.into(), routing_key: "".into(), mandatory: false, immediate: false };
    AMQPFrame::Method(1, AMQPClass::Basic(Basic::Publish(publish)))
}

fn header(body_size: u64) -> AMQPFrame {
    AMQPFrame::Header(1, AMQPContentHeader { class_id: 60, body_size, properties: BasicProperties::default() })
}

/// The code that a connection or a channel was closed with.
fn closed(frames: &[AMQPFrame]) -> Option<(u16, bool)> {
    frames.iter().find_map(|frame| match frame {
        AMQPFrame::Method(_, AMQPClass::Connection(Conn::Close(close))) => Some((close.reply_code, true)),
        AMQPFrame::Method(_, AMQPClass::Channel(channel::AMQPMethod::Close(close))) => Some((close.reply_code, false)),
        _ => None,
    })
}

#[test]
fn hostile_beginnings_end_with_what_would_be_understood() {
    let mut wire = Wire::new();
    wire.connection.receive(b"GET / HTTP/1.1\r\n\r\n", wire.now);
    assert_eq!(wire.connection.output().as_slice(), PROTOCOL);
    assert_eq!(wire.connection.ended(), Some(Way::Orderly));
    assert!(wire.events().iter().any(|e| matches!(e, Happening::ProtocolError { .. })));
}

#[test]
fn every_breach_of_the_protocol_has_its_code() {
    let passive = |queue: &str| {
        AMQPClass::Queue(queue::AMQPMethod::Declare(queue::Declare {
            queue: queue.into(),
            passive: true,
            durable: false,
            exclusive: false,
            auto_delete: false,
            nowait: false,
            arguments: FieldTable::default(),
        }))
    };
    let ack = |delivery_tag| AMQPClass::Basic(Basic::Ack(basic::Ack { delivery_tag, multiple: false }));
    let one = |class| vec![AMQPFrame::Method(1, class)];
    let cases: Vec<(&str, Vec<AMQPFrame>, (u16, bool))> = vec![
        ("ack of nothing", one(ack(7)), (406, false)),
        ("unknown queue", one(passive("other")), (404, false)),
        ("no exchange", vec![publish("other"), header(0)], (404, false)),
        ("not for sending", vec![publish(EXCHANGE), header(0)], (403, false)),
        ("huge body", vec![publish(EXCHANGE), header(u64::MAX)], (406, false)),
        ("body longer than announced", vec![publish(EXCHANGE), header(1), AMQPFrame::Body(1, vec![0; 2])], (505, true)),
        ("body without header", vec![publish(EXCHANGE), AMQPFrame::Body(1, vec![0])], (505, true)),
        ("header without publish", vec![header(1)], (505, true)),
        ("method inside content", vec![publish(EXCHANGE), publish(EXCHANGE)], (505, true)),
        ("closed channel", vec![AMQPFrame::Method(2, ack(1))], (504, true)),
        ("second open", one(AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {}))), (504, true)),
        ("channel beyond channel_max", vec![AMQPFrame::Method(11, ack(1))], (530, true)),
        ("transactions", one(AMQPClass::Tx(tx::AMQPMethod::Select(tx::Select {}))), (540, true)),
        ("server's method", one(AMQPClass::Basic(Basic::GetEmpty(basic::GetEmpty {}))), (503, true)),
        ("heartbeat on a channel", vec![AMQPFrame::InvalidHeartbeat(1)], (501, true)),
        ("channel 0", vec![AMQPFrame::Body(0, vec![1])], (505, true)),
        ("content on a closed connection is ignored", vec![AMQPFrame::Method(2, ack(1)), header(1)], (504, true)),
    ];
    for (name, frames, code) in cases {
        let mut wire = Wire::log_in(RECEIVE);
        wire.hub.change(|state| state.declare("q"));
        let answer = wire.send(&frames);
        assert_eq!(closed(&answer), Some(code), "{name}: {answer:?}");
        assert!(wire.events().iter().any(|e| matches!(e, Happening::ProtocolError { .. })), "{name}");
        if code.1 {
            wire.now += Duration::from_secs(6);
            wire.turn();
            assert_eq!(wire.connection.ended(), Some(Way::Orderly), "{name}: nobody waits for ever for close-ok");
        } else {
            let next = wire.method(2, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {})));
            assert_eq!(next.len(), 1, "{name}: the connection goes on");
        }
    }
}

#[test]
fn frames_beyond_what_was_agreed_are_refused_before_they_come() {
    let mut wire = Wire::log_in(RECEIVE);
    assert_eq!(closed(&wire.bytes(&[3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF])), Some((501, true)));
    let mut wire = Wire::new();
    wire.bytes(&PROTOCOL);
    assert_eq!(closed(&wire.bytes(&[1, 0, 0, 0, 8, 0, 0])), Some((501, true)));
    let mut wire = Wire::log_in(RECEIVE);
    assert_eq!(closed(&wire.bytes(&[9])), Some((501, true)), "no such type");
    let mut wire = Wire::log_in(RECEIVE);
    assert_eq!(closed(&wire.bytes(&[8, 0, 0, 0, 0, 0, 0, 0])), Some((501, true)), "no frame end");
    let mut wire = Wire::log_in(RECEIVE);
    assert_eq!(closed(&wire.bytes(&[1, 0, 1, 0, 0, 0, 4, 0xFF, 0, 0xFF, 0, 0xCE])), Some((502, true)), "no method");
}

#[test]
fn tables_inside_tables_are_counted_before_they_are_parsed() {
    let nested = |depth: usize| {
        let mut table = FieldTable::default();
        for _ in 0..depth {
            let mut outer = FieldTable::default();
            // A key that looks like the beginning of a table, too.
            outer.insert(ShortString::from("F\0\0\0\u{3}"), AMQPValue::FieldTable(table));
            table = outer;
        }
        let Basic::Consume(mut consume) = consume() else { unreachable!() };
        consume.arguments = table;
        AMQPFrame::Method(1, AMQPClass::Basic(Basic::Consume(consume)))
    };
    let read = |frame: &AMQPFrame| {
        let mut frames = Frames::new(FRAME_MAX as usize);
        frames.push(&PROTOCOL);
        frames.begin().unwrap();
        let mut bytes = Vec::new();
        write(frame, &mut bytes);
        frames.push(&bytes);
        frames.take()
    };
    assert_eq!(read(&nested(4)), Ok(Some(nested(4))));
    assert_eq!(read(&nested(40)), Err(FrameProblem::TooDeep));
    // As deep as a frame can hold, which the parser's stack would not survive.
    let mut payload = vec![0, 60, 0, 20, 0, 0, 1, b'q', 1, b'c', 0];
    let levels = 20_000_u32;
    for level in 0..levels {
        let inside = (levels - level - 1) * 6;
        payload.extend_from_slice(&inside.to_be_bytes());
        if inside > 0 {
            payload.extend_from_slice(&[0, b'F']);
        }
    }
    let mut bytes = vec![1, 0, 1];
    bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend(payload);
    bytes.push(0xCE);
    let mut wire = Wire::log_in(RECEIVE);
    wire.connection = Connection::alone(KEY.clone(), true);
    assert_eq!(closed(&wire.bytes(&bytes)), Some((501, true)));
}

#[test]
fn one_message_at_a_time_in_order_and_back_when_the_channel_closes() {
    let mut wire = Wire::log_in(RECEIVE);
    wire.enqueue(&[b'x'; 9000]);
    wire.enqueue(b"second");
    let got = wire.basic(consume());
    // consume-ok, deliver, header, and the body in frames of the agreed size: 4088 bytes of payload each.
    let bodies: Vec<usize> =
        got.iter().filter_map(|f| if let AMQPFrame::Body(1, b) = f { Some(b.len()) } else { None }).collect();
    assert_eq!(bodies, [4088, 4088, 824]);
    assert!(wire.turn().is_empty(), "the second waits for the acknowledgement of the first");
    let close = channel::Close { reply_code: 200, reply_text: "".into(), class_id: 0, method_id: 0 };
    wire.method(1, AMQPClass::Channel(channel::AMQPMethod::Close(close)));
    wire.method(1, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {})));
    wire.now = Instant::now();
    let again = wire.basic(consume());
    assert!(
        again.iter().any(|f| matches!(f, AMQPFrame::Method(1, AMQPClass::Basic(Basic::Deliver(d))) if d.redelivered)),
        "{again:?}"
    );
    let next = wire.basic(Basic::Ack(basic::Ack { delivery_tag: 0, multiple: true }));
    assert!(next.contains(&AMQPFrame::Body(1, b"second".to_vec())), "{next:?}");
}

#[test]
fn heartbeats_are_sent_and_missed() {
    let mut wire = Wire::log_in(RECEIVE);
    wire.now += Duration::from_secs(5);
    assert_eq!(wire.turn(), [AMQPFrame::Heartbeat]);
    assert!(wire.turn().is_empty());
    wire.send(&[AMQPFrame::Heartbeat]);
    wire.now += Duration::from_secs(19);
    wire.turn();
    assert_eq!(wire.connection.ended(), None);
    wire.now += Duration::from_secs(1);
    wire.turn();
    assert_eq!(wire.connection.ended(), Some(Way::Orderly));
}

#[test]
fn slow_clients_do_not_keep_their_places() {
    let mut wire = Wire::new();
    wire.bytes(&PROTOCOL[..3]);
    let deadline = wire.connection.deadline().unwrap();
    wire.now = deadline;
    wire.turn();
    assert_eq!(wire.connection.ended(), Some(Way::Orderly));

    let mut wire = Wire::log_in(RECEIVE);
    for _ in 0..20 {
        wire.now += Duration::from_secs(5);
        wire.connection.receive(&[], wire.now);
        wire.turn();
    }
    assert_eq!(wire.connection.ended(), None, "nothing partial, and the client is heard");
    wire.bytes(&[1, 0]);
    for _ in 0..13 {
        wire.now += Duration::from_secs(5);
        wire.connection.receive(&[], wire.now);
        wire.turn();
    }
    assert_eq!(wire.connection.ended(), Some(Way::Orderly), "the rest of the frame never came");
}

#[test]
fn a_publisher_is_answered_as_the_trial_wants() {
    let mut wire = Wire::log_in(SEND);
    let answer = wire.send(&[publish(EXCHANGE), header(4), AMQPFrame::Body(1, b"<a/>".to_vec())]);
    assert!(answer.is_empty(), "no reply-to, no confirms: {answer:?}");
    wire.hub.change(|state: &mut State| state.behave(|b: &mut Behaviour| b.refuse_logins = 1));
    assert!(matches!(
        wire.events().last(),
        Some(Happening::Published { replied: Some(41), token: None, confirmed: false, .. })
    ));
}

/// Bytes of frames, mostly well-formed.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let frame = (0_u8..10, 0_u16..4, proptest::collection::vec(any::<u8>(), 0..40), 0_u8..20).prop_map(
        |(kind, channel, payload, defect)| {
            let kind = [1, 1, 1, 1, 1, 2, 3, 8, 8, 9][usize::from(kind)];
            let mut bytes = vec![kind];
            bytes.extend_from_slice(&channel.to_be_bytes());
            let size = u32::try_from(payload.len()).unwrap() + u32::from(defect == 1);
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend(payload);
            bytes.push(if defect == 0 { 0 } else { 0xCE });
            bytes
        },
    );
    let methods: Vec<AMQPFrame> = vec![
        AMQPFrame::Method(1, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {}))),
        AMQPFrame::Method(1, AMQPClass::Basic(consume())),
        AMQPFrame::Method(1, AMQPClass::Basic(Basic::Get(basic::Get { queue: "q".into(), no_ack: false }))),
        AMQPFrame::Method(1, AMQPClass::Basic(Basic::Ack(basic::Ack { delivery_tag: 1, multiple: true }))),
        AMQPFrame::Method(
            1,
            AMQPClass::Basic(Basic::Nack(basic::Nack { delivery_tag: 1, multiple: true, requeue: true })),
        ),
        AMQPFrame::Method(1, AMQPClass::Basic(Basic::Recover(basic::Recover { requeue: true }))),
        publish(EXCHANGE),
        publish(""),
        header(3),
        AMQPFrame::Body(1, vec![1, 2, 3]),
        AMQPFrame::Heartbeat,
    ];
    let good = (0..methods.len()).prop_map(move |index| {
        let mut bytes = Vec::new();
        write(&methods[index], &mut bytes);
        bytes
    });
    proptest::collection::vec(prop_oneof![3 => good, 1 => frame], 0..30).prop_map(|frames| frames.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever comes, and however it is cut into pieces, is answered the same, within bounds, and without a panic.
    #[test]
    fn nothing_hostile_gets_further_than_an_error(
        bytes in hostile(), open in any::<bool>(), piece in 1_usize..50
    ) {
        let answer = |piece: usize| {
            let mut connection = Connection::alone(KEY.clone(), open);
            let now = Instant::now();
            if !open {
                connection.receive(&PROTOCOL, now);
            }
            for part in bytes.chunks(piece) {
                connection.receive(part, now);
            }
            connection.turn(now);
            (std::mem::take(connection.output()), connection.ended())
        };
        let (whole, pieces) = (answer(usize::MAX), answer(piece));
        // message-id is random and has the same length.
        prop_assert_eq!(whole.0.len(), pieces.0.len());
        prop_assert_eq!(whole.1, pieces.1);
        prop_assert!(whole.0.len() < 2 * MUCH);
    }
}

#[test]
fn channels_are_bounded() {
    let mut wire = Wire::new();
    wire.connection = Connection::alone(KEY.clone(), true);
    for number in 1..=CHANNEL_MAX {
        assert_eq!(wire.method(number, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {}))).len(), 1);
    }
    let beyond = wire.method(CHANNEL_MAX + 1, AMQPClass::Channel(channel::AMQPMethod::Open(channel::Open {})));
    assert_eq!(closed(&beyond), Some((530, true)));
}
