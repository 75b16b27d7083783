//! `applies_when`: a small predicate over the target's environment and declarations, with three values.

use crate::subject::tls::TlsPurpose;
use crate::target::Target;
use crate::target::usage::LogEntry;
use crate::usage::event::EventKind;
use crate::verdict::Environment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of a predicate. `Unknown` means that a declaration is missing; it never makes a requirement go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Nobody has said.
    Unknown,
}

impl Truth {
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::True, Self::True) => Self::True,
        }
    }

    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    const fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// How a system receives messages. Push or pull is chosen for each dueslag (SF1461 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Receiving {
    /// BeskedFåTilsendt.
    Push,
    /// BeskedHent.
    Pull,
}

impl Receiving {
    /// Whether the target names this way; unknown when it names none at all, so that a system which receives nothing is not
    /// excused from both.
    fn evaluate(self, target: &Target) -> Truth {
        let (push, pull) = match &target.beskedfordeler {
            Some(table) => (table.push.is_some(), table.pull.is_some()),
            None => (false, false),
        };
        match self {
            _ if !push && !pull => Truth::Unknown,
            Self::Push => Truth::of(push),
            Self::Pull => Truth::of(pull),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
        }
    }
}

/// Something that a target may name besides endpoints and declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// The probe's token service, which the system asks for tokens (`[beskedfordeler.services]`).
    TokenService,
    /// A log of calls (`[[usage.log]]`).
    CallLog,
    /// A captured request (`[[request]]`).
    Request,
}

impl Input {
    fn is_named(self, target: &Target) -> bool {
        let usage = target.usage.as_ref();
        match self {
            Self::TokenService => target.beskedfordeler.as_ref().is_some_and(|b| b.services.is_some()),
            Self::CallLog => usage.is_some_and(|u| !u.log.is_empty()),
            Self::Request => !target.request.is_empty(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::TokenService => "token service",
            Self::CallLog => "log of calls",
            Self::Request => "captured request",
        }
    }
}

/// A predicate; the given fields must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The target's environment is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Vec<Environment>>,
    /// The target names a TLS endpoint with one of these purposes. A profile that demands such an endpoint leaves this out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Vec<TlsPurpose>>,
    /// The target names this way of receiving messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receives: Option<Receiving>,
    /// The target names a log of events that holds one of these kinds. A profile that demands it leaves this out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<EventKind>>,
    /// The target names an input of this kind. A profile that demands it leaves this out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplied: Option<Input>,
    /// A declaration of this kind exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// ... and its value is one of these (for a list value: has one of these).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Vec<String>>,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Self>>,
    /// One of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Self>>,
    /// This does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Self>>,
}

impl Predicate {
    /// Evaluates it over a target.
    #[must_use]
    pub fn evaluate(&self, target: &Target) -> Truth {
        let mut truth = Truth::True;
        if let Some(environments) = &self.environment {
            truth = truth.and(Truth::of(environments.contains(&target.environment)));
        }
        if let Some(purposes) = &self.endpoint {
            truth = truth.and(Truth::of(target.tls.iter().any(|t| purposes.contains(&t.purpose))));
        }
        if let Some(way) = self.receives {
            truth = truth.and(way.evaluate(target));
        }
        if let Some(kinds) = &self.events {
            let mut logs = target.usage.iter().flat_map(|u| &u.events);
            let has = |log: &LogEntry| log.holds.is_empty() || log.holds.iter().any(|kind| kinds.contains(kind));
            truth = truth.and(Truth::of(logs.any(has)));
        }
        if let Some(input) = self.supplied {
            truth = truth.and(Truth::of(input.is_named(target)));
        }
        if let Some(kind) = &self.declared {
            truth = truth.and(match (target.declaration(kind), &self.is) {
                (None, _) => Truth::Unknown,
                (Some(_), None) => Truth::True,
                (Some(declaration), Some(values)) => {
                    Truth::of(declaration.value.strings().iter().any(|v| values.iter().any(|w| w == v)))
                }
            });
        }
        if let Some(parts) = &self.all {
            truth = parts.iter().fold(truth, |t, p| t.and(p.evaluate(target)));
        }
        if let Some(parts) = &self.any {
            let any = parts.iter().fold(Truth::False, |t, p| t.not().and(p.evaluate(target).not()).not());
            truth = truth.and(any);
        }
        if let Some(part) = &self.not {
            truth = truth.and(part.evaluate(target).not());
        }
        truth
    }

    /// Why the predicate can never hold or says nothing, when that is so.
    #[must_use]
    pub fn defect(&self) -> Option<&'static str> {
        if *self == Self::default() {
            return Some("the predicate is empty");
        }
        if self.is.is_some() && self.declared.is_none() {
            return Some("`is` needs `declared`");
        }
        if self.environment.as_ref().is_some_and(Vec::is_empty)
            || self.endpoint.as_ref().is_some_and(Vec::is_empty)
            || self.events.as_ref().is_some_and(Vec::is_empty)
            || self.is.as_ref().is_some_and(Vec::is_empty)
            || self.any.as_ref().is_some_and(Vec::is_empty)
        {
            return Some("an empty list can never hold, so the requirement is unreachable");
        }
        let parts = self.all.iter().flatten().chain(self.any.iter().flatten()).chain(self.not.as_deref());
        parts.into_iter().find_map(Self::defect)
    }

    /// One line for the plan and the report.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut parts = Vec::new();
        if let Some(environments) = &self.environment {
            let names: Vec<_> = environments.iter().map(|e| e.name()).collect();
            parts.push(format!("environment in [{}]", names.join(", ")));
        }
        if let Some(purposes) = &self.endpoint {
            let names: Vec<_> = purposes.iter().map(|p| p.name()).collect();
            parts.push(format!("tls endpoint in [{}]", names.join(", ")));
        }
        if let Some(way) = self.receives {
            parts.push(format!("the system receives by {}", way.name()));
        }
        if let Some(kinds) = &self.events {
            let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
            parts.push(format!("the target names a log of events with one of [{}]", names.join(", ")));
        }
        if let Some(input) = self.supplied {
            parts.push(format!("the target names a {}", input.name()));
        }
        if let Some(kind) = &self.declared {
            parts.push(match &self.is {
                Some(values) => format!("{kind} in [{}]", values.join(", ")),
                None => format!("{kind} declared"),
            });
        }
        let join = |parts: &[Self], word: &str| parts.iter().map(Self::describe).collect::<Vec<_>>().join(word);
        if let Some(all) = &self.all {
            parts.push(format!("({})", join(all, " and ")));
        }
        if let Some(any) = &self.any {
            parts.push(format!("({})", join(any, " or ")));
        }
        if let Some(not) = &self.not {
            parts.push(format!("not ({})", not.describe()));
        }
        parts.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_that_receives_in_no_way_is_excused_from_none() {
        let head = "schema = 1\nenvironment = \"local\"\n[system]\nname = \"x\"\n";
        let push = "[beskedfordeler]\ncvr = \"90000009\"\n[beskedfordeler.push]\nurl = \"https://a.example/m\"\n";
        let truths = |text: &str| {
            let target = Target::parse("target.toml", &format!("{head}{text}")).unwrap();
            [Receiving::Push, Receiving::Pull]
                .map(|way| Predicate { receives: Some(way), ..Predicate::default() }.evaluate(&target))
        };
        assert_eq!(truths(""), [Truth::Unknown; 2]);
        assert_eq!(truths("[beskedfordeler]\ncvr = \"90000009\"\n"), [Truth::Unknown; 2]);
        assert_eq!(truths(push), [Truth::True, Truth::False]);
    }

    #[test]
    fn inputs_are_named_or_not() {
        use Truth::{False, True};
        let head = "schema = 1\nenvironment = \"local\"\n[system]\nname = \"x\"\n";
        let log = "name = \"a\"\nfiles = [\"a.csv\"]\nmapping = \"kravprobe\"\nkept_by = \"supplier\"\n";
        let truths = |text: &str| {
            let target = Target::parse("target.toml", &format!("{head}{text}")).unwrap();
            let [token, calls, request] = [Input::TokenService, Input::CallLog, Input::Request]
                .map(|input| Predicate { supplied: Some(input), ..Predicate::default() }.evaluate(&target));
            let events = Some(vec![EventKind::Login, EventKind::Logout]);
            [token, calls, Predicate { events, ..Predicate::default() }.evaluate(&target), request]
        };
        assert_eq!(truths(""), [False; 4]);
        assert_eq!(truths(&format!("[[usage.log]]\n{log}")), [False, True, False, False]);
        assert_eq!(truths(&format!("[[usage.events]]\n{log}")), [False, False, True, False]);
        assert_eq!(truths(&format!("[[usage.events]]\n{log}holds = [\"logout\"]\n")), [False, False, True, False]);
        assert_eq!(truths(&format!("[[usage.events]]\n{log}holds = [\"sent\"]\n")), [False; 4]);
        let request = "[[request]]\nname = \"r\"\nfile = \"r.xml\"\nservice = \"sagsindeks\"\n";
        assert_eq!(truths(request), [False, False, False, True]);
    }
}
