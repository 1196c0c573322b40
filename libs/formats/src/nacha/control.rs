//! Control figures: counts, hashes, totals.

use super::model::{BatchHeader, Control, Entry};
use super::read::{Reading, Stated};
use super::record::Record;
use crate::error::FormatError;
use crate::finding::FindingKind;
use crate::statement::Direction;

/// Hashes keep their last ten digits.
pub(super) const HASH: u64 = 10_000_000_000;

/// Control figures of a batch control.
pub(super) fn of_batch(record: &Record<'_>, advices: bool) -> Result<Control, FormatError> {
    let (debit, credit) = totals(record, if advices { (20, 40, 60) } else { (20, 32, 44) })?;
    Ok(Control {
        count: record.number(4, 10, "the entry and addenda count")?,
        hash: record.number(10, 20, "the entry hash")?,
        debit,
        credit,
        ..Control::default()
    })
}

/// Control figures of the file control.
pub(super) fn of_file(record: &Record<'_>, advices: bool) -> Result<Control, FormatError> {
    let (debit, credit) = totals(record, if advices { (31, 51, 71) } else { (31, 43, 55) })?;
    Ok(Control {
        batches: record.number(1, 7, "the batch count")?,
        blocks: record.number(7, 13, "the block count")?,
        count: record.number(13, 21, "the entry and addenda count")?,
        hash: record.number(21, 31, "the entry hash")?,
        debit,
        credit,
    })
}

fn totals(record: &Record<'_>, (debit, credit, end): (usize, usize, usize)) -> Result<(i64, i64), FormatError> {
    Ok((record.cents(debit, credit, "the debit total")?, record.cents(credit, end, "the credit total")?))
}

/// Control figures of entries. Prenotifications and their likes have no amount, so all entries count.
pub(super) fn found(entries: &[Entry], count: u64) -> Control {
    let mut control = Control { count, ..Control::default() };
    for entry in entries {
        let bank: u64 = entry.routing_number.get(..8).and_then(|digits| digits.parse().ok()).unwrap_or_default();
        control.hash = (control.hash + bank) % HASH;
        let side = match entry.direction() {
            Some(Direction::Credit) => &mut control.credit,
            Some(Direction::Debit) => &mut control.debit,
            None => continue,
        };
        *side = side.saturating_add(entry.amount);
    }
    control
}

/// Holds stated figures against those found.
pub(super) fn compare(reading: &mut Reading<'_>, record: &Record<'_>, stated: &Stated, found: &Control) -> Result<(), FormatError> {
    let counts = [("entry and addenda count", stated.count, found.count), ("entry hash", stated.hash, found.hash)];
    for (name, stated, found) in counts {
        if stated != found {
            reading.difference(record, FindingKind::CountMismatch, format!("{name} {stated} stated, {found} found"))?;
        }
    }
    for (name, stated, found) in [("debit total", stated.debit, found.debit), ("credit total", stated.credit, found.credit)] {
        if stated != found {
            reading.difference(record, FindingKind::TotalMismatch, format!("{name} of {stated} cents stated, {found} found"))?;
        }
    }
    Ok(())
}

/// Holds the file control against the batch controls, which it sums up.
pub(super) fn compare_file(reading: &mut Reading<'_>, record: &Record<'_>, stated: &Stated) -> Result<(), FormatError> {
    let mut sum = Control { batches: reading.file.batches.len() as u64, ..Control::default() };
    for batch in &reading.file.batches {
        let recomputed = found(&batch.entries, batch.entries.iter().map(|entry| 1 + entry.addenda.len() as u64).sum());
        let control = batch.control.as_ref().unwrap_or(&recomputed);
        sum.count += control.count;
        sum.hash = (sum.hash + control.hash) % HASH;
        sum.debit = sum.debit.saturating_add(control.debit);
        sum.credit = sum.credit.saturating_add(control.credit);
    }
    if stated.batches != sum.batches {
        let text = format!("batch count {} stated, {} found", stated.batches, sum.batches);
        reading.difference(record, FindingKind::CountMismatch, text)?;
    }
    compare(reading, record, stated, &sum)?;
    // Records up to here; the control itself and what fills its block come on top. Senders often get this one wrong.
    let records = 2 + sum.count + 2 * sum.batches;
    let blocks = records.div_ceil(10);
    if stated.blocks != blocks {
        reading.note(FindingKind::CountMismatch, record, format!("block count {} stated, {blocks} found", stated.blocks));
    }
    Ok(())
}

/// Holds the identifications of a batch control against the batch header's.
pub(super) fn compare_identity(reading: &mut Reading<'_>, record: &Record<'_>, header: &BatchHeader) -> Result<(), FormatError> {
    let pairs = [
        ("service class", record.string(1, 4), header.service_class.to_string()),
        ("company identification", record.string(44, 54), header.company_id.clone()),
        ("originating bank", record.string(79, 87), header.originating_bank.clone()),
        ("batch number", record.number(87, 94, "the batch number")?.to_string(), header.number.to_string()),
    ];
    for (name, stated, expected) in &pairs {
        // Accounting advices have the operator's own data where others have the company; others may leave it out.
        let left_out = *name == "company identification" && (header.class == "ADV" || stated.is_empty());
        if stated != expected && !left_out {
            let text = format!("{name} \"{stated}\" in the control, \"{expected}\" in the header");
            reading.difference(record, FindingKind::FieldMalformed, text)?;
        }
    }
    Ok(())
}

/// A batch of credits only holds no debits, and the other way round. Published samples break this; the totals prove the
/// figures all the same.
pub(super) fn check_service_class(reading: &mut Reading<'_>, record: &Record<'_>, class: u16, found: &Control) {
    let wrong = match class {
        220 if found.debit != 0 => "debits",
        225 if found.credit != 0 => "credits",
        _ => return,
    };
    reading.note(FindingKind::FieldMalformed, record, format!("service class {class} and {wrong} in one batch"));
}
