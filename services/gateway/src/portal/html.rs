//! Markup that is not escaped again, and text that came from outside.
//!
//! askama escapes whatever a template prints. The filter that switches this off is banned; instead exactly one type,
//! [`Html`], passes unescaped, and only this module and the SVG writer can make one.

use std::fmt::{self, Display, Write};

use askama::Template;
use askama::filters::Escaper;
use quittance_types::Fault;

/// Finished markup: the output of an askama template, of [`Line`], of [`Outside`] or of the SVG writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Renders a template, which escapes what it prints.
    ///
    /// # Errors
    /// INTERNAL when the template cannot be written, which only a failing `Display` can cause.
    pub fn render(template: &impl Template) -> Result<Html, Fault> {
        template.render().map(Html).map_err(|error| Fault::internal(format!("template: {error}")))
    }

    /// Takes over markup of the portal's own writers. The caller has escaped every text in it.
    pub(super) fn written(markup: String) -> Html {
        Html(markup)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

/// Appends `text`, escaped by askama's own rule for markup and attributes.
pub(super) fn escape_into(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = askama::filters::Html.write_escaped_str(out, text);
}

/// Longest piece of outside text a page shows, in characters.
const OUTSIDE_MAX: usize = 500;

/// Text that somebody else wrote: a customer's name, a document number, a bank's words.
///
/// It is shown inside `<bdi>`, so its direction cannot turn the line around it; control, bidi and invisible characters
/// are shown as their code point; it is cut at 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside(String);

impl Outside {
    /// Wraps outside text as it is; the making safe happens when it is shown.
    pub fn new(text: impl Into<String>) -> Outside {
        Outside(text.into())
    }

    /// The text as shown, before escaping: cut, and with hidden characters made visible.
    pub fn visible(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for (at, c) in self.0.chars().enumerate() {
            if at == OUTSIDE_MAX {
                out.push('…');
                break;
            }
            match c {
                '\n' | '\t' | '\r' => out.push(' '),
                c if hidden(c) => {
                    let _ = write!(out, "[U+{:04X}]", u32::from(c));
                }
                c => out.push(c),
            }
        }
        out
    }

    /// The text as markup.
    pub fn html(&self) -> Html {
        let mut out = String::from("<bdi>");
        escape_into(&mut out, &self.visible());
        out.push_str("</bdi>");
        Html(out)
    }
}

/// Characters a reader cannot see or that reorder others: controls, zero width, bidi marks, byte order mark, tags.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Our own words or a formatted figure.
    Plain(String),
    /// A figure the sentence is about.
    Strong(String),
    /// Our own words, leading to where the figure comes from; plain when there is no address.
    Link(String, Option<String>),
    /// Text from outside.
    Outside(Outside),
    /// Text from outside as the name of a thing of ours, leading to it; plain when there is no address.
    OutsideLink(Outside, Option<String>),
}

impl Span {
    /// A plain span.
    pub fn plain(text: impl Into<String>) -> Span {
        Span::Plain(text.into())
    }

    /// A strong span.
    pub fn strong(text: impl Into<String>) -> Span {
        Span::Strong(text.into())
    }

    fn write(&self, out: &mut String) {
        match self {
            Span::Plain(text) | Span::Link(text, None) => escape_into(out, text),
            Span::Strong(text) => {
                out.push_str("<strong>");
                escape_into(out, text);
                out.push_str("</strong>");
            }
            Span::Outside(text) | Span::OutsideLink(text, None) => out.push_str(text.html().as_str()),
            Span::Link(text, Some(href)) => {
                let mut inner = String::with_capacity(text.len());
                escape_into(&mut inner, text);
                anchor(out, href, &inner);
            }
            Span::OutsideLink(text, Some(href)) => anchor(out, href, text.html().as_str()),
        }
    }
}

/// Writes a link around markup. The address is one of ours: a path, a query or a fragment of this origin.
fn anchor(out: &mut String, href: &str, inner: &str) {
    out.push_str("<a href=\"");
    escape_into(out, href);
    let _ = write!(out, "\">{inner}</a>");
}

/// A whole sentence with marked spans, written from one pattern so that a translation may order its parts freely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<Span>);

impl Line {
    /// A sentence without marked spans.
    pub fn plain(text: impl Into<String>) -> Line {
        Line(vec![Span::plain(text)])
    }

    /// Fills `{}` of `pattern` with `spans`, in order. A missing span leaves its place empty, a surplus one is ignored.
    pub fn fill<const N: usize>(pattern: &str, spans: [Span; N]) -> Line {
        let mut line = Vec::with_capacity(N.saturating_mul(2).saturating_add(1));
        let mut spans = spans.into_iter();
        for (at, text) in pattern.split("{}").enumerate() {
            if at > 0 {
                line.extend(spans.next());
            }
            if !text.is_empty() {
                line.push(Span::plain(text));
            }
        }
        Line(line)
    }

    /// The sentence as markup.
    pub fn html(&self) -> Html {
        let mut out = String::new();
        for span in &self.0 {
            span.write(&mut out);
        }
        Html(out)
    }
}
