//! Mail: bodies, attachments and forwarded messages, each as pages; what the header tells.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use quittance_types::BusinessDate;

use super::container;
use super::model::{Advice, AdviceFormat, Field, Span};
use super::page::Page;
use super::{attached, html, inflated_size, text};
use crate::Text;
use crate::archive;
use crate::budget::Budget;
use crate::error::FormatError;

/// Messages in messages that are read.
const MAX_DEPTH: usize = 4;
/// Bytes an honest mail spends on a part, and on a line of a header.
const PART: usize = 64;
const FIELD: usize = 24;
/// Parts of all messages together that are read, and how many of them may be pictures.
const MAX_PARTS: usize = 100;
const MAX_PICTURES: usize = 50;
/// Boundaries that are declared, for each of which a parser may look through all that follows, and messages in messages.
const MAX_BOUNDARIES: usize = 200;
/// Addresses or parameters of a header field.
const MAX_SEPARATORS: usize = 4_000;

/// A mail taken apart.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// Names of all parts; part 0 is the header.
    pub parts: Vec<String>,
    /// Pages in the order of the parts.
    pub pages: Vec<MailPage>,
    /// Display name of the sender.
    pub sender: Option<Field<Text>>,
    /// Date it was sent.
    pub date: Option<Field<BusinessDate>>,
    /// Parts that are not read, and why.
    pub ignored: Vec<(u16, String)>,
    /// Structured advices, with the parts they were attached as.
    pub structured: Vec<(u16, Vec<Advice>)>,
    /// Messages met so far.
    messages: usize,
    /// There are more parts than are read.
    has_more: bool,
}

/// A page of a mail.
#[derive(Debug)]
pub(crate) struct MailPage {
    /// The page.
    pub page: Page,
    /// What it is.
    pub role: PageRole,
}

/// Where in the mail a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageRole {
    /// Subject.
    Header,
    /// Body of the message with this number; text and HTML are alternatives of each other.
    Body(usize),
    /// Attachment.
    Attachment,
}

/// Takes a mail apart.
///
/// # Errors
/// `XML_LIMIT` for more parts or header fields than the bytes may honestly hold, `FORMAT_UNKNOWN` for no mail.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<Mail, FormatError> {
    check(bytes, budget)?;
    let message = MessageParser::default().parse(bytes);
    let message = message.ok_or_else(|| FormatError::Unknown { why: "not a mail message".to_string() })?;
    let mut mail = Mail { parts: vec!["header".to_string()], ..Mail::default() };
    mail.header(&message, budget)?;
    mail.message(&message, 0, budget)?;
    if mail.has_more {
        mail.ignored.push((0, format!("more than {MAX_PARTS} parts, or {MAX_PICTURES} before a picture: these are not read")));
    }
    if is_cut(bytes) {
        mail.ignored.push((0, "the mail is cut: its last part is not ended".to_string()));
    }
    Ok(mail)
}

/// Bytes of the header that are looked at for the boundary of the parts.
const HEADER: usize = 16 << 10;

/// True for a mail of parts whose end is missing.
fn is_cut(bytes: &[u8]) -> bool {
    let header = String::from_utf8_lossy(bytes.get(..HEADER.min(bytes.len())).unwrap_or_default());
    let Some((_, rest)) = header.split_once("boundary=") else { return false };
    let name = rest.strip_prefix('"').and_then(|quoted| quoted.split('"').next());
    let name = name.or_else(|| rest.split([';', '\r', '\n', ' ']).next()).unwrap_or_default();
    let end = format!("--{name}--");
    !name.is_empty() && !bytes.split(|byte| *byte == b'\n').any(|line| line.trim_ascii() == end.as_bytes())
}

/// What declares a boundary, and a message in a message.
const BOUNDARY: &[u8] = b"boundary";
const MESSAGE: &[u8] = b"message/";
/// What makes messages of parts that do not say so.
const DIGEST: &[u8] = b"digest";

/// Counts what will become parts, fields, addresses and parameters before the parser builds anything.
fn check(bytes: &[u8], budget: &mut Budget) -> Result<(), FormatError> {
    let mut header = Header { is_open: true, names: Some(Vec::new()), ..Header::default() };
    for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1u64..) {
        let limit = |what, allowed: usize| FormatError::Limit { what, allowed: allowed as u64, line: number };
        header.take(line);
        if header.begins_part {
            budget.spend(PART, number)?;
        }
        if header.is_line {
            budget.spend(FIELD, number)?;
        }
        if header.boundaries > MAX_BOUNDARIES {
            return Err(limit("parts in parts of a mail", MAX_BOUNDARIES));
        }
        if header.separators > MAX_SEPARATORS {
            return Err(limit("addresses or parameters of a header field", MAX_SEPARATORS));
        }
    }
    Ok(())
}

/// What is known of the header a line stands in.
#[derive(Default)]
struct Header<'b> {
    is_open: bool,
    /// The line begins a part.
    begins_part: bool,
    /// The line begins a field, or goes on with one.
    is_line: bool,
    /// Commas and semicolons of the field so far.
    separators: usize,
    /// What it describes is a message, with a header of its own.
    is_message: bool,
    is_digest: bool,
    /// Boundaries declared and messages announced so far.
    boundaries: usize,
    /// The boundaries; none once one is declared otherwise than plainly: every line of two dashes may be that one.
    names: Option<Vec<&'b [u8]>>,
}

impl<'b> Header<'b> {
    fn take(&mut self, line: &'b [u8]) {
        self.is_line = false;
        self.begins_part = line.strip_prefix(b"--").is_some_and(|rest| self.is_boundary(rest));
        if self.begins_part {
            (self.is_open, self.is_message, self.separators) = (true, false, 0);
        } else if line.trim_ascii().is_empty() {
            (self.is_open, self.is_message) = (self.is_message || self.is_digest, false);
        } else if self.is_open {
            self.is_line = true;
            let before = if line.starts_with(b" ") || line.starts_with(b"\t") { self.separators } else { 0 };
            self.separators = before + line.iter().filter(|byte| matches!(byte, b',' | b';')).count();
            let (boundaries, messages) = (count(line, BOUNDARY), count(line, MESSAGE));
            self.boundaries += boundaries + messages;
            if boundaries > 0 {
                self.declare(line);
            }
            self.is_message |= messages > 0;
            self.is_digest |= count(line, DIGEST) > 0;
        }
    }

    fn is_boundary(&self, line: &[u8]) -> bool {
        self.names.as_ref().is_none_or(|names| names.iter().any(|name| line.starts_with(name)))
    }

    fn declare(&mut self, line: &'b [u8]) {
        let places = line.windows(BOUNDARY.len()).zip(BOUNDARY.len()..).filter(|(word, _)| word.eq_ignore_ascii_case(BOUNDARY));
        for (_, end) in places.take(MAX_BOUNDARIES) {
            match (line.get(end..).and_then(boundary), &mut self.names) {
                (Some(name), Some(names)) => names.push(name),
                _ => self.names = None,
            }
        }
    }
}

/// Longest boundary.
const MAX_BOUNDARY: usize = 100;

/// The boundary behind the word, when it can be told from this line alone.
fn boundary(rest: &[u8]) -> Option<&[u8]> {
    let value = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
    let (name, behind) = match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split_at_checked(quoted.iter().position(|byte| *byte == b'"')?)?,
        None => value.split_at(value.iter().position(|byte| *byte == b';').unwrap_or(value.len())),
    };
    let is_plain = name.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'(' | b'"')) && count(name, b"=?") == 0;
    let behind = behind.strip_prefix(b"\"").unwrap_or(behind).trim_ascii_start();
    let is_all = matches!(behind.first(), None | Some(b';'));
    (is_plain && is_all && (1..=MAX_BOUNDARY).contains(&name.len())).then_some(name)
}

/// How often a word stands in a line, in whatever case.
fn count(line: &[u8], word: &[u8]) -> usize {
    line.windows(word.len()).filter(|window| window.eq_ignore_ascii_case(word)).count()
}

fn sender_of(message: &Message<'_>) -> Option<Field<Text>> {
    let name = message.from()?.first()?.name.as_deref()?.trim();
    (!name.is_empty() && !name.contains('@')).then(|| Field::written(name, Span::default()))
}

impl Mail {
    fn header(&mut self, message: &Message<'_>, budget: &mut Budget) -> Result<(), FormatError> {
        let mut page = Page::default();
        page.line(1, message.subject().unwrap_or_default(), budget)?;
        self.pages.push(MailPage { page, role: PageRole::Header });
        self.sender = sender_of(message);
        self.date = message.date().and_then(|date| {
            let value = BusinessDate::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day)).ok()?;
            Some(Field::new(value, &value.to_string(), Span::default()))
        });
        Ok(())
    }

    fn message(&mut self, message: &Message<'_>, depth: usize, budget: &mut Budget) -> Result<(), FormatError> {
        let number = self.messages;
        self.messages += 1;
        // The head of a forwarded message names the payer rather than who forwards it.
        if depth > 0 {
            self.sender = sender_of(message).or(self.sender.take());
        }
        for (index, part) in (0u32..).zip(&message.parts) {
            let body = message.text_body.contains(&index) || message.html_body.contains(&index);
            match &part.body {
                PartType::Multipart(_) => {}
                PartType::Message(inner) if depth < MAX_DEPTH => self.message(inner, depth + 1, budget)?,
                PartType::Message(_) => self.ignored.push((0, format!("a message inside {MAX_DEPTH} others is not read"))),
                _ if self.parts.len() > most_parts(part) => self.has_more = true,
                PartType::Text(content) if body && part.attachment_name().is_none() => self.body(content, false, number, budget)?,
                PartType::Html(content) if body && part.attachment_name().is_none() => self.body(content, true, number, budget)?,
                PartType::Text(content) | PartType::Html(content) => self.attachment(part, content.as_bytes(), budget)?,
                PartType::Binary(content) | PartType::InlineBinary(content) => self.attachment(part, content, budget)?,
            }
        }
        Ok(())
    }

    fn next_index(&self) -> u16 {
        u16::try_from(self.parts.len()).unwrap_or(u16::MAX)
    }

    fn body(&mut self, content: &str, is_html: bool, message: usize, budget: &mut Budget) -> Result<(), FormatError> {
        let mut page = Page::of(self.next_index());
        if is_html {
            self.parts.push("body (HTML)".to_string());
            html::read(content, &mut page, budget)?;
        } else {
            self.parts.push("body (text)".to_string());
            text::read(content, &mut page, budget)?;
        }
        self.pages.push(MailPage { page, role: PageRole::Body(message) });
        Ok(())
    }

    fn attachment(&mut self, part: &MessagePart<'_>, bytes: &[u8], budget: &mut Budget) -> Result<(), FormatError> {
        let index = self.next_index();
        let name = part.attachment_name().unwrap_or("attachment").to_string();
        self.parts.push(name.clone());
        if archive::looks_like(bytes) {
            budget.inflate(inflated_size(bytes, budget.inflatable()))?;
        }
        match attached::advices_in(bytes) {
            Some(Ok(advices)) => {
                self.structured.push((index, advices));
                return Ok(());
            }
            Some(Err(why)) => {
                self.ignored.push((index, format!("{name}: {why}")));
                return Ok(());
            }
            None => {}
        }
        let read = container::kind_of(bytes, Some(&name)).and_then(|kind| match kind {
            AdviceFormat::Text if !is_readable(part, &name) => Err(FormatError::Unknown { why: "no advice in it".to_string() }),
            kind => container::pages(bytes, kind, &name, index, budget),
        });
        match read {
            Ok(pages) => {
                // A workbook has a page for each sheet; the first has the attachment's own number.
                self.parts.extend(pages.iter().skip(1).map(|(sheet, _)| format!("{name}, {sheet}")));
                self.pages.extend(pages.into_iter().map(|(_, page)| MailPage { page, role: PageRole::Attachment }));
            }
            Err(limit @ FormatError::Limit { .. }) => return Err(limit),
            Err(error) => self.ignored.push((index, format!("{name}: {error}"))),
        }
        Ok(())
    }
}

/// Parts before one that is read: pictures leave room for what may be an advice.
fn most_parts(part: &MessagePart<'_>) -> usize {
    let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
    if is_picture { MAX_PICTURES } else { MAX_PARTS }
}

/// True for text that is meant to be read: not keys, signatures, calendars.
fn is_readable(part: &MessagePart<'_>, name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    part.is_content_type("text", "plain") || matches!(ending.as_str(), "txt" | "csv" | "tsv" | "asc")
}
