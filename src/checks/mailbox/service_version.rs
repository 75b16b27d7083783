//! See [`ServiceVersion`].

use super::{Findings, Force, View, on_export};
use crate::besked::mailboxes::{Id, Serviceaftale};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Messages of every subscribed type come by BeskedModtag 2.0.
    ///
    /// ## Why
    /// The Beskedfordeler uses the highest version that any agreement on the type allows. A type with agreements on 1.0 alone is still
    /// delivered in the old way, in which TilladtModtager can be `*`.
    ///
    /// ## What to do
    /// Ask the authority for an agreement on BeskedModtag 2.0 with the message type. Agreements on 1.0 beside it do no harm.
    pub ServiceVersion {
        id: "mailbox.service-version",
        family: Mailbox,
        title: da "Hver beskedtype, der abonneres på, har en serviceaftale om BeskedModtag 2.0", en "Every subscribed message type has an agreement on BeskedModtag 2.0",
        rows: ["BFO-CFG-08"],
        basis: Norm,
        method: Inspected,
        sources: [("digitaliseringskataloget.dk, SF1461", "service versions"), ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "6")],
        remediation: da "Få en serviceaftale om BeskedModtag 2.0 med beskedtypen.", en "Get a service agreement on BeskedModtag 2.0 with the message type.",
        parameters: [("version", Text("2.0"), "Lowest version of BeskedModtag")],
    }
}

impl Check<MailboxSubject> for ServiceVersion {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let wanted = parameters.text("version");
        let expected = format!(">= {wanted}");
        let Some(least) = version(wanted) else { return Outcome::error("parameter `version` is no version") };
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let subscriptions = view.subscriptions(&mut findings);
            let agreements = view.agreements(&mut findings);
            if !findings.absent.is_empty() {
                return findings.outcome();
            }
            let mut types: Vec<&Id> = subscriptions.iter().map(|(_, a)| &a.beskedtype).collect();
            types.sort_unstable();
            types.dedup();
            for of in types {
                judge_type(view, of, &agreements, least, &mut findings);
            }
            findings.outcome()
        })
    }
}

fn judge_type(view: &View<'_>, of: &Id, agreements: &[&Serviceaftale], least: (u32, u32), findings: &mut Findings) {
    let (mut highest, mut doubt) = (None, None);
    for agreement in agreements {
        let types = agreement.dataafgraensninger.as_ref().and_then(|limits| limits.beskedtype.as_ref());
        if types.is_some_and(|types| !types.contains(of)) {
            continue;
        }
        let read = agreement.version.as_deref().and_then(version);
        let why = match (view.force(agreement), types, &agreement.version) {
            (Force::Not(_), _, _) => continue,
            (Force::Unclear(why), _, _) => why,
            (_, None, _) => "beskedtype is not stated".to_owned(),
            (_, _, None) => "version is not stated".to_owned(),
            (_, _, Some(_)) if read.is_none() => "version cannot be read".to_owned(),
            _ => {
                highest = highest.max(read);
                continue;
            }
        };
        doubt = Some(format!("{of}: {}: {why}", agreement.title()));
    }
    match (highest, doubt) {
        (Some(version), _) if version >= least => findings.held(format!("{of}: {}.{}", version.0, version.1)),
        (_, Some(why)) => findings.unclear(why),
        (Some(version), None) => {
            findings.broken(Reason::TooSmall, format!("{of}: at most {}.{}", version.0, version.1));
        }
        // `mailbox.subscriptions-covered` says so.
        (None, None) => findings.absent(format!("an agreement in force on {of}")),
    }
}

/// `2.0` or `2`.
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
