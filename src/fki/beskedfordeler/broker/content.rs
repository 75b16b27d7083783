//! Content of messages: collected from frames, and changed from one delivery attempt to the next.

use super::exception::Exception;
use amq_protocol::frame::AMQPContentHeader;
use amq_protocol::protocol::BasicProperties;
use amq_protocol::protocol::basic::Publish;
use std::borrow::Cow;

/// Largest body that is taken from a publisher, bytes.
pub const MAX_BODY: u64 = 16 << 20;

/// A publish on its way.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) publish: Publish,
    pub(super) properties: BasicProperties,
    pub(super) body: Vec<u8>,
    /// Bytes of the body that are announced; `None` until the header has come.
    announced: Option<usize>,
}

impl Content {
    pub(super) fn new(publish: Publish) -> Self {
        Self { publish, properties: BasicProperties::default(), body: Vec::new(), announced: None }
    }

    pub(super) fn header(mut self, header: AMQPContentHeader) -> Result<Self, Exception> {
        if self.announced.is_some() {
            return Err(Exception::unexpected("expected content body, got a second content header instead"));
        }
        if header.class_id != 60 {
            let text = format!("expected content header for class 60, got one for class {} instead", header.class_id);
            return Err(Exception::unexpected(&text));
        }
        match usize::try_from(header.body_size) {
            Ok(size) if header.body_size <= MAX_BODY => self.announced = Some(size),
            _ => {
                let text = format!("message size {} is larger than configured max size {MAX_BODY}", header.body_size);
                return Err(Exception::precondition(&text));
            }
        }
        self.properties = header.properties;
        Ok(self)
    }

    pub(super) fn body(&mut self, bytes: &[u8]) -> Result<(), Exception> {
        let Some(announced) = self.announced else {
            return Err(Exception::unexpected("expected content header for class 60, got a body instead"));
        };
        if self.body.len() + bytes.len() > announced {
            return Err(Exception::unexpected("the body is longer than its header announced"));
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn is_whole(&self) -> bool {
        self.announced == Some(self.body.len())
    }
}

/// A good message says which attempt this is (AntalLeveranceforsoeg, 2O table 9); anything else stays as it is.
pub(super) fn for_attempt(body: &[u8], attempt: u32) -> Cow<'_, [u8]> {
    const ELEMENT: &str = "AntalLeveranceforsoeg>";
    if attempt <= 1 {
        return Cow::Borrowed(body);
    }
    let Ok(text) = std::str::from_utf8(body) else { return Cow::Borrowed(body) };
    let places: Vec<usize> = text.match_indices(ELEMENT).map(|(at, _)| at).collect();
    let &[start, _] = places.as_slice() else { return Cow::Borrowed(body) };
    let (before, rest) = text.split_at(start + ELEMENT.len());
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || !rest[digits..].starts_with("</") {
        return Cow::Borrowed(body);
    }
    Cow::Owned(format!("{before}{attempt}{}", &rest[digits..]).into_bytes())
}
