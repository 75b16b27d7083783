//! Good messages, which must log the user in. They also show that the refusals of the other files mean something.

use crate::check::Parameters;
use crate::checks::recorded;
use crate::checks::trials::logged_in;
use crate::login_check;
use crate::outcome::Outcome;
use crate::subject::TrialSubject;
use crate::trial::{Case, ContentEncryption, Encryption, KeyTransport, Mutation, RecipientKeyInfo, Signer};

login_check! {
    /// A plain good Response logs the user in: the Assertion is signed, nothing is wrong with it, and it answers a live request.
    ///
    /// ## Why
    /// This is what the Context Handler sends at every login. A system that does not take it cannot be used, and nothing that it
    /// refuses afterwards shows anything.
    ///
    /// ## What to do
    /// Import the metadata of the test identity provider as you would the Context Handler's, let the test users in, and look in
    /// the log why the Response was refused. A common cause is a NameID with spaces around `=` (`C = DK, O = ...`) that the
    /// system takes apart itself, or a library in strict OIOSAML 3 mode that only takes `persistent` and `transient` NameIDs.
    pub GoodResponseAccepted {
        id: "login.good-response-accepted",
        case: Case::answer("good", &[]),
        judged: logged_in,
        title: da "En korrekt Response logger brugeren ind", en "A good Response logs the user in",
        rows: ["FKI-RSP-01", "SP-ACC-06"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.3.6: the service provider grants access; 4.1.4.3"),
            ("Safewhere/kombit 7cdcbfd, SampleMessages", "AssertionContextHandler2ToBrugervendtSystem_Substantial"),
        ],
        remediation: da "Indlæs testudbyderens metadata, opret testbrugerne, og find i systemets log, hvorfor svaret blev afvist.",
                     en "Import the test identity provider's metadata, create the test users, and find in the system's log why the Response was refused.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose Assertion is encrypted with AES-256-GCM, its key transported with `rsa-oaep-mgf1p` and a SHA-1 digest,
    /// logs the user in.
    ///
    /// ## Why
    /// It is the combination that every SAML2Int system must be able to decrypt. SHA-1 inside OAEP is no weakness: nothing there
    /// rests on collisions.
    ///
    /// ## What to do
    /// Take an XML encryption library with `xmlenc11#aes256-gcm` (OpenSAML 3 or newer, xmlsec 1.2.28 or newer, .NET with a GCM
    /// extension), and give it the private key that belongs to the encryption certificate in the metadata.
    pub EncryptedOaepSha1Accepted {
        id: "login.encrypted-oaep-sha1-accepted",
        case: Case::answer("encrypted-oaep-sha1", &[Mutation::Encrypt(Encryption {
            content: ContentEncryption::Aes256Gcm,
            key: KeyTransport::OaepMgf1pSha1,
            key_info: RecipientKeyInfo::X509Certificate,
        })]),
        judged: logged_in_if_encrypted_to,
        title: da "En assertion krypteret med AES-256-GCM og RSA-OAEP (SHA-1) logger brugeren ind",
               en "An assertion encrypted with AES-256-GCM and RSA-OAEP (SHA-1) logs the user in",
        rows: ["SP-ACC-01"],
        basis: Norm,
        method: Measured,
        sources: [("Kantara SAML2Int", "SDP-ALG01, SDP-SP10"), ("XML Encryption 1.1", "5.2.4, 5.5.2")],
        remediation: da "Brug et bibliotek, der kan dekryptere AES-GCM med rsa-oaep-mgf1p, og giv det nøglen til krypteringscertifikatet i metadata.",
                     en "Use a library that decrypts AES-GCM with rsa-oaep-mgf1p, and give it the key of the encryption certificate in the metadata.",
        parameters: [],
    }
}

login_check! {
    /// A Response whose Assertion is encrypted with AES-256-GCM, its key transported with `xmlenc11#rsa-oaep`, SHA-256 and
    /// MGF1-SHA-256, logs the user in.
    ///
    /// ## Why
    /// KOMBIT's sample system asks for it in its metadata, and a live system reports that the Context Handler sends it. Many
    /// libraries know RSA-OAEP with SHA-1 alone; a vendor who then decrypts by hand often forgets the signature.
    ///
    /// ## What to do
    /// Take a library that reads `DigestMethod` and `MGF` of the EncryptionMethod (OpenSAML 3 or newer; xmlsec 1.3 or newer; in PHP
    /// phpseclib instead of `openssl_private_decrypt`). Never decrypt outside the library that verifies the signature.
    pub EncryptedOaepSha256Accepted {
        id: "login.encrypted-oaep-sha256-accepted",
        case: Case::answer("encrypted-oaep-sha256", &[Mutation::Encrypt(Encryption::CONTEXT_HANDLER)]),
        judged: logged_in_if_encrypted_to,
        title: da "En assertion krypteret med AES-256-GCM og RSA-OAEP (SHA-256) logger brugeren ind",
               en "An assertion encrypted with AES-256-GCM and RSA-OAEP (SHA-256) logs the user in",
        rows: ["FKI-RSP-02", "SP-ACC-02"],
        basis: Sample,
        method: Measured,
        sources: [
            ("KOMBIT sample brugervendt system (Safewhere/kombit-web-net 8c8b526)", "EncryptionMethod in its metadata: xmlenc11#aes256-gcm, xmlenc11#rsa-oaep"),
            ("XML Encryption 1.1", "5.2.4, 5.5.2"),
        ],
        remediation: da "Brug et bibliotek, der læser DigestMethod og MGF i EncryptionMethod og kan RSA-OAEP med SHA-256.",
                     en "Use a library that reads DigestMethod and MGF of the EncryptionMethod and knows RSA-OAEP with SHA-256.",
        parameters: [],
    }
}

login_check! {
    /// A Response signed with the second signing key of the identity provider's metadata logs the user in.
    ///
    /// ## Why
    /// The Context Handler changes its certificate every few years; old and new stand side by side in the meantime. A system that
    /// holds one copied certificate stops on the day of the change.
    ///
    /// ## What to do
    /// Trust every `KeyDescriptor` for signing in the metadata, not the first or a copied one, and read the metadata again regularly
    /// (`idpCert` as a list in node-saml; `SignatureValidationCertificates` takes several in ITfoxtec; `x509certMulti` in php-saml).
    pub SecondSigningKeyAccepted {
        id: "login.second-signing-key-accepted",
        case: Case::answer("second-key", &[Mutation::SignedBy(Signer::SecondKey)]),
        judged: logged_in,
        title: da "En Response signeret med den anden nøgle i udbyderens metadata logger brugeren ind",
               en "A Response signed with the second key of the identity provider's metadata logs the user in",
        rows: ["FKI-CRT-11", "SP-ACC-10"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Kantara SAML2Int", "SDP-SP37"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.1.1: one or more KeyDescriptor"),
        ],
        remediation: da "Hav tillid til alle signeringsnøgler i udbyderens metadata, og hent metadata igen med jævne mellemrum.",
                     en "Trust every signing key of the identity provider's metadata, and read the metadata again regularly.",
        parameters: [],
    }
}

fn logged_in_if_encrypted_to(subject: &TrialSubject, parameters: &Parameters) -> Outcome {
    recorded::if_encrypted_to(subject, || logged_in(subject, parameters))
}
