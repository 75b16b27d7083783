//! A service provider that others made: Apache with mod_auth_mellon (over lasso and xmlsec1), so that the trials of login and
//! logout are measured on a system that nobody here wrote.
//!
//! It needs the Debian packages `apache2-bin` and `libapache2-mod-auth-mellon`, which start no service (the service belongs to
//! the package `apache2`, which is not needed).
//!
//! [`EXPECTED`] says what mod_auth_mellon does with each kind of message. It was written from the documents and sources named
//! in it, before anything was measured:
//!
//! - mod_auth_mellon 0.18.1 (Debian 12): `auth_mellon_handler.c` as of commit 1609f45f49b5 of latchset/mod_auth_mellon,
//!   `README.md` (packaged), `NEWS` (packaged as `changelog.gz`).
//! - lasso 2.8.1-1+deb12u1: `changelog.Debian.gz` and the history of commits in `changelog.gz` (both packaged), and
//!   `saml-2.0/login.c`, `saml-2.0/logout.c`, `saml-2.0/profile.c`, `id-ff/provider.c`, `xml/tools.c` in older versions, where
//!   the history shows no later change of what is quoted.
//! - xmlsec 1.2.37: `xmlsec1 --list-transforms`.
//!
//! What is not a row, because no single message shows it:
//!
//! - **No state of requests.** Every message gets a new `LassoLogin` (`am_handle_post_reply`), whose `request_id` is never set,
//!   so lasso compares `InResponseTo` with nothing (`lasso_saml20_login_process_response_status_and_assertion`, "Verify
//!   Subject->SubjectConfirmationData->InResponseTo"). What is left: a Response with `InResponseTo` needs *some* cookie of this
//!   name, which `/mellon/login` sets to `cookietest` (`am_handle_reply_common`, "Check that we have a cookie").
//! - **One session a NameID at logout.** `am_handle_logout_request` takes the first session in the table whose NameID is the
//!   request's (`am_get_request_session_by_nameid`; all of them are taken from 0.19 on), and lasso then compares the
//!   SessionIndex with that session's (`lasso_saml20_logout_validate_request`, UnknownPrincipal: status 500, nobody logged out).
//!   So an earlier session of the same NameID that is still alive makes a good LogoutRequest fail. Vary the NameID.
//! - **What is not read:** `IssueInstant` of Response and Assertion, `AuthnInstant`, the validity of the identity provider's
//!   certificates (their keys are taken from the metadata alone), `Destination` of LogoutRequest and LogoutResponse.
//! - **What counts only when it is there:** `Destination`, `Recipient`, `Conditions`, `AudienceRestriction`,
//!   `SubjectConfirmation` (`am_validate_subject` and `am_validate_conditions` return OK without them).
//! - **No minimum age of anything:** SessionNotOnOrAfter ends the session early, else it lives 24 hours (`add_attributes`).

use jiff::Timestamp;
use kravprobe::saml::signature::{SigningOptions, sign_enveloped};
use kravprobe::trial::{
    ContentEncryption, Delivery, Encryption, KeyTransport, LogoutCase, Mutation, RecipientKeyInfo, Signer, Wrapping,
};
use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Key, Leaf};
use openssl::x509::X509;
use std::fmt::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use url::Url;

const PROGRAM: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";
const STARTING: Duration = Duration::from_secs(20);

/// The service provider, running until it is dropped.
pub struct Mellon {
    /// `https://localhost:PORT/`: a page for everybody.
    pub base: Url,
    /// Its SP metadata: signed AuthnRequests, one certificate for signing and encryption, HTTP-POST and SLO by HTTP-Redirect.
    pub metadata: String,
    /// Root of its TLS certificate, DER.
    pub root: Vec<u8>,
    directory: TempDir,
    process: Child,
}

impl Mellon {
    /// Its entityID.
    pub const ENTITY_ID: &str = "https://saml.mellon.kravprobe.example";
    /// A user below this level gets status 403.
    pub const MINIMUM_LEVEL: kravprobe::target::saml::LevelOfAssurance =
        kravprobe::target::saml::LevelOfAssurance::Substantial;

    /// Starts it with the identity provider's metadata.
    pub fn start(idp_metadata: &str) -> Self {
        // Between finding a port and opening it, another program can take it.
        for _ in 0..5 {
            if let Some(running) = Self::start_at(free_port(), idp_metadata) {
                return running;
            }
        }
        panic!("no port for apache2");
    }

    /// The page that only a logged-in user sees, and that shows who it is.
    pub fn protected(&self) -> Url {
        self.base.join("protected/").unwrap()
    }

    /// Logs the user out, here and at the identity provider, and comes back to [`Self::base`].
    pub fn logout(&self) -> Url {
        let mut url = self.base.join("mellon/logout").unwrap();
        url.query_pairs_mut().append_pair("ReturnTo", self.base.as_str());
        url
    }

    /// What Apache and mod_auth_mellon wrote.
    pub fn log(&self) -> String {
        ["output", "error.log"]
            .map(|name| std::fs::read(self.directory.path().join(name)).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
    }

    /// `None` when the port was taken.
    fn start_at(port: u16, idp_metadata: &str) -> Option<Self> {
        assert!(
            Path::new(PROGRAM).exists() && Path::new(MODULES).join("mod_auth_mellon.so").exists(),
            "the tests need Apache with mod_auth_mellon: run `make setup-test`"
        );
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path();
        // Started by root, Apache reads what it serves as nobody.
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        let write = |name: &str, bytes: &[u8], mode: u32| {
            use std::io::Write;
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true).mode(mode).open(folder.join(name)).unwrap().write_all(bytes).unwrap();
        };
        let keys = ExampleKeys::shipped().unwrap();
        let pki = ExamplePki::new(keys.clone(), Timestamp::now()).unwrap();
        let certificate = pki.issue(&Leaf::system("Eksempel Mellon")).unwrap().certificate;
        let pem = |der: &[u8]| X509::from_der(der).unwrap().to_pem().unwrap();
        let private = |key: Key| keys.get(key).private_key_to_pem_pkcs8().unwrap();
        let base: Url = format!("https://localhost:{port}/").parse().unwrap();
        let metadata = metadata(&base, &certificate);
        write("sp.pem", &pem(&certificate), 0o644);
        write("sp-key.pem", &private(Key::System), 0o600);
        write("sp.xml", metadata.as_bytes(), 0o644);
        write("idp.xml", idp_metadata.as_bytes(), 0o644);
        write("web.pem", &pem(&pki.web_server(&["localhost", "127.0.0.1"]).unwrap()), 0o644);
        write("web-key.pem", &private(Key::WebServer), 0o600);
        std::fs::create_dir_all(folder.join("pages/protected")).unwrap();
        write("pages/index.shtml", PUBLIC_PAGE.as_bytes(), 0o644);
        write("pages/protected/index.shtml", PROTECTED_PAGE.as_bytes(), 0o644);
        write("httpd.conf", configuration(folder, port).as_bytes(), 0o644);

        let output = std::fs::File::create(folder.join("output")).unwrap();
        // -X: one process with threads, so that ending it leaves nothing behind.
        let process = Command::new(PROGRAM)
            .arg("-X")
            .arg("-f")
            .arg(folder.join("httpd.conf"))
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let root = pki.web_root().unwrap();
        let mut mellon = Self { base, metadata, root, directory, process };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if mellon.process.try_wait().unwrap().is_some() {
                let log = mellon.log();
                assert!(
                    log.contains("could not bind") || log.contains("Address already in use"),
                    "apache2 ended:\n{log}"
                );
                return None;
            }
            assert!(begun.elapsed() < STARTING, "apache2 does not listen:\n{}", mellon.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(mellon)
    }
}

impl Drop for Mellon {
    fn drop(&mut self) {
        // Its mutexes and shared memory are anonymous: nothing outlives the process.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("apache2 wrote:\n{}", self.log());
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn metadata(base: &Url, certificate: &[u8]) -> String {
    let certificate = openssl::base64::encode_block(certificate);
    let keys = ["signing", "encryption"].map(|usage| {
        format!(
            "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    });
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{}\">\
         <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}\
         <md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{base}mellon/logout\"/>\
         <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName</md:NameIDFormat>\
         <md:AssertionConsumerService index=\"0\" isDefault=\"true\" \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{base}mellon/postResponse\"/>\
         </md:SPSSODescriptor></md:EntityDescriptor>",
        Mellon::ENTITY_ID,
        keys.concat(),
    )
}

const PUBLIC_PAGE: &str =
    "<!DOCTYPE html>\n<html lang=\"en\"><title>Start</title><p>Nobody is named here.</p></html>\n";

/// mod_include writes the variables that mod_auth_mellon set, escaped for HTML.
const PROTECTED_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><title>Who is logged in</title>\n<dl>\n\
    <dt>NameID</dt><dd id=\"name-id\"><!--#echo encoding=\"entity\" var=\"MELLON_NAME_ID\" --></dd>\n\
    <dt>Name</dt><dd id=\"name\"><!--#echo encoding=\"entity\" var=\"MELLON_name\" --></dd>\n\
    <dt>E-mail</dt><dd id=\"email\"><!--#echo encoding=\"entity\" var=\"MELLON_email\" --></dd>\n\
    <dt>Level</dt><dd id=\"level\"><!--#echo encoding=\"entity\" var=\"MELLON_level\" --></dd>\n\
    <dt>Note</dt><dd id=\"note\"><!--#echo encoding=\"entity\" var=\"MELLON_note\" --></dd>\n\
    </dl></html>\n";

/// The attribute that the protected page shows without meaning anything by it, for a canary.
pub const CANARY_ATTRIBUTE: &str = "urn:kravprobe:note";

/// Which attributes the protected page shows, in each attribute profile.
const SHOWN: [(&str, &str); 10] = [
    ("name", "https://data.gov.dk/model/core/eid/fullName"),
    ("name", "urn:oid:2.5.4.3"),
    ("name", "cn"),
    ("email", "https://data.gov.dk/model/core/eid/email"),
    ("email", "urn:oid:0.9.2342.19200300.100.1.3"),
    ("email", "email"),
    ("level", "https://data.gov.dk/concept/core/nsis/loa"),
    ("level", "dk:gov:saml:attribute:AssuranceLevel"),
    ("note", "note"),
    ("note", CANARY_ATTRIBUTE),
];

fn configuration(folder: &Path, port: u16) -> String {
    let mut text = format!(
        "ServerRoot \"{0}\"\nServerName https://localhost:{port}\nUseCanonicalName On\nListen 127.0.0.1:{port} https\n\
         User nobody\nGroup nogroup\nPidFile \"{0}/pid\"\nMutex pthread\nErrorLog \"{0}/error.log\"\n\
         LogLevel warn auth_mellon:info\nTimeout 10\nKeepAliveTimeout 2\nTraceEnable off\n",
        folder.display()
    );
    for module in [
        "mpm_event",
        "authn_core",
        "authz_core",
        "authz_user",
        "dir",
        "mime",
        "include",
        "headers",
        "ssl",
        "auth_mellon",
    ] {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "LoadModule {module}_module \"{MODULES}/mod_{module}.so\"");
    }
    let shown = SHOWN.map(|(variable, attribute)| format!("  MellonSetEnv \"{variable}\" \"{attribute}\"\n")).concat();
    let level = "https://data.gov.dk/concept/core/nsis/loa";
    let _ = write!(
        text,
        "StartServers 1\nServerLimit 1\nThreadsPerChild 16\nMaxRequestWorkers 16\n\
         SSLEngine on\nSSLCertificateFile \"{0}/web.pem\"\nSSLCertificateKeyFile \"{0}/web-key.pem\"\n\
         SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLSessionCache none\n\
         DocumentRoot \"{0}/pages\"\nDirectoryIndex index.shtml\nTypesConfig /dev/null\nAddType text/html .shtml\n\
         AddDefaultCharset utf-8\nAddOutputFilter INCLUDES .shtml\n\
         <Directory \"/\">\n  Require all denied\n</Directory>\n\
         <Directory \"{0}/pages\">\n  Options +IncludesNoExec\n  Require all granted\n</Directory>\n\
         MellonCacheSize 1000\nMellonPostDirectory \"{0}\"\n\
         <Location \"/\">\n  MellonEnable info\n  MellonEndpointPath \"/mellon\"\n  MellonSPMetadataFile \"{0}/sp.xml\"\n  \
         MellonSPPrivateKeyFile \"{0}/sp-key.pem\"\n  MellonSPCertFile \"{0}/sp.pem\"\n  MellonIdPMetadataFile \"{0}/idp.xml\"\n  \
         MellonSignatureMethod rsa-sha256\n  MellonSecureCookie On\n  MellonCookieSameSite None\n  MellonVariable \"session\"\n  \
         MellonAuthnContextClassRef \"{level}/Substantial\"\n  MellonAuthnContextClassRef \"{level}/High\"\n  \
         MellonAuthnContextComparisonType \"minimum\"\n{shown}</Location>\n\
         <Location \"/protected\">\n  MellonEnable auth\n  AuthType Mellon\n  Require valid-user\n  \
         Header always set Cache-Control \"no-store\"\n</Location>\n",
        folder.display()
    );
    text
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub enum Stimulus {
    /// A changed answer to a live request of the same browser.
    Login(&'static [Mutation]),
    /// A good message that arrives in another way.
    Delivered(Delivery),
    /// A logout.
    Logout(LogoutCase),
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The browser gets a session, as the user that the signature vouches for.
    LoggedIn,
    /// The browser gets a session as a user whose NameID is the whole text, the comment left out.
    LoggedInAsWholeText,
    /// No session.
    Refused,
    /// The session of the user that the message names is over.
    LoggedOut,
    /// The session goes on.
    StillLoggedIn,
}

/// What mod_auth_mellon does with one kind of message, and where that can be read.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What is sent.
    pub sent: Stimulus,
    /// What comes of it.
    pub expected: Expected,
    /// What that rests on.
    pub basis: &'static str,
}

const fn login(mutations: &'static [Mutation], expected: Expected, basis: &'static str) -> Row {
    Row { sent: Stimulus::Login(mutations), expected, basis }
}

const fn wrapped(how: &'static [Mutation], expected: Expected, basis: &'static str) -> Row {
    login(how, expected, basis)
}

const fn encrypted(content: ContentEncryption, key: KeyTransport) -> Mutation {
    Mutation::Encrypt(Encryption { content, key, key_info: RecipientKeyInfo::X509Certificate })
}

/// See the module's comment.
pub const EXPECTED: &[Row] = &[
    login(&[], Expected::LoggedIn, "a good Response"),
    // Signatures.
    login(
        &[Mutation::Unsigned],
        Expected::Refused,
        "lasso login.c, process_response_status_and_assertion: an Assertion in a Response without a valid signature of its own \
         must be signed itself (lasso error 440)",
    ),
    login(&[Mutation::SignResponse], Expected::LoggedIn, "as before; one valid signature is enough"),
    login(
        &[Mutation::SignResponseOnly],
        Expected::LoggedIn,
        "the same place: \"If signature has already been verified on the message, and assertion has the same issuer as the \
         message, the assertion is covered\"; WantAssertionsSigned of the SP's metadata is not asked",
    ),
    login(
        &[Mutation::Sha1],
        Expected::LoggedIn,
        "lasso commit after f095ac8f5740 (#54037): --min-hash-algo, \"The default is sha1\"; Debian's changelog names no other. \
         lasso_saml_constrain_dsigctxt allows SHA-1 then",
    ),
    login(
        &[Mutation::TamperAttribute],
        Expected::Refused,
        "lasso tools.c, lasso_verify_signature: xmlSecDSigCtxVerify",
    ),
    login(
        &[Mutation::SignedBy(Signer::SecondKey)],
        Expected::LoggedIn,
        "lasso commit e67f2bb65877: every signing KeyDescriptor of the metadata is tried",
    ),
    login(
        &[Mutation::SignedBy(Signer::StrangerX509)],
        Expected::Refused,
        "lasso tools.c, lasso_verify_signature, public_key: \"if present the function ignore the key contained in the signature\"",
    ),
    login(&[Mutation::SignedBy(Signer::StrangerKeyValue)], Expected::Refused, "the same"),
    // To whom, from whom, in answer to what.
    login(&[Mutation::Destination], Expected::Refused, "am_handle_reply_common: \"Invalid Destination on Response\""),
    login(
        &[Mutation::Recipient],
        Expected::Refused,
        "am_validate_subject: \"Wrong Recipient in SubjectConfirmationData\"",
    ),
    login(&[Mutation::Audience], Expected::Refused, "am_validate_conditions: \"Invalid Audience in Conditions\""),
    login(
        &[Mutation::Issuer],
        Expected::Refused,
        "lasso profile.c, process_any_response: no provider of that name (LASSO_SERVER_ERROR_PROVIDER_NOT_FOUND)",
    ),
    login(
        &[Mutation::UnknownInResponseTo],
        Expected::LoggedIn,
        "no state of requests, see above; the browser has the cookie `cookietest`",
    ),
    // Time. am_validate_subject and am_validate_conditions give 60 seconds to either side.
    login(&[Mutation::Shift(50)], Expected::LoggedIn, "NotBefore 50 seconds ahead: \"t - 60000000 > now\" is false"),
    login(&[Mutation::Shift(86_400)], Expected::Refused, "\"NotBefore in Condition was in the future\""),
    login(
        &[Mutation::Shift(-86_400)],
        Expected::Refused,
        "\"NotOnOrAfter in SubjectConfirmationData was in the past\"",
    ),
    // Level: MellonAuthnContextClassRef is set to Substantial and High.
    login(
        &[Mutation::LevelBelowMinimum],
        Expected::Refused,
        "README.md, MellonAuthnContextClassRef: \"If the assertion does not have the required security level, an HTTP Forbidden\"; \
         am_validate_authn_context_class_ref compares AuthnContextClassRef as text and reads no attribute",
    ),
    login(&[Mutation::Level(kravprobe::target::saml::LevelOfAssurance::High)], Expected::LoggedIn, "the same"),
    // Identity.
    login(
        &[Mutation::CommentInNameId],
        Expected::LoggedInAsWholeText,
        "lasso changelog.Debian, 2.8.1-1+deb12u1: \"test that inserted comment do not change node value and still validate \
         signature\". The page shows the whole text, in which the forged NameID is the beginning",
    ),
    // Wrapping. lasso_verify_signature wants the Signature as a direct child ("Find signature as direct child") of the very
    // element that is used, and its Reference to name that element's own ID ("The reference should be to the signed node"); no
    // other ID is registered, so a Reference to another element finds nothing.
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw1)],
        Expected::Refused,
        "the Response's Signature names another ID; then every Assertion must be signed itself",
    ),
    wrapped(&[Mutation::Wrap(Wrapping::Xsw2)], Expected::Refused, "the same"),
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw3)],
        Expected::Refused,
        "CVE-2021-28091, lasso commit ea7e5efe9741: \"check signatures from all assertions if the message is not signed\"; and \
         am_handle_reply_common: \"More than one Assertion in response\"",
    ),
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw4)],
        Expected::Refused,
        "the outer Assertion has no Signature as a direct child",
    ),
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw5)],
        Expected::Refused,
        "two Assertions, and the Reference names the other one",
    ),
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw6)],
        Expected::Refused,
        "the Reference names an element that is not registered",
    ),
    wrapped(
        &[Mutation::Wrap(Wrapping::Xsw7)],
        Expected::LoggedIn,
        "Extensions are not read: the signed Assertion is the only child of the Response by that name, so the user is the genuine \
         one",
    ),
    wrapped(&[Mutation::Wrap(Wrapping::Xsw8)], Expected::Refused, "as XSW6"),
    // Encryption. lasso tools.c, lasso_node_decrypt_xmlnode: the SP's key is given to xmlsec, whatever KeyInfo shows.
    login(
        &[encrypted(ContentEncryption::Aes256Cbc, KeyTransport::OaepMgf1pSha1)],
        Expected::LoggedIn,
        "xmlsec1 --list-transforms: aes256-cbc, rsa-oaep-mgf1p",
    ),
    login(
        &[encrypted(ContentEncryption::Aes128Gcm, KeyTransport::OaepMgf1pSha1)],
        Expected::LoggedIn,
        "xmlsec1 --list-transforms: aes128-gcm; lasso takes every method with \"#aes\" in its name for AES",
    ),
    login(&[encrypted(ContentEncryption::Aes256Gcm, KeyTransport::OaepMgf1pSha1)], Expected::LoggedIn, "the same"),
    login(
        &[Mutation::Encrypt(Encryption {
            content: ContentEncryption::Aes256Gcm,
            key: KeyTransport::OaepMgf1pSha1,
            key_info: RecipientKeyInfo::SecurityTokenReference,
        })],
        Expected::LoggedIn,
        "the same; KeyInfo is not asked when the key is given",
    ),
    login(
        &[encrypted(ContentEncryption::Aes256Gcm, KeyTransport::OaepSha256)],
        Expected::Refused,
        "xmlsec1 --list-transforms knows no http://www.w3.org/2009/xmlenc11#rsa-oaep; so the Assertion \
         stays encrypted: LASSO_PROFILE_ERROR_MISSING_ASSERTION. This is what the Context Handler sends: set `encrypted = false`",
    ),
    // Delivery.
    Row {
        sent: Stimulus::Delivered(Delivery::Unsolicited),
        expected: Expected::LoggedIn,
        basis: "am_handle_reply_common asks for a cookie only when the Response has InResponseTo; README.md, MellonDefaultLoginPath: \
                \"redirected after an IdP-initiated login\"",
    },
    Row {
        sent: Stimulus::Delivered(Delivery::ForeignRequest),
        expected: Expected::LoggedIn,
        basis: "no state of requests; the browser has begun a login of its own, so it has `cookietest`. In a browser without any \
                cookie: status 400",
    },
    Row {
        sent: Stimulus::Delivered(Delivery::ReplayAtOnce),
        expected: Expected::Refused,
        basis: "NEWS 0.17.0: \"Validate if the assertion ID has not been used earlier\"; am_validate_unique_assertion_id looks \
                among living sessions",
    },
    Row { sent: Stimulus::Delivered(Delivery::ReplayInOtherBrowser), expected: Expected::Refused, basis: "the same" },
    Row {
        sent: Stimulus::Delivered(Delivery::ReplayAfterLogout),
        expected: Expected::Refused,
        basis: "only because logout deletes the cookie (am_delete_request_session) and the Response has InResponseTo. The \
                Assertion's ID is forgotten with the session: a browser that began another login after the logout is let in",
    },
    // Logout.
    Row {
        sent: Stimulus::Logout(LogoutCase::ServiceProviderInitiated),
        expected: Expected::LoggedOut,
        basis: "am_init_logout_request: logged_in = 0 before the LogoutRequest is sent, so the answer cannot matter",
    },
    Row {
        sent: Stimulus::Logout(LogoutCase::IdentityProviderInitiated),
        expected: Expected::LoggedOut,
        basis: "am_handle_logout_request: \"We found a matching session -- delete it.\"",
    },
    Row {
        sent: Stimulus::Logout(LogoutCase::Unsigned),
        expected: Expected::LoggedOut,
        basis: "am_handle_logout_request: \"Process the logout message. Ignore missing signature.\" \
                (LASSO_DS_ERROR_SIGNATURE_NOT_FOUND is no error)",
    },
    Row {
        sent: Stimulus::Logout(LogoutCase::WrongKey),
        expected: Expected::StillLoggedIn,
        basis: "the same place: every other error of lasso_logout_process_request_msg is status 400",
    },
    Row {
        sent: Stimulus::Logout(LogoutCase::OtherUser),
        expected: Expected::LoggedOut,
        basis: "of the user that the request names: the session is found by NameID among all browsers. The session of the browser \
                that carried the message lives on, but am_delete_request_session takes its cookie away: with the old cookies it \
                is still logged in, with the new ones nobody is",
    },
];

/// A browser that does what it is told and nothing else: keeps cookies, and follows redirects within the system.
pub struct Visitor<'m> {
    mellon: &'m Mellon,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    cookies: std::collections::BTreeMap<String, String>,
}

/// Where a visit ended.
#[derive(Debug)]
pub struct Visit {
    pub status: u16,
    /// An address outside the system that it redirected to.
    pub away: Option<Url>,
    pub body: String,
}

impl<'m> Visitor<'m> {
    pub fn new(mellon: &'m Mellon) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_der(&mellon.root).unwrap()])
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { mellon, client, runtime, cookies: std::collections::BTreeMap::new() }
    }

    pub fn get(&mut self, url: &Url) -> Visit {
        self.follow(self.client.get(url.clone()))
    }

    pub fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Visit {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        self.follow(request)
    }

    fn follow(&mut self, mut request: reqwest::RequestBuilder) -> Visit {
        for _ in 0..10 {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if !cookies.is_empty() {
                request = request.header("Cookie", cookies.join("; "));
            }
            let answer = self.runtime.block_on(async { request.send().await }).unwrap();
            for set in answer.headers().get_all("Set-Cookie") {
                let set = set.to_str().unwrap();
                let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
                if value.is_empty() || set.to_ascii_lowercase().contains("expires=thu, 01-jan-1970") {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            let status = answer.status().as_u16();
            let to = answer.headers().get("Location").map(|to| to.to_str().unwrap().parse::<Url>().unwrap());
            let body = self.runtime.block_on(answer.text()).unwrap();
            match to {
                Some(to) if to.origin() == self.mellon.base.origin() => request = self.client.get(to),
                away => return Visit { status, away, body },
            }
        }
        panic!("too many redirects");
    }
}

/// A good Response made by hand: nothing of the emulated identity provider is in it, so that a failure says which side is wrong.
fn hand_made_response(mellon: &Mellon, keys: &ExampleKeys, certificate: &[u8], in_response_to: &str) -> String {
    let now = Timestamp::now();
    let at = |seconds: i64| {
        let at = Timestamp::from_second(now.as_second() + seconds).unwrap();
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let saml = "urn:oasis:names:tc:SAML:2.0:assertion";
    let acs = mellon.base.join("mellon/postResponse").unwrap();
    let assertion = format!(
        "<saml:Assertion xmlns:saml=\"{saml}\" ID=\"_assertion\" IssueInstant=\"{0}\" Version=\"2.0\">\
         <saml:Issuer>{IDP}</saml:Issuer><saml:Subject><saml:NameID \
         Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName\">CN=Test &lt;Testesen&gt;</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
         InResponseTo=\"{in_response_to}\" NotOnOrAfter=\"{1}\" Recipient=\"{acs}\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"{0}\" NotOnOrAfter=\"{1}\"><saml:AudienceRestriction><saml:Audience>{2}</saml:Audience>\
         </saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"{0}\" SessionIndex=\"_session\">\
         <saml:AuthnContext><saml:AuthnContextClassRef>https://data.gov.dk/concept/core/nsis/loa/Substantial\
         </saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement></saml:Assertion>",
        at(0),
        at(300),
        Mellon::ENTITY_ID
    );
    let signed =
        sign_enveloped(&assertion, keys.get(Key::OtherSystem), certificate, SigningOptions::default()).unwrap();
    // SAML wants the Signature after the Issuer.
    let from = signed.find("<ds:Signature ").unwrap();
    let to = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let without = format!("{}{}", &signed[..from], &signed[to..]);
    let signed = without.replacen("</saml:Issuer>", &format!("</saml:Issuer>{}", &signed[from..to]), 1);
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_response\" InResponseTo=\"{in_response_to}\" \
         IssueInstant=\"{}\" Version=\"2.0\" Destination=\"{acs}\"><saml:Issuer xmlns:saml=\"{saml}\">{IDP}</saml:Issuer>\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{signed}\
         </samlp:Response>",
        at(0)
    )
}

const IDP: &str = "https://saml.idp.kravprobe.example";

#[test]
fn a_response_made_by_hand_logs_in_and_its_replay_does_not() {
    let keys = ExampleKeys::shipped().unwrap();
    let pki = ExamplePki::new(keys.clone(), Timestamp::now()).unwrap();
    let certificate = pki.issue(&Leaf::system("Eksempel IdP").key(Key::OtherSystem)).unwrap().certificate;
    let mellon = Mellon::start(&format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{IDP}\"><md:IDPSSODescriptor \
         WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>\
         </ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example/sso\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        openssl::base64::encode_block(&certificate)
    ));

    let mut visitor = Visitor::new(&mellon);
    let away = visitor.get(&mellon.protected()).away.unwrap();
    assert_eq!(away.path(), "/sso");
    let query: std::collections::BTreeMap<_, _> = away.query_pairs().into_owned().collect();
    assert_eq!(query["SigAlg"], "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    let mut request = String::new();
    let deflated = openssl::base64::decode_block(&query["SAMLRequest"]).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(&deflated[..]), &mut request).unwrap();
    let id = request.split("ID=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(request.contains(Mellon::ENTITY_ID), "{request}");

    let response = openssl::base64::encode_block(hand_made_response(&mellon, &keys, &certificate, id).as_bytes());
    let fields = [("SAMLResponse", response.as_str()), ("RelayState", query["RelayState"].as_str())];
    let mut stranger = Visitor::new(&mellon);
    assert_eq!(stranger.post(mellon.base.join("mellon/postResponse").unwrap().as_str(), &fields).status, 400);
    let page = visitor.post(mellon.base.join("mellon/postResponse").unwrap().as_str(), &fields);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("CN=Test &lt;Testesen&gt;"), "{}", page.body);
    assert!(visitor.get(&mellon.protected()).body.contains("CN=Test"));

    // The same message again, in a browser that began a login of its own.
    assert!(stranger.get(&mellon.protected()).away.is_some());
    assert_eq!(stranger.post(mellon.base.join("mellon/postResponse").unwrap().as_str(), &fields).status, 400);
    assert!(stranger.get(&mellon.protected()).away.is_some());
}
