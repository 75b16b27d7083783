//! Maintenance of a value list (VærdilisteRediger): created once, changed afterwards. The client certificate says who calls; there
//! is no token.

use super::fault::Fault;
use super::tokens::{RECEIVE, text};
use super::{ClientError, System};
use crate::besked::write::new_uuid;
use crate::besked::{SAGDOK, reply};
use crate::saml::ns;
use crate::saml::xml;
use jiff::Timestamp;
use std::fmt::Write;

const LIST: &str = "urn:oio:sts:beskedfordeler:vaerdiliste:1.0.0";
const ACTION: &str = "http://kombit.dk/sts/beskedfordeler/vaerdiliste/";
/// Name of the list.
const NAME: &str = "Borgere med sager i Eksempel Fagsystem";

/// Changes the list: somebody new has a case, and somebody else has none any more.
pub(super) async fn maintain(system: &System) -> Result<(), ClientError> {
    let known = system.store.list(NAME)?;
    let recreated = system.faults.has(Fault::ValueListRecreated);
    let new = new_value(system);
    let uuid = match known {
        Some((uuid, last)) if !recreated => {
            call(system, "TilfoejVaerdier", &changed("TilfoejVaerdierInput", &uuid, &new)).await?;
            call(system, "FjernVaerdier", &changed("FjernVaerdierInput", &uuid, &last)).await?;
            uuid
        }
        Some((uuid, _)) => {
            let input =
                format!("<v:SletInput><s:UUIDIdentifikator>{}</s:UUIDIdentifikator></v:SletInput>", text(&uuid));
            call(system, "Slet", &input).await?;
            create(system, &new).await?
        }
        None => create(system, &new).await?,
    };
    Ok(system.store.remember_list(NAME, Some((&uuid, &new)))?)
}

/// Somebody, written as messages write people. The value is nobody's CPR number.
fn new_value(system: &System) -> String {
    let prefix = if system.faults.has(Fault::ValueListOtherPrefix) { "urn:oio:cpr" } else { "urn:oio:cpr-nr" };
    let number = system.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{prefix}:000000{number:04}")
}

fn changed(element: &str, uuid: &str, value: &str) -> String {
    format!(
        "<v:{element}><s:UUIDIdentifikator>{}</s:UUIDIdentifikator><v:Vaerdier>{}</v:Vaerdier></v:{element}>",
        text(uuid),
        text(value)
    )
}

async fn create(system: &System, value: &str) -> Result<String, ClientError> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let input = format!(
        "<v:OpretInput><v:AttributListe><v:Egenskab><v:Vaerdiliste><v:Navn>{}</v:Navn><v:Vaerdi>{}</v:Vaerdi></v:Vaerdiliste>\
         <s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>{now}</s:TidsstempelDatoTid></s:FraTidspunkt><s:TilTidspunkt>\
         <s:GraenseIndikator>true</s:GraenseIndikator></s:TilTidspunkt></s:Virkning></v:Egenskab></v:AttributListe>\
         <v:TilstandListe/><v:RelationListe/></v:OpretInput>",
        text(NAME),
        text(value),
    );
    let answer = call(system, "Opret", &input).await?;
    let document = xml::parse(&answer).map_err(|_| ClientError::Answer("the answer about value lists is no XML"))?;
    let named = document.get_elements_by_tag_name_ns(SAGDOK, "UUIDIdentifikator").into_iter().next();
    Ok(named.map_or_else(new_uuid, |node| document.text_content_deep(node)))
}

/// Calls an operation and demands the code 20.
async fn call(system: &System, operation: &str, input: &str) -> Result<String, ClientError> {
    let url = &system.counterpart()?.value_lists;
    let mut header = String::new();
    if system.faults.has(Fault::ValueListWithToken) {
        let token = system.token(RECEIVE).await?;
        let _ = write!(
            header,
            "<wsse:Security xmlns:wsse=\"{}\">{}</wsse:Security>",
            ns::WSSE,
            without_declaration(&token.text)
        );
    }
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:v=\"{LIST}\" xmlns:s=\"{SAGDOK}\"><soap:Header>{header}</soap:Header><soap:Body>{input}</soap:Body></soap:Envelope>"
    );
    let answer = system.soap(url, &format!("{ACTION}{operation}"), body).await?;
    match reply::read(&answer).and_then(|standard| standard.code()) {
        Some(20) => Ok(answer),
        _ => Err(ClientError::Answer("the value-list service did not answer 20")),
    }
}

fn without_declaration(text: &str) -> &str {
    text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest.trim_start())
}
