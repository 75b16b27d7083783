//! The attributes that OIOSAML and the Context Handler know (`attributes/registered.csv`, its origin beside it).

use std::sync::LazyLock;

/// A known attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownAttribute {
    /// `Name`.
    pub name: &'static str,
    /// Family of profiles it belongs to.
    pub family: Family,
    /// Whether it tells about, or identifies, a natural person.
    pub personal: bool,
    /// Whether KOMBIT's sample system for OIOSAML 3 requests it as required.
    pub required_oiosaml3: bool,
}

/// Family of attribute profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// OIOSAML 2.
    Oiosaml2,
    /// OIOSAML 3.
    Oiosaml3,
    /// OIOSAML 4 and eIDAS.
    Oiosaml4,
    /// Used beside every family (KombitSpecVer, AssuranceLevel).
    Any,
}

static KNOWN: LazyLock<Vec<KnownAttribute>> =
    LazyLock::new(|| include_str!("attributes/registered.csv").lines().skip(1).filter_map(row).collect());

fn row(line: &'static str) -> Option<KnownAttribute> {
    let mut columns = line.split(',');
    let name = columns.next()?;
    let family = match columns.next()? {
        "OIOSAML2" => Family::Oiosaml2,
        "OIOSAML3" => Family::Oiosaml3,
        "OIOSAML4" => Family::Oiosaml4,
        "ANY" => Family::Any,
        _ => return None,
    };
    let (personal, required_oiosaml3) = (columns.next()? == "yes", columns.next()? == "yes");
    Some(KnownAttribute { name, family, personal, required_oiosaml3 })
}

/// Every known attribute.
#[must_use]
pub fn known() -> &'static [KnownAttribute] {
    &KNOWN
}

/// The known attribute of this name. Names are URIs and compare exactly.
#[must_use]
pub fn find(name: &str) -> Option<&'static KnownAttribute> {
    known().iter().find(|a| a.name == name)
}

/// The family a name belongs to by its form, also for names that are not known.
#[must_use]
pub fn family_of(name: &str) -> Option<Family> {
    if let Some(attribute) = find(name) {
        return Some(attribute.family);
    }
    if name.starts_with("https://data.gov.dk/") {
        Some(Family::Oiosaml3)
    } else if name.starts_with("dk:gov:saml:attribute:") || name.starts_with("urn:oid:") {
        Some(Family::Oiosaml2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(known().len(), include_str!("attributes/registered.csv").lines().count() - 1);
        assert_eq!(known().iter().filter(|a| a.required_oiosaml3).count(), 6);
        let mut names: Vec<_> = known().iter().map(|a| a.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), known().len(), "names are unique");
    }
}
