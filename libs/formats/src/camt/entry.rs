//! An entry (`Ntry`). Its transactions are read one by one, so a batch of any size needs memory for its values only.

use std::sync::Arc;

use super::read::Reading;
use super::{detail, fields};
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Batch, BookingStatus, Entry};
use crate::xml::Node;

impl Reading<'_> {
    /// Reads the entry opened last.
    pub(super) fn entry(&mut self) -> Result<Entry, FormatError> {
        self.count_item()?;
        let start = self.cursor.offset();
        self.recorder.entry_offsets.push(start);
        let mut entry = Entry::default();
        while self.cursor.next_child()? {
            match self.cursor.name() {
                "NtryDtls" => self.entry_details(&mut entry)?,
                "TxDtls" => self.detail(&mut entry)?,
                _ => {
                    self.cursor.subtree(&mut self.tree)?;
                    if let Some(node) = self.tree.root() {
                        field(node, &mut entry, &mut self.recorder);
                    }
                }
            }
        }
        check_required(&entry, start, &mut self.recorder);
        checks::settle_details(&mut entry, "NtryDtls/TxDtls", start, &mut self.recorder);
        Ok(entry)
    }

    fn entry_details(&mut self, entry: &mut Entry) -> Result<(), FormatError> {
        let before = entry.details.len();
        let mut stated = None;
        while self.cursor.next_child()? {
            if self.cursor.name() == "TxDtls" {
                self.detail(entry)?;
                continue;
            }
            self.cursor.subtree(&mut self.tree)?;
            let Some(node) = self.tree.root().filter(|node| node.name() == "Btch") else { continue };
            let batch = batch(node, &mut self.recorder);
            stated = batch.count.or(stated);
            entry.batches.extend(Some(batch).filter(|batch| *batch != Batch::default()));
        }
        let found = entry.details.len() - before;
        if let Some(stated) = stated.filter(|stated| found > 0 && *stated != found as u64) {
            let text = format!("the batch states {stated} transactions, {found} are there");
            self.recorder.note(FindingKind::CountMismatch, "NtryDtls/Btch/NbOfTxs", self.cursor.offset(), text);
        }
        Ok(())
    }

    fn detail(&mut self, entry: &mut Entry) -> Result<(), FormatError> {
        self.count_item()?;
        let number = entry.details.len();
        self.cursor.subtree(&mut self.tree)?;
        let Some(node) = self.tree.root() else { return Ok(()) };
        self.recorder.detail = Some(number);
        self.recorder.enter("NtryDtls/TxDtls", number + 1);
        entry.details.push(detail::read(node, &mut self.recorder));
        self.recorder.leave();
        self.recorder.detail = None;
        Ok(())
    }
}

fn field(node: Node<'_>, entry: &mut Entry, recorder: &mut Recorder) {
    let text = || Some(node.text().to_string()).filter(|text| !text.is_empty());
    match node.name() {
        "NtryRef" => entry.reference = text(),
        "AcctSvcrRef" => entry.servicer_reference = text(),
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
        "Sts" => entry.status = BookingStatus::from_code(&fields::code_choice(node).unwrap_or_default()),
        "BookgDt" => entry.booking = fields::date_choice(node, "BookgDt", recorder),
        "ValDt" => entry.value = fields::date_choice(node, "ValDt", recorder),
        "BkTxCd" => entry.transaction_code = fields::transaction_code(node).map(Arc::from),
        "Btch" => entry.batches.extend(Some(batch(node, recorder)).filter(|batch| *batch != Batch::default())),
        "AmtDtls" => entry.amounts = detail::amount_details(node, recorder),
        "Chrgs" => fields::charges(node, recorder, &mut entry.charges),
        "AddtlNtryInf" => entry.additional_information = text(),
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
    match &entry.status {
        BookingStatus::Unknown => recorder.note(FindingKind::StatusUnknown, "Sts", start, "the entry has no status"),
        BookingStatus::Other(code) => {
            let text = format!("status \"{}\" is not known", excerpt(code, 20));
            recorder.note(FindingKind::StatusUnknown, "Sts", start, text);
        }
        _ => {}
    }
    if entry.is_booked() && entry.booking.is_none() {
        recorder.note(FindingKind::DateMissing, "BookgDt", start, "a booked entry without booking date");
    }
}
