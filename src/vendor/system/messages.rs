//! The reference vendor as a receiver and sender of messages, beside the services that it fetches from and sends to.

use super::{Seeded, SystemError, declaration, pem};
use crate::fki::beskedfordeler::{KeySetup, ServiceKeys};
use crate::language::Text;
use crate::vendor::pki::{ExampleKeys, ExamplePki, Key, Leaf};
use crate::vendor::receiver::{
    Counterpart, DUESLAG, Fault, POST_STATUS, Patience, Receiver, Setup, TableSettings, TokenWay,
};
use crate::web::free_ports;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Deliberate faults in the code of the second system.
const FAULTS: &[Fault] =
    &[Fault::StoresTwice, Fault::UnknownTypeStops, Fault::FirstPermittedOnly, Fault::RetryStorm, Fault::NoConfirms];

/// The defects of the second system.
pub const MESSAGE_DEFECTS: &[Seeded] = &[
    Seeded { what: Fault::StoresTwice.what(), check: "push.duplicate-one-effect" },
    Seeded { what: Fault::UnknownTypeStops.what(), check: "push.unknown-type-never-stops" },
    Seeded { what: Fault::FirstPermittedOnly.what(), check: "push.permitted-many-processed" },
    Seeded { what: Fault::RetryStorm.what(), check: "pull.refused-login-no-hot-loop" },
    Seeded {
        what: Text { da: "et abonnementsudtryk er ikke aktivt", en: "a subscription expression is not active" },
        check: "mailbox.all-active",
    },
    Seeded {
        what: Text { da: "serviceaftalen er udløbet", en: "the service agreement has expired" },
        check: "mailbox.agreement-coverage",
    },
];

/// UUID of the system in the Administrationsmodul, as its target says.
const SYSTEM: &str = "cf12c051-39ce-4066-ba11-704b46fa23c4";
const PUSH_DUESLAG: &str = "0d1c6a0e-5a55-4b52-8b0a-6d7f3b1f2c11";
/// A real status of post from the external test environment (itk-dev/beskedfordeler-drupal), in which the system's own UUID stands.
const OWN_POST: &str = include_str!("../../../fixtures/beskedfordeler/push-PostStatusBeskedModtag.success.xml");
const SYSTEM_OF_OWN_POST: &str = "53213778-de6b-42ee-8fbd-8aa73b0d4d85";
const OWN_POST_ID: &str = "bd12c645-de98-453a-ac80-f58a76942eda";

/// The system on disk, running until it is dropped.
#[derive(Debug)]
pub struct MessageSystem {
    /// The target file.
    pub target: PathBuf,
    /// Root of the example PKI, for `verify --trust`.
    pub root: PathBuf,
    /// Key of the sealing certificate (PEM).
    pub seal_key: PathBuf,
    /// The sealing certificate and its issuing CA (PEM).
    pub seal_certificate: PathBuf,
    _system: Receiver,
}

impl MessageSystem {
    /// Writes the files of system and services into `directory` and starts the system on 127.0.0.1.
    pub fn start(directory: &Path, keys: &ExampleKeys, at: Timestamp, defective: bool) -> Result<Self, SystemError> {
        let file = |path: &Path| {
            let path = path.to_owned();
            move |source| SystemError::File { path, source }
        };
        std::fs::create_dir_all(directory).map_err(file(directory))?;
        let write = |name: &str, bytes: &[u8]| -> Result<PathBuf, SystemError> {
            let path = directory.join(name);
            std::fs::write(&path, bytes).map_err(file(&path))?;
            Ok(path)
        };
        let [broker_port, token_port, value_list_port, canary] = free_ports().map_err(file(directory))?;
        let setup = KeySetup { broker_port, token_port, value_list_port, ..KeySetup::default() };
        let services = ServiceKeys::create(&directory.join("bfo"), &setup, at)?;
        let known = ServiceKeys::load(&services)?;
        let system = Receiver::start(Setup {
            faults: if defective { FAULTS.to_vec() } else { Vec::new() },
            counterpart: Some(Counterpart::of(&known, Some(DUESLAG), TokenWay::Rest)),
            patience: Patience::short(),
            ..Setup::new(keys.clone())
        })?;
        system.write_files(directory)?;
        write("mailboxes.json", export(at, defective).to_string().as_bytes())?;
        write("own-post.xml", OWN_POST.replace(SYSTEM_OF_OWN_POST, SYSTEM).as_bytes())?;

        let pki = ExamplePki::new(keys.clone(), at)?;
        let seal = pki.issue(&Leaf::organisation("Eksempel Segl"))?;
        let root = write("root-ca.pem", &pem(pki.root())?)?;
        let seal_certificate = write("seal.pem", &[pem(&seal.certificate)?, pem(pki.issuing())?].concat())?;
        let seal_key = write("seal-key.pem", &keys.get(Key::Organisation).private_key_to_pem_pkcs8()?)?;

        let settings = TableSettings {
            canary: Some((Ipv4Addr::LOCALHOST, canary).into()),
            services: Some((Path::new("bfo/bfo.toml"), 60)),
            settle_seconds: 1,
        };
        let mut text = system.target(&settings, at);
        // Keys of a table stand before its subtables.
        text = text.replace(
            "\n[beskedfordeler.read_back]",
            "configuration = \"mailboxes.json\"\n\n[beskedfordeler.read_back]",
        );
        text +=
            "\n[[beskedfordeler.message]]\nname = \"own-post\"\nfile = \"own-post.xml\"\ndirection = \"received\"\n";
        text += &declaration("value-lists", "true");
        let target = write("target.toml", text.as_bytes())?;
        Ok(Self { target, root, seal_key, seal_certificate, _system: system })
    }
}

/// Since when the messages of the export were seen, minutes.
const FROM: i64 = -14_400;

/// What is set up for the system, as somebody copied it from the user interfaces.
fn export(at: Timestamp, defective: bool) -> Value {
    let day = |hours: i64| (at + SignedDuration::from_hours(hours)).strftime("%Y-%m-%d").to_string();
    let instant = |minutes: i64| at + SignedDuration::from_mins(minutes);
    let own = format!("get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = '{SYSTEM}'");
    let dueslag = |ident: &str, mode: &str, active: bool| {
        json!({
            "ident": ident, "name": mode, "environment": "local", "mode": mode, "active": true, "retentionDays": 7,
            "abonnementer": [{
                "beskedtype": POST_STATUS, "active": true,
                "abonnementsudtryk": [{ "expression": own, "active": active }]
            }]
        })
    };
    // Ten days, a message every second hour, received within seconds.
    let deliveries: Vec<Value> = (0..120)
        .map(|n| {
            let begun = instant(FROM + n * 120);
            let after = |seconds: i64| begun + SignedDuration::from_secs(seconds);
            json!({
                "dueslag": DUESLAG, "beskedId": format!("besked-{n}"), "antalLeveranceforsoeg": 1,
                "leveranceTidspunkt": begun, "received": after(2), "stored": after(3), "acked": after(3)
            })
        })
        .collect();
    let queues: Vec<Value> = [(DUESLAG, 0), (PUSH_DUESLAG, 1)]
        .into_iter()
        .flat_map(|(ident, depth)| {
            [-180, -120, -61].map(|minutes| {
                json!({ "dueslag": ident, "at": instant(minutes), "depth": depth, "oldestSeconds": depth * 30 })
            })
        })
        .collect();
    json!({
        "schema": 1,
        "exported": instant(-30),
        "system": { "uuid": SYSTEM, "name": "Eksempel Fagsystem" },
        "required": [{ "beskedtype": POST_STATUS, "name": "PKO_PostStatus" }],
        "samples": [{ "beskedId": OWN_POST_ID, "wanted": true, "why": "kvittering for egen post" }],
        "dueslag": [dueslag(DUESLAG, "pull", !defective), dueslag(PUSH_DUESLAG, "push", true)],
        "serviceaftaler": [{
            "name": "Modtag kvitteringer", "service": "BeskedModtag", "version": "2.0", "role": "Modtag", "approved": true,
            "validUntil": if defective { day(-30 * 24) } else { day(300 * 24) },
            "myndigheder": crate::vendor::receiver::SERVED,
            "dataafgraensninger": {
                "afsendendeMyndighed": crate::vendor::receiver::SERVED, "beskedtype": [POST_STATUS],
                "foelsomhed": crate::besked::NOT_CONFIDENTIAL, "kle": ["*"]
            }
        }],
        "observations": {
            "from": instant(FROM), "until": instant(-60), "queues": queues, "deliveries": deliveries,
            "inactive": [], "outages": []
        },
        "vaerdilister": [{
            "name": "Egne sager", "beskedtype": POST_STATUS, "prefix": "urn:oio:cvr", "entries": 2,
            "entriesWithoutPurpose": 0, "purpose": "egne sager", "lastUpdated": instant(-600)
        }],
        "tests": { "evidence": [{ "date": day(-60 * 24), "what": "Testrapport" }], "goLive": day(-30 * 24) }
    })
}
