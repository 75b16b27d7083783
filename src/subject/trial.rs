//! A trial as it was recorded: the conversation itself and the conversations around it. What they show is computed by the pure
//! functions of [`session`] and by the checks, never stored.

pub mod attempts;
pub mod session;
pub mod transcript;

use super::Blob;
use crate::target::saml::LevelOfAssurance;
use crate::verdict::Environment;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transcript::Transcript;

/// Media type of a recorded conversation. The probe's own test identities are in it, and nobody else's.
pub const TRANSCRIPT: &str = "application/json; subject=probe";

/// One trial, with what must be known to judge it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialSubject {
    /// `authn-request:NAME`, `login:CASE` or `logout:CASE`.
    pub id: String,
    /// The case.
    pub case: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run. Its messages carry the real time, which its conversations record.
    pub at: Timestamp,
    /// What both sides are registered as.
    pub setting: Setting,
    /// The system's SP metadata.
    pub metadata: Blob,
    /// Why it was not made; then there is no conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_made: Option<NotMade>,
    /// The system as a browser without a session sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nobody: Option<Blob>,
    /// The good login before the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Blob>,
    /// The trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Blob>,
    /// The good login after the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Blob>,
}

/// What both sides of a trial are registered as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setting {
    /// entityID of the emulated identity provider.
    pub identity_provider: String,
    /// Its SingleSignOnService Location.
    pub sso: String,
    /// Its SingleLogoutService Location.
    pub slo: String,
    /// Its SingleLogoutService ResponseLocation, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo_response: Option<String>,
    /// entityID in the system's metadata.
    pub service_provider: String,
    /// The AssertionConsumerService Location that messages are sent to.
    pub acs: String,
    /// Lowest level that the system lets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_level: Option<LevelOfAssurance>,
    /// SHA-256 of the identity provider's signing certificates, hex, first key first.
    pub signing_certificates: Vec<String>,
}

/// Why a trial was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotMade {
    /// Nobody authorised active trials for this instant, or the system is in production.
    NotAuthorised,
    /// The run was offline.
    Offline,
    /// The target names fewer than two users.
    NeedsSecondUser,
    /// The identity provider's metadata has one signing key.
    NeedsSecondKey,
    /// The system's metadata has no certificate for encryption.
    NeedsEncryptionKey,
    /// The system's metadata has no usable AssertionConsumerService with HTTP-POST.
    NeedsConsumerService,
    /// The system's metadata has no SingleLogoutService with HTTP-Redirect.
    NeedsLogoutService,
    /// The target says nothing about how to log out.
    NeedsLogoutWay,
    /// The target does not say which level the system demands, or there is none below it.
    NeedsMinimumLevel,
    /// The run was ended, or gave up, before this trial.
    NotReached,
}

impl TrialSubject {
    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        let conversations = [&mut self.nobody, &mut self.before, &mut self.trial, &mut self.after];
        std::iter::once(&mut self.metadata).chain(conversations.into_iter().flatten()).collect()
    }

    /// A recorded conversation; `None` when it is not there or cannot be read.
    #[must_use]
    pub fn read(blob: Option<&Blob>) -> Option<Transcript> {
        serde_json::from_slice(blob?.data()).ok()
    }
}
