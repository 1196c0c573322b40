//! Addenda (records 7).

use super::codes::{ReturnStage, change_reason, return_reason, stage};
use super::model::{Addendum, Change, Return, Terminal};
use super::record::Record;
use crate::error::FormatError;
use crate::short_date::yymmdd;

/// Reads an addendum; none for a type that is not published.
pub(super) fn read(record: &Record<'_>) -> Result<Option<Addendum>, FormatError> {
    let addendum = match record.field(1, 3) {
        "02" => Addendum::Terminal(Box::new(terminal(record))),
        "05" => payment(record, "05")?,
        "17" => payment(record, "17")?,
        "98" => Addendum::Change(Box::new(change(record))),
        "99" => Addendum::Return(Box::new(returned(record))),
        kind @ ("10" | "11" | "12" | "13" | "14" | "15" | "16" | "18") => international(record, kind),
        _ => return Ok(None),
    };
    Ok(Some(addendum))
}

/// The code of a return or change that is not published; none when all is well.
pub(super) fn unlisted(addendum: &Addendum) -> Option<&str> {
    match addendum {
        Addendum::Return(back) if return_reason(&back.code).is_none() => Some(&back.code),
        Addendum::Change(change) if change_reason(&change.code).is_none() => Some(&change.code),
        _ => None,
    }
}

fn payment(record: &Record<'_>, kind: &'static str) -> Result<Addendum, FormatError> {
    // Blanks at the end may belong to an EDI text that goes on in the next addendum, so only an incomplete record is cut.
    let text = crate::lines::columns(record.text, 3, 83);
    let sequence = if record.field(83, 87).is_empty() { 0 } else { record.number(83, 87, "the addenda sequence")? };
    let text = if text.contains(['*', '~']) { text } else { text.trim_end() };
    Ok(Addendum::Payment { kind, text: text.to_string(), sequence })
}

fn terminal(record: &Record<'_>) -> Terminal {
    Terminal {
        reference: record.string(3, 10),
        second_reference: record.string(10, 13),
        terminal: record.string(13, 19),
        serial: record.string(19, 25),
        date: record.string(25, 29),
        authorisation: record.string(29, 35),
        location: record.string(35, 62),
        city: record.string(62, 77),
        state: record.string(77, 79),
    }
}

fn international(record: &Record<'_>, kind: &str) -> Addendum {
    let layout: &[(&'static str, usize, usize)] = match kind {
        "10" => &[("transaction_type", 3, 6), ("foreign_amount", 6, 24), ("foreign_trace", 24, 46), ("receiver_name", 46, 81)],
        "11" => &[("originator_name", 3, 38), ("originator_street", 38, 73)],
        "12" => &[("originator_city", 3, 38), ("originator_country", 38, 73)],
        "13" => &[("originating_bank", 3, 38), ("qualifier", 38, 40), ("originating_bank_id", 40, 74), ("country", 74, 77)],
        "14" => &[("receiving_bank", 3, 38), ("qualifier", 38, 40), ("receiving_bank_id", 40, 74), ("country", 74, 77)],
        "15" => &[("receiver_id", 3, 18), ("receiver_street", 18, 53)],
        "16" => &[("receiver_city", 3, 38), ("receiver_country", 38, 73)],
        _ => &[("correspondent_bank", 3, 38), ("qualifier", 38, 40), ("correspondent_bank_id", 40, 74), ("country", 74, 77)],
    };
    let fields = layout.iter().map(|(name, from, to)| (*name, record.string(*from, *to)));
    Addendum::International { kind: kind.parse().unwrap_or_default(), fields: fields.filter(|(_, value)| !value.is_empty()).collect() }
}

fn change(record: &Record<'_>) -> Change {
    let code = record.string(3, 6);
    let data: &[(&'static str, usize, usize)] = match code.as_str() {
        "C01" => &[("account_number", 0, 17)],
        "C02" => &[("routing_number", 0, 9)],
        "C03" => &[("routing_number", 0, 9), ("account_number", 12, 29)],
        "C04" => &[("name", 0, 22)],
        "C05" => &[("transaction_code", 0, 2)],
        "C06" => &[("account_number", 0, 17), ("transaction_code", 20, 22)],
        "C07" => &[("routing_number", 0, 9), ("account_number", 9, 26), ("transaction_code", 26, 28)],
        "C09" => &[("individual_id", 0, 22)],
        "C10" => &[("company_name", 0, 16)],
        "C11" => &[("company_id", 0, 10)],
        "C12" => &[("company_name", 0, 16), ("company_id", 19, 29)],
        refused if refused.starts_with("C6") => &[("corrected_data", 0, 29), ("refused_change", 29, 32)],
        _ => &[("corrected_data", 0, 29)],
    };
    let corrections = data.iter().map(|(name, from, to)| (*name, record.string(35 + from, 35 + to)));
    Change {
        original_trace: record.string(6, 21),
        original_bank: record.string(27, 35),
        corrections: corrections.filter(|(_, value)| !value.is_empty()).collect(),
        trace: record.string(79, 94),
        code,
    }
}

fn returned(record: &Record<'_>) -> Return {
    let code = record.string(3, 6);
    let some = |from, to| Some(record.string(from, to)).filter(|text| !text.is_empty());
    let mut back = Return {
        original_trace: record.string(6, 21),
        date: yymmdd(record.field(21, 27)),
        original_bank: record.string(27, 35),
        trace: record.string(79, 94),
        ..Return::default()
    };
    match stage(&code) {
        ReturnStage::First => back.information = record.string(35, 79),
        stage => {
            back.return_trace = some(38, 53);
            back.return_code = some(56, 58).map(|number| format!("R{number}"));
            if stage == ReturnStage::Contested {
                back.dishonored_trace = some(58, 73);
                back.dishonored_code = some(76, 78).map(|number| format!("R{number}"));
            } else {
                back.information = record.string(58, 79);
            }
        }
    }
    back.code = code;
    back
}
