//! A file of remittance advices as values: what the formats read, with everything a person needs to look at it.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use quittance_formats::edi::{Known, TransactionSet};
use quittance_formats::identifiers::parse_iban;
use quittance_formats::remittance::{self, Advice, AdviceFormat, AdviceLine, Field, Hints, Span, Verdict};
use quittance_formats::{Document, Finding, Format, Severity, Text, detect, read_document};
use quittance_types::{Currency, Fault, Reason};

use super::read::{clean, short_text};
use crate::domain::keys::number_key;
use crate::domain::remittance::{ReadAdvice, ReadLine};

/// Longest text kept of a field or finding.
const MAX_TEXT: usize = 300;
/// Most lines of a file.
const MAX_LINES: usize = 10_000;
/// Most texts the reader may ask about.
const MAX_QUESTIONS: usize = 20_000;
/// Letters and digits a text has at least to be asked for as a document: shorter ones are days and counts.
const SHORTEST_DOCUMENT: usize = 4;
/// Bytes looked at to tell a page from a message.
const HEAD: usize = 4_096;

/// What a file says, and which texts the reader would have liked to know as documents.
pub struct ReadFile {
    /// Its advices, in file order.
    pub advices: Vec<ReadAdvice>,
    /// Texts asked about, in the form document numbers are compared in.
    pub asked: BTreeSet<String>,
}

/// Reads a file. `known` are document numbers of ours, in the form they are compared in.
///
/// # Errors
/// `FORMAT_UNKNOWN`, `FILE_MALFORMED`, `FILE_TOO_LARGE`, `XML_DTD_FORBIDDEN`, `XML_LIMIT`, `XML_ENCODING`.
pub fn read(content: &[u8], file_name: &str, known: &HashSet<String>) -> Result<ReadFile, Fault> {
    let asked = Mutex::new(BTreeSet::new());
    let is_known = |document: &str| {
        let key = number_key(document);
        if key.len() < SHORTEST_DOCUMENT {
            return false;
        }
        let is_known = known.contains(&key);
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() < MAX_QUESTIONS {
            asked.insert(key);
        }
        is_known
    };
    let hints = Hints { name: Some(file_name), is_known_document: Some(&is_known), expected_total: None };
    let advices = doubted(content, &hints).map_err(as_file)?;
    let lines: usize = advices.iter().map(|(advice, _)| advice.lines.len()).sum();
    if lines > MAX_LINES {
        return Err(Fault::new(Reason::FileTooLarge, "at most 10,000 lines in a file").with("max_lines", MAX_LINES));
    }
    let advices = advices.iter().map(|(advice, doubts)| value(advice, doubts)).collect();
    Ok(ReadFile { advices, asked: asked.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

/// The readers speak of statements.
fn as_file(fault: Fault) -> Fault {
    if fault.reason() != Reason::StatementMalformed {
        return fault;
    }
    let malformed = Fault::new(Reason::FileMalformed, fault.message());
    fault.metadata().iter().fold(malformed, |malformed, (key, value)| malformed.with(key.clone(), value))
}

/// Advices, each with what speaks against trusting it beyond its arithmetic.
fn doubted(content: &[u8], hints: &Hints<'_>) -> Result<Vec<(Advice, Vec<String>)>, Fault> {
    match detect(content) {
        Ok(Format::X12 | Format::Edifact | Format::Remt001) => return structured(content),
        Ok(statement) if content.trim_ascii_start().starts_with(b"<") => return Err(unknown(statement.code())),
        Err(fault) if is_markup(content) && !is_page(content) => return Err(fault),
        _ => {}
    }
    let advices = remittance::read_with(content, hints)?;
    Ok(advices.into_iter().map(|advice| (advice, Vec::new())).collect())
}

fn structured(content: &[u8]) -> Result<Vec<(Advice, Vec<String>)>, Fault> {
    let found: Vec<(Advice, Vec<String>)> = match read_document(content)? {
        Document::Remittance(message) => {
            let doubts: Vec<String> = warnings(&message.findings).collect();
            message.advices.into_iter().map(|advice| (advice, doubts.clone())).collect()
        }
        Document::Interchange(interchange) => {
            let disagreements = interchange.disagreements(&Known::default());
            let doubts = |set: &TransactionSet| {
                let said = disagreements.iter().filter(|one| one.control == set.control);
                let said = said.map(|one| format!("{}: {}", one.rule.code(), one.text));
                about(set).into_iter().chain(warnings(&interchange.findings)).chain(said).collect()
            };
            let sets = interchange.sets.iter();
            sets.filter_map(|set| Some((set.advice.as_deref()?.clone(), doubts(set)))).collect()
        }
        _ => Vec::new(),
    };
    if found.is_empty() { Err(unknown("a message without any")) } else { Ok(found) }
}

/// Why a set of an interchange is not to be trusted, whatever its figures.
fn about(set: &TransactionSet) -> Vec<String> {
    let mut doubts: Vec<String> = warnings(&set.findings).collect();
    if !set.accepted {
        doubts.push("set_refused: a partner would not accept it".to_owned());
    }
    if set.terms.reversal {
        doubts.push("reversal: it takes an earlier payment back".to_owned());
    }
    if let Some(replaced) = &set.terms.replaces {
        doubts.push(format!("replacement: it replaces {replaced}"));
    }
    doubts
}

fn warnings(findings: &[Finding]) -> impl Iterator<Item = String> {
    findings.iter().filter(|finding| finding.kind.severity() == Severity::Warning).map(told)
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.kind.code(), finding.text)
}

fn unknown(what: &str) -> Fault {
    Fault::new(Reason::FormatUnknown, format!("the file is {what}, not a remittance advice"))
}

fn is_markup(content: &[u8]) -> bool {
    content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content).trim_ascii_start().starts_with(b"<")
}

fn is_page(content: &[u8]) -> bool {
    let head = String::from_utf8_lossy(content.get(..HEAD).unwrap_or(content)).to_ascii_lowercase();
    ["<html", "<!doctype html", "<table", "<body", "<div", "<p>"].iter().any(|tag| head.contains(tag))
}

fn value(advice: &Advice, doubts: &[String]) -> ReadAdvice {
    let text = |field: &Option<Field<Text>>| short_text(field.as_ref().map(|field| field.value.as_str()));
    ReadAdvice {
        format: code(advice.format),
        number: text(&advice.number),
        advice_on: advice.date.as_ref().map(|date| date.value),
        currency: advice.currency_value().or_else(|| currency_of_lines(advice)),
        total: advice.total.as_ref().map(|total| total.value).or_else(|| advice.net_sum().filter(|_| advice.is_proven())),
        payer_name: text(&advice.payer.name),
        payer_iban: account(text(&advice.payer.account)),
        customer_number: text(&advice.payer.customer_number),
        is_proven: advice.is_proven() && doubts.is_empty(),
        findings: findings(advice, doubts),
        lines: advice.lines.iter().map(|line| self::line(advice, line)).collect(),
    }
}

/// The currency every line states for itself.
fn currency_of_lines(advice: &Advice) -> Option<Currency> {
    let mut codes = advice.lines.iter().map(|line| line.currency.as_ref().map(|code| code.value.as_str()));
    let first = codes.next()??;
    if codes.all(|code| code == Some(first)) { Currency::parse(first).ok() } else { None }
}

/// An IBAN without blanks; another number as it is written.
fn account(number: String) -> String {
    parse_iban(&number).map_or(number, |iban| iban.as_str().to_owned())
}

fn findings(advice: &Advice, doubts: &[String]) -> Vec<String> {
    let noticed: Vec<String> = advice.findings.iter().map(told).collect();
    let reasons = match &advice.verdict {
        Verdict::Proven => &[][..],
        Verdict::Review { why } => why.as_slice(),
    };
    let is_told = |code: &str| noticed.iter().any(|finding| finding.starts_with(code));
    let untold = reasons.iter().map(|reason| reason.code()).filter(|code| !is_told(code)).map(str::to_owned);
    let all = untold.chain(noticed.iter().cloned()).chain(doubts.iter().cloned());
    all.map(|finding| clean(&finding, MAX_TEXT)).collect()
}

fn line(advice: &Advice, line: &AdviceLine) -> ReadLine {
    ReadLine {
        document: short_text(Some(&line.document.value)),
        gross: line.gross_amount(),
        deduction: line.deduction(),
        reason: short_text(line.reason()),
        net: line.net_amount(),
        span: clean(&places(advice, line), MAX_TEXT),
    }
}

/// Where every value of a line stands, and its text: `text 12@1-7 "RE-4711"; gross 12@10-15 "100,00"; ...`.
fn places(advice: &Advice, line: &AdviceLine) -> String {
    let part = advice.parts.get(usize::from(line.document.span.part)).map_or("", String::as_str);
    let mut out = part.to_owned();
    let mut put = |what: &str, text: &str, span: Span| {
        let separator = if what.is_empty() { " " } else { "; " };
        let _ = write!(out, "{separator}{what}{}{} \"{text}\"", if what.is_empty() { "" } else { " " }, place(span));
    };
    put("", &line.document.text, line.document.span);
    let amounts = [("gross", line.gross.as_deref()), ("net", line.net.as_ref())];
    let deductions = line.deductions.iter().map(|deduction| ("deduction", Some(&deduction.amount)));
    for (what, field) in amounts.into_iter().chain(deductions) {
        if let Some(field) = field.filter(|field| !field.is_derived()) {
            put(what, &field.text, field.span);
        }
    }
    for reason in line.deductions.iter().filter_map(|deduction| deduction.reason.as_ref()) {
        put("reason", &reason.text, reason.span);
    }
    out
}

/// `line:column@from-to`, as far as it is known.
fn place(span: Span) -> String {
    let mut out = span.line.to_string();
    if span.column > 0 {
        let _ = write!(out, ":{}", span.column);
    }
    if span.from > 0 {
        let _ = write!(out, "@{}-{}", span.from, span.to);
    }
    out
}

const fn code(format: AdviceFormat) -> &'static str {
    match format {
        AdviceFormat::Text => "text",
        AdviceFormat::Html => "html",
        AdviceFormat::Mail => "mail",
        AdviceFormat::Csv => "csv",
        AdviceFormat::Xlsx => "xlsx",
        AdviceFormat::Pdf => "pdf",
        AdviceFormat::X12820 => "x12_820",
        AdviceFormat::Remadv => "remadv",
        AdviceFormat::Remt001 => "remt_001",
        AdviceFormat::Camt => "camt",
    }
}
