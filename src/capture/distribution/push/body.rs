//! Writes the messages of the push trials. Pure but for new UUIDs.

use crate::besked::KUVERT;
use crate::besked::write::{Besked, Payload, new_uuid};
use crate::digest::sha256_hex;
use crate::subject::distribution::Setting;
use crate::subject::distribution::recording::Message;
use crate::trial::push::{Change, Doctype, PKO_POST_STATUS, Syntax};
use jiff::Timestamp;
use std::fmt::Write;

/// Largest body that a recording keeps, bytes. A larger one is known by its digest.
const KEPT: usize = 64 * 1024;
/// What stands in the text of a good message.
const TEXT: &str = "kravprobe";
/// So many authorities stand before the system's own in a long list, one for each other municipality.
const MANY: u32 = 97;

/// A message that is ready to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What is recorded of it.
    pub message: Message,
    /// What is posted.
    pub body: Vec<u8>,
    /// The path at the canary's address that it names.
    pub canary: Option<String>,
}

/// What a message is written with.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// What the target says.
    pub setting: &'a Setting,
    /// The canary's address, without a path.
    pub canary: Option<&'a url::Url>,
}

impl Writer<'_> {
    /// A new message with these changes.
    pub fn letter(&self, label: &str, changes: &[Change], at: Timestamp) -> Letter {
        self.with_id(label, new_uuid(), changes, at)
    }

    /// The same with this BeskedId.
    pub fn with_id(&self, label: &str, besked_id: String, changes: &[Change], at: Timestamp) -> Letter {
        let setting = self.setting;
        let mut besked = Besked::good(&setting.cvr, at).delivered(at);
        besked.besked_id = Some(besked_id.clone());
        besked.message_type.clone_from(&setting.message_type);
        besked.payload = Payload::Text(TEXT.to_owned());
        for change in changes {
            self.change(*change, &mut besked, at);
        }
        let mut document = besked.push_xml();
        let mut canary = None;
        for change in changes {
            document = self.rewrite(*change, document, &mut canary);
        }
        let message = Message {
            label: label.to_owned(),
            besked_id,
            object: Some(besked.object),
            sha256: sha256_hex(document.as_bytes()),
            bytes: document.len(),
            body: (document.len() <= KEPT).then(|| document.clone()),
        };
        Letter { message, body: document.into_bytes(), canary }
    }

    fn change(&self, change: Change, besked: &mut Besked, at: Timestamp) {
        let setting = self.setting;
        match change {
            Change::NoBeskedId => besked.besked_id = None,
            Change::UnknownType => besked.message_type = new_uuid(),
            Change::OtherContent => besked.payload = Payload::Text(format!("{TEXT}: et andet indhold")),
            Change::Permitted(syntax) => besked.permitted = vec![written(syntax, &setting.cvr)],
            Change::ManyPermitted => {
                // Numbers that no authority has: their first digit is zero.
                let others = (1..=MANY).map(|n| format!("urn:oio:cvr:{n:08}"));
                besked.permitted = others.chain([format!("urn:oio:cvr:{}", setting.cvr)]).collect();
            }
            Change::OtherAuthorityAlone => {
                let other = setting.other_cvr.first().map_or("", String::as_str);
                besked.permitted = vec![format!("urn:oio:cvr:{other}")];
                besked.authority = Some(format!("urn:oio:cvr:{other}"));
            }
            Change::Base64(namespace) => {
                let content = format!("<t:Test xmlns:t=\"urn:kravprobe:test\">{TEXT}</t:Test>").into_bytes();
                besked.payload = Payload::Base64 { namespace, content };
            }
            Change::PkoReceipt => {
                PKO_POST_STATUS.clone_into(&mut besked.message_type);
                besked.payload = Payload::Base64 { namespace: "urn:besked:kuvert:1.0", content: receipt(at) };
            }
            Change::Large(bytes) => besked.payload = Payload::Text("x".repeat(bytes)),
            Change::Malformed | Change::WrongNamespace | Change::Doctype(_) | Change::Empty => {}
        }
    }

    fn rewrite(&self, change: Change, document: String, canary: &mut Option<String>) -> String {
        match change {
            Change::Malformed => document.strip_suffix("</p:ModtagBeskedInput>").unwrap_or_default().to_owned(),
            Change::WrongNamespace => document.replace(KUVERT, "urn:oio:besked:kuvert:9.9"),
            Change::Empty => String::new(),
            Change::Doctype(doctype) => {
                let path = doctype.fetches().then(|| format!("/{}", new_uuid()));
                let address = path.as_deref().and_then(|path| self.canary?.join(path).ok());
                let address = address.map_or_else(String::new, String::from);
                *canary = path;
                with_doctype(&document, doctype, &address)
            }
            _ => document,
        }
    }
}

fn written(syntax: Syntax, cvr: &str) -> String {
    match syntax {
        Syntax::CvrNr => format!("urn:oio:cvr-nr:{cvr}"),
        Syntax::Digits => cvr.to_owned(),
        Syntax::Everybody => "*".to_owned(),
    }
}

/// A receipt of the form that is really sent (push-PostStatusBeskedModtag.success.xml), with identifiers that nobody has.
fn receipt(at: Timestamp) -> Vec<u8> {
    let (transmission, message, memo) = (new_uuid(), new_uuid(), new_uuid());
    let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    format!(
        "<PKO_PostStatus xmlns=\"http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types\">\
         <TransmissionId>{transmission}</TransmissionId><MessageUUID>{message}</MessageUUID><MessageId>{memo}</MessageId>\
         <KanalKode>Digital Post</KanalKode><TransaktionsDatoTid>{at}</TransaktionsDatoTid>\
         <TransaktionsStatusKode>Afleveret Digital Post</TransaktionsStatusKode>\
         <CorrelationId>{transmission}</CorrelationId><FejlDetaljer/></PKO_PostStatus>"
    )
    .into_bytes()
}

/// The document with a declaration before its root element, and the entity in the place of the text.
fn with_doctype(document: &str, doctype: Doctype, address: &str) -> String {
    let (declaration, entity) = match doctype {
        Doctype::Internal => (format!("[<!ENTITY tekst \"{TEXT}\">]"), Some("&tekst;")),
        Doctype::External => (format!("[<!ENTITY tekst SYSTEM \"{address}\">]"), Some("&tekst;")),
        Doctype::Parameter => (format!("[<!ENTITY % mere SYSTEM \"{address}\"> %mere;]"), None),
        Doctype::Subset => (format!("SYSTEM \"{address}\""), None),
        Doctype::Expansion => {
            let mut entities = "<!ENTITY a0 \"kravprobe \">".to_owned();
            for level in 1..=4 {
                let inner = format!("&a{};", level - 1).repeat(10);
                let _ = write!(entities, "<!ENTITY a{level} \"{inner}\">");
            }
            (format!("[{entities}]"), Some("&a4;"))
        }
    };
    let document = match entity {
        Some(entity) => document.replace(&format!(">{TEXT}<"), &format!(">{entity}<")),
        None => document.to_owned(),
    };
    document.replacen(
        "<p:ModtagBeskedInput",
        &format!("<!DOCTYPE p:ModtagBeskedInput {declaration}>\n<p:ModtagBeskedInput"),
        1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::read;
    use crate::besked::schema::{self, Kind};
    use crate::saml::xml;
    use crate::trial::push::{CASES, Step};

    fn setting() -> Setting {
        Setting {
            cvr: "11111111".into(),
            other_cvr: vec!["22222222".into()],
            message_type: crate::besked::TEST_TYPE.into(),
            ..Setting::default()
        }
    }

    fn letter(changes: &[Change]) -> Letter {
        let address = "http://127.0.0.1:8099/".parse().unwrap();
        let setting = setting();
        let writer = Writer { setting: &setting, canary: Some(&address) };
        writer.letter("x", changes, "2026-11-21T08:00:00Z".parse().unwrap())
    }

    fn errors(letter: &Letter) -> Vec<String> {
        let text = String::from_utf8(letter.body.clone()).unwrap();
        schema::validate(&xml::parse(&text).unwrap(), &[Kind::ModtagBeskedInput]).unwrap()
    }

    /// Which changes leave a message that the schema allows. Written by hand.
    fn is_valid(change: Change) -> Option<bool> {
        match change {
            Change::NoBeskedId | Change::WrongNamespace => Some(false),
            Change::Malformed | Change::Doctype(_) | Change::Empty => None,
            _ => Some(true),
        }
    }

    #[test]
    fn every_message_is_as_wrong_as_it_is_meant_to_be() {
        assert!(errors(&letter(&[])).is_empty());
        for case in CASES {
            for change in case.changes().filter(|c| !matches!(c, Change::Large(_))) {
                let letter = letter(&[change]);
                match is_valid(change) {
                    Some(valid) => assert_eq!(errors(&letter).is_empty(), valid, "{}: {:?}", case.id, errors(&letter)),
                    None => assert!(xml::parse(&String::from_utf8(letter.body).unwrap()).is_err(), "{}", case.id),
                }
            }
        }
    }

    #[test]
    fn what_is_changed_stands_in_the_message() {
        let read = |changes: &[Change]| read::read(&letter(changes).body).unwrap();
        let permitted = |changes: &[Change]| -> Vec<String> {
            read(changes).permitted().into_iter().map(|id| id.value.to_owned()).collect()
        };
        assert_eq!(permitted(&[]), ["urn:oio:cvr:11111111"]);
        assert_eq!(permitted(&[Change::Permitted(Syntax::CvrNr)]), ["urn:oio:cvr-nr:11111111"]);
        assert_eq!(permitted(&[Change::Permitted(Syntax::Digits)]), ["11111111"]);
        assert_eq!(permitted(&[Change::Permitted(Syntax::Everybody)]), ["*"]);
        let many = permitted(&[Change::ManyPermitted]);
        assert_eq!((many.len(), many[97].as_str()), (98, "urn:oio:cvr:11111111"));
        assert_eq!(many.iter().filter(|m| m.ends_with("11111111")).count(), 1);
        assert_eq!(permitted(&[Change::OtherAuthorityAlone]), ["urn:oio:cvr:22222222"]);
        assert!(read(&[Change::NoBeskedId]).besked_id().is_none());
        assert_ne!(letter(&[]).message.besked_id, letter(&[]).message.besked_id);
    }

    #[test]
    fn a_declaration_names_the_canary_and_its_entity_is_used() {
        for doctype in [Doctype::External, Doctype::Parameter, Doctype::Subset] {
            let letter = letter(&[Change::Doctype(doctype)]);
            let address = format!("http://127.0.0.1:8099{}", letter.canary.unwrap());
            assert!(letter.message.body.unwrap().contains(&format!("SYSTEM \"{address}\"")), "{doctype:?}");
        }
        for (doctype, entity) in
            [(Doctype::Internal, ">&tekst;<"), (Doctype::External, ">&tekst;<"), (Doctype::Expansion, ">&a4;<")]
        {
            assert!(letter(&[Change::Doctype(doctype)]).message.body.unwrap().contains(entity), "{doctype:?}");
        }
    }

    #[test]
    fn a_large_message_is_recorded_without_its_body() {
        let letter = letter(&[Change::Large(KEPT)]);
        assert_eq!(letter.message.body, None);
        assert_eq!(letter.message.sha256, sha256_hex(&letter.body));
        let steps: Vec<_> =
            CASES.iter().flat_map(|c| c.steps).filter(|s| matches!(s, Step::Post([Change::Large(_)]))).collect();
        assert_eq!(steps.len(), 1);
    }
}
