//! MT940 in four dialects of field 86.

use std::fmt::Write;

use super::Page;
use crate::ledger::line::{BankLine, codes};
use crate::ledger::money;
use crate::ledger::party;
use crate::ledger::period::date;
use crate::ledger::seller::Feed;
use crate::ledger::text::{cut, fold, pieces};

/// Characters a line of field 86 holds.
const LINE: usize = 65;

pub(super) fn write(page: &Page<'_>) -> String {
    let mut out = String::with_capacity(400 * page.lines.len() + 300);
    let seller = page.seller;
    let _ = write!(out, ":20:{}{:05}\r\n:25:{}\r\n:28C:{:05}/001\r\n", seller.id, page.number, seller.iban, page.number);
    let _ = write!(out, ":60F:{}\r\n", balance(page.opening, page.day, page));
    for booked in page.lines {
        line(&booked.line, page, &mut out);
    }
    let _ = write!(out, ":62F:{}\r\n", balance(page.closing, page.day, page));
    if seller.feed == Feed::Plain {
        let _ = write!(out, ":64:{}\r\n", balance(page.closing, page.day, page));
    }
    out.push_str("-\r\n");
    out
}

fn balance(amount: i64, day: i32, page: &Page<'_>) -> String {
    let sign = if amount < 0 { 'D' } else { 'C' };
    format!("{sign}{}{}{}", short(day), page.seller.currency.code(), comma(amount, page))
}

fn short(day: i32) -> String {
    let (year, month, of_month) = date(day).ymd();
    format!("{:02}{month:02}{of_month:02}", year % 100)
}

/// Digits with a comma, which stands also where there are no decimals.
fn comma(amount: i64, page: &Page<'_>) -> String {
    let text = money::with_point(amount.abs(), page.seller.currency, ',', None);
    if text.contains(',') { text } else { format!("{text},") }
}

fn line(line: &BankLine, page: &Page<'_>, out: &mut String) {
    let mark = match (line.amount < 0, line.code == codes::RETURN) {
        (true, true) => "RC",
        (true, false) => "D",
        (false, _) => "C",
    };
    let (_, month, of_month) = date(line.booked).ymd();
    let _ = write!(
        out,
        ":61:{}{month:02}{of_month:02}{mark}{}{}NONREF//{}\r\n",
        short(line.valued),
        comma(line.amount, page),
        line.code.swift,
        line.id
    );
    let text = match page.seller.feed {
        Feed::GermanKeyed => german(line, keyed(line), page),
        Feed::GermanPlain => german(line, remittance(line), page),
        Feed::Tagged => tagged(line),
        _ => return plain(line, out),
    };
    let _ = write!(out, ":86:");
    wrapped(&text, out);
}

/// Lines of 65 characters; none begins with a colon or a dash, which would end the field.
fn wrapped(text: &str, out: &mut String) {
    let characters: Vec<char> = text.chars().collect();
    let mut from = 0;
    while from < characters.len() {
        let mut until = (from + LINE).min(characters.len());
        while until < characters.len() && until > from + 1 && matches!(characters[until], ':' | '-' | ' ') {
            until -= 1;
        }
        out.extend(&characters[from..until]);
        out.push_str("\r\n");
        from = until;
    }
    if characters.is_empty() {
        out.push_str("\r\n");
    }
}

/// Free text with the structured reference, for forms that have no field for it.
fn remittance(line: &BankLine) -> String {
    let reference = line.structured.as_ref().map(|(_, _, reference)| reference.as_str()).unwrap_or_default();
    fold(format!("{reference} {}", line.text).trim())
}

fn keyed(line: &BankLine) -> String {
    let mut text = String::new();
    if !line.end_to_end_id.is_empty() {
        let _ = write!(text, "EREF+{} ", line.end_to_end_id);
    }
    let words = remittance(line);
    if !words.is_empty() {
        let _ = write!(text, "SVWZ+{words}");
    }
    if !line.ultimate.is_empty() {
        let _ = write!(text, " ABWA+{}", fold(&line.ultimate));
    }
    text
}

/// `166?00...?20...?30...?31...?32...`; the text cut at 27 characters anywhere.
fn german(line: &BankLine, text: String, page: &Page<'_>) -> String {
    let code = line.code.german;
    let mut out = format!("{code}?00{}?10{:04}", line.code.words, page.number % 10_000);
    let text = text.replace('?', " ");
    for (piece, number) in pieces(&text, 27).iter().zip((20..30).chain(60..64)) {
        let _ = write!(out, "?{number}{piece}");
    }
    if !line.payer_account.is_empty() {
        let bank = party::bic(page.seller.party.country, &line.payer_account);
        let _ = write!(out, "?30{bank}?31{}", line.payer_account);
    }
    let name = fold(&line.payer_name).replace('?', " ");
    for (piece, number) in pieces(&cut(&name, 54), 27).iter().zip(32..34) {
        let _ = write!(out, "?{number}{piece}");
    }
    if line.code == codes::RETURN {
        out.push_str("?34914");
    }
    out
}

/// `/EREF/.../NAME/.../IBAN/.../REMI/...`
fn tagged(line: &BankLine) -> String {
    let safe = |text: &str| fold(text).replace("//", "/ ");
    let mut out = String::new();
    if line.code == codes::RETURN {
        let _ = write!(out, "/RTRN/{}", line.return_reason.unwrap_or("MS03"));
    }
    let end_to_end_id = if line.end_to_end_id.is_empty() { "NOTPROVIDED" } else { &line.end_to_end_id };
    let _ = write!(out, "/EREF/{}", safe(end_to_end_id));
    if !line.payer_account.is_empty() {
        let _ = write!(out, "/IBAN/{}", line.payer_account);
    }
    if !line.payer_name.is_empty() {
        let _ = write!(out, "/NAME/{}", safe(&line.payer_name).replace('/', " "));
    }
    if !line.ultimate.is_empty() {
        let _ = write!(out, "/ULTD/NAME/{}", safe(&line.ultimate).replace('/', " "));
    }
    match &line.structured {
        Some((_, _, reference)) => {
            let _ = write!(out, "/REMI/STRD/CUR/{reference}/");
        }
        None if !line.text.is_empty() => {
            let _ = write!(out, "/REMI/USTD//{}/", safe(&line.text));
        }
        None => {}
    }
    out
}

/// Name, account and text in lines of their own.
fn plain(line: &BankLine, out: &mut String) {
    let mut rows = Vec::new();
    if !line.payer_name.is_empty() {
        rows.push(cut(&fold(&line.payer_name), LINE));
    }
    if !line.payer_account.is_empty() {
        rows.push(line.payer_account.clone());
    }
    if !line.ultimate.is_empty() {
        rows.push(cut(&format!("OBO {}", fold(&line.ultimate)), LINE));
    }
    if !matches!(line.end_to_end_id.as_str(), "" | "NOTPROVIDED") {
        rows.push(format!("REF {}", line.end_to_end_id));
    }
    rows.extend(pieces(&remittance(line), LINE));
    let _ = write!(out, ":86:");
    if rows.is_empty() {
        out.push_str(line.code.words);
        out.push_str("\r\n");
    }
    for row in rows {
        let row = row.trim_end();
        let row = if row.starts_with(['-', ':']) { format!(" {row}") } else { row.to_owned() };
        let _ = write!(out, "{row}\r\n");
    }
}
