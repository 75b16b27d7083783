//! Rights: what the privilege list of a login says about one role (OIO Basic Privilege Profile).

use super::fault::{Fault, Faults};
use crate::saml::xml;
use base64::Engine;

const NAMESPACES: [&str; 2] =
    ["http://itst.dk/oiosaml/basic_privilege_profile", "http://digst.dk/oiosaml/basic_privilege_profile"];
/// Where the types of data restrictions that this system knows live; a role restricted by any other is not honoured, because
/// to ignore the restriction would widen the role.
const CONSTRAINTS: &str = "http://sts.kombit.dk/constraints/";

/// Whether a privilege list (base64) gives `role` for the organisation with this CVR number. A list that cannot be read gives
/// no rights.
pub(super) fn has_role(list: Option<&str>, role: &str, cvr: &str, faults: &Faults) -> bool {
    let Some(list) = list else { return faults.has(Fault::RightsWithoutPrivileges) };
    let compact: String = list.split_ascii_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact).unwrap_or_default();
    let Ok(document) = xml::decode(&bytes).and_then(xml::parse) else { return false };
    let Some(root) = document.document_element() else { return false };
    let known = if faults.has(Fault::OneNamespace) { NAMESPACES.get(..1) } else { NAMESPACES.get(..) };
    let is_list = document.element(root).is_some_and(|e| {
        known.unwrap_or_default().iter().any(|namespace| e.matches_name_ns(namespace, "PrivilegeList"))
    });
    if !is_list {
        return false;
    }
    // Children are unqualified by the schema; some senders qualify them.
    let children = |node, local: &'static str| {
        let named =
            document.children_iter(node).filter(|n| document.element(*n).is_some_and(|e| e.name.local_name == local));
        named.collect::<Vec<_>>()
    };
    let groups = children(root, "PrivilegeGroup");
    let groups = if faults.has(Fault::FirstGroupOnly) { groups.get(..1).unwrap_or_default() } else { &groups };
    groups.iter().any(|group| {
        let scope = document.get_attribute(*group, "Scope").unwrap_or_default().trim();
        let in_scope = scope == format!("urn:dk:gov:saml:cvrNumberIdentifier:{cvr}");
        let constraints = children(*group, "Constraint");
        let understood = constraints
            .iter()
            .all(|c| document.get_attribute(*c, "Name").is_some_and(|name| name.trim().starts_with(CONSTRAINTS)));
        let named = children(*group, "Privilege").into_iter().any(|privilege| {
            let text = document.text_content_deep(privilege);
            let given = text.trim();
            if faults.has(Fault::RoleSubstring) { given.contains(short_name(role)) } else { given == role }
        });
        (in_scope || faults.has(Fault::ScopeIgnored)) && understood && named
    })
}

/// `sagsbehandler` of `http://<domæne>/roles/usersystemrole/sagsbehandler/1`.
fn short_name(role: &str) -> &str {
    role.rsplit('/').nth(1).unwrap_or(role)
}
