//! What a browser without scripts and style sees of an HTML page: forms, links, base and refresh.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use std::collections::BTreeMap;
use url::Url;

/// Most forms of a page.
const MAX_FORMS: usize = 100;
/// Most fields, with their options, of a page.
const MAX_FIELDS: usize = 5000;
/// Most links of a page.
const MAX_LINKS: usize = 5000;

/// The parts of a page that lead on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html {
    /// `<base href>` as written.
    pub base: Option<String>,
    /// Addresses of links as written.
    pub links: Vec<String>,
    /// The forms, in order.
    pub forms: Vec<Form>,
    /// Where an immediate refresh leads, as written.
    pub refresh: Option<String>,
}

/// A form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    id: Option<String>,
    /// `action` as written.
    pub action: Option<String>,
    /// Whether it is sent with POST.
    pub post: bool,
    /// Its fields and buttons, in order.
    pub fields: Vec<Field>,
}

/// A field, or one button or choice of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub kind: Kind,
    /// Its name; may be empty, then it is not sent.
    pub name: String,
    /// Its value.
    pub value: String,
    form: Option<String>,
    action: Option<String>,
    post: Option<bool>,
}

/// Kind of field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Sends its value always.
    #[default]
    Text,
    /// A checkbox.
    Checkbox {
        /// Whether it is chosen.
        on: bool,
    },
    /// A radio button.
    Radio {
        /// Whether it is chosen.
        on: bool,
    },
    /// An option of the page's nth `<select>`.
    Option {
        /// Which one.
        of: usize,
        /// Whether it is chosen.
        on: bool,
    },
    /// A button that submits; sends its value when it is pressed.
    Submit,
    /// An image that submits.
    Image,
}

/// What is sent when a form is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The address as written; empty for the page's own.
    pub action: String,
    /// Whether it is sent with POST.
    pub post: bool,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Whether it carries a SAML message (HTTP-POST binding, SAML 2.0 Bindings 3.5.4).
    #[must_use]
    pub fn is_saml(&self) -> bool {
        ["SAMLRequest", "SAMLResponse"].iter().any(|name| self.has(name))
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// What is sent when a script submits it, or a user who presses the button `pressed`.
    #[must_use]
    pub fn submission(&self, pressed: Option<usize>) -> Submission {
        let button = pressed.and_then(|at| self.fields.get(at));
        let mut fields = Vec::new();
        for (at, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.name.is_empty()) {
            let sent = match field.kind {
                Kind::Text => true,
                Kind::Checkbox { on } | Kind::Radio { on } | Kind::Option { on, .. } => on,
                Kind::Submit => pressed == Some(at),
                Kind::Image => false,
            };
            if sent {
                fields.push((line_ends(&field.name), line_ends(&field.value)));
            } else if field.kind == Kind::Image && pressed == Some(at) {
                fields.extend(["x", "y"].map(|axis| (format!("{}.{axis}", field.name), "0".to_owned())));
            }
        }
        Submission {
            action: button.and_then(|b| b.action.clone()).or_else(|| self.action.clone()).unwrap_or_default(),
            post: button.and_then(|b| b.post).unwrap_or(self.post),
            fields,
        }
    }

    fn first_button(&self) -> Option<usize> {
        self.fields.iter().position(Field::submits)
    }

    /// Takes the choice at `at`, as a click does.
    fn choose(&mut self, at: usize) {
        let Some(Field { kind, name, .. }) = self.fields.get(at).cloned() else { return };
        for (other, field) in self.fields.iter_mut().enumerate() {
            let me = other == at;
            match (&mut field.kind, kind) {
                (Kind::Checkbox { on }, Kind::Checkbox { .. }) => *on |= me,
                (Kind::Radio { on }, Kind::Radio { .. }) if field.name == name => *on = me,
                (Kind::Option { of, on }, Kind::Option { of: mine, .. }) if *of == mine => *on = me,
                _ => {}
            }
        }
    }

    /// The form with these values filled in, and the button that is pressed; `None` when a field is not there.
    fn filled(&self, values: &BTreeMap<String, String>) -> Option<(Self, Option<usize>)> {
        let mut form = self.clone();
        let mut pressed = form.first_button();
        for (name, value) in values {
            let at = |found: &dyn Fn(&Field) -> bool| self.fields.iter().position(|f| f.name == *name && found(f));
            if let Some(at) = at(&|f| f.is_choice() && f.value == *value) {
                form.choose(at);
            } else if let Some(at) = at(&|f| f.kind == Kind::Text) {
                if let Some(field) = form.fields.get_mut(at) {
                    field.value.clone_from(value);
                }
            } else if let Some(at) = at(&|f| f.submits() && f.value == *value) {
                pressed = Some(at);
            } else {
                return None;
            }
        }
        Some((form, pressed))
    }
}

impl Field {
    const fn submits(&self) -> bool {
        matches!(self.kind, Kind::Submit | Kind::Image)
    }

    const fn is_choice(&self) -> bool {
        matches!(self.kind, Kind::Checkbox { .. } | Kind::Radio { .. } | Kind::Option { .. })
    }
}

/// Where a choice on a page leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To a link's address.
    Link {
        /// The address.
        url: Url,
        /// As written.
        written: String,
    },
    /// To what a form sends.
    Form(Submission),
}

impl Html {
    /// Reads a page. Never fails: what is not HTML has no parts.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::default();
        let mut emitter = DefaultEmitter::default();
        // Or else a form in a script's text would count as one.
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(text, emitter) {
            let Ok(token) = token;
            reader.token(token);
        }
        reader.end()
    }

    /// Resolves an address as the page at `url` means it (HTML standard, "document base URL").
    #[must_use]
    pub fn resolve(&self, url: &Url, address: &str) -> Option<Url> {
        let base = self.base.as_deref().and_then(|base| url.join(base).ok());
        base.as_ref().unwrap_or(url).join(address).ok()
    }

    /// The link whose address contains this text, or the choice or button that has it as value.
    #[must_use]
    pub fn choose(&self, url: &Url, text: &str) -> Option<Lead> {
        let link = self.links.iter().find_map(|link| {
            let to = self.resolve(url, link).filter(|to| matches!(to.scheme(), "http" | "https"))?;
            let found = link.contains(text) || to.as_str().contains(text);
            found.then(|| Lead::Link { url: to, written: link.trim().to_owned() })
        });
        if link.is_some() {
            return link;
        }
        self.forms.iter().find_map(|form| {
            let at = form.fields.iter().position(|f| f.value == text && (f.is_choice() || f.submits()))?;
            let mut form = form.clone();
            let pressed = if form.fields[at].submits() { Some(at) } else { form.first_button() };
            form.choose(at);
            Some(Lead::Form(form.submission(pressed)))
        })
    }

    /// What the form with all of these fields sends, with these values.
    #[must_use]
    pub fn submit(&self, values: &BTreeMap<String, String>) -> Option<Submission> {
        let (form, pressed) = self.forms.iter().find_map(|form| form.filled(values))?;
        Some(form.submission(pressed))
    }

    /// The form that is submitted without the user's doing: the only one with a SAML message. With several, the page lets the
    /// user choose.
    #[must_use]
    pub fn automatic(&self) -> Option<Submission> {
        let mut found = self.forms.iter().filter(|form| form.is_saml());
        let form = found.next()?;
        found.next().is_none().then(|| form.submission(None))
    }
}

/// Text that is being read.
enum Open {
    Textarea(Field),
    Option { field: Field, valued: bool },
}

#[derive(Default)]
struct Reader {
    html: Html,
    /// Where fields go now.
    form: Option<usize>,
    /// Fields that name their form (`form="id"`), which may come later.
    strays: Vec<Field>,
    fields: usize,
    selects: usize,
    select: Option<Select>,
    open: Option<Open>,
    text: String,
    templates: usize,
    noscript: bool,
}

struct Select {
    number: usize,
    name: String,
    form: Option<String>,
    multiple: bool,
    disabled: bool,
    options: Vec<Field>,
}

impl Reader {
    fn token(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.finish(&tag.name),
            Token::String(text) if self.open.is_some() => self.text.push_str(&String::from_utf8_lossy(&text)),
            _ => {}
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        if name == b"template" {
            self.templates += 1;
        }
        // What stands in a template is no part of the page.
        if self.templates > 0 {
            return;
        }
        match name {
            b"base" if self.html.base.is_none() => self.html.base = attribute(tag, "href"),
            b"a" | b"area" if self.html.links.len() < MAX_LINKS => self.html.links.extend(attribute(tag, "href")),
            // It is there for users without scripts, and the users who matter here have them.
            b"noscript" => self.noscript = true,
            b"meta" if self.html.refresh.is_none() && !self.noscript => {
                let refreshes = attribute(tag, "http-equiv").is_some_and(|what| what.eq_ignore_ascii_case("refresh"));
                let content = attribute(tag, "content").filter(|_| refreshes);
                self.html.refresh = content.as_deref().and_then(refresh);
            }
            // HTML standard, 13.2.6.4.7: a form in a form is ignored.
            b"form" if self.form.is_none() && self.html.forms.len() < MAX_FORMS => {
                self.html.forms.push(Form {
                    id: attribute(tag, "id"),
                    action: attribute(tag, "action"),
                    post: attribute(tag, "method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
                    fields: Vec::new(),
                });
                self.form = Some(self.html.forms.len() - 1);
            }
            b"input" => self.input(tag),
            b"button" => {
                let kind = attribute(tag, "type").unwrap_or_default();
                if !["reset", "button"].iter().any(|other| kind.eq_ignore_ascii_case(other)) {
                    self.add(tag, Kind::Submit, attribute(tag, "value"));
                }
            }
            b"textarea" if !has(tag, "disabled") => {
                self.text.clear();
                self.open = Some(Open::Textarea(field(tag, Kind::Text, None)));
            }
            b"select" => {
                self.close_select();
                self.selects += 1;
                self.select = Some(Select {
                    number: self.selects,
                    name: attribute(tag, "name").unwrap_or_default(),
                    form: attribute(tag, "form"),
                    multiple: has(tag, "multiple"),
                    disabled: has(tag, "disabled"),
                    options: Vec::new(),
                });
            }
            b"option" => self.option(tag),
            _ => {}
        }
    }

    fn finish(&mut self, name: &[u8]) {
        if name == b"template" {
            self.templates = self.templates.saturating_sub(1);
        }
        if self.templates > 0 {
            return;
        }
        match name {
            b"form" => {
                self.close_select();
                self.form = None;
            }
            b"noscript" => self.noscript = false,
            b"textarea" | b"option" => self.close_text(),
            b"select" => self.close_select(),
            _ => {}
        }
    }

    fn option(&mut self, tag: &StartTag<()>) {
        self.close_text();
        let Some(select) = self.select.as_mut().filter(|_| self.fields < MAX_FIELDS) else { return };
        self.fields += 1;
        if has(tag, "disabled") {
            return;
        }
        let kind = Kind::Option { of: select.number, on: has(tag, "selected") };
        let option = field(tag, kind, attribute(tag, "value"));
        let field = Field { name: select.name.clone(), form: select.form.clone(), ..option };
        self.text.clear();
        self.open = Some(Open::Option { field, valued: has(tag, "value") });
    }

    fn input(&mut self, tag: &StartTag<()>) {
        let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
        let value = attribute(tag, "value");
        let on = has(tag, "checked");
        match kind.as_str() {
            "reset" | "button" | "file" => {}
            "submit" => self.add(tag, Kind::Submit, Some(value.unwrap_or_else(|| "Submit".to_owned()))),
            "image" => self.add(tag, Kind::Image, value),
            "checkbox" => self.add(tag, Kind::Checkbox { on }, Some(value.unwrap_or_else(|| "on".to_owned()))),
            "radio" => self.add(tag, Kind::Radio { on }, Some(value.unwrap_or_else(|| "on".to_owned()))),
            _ => self.add(tag, Kind::Text, value),
        }
    }

    fn add(&mut self, tag: &StartTag<()>, kind: Kind, value: Option<String>) {
        if !has(tag, "disabled") && self.fields < MAX_FIELDS {
            self.fields += 1;
            self.place(field(tag, kind, value));
        }
    }

    fn place(&mut self, field: Field) {
        if field.form.is_some() {
            self.strays.push(field);
        } else if let Some(form) = self.form.and_then(|at| self.html.forms.get_mut(at)) {
            form.fields.push(field);
        }
    }

    fn close_text(&mut self) {
        match self.open.take() {
            Some(Open::Textarea(mut field)) => {
                // HTML standard: a line end right after the tag does not count.
                let text = self.text.strip_prefix("\r\n").or_else(|| self.text.strip_prefix('\n'));
                text.unwrap_or(&self.text).clone_into(&mut field.value);
                if self.fields < MAX_FIELDS {
                    self.fields += 1;
                    self.place(field);
                }
            }
            Some(Open::Option { mut field, valued }) => {
                if !valued {
                    field.value = self.text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                }
                if let Some(select) = &mut self.select {
                    select.options.push(field);
                }
            }
            None => {}
        }
    }

    fn close_select(&mut self) {
        self.close_text();
        let Some(mut select) = self.select.take() else { return };
        if !select.multiple {
            // The last one that says so is chosen, else the first.
            let on = |field: &Field| matches!(field.kind, Kind::Option { on: true, .. });
            let chosen = select.options.iter().rposition(on).unwrap_or(0);
            for (at, field) in select.options.iter_mut().enumerate() {
                if let Kind::Option { on, .. } = &mut field.kind {
                    *on = at == chosen;
                }
            }
        }
        if !select.disabled {
            select.options.into_iter().for_each(|field| self.place(field));
        }
    }

    fn end(mut self) -> Html {
        self.close_select();
        for field in self.strays {
            if let Some(form) = self.html.forms.iter_mut().find(|form| form.id == field.form) {
                form.fields.push(field);
            }
        }
        self.html
    }
}

fn field(tag: &StartTag<()>, kind: Kind, value: Option<String>) -> Field {
    Field {
        kind,
        name: attribute(tag, "name").unwrap_or_default(),
        value: value.unwrap_or_default(),
        form: attribute(tag, "form"),
        action: attribute(tag, "formaction"),
        post: attribute(tag, "formmethod").map(|method| method.eq_ignore_ascii_case("post")),
    }
}

/// An attribute; html5gum has put names into lower case and decoded the entities.
fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
}

fn has(tag: &StartTag<()>, name: &str) -> bool {
    tag.attributes.contains_key(name.as_bytes())
}

/// Where a refresh leads that happens at once (HTML standard, "shared declarative refresh steps"); fractions of a second are
/// not read, as there. A page that loads itself again leads nowhere.
#[must_use]
pub fn refresh(content: &str) -> Option<String> {
    let content = content.trim_ascii();
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let (delay, rest) = content.split_at(digits);
    let immediate = delay.bytes().all(|digit| digit == b'0') && (digits > 0 || rest.starts_with('.'));
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_ascii_start();
    let named = rest.get(..3).filter(|name| name.eq_ignore_ascii_case("url")).and_then(|_| {
        rest.get(3..).unwrap_or_default().trim_ascii_start().strip_prefix('=').map(str::trim_ascii_start)
    });
    let address = named.unwrap_or(rest);
    let address = match address.chars().next() {
        Some(quote @ ('"' | '\'')) => address[1..].split(quote).next().unwrap_or_default(),
        _ => address,
    };
    (immediate && !address.is_empty()).then(|| address.to_owned())
}

/// Line ends as forms send them (HTML standard, "constructing the entry list").
fn line_ends(text: &str) -> String {
    if !text.contains(['\r', '\n']) {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests;
