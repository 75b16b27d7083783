//! The `[beskedfordeler]` table of a target: how the system receives and sends messages, and what is set up for it.

use super::{ClientCertificate, is_cvr, is_plain_web_address};
use crate::document::{Document, Step};
use crate::error::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use url::Url;
use uuid::Uuid;

/// How the system receives and sends messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beskedfordeler {
    /// CVR number of the authority whose messages are tried (the anvenderkontekst of the tokens), eight digits.
    pub cvr: String,
    /// Further authorities that the system serves, eight digits each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_cvr: Vec<String>,
    /// UUID of the IT-system in the Administrationsmodul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Beskedtype of the messages that the trials send; the neutral test type, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_type: Option<String>,
    /// Where the system shows which messages it has stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<ReadBack>,
    /// How the system's store is stopped for a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreSwitch>,
    /// The system's push endpoint (BeskedFåTilsendt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<Push>,
    /// The services that the probe offers: token service, broker and value lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Services>,
    /// The system's pull client (BeskedHent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
    /// The system's sender (BeskedAfsend).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Send>,
    /// The system's maintenance of value lists (VærdilisteRediger).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_lists: Option<ValueLists>,
    /// Export of what is set up: dueslag, subscriptions, agreements, value lists (JSON, `schemas/mailboxes.schema.json`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<PathBuf>,
    /// Captured messages: files with one Haendelsesbesked or ModtagBeskedInput each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message: Vec<MessageEntry>,
}

/// Where the system shows which messages it has stored. Asked before a message is sent (nothing may be there) and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBack {
    /// Address; `{BeskedId}` in it is replaced by the message's BeskedId, `{cvr}` by an authority's CVR number. Without
    /// `{cvr}` nothing is shown about authorities.
    pub url: String,
    /// JSON pointer to the number of stored effects, or to a list of them. Without it, occurrences of the BeskedId on the page
    /// are counted, against what one good message leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// Longest time from a message's acknowledgement until its effect shows, seconds.
    #[serde(default = "two")]
    pub settle_seconds: u32,
}

const fn two() -> u32 {
    2
}

/// How the system's store is stopped and started again: each a POST without a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSwitch {
    /// Stops it.
    #[schemars(with = "String")]
    pub stop: Url,
    /// Starts it.
    #[schemars(with = "String")]
    pub start: Url,
}

/// A push endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Address of the resource ModtagBesked.
    #[schemars(with = "String")]
    pub url: Url,
    /// The client certificate that the endpoint trusts as the Beskedfordeler's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<ClientCertificate>,
    /// Where a fetch that a message provokes would arrive, and how it is shown that the system can reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
}

/// A listener of the probe that no well-behaved system ever contacts by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Address and port to listen on, such as `127.0.0.1:8099`.
    pub listen: String,
    /// The address under which the system reaches it, such as `http://probe.kommune.example:8099`.
    #[schemars(with = "String")]
    pub address: Url,
    /// An address of the system that makes it fetch `{canary}`: the control that it can. Without one, a person calls the
    /// control address from the system's machine while the run waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Longest wait for the control, seconds.
    #[serde(default = "thirty")]
    pub control_seconds: u32,
}

const fn thirty() -> u32 {
    30
}

/// The services that the probe offers to the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Their keys and addresses: a file that `kravprobe bfo init` wrote.
    pub file: PathBuf,
    /// Name of the `[[certificate]]` entry with the function certificate that the system is registered with.
    pub client_certificate: String,
    /// Longest wait for the system, seconds, in each trial.
    #[serde(default = "fifteen_minutes")]
    pub wait_seconds: u32,
}

const fn fifteen_minutes() -> u32 {
    900
}

/// A pull client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    /// Dueslag ident, a UUID: the name of the queue.
    pub dueslag: String,
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// An address whose POST makes the system send one message. Without one, a person makes it send while the run waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub trigger: Option<Url>,
}

/// Maintenance of value lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueLists {
    /// An address whose POST makes the system change a value list. Without one, a person does it while the run waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub trigger: Option<Url>,
}

/// A captured message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageEntry {
    /// Name, unique in the target.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// Who made it.
    #[serde(default)]
    pub direction: MessageDirection,
}

/// Who made a captured message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MessageDirection {
    /// The system sent it.
    #[default]
    Sent,
    /// The system received it.
    Received,
}

impl Beskedfordeler {
    /// Every address that is named, for the list of hosts.
    pub fn urls(&self) -> impl Iterator<Item = Url> {
        let read_back = self.read_back.iter().filter_map(|r| template(&r.url));
        let store = self.store.iter().flat_map(|s| [s.stop.clone(), s.start.clone()]);
        let push = self.push.iter().map(|p| p.url.clone());
        let control = self.push.iter().filter_map(|p| template(p.canary.as_ref()?.control.as_ref()?));
        let send = self.send.iter().filter_map(|s| s.trigger.clone());
        let lists = self.value_lists.iter().filter_map(|v| v.trigger.clone());
        read_back.chain(store).chain(push).chain(control).chain(send).chain(lists)
    }

    /// What is wrong with it, with places.
    pub(super) fn problems(&self, certificates: &[&str], document: &Document) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let table = Step::Key("beskedfordeler");
        let mut wrong = |place: &[Step], what: &str| problems.push(document.mistake(place, what, None));
        if !is_cvr(&self.cvr) {
            wrong(&[table, Step::Key("cvr")], "a CVR number has eight digits");
        }
        if self.other_cvr.iter().any(|cvr| !is_cvr(cvr)) {
            wrong(&[table, Step::Key("other_cvr")], "a CVR number has eight digits");
        }
        let uuids = [
            (vec![table, Step::Key("system")], self.system.as_ref()),
            (vec![table, Step::Key("message_type")], self.message_type.as_ref()),
            (vec![table, Step::Key("pull"), Step::Key("dueslag")], self.pull.as_ref().map(|p| &p.dueslag)),
        ];
        for (place, value) in uuids {
            if value.is_some_and(|v| Uuid::try_parse(v).is_err()) {
                wrong(&place, "a UUID is expected here");
            }
        }
        if let Some(read_back) = &self.read_back {
            let place = [table, Step::Key("read_back"), Step::Key("url")];
            if !read_back.url.contains("{BeskedId}") || template(&read_back.url).is_none() {
                wrong(&place, "the address is http(s), names a host and contains {BeskedId}");
            }
            if read_back.count.as_ref().is_some_and(|pointer| !pointer.starts_with('/')) {
                wrong(&[table, Step::Key("read_back"), Step::Key("count")], "a JSON pointer begins with `/`");
            }
            if read_back.settle_seconds > 600 {
                wrong(&[table, Step::Key("read_back"), Step::Key("settle_seconds")], "settle_seconds must be 0 to 600");
            }
        }
        let urls = [
            ("store", "stop", self.store.as_ref().map(|s| &s.stop)),
            ("store", "start", self.store.as_ref().map(|s| &s.start)),
            ("push", "url", self.push.as_ref().map(|p| &p.url)),
            ("send", "trigger", self.send.as_ref().and_then(|s| s.trigger.as_ref())),
            ("value_lists", "trigger", self.value_lists.as_ref().and_then(|v| v.trigger.as_ref())),
        ];
        for (key, inner, url) in urls {
            if url.is_some_and(|url| !is_plain_web_address(url)) {
                wrong(
                    &[table, Step::Key(key), Step::Key(inner)],
                    "an address is http(s) with a host and without user information",
                );
            }
        }
        if let Some(canary) = self.push.as_ref().and_then(|p| p.canary.as_ref()) {
            let place = |key| [table, Step::Key("push"), Step::Key("canary"), Step::Key(key)];
            if canary.listen.parse::<std::net::SocketAddr>().is_err() {
                wrong(&place("listen"), "an address and port to listen on, such as 127.0.0.1:8099");
            }
            if canary.address.scheme() != "http" || !is_plain_web_address(&canary.address) {
                wrong(&place("address"), "the canary's address begins with http:// and names a host");
            }
            let control = canary.control.as_deref();
            if control.is_some_and(|c| !c.contains("{canary}") || template(c).is_none()) {
                wrong(&place("control"), "the address is http(s), names a host and contains {canary}");
            }
            if canary.control_seconds > 3600 {
                wrong(&place("control_seconds"), "control_seconds must be 0 to 3600");
            }
        }
        if let Some(services) = &self.services {
            let place = |key| [table, Step::Key("services"), Step::Key(key)];
            if !certificates.contains(&services.client_certificate.as_str()) {
                let what = format!("the target has no [[certificate]] entry `{}`", services.client_certificate);
                wrong(&place("client_certificate"), &what);
            }
            if services.wait_seconds == 0 || services.wait_seconds > 24 * 3600 {
                wrong(&place("wait_seconds"), "wait_seconds must be 1 to 86400");
            }
        }
        let mut names = BTreeSet::new();
        for (index, entry) in self.message.iter().enumerate() {
            let place = [table, Step::Key("message"), Step::Index(index), Step::Key("name")];
            if !super::is_name(&entry.name) {
                wrong(&place, "a name is letters, digits, hyphens, dots and underscores");
            }
            if !names.insert(&entry.name) {
                wrong(&place, &format!("message `{}` is named twice", entry.name));
            }
        }
        let needing =
            [("pull", self.pull.is_some()), ("send", self.send.is_some()), ("value_lists", self.value_lists.is_some())];
        for (key, there) in needing {
            if there && self.services.is_none() {
                wrong(&[table, Step::Key(key)], "this needs [beskedfordeler.services], the probe's own services");
            }
        }
        problems
    }
}

/// An address with its placeholders filled by something harmless; `None` when it is no plain web address.
fn template(text: &str) -> Option<Url> {
    let filled = text.replace("{BeskedId}", "x").replace("{cvr}", "0").replace("{canary}", "x");
    Url::parse(&filled).ok().filter(is_plain_web_address)
}
