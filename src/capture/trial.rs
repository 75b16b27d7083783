//! Login and logout trials: the probe is the user's browser and the identity provider at the same time.
//!
//! A good login stands before and after every trial and is shared between neighbours. What is recorded here is judged by
//! `checks::trials`; the engine itself looks at a session only to know whether it is worth going on.

mod conversation;

use super::{Captured, Origins, Progress, Session};
use crate::checks;
use crate::error::{Error, Result};
use crate::fki::identity_provider::IdentityProvider;
use crate::plan::Plan;
use crate::report::v1::Direction;
use crate::saml::{binding, metadata, xml};
use crate::subject::trial::session::Oracle;
use crate::subject::trial::transcript::{Step, Transcript};
use crate::subject::trial::{NotMade, Setting, TRANSCRIPT};
use crate::subject::{Blob, Family, MetadataSubject, Subject, TrialSubject};
use crate::target::LoadedTarget;
use crate::target::saml::{LevelOfAssurance, Saml};
use crate::trial::{Case, Delivery, Encryption, KeyTransport, LogoutCase, Mutation, Signer};
use crate::vendor::pki::ExampleKeys;
use crate::verdict::Environment;
use conversation::Stage;
use jiff::Timestamp;
use std::collections::BTreeSet;
use url::Url;

/// After so many good logins that failed in a row, nothing more is tried: the system is down, or does not know the probe.
const PATIENCE: usize = 3;

/// What the system's metadata says, as far as trials need it.
#[derive(Clone, Debug, Default)]
struct ServiceProvider {
    entity_id: String,
    /// AssertionConsumerServices with HTTP-POST, the default one first.
    consumers: Vec<Consumer>,
    /// SingleLogoutService with HTTP-Redirect: its Location as written, and as an address.
    logout: Option<(String, Url)>,
    /// Where LogoutResponses go: ResponseLocation, else Location.
    logout_response: Option<(String, Url)>,
    /// First certificate that may be encrypted to, DER.
    encryption: Option<Vec<u8>>,
}

/// An address as written and parsed.
fn address(written: &str) -> Option<(String, Url)> {
    Some((written.to_owned(), Url::parse(written).ok()?))
}

/// Where Responses go.
#[derive(Clone, Debug)]
struct Consumer {
    /// `index` as written.
    index: Option<String>,
    /// `Location` as written, which messages must repeat.
    location: String,
    /// The same as an address.
    url: Url,
}

impl ServiceProvider {
    fn read(document: &[u8]) -> Self {
        let Ok(text) = xml::decode(document) else { return Self::default() };
        let Ok(parsed) = xml::parse(text) else { return Self::default() };
        let Some(entity) = metadata::read(&parsed).entity else { return Self::default() };
        let Some(role) = entity.service_providers.into_iter().next() else { return Self::default() };
        let mut consumers: Vec<_> = role
            .assertion_consumers
            .iter()
            .filter(|e| e.binding == binding::POST)
            .filter_map(|e| {
                let url = Url::parse(&e.location).ok()?;
                let consumer = Consumer { index: e.index.clone(), location: e.location.clone(), url };
                Some((metadata::is_true(e.is_default.as_deref()), consumer))
            })
            .collect();
        consumers.sort_by_key(|(default, _)| !default);
        let logout = role.logout.iter().find(|e| e.binding == binding::REDIRECT);
        let encryption = role.keys.iter().filter(|k| k.encrypts()).flat_map(|k| &k.certificates).find_map(|c| c.der());
        Self {
            entity_id: entity.entity_id.unwrap_or_default(),
            consumers: consumers.into_iter().map(|(_, consumer)| consumer).collect(),
            logout: logout.and_then(|e| address(&e.location)),
            logout_response: logout.and_then(|e| address(e.response_location.as_deref().unwrap_or(&e.location))),
            encryption: encryption.map(<[u8]>::to_vec),
        }
    }
}

/// Carries out every trial that the plan needs. `captured` holds the target's metadata.
pub fn capture(
    session: &Session,
    loaded: &LoadedTarget,
    plan: &Plan,
    captured: &[Captured],
    at: Timestamp,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Captured>> {
    let needed = plan.needed();
    let Some(saml) = &loaded.target.saml else { return Ok(Vec::new()) };
    let logins: Vec<&'static Case> = unique(checks::login::CHECKS.iter().map(|c| c.case()), |c| c.id)
        .filter(|c| needed.contains(format!("login:{}", c.id).as_str()))
        .collect();
    let logouts: Vec<LogoutCase> =
        LogoutCase::ALL.into_iter().filter(|c| needed.contains(format!("logout:{}", c.id()).as_str())).collect();
    let requests = needed.contains("authn-request:login");
    if logins.is_empty() && logouts.is_empty() && !requests {
        return Ok(Vec::new());
    }
    let file = loaded.path(&saml.identity_provider);
    let identity_provider = IdentityProvider::load(&file)?;
    let environment = loaded.target.environment;
    if environment != Environment::Local && identity_provider.keys.iter().any(|k| ExampleKeys::ships(&k.key)) {
        return Err(Error::file(file, "signs with an example key, which counts in environment `local` alone"));
    }
    let document = captured.iter().find_map(|c| match &c.subject {
        Subject::Metadata(MetadataSubject { name, document, .. }) if *name == saml.metadata => Some(document.clone()),
        _ => None,
    });
    let document = document.unwrap_or_else(|| Blob::new("application/samlmetadata+xml", Vec::new()));
    let service_provider = ServiceProvider::read(document.data());
    let consumer = service_provider.consumers.first().map(|c| c.location.clone()).unwrap_or_default();
    let campaign = Campaign {
        saml,
        environment,
        at,
        setting: Setting {
            identity_provider: identity_provider.entity_id.clone(),
            sso: identity_provider.sso.to_string(),
            slo: identity_provider.slo.to_string(),
            slo_response: identity_provider.slo_response.as_ref().map(ToString::to_string),
            service_provider: service_provider.entity_id.clone(),
            acs: consumer,
            minimum_level: saml.minimum_level,
            signing_certificates: identity_provider
                .keys
                .iter()
                .map(|k| crate::digest::sha256_hex(&k.certificate))
                .collect(),
        },
        document,
        service_provider: &service_provider,
        identity_provider: &identity_provider,
        permitted: loaded.target.permits_trials(at),
    };
    let total = logins.len() + logouts.len() + usize::from(requests);
    let mut done = 0;
    let mut step = |now: &str| {
        progress(Progress { done, total, now });
        done += 1;
    };
    let subjects = match &session.client {
        None => campaign.without_network(&logins, &logouts, requests),
        Some(client) => {
            let stage = Stage::new(client, saml, &identity_provider, &service_provider);
            session.runtime.block_on(campaign.carry_out(&stage, &logins, &logouts, requests, &mut step))
        }
    };
    progress(Progress { done: total, total, now: "" });
    let peer = saml.protected.host_str().unwrap_or_default().to_owned();
    Ok(subjects
        .into_iter()
        .map(|subject| Captured { subject, origins: Origins::all(Direction::In, peer.clone()) })
        .collect())
}

fn unique<T: Copy, K: Ord>(items: impl Iterator<Item = T>, key: impl Fn(T) -> K) -> impl Iterator<Item = T> {
    let mut seen = BTreeSet::new();
    items.filter(move |item| seen.insert(key(*item)))
}

/// Everything that the trials of one run share.
struct Campaign<'a> {
    saml: &'a Saml,
    environment: Environment,
    at: Timestamp,
    setting: Setting,
    document: Blob,
    service_provider: &'a ServiceProvider,
    identity_provider: &'a IdentityProvider,
    permitted: bool,
}

/// The good logins made so far.
struct Controls {
    nobody: Blob,
    last: Blob,
    failed: usize,
}

impl Controls {
    const fn is_hopeless(&self) -> bool {
        self.failed >= PATIENCE
    }
}

impl Campaign<'_> {
    fn subject(&self, family: Family, case: &str) -> TrialSubject {
        TrialSubject {
            id: format!("{}:{case}", family.name()),
            case: case.to_owned(),
            environment: self.environment,
            at: self.at,
            setting: self.setting.clone(),
            metadata: self.document.clone(),
            not_made: None,
            nobody: None,
            before: None,
            trial: None,
            after: None,
        }
    }

    fn left_out(&self, family: Family, case: &str, why: NotMade) -> TrialSubject {
        TrialSubject { not_made: Some(why), ..self.subject(family, case) }
    }

    fn without_network(&self, logins: &[&Case], logouts: &[LogoutCase], requests: bool) -> Vec<Subject> {
        let mut subjects = Vec::new();
        if requests {
            subjects.push(Subject::AuthnRequest(self.left_out(Family::AuthnRequest, "login", NotMade::Offline)));
        }
        subjects.extend(self.all_left_out(logins, logouts, NotMade::Offline));
        subjects
    }

    fn all_left_out(&self, logins: &[&Case], logouts: &[LogoutCase], why: NotMade) -> impl Iterator<Item = Subject> {
        let logins = logins.iter().map(move |c| Subject::Login(self.left_out(Family::Login, c.id, why)));
        logins.chain(logouts.iter().map(move |c| Subject::Logout(self.left_out(Family::Logout, c.id(), why))))
    }

    async fn carry_out(
        &self,
        stage: &Stage<'_>,
        logins: &[&'static Case],
        logouts: &[LogoutCase],
        requests: bool,
        step: &mut dyn FnMut(&str),
    ) -> Vec<Subject> {
        let mut subjects = Vec::new();
        let nobody = stage.nobody().await;
        if requests {
            step("authn-request");
            let second = stage.request().await;
            let mut subject = self.subject(Family::AuthnRequest, "login");
            subject.before = Some(blob(&nobody));
            subject.after = Some(blob(&second));
            subjects.push(Subject::AuthnRequest(subject));
        }
        let mut controls = Controls { nobody: blob(&nobody), last: blob(&nobody), failed: 0 };
        if let Some(why) = self.hindrance_of_all() {
            subjects.extend(self.all_left_out(logins, logouts, why));
            return subjects;
        }
        let made = logins.iter().any(|c| self.hindrance(c).is_none())
            || logouts.iter().any(|c| self.logout_hindrance(*c).is_none());
        if made {
            self.control(stage, &nobody, &mut controls).await;
        }
        for case in logins {
            step(case.id);
            subjects.push(Subject::Login(self.login(stage, case, &nobody, &mut controls).await));
        }
        subjects
            .extend(self.logouts(stage, logouts, &nobody, &mut controls, step).await.into_iter().map(Subject::Logout));
        subjects
    }

    /// What every login needs and the system's metadata does not have.
    fn hindrance_of_all(&self) -> Option<NotMade> {
        if self.service_provider.consumers.is_empty() {
            Some(NotMade::NeedsConsumerService)
        } else if self.saml.encrypted && self.service_provider.encryption.is_none() {
            Some(NotMade::NeedsEncryptionKey)
        } else {
            None
        }
    }

    /// One good login. It replaces the last control.
    async fn control(&self, stage: &Stage<'_>, nobody: &Transcript, controls: &mut Controls) {
        let login = stage.control(&[]).await;
        controls.failed = if worked(nobody, &login) { 0 } else { controls.failed + 1 };
        controls.last = blob(&login);
    }

    async fn login(
        &self,
        stage: &Stage<'_>,
        case: &Case,
        nobody: &Transcript,
        controls: &mut Controls,
    ) -> TrialSubject {
        if let Some(why) = self.hindrance(case) {
            return self.left_out(Family::Login, case.id, why);
        }
        let mut subject = self.subject(Family::Login, case.id);
        subject.nobody = Some(controls.nobody.clone());
        // Who has not permitted trials gets one good login and no second try.
        if controls.failed > 0 && !controls.is_hopeless() && self.permitted {
            self.control(stage, nobody, controls).await;
        }
        subject.before = Some(controls.last.clone());
        if !case.is_active() {
            // The plain good login is the control itself.
            subject.trial = subject.before.clone();
            subject.after = subject.before.clone();
            return subject;
        }
        if controls.failed > 0 {
            return subject;
        }
        let mut mutations = case.mutations.to_vec();
        if let Some(at) = mutations.iter().position(|m| matches!(m, Mutation::Encrypt(_)))
            && mutations.len() > 1
        {
            // What a system cannot decrypt it refuses for that reason: the encryption must be one that a good message came
            // through with.
            let (used, login) = self.decryptable(stage, nobody, mutations[at]).await;
            subject.before = Some(blob(&login));
            let Some(used) = used else { return subject };
            mutations[at] = used;
        }
        subject.trial = Some(blob(&stage.login(case, &mutations).await));
        self.control(stage, nobody, controls).await;
        subject.after = Some(controls.last.clone());
        subject
    }

    /// An encryption that the system can decrypt, and the good login that shows it. Without one, the last login that failed.
    async fn decryptable(
        &self,
        stage: &Stage<'_>,
        nobody: &Transcript,
        first: Mutation,
    ) -> (Option<Mutation>, Transcript) {
        let login = stage.control(&[first]).await;
        if worked(nobody, &login) {
            return (Some(first), login);
        }
        let second = Mutation::Encrypt(Encryption { key: KeyTransport::OaepMgf1pSha1, ..Encryption::CONTEXT_HANDLER });
        let login = stage.control(&[second]).await;
        (worked(nobody, &login).then_some(second), login)
    }

    /// What the trial needs and does not have.
    fn hindrance(&self, case: &Case) -> Option<NotMade> {
        let has = |wanted: fn(&Mutation) -> bool| case.mutations.iter().any(wanted);
        if case.is_active() && !self.permitted {
            Some(NotMade::NotAuthorised)
        } else if has(|m| matches!(m, Mutation::Wrap(_) | Mutation::CommentInNameId | Mutation::TamperAttribute))
            && self.saml.user.len() < 2
        {
            Some(NotMade::NeedsSecondUser)
        } else if has(|m| *m == Mutation::SignedBy(Signer::SecondKey)) && self.identity_provider.keys.len() < 2 {
            Some(NotMade::NeedsSecondKey)
        } else if has(|m| matches!(m, Mutation::Encrypt(_))) && self.service_provider.encryption.is_none() {
            Some(NotMade::NeedsEncryptionKey)
        } else if has(|m| *m == Mutation::LevelBelowMinimum)
            && self.saml.minimum_level.is_none_or(|level| level == LevelOfAssurance::Low)
        {
            Some(NotMade::NeedsMinimumLevel)
        } else if case.delivery == Delivery::ReplayAfterLogout && self.saml.logout.is_none() {
            Some(NotMade::NeedsLogoutWay)
        } else {
            None
        }
    }

    fn logout_hindrance(&self, case: LogoutCase) -> Option<NotMade> {
        if !self.permitted {
            Some(NotMade::NotAuthorised)
        } else if case == LogoutCase::ServiceProviderInitiated {
            self.saml.logout.is_none().then_some(NotMade::NeedsLogoutWay)
        } else if self.service_provider.logout.is_none() {
            Some(NotMade::NeedsLogoutService)
        } else if case == LogoutCase::OtherUser && self.saml.user.len() < 2 {
            Some(NotMade::NeedsSecondUser)
        } else {
            None
        }
    }

    async fn logouts(
        &self,
        stage: &Stage<'_>,
        cases: &[LogoutCase],
        nobody: &Transcript,
        controls: &mut Controls,
        step: &mut dyn FnMut(&str),
    ) -> Vec<TrialSubject> {
        let mut subjects = Vec::new();
        // A bad LogoutRequest proves something only beside a good one that ended the session.
        let mut good = None;
        for case in cases {
            step(case.id());
            if let Some(why) = self.logout_hindrance(*case) {
                subjects.push(self.left_out(Family::Logout, case.id(), why));
                continue;
            }
            let mut subject = self.subject(Family::Logout, case.id());
            subject.nobody = Some(controls.nobody.clone());
            if controls.failed > 0 && !controls.is_hopeless() {
                self.control(stage, nobody, controls).await;
            }
            subject.before = Some(controls.last.clone());
            if controls.failed > 0 {
                subjects.push(subject);
                continue;
            }
            let is_bad = !matches!(case, LogoutCase::ServiceProviderInitiated | LogoutCase::IdentityProviderInitiated);
            if is_bad {
                if good.is_none() {
                    good = Some(blob(&stage.logout(LogoutCase::IdentityProviderInitiated).await));
                }
                subject.before.clone_from(&good);
            }
            let trial = blob(&stage.logout(*case).await);
            if *case == LogoutCase::IdentityProviderInitiated {
                good = Some(trial.clone());
            }
            subject.trial = Some(trial);
            self.control(stage, nobody, controls).await;
            subject.after = Some(controls.last.clone());
            subjects.push(subject);
        }
        subjects
    }
}

/// Whether a good login opened a session.
fn worked(nobody: &Transcript, login: &Transcript) -> bool {
    Oracle::learn(nobody, login).is_ok_and(|oracle| oracle.session(login, Step::WitnessLogin).is_open())
}

fn blob(transcript: &Transcript) -> Blob {
    // A transcript is strings and numbers, which always can be written.
    Blob::new(TRANSCRIPT, serde_json::to_vec(transcript).unwrap_or_default())
}
