//! What is done to a good Response.
//!
//! A message is made of parts: the Assertion as signed and as unsigned text, its Signature, and the Response around them. A new
//! change before signing is one arm in [`Treatment::read`]; a new wrapping is one arm in [`Parts::wrapped`].

use super::login::{Draft, LEVELS, Order, Person, Response};
use super::{FkiError, IdentityProvider, SigningKey, new_id};
use crate::saml::encryption::encrypt;
use crate::saml::signature::{KeyInfo, SigningOptions, algorithm, sign_element};
use crate::target::saml::LevelOfAssurance;
use crate::trial::{Encryption, Mutation, Signer, Wrapping};
use jiff::SignedDuration;

/// Address, entityID and identity provider of somebody else. The names are reserved, so they are nobody's.
const OTHER_ACS: &str = "https://another-system.kravprobe.example/saml/acs";
const OTHER_SYSTEM: &str = "https://saml.another-system.kravprobe.example";
const OTHER_PROVIDER: &str = "https://saml.another-provider.kravprobe.example/runtime";
/// What follows the comment in a NameID: with it, the name is another one.
pub const AFTER_COMMENT: &str = ".kravprobe.example";

/// Makes a Response with everything that was ordered.
pub(super) fn respond(provider: &IdentityProvider, order: &Order<'_>) -> Result<Response, FkiError> {
    let mut draft = Draft::new(provider, order)?;
    let treatment = Treatment::read(&mut draft, order)?;
    let seal = |text: &str, id: &str| treatment.sign(provider, text, id);

    let plain = draft.assertion()?;
    let signed = if treatment.assertion_signed { seal(&plain, &draft.assertion_id)? } else { plain.clone() };
    let signature = Parts::signature(&plain, &signed);
    let good = vec![treatment.encrypted(order, &signed)?];
    let forged = || order.forged.ok_or(FkiError::NoForgedPerson);

    let mut id = draft.response_id.clone();
    let mut extensions = String::new();
    let mut content = good.clone();
    if treatment.tampered {
        let other = tampered(&draft, order.forged).assertion()?;
        content = vec![treatment.encrypted(order, &after_issuer(&other, signature))?];
    }
    if let Some(wrapping) = treatment.wrapping {
        let mut evil = draft.about(forged()?);
        if !matches!(wrapping, Wrapping::Xsw7) {
            evil.assertion_id = new_id()?;
        }
        let evil = evil.assertion()?;
        let parts = Parts { plain: &plain, signed: &signed, signature, evil: &evil };
        let (inside, list) = parts.wrapped(wrapping);
        extensions = inside;
        content = list.iter().map(|assertion| treatment.encrypted(order, assertion)).collect::<Result<_, _>>()?;
    }

    let mut own_signature = String::new();
    let whole = treatment.wrapping.filter(|w| matches!(w, Wrapping::Xsw1 | Wrapping::Xsw2));
    if treatment.response_signed || whole.is_some() {
        // The signature is over what the identity provider sent; what is done afterwards is done to a signed message.
        let original = draft.response(&draft.response_id, "", "", &good);
        let sealed = seal(&original, &draft.response_id)?;
        let signature = Parts::signature(&original, &sealed);
        own_signature = match whole {
            Some(Wrapping::Xsw1) => inside_signature(signature, &original),
            Some(_) => format!("{original}{signature}"),
            None => signature.to_owned(),
        };
        if whole.is_some() {
            id = new_id()?;
        }
    }
    Ok(Response {
        xml: draft.response(&id, &own_signature, &extensions, &content),
        id,
        name_id: draft.whole_name_id(),
        name_id_format: draft.name_id_format().to_owned(),
        session_index: draft.session_index,
        assertion_id: draft.assertion_id,
        cvr: draft.person.cvr,
    })
}

/// What is done when and after the draft is signed.
#[allow(clippy::struct_excessive_bools, reason = "switches that do not depend on each other")]
struct Treatment {
    assertion_signed: bool,
    response_signed: bool,
    signer: Option<Signer>,
    sha1: bool,
    tampered: bool,
    wrapping: Option<Wrapping>,
    encryption: Option<Encryption>,
}

impl Treatment {
    /// Changes the draft by the mutations before signing, and collects the rest.
    fn read(draft: &mut Draft<'_>, order: &Order<'_>) -> Result<Self, FkiError> {
        let mut treatment = Self {
            assertion_signed: true,
            response_signed: false,
            signer: None,
            sha1: false,
            tampered: false,
            wrapping: None,
            encryption: order.shape.encrypted.then_some(Encryption::CONTEXT_HANDLER),
        };
        for mutation in order.mutations {
            match *mutation {
                Mutation::Destination => OTHER_ACS.clone_into(&mut draft.destination),
                Mutation::Recipient => OTHER_ACS.clone_into(&mut draft.recipient),
                Mutation::Audience => OTHER_SYSTEM.clone_into(&mut draft.audience),
                Mutation::Issuer => OTHER_PROVIDER.clone_into(&mut draft.issuer),
                Mutation::UnknownInResponseTo => draft.in_response_to = Some(new_id()?),
                Mutation::Shift(seconds) => {
                    let by = SignedDuration::from_secs(seconds);
                    draft.at = draft.at.checked_add(by).map_err(|_| FkiError::Instant)?;
                }
                Mutation::LevelBelowMinimum => {
                    draft.level = match order.shape.minimum_level {
                        Some(LevelOfAssurance::High) => LevelOfAssurance::Substantial,
                        Some(LevelOfAssurance::Substantial) => LevelOfAssurance::Low,
                        Some(LevelOfAssurance::Low) | None => return Err(FkiError::NoLowerLevel),
                    };
                }
                Mutation::Level(level) => draft.level = level,
                Mutation::CommentInNameId => {
                    draft.name_id = draft.name_id_of(order.forged.ok_or(FkiError::NoForgedPerson)?);
                    draft.name_id_tail = Some(AFTER_COMMENT);
                }
                Mutation::Unsigned => treatment.assertion_signed = false,
                Mutation::SignResponse => treatment.response_signed = true,
                Mutation::SignResponseOnly => (treatment.assertion_signed, treatment.response_signed) = (false, true),
                Mutation::SignedBy(signer) => treatment.signer = Some(signer),
                Mutation::Sha1 => treatment.sha1 = true,
                Mutation::TamperAttribute => treatment.tampered = true,
                Mutation::Wrap(wrapping) => treatment.wrapping = Some(wrapping),
                Mutation::Encrypt(how) => treatment.encryption = Some(how),
                Mutation::Plain => treatment.encryption = None,
            }
        }
        Ok(treatment)
    }

    /// Signs the element with this ID.
    fn sign(&self, provider: &IdentityProvider, text: &str, id: &str) -> Result<String, FkiError> {
        let second = || provider.keys.get(1).ok_or(FkiError::NoSecondKey);
        let (key, value_only): (&SigningKey, bool) = match self.signer {
            None => (provider.first_key()?, false),
            Some(Signer::SecondKey) => (second()?, false),
            Some(Signer::StrangerX509) => (provider.stranger()?, false),
            Some(Signer::StrangerKeyValue) => (provider.stranger()?, true),
        };
        let key_info = if value_only { KeyInfo::KeyValue } else { KeyInfo::Certificate(&key.certificate) };
        let mut options = SigningOptions::default();
        if self.sha1 {
            options = SigningOptions { signature: algorithm::RSA_SHA1, digest: algorithm::SHA1, ..options };
        }
        Ok(sign_element(text, id, &key.key, key_info, options)?)
    }

    /// The assertion as it is sent.
    fn encrypted(&self, order: &Order<'_>, assertion: &str) -> Result<String, FkiError> {
        let Some(how) = self.encryption else { return Ok(assertion.to_owned()) };
        let certificate = order.to.encryption_certificate.ok_or(FkiError::NoEncryptionCertificate)?;
        Ok(encrypt(assertion, certificate, how)?)
    }
}

/// The draft with one value changed, and surely changed: a further attribute in which the forged person differs, else the common
/// name in the Subject, else the whole NameID.
fn tampered<'a>(draft: &Draft<'a>, forged: Option<&Person>) -> Draft<'a> {
    let mut other = draft.clone();
    let mut further = draft.person.attributes.iter().filter(|(name, _)| !LEVELS.contains(&name.as_str()));
    let changed = further.find_map(|(name, value)| match forged {
        Some(forged) => forged.attributes.get(name).filter(|theirs| *theirs != value).map(|v| (name, v.clone())),
        None => Some((name, format!("{value}{AFTER_COMMENT}"))),
    });
    if let Some((name, value)) = changed {
        other.person.attributes.insert(name.clone(), value);
        return other;
    }
    let common_name = match forged {
        Some(forged) => forged.common_name.clone(),
        None => format!("{}{AFTER_COMMENT}", draft.person.common_name),
    };
    let renamed = draft.name_id_of(&Person { common_name, ..draft.person.clone() });
    let theirs = forged.map(|forged| draft.name_id_of(forged));
    // A NameID need not hold the common name, and two persons may share it.
    let different = [Some(renamed), theirs].into_iter().flatten().find(|name| *name != draft.name_id);
    other.name_id = different.unwrap_or_else(|| format!("{}{AFTER_COMMENT}", draft.name_id));
    other
}

/// What wrapped messages are made of.
#[derive(Clone, Copy)]
struct Parts<'a> {
    /// The genuine Assertion without Signature.
    plain: &'a str,
    /// The genuine Assertion as it was signed.
    signed: &'a str,
    /// Its Signature.
    signature: &'a str,
    /// The forged Assertion, without Signature.
    evil: &'a str,
}

impl Parts<'_> {
    /// The Signature that signing put into an element: the text is the same before and after it.
    fn signature<'t>(unsigned: &str, signed: &'t str) -> &'t str {
        let length = signed.len() - unsigned.len();
        // Data is escaped, so this is markup; an element that is signed first has no older signature before its own.
        let start = signed.find("<ds:Signature ").unwrap_or_default();
        signed.get(start..start + length).unwrap_or_default()
    }

    /// What goes into `samlp:Extensions`, and the assertions in the Response (oces3-oiosaml.md 5.1).
    fn wrapped(self, wrapping: Wrapping) -> (String, Vec<String>) {
        let Self { plain, signed, signature, evil } = self;
        let (plain_text, signed_text, evil_text) = (plain.to_owned(), signed.to_owned(), evil.to_owned());
        let content = match wrapping {
            Wrapping::Xsw1 | Wrapping::Xsw2 => vec![evil_text],
            Wrapping::Xsw3 => vec![evil_text, signed_text],
            Wrapping::Xsw4 => vec![before_end(evil, signed)],
            Wrapping::Xsw5 => vec![after_issuer(evil, signature), plain_text],
            Wrapping::Xsw6 => vec![after_issuer(evil, &inside_signature(signature, plain))],
            Wrapping::Xsw7 => {
                let extensions = format!("<samlp:Extensions>{evil}</samlp:Extensions>");
                return (extensions, vec![signed_text]);
            }
            Wrapping::Xsw8 => {
                let object = format!("<ds:Object>{plain}</ds:Object>");
                vec![after_issuer(evil, &inside_signature(signature, &object))]
            }
        };
        (String::new(), content)
    }
}

/// Puts markup at the end of a signature.
fn inside_signature(signature: &str, markup: &str) -> String {
    before_end(signature, markup)
}

/// Puts markup before the end tag of an element.
fn before_end(element: &str, markup: &str) -> String {
    let position = element.rfind("</").unwrap_or(element.len());
    let (before, end) = element.split_at(position);
    format!("{before}{markup}{end}")
}

/// Puts markup after the Issuer of a message or assertion.
fn after_issuer(element: &str, markup: &str) -> String {
    const END: &str = "</saml:Issuer>";
    let position = element.find(END).map_or(0, |at| at + END.len());
    let (before, after) = element.split_at(position);
    format!("{before}{markup}{after}")
}
