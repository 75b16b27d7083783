//! Signatures that are missing, by the wrong key, or over something else. None of them vouches for the identity inside.

use crate::check::Parameters;
use crate::checks::recorded;
use crate::checks::trials::refused;
use crate::login_check;
use crate::outcome::Outcome;
use crate::subject::TrialSubject;
use crate::trial::{Case, Encryption, Mutation, Signer};

login_check! {
    /// A Response without any signature gives no session.
    ///
    /// ## Why
    /// Whoever can reach the AssertionConsumerService can write such a message, with any name in it. Nothing vouches for it.
    ///
    /// ## What to do
    /// Require a signature and verify it: `WantAssertionsSigned` (Spring Security, Sustainsys, Keycloak "Want Assertions Signed" with
    /// "Validate Signature"), `want_assertions_signed: True` (pysaml2), `wantAssertionsSigned` with `strict` (php-saml, python3-saml).
    /// Refuse to start without a configured certificate, instead of checking nothing.
    pub UnsignedAssertionRefused {
        id: "login.unsigned-assertion-refused",
        case: Case::answer("unsigned", &[Mutation::Unsigned]),
        judged: refused,
        title: da "En usigneret assertion giver ingen session", en "An unsigned assertion gives no session",
        rows: ["FKI-RSP-04", "ATT-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.3.5, 4.1.4.5: assertions by HTTP POST are signed; 4.1.4.3: verify any signatures"),
            ("OIOSAML.Java 1ac36de, AssertionValidationService", "\"The Assertion within the response MUST be directly signed\""),
        ],
        remediation: da "Kræv en signatur på assertionen, og verificér den med nøglen fra udbyderens metadata.",
                     en "Require a signature on the assertion, and verify it with the key from the identity provider's metadata.",
        parameters: [],
    }
}

login_check! {
    /// A Response signed with RSA-SHA1 and SHA-1 digests gives no session, though the key is the right one.
    ///
    /// ## Why
    /// Chosen-prefix collisions of SHA-1 can be bought. As long as a system takes SHA-1, a signature over one text can be made to
    /// count for another.
    ///
    /// ## What to do
    /// Allow `rsa-sha256` and stronger only: `MinIncomingSigningAlgorithm` (Sustainsys), `rejectDeprecatedAlgorithm` (php-saml,
    /// python3-saml), the algorithm deny list of OpenSAML (`BasicSignatureValidationConfiguration`).
    pub Sha1SignatureRefused {
        id: "login.sha1-signature-refused",
        case: Case::answer("sha1", &[Mutation::Sha1]),
        judged: refused,
        title: da "En signatur med SHA-1 giver ingen session", en "A signature with SHA-1 gives no session",
        rows: ["FKI-RSP-09"],
        basis: Inference,
        method: Measured,
        sources: [
            ("Kantara SAML2Int", "SDP-ALG01: rsa-sha256, SHA-256"),
            ("KOMBIT sample brugervendt system (Safewhere/kombit-web-net 8c8b526)", "Web.config: Sha256"),
        ],
        remediation: da "Tillad kun signaturer med SHA-256 eller stærkere.", en "Allow signatures with SHA-256 or stronger only.",
        parameters: [],
    }
}

login_check! {
    /// A Response signed by a stranger, with a certificate in KeyInfo that looks like the identity provider's, gives no session.
    ///
    /// ## Why
    /// KeyInfo is written by whoever signs. A system that takes the key from there, or compares names and serial numbers only,
    /// trusts everybody.
    ///
    /// ## What to do
    /// Take the key from the identity provider's metadata and ignore KeyInfo, or use it only to choose among the keys already
    /// trusted. Compare whole certificates or keys, never subject names. No certificate validation mode (`CertificateValidationMode`,
    /// chain building) replaces this.
    pub StrangersCertificateRefused {
        id: "login.strangers-certificate-refused",
        case: Case::answer("stranger-x509", &[Mutation::SignedBy(Signer::StrangerX509)]),
        judged: refused,
        title: da "En signatur fra en fremmed nøgle med et efterlignet certifikat i KeyInfo giver ingen session",
               en "A stranger's signature with a look-alike certificate in KeyInfo gives no session",
        rows: ["FKI-RSP-05", "ATT-16"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: verify any signatures"),
            ("Kantara SAML2Int", "SDP-MD01, SDP-MD05: keys come from metadata"),
        ],
        remediation: da "Verificér signaturen med nøglerne fra udbyderens metadata, aldrig med den fra KeyInfo.",
                     en "Verify the signature with the keys of the identity provider's metadata, never with the one in KeyInfo.",
        parameters: [],
    }
}

login_check! {
    /// A Response signed by a stranger, with nothing but the stranger's public key (`ds:KeyValue`) in KeyInfo, gives no session.
    ///
    /// ## Why
    /// XML signature libraries verify with a `KeyValue` by themselves when nobody gives them a key. "The signature is valid" then
    /// says only that somebody signed.
    ///
    /// ## What to do
    /// Give the library the trusted key explicitly (`SignedXml.CheckSignature(key)`, not `CheckSignature()`; in xmlsec
    /// `--enabled-key-data x509` or a keys manager with the metadata's keys; in Java a `KeySelector` that ignores KeyInfo).
    pub StrangersKeyValueRefused {
        id: "login.strangers-key-value-refused",
        case: Case::answer("stranger-key-value", &[Mutation::SignedBy(Signer::StrangerKeyValue)]),
        judged: refused,
        title: da "En signatur fra en fremmed nøgle, der kun står som KeyValue, giver ingen session",
               en "A stranger's signature with a bare KeyValue gives no session",
        rows: ["FKI-RSP-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: verify any signatures"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4.5: KeyInfo is optional and confers no trust"),
            ("Kantara SAML2Int", "SDP-MD01, SDP-MD05: keys come from metadata"),
        ],
        remediation: da "Giv signaturbiblioteket den betroede nøgle udtrykkeligt; lad det ikke hente nøglen i KeyInfo.",
                     en "Give the signature library the trusted key explicitly; do not let it fetch the key from KeyInfo.",
        parameters: [],
    }
}

login_check! {
    /// A Response that was changed after it was signed gives no session.
    ///
    /// ## Why
    /// It is what the signature is for. Systems fail here when verification is switched off, or when an error of it is logged and
    /// forgotten.
    ///
    /// ## What to do
    /// Verify the digest of every reference as well as the signature value, and let every error end the login. Look for test
    /// switches such as `skipSignatureValidation`.
    pub ChangedAfterSigningRefused {
        id: "login.changed-after-signing-refused",
        case: Case::answer("tampered", &[Mutation::TamperAttribute]),
        judged: refused,
        title: da "En assertion, der er ændret efter signering, giver ingen session",
               en "An assertion changed after signing gives no session",
        rows: ["FKI-RSP-06", "ATT-15"],
        basis: Norm,
        method: Measured,
        sources: [
            ("XML Signature Syntax and Processing (W3C)", "3.2.1 Reference Validation"),
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.3: verify any signatures"),
        ],
        remediation: da "Verificér digest og signatur, og afvis login ved enhver fejl.",
                     en "Verify digest and signature, and refuse the login on any error.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose Assertion is encrypted to the system but signed by nobody gives no session.
    ///
    /// ## Why
    /// The encryption key is public: it stands in the system's metadata. That a message can be decrypted proves nothing about its
    /// sender. Systems have shipped that took decryption for proof.
    ///
    /// ## What to do
    /// Decrypt first, then require and verify the signature of the decrypted Assertion with the same code as for a plain one.
    pub EncryptedUnsignedRefused {
        id: "login.encrypted-unsigned-refused",
        case: Case::answer("encrypted-unsigned", &[Mutation::Unsigned, Mutation::Encrypt(Encryption::CONTEXT_HANDLER)]),
        judged: refused_if_encrypted_to,
        title: da "En krypteret, men usigneret assertion giver ingen session",
               en "An encrypted but unsigned assertion gives no session",
        rows: ["FKI-RSP-35", "ATT-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.4.5: assertions by HTTP POST are signed; 4.1.4.3: verify any signatures"),
            ("OIOSAML.Java 1ac36de, AssertionValidationService", "\"The Assertion within the response MUST be directly signed\""),
        ],
        remediation: da "Kræv og verificér signaturen på den dekrypterede assertion.",
                     en "Require and verify the signature of the decrypted assertion.",
        parameters: [],
    }
}

fn refused_if_encrypted_to(subject: &TrialSubject, parameters: &Parameters) -> Outcome {
    recorded::if_encrypted_to(subject, || refused(subject, parameters))
}
