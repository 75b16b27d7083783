//! How the system connects to the Beskedfordeler's services.

use super::fault::Fault;
use super::tokens::Token;
use super::{ClientError, Counterpart, Login, Patience, ReceiverError, System};
use crate::vendor::pki::{ExampleKeys, Issued};
use lapin::auth::AuthProvider;
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
use lapin::types::LongString;
use lapin::uri::{AMQPAuthority, AMQPScheme, AMQPUri, AMQPUserInfo};
use lapin::{Connection, ConnectionProperties};
use openssl::error::ErrorStack;
use openssl::x509::X509;
use std::time::Duration;

/// Longest wait for a connection to the broker, and for an HTTP answer.
const CONNECT: Duration = Duration::from_secs(15);

/// Waits longer after each failure.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackOff {
    patience: Patience,
    next: Duration,
}

impl BackOff {
    pub(super) const fn new(patience: Patience) -> Self {
        Self { patience, next: patience.first }
    }

    /// How long to wait now.
    pub(super) fn wait(&mut self) -> Duration {
        let now = self.next;
        self.next = (self.next * 2).min(self.patience.most);
        now
    }

    /// It worked: the next wait is the first again.
    pub(super) const fn reset(&mut self) {
        self.next = self.patience.first;
    }
}

fn pem(der: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    X509::from_der(der)?.to_pem()
}

/// An HTTP client that shows the function certificate and trusts the services' roots alone.
pub(super) fn http(
    function: &Issued,
    keys: &ExampleKeys,
    counterpart: Option<&Counterpart>,
) -> Result<reqwest::Client, ReceiverError> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut identity = keys.get(function.key).private_key_to_pem_pkcs8()?;
    identity.extend(pem(&function.certificate)?);
    identity.extend(pem(&function.issuing)?);
    let roots = counterpart.map(|c| c.roots.as_slice()).unwrap_or_default();
    let roots = roots.iter().map(|der| reqwest::Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
    Ok(reqwest::Client::builder()
        .tls_backend_rustls()
        .tls_certs_only(roots)
        .identity(reqwest::Identity::from_pem(&identity)?)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(CONNECT)
        .build()?)
}

/// The token as the response of SASL EXTERNAL.
struct External(LongString);

impl AuthProvider for External {
    fn auth_starter(&self) -> Result<LongString, String> {
        Ok(self.0.clone())
    }
}

impl System {
    /// Connects to the broker and logs in.
    pub(super) async fn connect(&self, token: Option<&Token>, name: &str) -> Result<Connection, ClientError> {
        let connecting = async {
            let counterpart = self.counterpart()?;
            let runtime = lapin::runtime::default_runtime().map_err(ClientError::Broker)?;
            let properties = ConnectionProperties::default().with_connection_name(name.into());
            let (uri, properties, tls) = match (&counterpart.login, token) {
                (Login::Plain { user, password, vhost }, _) => {
                    let user = AMQPUserInfo { username: user.as_str().into(), password: password.as_str().into() };
                    (self.uri(counterpart, AMQPScheme::AMQP, Some(user), vhost), properties, OwnedTLSConfig::default())
                }
                (Login::Token, Some(token)) => {
                    let vhost = if self.faults.has(Fault::WrongVhost) { "/" } else { "BF" };
                    let plain = self.faults.has(Fault::PlainLogin);
                    let user = AMQPUserInfo { username: "fagsystem".into(), password: token.text.as_str().into() };
                    let uri = self.uri(counterpart, AMQPScheme::AMQPS, plain.then_some(user), vhost);
                    let external = External(token.text.as_str().into());
                    let properties = if plain { properties } else { properties.with_auth_provider(external) };
                    (uri, properties, self.tls(counterpart).map_err(|_| ClientError::Answer("the keys are unusable"))?)
                }
                (Login::Token, None) => return Err(ClientError::Answer("there is no token")),
            };
            Connection::connect_uri_with_config(uri, properties, tls, runtime).await.map_err(ClientError::from)
        };
        tokio::time::timeout(CONNECT, connecting).await.map_err(|_| ClientError::TooLate)?
    }

    fn uri(
        &self,
        counterpart: &Counterpart,
        scheme: AMQPScheme,
        userinfo: Option<AMQPUserInfo>,
        vhost: &str,
    ) -> AMQPUri {
        let heartbeat = if self.faults.has(Fault::NoHeartbeat) { 0 } else { self.patience.heartbeat };
        let mut uri = AMQPUri { scheme, vhost: vhost.into(), ..AMQPUri::default() };
        uri.authority = AMQPAuthority {
            userinfo: userinfo.unwrap_or_default(),
            host: counterpart.host.clone(),
            port: counterpart.port,
        };
        uri.query.heartbeat = Some(heartbeat);
        uri
    }

    fn tls(&self, counterpart: &Counterpart) -> Result<OwnedTLSConfig, ErrorStack> {
        let shown = if self.faults.has(Fault::OtherCertificate) { &self.other } else { &self.function };
        let mut certificate = pem(&shown.certificate)?;
        certificate.extend(pem(&shown.issuing)?);
        let key = self.keys.get(shown.key).private_key_to_pem_pkcs8()?;
        let mut roots = Vec::new();
        for root in &counterpart.roots {
            roots.extend(pem(root)?);
        }
        Ok(OwnedTLSConfig {
            identity: Some(OwnedIdentity::PKCS8 { pem: certificate, key }),
            cert_chain: Some(String::from_utf8_lossy(&roots).into_owned()),
        })
    }
}

impl From<lapin::Error> for ClientError {
    fn from(error: lapin::Error) -> Self {
        let refused = AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED);
        match error.kind() {
            lapin::ErrorKind::ProtocolError(e) if *e.kind() == refused => Self::Refused,
            _ => Self::Broker(error),
        }
    }
}
