//! Profile x target, compiled: every check that must run, every one that does not apply or cannot run, with the reason.

use crate::canonical;
use crate::check::Parameters;
use crate::checks;
use crate::digest::sha256_hex;
use crate::error::Result;
use crate::profile::{Profile, Requirement, Selector, Truth};
use crate::subject::Family;
use crate::subject::certificate::CertificateRole;
use crate::target::declarations::DeclarationSource;
use crate::target::{CertificateEntry, MetadataEntry, Target};
use crate::verdict::Environment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A compiled plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// Version of this file format: 1.
    pub schema: u32,
    /// The profile and its includes, top file first.
    pub profile: Vec<PlannedProfile>,
    /// SHA-256 of the target file, hex.
    pub target_sha256: String,
    /// SHA-256 of the target's files with declarations, hex, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations_sha256: Vec<String>,
    /// The target's environment.
    pub environment: Environment,
    /// What will happen, requirement by requirement.
    pub items: Vec<PlanItem>,
}

/// A profile file the plan was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedProfile {
    /// The profile's id.
    pub id: String,
    /// The profile's version.
    pub version: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// One thing that decides, or would decide, one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanItem {
    /// The requirement.
    pub requirement: String,
    /// The check that decides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The kind of declaration that decides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<String>,
    /// The subject, `family:name`; `certificate:NAME/*` stands for the certificates found in the metadata of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Roles that subjects of a pattern must have; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<CertificateRole>,
    /// The check's parameters, complete.
    #[serde(default, skip_serializing_if = "no_parameters")]
    pub parameters: Parameters,
    /// Whether it runs.
    pub state: State,
    /// Why it does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

fn no_parameters(parameters: &Parameters) -> bool {
    parameters.0.is_empty()
}

/// Whether a planned item runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It runs.
    Run,
    /// The requirement does not apply to this target.
    NotApplicable,
    /// The target lacks what it needs; the result is `not-tested`.
    CannotRun,
}

impl Plan {
    /// Compiles a profile and a target.
    #[must_use]
    pub fn compile(profile: &Profile, target: &Target, target_text: &str) -> Self {
        let mut items = Vec::new();
        for requirement in &profile.requirements {
            compile_requirement(requirement, target, &mut items);
        }
        Self {
            schema: 1,
            profile: profile
                .files()
                .map(|s| PlannedProfile { id: s.id.clone(), version: s.version.clone(), sha256: s.sha256.clone() })
                .collect(),
            target_sha256: sha256_hex(target_text.as_bytes()),
            declarations_sha256: target.declaration_files.iter().map(DeclarationSource::sha256).collect(),
            environment: target.environment,
            items,
        }
    }

    /// The subjects that checks will judge.
    #[must_use]
    pub fn needed(&self) -> BTreeSet<&str> {
        self.items.iter().filter(|item| item.state == State::Run).filter_map(|item| item.subject.as_deref()).collect()
    }

    /// SHA-256 over the plan's canonical JSON, hex.
    pub fn digest(&self) -> Result<String> {
        Ok(sha256_hex(&canonical::bytes(self)?))
    }
}

fn compile_requirement(requirement: &Requirement, target: &Target, items: &mut Vec<PlanItem>) {
    let applies = requirement.applies_when.as_ref().map_or(Truth::True, |p| p.evaluate(target));
    let (state, because) = match (applies, &requirement.applies_when) {
        (Truth::True, _) | (_, None) => (State::Run, None),
        (Truth::False, Some(predicate)) => {
            (State::NotApplicable, Some(format!("applies when {}", predicate.describe())))
        }
        (Truth::Unknown, Some(predicate)) => {
            (State::CannotRun, Some(format!("nobody has declared whether {}", predicate.describe())))
        }
    };
    let item = |check: Option<&str>, declaration: Option<&str>| PlanItem {
        requirement: requirement.id.clone(),
        check: check.map(str::to_owned),
        declaration: declaration.map(str::to_owned),
        subject: None,
        roles: Vec::new(),
        parameters: Parameters::default(),
        state,
        because: because.clone(),
    };
    if let Some(kind) = &requirement.declaration {
        let mut item = item(None, Some(kind));
        if state == State::Run && target.declaration(kind).is_none() {
            item.state = State::CannotRun;
            item.because = Some(match target.expired(kind).and_then(|d| d.until) {
                Some(until) => format!("the declaration has expired: `{kind}` {until}"),
                None => format!("the target has no declaration `{kind}`"),
            });
        }
        items.push(item);
    }
    for binding in &requirement.check {
        let mut bound = item(Some(&binding.id), None);
        bound.parameters = binding.params.clone();
        // A profile that loaded names registered checks only.
        let Some(check) = checks::by_id(&binding.id) else { continue };
        let family = check.meta().family;
        let subjects = match check.subject() {
            Some(trial) if has_what_it_needs(family, target) => vec![(trial, Vec::new())],
            Some(_) => Vec::new(),
            None => subjects(family, &binding.on, target),
        };
        if state != State::Run {
            items.push(bound);
        } else if subjects.is_empty() {
            bound.state = State::CannotRun;
            bound.because = Some(nothing_to_judge(family, &binding.on));
            items.push(bound);
        } else {
            items.extend(subjects.into_iter().map(|(subject, roles)| PlanItem {
                subject: Some(subject),
                roles,
                ..bound.clone()
            }));
        }
    }
}

/// Whether the target has the table that the trials of a family need.
fn has_what_it_needs(family: Family, target: &Target) -> bool {
    if family.is_trial() {
        target.saml.is_some()
    } else if family == Family::Mailbox {
        target.beskedfordeler.as_ref().is_some_and(|b| b.configuration.is_some())
    } else if family.is_distribution() {
        target.beskedfordeler.is_some()
    } else {
        target.usage.as_ref().is_some_and(|u| match family {
            Family::Usage => !u.log.is_empty(),
            Family::EventLog => !u.events.is_empty(),
            // What trials did is in the run itself or in an earlier one.
            _ => !u.events.is_empty() && (target.saml.is_some() || u.earlier_run.is_some()),
        })
    }
}

fn nothing_to_judge(family: Family, on: &Selector) -> String {
    let what = match family {
        Family::Certificate => "certificate or metadata",
        Family::Metadata => "metadata",
        Family::Tls => "tls endpoint",
        Family::AuthnRequest | Family::Login | Family::Logout => "saml login",
        Family::Push | Family::Pull | Family::Token | Family::Send | Family::ValueList => "beskedfordeler set-up",
        Family::Mailbox => "export of mailboxes",
        Family::Message => "message",
        Family::Request => "request",
        Family::Usage => "usage log",
        Family::EventLog | Family::Trace => "event log",
    };
    if *on == Selector::default() {
        format!("the target names no {what}")
    } else {
        format!("the target names no {what} that the profile selects")
    }
}

/// The subjects of a family that a selector matches, in target order.
fn subjects(family: Family, on: &Selector, target: &Target) -> Vec<(String, Vec<CertificateRole>)> {
    let named = |name: &str| on.name.as_ref().is_none_or(|names| names.iter().any(|n| n == name));
    match family {
        Family::Certificate => {
            let own = judged_certificates(target)
                .filter(|c| named(&c.name) && on.role.as_ref().is_none_or(|roles| roles.contains(&c.role)))
                .map(|c| (format!("certificate:{}", c.name), Vec::new()));
            // The certificates inside metadata are known only after it has been read.
            let inside = [CertificateRole::Signing, CertificateRole::Encryption, CertificateRole::MetadataSignature];
            let roles: Vec<_> = match &on.role {
                Some(roles) => inside.into_iter().filter(|r| roles.contains(r)).collect(),
                None => inside.to_vec(),
            };
            let found = judged_metadata(target)
                .filter(|m| !roles.is_empty() && named(&m.name))
                .map(|m| (format!("certificate:{}/*", m.name), roles.clone()));
            own.chain(found).collect()
        }
        Family::Metadata => judged_metadata(target)
            .filter(|m| named(&m.name))
            .map(|m| (format!("metadata:{}", m.name), Vec::new()))
            .collect(),
        Family::Tls => target
            .tls
            .iter()
            .filter(|t| named(&t.name) && on.purpose.as_ref().is_none_or(|p| p.contains(&t.purpose)))
            .map(|t| (format!("tls:{}", t.name), Vec::new()))
            .collect(),
        Family::Message => target
            .beskedfordeler
            .iter()
            .flat_map(|b| {
                let files = b.message.iter().filter(|m| named(&m.name)).map(|m| format!("message:{}", m.name));
                // What the system sends in trials is known only afterwards.
                let sent = b.send.iter().filter(|_| on.name.is_none()).map(|_| "message:sent/*".to_owned());
                files.chain(sent)
            })
            .map(|subject| (subject, Vec::new()))
            .collect(),
        Family::Request => target
            .request
            .iter()
            .filter(|r| named(&r.name))
            .map(|r| (format!("request:{}", r.name), Vec::new()))
            .collect(),
        // A check of these families names its one subject itself.
        Family::AuthnRequest
        | Family::Login
        | Family::Logout
        | Family::Push
        | Family::Pull
        | Family::Token
        | Family::Send
        | Family::ValueList
        | Family::Mailbox
        | Family::Usage
        | Family::EventLog
        | Family::Trace => Vec::new(),
    }
}

/// Certificates that are judged; entries of other systems or environments are neighbours only.
pub fn judged_certificates(target: &Target) -> impl Iterator<Item = &CertificateEntry> {
    target.certificate.iter().filter(|c| c.other_system.is_none() && c.other_environment.is_none())
}

/// Metadata that is judged; entries of other environments are neighbours only.
pub fn judged_metadata(target: &Target) -> impl Iterator<Item = &MetadataEntry> {
    target.metadata.iter().filter(|m| m.other_environment.is_none())
}
