//! What visitors see.

use super::store::Session;
use super::{CANARY_ATTRIBUTE, Refusal};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use quick_xml::escape::escape;
use serde_json::{Value, json};

pub(super) const NOBODY: &str = "<p>Du er ikke logget ind.</p><p><a href=\"/login\">Log ind</a></p>";

/// An answer before it is sent.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Answer {
    pub(super) fn page(status: StatusCode, title: &str, content: &str) -> Self {
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"da\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
             <body>\n<h1>{title}</h1>\n{content}\n</body>\n</html>\n",
            title = escape(title),
        );
        Self { status, headers: vec![(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned())], body }
    }

    pub(super) fn json(status: StatusCode, value: &Value) -> Self {
        let headers = vec![(header::CONTENT_TYPE, "application/json".to_owned())];
        Self { status, headers, body: value.to_string() }
    }

    pub(super) fn metadata(text: &str) -> Self {
        let headers = vec![(header::CONTENT_TYPE, "application/samlmetadata+xml".to_owned())];
        Self { status: StatusCode::OK, headers, body: text.to_owned() }
    }

    pub(super) fn redirect(address: &str) -> Self {
        let headers = vec![(header::LOCATION, address.to_owned())];
        Self { status: StatusCode::SEE_OTHER, headers, body: String::new() }
    }

    pub(super) fn cookie(mut self, cookie: String) -> Self {
        self.headers.push((header::SET_COOKIE, cookie));
        self
    }

    /// `always_200` is a fault: errors look like successes.
    pub(super) fn into_response(self, always_200: bool) -> Response {
        let error = self.status.is_client_error() || self.status.is_server_error();
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = if error && always_200 { StatusCode::OK } else { self.status };
        let headers = response.headers_mut();
        let fixed = [
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
        for (name, value) in self.headers {
            // A value that cannot stand in a header is left out; none of the system's own is such a value.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        response
    }
}

impl Refusal {
    /// An error page that says why and what to do.
    pub(super) fn page(&self) -> Answer {
        let content = format!(
            "<p>Det kunne ikke lade sig gøre: {}.</p>\n<p lang=\"en\">It could not be done: {}.</p>\n\
             <p><a href=\"/login\">Prøv at logge ind igen</a></p>",
            escape(self.why.da),
            escape(self.why.en),
        );
        Answer::page(self.status, "Adgang afvist", &content)
    }
}

fn greeting(session: &Session) -> String {
    format!(
        "<p>Logget ind som {} (bruger nr. {}).</p>\n<form method=\"post\" action=\"/logout\"><button>Log ud</button></form>",
        escape(session.identity.common_name.as_str()),
        session.user,
    )
}

pub(super) fn home(session: Option<&Session>) -> String {
    let who = session.map_or_else(|| "<p><a href=\"/login\">Log ind</a></p>".to_owned(), greeting);
    format!("<p>Et eksempel på et fagsystem. Alt er opdigtet.</p>\n{who}\n<p><a href=\"/sager\">Sager</a></p>")
}

pub(super) fn cases(session: &Session) -> String {
    format!("{}\n<p>Der er ingen sager.</p>\n<p><a href=\"/mig\">Min profil</a></p>", greeting(session))
}

pub(super) fn no_role(session: &Session, role: &str) -> String {
    format!(
        "{}\n<p>Du er logget ind, men har ikke rollen <code>{}</code> for CVR-nummer {}. Kontakt din brugeradministrator.</p>",
        greeting(session),
        escape(role),
        escape(session.identity.cvr.as_str()),
    )
}

/// What the identity pages show, by name.
fn shown(session: &Session) -> [(&'static str, &'static str, Option<String>); 9] {
    let identity = &session.identity;
    [
        ("Navn", "commonName", Some(identity.common_name.clone())),
        ("E-mail", "email", identity.email.clone()),
        ("Serial", "serial", Some(identity.serial.clone())),
        ("NameID", "nameId", Some(identity.name_id.value.clone())),
        ("NameID-format", "nameIdFormat", identity.name_id.format.clone()),
        ("CVR-nummer", "cvr", Some(identity.cvr.clone())),
        ("Organisation", "organisation", identity.organisation.clone()),
        ("Sikringsniveau", "level", identity.level.map(|level| level.name().to_owned())),
        (CANARY_ATTRIBUTE, "canary", identity.canary.clone()),
    ]
}

pub(super) fn me(session: &Session) -> String {
    let rows = shown(session).map(|(label, _, value)| {
        format!("<dt>{}</dt><dd>{}</dd>\n", escape(label), escape(value.unwrap_or_default().as_str()))
    });
    format!("{}\n<dl>\n{}</dl>", greeting(session), rows.concat())
}

pub(super) fn me_as_json(session: &Session) -> Value {
    let mut object = serde_json::Map::new();
    for (_, name, value) in shown(session) {
        object.insert(name.to_owned(), value.map_or(Value::Null, Value::String));
    }
    object.insert("user".to_owned(), json!(session.user));
    Value::Object(object)
}
