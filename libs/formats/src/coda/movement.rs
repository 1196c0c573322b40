//! Movements with their continuations and information records, and the entries made of them.

use std::sync::Arc;

use super::records::{self, some};
use super::{Control, identifier};
use crate::checks;
use crate::finding::{FindingKind, Recorder};
use crate::lines::{TextLine, columns};
use crate::references;
use crate::short_date::ddmmyy;
use crate::statement::{
    AccountIdentifier, Agent, BookingStatus, CreditorReference, Detail, Direction, Entry, EntryTexts, Moment, Party, PostalAddress,
    RareOfDetail, References, ReturnInformation, Statement, StructuredRemittance, TransactionCode,
};

/// A movement record and what follows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Movement {
    pub offset: usize,
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

/// True for a record that begins a movement.
pub(super) fn begins(line: TextLine<'_>) -> bool {
    line.text.starts_with("21")
}

/// True when the movement that begins here is a part of the one kept in `records`.
pub(super) fn goes_on(records: &[TextLine<'_>], line: TextLine<'_>) -> bool {
    let sequence = |line: &TextLine<'_>| columns(line.text, 2, 6).to_string();
    let is_part = records::field(columns(line.text, 6, 10)).unwrap_or_default() != 0;
    is_part && records.first().is_some_and(|first| sequence(first) == sequence(&line))
}

impl Movement {
    /// Reads record 2.1 and those that go on with it.
    fn read(records: &[TextLine<'_>], recorder: &mut Recorder) -> Movement {
        let Some((first, rest)) = records.split_first() else { return Movement::default() };
        let mut movement = Movement::start(*first, recorder);
        for line in rest {
            match columns(line.text, 0, 1) {
                "2" => movement.continued(line.text),
                _ => movement.information(line.text),
            }
        }
        movement
    }

    fn start(line: TextLine<'_>, recorder: &mut Recorder) -> Movement {
        let text = line.text;
        let movement = Movement {
            offset: line.offset,
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
    fn continued(&mut self, text: &str) {
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
    fn information(&mut self, text: &str) {
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
        let purpose = self.purpose.as_deref().map(Into::into);
        let rare = RareOfDetail { amount: Some(amount), direction: self.direction, purpose, ..RareOfDetail::default() };
        let mut detail = Detail { rare: rare.into(), ..Detail::default() };
        let mut references = References {
            servicer_reference: some(&self.reference),
            end_to_end_id: self.customer_reference.clone(),
            ..References::default()
        };
        self.remittance(&mut detail, &mut references);
        detail.references = references.into();
        detail.additional_information = some(&self.information.join("\n")).map(Into::into);
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
        let party = self.name.as_deref().map(|name| {
            let mut party = Party::named(name);
            if address.is_some() {
                party.address = address;
            }
            party
        });
        let account = self.account.clone().map(Box::new);
        let agent = self.bic.clone().map(|bic| Box::new(Agent { bic: Some(bic), ..Agent::default() }));
        if is_debtor {
            (detail.parties.debtor, detail.parties.debtor_account, detail.parties.debtor_agent) = (party.map(Box::new), account, agent);
            return;
        }
        (detail.parties.creditor_account, detail.parties.creditor_agent) = (account, agent);
        if let Some(mut party) = party {
            if let Some(mut known) = detail.parties.creditor.take() {
                party.identifications = std::mem::take(&mut known.identifications);
            }
            detail.parties.creditor = Some(Box::new(party));
        }
    }
}

/// The entry of a movement of its own, with its parts as details.
pub(super) fn entry(records: &[TextLine<'_>], statement: &Statement, control: &mut Control, recorder: &mut Recorder) -> Entry {
    let number = statement.entries.len();
    let mut movements = records.chunk_by(|_, next| !begins(*next));
    let first = Movement::read(movements.next().unwrap_or_default(), recorder);
    control.add(&first);
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
    let currency = statement.account.currency_code.as_deref().unwrap_or_default();
    let parts: Vec<Detail> = movements.map(|records| Movement::read(records, recorder).detail(currency, recorder)).collect();
    let entry = whole(&first, parts, currency, recorder);
    recorder.leave();
    recorder.entry = None;
    entry
}

fn whole(first: &Movement, parts: Vec<Detail>, currency: &str, recorder: &mut Recorder) -> Entry {
    let own = first.detail(currency, recorder);
    let code = TransactionCode {
        proprietary: some(&first.code),
        issuer: some(&first.code).map(|_| "Febelfin".to_string()),
        ..TransactionCode::default()
    };
    let mut entry = Entry {
        amount: own.amount.clone().unwrap_or_else(crate::statement::Amount::missing),
        direction: first.direction,
        status: BookingStatus::Booked,
        booking: first.booking,
        value: first.value,
        transaction_code: (!code.is_empty()).then(|| Arc::new(code)),
        ..Entry::default()
    };
    entry.texts = EntryTexts::default().with_servicer_reference(some(&first.reference).as_deref());
    if parts.is_empty() {
        entry.details = [own].into();
    } else {
        let texts = [Some(own.remittance.joined("\n")), own.additional_information.as_deref().map(str::to_string)];
        let text = some(&texts.into_iter().flatten().collect::<Vec<_>>().join("\n"));
        entry.texts = entry.texts.with_additional_information(text.as_deref());
        entry.details = parts.into();
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
