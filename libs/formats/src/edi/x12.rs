//! The X12 envelope: ISA, GS, ST ... SE, GE, IEA.

use sha2::{Digest, Sha256};

use super::segment::{Segment, Segments, Syntax, date};
use super::x820::Remittance;
use super::{Interchange, MAX_FINDINGS, Terms, TransactionSet, keep};
use crate::charset::{decode_plain, noticed};
use crate::error::FormatError;
use crate::finding::{Finding, FindingKind};
use crate::statement::{Format, Moment};

/// Separators and the byte position of `ISA`. Senders pad the header's fields as they like, so it is taken apart by its
/// element separator and not by columns; the segment end is what stands behind its sixteenth element: a character or, where
/// there is none, the line end.
pub(super) fn syntax(text: &str) -> Option<(Syntax, usize)> {
    let start = text.len() - text.trim_start().len();
    let head = text.get(start..)?;
    let separator = *head.strip_prefix("ISA")?.as_bytes().first()?;
    if separator.is_ascii_alphanumeric() || !separator.is_ascii() {
        return None;
    }
    let sixteenth = head.bytes().take(512).enumerate().filter(|(_, byte)| *byte == separator).nth(15)?.0;
    let component = *head.as_bytes().get(sixteenth + 1)?;
    let behind = head.get(sixteenth + 2..)?;
    let terminator = *behind.as_bytes().first()?;
    let terminator = if matches!(terminator, b'\r' | b'\n') { b'\n' } else { terminator };
    let plausible = component.is_ascii() && terminator.is_ascii() && !terminator.is_ascii_alphanumeric() && terminator != separator;
    plausible.then_some((Syntax { element: separator, component, terminator, release: None, comma: false }, start))
}

/// Reads an interchange.
pub(super) fn read(bytes: &[u8]) -> Result<Interchange, FormatError> {
    let (text, charset) = decode_plain(bytes);
    let Some((syntax, start)) = syntax(&text) else {
        return Err(FormatError::Unknown { why: "no interchange header".to_string() });
    };
    let mut segments = Segments::new(&text, syntax, start);
    let Some(header) = segments.next()? else { return Err(FormatError::Unknown { why: "no interchange header".to_string() }) };
    let mut reading = Reading { interchange: open(bytes, &header), group: None, groups: 0, closed: false, room: MAX_FINDINGS };
    while let Some(segment) = segments.next()? {
        reading.segment(&segment, &mut segments)?;
    }
    if !reading.closed {
        let why = "the interchange trailer is missing: the file is cut".to_string();
        return Err(FormatError::Malformed { path: "IEA".to_string(), line: segments.line(), why });
    }
    reading.interchange.findings.extend(noticed(charset));
    Ok(reading.interchange.with_sources())
}

fn open(bytes: &[u8], header: &Segment<'_>) -> Interchange {
    let day = date(&header.element(9));
    let clock = header.element(10);
    let timed = day.zip(clock.get(..2).zip(clock.get(2..4)));
    let moment = timed.and_then(|(day, (hours, minutes))| Moment::parse_iso(&format!("{day}T{hours}:{minutes}")));
    Interchange {
        format: Format::X12,
        source_sha256: Sha256::digest(bytes).into(),
        source_bytes: bytes.len() as u64,
        sender: header.element(6).into_owned(),
        receiver: header.element(8).into_owned(),
        control: header.element(13).into_owned(),
        created: moment.or(day.map(Moment::from)),
        test: header.element(15) == "T",
        sets: Vec::new(),
        findings: Vec::new(),
    }
}

struct Reading {
    interchange: Interchange,
    /// Number of the open group and how many sets stand before it.
    group: Option<(String, usize)>,
    groups: u64,
    closed: bool,
    room: usize,
}

impl Reading {
    fn segment(&mut self, segment: &Segment<'_>, segments: &mut Segments<'_>) -> Result<(), FormatError> {
        match segment.tag() {
            _ if self.closed => return Err(segment.malformed("a segment after the interchange trailer")),
            "GS" if self.group.is_none() => self.group = Some((segment.element(6).into_owned(), self.interchange.sets.len())),
            "ST" if self.group.is_some() => {
                let set = set(segment, segments)?;
                keep(&mut self.interchange.sets, set, &mut self.room);
            }
            "GE" => {
                let Some((number, before)) = self.group.take() else { return Err(segment.malformed("a group trailer without a group")) };
                self.groups += 1;
                self.trailer(segment, self.interchange.sets.len() - before, &number);
            }
            "IEA" if self.group.is_none() => {
                let (count, number) = (usize::try_from(self.groups).unwrap_or_default(), self.interchange.control.clone());
                self.trailer(segment, count, &number);
                self.closed = true;
            }
            "TA1" if self.group.is_none() => {}
            tag => return Err(segment.malformed(format!("the segment {tag} does not belong here"))),
        }
        Ok(())
    }

    fn trailer(&mut self, segment: &Segment<'_>, count: usize, number: &str) {
        for finding in trailer_findings(segment, count as u64, number) {
            self.interchange.findings.push(finding);
        }
    }
}

/// Count and number of a trailer that are not those of its header.
fn trailer_findings(segment: &Segment<'_>, count: u64, number: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let stated = segment.element(1);
    if stated.parse() != Ok(count) {
        findings.push(finding(FindingKind::CountMismatch, segment, 1, format!("{stated} stated, {count} found")));
    }
    if segment.element(2) != number {
        let text = format!("number {} in the trailer, {number} in the header", segment.element(2));
        findings.push(finding(FindingKind::FieldMalformed, segment, 2, text));
    }
    findings
}

/// A finding at an element: `BPR@2/BPR16`, where 2 is the segment's place in its set.
pub(super) fn finding(kind: FindingKind, segment: &Segment<'_>, element: usize, text: String) -> Finding {
    let path = if element == 0 { segment.tag().to_string() } else { format!("{}{element:02}", segment.tag()) };
    Finding { kind, statement: None, entry: None, detail: None, path, line: segment.line, text }
}

fn set(header: &Segment<'_>, segments: &mut Segments<'_>) -> Result<TransactionSet, FormatError> {
    segments.spend_set()?;
    let mut set = TransactionSet {
        code: header.element(1).into_owned(),
        control: header.element(2).into_owned(),
        line: header.line,
        accepted: true,
        segments: 1,
        advice: None,
        terms: Terms::default(),
        document: None,
        findings: Vec::new(),
    };
    let mut remittance = (set.code == "820").then(|| Remittance::with_room(segments.count_before("RMR", "SE")));
    loop {
        let Some(segment) = segments.next()? else { return Err(header.malformed("the set has no trailer: the file is cut")) };
        set.segments += 1;
        match segment.tag() {
            "SE" => {
                set.findings.extend(trailer_findings(&segment, set.segments, &set.control));
                break;
            }
            "ST" | "GS" | "GE" | "ISA" | "IEA" => return Err(segment.malformed("the set before has no trailer")),
            "BIG" if remittance.is_none() => set.document = segment.some(2),
            _ => {}
        }
        if let Some(remittance) = &mut remittance {
            if segment.tag() == "RMR" {
                let amounts = [5, 6, 8].into_iter().filter(|element| !segment.element(*element).is_empty()).count();
                segments.spend_line(remittance.names(), amounts)?;
            }
            remittance.segment(&segment, &mut set);
        }
    }
    if let Some(remittance) = remittance {
        remittance.finish(&mut set);
    }
    Ok(set)
}
