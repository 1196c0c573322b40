//! A small reader of our own markup, strict enough to notice what a browser would forgive.

use quittance_gateway::portal::frame::Frame;
use quittance_gateway::portal::overview;
use quittance_gateway::portal::view::OverviewView;

use crate::fixtures;

/// A start tag and where it stands.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// What follows, up to the next tag.
    pub text: String,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

const VOID: [&str; 4] = ["meta", "link", "input", "br"];

/// Reads all start tags and insists that every element is closed in order and every attribute quoted.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").unwrap_or(html);
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = tag_end(rest);
        let (inside, after) = (&rest[..end], &rest[end + 1..]);
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closes out of order near {}", &after[..after.len().min(80)]);
        } else {
            let closed = inside.ends_with('/');
            let (name, attributes) = read_tag(inside.trim_end_matches('/'));
            if !closed && !VOID.contains(&name.as_str()) {
                open.push(name.clone());
            }
            let text = after[..after.find('<').unwrap_or(after.len())].to_owned();
            found.push(Tag { name, attributes, text });
        }
        rest = after;
    }
    assert!(open.is_empty(), "left open: {open:?}");
    found
}

fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        })
        .map(|(at, _)| at)
        .expect("a tag ends")
}

fn read_tag(inside: &str) -> (String, Vec<(String, String)>) {
    let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let name = inside[..name_end].to_owned();
    assert!(!name.is_empty(), "a bare < in the text: {inside:.60}");
    let mut attributes = Vec::new();
    let mut rest = inside[name_end..].trim_start();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        if let Some(value) = rest[end..].strip_prefix("=\"") {
            let close = value.find('"').expect("a value ends");
            attributes.push((key, value[..close].to_owned()));
            rest = value[close + 1..].trim_start();
        } else {
            assert!(!rest[end..].starts_with('='), "unquoted attribute {key} in {inside}");
            attributes.push((key, String::new()));
            rest = rest[end..].trim_start();
        }
    }
    (name, attributes)
}

/// The page of a view.
pub fn page(frame: &Frame, view: &OverviewView) -> String {
    overview::page(frame, view).unwrap().into_string()
}

/// One part of a page, found by its name, up to the next part.
pub fn part<'a>(html: &'a str, name: &str) -> &'a str {
    let start = html.find(&format!("data-part=\"{name}\"")).unwrap_or_else(|| panic!("no part {name}"));
    let rest = &html[start..];
    &rest[..rest[1..].find("data-part=").map_or(rest.len(), |end| end + 1)]
}

/// Markup without its tags, white space folded, the entities we write turned back.
pub fn text(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let plain = out.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&");
    plain.split_ascii_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".").replace(" ;", ";").replace(" ,", ",")
}

/// Every page of the tests, with a name.
pub fn pages() -> Vec<(&'static str, String)> {
    let (plain, full) = (fixtures::frame(), fixtures::full_frame());
    let past = Frame { today: fixtures::date("2026-12-01"), ..fixtures::full_frame() };
    vec![
        ("rich", page(&full, &fixtures::rich())),
        ("plain", page(&plain, &fixtures::plain())),
        ("empty", page(&plain, &fixtures::empty())),
        ("hostile", page(&fixtures::hostile_frame(), &fixtures::hostile())),
        ("troubled", page(&past, &fixtures::troubled())),
        ("down", page(&full, &fixtures::down())),
    ]
}
