//! Single logout (SF1515), begun here or at the identity provider, by HTTP-Redirect.

use super::fault::Fault;
use super::pages::Answer;
use super::{Refusal, System, cookie, outgoing};
use crate::saml::protocol::{Header, LogoutRequest, read_logout_request, read_logout_response};
use crate::saml::redirect::{self, Parameter, RedirectMessage, RedirectProblem};
use axum::http::{HeaderMap, StatusCode};

const DONE: &str = "<p>Du er logget ud.</p><p><a href=\"/\">Til forsiden</a></p>";
const PARTLY: &str = "<p>Du er logget ud her, men måske ikke af andre systemer. Luk browseren for at være sikker.</p>";

impl System {
    /// The user logs out here. The session ends before anybody else is told.
    pub(super) fn log_out(&self, headers: &HeaderMap) -> Result<Answer, Refusal> {
        let Some(session) = self.session(headers) else {
            return Ok(Answer::page(StatusCode::OK, "Ikke logget ind", "<p>Du er ikke logget ind.</p>"));
        };
        let cookies = self.end_in_browser(headers);
        if let (Some(log), true) = (&self.event_log, cookies.is_some()) {
            log.logged_out(self.now(), &session);
        }
        let with_cookies = |answer| cookies.iter().cloned().fold(answer, Answer::cookie);
        let provider = self.provider.slo.as_ref().filter(|_| !self.faults.has(Fault::NoLogoutRequest));
        let Some(provider) = provider else {
            return Ok(with_cookies(Answer::page(StatusCode::OK, "Logget ud", DONE)));
        };
        let id = outgoing::random_id()?;
        let identity = &session.identity;
        let address =
            self.logout_request(&id, &provider.location, &identity.name_id, identity.session_index.as_deref())?;
        self.store().logout_sent(&id, self.now())?;
        Ok(with_cookies(Answer::redirect(&address)))
    }

    /// Ends the session of this browser, in the server and in the cookie.
    fn end_in_browser(&self, headers: &HeaderMap) -> Option<String> {
        if self.faults.has(Fault::LogoutKeepsSession) {
            return None;
        }
        if let Some(value) = cookie(headers, self.session_cookie())
            && !self.faults.has(Fault::LogoutCookieOnly)
        {
            self.store().end(&value, &self.faults);
        }
        Some(self.no_cookie())
    }

    /// What makes the browser forget its session cookie.
    fn no_cookie(&self) -> String {
        let protection = if self.faults.has(Fault::InsecureCookie) { "" } else { "; Secure; HttpOnly" };
        format!("{}=; Path=/{protection}; SameSite=Lax; Max-Age=0", self.session_cookie())
    }

    /// A LogoutRequest or LogoutResponse arrives.
    pub(super) fn single_logout(&self, headers: &HeaderMap, query: &str) -> Result<Answer, Refusal> {
        let message = redirect::decode(query)
            .map_err(|_| Refusal::bad("forespørgslen er ikke en SAML-besked", "the query is no SAML message"))?;
        self.check_signed(&message)?;
        match message.parameter {
            Parameter::Request => self.obey(headers, &message),
            Parameter::Response => self.conclude(&message),
        }
    }

    /// That the identity provider signed the exact octets of the query.
    fn check_signed(&self, message: &RedirectMessage) -> Result<(), Refusal> {
        let request = message.parameter == Parameter::Request;
        match message.verify(&self.provider.certificates) {
            Ok(_) => Ok(()),
            Err(RedirectProblem::Unsigned) if request && self.faults.has(Fault::IdpLogoutUnsignedAccepted) => Ok(()),
            Err(RedirectProblem::Untrusted) if request && self.faults.has(Fault::IdpLogoutAnyKeyAccepted) => Ok(()),
            Err(_) => Err(Refusal::forbidden(
                "beskeden er ikke signeret af identitetsudbyderen",
                "the message is not signed by the identity provider",
            )),
        }
    }

    fn check_header(&self, header: &Header) -> Result<(), Refusal> {
        let issuer = header.issuer.as_ref().map(|issuer| issuer.value.as_str());
        let for_us = header.version.as_deref() == Some("2.0")
            && issuer == Some(&self.provider.entity_id)
            && header.destination.as_deref() == Some(&self.slo);
        if !for_us {
            return Err(Refusal::forbidden(
                "beskeden er ikke fra identitetsudbyderen til dette system",
                "the message is not from the identity provider to this system",
            ));
        }
        self.check_fresh(header.issue_instant.as_deref())
    }

    /// Ends the sessions that a LogoutRequest names, whosever browser brought it, and no other.
    fn obey(&self, headers: &HeaderMap, message: &RedirectMessage) -> Result<Answer, Refusal> {
        let request = read_logout_request(&message.xml)
            .map_err(|_| Refusal::bad("beskeden er ikke en LogoutRequest", "the message is no LogoutRequest"))?;
        self.check_header(&request.header)?;
        if let Some(end) = &request.not_on_or_after {
            // A request that may no longer be obeyed is as stale as one without an instant.
            let over = end.parse::<jiff::Timestamp>().map_or(true, |end| end <= self.now());
            if over {
                self.check_fresh(None)?;
            }
        }
        if !self.store().logout_obeyed(&request.header.id, self.now())? {
            return Err(Refusal::forbidden("beskeden er brugt før", "the message was used before"));
        }
        let own = cookie(headers, self.session_cookie());
        let mut ended = self.sessions_of(&request);
        if self.faults.has(Fault::IdpLogoutEndsAnySession) {
            ended.extend(own.clone());
        }
        if self.faults.has(Fault::IdpLogoutIgnored) {
            ended.clear();
        }
        let here = own.is_some_and(|own| ended.contains(&own));
        if let Some(log) = &self.event_log {
            let sessions: Vec<_> = ended.iter().filter_map(|cookie| self.store().session(cookie, self.now())).collect();
            for session in sessions {
                log.logged_out_by_provider(self.now(), &session);
            }
        }
        if !self.faults.has(Fault::LogoutCookieOnly) {
            let mut store = self.store();
            for cookie in &ended {
                store.end(cookie, &self.faults);
            }
        }
        let answer = match &self.provider.slo {
            Some(slo) if !self.faults.has(Fault::IdpLogoutUnanswered) => {
                let location =
                    if self.faults.has(Fault::LogoutResponseToLocation) { &slo.location } else { slo.for_responses() };
                let id = &request.header.id;
                Answer::redirect(&self.logout_response(location, id, message.relay_state.as_deref())?)
            }
            _ => Answer::page(StatusCode::OK, "Logget ud", DONE),
        };
        Ok(if here { answer.cookie(self.no_cookie()) } else { answer })
    }

    /// Sessions of the NameID and, when there are any, the SessionIndexes.
    fn sessions_of(&self, request: &LogoutRequest) -> Vec<String> {
        let Some(name_id) = &request.name_id else { return Vec::new() };
        let indexes = &request.session_indexes;
        self.store().sessions_of(|identity| {
            let same = identity.name_id.value == name_id.value && identity.name_id.format == name_id.format;
            let index = identity.session_index.as_ref();
            same && (indexes.is_empty() || index.is_some_and(|index| indexes.contains(index)))
        })
    }

    /// The identity provider answers the LogoutRequest of this system.
    fn conclude(&self, message: &RedirectMessage) -> Result<Answer, Refusal> {
        let response = read_logout_response(&message.xml)
            .map_err(|_| Refusal::bad("beskeden er ikke en LogoutResponse", "the message is no LogoutResponse"))?;
        self.check_header(&response.header)?;
        let asked = response.in_response_to.as_deref().is_some_and(|id| self.store().logout_answered(id, self.now()));
        if !asked {
            return Err(Refusal::forbidden("ingen har bedt om logout", "nobody asked for a logout"));
        }
        let (title, text) =
            if response.is_success() { ("Logget ud", DONE) } else { ("Logout er ufuldstændigt", PARTLY) };
        Ok(Answer::page(StatusCode::OK, title, text))
    }
}
