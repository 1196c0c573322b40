//! Movements with their continuations and information records, and the entries made of them.

use std::sync::Arc;

use super::identifier;
use super::records::{self, some};
use crate::checks;
use crate::finding::{FindingKind, Recorder};
use crate::lines::{TextLine, columns};
use crate::references;
use crate::short_date::ddmmyy;
use crate::statement::{
    AccountIdentifier, Agent, BookingStatus, CreditorReference, Detail, Direction, Entry, Moment, Party, PostalAddress, References,
    ReturnInformation, Statement, StructuredRemittance, TransactionCode, add_entry,
};

/// A movement record and what follows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Movement {
    pub offset: usize,
    pub sequence: String,
    /// Zero for a movement of its own, above zero for a part of one.
    pub detail_number: u64,
    pub direction: Option<Direction>,
    /// Amount in thousandths.
    pub thousandths: Option<u64>,
    digits: String,
    reference: String,
    value: Option<Moment>,
    booking: Option<Moment>,
    code: String,
    structured: bool,
    /// Columns of the communication, joined as they stand.
    communication: String,
    customer_reference: Option<String>,
    bic: Option<String>,
    account: Option<AccountIdentifier>,
    name: Option<String>,
    address: Option<PostalAddress>,
    return_kind: String,
    return_reason: Option<String>,
    purpose: Option<String>,
    information: Vec<String>,
}

impl Movement {
    /// Reads record 2.1.
    pub fn start(line: TextLine<'_>, recorder: &mut Recorder) -> Movement {
        let text = line.text;
        let movement = Movement {
            offset: line.offset,
            sequence: columns(text, 2, 6).to_string(),
            detail_number: records::field(columns(text, 6, 10)).unwrap_or_default(),
            direction: records::direction(columns(text, 31, 32)),
            thousandths: records::field(columns(text, 32, 47)),
            digits: columns(text, 32, 47).to_string(),
            reference: columns(text, 10, 31).trim().to_string(),
            value: ddmmyy(columns(text, 47, 53)).map(Moment::from),
            booking: ddmmyy(columns(text, 115, 121)).map(Moment::from),
            code: columns(text, 53, 61).trim().to_string(),
            structured: columns(text, 61, 62) == "1",
            communication: columns(text, 62, 115).to_string(),
            ..Movement::default()
        };
        if movement.direction.is_none() {
            recorder.note(FindingKind::DirectionUnknown, "2.1", line.offset, "the sign is neither 0 nor 1");
        }
        let value_date = columns(text, 47, 53).trim();
        if movement.value.is_none() && !value_date.trim_matches('0').is_empty() {
            let text = format!("the value date \"{value_date}\" is no date");
            recorder.note(FindingKind::DateMalformed, "2.1", line.offset, text);
        }
        if movement.booking.is_none() {
            recorder.note(FindingKind::DateMissing, "2.1", line.offset, "no booking date that can be read");
        }
        movement
    }

    /// Reads record 2.2 or 2.3.
    pub fn continued(&mut self, text: &str) {
        match columns(text, 1, 2) {
            "2" => {
                self.pad(if self.structured { 53 } else { 0 });
                self.communication.push_str(columns(text, 10, 63));
                self.customer_reference = some(columns(text, 63, 98));
                self.bic = some(columns(text, 98, 109));
                self.return_kind = columns(text, 112, 113).trim().to_string();
                self.return_reason = some(columns(text, 113, 117));
                self.purpose = some(columns(text, 121, 125));
            }
            "3" => {
                self.account = identifier(columns(text, 10, 44));
                self.name = some(columns(text, 47, 82));
                self.communication.push_str(columns(text, 82, 125));
            }
            _ => {}
        }
    }

    fn pad(&mut self, width: usize) {
        let missing = width.saturating_sub(self.communication.chars().take(width).count());
        self.communication.extend(std::iter::repeat_n(' ', missing));
    }

    /// Reads record 3.1, 3.2 or 3.3. Structure 001 is name and address of the other side, everything else is text.
    pub fn information(&mut self, text: &str) {
        let (kind, is_structured) = (columns(text, 1, 2), columns(text, 39, 40) == "1");
        if kind == "1" && is_structured && columns(text, 40, 43) == "001" {
            self.name = some(columns(text, 43, 113)).or(self.name.take());
            self.address = Some(PostalAddress::default());
            return;
        }
        if kind == "2" && self.address.as_ref().is_some_and(|address| address.lines.is_empty()) {
            let lines = [columns(text, 10, 45), columns(text, 45, 80)].into_iter().filter_map(some).collect();
            self.address = Some(PostalAddress { lines, ..PostalAddress::default() });
            return;
        }
        let part = match kind {
            "1" if is_structured => columns(text, 43, 113),
            "1" => columns(text, 40, 113),
            "2" => columns(text, 10, 115),
            _ => columns(text, 10, 100),
        };
        self.information.extend(some(part));
    }

    fn detail(&self, currency: &str, recorder: &mut Recorder) -> Detail {
        let amount = records::amount(&self.digits, currency, "2.1", self.offset, recorder);
        let mut detail = Detail { amount: Some(amount), direction: self.direction, purpose: self.purpose.clone(), ..Detail::default() };
        let mut references = References {
            servicer_reference: some(&self.reference),
            end_to_end_id: self.customer_reference.clone(),
            ..References::default()
        };
        self.remittance(&mut detail, &mut references);
        detail.references = references.into();
        detail.additional_information = some(&self.information.join("\n"));
        // 1 reject, 2 return, 3 refund, 4 reversal, 5 cancellation.
        if matches!(self.return_kind.as_str(), "1" | "2" | "3" | "4" | "5") {
            detail.return_information =
                Some(Box::new(ReturnInformation { reason: self.return_reason.clone(), ..ReturnInformation::default() }));
        }
        self.other_side(&mut detail);
        detail
    }

    /// Free text, or a structured communication: 101 and 102 are the Belgian creditor reference, 127 a direct debit.
    fn remittance(&self, detail: &mut Detail, references: &mut References) {
        let text = self.communication.as_str();
        if !self.structured {
            detail.remittance.unstructured.extend(some(text));
            return;
        }
        let rest = columns(text, 3, text.len());
        match columns(text, 0, 3) {
            "101" | "102" => {
                let value = columns(rest, 0, 12).trim().to_string();
                let reference = CreditorReference { kind: Some("SCOR".to_string()), issuer: Some("BBA".to_string()), value };
                detail
                    .remittance
                    .structured
                    .push(StructuredRemittance { creditor_reference: Some(reference), ..StructuredRemittance::default() });
            }
            "127" => {
                let creditor_id = some(columns(rest, 9, 44));
                references.mandate_id = some(columns(rest, 44, 79));
                detail.remittance.unstructured.extend(some(columns(rest, 79, 141)));
                if let Some(id) = creditor_id {
                    detail.parties.creditor.get_or_insert_default().identifications.push(("CRED".to_string(), id));
                }
            }
            _ => detail.remittance.unstructured.extend(some(rest)),
        }
    }

    fn other_side(&self, detail: &mut Detail) {
        let is_return = detail.return_information.is_some();
        let is_debtor = (self.direction != Some(Direction::Debit)) != is_return;
        let address = self.address.clone().filter(|address| !address.lines.is_empty()).map(Box::new);
        let party = self.name.clone().map(|name| Party { address, ..Party::named(name) });
        let account = self.account.clone().map(Box::new);
        let agent = self.bic.clone().map(|bic| Box::new(Agent { bic: Some(bic), ..Agent::default() }));
        if is_debtor {
            (detail.parties.debtor, detail.parties.debtor_account, detail.parties.debtor_agent) = (party.map(Box::new), account, agent);
            return;
        }
        (detail.parties.creditor_account, detail.parties.creditor_agent) = (account, agent);
        if let Some(party) = party {
            let identifications = detail.parties.creditor.take().map(|known| known.identifications).unwrap_or_default();
            detail.parties.creditor = Some(Box::new(Party { identifications, ..party }));
        }
    }
}

/// Makes entries of movements: one for each movement of its own, with its parts as details.
pub(super) fn entries(movements: Vec<Movement>, statement: &mut Statement, recorder: &mut Recorder) {
    let currency = statement.account.currency_code.clone().unwrap_or_default();
    let mut rest = movements.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let parts = after.iter().take_while(|next| next.detail_number != 0 && next.sequence == first.sequence).count();
        let (parts, remaining) = after.split_at(parts);
        rest = remaining;
        let number = statement.entries.len();
        recorder.entry = Some(number);
        recorder.entry_offsets.push(first.offset);
        recorder.enter("2", number + 1);
        if first.detail_number != 0 {
            recorder.note(
                FindingKind::FieldMalformed,
                "2.1",
                first.offset,
                "a part of a movement that is not there; read as a movement of its own",
            );
        }
        add_entry(&mut statement.entries, entry(first, parts, &currency, recorder));
        recorder.leave();
        recorder.entry = None;
    }
}

fn entry(first: &Movement, parts: &[Movement], currency: &str, recorder: &mut Recorder) -> Entry {
    let own = first.detail(currency, recorder);
    let code = TransactionCode {
        proprietary: some(&first.code),
        issuer: some(&first.code).map(|_| "Febelfin".to_string()),
        ..TransactionCode::default()
    };
    let mut entry = Entry {
        servicer_reference: some(&first.reference).map(Into::into),
        amount: own.amount.clone().unwrap_or_else(crate::statement::Amount::missing),
        direction: first.direction,
        status: BookingStatus::Booked,
        booking: first.booking,
        value: first.value,
        transaction_code: (!code.is_empty()).then(|| Arc::new(code)),
        ..Entry::default()
    };
    if parts.is_empty() {
        entry.details.reserve_exact(1);
        entry.details.push(own);
    } else {
        let texts = [Some(own.remittance.joined("\n")), own.additional_information];
        entry.additional_information = some(&texts.into_iter().flatten().collect::<Vec<_>>().join("\n")).map(Into::into);
        entry.details.extend(parts.iter().map(|part| part.detail(currency, recorder)));
    }
    for detail in &entry.details {
        let failed = detail.remittance.creditor_references().any(references::fails_check_digit);
        if failed {
            recorder.note(FindingKind::ReferenceCheckDigit, "2.1", first.offset, "the structured communication fails its check digits");
        }
    }
    checks::settle_details(&mut entry, "2.1", first.offset, recorder);
    entry
}
