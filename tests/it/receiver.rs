//! The reference vendor as a receiver of pushed messages: the strict one stores what it acknowledges, once, and each fault shows as
//! what it says it is.

use jiff::Timestamp;
use kravprobe::besked::reply;
use kravprobe::besked::schema::{self, Kind};
use kravprobe::besked::write::{Besked, Payload};
use kravprobe::saml::xml;
use kravprobe::vendor::pki::{ExampleKeys, Key};
use kravprobe::vendor::receiver::{Fault, NOT_SERVED, Receiver, SERVED, Setup};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::LazyLock;

static KEYS: LazyLock<ExampleKeys> = LazyLock::new(|| ExampleKeys::shipped().unwrap());
const UNKNOWN_TYPE: &str = "00000000-0000-4000-8000-000000000051";

struct Stage {
    receiver: Receiver,
    beskedfordeler: reqwest::Client,
    nobody: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

/// What a push got.
#[derive(Debug)]
struct Pushed {
    http: u16,
    content_type: String,
    body: String,
}

impl Pushed {
    fn code(&self) -> Option<u16> {
        reply::read(&self.body).and_then(|standard| standard.code())
    }
}

impl Stage {
    fn new(faults: &[Fault]) -> Self {
        let receiver = Receiver::start(Setup::new(KEYS.clone()).with(faults)).unwrap();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .tls_certs_only([reqwest::Certificate::from_der(receiver.web_root()).unwrap()])
                .no_proxy()
        };
        let mut identity = KEYS.get(Key::Organisation).private_key_to_pem_pkcs8().unwrap();
        let certificate = openssl::x509::X509::from_der(&receiver.client().certificate).unwrap();
        identity.extend(certificate.to_pem().unwrap());
        let identity = reqwest::Identity::from_pem(&identity).unwrap();
        Self {
            beskedfordeler: builder().identity(identity).build().unwrap(),
            nobody: builder().build().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            receiver,
        }
    }

    async fn post(&self, client: &reqwest::Client, body: String) -> Pushed {
        let request = client.post(self.receiver.push().clone()).header("Content-Type", "application/xml").body(body);
        let answer = request.send().await.unwrap();
        let content_type = answer.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned());
        Pushed {
            http: answer.status().as_u16(),
            content_type: content_type.unwrap_or_default(),
            body: answer.text().await.unwrap(),
        }
    }

    fn push(&self, body: String) -> Pushed {
        self.runtime.block_on(self.post(&self.beskedfordeler, body))
    }

    fn page(&self, method: &str, path: &str) -> (u16, serde_json::Value) {
        let url = self.receiver.pages().join(path).unwrap();
        self.runtime.block_on(async {
            let answer = self.nobody.request(method.parse().unwrap(), url).send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
        })
    }

    fn count(&self, besked: &Besked, cvr: &str) -> u64 {
        let (_, page) = self.page("GET", &format!("beskeder/{}?cvr={cvr}", besked.id()));
        page.pointer("/antal").unwrap().as_u64().unwrap()
    }
}

fn good() -> Besked {
    let now = Timestamp::now();
    Besked::good(SERVED[0], now).delivered(now)
}

#[test]
fn a_good_message_is_stored_once_for_the_authorities_it_is_for_however_often_it_comes() {
    let stage = Stage::new(&[]);
    let besked = good();
    let text = besked.push_xml();
    for _ in 0..3 {
        let pushed = stage.push(text.clone());
        assert_eq!((pushed.http, pushed.content_type.as_str(), pushed.code()), (200, "application/xml", Some(20)));
        let answer = xml::parse(&pushed.body).unwrap();
        assert_eq!(schema::validate(&answer, &[Kind::ModtagBeskedOutput]), Ok(Vec::new()), "{}", pushed.body);
    }
    assert_eq!(SERVED.map(|cvr| stage.count(&besked, cvr)), [1, 0]);
    assert_eq!(stage.count(&good(), SERVED[0]), 0);
}

#[test]
fn a_second_delivery_of_a_message_is_the_same_message_though_the_beskedfordeler_writes_other_things_into_it() {
    let stage = Stage::new(&[]);
    let besked = good();
    let text = besked.push_xml();
    assert_eq!(stage.push(text.clone()).code(), Some(20));
    let again = text.replace("<k:AntalLeveranceforsoeg>1<", "<k:AntalLeveranceforsoeg>2<");
    assert_ne!(again, text);
    assert_eq!(stage.push(again).code(), Some(20));
    assert_eq!(stage.push(text.replace("kravprobe", "noget andet")).code(), Some(40));
    assert_eq!(stage.count(&besked, SERVED[0]), 1);
}

#[test]
fn every_way_to_write_an_authority_is_understood_and_the_whole_list_is_used() {
    let permitted = [
        vec![format!("urn:oio:cvr:{}", SERVED[1])],
        vec![format!("urn:oio:cvr-nr:{}", SERVED[1])],
        vec![SERVED[1].to_owned()],
        vec![format!("urn:oio:cvr:{NOT_SERVED}"), format!("urn:oio:cvr:{}", SERVED[1])],
    ];
    let stages = [&[][..], &[Fault::OneCvrSyntax], &[Fault::FirstPermittedOnly], &[Fault::ServesEverybody]];
    let expected = [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 0], [1, 1, 1, 1]];
    for (faults, expected) in stages.into_iter().zip(expected) {
        let stage = Stage::new(faults);
        let counts = permitted.clone().map(|permitted| {
            let besked = Besked { permitted, ..good() };
            assert_eq!(stage.push(besked.push_xml()).code(), Some(20));
            (stage.count(&besked, SERVED[1]), stage.count(&besked, SERVED[0]))
        });
        assert_eq!(counts.map(|(second, _)| second), expected, "{faults:?}");
        assert_eq!(counts.map(|(_, first)| first), [u64::from(faults == [Fault::ServesEverybody]); 4], "{faults:?}");
    }
}

#[test]
fn only_the_beskedfordelers_certificate_is_let_in() {
    let (strict, lax) = (Stage::new(&[]), Stage::new(&[Fault::AcceptsStrangers]));
    let besked = good();
    for (stage, status) in [(&strict, 403), (&lax, 200)] {
        let pushed = stage.runtime.block_on(stage.post(&stage.nobody, besked.push_xml()));
        assert_eq!(pushed.http, status);
    }
    assert_eq!([&strict, &lax].map(|stage| stage.count(&besked, SERVED[0])), [0, 1]);
}

#[test]
fn nothing_is_acknowledged_while_the_store_is_stopped() {
    for (faults, code) in [(&[][..], 40), (&[Fault::AcknowledgesUnstored], 20)] {
        let stage = Stage::new(faults);
        assert_eq!(stage.page("POST", "store/stop").0, 204);
        let besked = good();
        assert_eq!(stage.push(besked.push_xml()).code(), Some(code), "{faults:?}");
        assert_eq!(stage.page("POST", "store/start").0, 204);
        assert_eq!(stage.count(&besked, SERVED[0]), 0);
        assert_eq!(stage.push(good().push_xml()).code(), Some(20));
    }
}

#[test]
fn a_message_that_could_not_be_stored_is_stored_when_it_comes_again() {
    for (faults, count) in [(&[][..], 1), (&[Fault::RemembersUnstored], 0)] {
        let stage = Stage::new(faults);
        let besked = good();
        stage.page("POST", "store/stop");
        assert_eq!(stage.push(besked.push_xml()).code(), Some(40), "{faults:?}");
        stage.page("POST", "store/start");
        assert_eq!(stage.push(besked.push_xml()).code(), Some(20), "{faults:?}");
        assert_eq!(stage.count(&besked, SERVED[0]), count, "{faults:?}");
    }
}

#[test]
fn duplicates_at_the_same_time_are_carried_out_once() {
    for (faults, once) in [(&[][..], true), (&[Fault::DuplicateRace], false)] {
        let stage = Stage::new(faults);
        let besked = good();
        let text = besked.push_xml();
        stage.runtime.block_on(async {
            let all = [(); 4].map(|()| stage.post(&stage.beskedfordeler, text.clone()));
            let [one, two, three, four] = all;
            let all = tokio::join!(one, two, three, four);
            for pushed in [all.0, all.1, all.2, all.3] {
                assert_eq!(pushed.code(), Some(20));
            }
        });
        assert_eq!(stage.count(&besked, SERVED[0]) == 1, once, "{faults:?}");
    }
}

#[test]
fn faults_in_what_is_made_of_a_message() {
    let besked = good();
    let xml = besked.push_xml();
    let unknown = Besked { message_type: UNKNOWN_TYPE.to_owned(), ..good() };
    let nameless = Besked { besked_id: None, ..good() };
    let receipt = b"<PKO_PostStatus xmlns=\"http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types\"/>";
    let base64 = |namespace| Besked { payload: Payload::Base64 { namespace, content: receipt.to_vec() }, ..good() };
    let strange = base64("urn:besked:kuvert:1.0").push_xml();
    let dtd = good().push_xml().replace("?>\n", "?>\n<!DOCTYPE x [<!ENTITY e 'y'>]>").replace("kravprobe<", "&e;<");
    let large = Besked { payload: Payload::Text("x".repeat(10 << 20)), ..good() };
    let kuvert = base64("urn:oio:besked:kuvert:1.0").push_xml();
    let permitted = |written: &[&str]| {
        let permitted = written.iter().map(|one| (*one).to_owned()).collect();
        Besked { permitted, ..good() }.push_xml()
    };
    let cases: [(String, Option<u16>, Fault, Option<u16>); 14] = [
        ("<not xml".to_owned(), Some(40), Fault::MalformedAccepted, Some(20)),
        ("<not xml".to_owned(), Some(40), Fault::MalformedWith500, None),
        ("<not xml".to_owned(), Some(40), Fault::MalformedStops, Some(53)),
        (nameless.push_xml(), Some(40), Fault::SchemaNotChecked, Some(20)),
        (kuvert.clone(), Some(20), Fault::OneBase64Namespace, Some(20)),
        (kuvert, Some(20), Fault::OtherBase64Namespace, Some(40)),
        (permitted(&[SERVED[0]]), Some(20), Fault::RefusesOtherSyntax, Some(40)),
        (permitted(&["urn:oio:cvr:11111111", "urn:oio:cvr:99999999"]), Some(20), Fault::RefusesManyPermitted, Some(40)),
        (unknown.push_xml(), Some(20), Fault::UnknownTypeStops, Some(51)),
        (large.push_xml(), Some(40), Fault::LargeMessageStops, Some(53)),
        (strange.clone(), Some(20), Fault::RejectsPayload, Some(40)),
        (strange, Some(20), Fault::OneBase64Namespace, Some(40)),
        (dtd, Some(40), Fault::AcceptsDtd, Some(20)),
        (xml.clone(), Some(20), Fault::IncompleteAnswer, None),
    ];
    let strict = Stage::new(&[]);
    for (text, right, fault, wrong) in cases {
        assert_eq!(strict.push(text.clone()).code(), right, "strict, {fault}");
        assert_eq!(Stage::new(&[fault]).push(text).code(), wrong, "{fault}");
    }
    assert_eq!(strict.count(&unknown, SERVED[0]), 1);
    assert_eq!(strict.page("GET", &format!("beskeder/{}", unknown.id())).1["parkeret"], "ukendt beskedtype");

    let dropping = Stage::new(&[Fault::DropsUnknownType]);
    assert_eq!((dropping.push(unknown.push_xml()).code(), dropping.count(&unknown, SERVED[0])), (Some(20), 0));

    let twice = |fault| {
        let stage = Stage::new(&[fault]);
        let codes = [stage.push(xml.clone()).code(), stage.push(xml.clone()).code()];
        (codes, stage.count(&besked, SERVED[0]))
    };
    assert_eq!(twice(Fault::StoresTwice), ([Some(20), Some(20)], 2));
    assert_eq!(twice(Fault::FailsOnDuplicates), ([Some(20), None], 1));
    let overwriting = Stage::new(&[Fault::OverwritesContent]);
    let other = xml.replace("kravprobe", "noget andet");
    assert_eq!([xml.clone(), other].map(|text| overwriting.push(text).code()), [Some(20), Some(20)]);
}

#[test]
fn faults_in_how_the_endpoint_answers() {
    let pushed = |fault| Stage::new(&[fault]).push(good().push_xml());
    assert_eq!(pushed(Fault::EmptyAnswer).body, "");
    assert_eq!(pushed(Fault::HtmlAnswer).content_type, "text/html");
    assert_eq!(pushed(Fault::PlainTextAnswer).content_type, "text/plain");
    let wrong = pushed(Fault::WrongNamespaceAnswer);
    let answer = xml::parse(&wrong.body).unwrap();
    assert_ne!(schema::validate(&answer, &[Kind::ModtagBeskedOutput]), Ok(Vec::new()), "{}", wrong.body);
}

#[test]
fn the_system_fetches_when_it_is_asked_to_and_with_a_fault_when_a_message_says_so() {
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", canary.local_addr().unwrap());
    let contacted = std::thread::spawn(move || {
        [(); 2].map(|()| {
            let (mut stream, _) = canary.accept().unwrap();
            let mut request = [0; 1000];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 200 -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..length]).lines().next().unwrap().to_owned()
        })
    });
    let dtd = format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"{address}entity\">]>");
    let text = good().push_xml().replace("?>\n", &format!("?>\n{dtd}")).replace("kravprobe<", "&e;<");
    let (strict, lax) = (Stage::new(&[]), Stage::new(&[Fault::FollowsEntities]));
    assert_eq!(strict.page("GET", &format!("fetch?url={address}control")), (200, serde_json::json!({"status": 200})));
    assert_eq!(strict.push(text.clone()).code(), Some(40));
    assert_eq!(lax.push(text).code(), Some(20));
    assert_eq!(contacted.join().unwrap(), ["GET /control HTTP/1.1", "GET /entity HTTP/1.1"]);
}
