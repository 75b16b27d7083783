//! Trials with messages on the vendor's receiver and sender: everything on this machine, with short waits.

use super::{internal, judge_trials};
use crate::check::{Meta, Parameters, Value};
use crate::checks::AnyCheck;
use crate::error::Result;
use crate::fki::beskedfordeler::{KeySetup, ServiceKeys};
use crate::outcome::Outcome;
use crate::subject::Family;
use crate::target::{LoadedTarget, Target};
use crate::vendor::pki::ExampleKeys;
use crate::vendor::receiver::{Area, Counterpart, DUESLAG, Fault, Patience, Receiver, Setup, TableSettings, TokenWay};
use crate::web::free_ports;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// Longest wait for the system, seconds. The strict one answers within a second or two, on any machine.
const WAIT_SECONDS: u32 = 30;
/// Thresholds that no official document gives, far below their defaults and far above what the strict system takes: a system that
/// does not come back is seen not to within [`WAIT_SECONDS`]. Its own pauses are short, too: it may send 30 times a minute.
const QUICK: [(&str, &str, i64); 15] = [
    ("send.expired-token-renewed", "max_seconds", 15),
    ("send.no-retry-storm", "max_per_minute", 60),
    ("token.not-used-expired", "skew_seconds", 5),
    ("pull.deviating-payload-does-not-block", "max_seconds", 15),
    ("pull.unknown-type-does-not-block", "max_seconds", 15),
    ("pull.invalid-envelope-does-not-block", "max_seconds", 15),
    ("pull.malformed-does-not-block", "max_seconds", 15),
    ("pull.large-message-does-not-block", "max_seconds", 15),
    // Longer than the system that polls takes for its round.
    ("pull.late-message-fetched", "max_seconds", 25),
    ("pull.token-expiry-renewed", "max_seconds", 15),
    ("pull.dropped-connection-reconnected", "max_seconds", 15),
    ("pull.refused-login-recovered", "max_seconds", 15),
    ("pull.silence-noticed", "max_seconds", 15),
    ("pull.poll-interval", "max_seconds", 15),
    ("pull.ack-latency", "max_seconds", 3),
];
/// Whether checks of a family can see faults of an area.
pub(super) const fn is_tried_by(area: Area, family: Family) -> bool {
    match area {
        Area::Push => matches!(family, Family::Push),
        Area::Content => matches!(family, Family::Push | Family::Pull),
        Area::Pull => matches!(family, Family::Pull | Family::Token),
        Area::Token => matches!(family, Family::Pull | Family::Token | Family::Send),
        Area::Send => matches!(family, Family::Send),
        Area::ValueList => matches!(family, Family::ValueList),
    }
}

/// Judges the system with one fault, or without.
pub(super) fn judged(
    folder: &Path,
    keys: &ExampleKeys,
    fault: Option<Fault>,
    checks: &[AnyCheck],
    at: Timestamp,
) -> Result<BTreeMap<&'static str, Outcome>> {
    let [broker_port, token_port, value_list_port, canary] = free_ports().map_err(|e| internal(&e))?;
    let setup = KeySetup { broker_port, token_port, value_list_port, ..KeySetup::default() };
    let file = ServiceKeys::create(&folder.join("bfo"), &setup, at)?;
    let services = ServiceKeys::load(&file)?;
    let system = Receiver::start(Setup {
        counterpart: Some(Counterpart::of(&services, Some(DUESLAG), TokenWay::Rest)),
        patience: Patience::short(),
        ..Setup::new(keys.clone()).with(fault.as_slice())
    })
    .map_err(|e| internal(&e))?;
    system.write_files(folder).map_err(|e| internal(&e))?;
    let settings = TableSettings {
        canary: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, canary))),
        services: Some((&file, WAIT_SECONDS)),
        settle_seconds: 1,
    };
    let text = system.target(&settings, at);
    let target = Target::parse("calibration.toml", &text)?;
    let loaded = LoadedTarget { target, text, base: folder.to_owned() };
    judge_trials(&loaded, checks, &quick, at)
}

/// The defaults of a check, but for the thresholds that are waited for.
fn quick(meta: &Meta) -> Parameters {
    let mut parameters = Parameters::defaults(meta);
    for (_, name, value) in QUICK.iter().filter(|(id, ..)| *id == meta.id) {
        parameters.0.insert((*name).to_owned(), Value::Integer(*value));
    }
    parameters
}
