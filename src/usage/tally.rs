//! Counting. A tally takes rows in any order and merges with others; only the end result is sorted and ranked.
//!
//! Memory: one row costs eight bytes (second, duration, failed or not) until [`Limits::samples`] is passed. From then on each group
//! keeps calls per day and a histogram instead, which grow with days and not with rows, and the summary says so. Whether the limit is
//! passed depends on the number of rows alone, so the result is the same however the input is split.
//!
//! Speed: nearly all of the time goes into waiting for memory, because neighbouring rows belong to different groups. So rows are read
//! into a batch first and counted together; what one row waits for is then fetched while others are looked at, and a group costs one
//! cache line for its key, one for its counts and one for its newest samples.

use super::days::{Calendar, LocalDay};
use super::ids::Ids;
use super::mapping::{KEY_ROLES, ROLES, Ready, Role, StatusColumn, Unit};
use super::scan::{integration_number, only_integration, shown_text};
use super::summary::{BadKind, Day, Distribution, Group, Key, Messages};
use super::time::{Clock, EARLIEST, Problem};
use crate::error::{Error, Result};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows whose time and duration are kept (eight bytes each).
    pub samples: u64,
    /// Groups. More of them mean that the mapping takes an id for a name.
    pub groups: usize,
    /// Log ids (up to 40 bytes each).
    pub ids: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { samples: 32_000_000, groups: 500_000, ids: 20_000_000 }
    }
}

/// What the workers of one run share.
#[derive(Debug)]
pub struct Shared {
    /// The mapping.
    pub ready: Ready,
    /// Bounds.
    pub limits: Limits,
    /// Log ids, when the mapping names them.
    pub ids: Option<Ids>,
    calendar: &'static Calendar,
    samples: AtomicU64,
    bounded: AtomicBool,
}

impl Shared {
    /// For one run.
    #[must_use]
    pub fn new(ready: Ready, limits: Limits) -> Self {
        let ids = ready.columns[Role::LogId as usize].is_some().then(|| Ids::new(limits.ids));
        Self {
            ready,
            limits,
            ids,
            calendar: Calendar::danish(),
            samples: AtomicU64::new(0),
            bounded: AtomicBool::new(false),
        }
    }

    /// Whether the memory limit was passed.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.bounded.load(Ordering::Relaxed)
    }
}

/// Why a row was not counted.
#[derive(Debug)]
pub enum Refused {
    /// It cannot be used.
    Bad(BadKind),
    /// The run cannot go on.
    Stop(Error),
}

/// Samples of a block in the arena, after the word that links to the block before.
const BLOCK: usize = 31;
const NONE: u32 = u32::MAX;
const FAILED: u32 = 1 << 31;
const NO_DURATION: u32 = FAILED - 1;
/// Longest duration, in tenths of a millisecond: a little more than two days.
const LONGEST: u64 = 2 * 86_400 * 10_000;
const LONGEST_NAME: usize = 1000;
const MOST_AGREEMENTS: usize = 16;

/// Chained blocks of an arena.
#[derive(Clone, Copy, Debug)]
struct Chain {
    block: u32,
    used: u32,
}

/// What every row of a raw key touches.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Counts {
    /// Calls by [`Outcome`].
    calls: [u64; 3],
    first: i64,
    newest: i64,
    newest_success: i64,
    chain: Chain,
}

/// What few rows touch, or none.
#[derive(Debug, Default)]
struct Rest {
    /// Normalised parts of the key, joined by `\u{1f}`.
    name: Box<str>,
    folded: Option<Box<Folded>>,
    agreements: Vec<Box<[u8]>>,
    more_agreements: bool,
    messages: Option<Box<MessageCounts>>,
}

/// A raw key of at most [`SHORT`] bytes; the last byte is its length.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct ShortKey([u8; 64]);

impl ShortKey {
    /// Stands where a group's key is too long for its place. Equal to no key.
    const ELSEWHERE: Self = Self([u8::MAX; 64]);

    /// Compared word by word: as a slice it would cost a call.
    #[inline]
    fn is_same(&self, other: &Self) -> bool {
        let words = self.0.as_chunks::<8>().0.iter().zip(other.0.as_chunks::<8>().0);
        words.fold(0, |differing, (a, b)| differing | (u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b))) == 0
    }
}

/// Longest key that is compared in place.
const SHORT: usize = 63;

/// A row that is read and not counted yet.
#[derive(Clone, Copy, Debug)]
struct Pending {
    key: ShortKey,
    hash: u64,
    time: i64,
    /// Duration and whether the call failed, as in a sample.
    bits: u32,
    outcome: Outcome,
    /// The group; [`NONE`] until it is looked up.
    group: u32,
}

/// Rows of a batch: enough for the memory to be busy, few enough for the nearest cache.
const BATCH: usize = 128;

#[derive(Clone, Debug, Default)]
struct MessageCounts {
    with_id: u64,
    delivered: u64,
    acked: u64,
    redelivered: u64,
    most_attempts: u32,
    acked_early: u64,
    ack_delays: Histogram,
    receive_delays: Histogram,
}

/// What a group keeps when the memory limit is passed.
#[derive(Clone, Debug, Default)]
struct Folded {
    days: BTreeMap<u16, DayCounts>,
    durations: Histogram,
}

#[derive(Clone, Copy, Debug)]
struct DayCounts {
    calls: u32,
    errors: u32,
    /// Seconds since 2000.
    first: u32,
    last: u32,
}

/// Counts per bucket: exact below 128, then 64 buckets an octave; the upper end of a bucket is at most 1.6 % above a value in it.
#[derive(Clone, Debug, Default)]
struct Histogram {
    buckets: BTreeMap<u16, u64>,
    count: u64,
    max: u32,
}

impl Histogram {
    fn add(&mut self, value: u32) {
        *self.buckets.entry(bucket(value)).or_default() += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// In milliseconds, when so many of the histogram's units are one.
    fn distribution(&self, per_millisecond: f64) -> Option<Distribution> {
        let milliseconds = |value: u32| f64::from(value) / per_millisecond;
        let rank = |percent: u64| {
            let rank = nearest_rank(self.count, percent);
            let mut before = 0;
            let found = self.buckets.iter().find(|(_, count)| {
                before += **count;
                before >= rank
            });
            found.map_or(self.max, |(bucket, _)| upper_end(*bucket).min(self.max))
        };
        (self.count > 0).then(|| Distribution {
            count: self.count,
            p50: milliseconds(rank(50)),
            p95: milliseconds(rank(95)),
            max: milliseconds(self.max),
        })
    }
}

fn bucket(value: u32) -> u16 {
    if value < 128 {
        return u16::try_from(value).unwrap_or(127);
    }
    let octave = value.ilog2() - 6;
    u16::try_from(64 * octave + (value >> octave)).unwrap_or(u16::MAX)
}

fn upper_end(bucket: u16) -> u32 {
    let bucket = u32::from(bucket);
    if bucket < 128 {
        return bucket;
    }
    let octave = bucket / 64 - 1;
    let mantissa = bucket - 64 * octave;
    ((u64::from(mantissa) + 1) << octave).saturating_sub(1).try_into().unwrap_or(u32::MAX)
}

/// Rank from 1 of a percentile: the smallest rank that at least so many percent stand at or below.
const fn nearest_rank(count: u64, percent: u64) -> u64 {
    let rank = (count * percent).div_ceil(100);
    if rank == 0 { 1 } else { rank }
}

fn tenths(value: u32) -> f64 {
    f64::from(value) / 10.0
}

/// Counts of rows, of one worker.
#[derive(Debug)]
pub struct Tally {
    shared: Arc<Shared>,
    clock: Clock,
    groups: Groups,
    counts: Vec<Counts>,
    rest: Vec<Rest>,
    pending: Vec<Pending>,
    extras: Vec<Extra>,
    texts: Vec<u8>,
    arena: Vec<u64>,
    key: RawKey,
    joined: Vec<u8>,
    /// What statuses mean; the word of [`in_a_word`] beside them is compared first.
    statuses: Vec<(Option<u64>, Box<[u8]>, Outcome)>,
    hash: ahash::RandomState,
    /// Roles of the key that have a column.
    key_roles: Vec<Role>,
    has_messages: bool,
    has_agreements: bool,
    /// Times of the first and the last row since they were last taken, and how often time ran backwards between.
    order: Order,
    /// Rows counted.
    pub rows: u64,
    /// Rows left out because they were counted already.
    pub duplicates: u64,
    /// Rows without a log id.
    pub without_log_id: u64,
    /// Rows without a recognised integration.
    pub without_integration: u64,
    unreported: u64,
}

/// The raw key of a row: its parts, each with its length before it.
#[derive(Debug)]
struct RawKey {
    place: [u8; 64],
    length: usize,
    /// The key, when it is longer than its place.
    long: Vec<u8>,
}

/// What a row of a batch has beside its call.
#[derive(Debug)]
struct Extra {
    /// Number of the row in the batch.
    row: usize,
    message: Option<Message>,
    /// Its agreement, in the texts of the batch.
    agreement: Range<usize>,
}

/// Raw keys and their groups.
#[derive(Debug, Default)]
struct Groups {
    /// By hash, a power of two of them, at most half in use: the upper half of the hash, and the group plus one; 0 is free.
    slots: Vec<u64>,
    /// Key of each group.
    keys: Vec<ShortKey>,
    hashes: Vec<u64>,
    /// Keys that are too long for their place.
    long: HashMap<Box<[u8]>, u32, ahash::RandomState>,
}

/// Whether times of a stretch of rows run forward.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    /// Time of the first and of the last row.
    pub ends: Option<(i64, i64)>,
    /// How many rows are earlier than the row before.
    pub backward: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Outcome {
    Success,
    Failure,
    Unknown,
}

impl Groups {
    /// The group of a short key.
    #[inline]
    fn find(&self, hash: u64, key: &ShortKey) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = place(hash, mask);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            if slot >> 32 == hash >> 32 {
                let group = low(slot) - 1;
                if self.keys[group as usize].is_same(key) {
                    return Some(group);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a group that is not there yet.
    fn insert(&mut self, hash: u64, key: ShortKey) {
        self.keys.push(key);
        self.hashes.push(hash);
        if self.keys.len() * 2 > self.slots.len() {
            let length = (self.slots.len() * 2).max(256);
            self.slots.clear();
            self.slots.resize(length, 0);
            for group in 0..self.keys.len() {
                self.fill(group);
            }
        } else {
            self.fill(self.keys.len() - 1);
        }
    }

    /// Gives a group its slot.
    fn fill(&mut self, group: usize) {
        if self.keys[group].is_same(&ShortKey::ELSEWHERE) {
            return;
        }
        let (hash, mask) = (self.hashes[group], self.slots.len() - 1);
        let mut at = place(hash, mask);
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = hash >> 32 << 32 | (group as u64 + 1);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only the low bits choose the place")]
const fn place(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of a word")]
const fn low(word: u64) -> u32 {
    word as u32
}

/// The fields of one row by role.
pub type Fields<'a> = [&'a [u8]; ROLES];

impl Tally {
    /// An empty tally.
    #[must_use]
    pub fn new(shared: Arc<Shared>) -> Self {
        let clock = Clock::new(&shared.ready);
        let mapped = |role: Role| shared.ready.columns[role as usize].is_some();
        let messages = [Role::MessageId, Role::Attempts, Role::Delivered, Role::Acked];
        Self {
            key_roles: Role::ALL[..KEY_ROLES].iter().copied().filter(|role| mapped(*role)).collect(),
            has_messages: messages.into_iter().any(mapped),
            has_agreements: mapped(Role::Agreement),
            shared,
            clock,
            groups: Groups::default(),
            counts: Vec::new(),
            rest: Vec::new(),
            pending: Vec::with_capacity(BATCH),
            extras: Vec::new(),
            texts: Vec::new(),
            arena: Vec::new(),
            key: RawKey::new(),
            joined: Vec::new(),
            statuses: Vec::new(),
            hash: ahash::RandomState::new(),
            order: Order::default(),
            rows: 0,
            duplicates: 0,
            without_log_id: 0,
            without_integration: 0,
            unreported: 0,
        }
    }

    /// What the workers of the run share.
    #[must_use]
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Takes what is known of the order of times since the last call.
    pub fn take_order(&mut self) -> Order {
        std::mem::take(&mut self.order)
    }

    /// Reads a time alone.
    pub fn time(&mut self, fields: &Fields<'_>) -> std::result::Result<i64, BadKind> {
        let time = fields[Role::Time as usize];
        let read = if self.shared.ready.columns[Role::TimeOfDay as usize].is_some() {
            self.joined.clear();
            self.joined.extend_from_slice(time);
            self.joined.push(b' ');
            self.joined.extend_from_slice(fields[Role::TimeOfDay as usize]);
            self.clock.read(&self.joined)
        } else {
            self.clock.read(time)
        };
        read.map_err(BadKind::from)
    }

    /// Counts a row.
    pub fn add(&mut self, fields: &Fields<'_>) -> std::result::Result<(), Refused> {
        let time = self.time(fields).map_err(Refused::Bad)?;
        let outcome = self.outcome(fields[Role::Status as usize]);
        let duration = match &self.shared.ready.mapping.duration {
            None => None,
            Some(column) => duration(fields[Role::Duration as usize], column.unit).map_err(Refused::Bad)?,
        };
        let message = self.message(fields, time).map_err(Refused::Bad)?;
        let integration = match self.shared.ready.columns[Role::Integration as usize] {
            Some(_) => only_integration(fields[Role::Integration as usize]).unwrap_or_default(),
            None => &[],
        };
        let named = !integration.is_empty() || self.shared.ready.fixed[Role::Integration as usize].is_some();
        self.key(fields, integration).map_err(Refused::Bad)?;
        if self.is_known_already(fields, time, outcome, duration)? {
            self.duplicates += 1;
            return Ok(());
        }
        self.without_integration += u64::from(!named);
        self.rows += 1;
        self.order.backward += u64::from(self.order.ends.is_some_and(|(_, last)| time < last));
        self.order.ends = Some((self.order.ends.map_or(time, |(first, _)| first), time));

        let (key, hash, group) = match self.key.short() {
            Some(key) => (key, self.hash.hash_one(self.key.bytes()), NONE),
            None => (ShortKey::ELSEWHERE, 0, self.long_group()?),
        };
        let agreement = fields[Role::Agreement as usize];
        let has_agreement = self.has_agreements && (1..=LONGEST_NAME).contains(&agreement.len());
        if message.is_some() || has_agreement {
            let begin = self.texts.len();
            if has_agreement {
                self.texts.extend_from_slice(agreement);
            }
            self.extras.push(Extra { row: self.pending.len(), message, agreement: begin..self.texts.len() });
        }
        let mut bits = duration.unwrap_or(NO_DURATION);
        if outcome == Outcome::Failure {
            bits |= FAILED;
        }
        self.pending.push(Pending { key, hash, time, bits, outcome, group });
        if self.pending.len() >= BATCH { self.settle().map_err(Refused::Stop) } else { Ok(()) }
    }

    /// Counts the rows that are only read so far. After an error the run is over, and they are forgotten.
    pub fn settle(&mut self) -> Result<()> {
        let (mut pending, mut extras) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.extras));
        for row in &mut pending {
            if row.group == NONE {
                row.group = if let Some(group) = self.groups.find(row.hash, &row.key) {
                    group
                } else {
                    let group = self.new_group(&row.key.0[..usize::from(row.key.0[SHORT])])?;
                    self.groups.insert(row.hash, row.key);
                    group
                };
            }
        }
        for row in &pending {
            let counts = &mut self.counts[row.group as usize];
            counts.calls[row.outcome as usize] += 1;
            counts.first = counts.first.min(row.time);
            counts.newest = counts.newest.max(row.time);
            if row.outcome == Outcome::Success {
                counts.newest_success = counts.newest_success.max(row.time);
            }
            let second = u32::try_from((row.time - EARLIEST).div_euclid(1000)).unwrap_or(0);
            self.keep(row.group as usize, u64::from(second) << 32 | u64::from(row.bits));
        }
        for extra in extras.drain(..) {
            let rest = &mut self.rest[pending[extra.row].group as usize];
            if let Some(message) = extra.message {
                rest.messages.get_or_insert_default().add(&message);
            }
            rest.agreement(&self.texts[extra.agreement]);
        }
        self.texts.clear();
        pending.clear();
        (self.pending, self.extras) = (pending, extras);
        Ok(())
    }

    fn outcome(&mut self, status: &[u8]) -> Outcome {
        let Some(column) = &self.shared.ready.mapping.status else { return Outcome::Unknown };
        let word = in_a_word(status);
        let is_it =
            |seen: &&(Option<u64>, Box<[u8]>, Outcome)| seen.0 == word && (word.is_some() || *seen.1 == *status);
        if let Some((.., outcome)) = self.statuses.iter().find(is_it) {
            return *outcome;
        }
        let outcome = judge_status(column, status);
        if self.statuses.len() < 32 && status.len() < 64 {
            self.statuses.push((word, status.into(), outcome));
        }
        outcome
    }

    fn message(&mut self, fields: &Fields<'_>, time: i64) -> std::result::Result<Option<Message>, BadKind> {
        let roles = [Role::MessageId, Role::Attempts, Role::Delivered, Role::Acked];
        if !self.has_messages || roles.iter().all(|role| fields[*role as usize].is_empty()) {
            return Ok(None);
        }
        let attempts = match fields[Role::Attempts as usize].trim_ascii() {
            [] => 0,
            text => std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).ok_or(BadKind::Attempts)?,
        };
        let mut read = |role: Role| match self.clock.read(fields[role as usize]) {
            Ok(time) => Ok(Some(time)),
            Err(Problem::Missing) => Ok(None),
            Err(_) => Err(BadKind::MessageTime),
        };
        let (delivered, acked) = (read(Role::Delivered)?, read(Role::Acked)?);
        let with_id = !fields[Role::MessageId as usize].trim_ascii().is_empty();
        // A line of another kind in the same log has none of them.
        let any = with_id || attempts > 0 || delivered.is_some() || acked.is_some();
        Ok(any.then_some(Message { with_id, attempts, delivered, acked, time }))
    }

    /// Makes the raw key of a row.
    fn key(&mut self, fields: &Fields<'_>, integration: &[u8]) -> std::result::Result<(), BadKind> {
        self.key.clear();
        for role in &self.key_roles {
            let part = if *role == Role::Integration { integration } else { fields[*role as usize] };
            if part.len() > LONGEST_NAME {
                return Err(BadKind::NameTooLong);
            }
            self.key.push(part);
        }
        Ok(())
    }

    /// Whether a row with this log id and content was counted already.
    fn is_known_already(
        &mut self,
        fields: &Fields<'_>,
        time: i64,
        outcome: Outcome,
        duration: Option<u32>,
    ) -> std::result::Result<bool, Refused> {
        let Some(ids) = &self.shared.ids else { return Ok(false) };
        let id = fields[Role::LogId as usize].trim_ascii();
        if id.is_empty() {
            self.without_log_id += 1;
            return Ok(false);
        }
        let others =
            [Role::Agreement, Role::Transaction, Role::MessageId, Role::Attempts, Role::Delivered, Role::Acked];
        let others = others.map(|role| fields[role as usize]);
        ids.is_known(id, &(self.key.bytes(), time, outcome, duration, others)).map_err(|full| {
            Refused::Stop(Error::Usage(format!(
                "there are more than {} different log ids, which is as many as are remembered; read fewer files at a time, or \
                 leave `log_id` out of the mapping when the extracts do not overlap",
                full.limit
            )))
        })
    }

    /// The group of a key that is too long for its place.
    fn long_group(&mut self) -> std::result::Result<u32, Refused> {
        let key = std::mem::replace(&mut self.key, RawKey::new());
        let group = if let Some(group) = self.groups.long.get(key.bytes()) {
            *group
        } else {
            let group = self.new_group(key.bytes()).map_err(Refused::Stop)?;
            // Every group has a place here, so that its number is the same everywhere.
            self.groups.keys.push(ShortKey::ELSEWHERE);
            self.groups.hashes.push(0);
            self.groups.long.insert(key.bytes().into(), group);
            group
        };
        self.key = key;
        Ok(group)
    }

    fn new_group(&mut self, key: &[u8]) -> Result<u32> {
        let group = u32::try_from(self.counts.len()).unwrap_or(NONE);
        if self.counts.len() >= self.shared.limits.groups || group == NONE {
            return Err(self.too_many_groups());
        }
        self.counts.push(Counts::NONE);
        self.rest.push(Rest { name: self.name(key), ..Rest::default() });
        Ok(group)
    }

    fn too_many_groups(&self) -> Error {
        // The part with the most different values is the one that is no name.
        let most = (0..KEY_ROLES).max_by_key(|part| {
            let values = self.rest.iter().map(|rest| rest.name.split('\u{1f}').nth(*part).unwrap_or_default());
            values.collect::<std::collections::HashSet<_>>().len()
        });
        let role = most.map_or(Role::Service, |part| Role::ALL[part]);
        let column = self.shared.ready.columns[role as usize].as_deref().unwrap_or("?");
        Error::Usage(format!(
            "there are more than {} groups; column `{}`, mapped as {role:?}, has a different value on nearly every line, so it is \
             no name: correct the mapping",
            self.shared.limits.groups,
            shown_text(column.as_bytes())
        ))
    }

    /// The normalised key: what people see.
    fn name(&self, key: &[u8]) -> Box<str> {
        let mut raw: [&[u8]; KEY_ROLES] = [&[]; KEY_ROLES];
        for (role, part) in self.key_roles.iter().zip(parts(key)) {
            raw[*role as usize] = part;
        }
        let parts = Role::ALL[..KEY_ROLES].iter().map(|role| {
            let fixed = self.shared.ready.fixed[*role as usize].as_deref();
            match role {
                Role::Integration => {
                    let fixed = fixed.map(str::as_bytes);
                    let number = fixed.map_or(raw[*role as usize], |text| integration_number(text).unwrap_or(text));
                    shown_text(number).to_uppercase()
                }
                Role::Municipality => cvr(fixed.map_or(raw[*role as usize], str::as_bytes)),
                _ => shown_text(fixed.map_or(raw[*role as usize], str::as_bytes)),
            }
        });
        parts.collect::<Vec<_>>().join("\u{1f}").into()
    }

    /// Keeps time, duration and outcome of a call.
    fn keep(&mut self, at: usize, sample: u64) {
        let chain = self.counts[at].chain;
        if chain.block == NONE || chain.used as usize == BLOCK {
            if chain.block != NONE && self.shared.is_bounded() {
                self.fold(at);
            }
            let chain = &mut self.counts[at].chain;
            if chain.block == NONE {
                *chain = Chain { block: u32::try_from(self.arena.len() / (BLOCK + 1)).unwrap_or(NONE), used: 0 };
                self.arena.push(u64::from(NONE));
                self.arena.resize(self.arena.len() + BLOCK, 0);
            } else if chain.used as usize == BLOCK {
                let before = chain.block;
                *chain = Chain { block: u32::try_from(self.arena.len() / (BLOCK + 1)).unwrap_or(NONE), used: 0 };
                self.arena.push(u64::from(before));
                self.arena.resize(self.arena.len() + BLOCK, 0);
            }
        }
        let chain = &mut self.counts[at].chain;
        self.arena[chain.block as usize * (BLOCK + 1) + 1 + chain.used as usize] = sample;
        chain.used += 1;
        self.unreported += 1;
        if self.unreported == 4096 {
            self.report();
        }
    }

    /// Tells the others how many samples there are.
    fn report(&mut self) {
        let before = self.shared.samples.fetch_add(self.unreported, Ordering::Relaxed);
        if before + self.unreported > self.shared.limits.samples {
            self.shared.bounded.store(true, Ordering::Relaxed);
        }
        self.unreported = 0;
    }

    /// Ends counting: every sample is reported.
    pub fn close(&mut self) -> Result<()> {
        self.settle()?;
        self.report();
        self.groups = Groups::default();
        Ok(())
    }

    /// Folds a full chain into days and a histogram; its last block is used again.
    fn fold(&mut self, at: usize) {
        let chain = self.counts[at].chain;
        let mut samples = Vec::new();
        collect(&self.arena, chain, &mut samples);
        self.rest[at].folded.get_or_insert_default().add(&samples, self.shared.calendar);
        self.arena[chain.block as usize * (BLOCK + 1)] = u64::from(NONE);
        self.counts[at].chain.used = 0;
    }
}

/// Every sample of a chain.
fn collect(arena: &[u64], chain: Chain, into: &mut Vec<u64>) {
    let (mut block, mut used) = (chain.block, chain.used as usize);
    while block != NONE {
        let start = block as usize * (BLOCK + 1);
        into.extend_from_slice(&arena[start + 1..=start + used]);
        block = u32::try_from(arena[start]).unwrap_or(NONE);
        used = BLOCK;
    }
}

#[derive(Debug)]
struct Message {
    with_id: bool,
    attempts: u32,
    delivered: Option<i64>,
    acked: Option<i64>,
    time: i64,
}

impl MessageCounts {
    fn add(&mut self, message: &Message) {
        self.with_id += u64::from(message.with_id);
        self.delivered += u64::from(message.delivered.is_some());
        self.acked += u64::from(message.acked.is_some());
        self.redelivered += u64::from(message.attempts > 1);
        self.most_attempts = self.most_attempts.max(message.attempts);
        // Milliseconds, so that the histogram holds 49 days: messages wait longer than calls take. What is longer counts as that.
        let delay = |later: i64, earlier: i64| u32::try_from(later - earlier).unwrap_or(u32::MAX);
        if let (Some(delivered), Some(acked)) = (message.delivered, message.acked) {
            if acked < delivered {
                self.acked_early += 1;
            } else {
                self.ack_delays.add(delay(acked, delivered));
            }
        }
        if let Some(delivered) = message.delivered.filter(|delivered| *delivered <= message.time) {
            self.receive_delays.add(delay(message.time, delivered));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.with_id += other.with_id;
        self.delivered += other.delivered;
        self.acked += other.acked;
        self.redelivered += other.redelivered;
        self.most_attempts = self.most_attempts.max(other.most_attempts);
        self.acked_early += other.acked_early;
        self.ack_delays.merge(&other.ack_delays);
        self.receive_delays.merge(&other.receive_delays);
    }

    fn finish(&self) -> Messages {
        Messages {
            with_id: self.with_id,
            delivered: self.delivered,
            acked: self.acked,
            redelivered: self.redelivered,
            most_attempts: self.most_attempts,
            acked_early: self.acked_early,
            ack_delay: self.ack_delays.distribution(1.0),
            receive_delay: self.receive_delays.distribution(1.0),
        }
    }
}

impl Counts {
    const NONE: Self = Self {
        calls: [0; 3],
        first: i64::MAX,
        newest: i64::MIN,
        newest_success: i64::MIN,
        chain: Chain { block: NONE, used: 0 },
    };
}

impl RawKey {
    const fn new() -> Self {
        Self { place: [0; 64], length: 0, long: Vec::new() }
    }

    fn clear(&mut self) {
        self.place = [0; 64];
        self.length = 0;
        self.long.clear();
    }

    fn push(&mut self, part: &[u8]) {
        let (from, to) = (self.length + 1, self.length + 1 + part.len());
        if self.long.is_empty() && to <= SHORT {
            self.place[self.length] = u8::try_from(part.len()).unwrap_or(u8::MAX);
            self.place[from..to].copy_from_slice(part);
            self.length = to;
            return;
        }
        if self.long.is_empty() {
            self.long.extend_from_slice(&self.place[..self.length]);
        }
        match u8::try_from(part.len()) {
            Ok(length) if length < u8::MAX => self.long.push(length),
            _ => {
                self.long.push(u8::MAX);
                self.long.extend_from_slice(&u16::try_from(part.len()).unwrap_or(u16::MAX).to_le_bytes());
            }
        }
        self.long.extend_from_slice(part);
    }

    fn bytes(&self) -> &[u8] {
        if self.long.is_empty() { &self.place[..self.length] } else { &self.long }
    }

    fn short(&self) -> Option<ShortKey> {
        let mut key = self.place;
        key[SHORT] = u8::try_from(self.length).unwrap_or(u8::MAX);
        self.long.is_empty().then_some(ShortKey(key))
    }
}

/// The parts of a raw key.
fn parts(mut key: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = match key {
            [u8::MAX, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
            [length, rest @ ..] => (usize::from(*length), rest),
            [] => return None,
        };
        let (part, rest) = rest.split_at_checked(length)?;
        key = rest;
        Some(part)
    })
}

impl Rest {
    fn agreement(&mut self, text: &[u8]) {
        if text.is_empty() || self.agreements.iter().any(|seen| **seen == *text) {
            return;
        }
        // The smallest are kept, so that the order of rows does not matter.
        let at = self.agreements.partition_point(|seen| **seen < *text);
        self.agreements.insert(at, text.into());
        if self.agreements.len() > MOST_AGREEMENTS {
            self.agreements.pop();
            self.more_agreements = true;
        }
    }
}

impl Folded {
    fn add(&mut self, samples: &[u64], calendar: &Calendar) {
        for sample in samples {
            let (second, duration, failed) = unpack(*sample);
            if let Some(duration) = duration {
                self.durations.add(duration);
            }
            let one = DayCounts { calls: 1, errors: u32::from(failed), first: second, last: second };
            let day = calendar.day(second).number;
            self.days.entry(day).and_modify(|counts| counts.merge(one)).or_insert(one);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.durations.merge(&other.durations);
        for (day, counts) in &other.days {
            self.days.entry(*day).and_modify(|mine| mine.merge(*counts)).or_insert(*counts);
        }
    }
}

impl DayCounts {
    fn merge(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.errors = self.errors.saturating_add(other.errors);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Second since 2000, duration, and whether the call failed.
const fn unpack(sample: u64) -> (u32, Option<u32>, bool) {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a word")]
    let (second, bits) = ((sample >> 32) as u32, sample as u32);
    let duration = bits & !FAILED;
    (second, if duration == NO_DURATION { None } else { Some(duration) }, bits & FAILED != 0)
}

/// Where a key is counted: number of the tally, and of the counts in it.
pub type Member = (u32, u32);

/// Every place where something is counted, by the name of its group.
#[must_use]
pub fn by_name(tallies: &[Tally]) -> Vec<Member> {
    let mut members = Vec::with_capacity(tallies.iter().map(|tally| tally.counts.len()).sum());
    for (number, tally) in (0_u32..).zip(tallies) {
        members.extend((0_u32..).zip(&tally.rest).map(|(at, _)| (number, at)));
    }
    members.sort_unstable_by(|a, b| name(tallies, *a).cmp(name(tallies, *b)));
    members
}

/// How many groups the members make.
#[must_use]
pub fn group_count(tallies: &[Tally], members: &[Member]) -> usize {
    members.chunk_by(|a, b| name(tallies, *a) == name(tallies, *b)).count()
}

fn name(tallies: &[Tally], (tally, at): Member) -> &str {
    &tallies[tally as usize].rest[at as usize].name
}

/// Tallies together: groups come out one at a time, by key, so that not all of them are in memory at once.
pub struct Merged<'a> {
    shared: &'a Shared,
    tallies: &'a [Tally],
    members: &'a [Member],
    at: usize,
    samples: Vec<u64>,
    durations: Vec<u32>,
}

impl<'a> Merged<'a> {
    /// Brings tallies together that are closed. `members` come from [`by_name`].
    #[must_use]
    pub const fn new(shared: &'a Shared, tallies: &'a [Tally], members: &'a [Member]) -> Self {
        Self { shared, tallies, members, at: 0, samples: Vec::new(), durations: Vec::new() }
    }

    fn finish(&mut self, members: &[Member]) -> Group {
        let mut total = Counts::NONE;
        let mut rest = Rest::default();
        let mut folded = Folded::default();
        self.samples.clear();
        for member in members {
            let tally = &self.tallies[member.0 as usize];
            let counts = &tally.counts[member.1 as usize];
            for (sum, calls) in total.calls.iter_mut().zip(counts.calls) {
                *sum += calls;
            }
            total.first = total.first.min(counts.first);
            total.newest = total.newest.max(counts.newest);
            total.newest_success = total.newest_success.max(counts.newest_success);
            let its = &tally.rest[member.1 as usize];
            rest.more_agreements |= its.more_agreements;
            for agreement in &its.agreements {
                rest.agreement(agreement);
            }
            if let Some(messages) = &its.messages {
                rest.messages.get_or_insert_default().merge(messages);
            }
            if let Some(other) = &its.folded {
                folded.merge(other);
            }
            collect(&tally.arena, counts.chain, &mut self.samples);
        }
        let (days, largest_gap_seconds, duration) = if self.shared.is_bounded() {
            folded.add(&self.samples, self.shared.calendar);
            from_folded(&folded)
        } else {
            exact(&mut self.samples, &mut self.durations, self.shared.calendar)
        };
        let mut parts = name(self.tallies, members[0]).split('\u{1f}').map(str::to_owned);
        let instant = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or_default();
        let [successes, errors, unknown] = total.calls;
        let calls = successes + errors + unknown;
        let mut agreements: Vec<_> = rest.agreements.iter().map(|text| shown_text(text)).collect();
        agreements.sort();
        agreements.dedup();
        Group {
            key: Key::from_parts(std::array::from_fn(|_| parts.next().unwrap_or_default())),
            calls,
            errors,
            unknown,
            error_percent: percent(errors, successes + errors),
            first: instant(total.first),
            newest: instant(total.newest),
            newest_success: (total.newest_success > i64::MIN).then(|| instant(total.newest_success)),
            duration,
            largest_gap_seconds: if calls > 1 { largest_gap_seconds } else { None },
            days: days.iter().map(|(day, counts)| self.shared.calendar.show(*day, counts)).collect(),
            agreements,
            more_agreements: rest.more_agreements,
            messages: rest.messages.map(|messages| messages.finish()),
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let left = self.members.get(self.at..)?;
        let members = left.chunk_by(|a, b| name(self.tallies, *a) == name(self.tallies, *b)).next()?;
        self.at += members.len();
        Some(self.finish(members))
    }
}

/// A share in percent, to four decimals.
#[must_use]
pub fn percent(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let share = |part: u64, whole: u64| (part as f64 / whole as f64 * 1_000_000.0).round() / 10_000.0;
    (whole > 0).then(|| share(part, whole))
}

type Days = Vec<(u16, DayCounts)>;

fn exact(
    samples: &mut [u64],
    durations: &mut Vec<u32>,
    calendar: &Calendar,
) -> (Days, Option<u32>, Option<Distribution>) {
    samples.sort_unstable();
    durations.clear();
    let mut days: Days = Vec::new();
    let mut gap = 0;
    let mut last = None;
    let mut day = LocalDay { number: 0, begins: 0, ends: 0 };
    for sample in samples {
        let (second, duration, failed) = unpack(*sample);
        durations.extend(duration);
        gap = gap.max(second - last.unwrap_or(second));
        last = Some(second);
        let one = DayCounts { calls: 1, errors: u32::from(failed), first: second, last: second };
        if second < day.begins || second >= day.ends {
            day = calendar.day(second);
            days.push((day.number, one));
        } else if let Some((_, counts)) = days.last_mut() {
            counts.merge(one);
        }
    }
    (days, Some(gap), distribution(durations))
}

fn from_folded(folded: &Folded) -> (Days, Option<u32>, Option<Distribution>) {
    let days: Days = folded.days.iter().map(|(day, counts)| (*day, *counts)).collect();
    let gap = days.windows(2).map(|pair| pair[1].1.first - pair[0].1.last).max();
    (days, gap, folded.durations.distribution(10.0))
}

fn distribution(values: &mut [u32]) -> Option<Distribution> {
    let max = *values.iter().max()?;
    let mut rank = |percent: u64| {
        let at = usize::try_from(nearest_rank(values.len() as u64, percent) - 1).unwrap_or(0);
        tenths(*values.select_nth_unstable(at).1)
    };
    let (p50, p95) = (rank(50), rank(95));
    Some(Distribution { count: values.len() as u64, p50, p95, max: tenths(max) })
}

impl Calendar {
    fn show(&self, day: u16, counts: &DayCounts) -> Day {
        let begins = self.begins(day);
        Day {
            date: Self::date(day),
            calls: counts.calls,
            errors: counts.errors,
            first: counts.first.saturating_sub(begins),
            last: counts.last.saturating_sub(begins),
        }
    }
}

/// A text of up to seven bytes as a number of its own.
fn in_a_word(text: &[u8]) -> Option<u64> {
    (text.len() < 8).then(|| text.iter().fold(1, |word, byte| word << 8 | u64::from(*byte)))
}

fn judge_status(column: &StatusColumn, status: &[u8]) -> Outcome {
    let status = super::scan::text(status.trim_ascii());
    if status.is_empty() {
        return Outcome::Unknown;
    }
    let fits = |pattern: &String| fits(pattern, &status);
    if column.success.iter().any(fits) {
        Outcome::Success
    } else if column.failure.as_ref().is_none_or(|failure| failure.iter().any(fits)) {
        Outcome::Failure
    } else {
        Outcome::Unknown
    }
}

/// Whether a status is what a mapping names: the same but for case, or of the class that `2xx` stands for, with its words (`200 OK`) too.
pub(super) fn fits(pattern: &str, status: &str) -> bool {
    let (pattern, status) = (pattern.to_lowercase(), status.to_lowercase());
    match pattern.strip_suffix("xx") {
        Some(class) if class.len() == 1 => {
            let (number, words) = status.split_at_checked(3).unwrap_or_default();
            number.starts_with(class)
                && number.bytes().all(|b| b.is_ascii_digit())
                && (words.is_empty() || words.starts_with(' '))
        }
        _ => status == pattern,
    }
}

/// A CVR number without spaces and country code; other text as it is.
pub(super) fn cvr(text: &[u8]) -> String {
    let text = text.trim_ascii();
    let bare = text.strip_prefix(b"DK").unwrap_or(text);
    let digits: Vec<u8> = bare.iter().copied().filter(|b| *b != b' ').collect();
    if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) {
        String::from_utf8(digits).unwrap_or_default()
    } else {
        shown_text(text)
    }
}

/// A duration in tenths of a millisecond, rounded to the nearest; `None` for an empty field.
fn duration(text: &[u8], unit: Unit) -> std::result::Result<Option<u32>, BadKind> {
    // A whole number of milliseconds is what nearly every log has.
    if unit == Unit::Milliseconds && (1..=9).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        let millis = text.iter().fold(0_u64, |sum, b| sum * 10 + u64::from(b - b'0'));
        return in_range(millis * 10).map(Some);
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(text).map_err(|_| BadKind::Duration)?;
    // Tenths of a nanosecond are exact for every unit.
    let nanos = match unit {
        Unit::Seconds => decimal(text, 1_000_000_000),
        Unit::Milliseconds => decimal(text, 1_000_000),
        Unit::Microseconds => decimal(text, 1000),
        Unit::Nanoseconds => decimal(text, 1),
        Unit::Clock => clock_duration(text),
    };
    let nanos = nanos.ok_or(BadKind::Duration)?;
    in_range((nanos + 50_000) / 100_000).map(Some)
}

fn in_range(tenths: u64) -> std::result::Result<u32, BadKind> {
    u32::try_from(tenths).ok().filter(|tenths| u64::from(*tenths) <= LONGEST).ok_or(BadKind::Duration)
}

/// `12.5` or `12,5` times a scale, cut.
fn decimal(text: &str, scale: u64) -> Option<u64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let mut value = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    let mut worth = scale;
    for digit in part.bytes() {
        worth /= 10;
        value = value.checked_add(u64::from(digit - b'0') * worth)?;
    }
    Some(value)
}

fn clock_duration(text: &str) -> Option<u64> {
    let mut parts = text.rsplit(':');
    let seconds = decimal(parts.next()?, 1_000_000_000)?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let hours: u64 = parts.next().map_or(Some(0), |hours| hours.parse().ok())?;
    let whole = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    (parts.next().is_none()).then_some(())?;
    whole.checked_mul(1_000_000_000)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::usage::mapping::Mapping;
    use proptest::prelude::*;

    #[test]
    fn durations_of_every_unit() {
        let read = |text: &str, unit| duration(text.as_bytes(), unit);
        assert_eq!(read("12", Unit::Milliseconds), Ok(Some(120)));
        assert_eq!(read("12,55", Unit::Milliseconds), Ok(Some(126)));
        assert_eq!(read("1.25", Unit::Seconds), Ok(Some(12_500)));
        assert_eq!(read("1250", Unit::Microseconds), Ok(Some(13)));
        assert_eq!(read("1249999", Unit::Nanoseconds), Ok(Some(12)));
        assert_eq!(read("01:02:03.5", Unit::Clock), Ok(Some(37_235_000)));
        assert_eq!(read("02:03", Unit::Clock), Ok(Some(1_230_000)));
        assert_eq!(read(" ", Unit::Seconds), Ok(None));
        for bad in ["-1", "x", "1e3", "1.2.3", "999999999"] {
            assert_eq!(read(bad, Unit::Seconds), Err(BadKind::Duration), "{bad}");
        }
        assert_eq!(read("1:2:3:4", Unit::Clock), Err(BadKind::Duration));
    }

    #[test]
    fn nearest_rank_by_hand() {
        // Ten values: the median is the fifth, p95 the tenth (rank 9.5 rounded up).
        let mut values: Vec<u32> = (1..=10).map(|n| n * 10).rev().collect();
        let found = distribution(&mut values).unwrap();
        assert_eq!((found.p50, found.p95, found.max), (5.0, 10.0, 10.0));
        let mut one = [7];
        let found = distribution(&mut one).unwrap();
        assert_eq!((found.p50, found.p95, found.max), (0.7, 0.7, 0.7));
        // Twenty values: p95 is the nineteenth.
        let mut values: Vec<u32> = (1..=20).map(|n| n * 10).collect();
        assert_eq!(distribution(&mut values).map(|d| d.p95), Some(19.0));
    }

    /// Calls, errors, longest and agreements.
    type Counted = (u64, u64, u32, Vec<String>);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Names around the length that a short key has room for; few enough of them for groups of several rows and batches.
        #[test]
        fn batches_count_what_a_map_counts(
            rows in proptest::collection::vec((0_usize..90, 0_usize..3, any::<bool>(), 0_u32..1000, any::<bool>()), 0..600),
        ) {
            let mapping = "schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n[columns]\nservice = \"s\"\nsystem = \"y\"\n\
                           agreement = \"a\"\n[status]\ncolumn = \"o\"\nsuccess = [\"ok\"]\n[duration]\ncolumn = \"d\"\nunit = \"ms\"\n";
            let ready = Mapping::read(&Document::new("m.toml", mapping.to_owned())).unwrap();
            let shared = Arc::new(Shared::new(ready, Limits::default()));
            let mut tallies = [Tally::new(Arc::clone(&shared)), Tally::new(Arc::clone(&shared))];
            let mut expected: BTreeMap<(String, String), Counted> = BTreeMap::new();
            let shown: Vec<_> = (0..90).map(|length| shown_text("s".repeat(length).as_bytes())).collect();
            for (length, system, is_ok, millis, first) in &rows {
                let (service, system) = ("s".repeat(*length), "abc"[*system..].to_owned());
                let (agreement, duration) = (format!("{}", millis % 3), millis.to_string());
                let mut fields: Fields<'_> = [&[]; ROLES];
                fields[Role::Time as usize] = b"2026-03-04T05:06:07Z";
                fields[Role::Service as usize] = service.as_bytes();
                fields[Role::System as usize] = system.as_bytes();
                fields[Role::Agreement as usize] = agreement.as_bytes();
                fields[Role::Status as usize] = if *is_ok { b"ok" } else { b"no such thing" };
                fields[Role::Duration as usize] = duration.as_bytes();
                tallies[usize::from(*first)].add(&fields).unwrap();
                let counts = expected.entry((shown[*length].clone(), system)).or_default();
                counts.0 += 1;
                counts.1 += u64::from(!is_ok);
                counts.2 = counts.2.max(*millis);
                if !counts.3.contains(&agreement) {
                    counts.3.push(agreement);
                    counts.3.sort();
                }
            }
            for tally in &mut tallies {
                tally.close().unwrap();
            }
            let members = by_name(&tallies);
            let groups: Vec<_> = Merged::new(&shared, &tallies, &members).collect();
            prop_assert_eq!(groups.len(), group_count(&tallies, &members));
            let found: BTreeMap<_, _> = groups
                .into_iter()
                .map(|group| {
                    let max = group.duration.map_or(0.0, |duration| duration.max);
                    ((group.key.service, group.key.system), (group.calls, group.errors, max, group.agreements))
                })
                .collect();
            let expected: BTreeMap<_, _> =
                expected.into_iter().map(|(key, (calls, errors, max, all))| (key, (calls, errors, f64::from(max), all))).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn the_histogram_keeps_its_bound(values in proptest::collection::vec(0_u32..2_000_000_000, 1..200)) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.add(*value);
            }
            let mut values = values;
            let (exact, bounded) = (distribution(&mut values).unwrap(), histogram.distribution(10.0).unwrap());
            prop_assert!((exact.max - bounded.max).abs() < f64::EPSILON);
            for (exact, bounded) in [(exact.p50, bounded.p50), (exact.p95, bounded.p95)] {
                prop_assert!(bounded >= exact && bounded <= exact * 1.016, "{} {}", exact, bounded);
            }
        }
    }
}
