//! What an active trial does, as data: which message, what is wrong with it, how it arrives, and what must come of it.
//!
//! A case is written beside the check that it decides (`src/checks/login/`, `src/checks/logout/`). The capture carries it
//! out, and the check judges what was recorded; neither knows the other.

pub mod pull;
pub mod push;

use crate::target::saml::LevelOfAssurance;

/// One case of a login trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Unique; the trial's subject is `login:ID`.
    pub id: &'static str,
    /// How the message arrives.
    pub delivery: Delivery,
    /// What is done to a good message, in this order.
    pub mutations: &'static [Mutation],
}

impl Case {
    /// A case whose message answers a live request of the same browser.
    #[must_use]
    pub const fn answer(id: &'static str, mutations: &'static [Mutation]) -> Self {
        Self { id, delivery: Delivery::Answer, mutations }
    }

    /// A case in which the message is good and only its delivery is not.
    #[must_use]
    pub const fn delivered(id: &'static str, delivery: Delivery) -> Self {
        Self { id, delivery, mutations: &[] }
    }

    /// Whether it sends anything else than one plain good login.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        !self.mutations.is_empty() || !matches!(self.delivery, Delivery::Answer)
    }
}

/// How a Response arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// As the answer to a live request of the same browser.
    Answer,
    /// In a browser that never asked, without InResponseTo.
    Unsolicited,
    /// In this browser, as the answer to a live request that another browser made (login CSRF).
    ForeignRequest,
    /// A second time at once, with the cookies as they were before the first time.
    ReplayAtOnce,
    /// A second time, after the user logged out in the same browser.
    ReplayAfterLogout,
    /// A second time, in a browser without any cookie.
    ReplayInOtherBrowser,
}

/// One change of a good message. Those above `TamperAttribute` are made before signing, the rest after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// `Response@Destination` names the ACS of another system.
    Destination,
    /// `SubjectConfirmationData@Recipient` names the ACS of another system.
    Recipient,
    /// `Audience` names another system.
    Audience,
    /// `Issuer` of Response and Assertion names another identity provider.
    Issuer,
    /// `InResponseTo` (both) names a request that was never made.
    UnknownInResponseTo,
    /// Every instant is moved by so many seconds.
    Shift(i64),
    /// The level of assurance one below the system's minimum, in attribute and class.
    LevelBelowMinimum,
    /// This level of assurance, in attribute and class.
    Level(LevelOfAssurance),
    /// The NameID is the forged user's, followed by a comment and more text. The signature covers the text without the comment.
    CommentInNameId,
    /// The Assertion is not signed.
    Unsigned,
    /// The Response is signed too, as well as the Assertion.
    SignResponse,
    /// The Response is signed and the Assertion is not.
    SignResponseOnly,
    /// Who signs and what KeyInfo shows, instead of the first key of the identity provider's metadata.
    SignedBy(Signer),
    /// RSA-SHA1 with a SHA-1 digest.
    Sha1,
    /// The value of the first canary attribute (else the common name in the Subject) is another than when it was signed.
    TamperAttribute,
    /// XML signature wrapping: a forged identity beside the signed one.
    Wrap(Wrapping),
    /// The Assertion is encrypted to the system's key, after everything else.
    Encrypt(Encryption),
    /// The Assertion is sent in the clear though the target says that good ones are encrypted.
    Plain,
}

/// Who signs a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// The second key of the identity provider's metadata.
    SecondKey,
    /// A stranger, with a certificate in KeyInfo that looks like the identity provider's.
    StrangerX509,
    /// A stranger, with nothing but the public key (`ds:KeyValue`) in KeyInfo.
    StrangerKeyValue,
}

/// XML signature wrapping, numbered as in "On Breaking SAML" and SAML Raider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// Signed Response: the original, without Signature, is appended inside the Signature of a forged Response.
    Xsw1,
    /// Signed Response: the original, without Signature, stands before the Signature of a forged Response.
    Xsw2,
    /// A forged Assertion before the signed one.
    Xsw3,
    /// A forged Assertion around the signed one.
    Xsw4,
    /// The Signature in a forged Assertion, the original without it at the end of the Response.
    Xsw5,
    /// The Signature in a forged Assertion, the original without it inside the Signature.
    Xsw6,
    /// A forged Assertion with the same ID in `samlp:Extensions`, before the signed one.
    Xsw7,
    /// The Signature in a forged Assertion, the original without it in a `ds:Object` of the Signature.
    Xsw8,
}

/// How an Assertion is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// How the content is encrypted.
    pub content: ContentEncryption,
    /// How the content's key is transported.
    pub key: KeyTransport,
    /// What KeyInfo of EncryptedKey shows.
    pub key_info: RecipientKeyInfo,
}

impl Encryption {
    /// AES-256-GCM, RSA-OAEP with SHA-256 and MGF1-SHA-256: what the Context Handler sends today (fki-security.md 4.4).
    pub const CONTEXT_HANDLER: Self = Self {
        content: ContentEncryption::Aes256Gcm,
        key: KeyTransport::OaepSha256,
        key_info: RecipientKeyInfo::X509Certificate,
    };
}

/// Content encryption (XML Encryption 1.1, 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentEncryption {
    /// `http://www.w3.org/2009/xmlenc11#aes128-gcm`
    Aes128Gcm,
    /// `http://www.w3.org/2009/xmlenc11#aes256-gcm`
    Aes256Gcm,
    /// `http://www.w3.org/2001/04/xmlenc#aes256-cbc`
    Aes256Cbc,
}

/// Key transport (XML Encryption 1.1, 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTransport {
    /// `http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p` with a SHA-1 digest.
    OaepMgf1pSha1,
    /// `http://www.w3.org/2009/xmlenc11#rsa-oaep` with SHA-256 and MGF1-SHA-256.
    OaepSha256,
}

/// What KeyInfo of an EncryptedKey shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecipientKeyInfo {
    /// `ds:X509Data/ds:X509Certificate`
    X509Certificate,
    /// `wsse:SecurityTokenReference/ds:X509Data/ds:X509IssuerSerial`, as seen from the Context Handler in 2020.
    SecurityTokenReference,
}

/// One case of a logout trial. Each begins with a good login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogoutCase {
    /// The user logs out in the system; the identity provider answers with Success.
    ServiceProviderInitiated,
    /// The identity provider sends a good LogoutRequest by Redirect through the user's browser.
    IdentityProviderInitiated,
    /// The same without a signature.
    Unsigned,
    /// The same, signed by a stranger.
    WrongKey,
    /// A good LogoutRequest for the first user arrives in the browser of the second one.
    OtherUser,
}

impl LogoutCase {
    /// Every case, in the order they are made.
    pub const ALL: [Self; 5] = [
        Self::ServiceProviderInitiated,
        Self::IdentityProviderInitiated,
        Self::Unsigned,
        Self::WrongKey,
        Self::OtherUser,
    ];

    /// Unique; the trial's subject is `logout:ID`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ServiceProviderInitiated => "sp-initiated",
            Self::IdentityProviderInitiated => "idp-initiated",
            Self::Unsigned => "unsigned",
            Self::WrongKey => "wrong-key",
            Self::OtherUser => "other-user",
        }
    }
}
