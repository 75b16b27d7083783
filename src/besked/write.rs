//! Writes messages: a good one, as a sender makes it and as the Beskedfordeler delivers it.

use super::{KUVERT, NOT_CONFIDENTIAL, SAGDOK, STS, TEST_TYPE};
use jiff::Timestamp;
use quick_xml::escape::escape;
use std::fmt::Write;
use uuid::Uuid;

/// A message. Text in it is escaped when it is written, so any value is possible; [`Besked::good`] gives a good one to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Besked {
    /// BeskedId; `None` leaves the element out, which breaks the schema.
    pub besked_id: Option<String>,
    /// Beskedtype.
    pub message_type: String,
    /// BeskedAnsvarligAktoer: UUID of the sending IT-system.
    pub responsible: Option<String>,
    /// Each TilladtModtager as it is written, such as `urn:oio:cvr:12345678`.
    pub permitted: Vec<String>,
    /// UUID of the object that the message is about.
    pub object: String,
    /// ObjektHandling, a UUID.
    pub action: String,
    /// ObjektAnsvarligMyndighed, such as `urn:oio:cvr:12345678`.
    pub authority: Option<String>,
    /// OpgaveEmne, such as `urn:oio:kle:32.01.01`.
    pub task: Option<String>,
    /// Sikkerhedsklassificering, a UUID.
    pub sensitivity: Option<String>,
    /// Dannelsestidspunkt.
    pub created: Timestamp,
    /// What the Beskedfordeler adds on delivery.
    pub delivery: Option<Delivery>,
    /// Beskeddata.
    pub payload: Payload,
}

/// What the Beskedfordeler adds on delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// TransaktionsId: one for each receiver's copy.
    pub transaction: String,
    /// ErLeveretIHenholdTil: the subscription.
    pub subscription: String,
    /// ModtagelsesTidspunkt.
    pub received: Timestamp,
    /// LeveranceTidspunkt.
    pub delivered: Timestamp,
    /// AntalLeveranceforsoeg, from 1.
    pub attempt: u32,
}

/// What stands in Beskeddata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A small text in an element of the probe's own.
    Text(String),
    /// Base64 of these bytes in an element `Base64` of this namespace; empty: of none.
    Base64 {
        /// Namespace.
        namespace: &'static str,
        /// The bytes, XML.
        content: Vec<u8>,
    },
    /// No Beskeddata at all, which the schema allows.
    Nothing,
}

impl Delivery {
    /// A first delivery at this instant.
    #[must_use]
    pub fn first(at: Timestamp) -> Self {
        Self {
            transaction: new_uuid(),
            subscription: "f27ab282-1096-4c04-af62-bcd01a2f1525".to_owned(),
            received: at,
            delivered: at,
            attempt: 1,
        }
    }
}

/// A new random UUID, as BeskedId and TransaktionsId need one.
#[must_use]
pub fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

impl Besked {
    /// A good message of the neutral test type for one authority, as its sender makes it.
    #[must_use]
    pub fn good(cvr: &str, at: Timestamp) -> Self {
        Self {
            besked_id: Some(new_uuid()),
            message_type: TEST_TYPE.to_owned(),
            responsible: Some("cf12c051-39ce-4066-ba11-704b46fa23c4".to_owned()),
            permitted: vec![format!("urn:oio:cvr:{cvr}")],
            object: new_uuid(),
            action: "f7161a89-5068-4023-bc80-d7f4daad2a2e".to_owned(),
            authority: Some(format!("urn:oio:cvr:{cvr}")),
            task: Some("urn:oio:kle:32.01.01".to_owned()),
            sensitivity: Some(NOT_CONFIDENTIAL.to_owned()),
            created: at,
            delivery: None,
            payload: Payload::Text("kravprobe".to_owned()),
        }
    }

    /// The same as the Beskedfordeler delivers it for the first time.
    #[must_use]
    pub fn delivered(mut self, at: Timestamp) -> Self {
        self.delivery = Some(Delivery::first(at));
        self
    }

    /// BeskedId; empty without one.
    #[must_use]
    pub fn id(&self) -> &str {
        self.besked_id.as_deref().unwrap_or_default()
    }

    /// The document `Haendelsesbesked`, as pull and sending carry it.
    #[must_use]
    pub fn xml(&self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{}", self.element())
    }

    /// The document `ModtagBeskedInput`, as push carries it.
    #[must_use]
    pub fn push_xml(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<p:ModtagBeskedInput xmlns:p=\"{STS}\">{}</p:ModtagBeskedInput>",
            self.element()
        )
    }

    fn element(&self) -> String {
        let mut x = format!("<k:Haendelsesbesked xmlns:k=\"{KUVERT}\" xmlns=\"{SAGDOK}\">");
        if let Some(id) = &self.besked_id {
            uuid(&mut x, "BeskedId", id);
        }
        x.push_str("<k:BeskedVersion>1.0</k:BeskedVersion><k:Beskedkuvert><k:Filtreringsdata>");
        uuid(&mut x, "Beskedtype", &self.message_type);
        if let Some(responsible) = &self.responsible {
            uuid(&mut x, "BeskedAnsvarligAktoer", responsible);
        }
        for permitted in &self.permitted {
            urn(&mut x, "TilladtModtager", permitted);
        }
        x.push_str("<k:ObjektRegistrering>");
        uuid(&mut x, "ObjektRegistreringId", &new_uuid());
        time(&mut x, "Registreringstidspunkt", self.created);
        if let Some(authority) = &self.authority {
            urn(&mut x, "ObjektAnsvarligMyndighed", authority);
        }
        uuid(&mut x, "ObjektId", &self.object);
        uuid(&mut x, "ObjektHandling", &self.action);
        if let Some(task) = &self.task {
            urn(&mut x, "OpgaveEmne", task);
        }
        x.push_str("</k:ObjektRegistrering></k:Filtreringsdata><k:Leveranceinformation>");
        time(&mut x, "Dannelsestidspunkt", self.created);
        if let Some(delivery) = &self.delivery {
            uuid(&mut x, "TransaktionsId", &delivery.transaction);
        }
        if let Some(sensitivity) = &self.sensitivity {
            uuid(&mut x, "Sikkerhedsklassificering", sensitivity);
        }
        if let Some(delivery) = &self.delivery {
            x.push_str("<k:Leveranceruter><k:Leverancerute>");
            time(&mut x, "ModtagelsesTidspunkt", delivery.received);
            time(&mut x, "LeveranceTidspunkt", delivery.delivered);
            uuid(&mut x, "ErLeveretIHenholdTil", &delivery.subscription);
            let _ = write!(
                x,
                "<k:LeveranceruteLokalUdvidelse><k:AntalLeveranceforsoeg>{}</k:AntalLeveranceforsoeg></k:LeveranceruteLokalUdvidelse>",
                delivery.attempt
            );
            x.push_str("</k:Leverancerute></k:Leveranceruter>");
        }
        x.push_str("</k:Leveranceinformation></k:Beskedkuvert>");
        match &self.payload {
            Payload::Text(text) => {
                let _ = write!(
                    x,
                    "<k:Beskeddata><t:Test xmlns:t=\"urn:kravprobe:test\">{}</t:Test></k:Beskeddata>",
                    escape(text.as_str())
                );
            }
            Payload::Base64 { namespace, content } => {
                let content = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, content);
                let _ = write!(
                    x,
                    "<k:Beskeddata><Base64 xmlns=\"{}\" file-type=\".xml\" content-type=\"application/xml\" encoding=\"UTF-8\">{content}</Base64></k:Beskeddata>",
                    escape(*namespace)
                );
            }
            Payload::Nothing => {}
        }
        x.push_str("</k:Haendelsesbesked>");
        x
    }
}

fn uuid(x: &mut String, element: &str, value: &str) {
    let _ = write!(x, "<k:{element}><UUIDIdentifikator>{}</UUIDIdentifikator></k:{element}>", escape(value));
}

fn urn(x: &mut String, element: &str, value: &str) {
    let _ = write!(x, "<k:{element}><URNIdentifikator>{}</URNIdentifikator></k:{element}>", escape(value));
}

fn time(x: &mut String, element: &str, at: Timestamp) {
    let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let _ = write!(x, "<k:{element}><TidsstempelDatoTid>{at}</TidsstempelDatoTid></k:{element}>");
}
