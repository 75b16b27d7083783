//! See [`InvocationContext`].

use super::{REMOVED, on_request, short};
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::read::Request;
use crate::subject::RequestSubject;

check! {
    /// The contexts of a call over the Serviceplatform have the form of their schemas.
    ///
    /// ## Why
    /// An InvocationContext names agreement, system, user and service by four UUIDs in lower case; an AuthorityContext
    /// names the municipality by eight digits. What does not fit is refused, or counted to nobody. A call with a token
    /// alone has no InvocationContext, and nothing is asked of it.
    ///
    /// ## What to do
    /// Write `ServiceAgreementUUID`, `UserSystemUUID`, `UserUUID` and `ServiceUUID` in lower case, and the CVR number as
    /// eight digits.
    pub InvocationContext {
        id: "request.invocation-context",
        family: Request,
        title: da "InvocationContext og AuthorityContext har den form, skemaerne kræver", en "InvocationContext and AuthorityContext have the form of their schemas",
        rows: ["TOK-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("InvocationContext_1.xsd (Serviceplatformen)", "InvocationContextType, UUIDtype"),
            ("AuthorityContext_1.xsd (Serviceplatformen)", "CVRNumber"),
            ("CallContext_1.xsd (Serviceplatformen)", "CallContextType"),
        ],
        remediation: da "Skriv de fire UUID'er med små bogstaver og CVR-nummeret med otte cifre.",
                     en "Write the four UUIDs in lower case, and the CVR number as eight digits.",
        parameters: [],
    }
}

impl Check<RequestSubject> for InvocationContext {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "four UUIDs in lower case, eight digits in MunicipalityCVR";
        on_request(subject, |request| {
            let found = parts(request);
            if found.is_empty() {
                let why = "no InvocationContext, AuthorityContext or CallContext";
                return if request.in_envelope {
                    Outcome::not_applicable(EXPECTED, why)
                } else {
                    Outcome::not_tested(Reason::NotSupplied, EXPECTED, "the file is a body without its envelope")
                };
            }
            let (mut wrong, mut removed) = (Vec::new(), Vec::new());
            for (name, element, form) in &found {
                let Some(element) = element else {
                    wrong.push((Reason::Missing, format!("no {name}")));
                    continue;
                };
                if element.text.contains(REMOVED) {
                    removed.push(format!("{name} at {}", element.place));
                } else if !form.fits(&element.text) {
                    wrong.push((Reason::Malformed, format!("{name} `{}` at {}", short(&element.text), element.place)));
                }
            }
            let list = |found: Vec<String>| found.into_iter().take(4).collect::<Vec<_>>().join("; ");
            match wrong.first() {
                Some((reason, _)) => {
                    let reason = *reason;
                    Outcome::fail(reason, EXPECTED, list(wrong.into_iter().map(|(_, what)| what).collect()))
                }
                None if !removed.is_empty() => Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, list(removed)),
                None => Outcome::pass(EXPECTED, format!("{} values", found.len())),
            }
        })
    }
}

#[derive(Clone, Copy)]
enum Form {
    Uuid,
    Cvr,
    /// At most 255 characters.
    Text,
}

impl Form {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Uuid => {
                let groups: Vec<&str> = text.split('-').collect();
                let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(|g| g.bytes().all(lower))
            }
            Self::Cvr => text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()),
            Self::Text => text.chars().count() <= 255,
        }
    }
}

/// Name of a context, what it must have, and whether it has the optional parts.
type Context = (&'static str, &'static [(&'static str, Form)], bool);

/// Every value that the schemas say something about; none where an obligatory one is missing.
fn parts(request: &Request) -> Vec<(&'static str, Option<&Element>, Form)> {
    const CONTEXTS: [Context; 3] = [
        (
            "InvocationContext",
            &[
                ("ServiceAgreementUUID", Form::Uuid),
                ("UserSystemUUID", Form::Uuid),
                ("UserUUID", Form::Uuid),
                ("ServiceUUID", Form::Uuid),
            ],
            true,
        ),
        ("AuthorityContext", &[("MunicipalityCVR", Form::Cvr)], false),
        ("CallContext", &[], true),
    ];
    const OPTIONAL: [&str; 3] = ["OnBehalfOfUser", "CallersServiceCallIdentifier", "AccountingInfo"];
    let mut found = Vec::new();
    for (name, obligatory, has_optional) in CONTEXTS {
        for context in request.beside_data(name) {
            found.extend(obligatory.iter().map(|(part, form)| (*part, context.child(part), *form)));
            if has_optional {
                found.extend(OPTIONAL.iter().filter_map(|p| Some((*p, Some(context.child(p)?), Form::Text))));
            }
        }
    }
    found
}
