//! The form in which a person describes the user: read with bounds, and filled with a test user of the target.

use crate::fki::login::Person;
use crate::language::Text;
use crate::target::is_cvr;
use crate::target::saml::{LevelOfAssurance, Role, User};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most characters of one field, and most lines of a field with lines.
const FIELD: usize = 4000;
const LINES: usize = 100;

/// The fields as text, as the form shows them and sends them.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Common name.
    pub common_name: String,
    /// UUID.
    pub serial: String,
    /// CVR number.
    pub cvr: String,
    /// Organisation.
    pub organisation: String,
    /// E-mail address, or nothing.
    pub email: String,
    /// Whole NameID, or nothing.
    pub name_id: String,
    /// `Low`, `Substantial` or `High`.
    pub level: String,
    /// One role a line: `URI`, then perhaps `| cvr=12345678` and `| type=value, value`.
    pub roles: String,
    /// One attribute a line: `name=value`.
    pub attributes: String,
}

/// Why a form cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormProblem {
    /// Which field.
    pub field: &'static str,
    /// What is wrong.
    pub text: Text,
}

const fn problem(field: &'static str, da: &'static str, en: &'static str) -> FormProblem {
    FormProblem { field, text: Text { da, en } }
}

impl Fields {
    /// A test user.
    #[must_use]
    pub fn of(user: &User, minimum: Option<LevelOfAssurance>) -> Self {
        let level = user.level.or(minimum).unwrap_or(LevelOfAssurance::Substantial);
        let mut roles = String::new();
        for role in &user.role {
            // Writing to a String cannot fail.
            let _ = write!(roles, "{}", role.uri);
            if let Some(cvr) = &role.cvr {
                let _ = write!(roles, " | cvr={cvr}");
            }
            for (kind, values) in &role.constraint {
                let _ = write!(roles, " | {kind}={}", values.join(", "));
            }
            roles.push('\n');
        }
        let mut attributes = String::new();
        for (name, value) in &user.attribute {
            let _ = writeln!(attributes, "{name}={value}");
        }
        Self {
            common_name: user.common_name.clone(),
            serial: user.serial.clone(),
            cvr: user.cvr.clone(),
            organisation: user.organisation.clone(),
            email: user.email.clone().unwrap_or_default(),
            name_id: user.name_id.clone().unwrap_or_default(),
            level: level.name().to_owned(),
            roles,
            attributes,
        }
    }

    /// The fields of a posted form; a field that was not sent is empty.
    #[must_use]
    pub fn posted(form: &[(String, String)]) -> Self {
        let field = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
        Self {
            common_name: field("common_name"),
            serial: field("serial"),
            cvr: field("cvr"),
            organisation: field("organisation"),
            email: field("email"),
            name_id: field("name_id"),
            level: field("level"),
            roles: field("roles"),
            attributes: field("attributes"),
        }
    }

    /// The person that the fields describe.
    pub fn person(&self) -> Result<Person, FormProblem> {
        let required = |field: &'static str, value: &str| {
            one_line(field, value)?.ok_or(problem(field, "skal udfyldes", "must be filled in"))
        };
        let cvr = required("cvr", &self.cvr)?;
        if !is_cvr(&cvr) {
            return Err(problem("cvr", "et CVR-nummer har otte cifre", "a CVR number has eight digits"));
        }
        Ok(Person {
            common_name: required("common_name", &self.common_name)?,
            serial: required("serial", &self.serial)?,
            cvr,
            organisation: required("organisation", &self.organisation)?,
            email: one_line("email", &self.email)?,
            level: level(&self.level).ok_or(problem("level", "ukendt niveau", "unknown level"))?,
            name_id: one_line("name_id", &self.name_id)?,
            roles: lines("roles", &self.roles)?.into_iter().map(role).collect::<Result<_, _>>()?,
            attributes: lines("attributes", &self.attributes)?
                .into_iter()
                .map(attribute)
                .collect::<Result<BTreeMap<_, _>, _>>()?,
        })
    }
}

/// The level of this name.
#[must_use]
pub fn level(name: &str) -> Option<LevelOfAssurance> {
    [LevelOfAssurance::Low, LevelOfAssurance::Substantial, LevelOfAssurance::High]
        .into_iter()
        .find(|l| l.name() == name)
}

/// `None` when the field is empty.
fn one_line(field: &'static str, value: &str) -> Result<Option<String>, FormProblem> {
    let value = value.trim();
    if value.chars().count() > FIELD {
        return Err(problem(field, "er for langt", "is too long"));
    }
    // XML 1.0 knows none of them, and one more line would be another value.
    if value.chars().any(char::is_control) {
        return Err(problem(field, "indeholder et styretegn", "holds a control character"));
    }
    Ok((!value.is_empty()).then(|| value.to_owned()))
}

fn lines<'t>(field: &'static str, text: &'t str) -> Result<Vec<&'t str>, FormProblem> {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > LINES {
        return Err(problem(field, "har for mange linjer", "has too many lines"));
    }
    for line in &lines {
        one_line(field, line)?;
    }
    Ok(lines)
}

fn role(line: &str) -> Result<Role, FormProblem> {
    let mut parts = line.split('|').map(str::trim);
    let mut role = Role { uri: parts.next().unwrap_or_default().to_owned(), cvr: None, constraint: BTreeMap::new() };
    for part in parts {
        let (name, value) = part.split_once('=').ok_or(problem(
            "roles",
            "efter | kommer cvr=… eller type=værdi",
            "after | comes cvr=… or type=value",
        ))?;
        let (name, value) = (name.trim(), value.trim());
        if name == "cvr" {
            if !is_cvr(value) {
                return Err(problem("roles", "et CVR-nummer har otte cifre", "a CVR number has eight digits"));
            }
            role.cvr = Some(value.to_owned());
        } else {
            let values = value.split(',').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
            role.constraint.insert(name.to_owned(), values);
        }
    }
    Ok(role)
}

fn attribute(line: &str) -> Result<(String, String), FormProblem> {
    let (name, value) =
        line.split_once('=').ok_or(problem("attributes", "skrives navn=værdi", "are written name=value"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        toml::from_str(
            "name = 'a'\ncommon_name = 'Test Testesen'\nserial = '0ab5'\ncvr = '90000001'\norganisation = 'Eksempel'\n\
             level = 'High'\nattribute = { note = 'x=y' }\n[[role]]\nuri = 'http://e.dk/roles/usersystemrole/r/1'\n\
             cvr = '90000002'\nconstraint = { 'http://e.dk/c/1' = ['1', '2'] }\n[[role]]\nuri = 'http://e.dk/r/2'\n",
        )
        .unwrap()
    }

    #[test]
    fn a_test_user_comes_back_from_the_form_as_it_was() {
        let user = user();
        let person = Fields::of(&user, None).person().unwrap();
        assert_eq!(person.roles, user.role);
        assert_eq!(person.attributes, user.attribute);
        assert_eq!((person.common_name, person.level), (user.common_name, LevelOfAssurance::High));
        assert_eq!((person.email, person.name_id), (None, None));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let good = Fields::of(&user(), None);
        let wrong = |change: fn(&mut Fields)| {
            let mut fields = good.clone();
            change(&mut fields);
            fields.person().unwrap_err().field
        };
        assert_eq!(wrong(|f| f.cvr = "1234".into()), "cvr");
        assert_eq!(wrong(|f| f.common_name = "  ".into()), "common_name");
        assert_eq!(wrong(|f| f.serial = "a\u{1}".into()), "serial");
        assert_eq!(wrong(|f| f.organisation = "x".repeat(5000)), "organisation");
        assert_eq!(wrong(|f| f.level = "Medium".into()), "level");
        assert_eq!(wrong(|f| f.roles = "http://e.dk/r | 1".into()), "roles");
        assert_eq!(wrong(|f| f.roles = "http://e.dk/r | cvr=1".into()), "roles");
        assert_eq!(wrong(|f| f.attributes = "note".into()), "attributes");
        assert_eq!(wrong(|f| f.attributes = "a=b\n".repeat(200)), "attributes");
    }
}
