//! The EDIFACT envelope: UNA, UNB, UNG, UNH ... UNT, UNE, UNZ.

use encoding_rs::{Encoding, ISO_8859_2, ISO_8859_5, ISO_8859_7, WINDOWS_1252};
use sha2::{Digest, Sha256};

use super::remadv::Remittance;
use super::segment::{Segment, Segments, Syntax, date};
use super::{Interchange, MAX_FINDINGS, Terms, TransactionSet, keep};
use crate::charset::{decode_declaring, noticed};
use crate::error::FormatError;
use crate::finding::{Finding, FindingKind};
use crate::statement::{Format, Moment};

/// Separators and the byte position of `UNB`: as `UNA` declares them, else the ones of level A.
pub(super) fn syntax(text: &str) -> Option<(Syntax, usize)> {
    let start = text.len() - text.trim_start().len();
    let head = text.get(start..)?;
    let mut syntax = Syntax { element: b'+', component: b':', terminator: b'\'', release: Some(b'?'), comma: true };
    let mut position = start;
    // ISO 9735 allows comma and point as the decimal mark, whatever UNA declares; nothing else may be a comma in a number.
    if let Some(declared) = head.strip_prefix("UNA").and_then(|rest| rest.get(..6)) {
        let [component, element, _, release, _, terminator] = *declared.as_bytes() else { return None };
        let distinct = component != element && element != terminator && component != terminator;
        if !distinct || !declared.is_ascii() || declared.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        syntax = Syntax { element, component, terminator, release: Some(release).filter(|byte| *byte != b' '), comma: true };
        position = start + 9;
    }
    let rest = text.get(position..)?;
    let header = rest.trim_start().strip_prefix("UNB")?;
    (header.as_bytes().first() == Some(&syntax.element)).then_some((syntax, position))
}

/// Reads an interchange.
pub(super) fn read(bytes: &[u8]) -> Result<Interchange, FormatError> {
    let (text, charset) = decode_declaring(bytes, declared(bytes));
    let Some((syntax, start)) = syntax(&text) else {
        return Err(FormatError::Unknown { why: "no interchange header".to_string() });
    };
    let mut segments = Segments::new(&text, syntax, start);
    let Some(header) = segments.next()? else { return Err(FormatError::Unknown { why: "no interchange header".to_string() }) };
    let mut reading = Reading { interchange: open(bytes, &header), groups: 0, closed: false, room: MAX_FINDINGS };
    while let Some(segment) = segments.next()? {
        reading.segment(&segment, &mut segments)?;
    }
    if !reading.closed {
        let why = "the interchange trailer is missing: the file is cut".to_string();
        return Err(FormatError::Malformed { path: "UNZ".to_string(), line: segments.line(), why });
    }
    reading.interchange.findings.extend(noticed(charset));
    Ok(reading.interchange.with_sources())
}

/// Bytes before the syntax identifier that `UNB` begins with, at most.
const BEFORE_SYNTAX: usize = 40;

/// The set a syntax identifier stands for (ISO 9735, annex A): the Western, Central European, Cyrillic and Greek ones.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..BEFORE_SYNTAX.min(bytes.len()))?;
    match head.windows(4).find(|window| window.starts_with(b"UNO"))? {
        b"UNOC" => Some(WINDOWS_1252),
        b"UNOD" => Some(ISO_8859_2),
        b"UNOE" => Some(ISO_8859_5),
        b"UNOF" => Some(ISO_8859_7),
        _ => None,
    }
}

fn open(bytes: &[u8], header: &Segment<'_>) -> Interchange {
    let day = date(&header.component(4, 0));
    let clock = header.component(4, 1);
    let timed = day.zip(clock.get(..2).zip(clock.get(2..4)));
    let moment = timed.and_then(|(day, (hours, minutes))| Moment::parse_iso(&format!("{day}T{hours}:{minutes}")));
    Interchange {
        format: Format::Edifact,
        source_sha256: Sha256::digest(bytes).into(),
        source_bytes: bytes.len() as u64,
        sender: header.component(2, 0).into_owned(),
        receiver: header.component(3, 0).into_owned(),
        control: header.element(5).into_owned(),
        created: moment.or(day.map(Moment::from)),
        test: header.element(11) == "1",
        sets: Vec::new(),
        findings: Vec::new(),
    }
}

struct Reading {
    interchange: Interchange,
    groups: u64,
    closed: bool,
    room: usize,
}

impl Reading {
    fn segment(&mut self, segment: &Segment<'_>, segments: &mut Segments<'_>) -> Result<(), FormatError> {
        match segment.tag() {
            _ if self.closed => return Err(segment.malformed("a segment after the interchange trailer")),
            "UNG" => self.groups += 1,
            "UNE" => {}
            "UNH" => {
                let set = message(segment, segments)?;
                keep(&mut self.interchange.sets, set, &mut self.room);
            }
            "UNZ" => {
                let count = if self.groups > 0 { self.groups } else { self.interchange.sets.len() as u64 };
                let number = self.interchange.control.clone();
                self.interchange.findings.extend(trailer_findings(segment, count, &number));
                self.closed = true;
            }
            tag => return Err(segment.malformed(format!("the segment {tag} does not belong here"))),
        }
        Ok(())
    }
}

fn trailer_findings(segment: &Segment<'_>, count: u64, number: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stated = segment.element(1);
    if stated.parse() != Ok(count) {
        findings.push(finding(FindingKind::CountMismatch, segment, format!("{stated} stated, {count} found")));
    }
    if segment.element(2) != number {
        let text = format!("number {} in the trailer, {number} in the header", segment.element(2));
        findings.push(finding(FindingKind::FieldMalformed, segment, text));
    }
    findings
}

/// A finding at a segment.
pub(super) fn finding(kind: FindingKind, segment: &Segment<'_>, text: String) -> Finding {
    Finding { kind, statement: None, entry: None, detail: None, path: segment.tag().to_string(), line: segment.line, text }
}

fn message(header: &Segment<'_>, segments: &mut Segments<'_>) -> Result<TransactionSet, FormatError> {
    segments.spend_set()?;
    let mut set = TransactionSet {
        code: header.component(2, 0).into_owned(),
        control: header.element(1).into_owned(),
        line: header.line,
        accepted: true,
        segments: 1,
        advice: None,
        terms: Terms::default(),
        document: None,
        findings: Vec::new(),
    };
    let mut remittance = (set.code == "REMADV").then(|| Remittance::with_room(segments.count_before("DOC", "UNT")));
    loop {
        let Some(segment) = segments.next()? else { return Err(header.malformed("the message has no trailer: the file is cut")) };
        set.segments += 1;
        match segment.tag() {
            "UNT" => {
                set.findings.extend(trailer_findings(&segment, set.segments, &set.control));
                break;
            }
            "UNH" | "UNB" | "UNZ" | "UNG" | "UNE" => return Err(segment.malformed("the message before has no trailer")),
            "BGM" if remittance.is_none() => set.document = segment.some(2),
            _ => {}
        }
        if let Some(remittance) = &mut remittance {
            if segment.tag() == "DOC" {
                segments.spend_line(0, 0)?;
            }
            remittance.segment(&segment, &mut set);
        }
    }
    if let Some(remittance) = remittance {
        remittance.finish(&mut set);
    }
    Ok(set)
}
