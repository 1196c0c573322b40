//! An entry (`Ntry`). Its transactions are read one by one, so a batch of any size needs memory for its values only.

use std::ops::Range;
use std::sync::Arc;

use quittance_types::Decimal;

use super::read::Reading;
use super::{detail, fields};
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Amount, Batch, BookingStatus, Charge, Detail, Direction, Entry, Format};
use crate::xml::Node;

/// What an entry and a transaction cost before they are charged with what they hold.
const ELEMENT: usize = 20;

impl Reading<'_, '_> {
    /// Reads the entry opened last.
    pub(super) fn entry(&mut self) -> Result<Entry, FormatError> {
        self.count_item(ELEMENT)?;
        let start = self.cursor.offset();
        self.recorder.entry_offsets.push(start);
        let mut entry = Entry::default();
        let (mut details, mut seen, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
        let mut further = None;
        while self.cursor.next_child()? {
            match self.cursor.name() {
                "NtryDtls" => blocks.extend(self.entry_details(&mut entry, &mut details)?),
                "TxDtls" => self.detail(&mut details)?,
                _ => {
                    self.cursor.subtree(&mut self.tree)?;
                    let node = self.tree.root().filter(|node| is_first(*node, &mut seen, &mut self.recorder));
                    match node {
                        // The last one counts.
                        Some(node) if node.name() == "AddtlNtryInf" => {
                            further = Some(node.text().to_owned()).filter(|text| !text.is_empty())
                        }
                        Some(node) => field(node, &mut entry, &mut self.recorder),
                        None => {}
                    }
                }
            }
        }
        entry.details = details.into();
        entry.texts = std::mem::take(&mut entry.texts).with_additional_information(further.as_deref());
        if entry.status == BookingStatus::Unknown && self.message.format == Format::Camt053 {
            self.recorder.note(FindingKind::StatusUnknown, "Sts", start, "the entry has no status: a statement holds booked entries");
            entry.status = BookingStatus::Booked;
        }
        check_required(&entry, start, &mut self.recorder);
        include_charges(&mut entry);
        checks::settle_details(&mut entry, "NtryDtls/TxDtls", start, &mut self.recorder);
        for block in blocks {
            check_batch_total(&entry, block, start, &mut self.recorder);
        }
        Ok(entry)
    }

    /// Reads a block of transactions, and returns which batch it is about and which transactions are its.
    fn entry_details(&mut self, entry: &mut Entry, details: &mut Vec<Detail>) -> Result<Option<Block>, FormatError> {
        let before = details.len();
        let mut stated = None;
        let mut number = None;
        while self.cursor.next_child()? {
            if self.cursor.name() == "TxDtls" {
                self.detail(details)?;
                continue;
            }
            self.cursor.subtree(&mut self.tree)?;
            let Some(node) = self.tree.root().filter(|node| node.name() == "Btch") else { continue };
            let batch = batch(node, &mut self.recorder);
            stated = batch.count.or(stated);
            if batch != Batch::default() {
                number = Some(entry.batches.len());
                entry.batches.push(batch);
            }
        }
        let found = details.len() - before;
        if let Some(stated) = stated.filter(|stated| found > 0 && *stated != found as u64) {
            let text = format!("the batch states {stated} transactions, {found} are there");
            self.recorder.note(FindingKind::CountMismatch, "NtryDtls/Btch/NbOfTxs", self.cursor.offset(), text);
        }
        Ok(number.map(|batch| Block { batch, details: before..details.len() }))
    }

    fn detail(&mut self, details: &mut Vec<Detail>) -> Result<(), FormatError> {
        self.count_item(ELEMENT)?;
        let number = details.len();
        self.cursor.subtree(&mut self.tree)?;
        let Some(node) = self.tree.root() else { return Ok(()) };
        self.recorder.detail = Some(number);
        self.recorder.enter("NtryDtls/TxDtls", number + 1);
        details.push(detail::read(node, &mut self.recorder));
        self.recorder.leave();
        self.recorder.detail = None;
        Ok(())
    }
}

/// Charges of which the file does not say whether they are in the amount are so where they are, to the cent, what left the
/// account beyond the amount that was ordered: those of a returned direct debit.
fn include_charges(entry: &mut Entry) {
    let whole = Some(&entry.amount).filter(|_| entry.details.len() == 1);
    for detail in entry.details.iter_mut().filter(|detail| detail.direction.or(entry.direction) == Some(Direction::Debit)) {
        let amounts = detail.amounts.as_deref();
        let ordered = amounts.and_then(|amounts| amounts.instructed.as_ref());
        let amount = detail.amount.as_ref().or(amounts.and_then(|amounts| amounts.transaction.as_ref())).or(whole);
        let (Some(ordered), Some(amount)) = (ordered, amount) else { continue };
        let is_open = |charge: &Charge| charge.included.is_none() && charge.direction != Some(Direction::Credit) && !charge.is_total;
        let charges = detail.charges.iter().filter(|charge| is_open(charge)).map(|charge| &charge.amount);
        let sum = ordered.value().and_then(|sum| charges.clone().try_fold(sum, |sum, charge| sum.checked_add(charge.value()?)));
        let is_one_currency = charges.clone().chain([ordered]).all(|part| part.currency_code() == amount.currency_code());
        if is_one_currency && sum.is_some() && sum == amount.value() {
            detail.charges.iter_mut().filter(|charge| is_open(charge)).for_each(|charge| charge.included = Some(true));
        }
    }
}

/// A batch and its transactions, by their places in the entry.
struct Block {
    batch: usize,
    details: Range<usize>,
}

/// Elements an entry has once.
const ONCE: [&str; 9] = ["NtryRef", "AcctSvcrRef", "Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt", "ValDt", "BkTxCd"];

/// False for an element that should stand once and stood before: the first one counts.
fn is_first(node: Node<'_>, seen: &mut Vec<&'static str>, recorder: &mut Recorder) -> bool {
    let Some(name) = ONCE.into_iter().find(|name| *name == node.name()) else { return true };
    if seen.contains(&name) {
        let text = format!("a second {name} \"{}\"; the first one counts", excerpt(node.text(), 40));
        recorder.note(FindingKind::FieldMalformed, name, node.offset(), text);
        return false;
    }
    seen.push(name);
    true
}

/// Compares the stated total of a batch with the shares of its transactions, where all of them are known.
fn check_batch_total(entry: &Entry, block: Block, start: usize, recorder: &mut Recorder) {
    let total = entry.batches.get(block.batch).and_then(|batch| batch.total.as_ref());
    let Some(total) = total.filter(|total| total.currency_code() == entry.amount.currency_code()) else { return };
    let Some(details) = entry.details.get(block.details).filter(|details| !details.is_empty()) else { return };
    let signed = |detail: &Detail| {
        let against = detail.direction.is_some() && detail.direction != entry.direction;
        let share = detail.share_in(entry.amount.currency_code()).and_then(Amount::value)?;
        Some(if against { -share } else { share })
    };
    let sum = details.iter().try_fold(Decimal::ZERO, |sum, detail| sum.checked_add(signed(detail)?));
    if let Some((stated, sum)) = total.value().zip(sum).filter(|(stated, sum)| stated != sum) {
        let text = format!("the batch states a total of {stated}, its {} transactions sum to {sum}", details.len());
        recorder.note(FindingKind::TotalMismatch, "NtryDtls/Btch/TtlAmt", start, text);
    }
}

fn field(node: Node<'_>, entry: &mut Entry, recorder: &mut Recorder) {
    let text = || Some(node.text()).filter(|text| !text.is_empty());
    match node.name() {
        "NtryRef" => entry.texts = std::mem::take(&mut entry.texts).with_reference(text()),
        "AcctSvcrRef" => entry.texts = std::mem::take(&mut entry.texts).with_servicer_reference(text()),
        "Amt" => entry.amount = fields::amount(node, "Amt", recorder),
        "CdtDbtInd" => {
            entry.direction = fields::direction_of(node.text());
            if entry.direction.is_none() {
                let text = format!("\"{}\" is neither CRDT nor DBIT", excerpt(node.text(), 20));
                recorder.note(FindingKind::DirectionUnknown, "CdtDbtInd", node.offset(), text);
            }
        }
        "RvslInd" => match fields::boolean(node.text()) {
            Some(reversal) => entry.reversal = reversal,
            None => {
                let text = format!("\"{}\" is no boolean", excerpt(node.text(), 20));
                recorder.note(FindingKind::ReversalUnknown, "RvslInd", node.offset(), text);
            }
        },
        "Sts" => entry.set_status(&fields::code_choice(node).unwrap_or_default()),
        "BookgDt" => entry.booking = fields::date_choice(node, "BookgDt", recorder),
        "ValDt" => entry.value = fields::date_choice(node, "ValDt", recorder),
        "BkTxCd" => entry.transaction_code = fields::transaction_code(node).map(Arc::from),
        "Btch" => entry.batches.extend(Some(batch(node, recorder)).filter(|batch| *batch != Batch::default())),
        "AmtDtls" => entry.amounts = detail::amount_details(node, recorder),
        "Chrgs" => fields::charges(node, recorder, &mut entry.charges),
        _ => {}
    }
}

fn batch(node: Node<'_>, recorder: &mut Recorder) -> Batch {
    Batch {
        message_id: node.string("MsgId"),
        payment_information_id: node.string("PmtInfId"),
        count: node.value("NbOfTxs").and_then(|text| text.parse().ok()),
        total: fields::amount_at(node, "TtlAmt", recorder),
        direction: node.value("CdtDbtInd").and_then(fields::direction_of),
    }
}

fn check_required(entry: &Entry, start: usize, recorder: &mut Recorder) {
    if entry.amount.is_missing() {
        recorder.note(FindingKind::AmountMissing, "Amt", start, "the entry has no amount");
    }
    if entry.direction.is_none() {
        recorder.note(FindingKind::DirectionUnknown, "CdtDbtInd", start, "credit or debit is not known");
    }
    match entry.status {
        BookingStatus::Unknown => recorder.note(FindingKind::StatusUnknown, "Sts", start, "the entry has no status"),
        BookingStatus::Other => {
            let text = format!("status \"{}\" is not known", excerpt(entry.status_code(), 20));
            recorder.note(FindingKind::StatusUnknown, "Sts", start, text);
        }
        _ => {}
    }
    if entry.is_booked() && entry.booking.is_none() {
        recorder.note(FindingKind::DateMissing, "BookgDt", start, "a booked entry without booking date");
    }
}
