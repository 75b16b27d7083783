//! The desk's pages. No script is needed; everything from outside is escaped by the templates.

use super::choice::Choice;
use super::form::Fields;
use super::message::{Judged, Received};
use super::system::System;
use super::words;
use crate::fki::identity_provider::IdentityProvider;
use crate::language::{Language, Text};
use crate::render::harmless;
use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use base64::Engine;
use std::borrow::Borrow;

/// The stylesheet; its digest stands in the content security policy.
const CSS: &str = include_str!("../../../templates/desk.css");
/// The one script: it presses the button, when the person asked for that.
const SCRIPT: &str = "document.getElementById('send').submit()";

macro_rules! pages {
    ($($page:ident),+) => { $(
        impl $page<'_> {
            fn t(&self, text: impl Borrow<Text>) -> &'static str {
                text.borrow().get(self.l)
            }

            const fn other(&self) -> Language {
                match self.l {
                    Language::Da => Language::En,
                    Language::En => Language::Da,
                }
            }
        }
    )+ };
}
pages!(Start, Request, Send, Problem);

/// The front page.
#[derive(Template)]
#[template(path = "desk-start.html")]
pub struct Start<'a> {
    pub l: Language,
    pub css: &'static str,
    pub here: &'a str,
    pub provider: &'a IdentityProvider,
    pub system: &'a System,
    /// Key of the page for a Response that nobody asked for.
    pub token: &'a str,
    pub received: Vec<Line>,
    pub sessions: Vec<SessionLine>,
}

/// A message on the front page.
pub struct Line {
    pub at: String,
    pub what: Text,
    pub key: String,
}

/// A login that was issued, on the front page.
pub struct SessionLine {
    pub at: String,
    pub name_id: String,
    pub key: String,
}

/// A message that was received, with the form for its answer.
#[derive(Template)]
#[template(path = "desk-request.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides one part of the page")]
pub struct Request<'a> {
    pub l: Language,
    pub css: &'static str,
    pub here: &'a str,
    pub title: Text,
    pub key: &'a str,
    pub message: Option<&'a Received>,
    pub wrong_acs: bool,
    pub judged: Vec<Judged>,
    pub answerable: bool,
    pub logs_out: bool,
    pub users: Vec<String>,
    pub user: usize,
    pub forged: String,
    pub choices: Vec<Choice>,
    pub fields: Fields,
    pub levels: [&'static str; 3],
    pub system: &'a System,
    pub acs: usize,
    pub encrypted: bool,
}

impl Request<'_> {
    fn label(&self, choice: &Choice) -> String {
        choice.label(self.l)
    }

    fn has_cases(&self) -> bool {
        self.choices.iter().any(|c| c.check.is_some())
    }
}

/// A Response on its way.
#[derive(Template)]
#[template(path = "desk-send.html")]
pub struct Send<'a> {
    pub l: Language,
    pub css: &'static str,
    pub here: &'a str,
    pub change: String,
    pub acs: &'a str,
    pub name_id: &'a str,
    pub response: String,
    pub relay_state: Option<&'a str>,
    pub xml: &'a str,
    pub back: String,
    pub at_once: bool,
    pub script: &'static str,
}

/// Why something could not be done.
#[derive(Template)]
#[template(path = "desk-problem.html")]
pub struct Problem<'a> {
    pub l: Language,
    pub css: &'static str,
    pub here: &'a str,
    pub text: Text,
    pub detail: String,
}

/// The stylesheet and the script, for the pages that are made elsewhere.
pub const PARTS: (&str, &str) = (CSS, SCRIPT);

/// A page as an answer. A page that hands a message over may lead to the system, and the others only back here; browsers apply
/// `form-action` to the redirects that follow a form as well, so the former names none.
pub fn answer(status: StatusCode, page: &impl Template, leaves: bool) -> Response<Body> {
    let Ok(html) = page.render() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be made");
    };
    let digest = |text: &str| base64::engine::general_purpose::STANDARD.encode(crate::digest::sha256(text.as_bytes()));
    let (script, form) = if leaves {
        (format!("'sha256-{}'", digest(SCRIPT)), "")
    } else {
        ("'none'".to_owned(), "; form-action 'self'")
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src {script}; base-uri 'none'; frame-ancestors 'none'{form}",
        digest(CSS)
    );
    // RelayState goes back octet by octet, so the page that carries it is left as the template made it.
    let html = if leaves { html } else { harmless(&html) };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A line of text as an answer.
pub fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
