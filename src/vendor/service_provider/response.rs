//! What a Response says and whether it may be believed. One pass: find the one Assertion by its place, verify exactly that
//! element, and read from it alone. Nothing here is remembered; requests and replays are the store's business.

use super::fault::Fault;
use super::lax;
use super::{Refusal, System};
use crate::saml::protocol::Name;
use crate::saml::signature::verify_child;
use crate::saml::{encryption, name_id_format, ns, status, xml};
use crate::target::saml::LevelOfAssurance;
use jiff::{SignedDuration, Timestamp};
use uppsala::{Document, NodeId, NodeKind};

/// How far clocks may differ (OIOSAML reference implementation: 5 minutes).
const SKEW: SignedDuration = SignedDuration::from_secs(300);
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// Most attributes that are read.
const MAX_ATTRIBUTES: usize = 200;

const SPEC_VERSION: &str = "https://data.gov.dk/model/core/specVersion";
const LEVEL: &str = "https://data.gov.dk/concept/core/nsis/loa";
const CVR: &str = "https://data.gov.dk/model/core/eid/professional/cvr";
const ORGANISATION: &str = "https://data.gov.dk/model/core/eid/professional/orgName";
const EMAIL: &str = "https://data.gov.dk/model/core/eid/email";
const FULL_NAME: &str = "https://data.gov.dk/model/core/eid/fullName";
const PRIVILEGES: &str = "https://data.gov.dk/model/core/eid/privilegesIntermediate";
/// An attribute without meaning, which the system shows.
pub const CANARY_ATTRIBUTE: &str = "urn:example:canary";

/// Who somebody is according to one Assertion.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) assertion_id: String,
    pub(super) in_response_to: Option<String>,
    /// Until when the Assertion could be used again.
    pub(super) usable_until: Timestamp,
    pub(super) session_until: Option<Timestamp>,
    pub(super) name_id: Name,
    pub(super) session_index: Option<String>,
    pub(super) common_name: String,
    pub(super) serial: String,
    pub(super) cvr: String,
    pub(super) organisation: Option<String>,
    pub(super) email: Option<String>,
    pub(super) level: Option<LevelOfAssurance>,
    pub(super) canary: Option<String>,
    pub(super) privileges: Option<String>,
}

impl System {
    /// Judges a Response.
    pub(super) fn judge(&self, text: &str) -> Result<Identity, Refusal> {
        let document = xml::decode(text.as_bytes()).and_then(xml::parse).map_err(|_| unreadable())?;
        let reader = Reader { document: &document };
        let response = reader.root(ns::PROTOCOL, "Response")?;
        let in_response_to = self.check_response(text, &reader, response)?;

        let encrypted = reader.children(response, ns::ASSERTION, "EncryptedAssertion");
        let assertion = self.the_assertion(&reader, response, encrypted.len())?;
        let claims = if let Some(assertion) = assertion {
            if self.faults.has(Fault::RefusesPlain) {
                return Err(refused("svaret er ikke krypteret", "the Response is not encrypted"));
            }
            self.check_signature(text, &document, response, assertion, false)?;
            self.read(&reader, assertion)?
        } else {
            let encrypted = encrypted.first().copied().ok_or_else(unreadable)?;
            let opened = self.decrypt(&reader, encrypted)?;
            let inside = xml::decode(opened.as_bytes()).and_then(xml::parse).map_err(|_| unreadable())?;
            let reader = Reader { document: &inside };
            let assertion = reader.root(ns::ASSERTION, "Assertion")?;
            self.check_signature(&opened, &inside, assertion, assertion, true)?;
            self.read(&reader, assertion)?
        };
        self.check(&claims, in_response_to)
    }

    /// What the Response itself says: version, Destination, Issuer, Status, time; and its own signature when it has one.
    fn check_response(&self, text: &str, reader: &Reader<'_>, response: NodeId) -> Result<Option<String>, Refusal> {
        check_version(reader.attribute(response, "Version").as_deref())?;
        let destination = reader.attribute(response, "Destination");
        if destination.as_deref() != Some(&self.acs) && !self.faults.has(Fault::DestinationNotChecked) {
            return Err(refused("svaret er stilet til en anden adresse", "Destination is another address"));
        }
        match reader.children(response, ns::ASSERTION, "Issuer").as_slice() {
            [] => {}
            [issuer] => self.check_issuer(&reader.name(*issuer, Comments::Refused)?)?,
            _ => return Err(unreadable()),
        }
        let status = reader.only(response, ns::PROTOCOL, "Status")?;
        let code = reader.only(status, ns::PROTOCOL, "StatusCode")?;
        let success = reader.attribute(code, "Value").as_deref() == Some(status::SUCCESS);
        if !success && !self.faults.has(Fault::StatusNotChecked) {
            return Err(refused("identitetsudbyderen melder fejl", "the identity provider reports a failure"));
        }
        self.check_begun(reader.attribute(response, "IssueInstant").as_deref())?;
        // A message signature is not asked for, but one that is there and wrong is no good sign. Those who look anywhere for a
        // signature do not look here.
        let signed = !reader.children(response, ns::DSIG, "Signature").is_empty();
        if signed
            && !self.faults.any(&lax::INSTEAD)
            && verify_child(text, reader.document, response, self.trusted()).is_err()
        {
            return Err(untrusted());
        }
        Ok(reader.attribute(response, "InResponseTo"))
    }

    /// The one Assertion: a direct child of the Response, and there is no other. None when it is encrypted.
    fn the_assertion(
        &self,
        reader: &Reader<'_>,
        response: NodeId,
        encrypted: usize,
    ) -> Result<Option<NodeId>, Refusal> {
        let direct = reader.children(response, ns::ASSERTION, "Assertion");
        let anywhere = || reader.document.get_elements_by_tag_name_ns(ns::ASSERTION, "Assertion");
        if self.faults.has(Fault::ReadsFirstAssertion) {
            return Ok(direct.first().copied());
        }
        if self.faults.has(Fault::ReadsLastAssertion) {
            return Ok(direct.last().copied());
        }
        if self.faults.has(Fault::ReadsAnyAssertion) {
            return Ok(anywhere().first().copied());
        }
        match (direct.as_slice(), encrypted) {
            ([only], 0) => Ok(Some(*only)),
            ([], 1) => Ok(None),
            _ => Err(refused("svaret har ikke præcis én Assertion", "the Response has not exactly one Assertion")),
        }
    }

    fn trusted(&self) -> &[Vec<u8>] {
        let all = self.provider.certificates.as_slice();
        if self.faults.has(Fault::OnlyFirstKey) { all.get(..1).unwrap_or_default() } else { all }
    }

    /// Whether this element is signed by a key of the identity provider's metadata.
    fn check_signature(
        &self,
        text: &str,
        document: &Document<'_>,
        response: NodeId,
        assertion: NodeId,
        encrypted: bool,
    ) -> Result<(), Refusal> {
        if verify_child(text, document, assertion, self.trusted()).is_ok() {
            return Ok(());
        }
        let faults = &self.faults;
        let signed = document.first_child_element_by_name_ns(assertion, ns::DSIG, "Signature").is_some();
        let by_fault = faults.has(Fault::SignatureNotChecked)
            || (faults.has(Fault::AcceptsUnsigned) && !signed)
            || (faults.has(Fault::EncryptedNeedsNoSignature) && encrypted)
            || (faults.has(Fault::ResponseSignatureSuffices)
                && !signed
                && verify_child(text, document, response, self.trusted()).is_ok())
            || lax::vouched_for(document, assertion, self.trusted(), faults);
        if by_fault { Ok(()) } else { Err(untrusted()) }
    }

    fn decrypt(&self, reader: &Reader<'_>, encrypted: NodeId) -> Result<String, Refusal> {
        let inside = |namespace, local| {
            let nodes = reader.document.descendants(encrypted).into_iter();
            nodes
                .filter(|n| reader.document.element(*n).is_some_and(|e| e.matches_name_ns(namespace, local)))
                .collect::<Vec<_>>()
        };
        let digests = inside(ns::DSIG, "DigestMethod");
        let sha256 = digests
            .iter()
            .any(|n| reader.attribute(*n, "Algorithm").is_some_and(|a| a == encryption::algorithm::SHA256));
        let refused = self.faults.has(Fault::RefusesEncrypted)
            || (self.faults.has(Fault::RefusesOaepSha256) && sha256)
            || (self.faults.has(Fault::RefusesOaepSha1) && !sha256)
            || (self.faults.has(Fault::RefusesTokenReference)
                && !inside(ns::WSSE, "SecurityTokenReference").is_empty());
        let opened = encryption::decrypt_element(reader.document, encrypted, &self.encryption);
        // One answer for every reason: the difference would help somebody who guesses.
        opened
            .ok()
            .filter(|_| !refused)
            .ok_or_else(|| self::refused("svaret kan ikke dekrypteres", "the Response cannot be decrypted"))
    }

    fn read(&self, reader: &Reader<'_>, assertion: NodeId) -> Result<Claims, Refusal> {
        let cut = self.faults.has(Fault::CommentCutsNameId);
        reader.claims(assertion, if cut { Comments::Cut } else { Comments::Refused })
    }

    /// What the Assertion says, against what it must say.
    fn check(&self, claims: &Claims, in_response_to: Option<String>) -> Result<Identity, Refusal> {
        let faults = &self.faults;
        check_version(claims.version.as_deref())?;
        self.check_issuer(&claims.issuer)?;
        self.check_begun(claims.issue_instant.as_deref())?;

        let right = |c: &Confirmation| {
            let method = c.method == BEARER || faults.has(Fault::MethodNotChecked);
            let recipient = c.recipient.as_deref() == Some(&self.acs) || faults.has(Fault::RecipientNotChecked);
            // SAML profiles 4.1.4.2: a bearer confirmation has NotOnOrAfter and no NotBefore.
            let in_time = self.check_ended(c.not_on_or_after.as_deref(), true).is_ok()
                && (c.not_before.is_none() || self.check_begun(c.not_before.as_deref()).is_ok());
            method && recipient && in_time && c.in_response_to == in_response_to
        };
        let confirmation = claims.confirmations.iter().find(|c| right(c)).ok_or_else(|| {
            refused(
                "ingen SubjectConfirmation passer til denne forespørgsel, denne modtager og dette tidspunkt",
                "no SubjectConfirmation fits this request, this recipient and this time",
            )
        })?;

        let [conditions] = claims.conditions.as_slice() else {
            return Err(refused("der er ikke præcis ét sæt Conditions", "there is not exactly one Conditions"));
        };
        if conditions.not_before.is_some() {
            self.check_begun(conditions.not_before.as_deref())?;
        }
        self.check_ended(conditions.not_on_or_after.as_deref(), false)?;
        let for_us = !conditions.audiences.is_empty()
            && conditions.audiences.iter().all(|restriction| restriction.contains(&self.entity_id));
        if !for_us && !faults.has(Fault::AudienceNotChecked) {
            return Err(refused("svaret er til et andet system", "the Audience is another system"));
        }

        let [statement] = claims.authn.as_slice() else {
            return Err(refused("der er ikke præcis én AuthnStatement", "there is not exactly one AuthnStatement"));
        };
        self.check_begun(statement.instant.as_deref())?;
        self.check_ended(statement.not_on_or_after.as_deref(), false)?;
        if claims.attribute_statements != 1 {
            return Err(refused(
                "der er ikke præcis én AttributeStatement",
                "there is not exactly one AttributeStatement",
            ));
        }
        if claims.value(SPEC_VERSION)?.as_deref() != Some("OIO-SAML-3.0") && !faults.has(Fault::SpecVersionNotChecked) {
            return Err(refused("specVersion er ikke OIO-SAML-3.0", "specVersion is not OIO-SAML-3.0"));
        }
        // The attribute carries the short name, and counts whatever the class reference says (FKI-ATT-03).
        let level = claims.value(LEVEL)?.as_deref().and_then(level);
        let enough = level.is_some_and(|level| {
            if faults.has(Fault::RefusesHigherLevel) {
                level == self.minimum_level
            } else {
                level >= self.minimum_level
            }
        });
        if !enough && !faults.has(Fault::LevelNotChecked) {
            return Err(refused("sikringsniveauet er for lavt", "the level of assurance is too low"));
        }
        let cvr = claims.value(CVR)?.unwrap_or_default();
        let eight_digits = cvr.len() == 8 && cvr.bytes().all(|b| b.is_ascii_digit());
        if !eight_digits && !faults.has(Fault::CvrNotChecked) {
            return Err(refused("CVR-nummeret har ikke otte cifre", "the CVR number has not eight digits"));
        }
        if faults.has(Fault::RefusesWithoutEmail) && claims.value(EMAIL)?.is_none() {
            return Err(refused("brugeren har ingen e-mailadresse", "the user has no e-mail address"));
        }
        let ends = [&confirmation.not_on_or_after, &conditions.not_on_or_after];
        let ends = ends.into_iter().flatten().filter_map(|text| text.parse::<Timestamp>().ok());
        let usable_until = ends.max().unwrap_or_else(|| self.now());
        self.identity(claims, in_response_to, usable_until)
    }

    fn identity(
        &self,
        claims: &Claims,
        in_response_to: Option<String>,
        usable_until: Timestamp,
    ) -> Result<Identity, Refusal> {
        let name = subject(&claims.name_id, !self.faults.has(Fault::NameIdNotTrimmed));
        let serial = name.serial.filter(|s| !s.is_empty());
        let serial = serial.ok_or_else(|| refused("NameID har ingen Serial", "the NameID has no Serial"))?;
        let statement = claims.authn.first();
        Ok(Identity {
            assertion_id: claims.id.clone(),
            in_response_to,
            usable_until: usable_until.checked_add(self.skew()).unwrap_or(usable_until),
            session_until: statement.and_then(|s| s.not_on_or_after.as_deref()).and_then(|t| t.parse().ok()),
            name_id: claims.name_id.clone(),
            session_index: statement.and_then(|s| s.session_index.clone()),
            common_name: match name.common_name {
                Some(name) => name,
                None => claims.value(FULL_NAME)?.unwrap_or_default(),
            },
            serial,
            cvr: claims.value(CVR)?.unwrap_or_default(),
            organisation: claims.value(ORGANISATION)?,
            email: claims.value(EMAIL)?,
            level: claims.value(LEVEL)?.as_deref().and_then(level),
            canary: claims.value(CANARY_ATTRIBUTE)?,
            privileges: claims.value(PRIVILEGES)?,
        })
    }

    /// For the faults that open a session whatever comes: whoever the message speaks of, unchecked.
    pub(super) fn whoever(&self, text: &str) -> Option<Identity> {
        let document = xml::parse(text).ok()?;
        let opened;
        let inside;
        let mut reader = Reader { document: &document };
        let anywhere = |document: &Document<'_>, local| {
            document.get_elements_by_tag_name_ns(ns::ASSERTION, local).first().copied()
        };
        let mut assertion = anywhere(&document, "Assertion");
        if assertion.is_none() {
            let encrypted = anywhere(&document, "EncryptedAssertion")?;
            opened = encryption::decrypt_element(&document, encrypted, &self.encryption).ok()?;
            inside = xml::parse(&opened).ok()?;
            reader = Reader { document: &inside };
            assertion = anywhere(&inside, "Assertion");
        }
        let claims = reader.claims(assertion?, Comments::Cut).ok()?;
        self.identity(&claims, None, self.now()).ok()
    }

    fn check_issuer(&self, issuer: &Name) -> Result<(), Refusal> {
        let entity = issuer.format.as_deref().is_none_or(|format| format == name_id_format::ENTITY);
        let right = issuer.value == self.provider.entity_id && entity;
        if right || self.faults.has(Fault::IssuerNotChecked) {
            Ok(())
        } else {
            Err(refused("svaret er fra en anden udsteder", "the Issuer is another"))
        }
    }

    fn skew(&self) -> SignedDuration {
        if self.faults.has(Fault::SkewInMinutes) { SKEW.saturating_mul(60) } else { SKEW }
    }

    /// That an instant is there and not in the future.
    pub(super) fn check_begun(&self, at: Option<&str>) -> Result<(), Refusal> {
        let at = at.and_then(|text| text.parse::<Timestamp>().ok());
        if at.is_some_and(|at| at.duration_since(self.now()) <= self.skew())
            || self.faults.has(Fault::AcceptsNotYetValid)
        {
            Ok(())
        } else {
            Err(refused("svaret gælder ikke endnu", "the Response is not valid yet"))
        }
    }

    /// That an end has not come.
    fn check_ended(&self, end: Option<&str>, needed: bool) -> Result<(), Refusal> {
        let late = || refused("svaret er udløbet", "the Response has expired");
        if self.faults.has(Fault::AcceptsExpired) {
            return Ok(());
        }
        match end {
            None if needed => Err(late()),
            None => Ok(()),
            Some(text) => {
                let end = text.parse::<Timestamp>().map_err(|_| late())?;
                if self.now().duration_since(end) < self.skew() { Ok(()) } else { Err(late()) }
            }
        }
    }

    /// That a message was made within the skew of now.
    pub(super) fn check_fresh(&self, at: Option<&str>) -> Result<(), Refusal> {
        let at = at.and_then(|text| text.parse::<Timestamp>().ok());
        if at.is_some_and(|at| at.duration_since(self.now()).abs() <= SKEW) {
            Ok(())
        } else {
            Err(refused("beskeden er ikke frisk", "the message is not fresh"))
        }
    }
}

fn check_version(version: Option<&str>) -> Result<(), Refusal> {
    if version == Some("2.0") { Ok(()) } else { Err(refused("Version er ikke 2.0", "Version is not 2.0")) }
}

fn unreadable() -> Refusal {
    Refusal::bad("svaret kan ikke læses", "the Response cannot be read")
}

fn untrusted() -> Refusal {
    refused("svaret er ikke signeret af identitetsudbyderen", "the Response is not signed by the identity provider")
}

fn refused(da: &'static str, en: &'static str) -> Refusal {
    Refusal::forbidden(da, en)
}

fn level(name: &str) -> Option<LevelOfAssurance> {
    let all = [LevelOfAssurance::Low, LevelOfAssurance::Substantial, LevelOfAssurance::High];
    all.into_iter().find(|level| level.name() == name)
}

/// What an Assertion says, unjudged.
struct Claims {
    id: String,
    version: Option<String>,
    issue_instant: Option<String>,
    issuer: Name,
    name_id: Name,
    confirmations: Vec<Confirmation>,
    conditions: Vec<Conditions>,
    authn: Vec<AuthnStatement>,
    attribute_statements: usize,
    attributes: Vec<(String, Vec<Result<String, Refusal>>)>,
}

struct Confirmation {
    method: String,
    recipient: Option<String>,
    in_response_to: Option<String>,
    not_before: Option<String>,
    not_on_or_after: Option<String>,
}

struct Conditions {
    not_before: Option<String>,
    not_on_or_after: Option<String>,
    /// Audiences of each restriction; every restriction must be met.
    audiences: Vec<Vec<String>>,
}

struct AuthnStatement {
    instant: Option<String>,
    session_index: Option<String>,
    not_on_or_after: Option<String>,
}

impl Claims {
    /// The one value of an attribute. Two values, or the same attribute twice, leave open which one counts.
    fn value(&self, name: &str) -> Result<Option<String>, Refusal> {
        let mut values = self.attributes.iter().filter(|(n, _)| n == name).flat_map(|(_, values)| values);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => only.clone().map(Some),
            _ => Err(refused("en attribut har flere værdier", "an attribute has several values")),
        }
    }
}

/// What is made of a value with comments or processing instructions in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    /// Nothing: who puts them there wants two readers to read two things.
    Refused,
    /// Fault: the value ends there.
    Cut,
}

struct Reader<'d> {
    document: &'d Document<'d>,
}

impl Reader<'_> {
    fn root(&self, namespace: &str, local: &str) -> Result<NodeId, Refusal> {
        let root = self.document.document_element();
        root.filter(|n| self.document.element(*n).is_some_and(|e| e.matches_name_ns(namespace, local)))
            .ok_or_else(unreadable)
    }

    fn children(&self, node: NodeId, namespace: &str, local: &str) -> Vec<NodeId> {
        self.document.child_elements_by_name_ns(node, namespace, local)
    }

    fn only(&self, node: NodeId, namespace: &str, local: &str) -> Result<NodeId, Refusal> {
        match self.children(node, namespace, local).as_slice() {
            [only] => Ok(*only),
            _ => Err(unreadable()),
        }
    }

    /// An attribute without namespace.
    fn attribute(&self, node: NodeId, name: &str) -> Option<String> {
        let element = self.document.element(node)?;
        let found = element.attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == name)?;
        Some(found.value.to_string())
    }

    /// The text of an element that holds nothing else.
    fn text(&self, node: NodeId, comments: Comments) -> Result<String, Refusal> {
        let mut text = String::new();
        for child in self.document.children_iter(node) {
            match self.document.node_kind(child) {
                Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
                _ if comments == Comments::Cut => break,
                _ => {
                    return Err(refused(
                        "en værdi indeholder andet end tekst",
                        "a value holds something else than text",
                    ));
                }
            }
        }
        Ok(text)
    }

    fn name(&self, node: NodeId, comments: Comments) -> Result<Name, Refusal> {
        Ok(Name {
            value: self.text(node, comments)?,
            format: self.attribute(node, "Format"),
            name_qualifier: self.attribute(node, "NameQualifier"),
            sp_name_qualifier: self.attribute(node, "SPNameQualifier"),
            sp_provided_id: self.attribute(node, "SPProvidedID"),
        })
    }

    fn claims(&self, assertion: NodeId, in_name_id: Comments) -> Result<Claims, Refusal> {
        let subject = self.only(assertion, ns::ASSERTION, "Subject")?;
        let confirmation = |node: NodeId| {
            let data = self.document.first_child_element_by_name_ns(node, ns::ASSERTION, "SubjectConfirmationData");
            let data = |name| data.and_then(|n| self.attribute(n, name));
            Confirmation {
                method: self.attribute(node, "Method").unwrap_or_default(),
                recipient: data("Recipient"),
                in_response_to: data("InResponseTo"),
                not_before: data("NotBefore"),
                not_on_or_after: data("NotOnOrAfter"),
            }
        };
        let conditions = |node: NodeId| {
            let mut audiences = Vec::new();
            for restriction in self.children(node, ns::ASSERTION, "AudienceRestriction") {
                let all = self.children(restriction, ns::ASSERTION, "Audience").into_iter();
                audiences.push(all.map(|n| self.text(n, Comments::Refused)).collect::<Result<_, _>>()?);
            }
            Ok(Conditions {
                not_before: self.attribute(node, "NotBefore"),
                not_on_or_after: self.attribute(node, "NotOnOrAfter"),
                audiences,
            })
        };
        let statement = |node: NodeId| AuthnStatement {
            instant: self.attribute(node, "AuthnInstant"),
            session_index: self.attribute(node, "SessionIndex"),
            not_on_or_after: self.attribute(node, "SessionNotOnOrAfter"),
        };
        let attribute_statements = self.children(assertion, ns::ASSERTION, "AttributeStatement");
        let attributes: Vec<NodeId> =
            attribute_statements.iter().flat_map(|n| self.children(*n, ns::ASSERTION, "Attribute")).collect();
        if attributes.len() > MAX_ATTRIBUTES {
            return Err(unreadable());
        }
        let attribute = |node: NodeId| {
            let values = self.children(node, ns::ASSERTION, "AttributeValue").into_iter();
            let values = values.map(|n| self.text(n, Comments::Refused)).collect();
            (self.attribute(node, "Name").unwrap_or_default(), values)
        };
        Ok(Claims {
            id: self.attribute(assertion, "ID").filter(|id| !id.is_empty()).ok_or_else(unreadable)?,
            version: self.attribute(assertion, "Version"),
            issue_instant: self.attribute(assertion, "IssueInstant"),
            issuer: self.name(self.only(assertion, ns::ASSERTION, "Issuer")?, Comments::Refused)?,
            name_id: self.name(self.only(subject, ns::ASSERTION, "NameID")?, in_name_id)?,
            confirmations: self
                .children(subject, ns::ASSERTION, "SubjectConfirmation")
                .into_iter()
                .map(confirmation)
                .collect(),
            conditions: self
                .children(assertion, ns::ASSERTION, "Conditions")
                .into_iter()
                .map(conditions)
                .collect::<Result<_, Refusal>>()?,
            authn: self.children(assertion, ns::ASSERTION, "AuthnStatement").into_iter().map(statement).collect(),
            attribute_statements: attribute_statements.len(),
            attributes: attributes.into_iter().map(attribute).collect(),
        })
    }
}

#[derive(Default)]
struct Subject {
    common_name: Option<String>,
    serial: Option<String>,
}

/// CN and Serial of an X509SubjectName, with or without blanks around commas and equals signs; or the UUID of a persistent
/// NameID of OIOSAML 3. `tolerant` is off for one fault.
fn subject(name_id: &Name, tolerant: bool) -> Subject {
    if name_id.format.as_deref() != Some(name_id_format::X509_SUBJECT_NAME) {
        let uuid = name_id.value.rsplit(['/', ':']).next();
        return Subject { common_name: None, serial: uuid.map(str::to_owned) };
    }
    let mut found = Subject::default();
    for part in split_name(&name_id.value) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let (key, value) = if tolerant { (key.trim(), value.trim()) } else { (key, value) };
        let slot = if key.eq_ignore_ascii_case("CN") {
            &mut found.common_name
        } else if key.eq_ignore_ascii_case("Serial") {
            &mut found.serial
        } else {
            continue;
        };
        slot.get_or_insert_with(|| value.to_owned());
    }
    found
}

/// The parts of a distinguished name between unescaped commas, without their escapes (RFC 4514 2.4).
fn split_name(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        let Some(part) = parts.last_mut() else { break };
        match c {
            ',' => parts.push(String::new()),
            '\\' => part.extend(chars.next()),
            _ => part.push(c),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str, tolerant: bool) -> (Option<String>, Option<String>) {
        let format = Some(name_id_format::X509_SUBJECT_NAME.to_owned());
        let found = subject(&Name { value: value.to_owned(), format, ..Name::default() }, tolerant);
        (found.common_name, found.serial)
    }

    #[test]
    fn an_x509_subject_name_is_read_with_and_without_blanks_and_with_escaped_commas() {
        let expected = (Some("Hansen, Ole".to_owned()), Some("1-2".to_owned()));
        assert_eq!(read("C=DK,O=11111111,CN=Hansen\\, Ole,Serial=1-2", true), expected);
        assert_eq!(read("C = DK, O = 11111111, CN = Hansen\\, Ole, Serial = 1-2", true), expected);
        assert_eq!(read("C = DK, O = 11111111, CN = Ole, Serial = 1-2", false), (None, None));
    }

    #[test]
    fn a_persistent_name_ends_in_the_uuid() {
        let value = "https://data.gov.dk/model/core/eid/professional/uuid/1-2".to_owned();
        let found = subject(&Name { value, ..Name::default() }, true);
        assert_eq!(found.serial.as_deref(), Some("1-2"));
    }
}
