//! See [`TokenReuse`].

use super::{Findings, Line, View, distinct, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, EventOutcome, Field};
use jiff::SignedDuration;
use std::collections::BTreeMap;

check! {
    /// A token is requested once for each authority and service, and used until it expires.
    ///
    /// ## Why
    /// A SAML token lives 8 hours and an access token 1 hour, and must be reused until it expires: the token service is shared by all
    /// municipalities. Counted in lines `token-requested` by municipality and service (and by user, where the line names one), in each log by
    /// itself; requests that failed do not count. Instances that each keep their own tokens, and restarts, are what the further requests of
    /// the profile are for.
    ///
    /// ## What to do
    /// Keep tokens in a cache whose key is authority (CVR), service (AppliesTo) and certificate, until shortly before they expire.
    pub TokenReuse {
        id: "event-log.token-reuse",
        family: EventLog,
        title: da "Loggen viser, at et token genbruges, indtil det udløber", en "The log shows that a token is reused until it expires",
        rows: ["TOK-01"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1601 Programmer's Guide", "tokens: \"you must reuse them until they expire\""), ("kravprobe default; the contract sets it", "further")],
        remediation: da "Gem tokenet pr. myndighed, service og certifikat, og brug det, til det snart udløber.", en "Keep the token by authority, service and certificate, and use it until it is about to expire.",
        parameters: [
            ("minutes", Integer(480), "Lifetime of a token, minutes"),
            ("short_minutes", Integer(60), "Lifetime of a token of the services that `short_services` names, minutes"),
            ("short_services", List(&["AccessTokenService"]), "Services whose tokens live shorter, by a part of their name"),
            ("further", Integer(1), "Further requests in the lifetime of a token that are let pass, such as a restart's; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for TokenReuse {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let (minutes, short) = (parameters.integer("minutes").max(1), parameters.integer("short_minutes").max(1));
        let services = parameters.list("short_services");
        let further = usize::try_from(parameters.integer("further")).unwrap_or(0);
        let expected = threshold(&format!("{} in {minutes} min", further.saturating_add(1)));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let mut lines = view.lines(&[EventKind::TokenRequested], &mut findings);
            lines.retain(|line| line.outcome != Some(EventOutcome::Failure));
            let lines = View::with_field(lines, Field::Municipality, &mut findings);
            let lines = View::with_field(lines, Field::Service, &mut findings);
            View::whole(&lines, &mut findings);
            let lines = distinct(&lines);
            let mut groups: BTreeMap<_, Vec<Line<'_>>> = BTreeMap::new();
            let mut nameless = 0;
            for line in &lines {
                match (&line.event.municipality, &line.event.service) {
                    (Some(municipality), Some(service)) => {
                        let user = (&line.event.account, &line.event.name_id);
                        groups.entry((line.log(), municipality, service, user)).or_default().push(*line);
                    }
                    _ => nameless += 1,
                }
            }
            let (mut needless, mut unknown) = (Vec::new(), 0);
            for ((_, _, service, _), mut requests) in groups {
                requests.sort_by_key(|line| line.time);
                let is_short = services.iter().any(|part| !part.is_empty() && service.contains(part.as_str()));
                let lifetime = SignedDuration::from_mins(if is_short { short } else { minutes });
                let in_lifetime = |pair: &(&Line<'_>, &Line<'_>)| pair.1.time.duration_since(pair.0.time) < lifetime;
                // The request that is one too many since the first of its window.
                let pairs = requests.iter().zip(requests.iter().skip(further.saturating_add(1)));
                for (before, line) in pairs.filter(in_lifetime) {
                    // A request that was not answered is rightly made again.
                    match before.outcome {
                        Some(EventOutcome::Success) => needless.push(*line),
                        _ => unknown += 1,
                    }
                }
            }
            if !needless.is_empty() {
                let what = format!("{} of {} token requests while a token was in force", needless.len(), lines.len());
                findings.broken(Reason::TooLarge, format!("{what}; {}", view.places(&needless)));
            }
            if unknown > 0 {
                findings.unclear(format!("{unknown} token requests soon after one whose outcome is not logged"));
            }
            if nameless > 0 {
                findings.unclear(format!("{nameless} token requests without a municipality or service"));
            }
            if !lines.is_empty() {
                findings.held(format!("{} token requests", lines.len()));
            }
            findings
        })
    }
}
