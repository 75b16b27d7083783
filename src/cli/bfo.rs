//! `kravprobe bfo`: the test Beskedfordeler: its keys, and its services for a vendor at a desk.

use super::Common;
use crate::besked::write::Besked;
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::fki::beskedfordeler::{KeySetup, ServiceKeys, Services, broker};
use crate::language::{Language, Text};
use crate::render::harmless;
use crate::subject::distribution::recording::{End, Event, Happening, TokenAnswer, TokenSeen, TokenWay};
use jiff::Timestamp;
use openssl::x509::X509;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a wait for events lasts before it is looked whether to end.
const LOOK: Duration = Duration::from_millis(500);
/// Events after which the recording starts anew, so that a long evening at the desk does not fill it.
const MANY: usize = 10_000;

/// Arguments of `bfo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make keys and settings of a test Beskedfordeler
    Init(Init),
    /// Serve token service, broker and value lists, and print what happens
    Serve(Serve),
}

#[derive(Debug, clap::Args)]
struct Init {
    /// Directory that it makes or that holds no Beskedfordeler yet.
    #[arg(default_value = "bfo", value_name = "DIR")]
    directory: PathBuf,
    /// Name under which the vendor's system reaches this machine; it goes into the TLS certificate.
    #[arg(long, default_value = "localhost", value_name = "NAME")]
    host: String,
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    listen: IpAddr,
    /// Port of the broker; 0 takes a free one at each start.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    broker_port: u16,
    /// Port of the token service; 0 takes a free one at each start.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    token_port: u16,
    /// Port of the value-list service; 0 takes a free one at each start.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    value_list_port: u16,
    /// Instant from which the certificates are valid; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// The file that `bfo init` wrote.
    #[arg(long, default_value = "bfo/bfo.toml", value_name = "bfo.toml")]
    config: PathBuf,
    /// Dueslag ident: a queue of this name exists.
    #[arg(long, value_name = "UUID", value_parser = dueslag)]
    dueslag: Vec<String>,
    /// Message to put into the first dueslag, one file each; without any, a good test message goes there.
    #[arg(long, value_name = "FILE", requires = "dueslag")]
    deliver: Vec<PathBuf>,
    /// Address to listen on, instead of the file's.
    #[arg(long, value_name = "IP")]
    listen: Option<IpAddr>,
    /// Life of tokens, seconds; 8 hours, when absent.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=28_800))]
    token_seconds: Option<u32>,
    /// PEM file with the function certificate that the system is registered with; without any, all are taken.
    #[arg(long, value_name = "FILE")]
    client_certificate: Vec<PathBuf>,
    /// CVR number that the system has an agreement for; without any, all are taken.
    #[arg(long, value_name = "CVR", value_parser = cvr)]
    cvr: Vec<String>,
}

fn dueslag(text: &str) -> std::result::Result<String, String> {
    uuid::Uuid::try_parse(text).map(|_| text.to_owned()).map_err(|_| "a dueslag ident is a UUID".to_owned())
}

fn cvr(text: &str) -> std::result::Result<String, String> {
    if crate::target::is_cvr(text) { Ok(text.to_owned()) } else { Err("a CVR number has eight digits".to_owned()) }
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.command {
        Command::Init(args) => init(args, common),
        Command::Serve(args) => serve(args, common),
    }
}

fn init(args: &Init, common: Common) -> Result<u8> {
    let setup = KeySetup {
        host: args.host.clone(),
        listen: args.listen,
        broker_port: args.broker_port,
        token_port: args.token_port,
        value_list_port: args.value_list_port,
    };
    let file = ServiceKeys::create(&args.directory, &setup, args.at.unwrap_or_else(crate::clock::now))?;
    common.print(&file.display().to_string());
    let note = Text {
        da: "Nøglerne er til test. Leverandørens testopsætning skal stole på web-ca.crt (TLS) og sts.crt (tokens). Slet mappen, når prøverne er slut.",
        en: "The keys are for tests. The vendor's test set-up must trust web-ca.crt (TLS) and sts.crt (tokens). Delete the directory when the trials are over.",
    };
    common.print(note.get(common.lang));
    Ok(0)
}

fn serve(args: &Serve, common: Common) -> Result<u8> {
    let mut keys = ServiceKeys::load(&args.config)?;
    keys.listen = args.listen.unwrap_or(keys.listen);
    if keys.are_public() && !keys.listen.is_loopback() {
        return Err(Error::Usage("the example keys are public, so they serve this machine alone".to_owned()));
    }
    let registered = args.client_certificate.iter().map(certificate).collect::<Result<Vec<_>>>()?;
    let limit = broker::MAX_BODY;
    let messages = args.deliver.iter().map(|f| read_bounded(f, limit)).collect::<Result<Vec<_>>>()?;
    let (stopped, stop) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more when it is ending already.
        let _ = stopped.send(());
    })
    .map_err(|e| Error::Internal(e.to_string()))?;

    let services = Services::start(&keys, registered, args.cvr.clone())?;
    if let Some(seconds) = args.token_seconds {
        services.behave(|b| b.token_seconds = seconds);
    }
    for dueslag in &args.dueslag {
        services.declare(dueslag);
    }
    let addresses = services.addresses();
    common.print(&format!(
        "AMQP        {} (vhost {})\nREST        {}\nWS-Trust    {}\nVærdilister {}",
        addresses.broker(),
        broker::VHOST,
        addresses.rest(),
        addresses.ws_trust(),
        addresses.value_lists()
    ));
    let ready = Text { da: "Klar. Ctrl-C slutter.", en: "Ready. Ctrl-C ends it." };
    common.print(ready.get(common.lang));
    deliver(&services, args, &messages);
    follow(&services, &stop, common)?;
    Ok(0)
}

fn certificate(path: &PathBuf) -> Result<Vec<u8>> {
    X509::from_pem(&read_bounded(path, crate::document::LIMIT)?)
        .and_then(|certificate| certificate.to_der())
        .map_err(|_| Error::file(path, "holds no PEM certificate"))
}

/// Puts the messages into the first dueslag.
fn deliver(services: &Services, args: &Serve, messages: &[Vec<u8>]) {
    let Some(dueslag) = args.dueslag.first() else { return };
    for (file, body) in args.deliver.iter().zip(messages) {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        services.enqueue(dueslag, &name, "", None, body.clone());
    }
    if messages.is_empty() {
        let now = Timestamp::now();
        let cvr = args.cvr.first().map_or("11111111", String::as_str);
        let besked = Besked::good(cvr, now).delivered(now);
        services.enqueue(dueslag, "good", besked.id(), Some(&besked.object), besked.xml().into_bytes());
    }
}

/// Prints every event until it is to end.
fn follow(services: &Services, stop: &std::sync::mpsc::Receiver<()>, common: Common) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|e| Error::Internal(e.to_string()))?;
    let mut printed = 0;
    // An error other than emptiness means that the handler is gone, which ends it as well.
    while matches!(stop.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
        let mut lines = Vec::new();
        runtime.block_on(services.until(Instant::now() + LOOK, |events, _| {
            lines.extend(events[printed..].iter().map(|event| line(event, common.lang)));
            printed = events.len();
            !lines.is_empty()
        }));
        for line in lines {
            common.print(&harmless(&line));
        }
        if printed >= MANY {
            services.forget_events();
            printed = 0;
        }
    }
    Ok(())
}

/// An event in a line. Tokens are not in events, and nothing else that must not be shown.
fn line(event: &Event, lang: Language) -> String {
    let time = event.at.strftime("%H:%M:%S%.3f");
    let connection = if event.connection == 0 { "-".to_owned() } else { event.connection.to_string() };
    format!("{time} {connection:>3}  {}", words(&event.what, lang))
}

fn words(what: &Happening, lang: Language) -> String {
    let say = |da: &'static str, en: &'static str| Text { da, en }.get(lang);
    let short = |digest: &Option<String>| digest.as_deref().map_or("-", |d| d.get(..12).unwrap_or(d)).to_owned();
    match what {
        Happening::TokenAsked { way, applies_to, cvr, certificate, faults, answer, .. } => {
            let way = if *way == TokenWay::Rest { "REST" } else { "WS-Trust" };
            let got = match answer {
                TokenAnswer::Issued { id, not_on_or_after } => {
                    format!("{} {id} {} {not_on_or_after}", say("udstedt", "issued"), say("til", "until"))
                }
                TokenAnswer::Refused { code, .. } => format!("{} {code}", say("afvist", "refused")),
            };
            let wrong = if faults.is_empty() { String::new() } else { format!(" [{}]", faults.join(", ")) };
            format!(
                "{} {way} {applies_to} cvr {cvr} cert {}{wrong}: {got}",
                say("token bestilt", "token asked"),
                short(certificate)
            )
        }
        Happening::Connected { tls, certificate } => {
            format!("{} {tls} cert {}", say("forbundet", "connected"), short(certificate))
        }
        Happening::HandshakeFailed { reason } => format!("{}: {reason}", say("TLS mislykkedes", "TLS failed")),
        Happening::StartOk { mechanism, response_bytes, token, client } => {
            let token = token.as_ref().map_or_else(|| say("intet token", "no token").to_owned(), seen);
            format!("start-ok {mechanism} {response_bytes} bytes, {token}, {client}")
        }
        Happening::LoginRefused { because } => format!("{}: {because}", say("login afvist", "login refused")),
        Happening::TuneOk { heartbeat, frame_max } => format!("tune-ok heartbeat {heartbeat} s, frame_max {frame_max}"),
        Happening::Opened { vhost } => format!("open vhost {vhost}"),
        Happening::Qos { prefetch } => format!("basic.qos prefetch {prefetch}"),
        Happening::Consumed { queue, no_ack } => format!("basic.consume {queue}{}", auto_ack(*no_ack)),
        Happening::Got { queue, no_ack, empty } => {
            let empty = if *empty { say(" (tom)", " (empty)") } else { "" };
            format!("basic.get {queue}{}{empty}", auto_ack(*no_ack))
        }
        Happening::QueueRefused { queue } => format!("{}: {queue}", say("kø afvist", "queue refused")),
        Happening::Delivered { message, tag, attempt } => {
            let (delivered, attempts) = (say("leveret", "delivered"), say("forsøg", "attempt"));
            format!("{delivered} {} tag {tag} {attempts} {attempt}", message + 1)
        }
        Happening::Acked { message, tag } => format!("basic.ack {} tag {tag}", message + 1),
        Happening::AckDiscarded { message, tag } => {
            format!("basic.ack {} tag {tag} ({})", message + 1, say("tæller ikke", "does not count"))
        }
        Happening::Rejected { message, tag, requeue } => {
            format!("nack/reject {} tag {tag} requeue {requeue}", message + 1)
        }
        Happening::ConfirmSelected => "confirm.select".to_owned(),
        Happening::Published { exchange, mandatory, token, besked_id, replied, .. } => {
            let token = token.as_ref().map_or_else(|| say("intet token", "no token").to_owned(), seen);
            let replied = replied.map_or_else(|| "-".to_owned(), |code| code.to_string());
            let id = besked_id.as_deref().unwrap_or("-");
            format!("basic.publish {exchange} mandatory {mandatory} BeskedId {id}, {token}: {replied}")
        }
        Happening::ValueListCalled { operation, certificate, token, list, values, prefixes, status } => {
            let token = if *token { say(" MED TOKEN", " WITH TOKEN") } else { "" };
            let list = list.as_deref().unwrap_or("-");
            let (count, cert) = (say("værdier", "values"), short(certificate));
            format!("{operation} {list} {values} {count} [{}] cert {cert}{token}: {status}", prefixes.join(", "))
        }
        Happening::ProtocolError { reason } => format!("{}: {reason}", say("protokolfejl", "protocol error")),
        Happening::Ended { because } => {
            let why = match because {
                End::TokenExpired => say("tokenet er udløbet", "the token is over"),
                End::Ordered => say("bestilt", "ordered"),
                End::HeartbeatMissed => say("ingen heartbeat", "no heartbeat"),
                End::Over => say("slut", "over"),
            };
            format!("{}: {why}", say("forbindelse afsluttet", "connection ended"))
        }
        Happening::ClientLeft { orderly: true } => say("klienten lukkede", "the client closed").to_owned(),
        Happening::ClientLeft { orderly: false } => say("klienten forsvandt", "the client vanished").to_owned(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn auto_ack(no_ack: bool) -> &'static str {
    if no_ack { " AUTO-ACK" } else { "" }
}

fn seen(token: &TokenSeen) -> String {
    let ours = if token.ours { "" } else { " ?" };
    format!("token {} {} cvr {}{ours}", token.id, token.audience, token.cvr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let event = Event {
            at: Timestamp::UNIX_EPOCH,
            connection: 7,
            what: Happening::Delivered { message: 0, tag: 1, attempt: 2 },
        };
        assert_eq!(line(&event, Language::Da), "00:00:00.000   7  leveret 1 tag 1 forsøg 2");
    }
}
