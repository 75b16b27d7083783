//! Loading a profile with its includes, and finding every mistake in it.

use super::{Action, Adjust, Calendar, CheckBinding, Limits, ProfileFile, Requirement, shipped};
use crate::check::Parameters;
use crate::checks;
use crate::digest::sha256_hex;
use crate::document::{Document, Step, nearest, read_text};
use crate::error::{Diagnostic, Error, Result};
use crate::language::Localised;
use crate::verdict::{Basis, Level, Method};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Deepest nesting of includes.
const MAX_DEPTH: usize = 8;

/// A profile with its includes resolved and its adjustments made.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The top file.
    pub file: ProfileFile,
    /// All requirements: included ones first, in file order, adjusted.
    pub requirements: Vec<Requirement>,
    /// Requirements that were dropped, with the reason.
    pub dropped: Vec<(Requirement, Localised)>,
    /// Limits of acceptance in force.
    pub limits: Limits,
    /// Calendar in force.
    pub calendar: Option<Calendar>,
    /// The texts under each name they are included by, top file first.
    pub sources: Vec<ProfileSource>,
}

/// One file a profile was made of.
#[derive(Clone, Debug)]
pub struct ProfileSource {
    /// The profile's id.
    pub id: String,
    /// The profile's version.
    pub version: String,
    /// How it is found again: the words of the includes that lead to it, from the top file on, with ` > ` between them. Two
    /// files that are both called `./base.toml` are thus kept apart.
    pub reference: String,
    /// Its text.
    pub text: String,
    /// SHA-256 of the text, hex.
    pub sha256: String,
}

/// Finds the text of an included profile.
trait Finder {
    /// Name for messages, text, and the directory that relative paths in it start from. `key` is the
    /// [`ProfileSource::reference`], `reference` the include's words.
    fn find(&self, reference: &str, key: &str, base: Option<&Path>) -> Result<Found>;
}

struct Found {
    document: Document,
    base: Option<PathBuf>,
}

/// Finds shipped profiles by id and others by path.
struct OnDisk;

impl Finder for OnDisk {
    fn find(&self, reference: &str, _key: &str, base: Option<&Path>) -> Result<Found> {
        if let Some(text) = shipped::text(reference) {
            return Ok(Found { document: Document::new(format!("profiles/{reference}.toml"), text), base: None });
        }
        let path = match base {
            Some(base) => base.join(reference),
            None => PathBuf::from(reference),
        };
        let looks_like_path = reference.contains(['/', '\\']) || Path::new(reference).extension().is_some();
        if !looks_like_path && !path.exists() {
            let help = nearest(reference, shipped::SHIPPED.iter().map(|(id, _)| *id));
            let help = help.map_or_else(
                || "`kravprobe profile list` shows the shipped ones; a path works too".to_owned(),
                |id| format!("did you mean `{id}`?"),
            );
            return Err(Error::Usage(format!("no profile is called `{reference}`; {help}")));
        }
        let text = read_text(&path)?;
        let base = path.parent().map(Path::to_path_buf);
        Ok(Found { document: Document::new(path.display().to_string(), text), base })
    }
}

/// Finds the profiles that a bundle carries, by the reference that was used at run time.
struct InBundle<'a>(&'a BTreeMap<String, String>);

impl Finder for InBundle<'_> {
    fn find(&self, reference: &str, key: &str, _base: Option<&Path>) -> Result<Found> {
        let text = self
            .0
            .get(key)
            .or_else(|| self.0.get(reference))
            .ok_or_else(|| Error::Usage(format!("the bundle has no profile `{reference}`")))?;
        Ok(Found { document: Document::new(reference, text.clone()), base: None })
    }
}

impl Profile {
    /// Loads a shipped profile by id, or a file by path.
    pub fn load(reference: &str) -> Result<Self> {
        Self::load_with(reference, &OnDisk)
    }

    /// Loads a profile from the texts of a bundle: reference to text, as [`ProfileSource::reference`] names them.
    pub fn from_texts(reference: &str, texts: &BTreeMap<String, String>) -> Result<Self> {
        Self::load_with(reference, &InBundle(texts))
    }

    /// Whether it may be used to judge on this day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.file.valid_from <= day && self.file.valid_until.is_none_or(|until| day <= until)
    }

    /// The distinct files it was made of, top file first.
    pub fn files(&self) -> impl Iterator<Item = &ProfileSource> {
        self.sources
            .iter()
            .enumerate()
            .filter(|(index, source)| self.sources[..*index].iter().all(|earlier| earlier.sha256 != source.sha256))
            .map(|(_, source)| source)
    }

    fn load_with(reference: &str, finder: &dyn Finder) -> Result<Self> {
        let mut files = Loader { finder, sources: Vec::new(), stack: Vec::new() };
        let loaded = files.load(reference, reference, None)?;
        Ok(Self {
            file: loaded.file,
            requirements: loaded.requirements,
            dropped: loaded.dropped,
            limits: loaded.limits.unwrap_or_default(),
            calendar: loaded.calendar,
            sources: files.sources,
        })
    }
}

struct Loader<'a> {
    finder: &'a dyn Finder,
    sources: Vec<ProfileSource>,
    stack: Vec<String>,
}

struct Loaded {
    file: ProfileFile,
    requirements: Vec<Requirement>,
    dropped: Vec<(Requirement, Localised)>,
    limits: Option<Limits>,
    calendar: Option<Calendar>,
}

impl Loader<'_> {
    fn load(&mut self, reference: &str, key: &str, base: Option<&Path>) -> Result<Loaded> {
        let found = self.finder.find(reference, key, base)?;
        let document = found.document;
        if self.stack.contains(&document.name) || self.stack.len() >= MAX_DEPTH {
            let mut chain = self.stack.clone();
            chain.push(document.name.clone());
            let what = if self.stack.len() >= MAX_DEPTH { "nest too deeply" } else { "form a cycle" };
            return Err(Error::file(&document.name, format!("profile includes {what}: {}", chain.join(" -> "))));
        }
        let file: ProfileFile = document.parse()?;
        let sha256 = sha256_hex(document.text.as_bytes());
        // One file may be included from several places; a bundle must find it from each.
        if !self.sources.iter().any(|s| s.reference == key) {
            self.sources.push(ProfileSource {
                id: file.id.clone(),
                version: file.version.clone(),
                reference: key.to_owned(),
                text: document.text.clone(),
                sha256,
            });
        }
        self.stack.push(document.name.clone());
        let mut loaded = Loaded { file, requirements: Vec::new(), dropped: Vec::new(), limits: None, calendar: None };
        let mut problems = Vec::new();
        for (index, include) in loaded.file.include.iter().enumerate() {
            let key = format!("{key} > {}", include.profile);
            let included = self.load(&include.profile, &key, found.base.as_deref()).map_err(|error| match error {
                Error::Usage(message) => document
                    .mistake(&[Step::Key("include"), Step::Index(index), Step::Key("profile")], message, None)
                    .into(),
                other => other,
            })?;
            for requirement in included.requirements {
                // The same requirement may come in by two ways; two with the same id may not.
                match loaded.requirements.iter().find(|r| r.id == requirement.id) {
                    None => loaded.requirements.push(requirement),
                    Some(same) if *same == requirement => {}
                    Some(_) => problems.push(document.mistake(
                        &[Step::Key("include"), Step::Index(index)],
                        format!("requirement `{}` comes from two included profiles", requirement.id),
                        None,
                    )),
                }
            }
            loaded.dropped.extend(included.dropped);
            loaded.limits = strictest(loaded.limits, included.limits);
            loaded.calendar = loaded.calendar.or(included.calendar);
        }
        self.stack.pop();
        loaded.limits = loaded.file.aggregate.or(loaded.limits);
        loaded.calendar = loaded.file.calendar.clone().or(loaded.calendar);
        problems.extend(file_problems(&document, &loaded.file));
        for index in 0..loaded.file.adjust.len() {
            problems.extend(adjust(&document, index, &mut loaded));
        }
        for (index, requirement) in loaded.file.requirement.iter().enumerate() {
            let mut requirement = requirement.clone();
            problems.extend(requirement_problems(&document, index, &requirement));
            if loaded.requirements.iter().any(|r| r.id == requirement.id) {
                problems.push(document.mistake(
                    &[Step::Key("requirement"), Step::Index(index), Step::Key("id")],
                    format!("requirement `{}` is defined twice", requirement.id),
                    Some("ids are unique in a profile with its includes".into()),
                ));
            }
            for binding in &mut requirement.check {
                fill_defaults(binding);
            }
            loaded.requirements.push(requirement);
        }
        for (index, requirement) in loaded.file.requirement.iter().enumerate() {
            let place = [Step::Key("requirement"), Step::Index(index), Step::Key("contradicted_by")];
            if !requirement.contradicted_by.is_empty() && requirement.declaration.is_none() {
                problems.push(document.mistake(&place, "`contradicted_by` needs `declaration`", None));
            }
            let known = || loaded.requirements.iter().chain(loaded.dropped.iter().map(|(dropped, _)| dropped));
            for id in &requirement.contradicted_by {
                if !known().any(|other| other.id == *id && other.id != requirement.id && !other.check.is_empty()) {
                    problems.push(document.mistake(
                        &place,
                        format!("no other requirement `{id}` with a check"),
                        nearest(id, known().map(|r| r.id.as_str())).map(|near| format!("did you mean `{near}`?")),
                    ));
                }
            }
        }
        if problems.is_empty() { Ok(loaded) } else { Err(Error::Diagnostics(problems)) }
    }
}

/// Of the limits of several includes the strictest count; only the including profile itself says otherwise.
fn strictest(a: Option<Limits>, b: Option<Limits>) -> Option<Limits> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Limits { max_b: a.max_b.min(b.max_b), max_c: a.max_c.min(b.max_c) }),
        (one, other) => one.or(other),
    }
}

fn fill_defaults(binding: &mut CheckBinding) {
    if let Some(check) = checks::by_id(&binding.id) {
        let mut parameters = Parameters::defaults(check.meta());
        parameters.0.extend(std::mem::take(&mut binding.params.0));
        binding.params = parameters;
    }
}

fn file_problems(document: &Document, file: &ProfileFile) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if file.schema != 1 {
        problems.push(document.mistake(
            &[Step::Key("schema")],
            format!("profile format {} is unknown", file.schema),
            Some("this program reads format 1".into()),
        ));
    }
    if file.id.is_empty() || !file.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        problems.push(document.mistake(
            &[Step::Key("id")],
            "a profile id is lower-case letters, digits and hyphens",
            None,
        ));
    }
    if file.valid_until.is_some_and(|until| until < file.valid_from) {
        problems.push(document.mistake(&[Step::Key("valid_until")], "the profile ends before it begins", None));
    }
    problems
}

fn adjust(document: &Document, index: usize, loaded: &mut Loaded) -> Vec<Diagnostic> {
    let Adjust { requirement: id, action, level, category, remedy_working_days, minimum_method, reason } =
        loaded.file.adjust[index].clone();
    let at = |key| [Step::Key("adjust"), Step::Index(index), Step::Key(key)];
    let Some(position) = loaded.requirements.iter().position(|r| r.id == id) else {
        let help = nearest(&id, loaded.requirements.iter().map(|r| r.id.as_str()));
        return vec![document.mistake(
            &at("requirement"),
            format!("no included profile has a requirement `{id}`"),
            help.map(|h| format!("did you mean `{h}`?")),
        )];
    };
    let mut problems = Vec::new();
    if reason.da.trim().is_empty() || reason.en.trim().is_empty() {
        problems.push(document.mistake(&at("reason"), "an adjustment needs a reason in both languages", None));
    }
    match action {
        Action::Drop => {
            if level.is_some() || category.is_some() || remedy_working_days.is_some() || minimum_method.is_some() {
                problems.push(document.mistake(
                    &at("action"),
                    "a dropped requirement has no new level, category, remedy time or kind of proof",
                    None,
                ));
            }
            let requirement = loaded.requirements.remove(position);
            loaded.dropped.push((requirement, reason));
        }
        Action::Tighten => {
            let requirement = &mut loaded.requirements[position];
            if level.is_none() && category.is_none() && remedy_working_days.is_none() && minimum_method.is_none() {
                problems.push(document.mistake(&at("action"), "the adjustment tightens nothing", None));
            }
            if let Some(level) = level {
                if level <= requirement.level {
                    problems.push(document.mistake(
                        &at("level"),
                        format!("`{}` is not stricter than `{}`", level.name(), requirement.level.name()),
                        Some("requirements can be tightened or dropped with a reason, never loosened".into()),
                    ));
                }
                requirement.level = level;
                requirement.basis = Basis::Contract;
            }
            if let Some(category) = category {
                // Category::A orders first and is the most serious.
                if category >= requirement.category {
                    problems.push(document.mistake(
                        &at("category"),
                        format!("{} is not more serious than {}", category.name(), requirement.category.name()),
                        None,
                    ));
                }
                requirement.category = category;
            }
            if let Some(days) = remedy_working_days {
                if requirement.remedy_working_days.is_some_and(|old| days >= old) {
                    problems.push(document.mistake(
                        &at("remedy_working_days"),
                        "the remedy time is not shorter than before",
                        None,
                    ));
                }
                requirement.remedy_working_days = Some(days);
            }
            if let Some(minimum) = minimum_method {
                // Method::Measured orders first and is the strongest.
                let old = requirement.minimum_method.unwrap_or(Method::Declared);
                if minimum >= old {
                    problems.push(document.mistake(
                        &at("minimum_method"),
                        format!("`{}` is not stronger than `{}`", minimum.name(), old.name()),
                        Some("measured is stronger than inspected, and inspected than declared".into()),
                    ));
                }
                requirement.minimum_method = Some(minimum);
            }
        }
    }
    problems
}

fn requirement_problems(document: &Document, index: usize, requirement: &Requirement) -> Vec<Diagnostic> {
    let at = |key| [Step::Key("requirement"), Step::Index(index), Step::Key(key)];
    let mut problems = Vec::new();
    if requirement.id.trim().is_empty() {
        problems.push(document.mistake(&at("id"), "a requirement needs an id", None));
    }
    if requirement.title.da.trim().is_empty() || requirement.title.en.trim().is_empty() {
        problems.push(document.mistake(&at("title"), "a requirement needs a title in both languages", None));
    }
    if requirement.check.is_empty() && requirement.declaration.is_none() {
        problems.push(document.mistake(
            &at("id"),
            format!("nothing can decide requirement `{}`", requirement.id),
            Some("bind a check, or name the kind of declaration that decides it".into()),
        ));
    }
    if requirement.level == Level::Must && !requirement.basis.may_be_must() {
        problems.push(document.mistake(
            &at("level"),
            format!("a `must` cannot rest on `{}`", requirement.basis.name()),
            Some("only `norm` and `contract` may fail a vendor; use `should` or `may`".into()),
        ));
    }
    if let Some(values) = &requirement.declaration_is
        && (requirement.declaration.is_none() || values.is_empty())
    {
        problems.push(document.mistake(
            &at("declaration_is"),
            "`declaration_is` needs `declaration` and at least one value",
            None,
        ));
    }
    if let Some(defect) = requirement.applies_when.as_ref().and_then(super::Predicate::defect) {
        problems.push(document.mistake(&at("applies_when"), defect, None));
    }
    for (binding_index, binding) in requirement.check.iter().enumerate() {
        let base = [Step::Key("requirement"), Step::Index(index), Step::Key("check"), Step::Index(binding_index)];
        problems.extend(binding_problems(document, &base, binding));
    }
    problems
}

fn binding_problems(document: &Document, base: &[Step<'_>; 4], binding: &CheckBinding) -> Vec<Diagnostic> {
    let at = |keys: &[&'static str]| base.iter().copied().chain(keys.iter().map(|k| Step::Key(k))).collect::<Vec<_>>();
    let Some(check) = checks::by_id(&binding.id) else {
        return vec![document.mistake(
            &at(&["id"]),
            format!("no check is called `{}`", binding.id),
            checks::suggestion(&binding.id).map(|id| format!("did you mean `{id}`?")),
        )];
    };
    let meta = check.meta();
    let mut problems = Vec::new();
    for (name, value) in &binding.params.0 {
        let path: Vec<Step<'_>> = base.iter().copied().chain([Step::Key("params"), Step::Key(name.as_str())]).collect();
        match meta.parameters.iter().find(|p| p.name == name) {
            None => problems.push(document.mistake(
                &path,
                format!("check `{}` has no parameter `{name}`", meta.id),
                match nearest(name, meta.parameters.iter().map(|p| p.name)) {
                    Some(near) => Some(format!("did you mean `{near}`?")),
                    None if meta.parameters.is_empty() => Some("it has none".into()),
                    None => Some(format!(
                        "it has {}",
                        meta.parameters.iter().map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ")
                    )),
                },
            )),
            Some(parameter) if !parameter.default.accepts(value) => problems.push(document.mistake(
                &path,
                format!("parameter `{name}` of `{}` must be {}", meta.id, parameter.default.type_name()),
                None,
            )),
            Some(_) => {}
        }
    }
    let wrong_selector = match meta.family {
        crate::subject::Family::Certificate => binding.on.purpose.is_some().then_some("purpose"),
        crate::subject::Family::Tls => binding.on.role.is_some().then_some("role"),
        crate::subject::Family::Metadata | crate::subject::Family::Message | crate::subject::Family::Request => {
            binding.on.role.is_some().then_some("role").or(binding.on.purpose.is_some().then_some("purpose"))
        }
        _ => (binding.on != crate::profile::Selector::default()).then_some("on"),
    };
    if let Some(key) = wrong_selector {
        problems.push(document.mistake(
            &at(&["on", key]),
            format!("a {} check cannot be selected by `{key}`, so it would never run", meta.family.name()),
            None,
        ));
    }
    let empty = binding.on.role.as_ref().is_some_and(Vec::is_empty)
        || binding.on.purpose.as_ref().is_some_and(Vec::is_empty)
        || binding.on.name.as_ref().is_some_and(Vec::is_empty);
    if empty {
        problems.push(document.mistake(
            &at(&["on"]),
            "an empty list selects nothing, so the check would never run",
            None,
        ));
    }
    problems
}
