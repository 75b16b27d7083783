//! Trials in which the system calls the probe: the broker, the token service, the value lists.
//!
//! The services run while the run waits for the system. Every case ends with a good message, and one recording shows both what was
//! tried and that the system still worked behind it; the next case begins from there. What is recorded is judged by the checks; the
//! engine itself looks at it only to know whether it is worth going on.

mod dispatch;
mod fetch;
mod lists;
mod stage;

use super::Work;
use crate::besked::write::new_uuid;
use crate::capture::{Captured, Origins, Progress};
use crate::checks;
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::fki::beskedfordeler::{ServiceKeys, Services};
use crate::report::v1::Direction;
use crate::subject::distribution::recording::Recording;
use crate::subject::distribution::{DistributionSubject, NotMade, RECORDING, Setting};
use crate::subject::{Blob, Family, Subject};
use crate::target::beskedfordeler::Services as Table;
use crate::trial::pull::{ADVERSE, Adversity, DISPATCHES, Dispatch, Fetch, PLAIN};
use crate::vendor::pki::ExampleKeys;
use crate::verdict::Environment;
use openssl::x509::X509;
use stage::Stage;

/// After so many times that good messages were not taken in a row, nothing more is tried: the system is down.
const PATIENCE: usize = 3;

/// Families whose trials are made here.
const FAMILIES: [Family; 4] = [Family::Pull, Family::Token, Family::Send, Family::ValueList];

/// Carries out the pull, token, send and value-list trials that the plan needs. Gives the bodies of the messages that the system
/// sent, too.
pub fn capture(work: &Work<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(Vec<Captured>, Vec<Vec<u8>>)> {
    let cases = needed(work);
    let Some(table) = &work.table.services else {
        return Ok((captured(work, without_services(work, &cases)), Vec::new()));
    };
    if cases.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let certificate = registered(work, table)?;
    let campaign =
        Campaign { work, cases: &cases, setting: Setting::of(work.table, certificate.as_deref().map(sha256_hex)) };
    let (subjects, published) = match &work.session.client {
        None => (campaign.all_left_out(NotMade::Offline), Vec::new()),
        Some(_) if work.loaded.target.environment == Environment::Production => {
            (campaign.all_left_out(NotMade::NotAuthorised), Vec::new())
        }
        Some(client) => {
            let keys = keys(work, table)?;
            let cvrs = std::iter::once(&work.table.cvr).chain(&work.table.other_cvr).cloned().collect();
            let services = Services::start(&keys, certificate.into_iter().collect(), cvrs)?;
            let mut stage = Stage::new(work, table, client, &services, progress);
            let subjects = work.session.runtime.block_on(campaign.carry_out(&mut stage));
            (subjects, stage.finish())
        }
    };
    Ok((captured(work, subjects), published))
}

/// A case that the plan needs.
type Needed = (Family, &'static str);

fn needed(work: &Work<'_>) -> Vec<Needed> {
    let mut cases: Vec<Needed> = Vec::new();
    for check in checks::all() {
        let checks::AnyCheck::Distribution(check) = check else { continue };
        let (family, case) = (check.meta().family, check.case());
        let needs = FAMILIES.contains(&family) && work.needs(&format!("{}:{case}", family.name()));
        if needs && !cases.contains(&(family, case)) {
            cases.push((family, case));
        }
    }
    cases
}

/// The target's own table demands the services beside `[pull]`, `[send]` and `[value_lists]`, so without them none of these is
/// there.
fn without_services(work: &Work<'_>, cases: &[Needed]) -> Vec<Subject> {
    let campaign = Campaign { work, cases, setting: Setting::of(work.table, None) };
    cases.iter().map(|case| campaign.left_out(*case, lacks(case.0))).collect()
}

/// What a family of cases needs of the target.
const fn lacks(family: Family) -> NotMade {
    match family {
        Family::Send => NotMade::NeedsSender,
        Family::ValueList => NotMade::NeedsValueLists,
        _ => NotMade::NeedsPull,
    }
}

fn captured(work: &Work<'_>, subjects: Vec<Subject>) -> Vec<Captured> {
    let peer = work.loaded.target.system.name.clone();
    let of = |subject| Captured { subject, origins: Origins::all(Direction::In, peer.clone()) };
    subjects.into_iter().map(of).collect()
}

fn keys(work: &Work<'_>, table: &Table) -> Result<ServiceKeys> {
    let file = work.loaded.path(&table.file);
    let keys = ServiceKeys::load(&file)?;
    let example = [&keys.web, &keys.sts].iter().any(|k| ExampleKeys::ships(&k.key));
    if work.loaded.target.environment != Environment::Local && example {
        return Err(Error::file(file, "holds an example key, which counts in environment `local` alone"));
    }
    Ok(keys)
}

/// The function certificate that the system is registered with, DER.
fn registered(work: &Work<'_>, table: &Table) -> Result<Option<Vec<u8>>> {
    let found = work.captured.iter().find_map(|captured| match &captured.subject {
        Subject::Certificate(subject) if subject.name == table.client_certificate => Some(&subject.certificate),
        _ => None,
    });
    let Some(blob) = found else { return Ok(None) };
    let unusable =
        |e| Error::Usage(format!("certificate `{}` of the services cannot be read: {e}", table.client_certificate));
    Ok(Some(X509::from_der(blob.data()).and_then(|c| c.to_der()).map_err(unusable)?))
}

/// Everything that the trials of one run share.
struct Campaign<'a> {
    work: &'a Work<'a>,
    cases: &'a [Needed],
    setting: Setting,
}

/// The good messages so far.
struct Controls {
    last: Blob,
    failed: usize,
}

impl Controls {
    /// A system that was never there is not waited for a second time.
    fn is_hopeless(&self, stage: &Stage<'_>) -> bool {
        self.failed >= PATIENCE || (self.failed > 0 && !stage.met)
    }

    fn learn(&mut self, recording: &Recording, worked: bool) {
        self.last = blob(recording);
        self.failed = if worked { 0 } else { self.failed + 1 };
    }
}

fn blob(recording: &Recording) -> Blob {
    // A recording is plain data: it can always be written.
    Blob::new(RECORDING, serde_json::to_vec(recording).unwrap_or_default())
}

impl Campaign<'_> {
    fn subject(&self, (family, case): Needed) -> DistributionSubject {
        DistributionSubject {
            id: format!("{}:{case}", family.name()),
            case: case.to_owned(),
            environment: self.work.loaded.target.environment,
            at: self.work.at,
            setting: self.setting.clone(),
            not_made: None,
            before: None,
            trial: None,
            after: None,
        }
    }

    fn left_out(&self, case: Needed, why: NotMade) -> Subject {
        finished(case.0, DistributionSubject { not_made: Some(why), ..self.subject(case) })
    }

    fn all_left_out(&self, why: NotMade) -> Vec<Subject> {
        self.cases.iter().map(|case| self.left_out(*case, why)).collect()
    }

    fn needs(&self, family: Family, case: &str) -> bool {
        self.cases.iter().any(|(f, c)| *f == family && *c == case)
    }

    /// What a case needs of the target or the authorisation and does not have.
    fn hindrance(&self, (family, case): Needed) -> Option<NotMade> {
        let table = self.work.table;
        let there = match family {
            Family::Send => table.send.is_some(),
            Family::ValueList => table.value_lists.is_some(),
            // What the tokens are for does not matter.
            Family::Token if case == "use" => table.pull.is_some() || table.send.is_some(),
            _ => table.pull.is_some(),
        };
        let plain = matches!((family, case), (Family::Pull, "good") | (Family::Token, "use"));
        if !there {
            Some(lacks(family))
        } else if !plain && !self.work.permitted {
            Some(NotMade::NotAuthorised)
        } else if case == "store-stopped" && table.store.is_none() {
            Some(NotMade::NeedsStoreSwitch)
        } else {
            None
        }
    }

    async fn carry_out(&self, stage: &mut Stage<'_>) -> Vec<Subject> {
        let mut subjects = Vec::new();
        let possible: Vec<Needed> = self.cases.iter().copied().filter(|c| self.hindrance(*c).is_none()).collect();
        for case in self.cases {
            if let Some(why) = self.hindrance(*case) {
                subjects.push(self.left_out(*case, why));
            }
        }
        stage.plan(possible.len());
        subjects.extend(self.fetches(stage, &possible).await);
        subjects.extend(self.dispatches(stage, &possible).await);
        if possible.contains(&(Family::ValueList, "change")) {
            stage.case("value-list:change");
            let recording = blob(&lists::maintain(stage).await);
            subjects.push(self.alone((Family::ValueList, "change"), &recording));
        }
        if possible.contains(&(Family::Token, "use")) {
            stage.case("token:use");
            let recording = blob(&stage.tokens());
            subjects.push(self.alone((Family::Token, "use"), &recording));
        }
        subjects
    }

    /// A case that is its own control.
    fn alone(&self, case: Needed, recording: &Blob) -> Subject {
        let mut subject = self.subject(case);
        (subject.before, subject.trial, subject.after) =
            (Some(recording.clone()), Some(recording.clone()), Some(recording.clone()));
        finished(case.0, subject)
    }

    async fn fetches(&self, stage: &mut Stage<'_>, possible: &[Needed]) -> Vec<Subject> {
        let Some(pull) = self.work.table.pull.as_ref() else { return Vec::new() };
        let adverse: Vec<&Fetch> = ADVERSE
            .iter()
            .filter(|fetch| {
                let token = possible.contains(&(Family::Token, fetch.id));
                token || possible.contains(&(Family::Pull, fetch.id))
            })
            .collect();
        let plain = [(Family::Pull, PLAIN.id), (Family::Token, "use")].iter().any(|c| possible.contains(c));
        if adverse.is_empty() && !plain {
            return Vec::new();
        }
        stage.services.declare(&pull.dueslag);
        let short = adverse.iter().find_map(|fetch| match fetch.adversity {
            Adversity::ShortToken(seconds) => Some(stage.length(seconds)),
            _ => None,
        });
        if let Some(short) = short {
            stage.services.behave(|b| b.token_seconds = u32::try_from(short.as_secs()).unwrap_or(u32::MAX));
        }
        stage.case("pull:good");
        let good = fetch::plain(stage, &pull.dueslag).await;
        let mut controls = Controls { last: blob(&good.recording), failed: usize::from(!good.worked) };
        let mut subjects = Vec::new();
        if self.needs(Family::Pull, PLAIN.id) {
            subjects.push(self.alone((Family::Pull, PLAIN.id), &controls.last));
        }
        for case in adverse {
            let families = [Family::Pull, Family::Token];
            let wanted: Vec<Needed> =
                families.map(|f| (f, case.id)).into_iter().filter(|c| possible.contains(c)).collect();
            stage.case(&format!("pull:{}", case.id));
            if controls.failed > 0 && !controls.is_hopeless(stage) {
                let again = fetch::control(stage, &pull.dueslag).await;
                controls.learn(&again.recording, again.worked);
            }
            if controls.is_hopeless(stage) {
                subjects.extend(wanted.into_iter().map(|c| self.left_out(c, NotMade::NotReached)));
                continue;
            }
            let before = controls.last.clone();
            let (mut trial, mut after) = (None, None);
            if controls.failed == 0 {
                let made = fetch::trial(stage, case, &pull.dueslag).await;
                let recording = blob(&made.recording);
                controls.learn(&made.recording, made.worked);
                if !made.worked {
                    let again = fetch::control(stage, &pull.dueslag).await;
                    controls.learn(&again.recording, again.worked);
                }
                (trial, after) = (Some(recording), Some(controls.last.clone()));
            }
            for case in wanted {
                let mut subject = self.subject(case);
                (subject.before, subject.trial, subject.after) = (Some(before.clone()), trial.clone(), after.clone());
                subjects.push(finished(case.0, subject));
            }
        }
        stage.services.behave(|b| *b = crate::fki::beskedfordeler::Behaviour::default());
        // Losing connections is an adversity, which needs the authorisation.
        if possible.contains(&(Family::Token, "use")) && self.work.permitted && controls.failed == 0 {
            stage.case("token:use");
            fetch::reconnect(stage).await;
        }
        subjects
    }

    async fn dispatches(&self, stage: &mut Stage<'_>, possible: &[Needed]) -> Vec<Subject> {
        let wanted: Vec<&Dispatch> = DISPATCHES.iter().filter(|d| possible.contains(&(Family::Send, d.id))).collect();
        let Some(send) = self.work.table.send.as_ref().filter(|_| !wanted.is_empty()) else { return Vec::new() };
        let mut subjects = Vec::new();
        let mut control: Option<Blob> = None;
        for case in DISPATCHES {
            let asked = wanted.contains(&case);
            let first = control.is_none();
            if !asked && !first {
                continue;
            }
            stage.case(&format!("send:{}", case.id));
            let made = dispatch::trial(stage, case, send).await;
            let recording = blob(&made.recording);
            if first {
                if asked {
                    subjects.push(self.alone((Family::Send, case.id), &recording));
                }
                control = Some(recording.clone());
                if !made.worked {
                    // Nothing came: there is nothing to answer otherwise.
                    for case in wanted.iter().filter(|c| c.id != DISPATCHES[0].id) {
                        let mut subject = self.subject((Family::Send, case.id));
                        subject.before = Some(recording.clone());
                        subjects.push(finished(Family::Send, subject));
                    }
                    break;
                }
                continue;
            }
            let mut subject = self.subject((Family::Send, case.id));
            subject.before.clone_from(&control);
            subject.trial = Some(recording.clone());
            subject.after = Some(recording);
            subjects.push(finished(Family::Send, subject));
        }
        subjects
    }
}

fn finished(family: Family, subject: DistributionSubject) -> Subject {
    match family {
        Family::Token => Subject::Token(subject),
        Family::Send => Subject::Send(subject),
        Family::ValueList => Subject::ValueList(subject),
        _ => Subject::Pull(subject),
    }
}

/// A BeskedId that no redaction takes for something else.
fn besked_id() -> String {
    loop {
        let id = new_uuid();
        if crate::capture::browser::clean(&id) == id {
            return id;
        }
    }
}
