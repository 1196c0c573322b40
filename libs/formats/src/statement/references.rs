//! References of a transaction: as a reader fills them, as they are kept, and as they are read.

/// References of a transaction, for filling. `NOTPROVIDED` and `NONREF` are kept as written; [`super::Line`] leaves them
/// out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// Message identification of the original payment file.
    pub message_id: Option<String>,
    /// The bank's reference of this transaction.
    pub servicer_reference: Option<String>,
    /// Payment information block of the original payment file.
    pub payment_information_id: Option<String>,
    /// Instruction identification.
    pub instruction_id: Option<String>,
    /// End-to-end identification given by the payer (or by the creditor of a direct debit).
    pub end_to_end_id: Option<String>,
    /// Interbank transaction identification.
    pub transaction_id: Option<String>,
    /// Unique end-to-end transaction reference.
    pub uetr: Option<String>,
    /// Direct debit mandate.
    pub mandate_id: Option<String>,
    /// Cheque number.
    pub cheque_number: Option<String>,
    /// Clearing system reference.
    pub clearing_system_reference: Option<String>,
    /// Reference the account's owner gave (camt `AcctOwnrTxId`, MT940 field 61 before `//`, `KREF`).
    pub owner_reference: Option<String>,
    /// Other references as (type, value).
    pub proprietary: Vec<(String, String)>,
}

/// The same references for reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceView<'a> {
    /// See [`References::message_id`].
    pub message_id: Option<&'a str>,
    /// See [`References::servicer_reference`].
    pub servicer_reference: Option<&'a str>,
    /// See [`References::payment_information_id`].
    pub payment_information_id: Option<&'a str>,
    /// See [`References::instruction_id`].
    pub instruction_id: Option<&'a str>,
    /// See [`References::end_to_end_id`].
    pub end_to_end_id: Option<&'a str>,
    /// See [`References::transaction_id`].
    pub transaction_id: Option<&'a str>,
    /// See [`References::uetr`].
    pub uetr: Option<&'a str>,
    /// See [`References::mandate_id`].
    pub mandate_id: Option<&'a str>,
    /// See [`References::cheque_number`].
    pub cheque_number: Option<&'a str>,
    /// See [`References::clearing_system_reference`].
    pub clearing_system_reference: Option<&'a str>,
    /// See [`References::owner_reference`].
    pub owner_reference: Option<&'a str>,
    /// See [`References::proprietary`].
    pub proprietary: Vec<(&'a str, &'a str)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Servicer,
    PaymentInformation,
    Instruction,
    EndToEnd,
    Transaction,
    Uetr,
    Mandate,
    Cheque,
    ClearingSystem,
    Owner,
    /// Type of a proprietary reference; its value follows.
    ProprietaryType,
    ProprietaryValue,
}

impl Kind {
    const ALL: [(char, Kind); 13] = [
        ('m', Kind::Message),
        ('s', Kind::Servicer),
        ('p', Kind::PaymentInformation),
        ('i', Kind::Instruction),
        ('e', Kind::EndToEnd),
        ('t', Kind::Transaction),
        ('u', Kind::Uetr),
        ('d', Kind::Mandate),
        ('q', Kind::Cheque),
        ('c', Kind::ClearingSystem),
        ('o', Kind::Owner),
        ('k', Kind::ProprietaryType),
        ('v', Kind::ProprietaryValue),
    ];

    fn letter(self) -> char {
        Kind::ALL.into_iter().find(|(_, kind)| *kind == self).map_or(END, |(letter, _)| letter)
    }

    fn of_letter(letter: char) -> Option<Kind> {
        Kind::ALL.into_iter().find(|(known, _)| *known == letter).map(|(_, kind)| kind)
    }
}

/// References as they are kept: only those there are, in one text, since a file holds many transactions with one or two
/// each. Before each reference stands the letter of its kind, behind it [`END`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackedReferences(Box<str>);

/// Ends a reference. The character itself is no text and is left out of one.
const END: char = '\0';

impl From<References> for PackedReferences {
    fn from(all: References) -> PackedReferences {
        let single = [
            (Kind::Message, all.message_id),
            (Kind::Servicer, all.servicer_reference),
            (Kind::PaymentInformation, all.payment_information_id),
            (Kind::Instruction, all.instruction_id),
            (Kind::EndToEnd, all.end_to_end_id),
            (Kind::Transaction, all.transaction_id),
            (Kind::Uetr, all.uetr),
            (Kind::Mandate, all.mandate_id),
            (Kind::Cheque, all.cheque_number),
            (Kind::ClearingSystem, all.clearing_system_reference),
            (Kind::Owner, all.owner_reference),
        ];
        let single = single.into_iter().filter_map(|(kind, text)| Some((kind, text?)));
        let pairs = all.proprietary.into_iter().flat_map(|(kind, value)| [(Kind::ProprietaryType, kind), (Kind::ProprietaryValue, value)]);
        let mut packed = String::new();
        for (kind, text) in single.chain(pairs) {
            packed.push(kind.letter());
            packed.extend(text.chars().filter(|c| *c != END));
            packed.push(END);
        }
        PackedReferences(packed.into_boxed_str())
    }
}

impl PackedReferences {
    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes held beside its own.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// Changes references that were kept before.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut References)) {
        let mut all = References::from(self.view());
        change(&mut all);
        *self = all.into();
    }

    /// The references by name.
    pub fn view(&self) -> ReferenceView<'_> {
        let mut view = ReferenceView::default();
        let mut kind_before = "";
        for packed in self.0.split_terminator(END) {
            let mut letters = packed.chars();
            let Some(kind) = letters.next().and_then(Kind::of_letter) else { continue };
            let text = letters.as_str();
            match kind {
                Kind::Message => view.message_id = Some(text),
                Kind::Servicer => view.servicer_reference = Some(text),
                Kind::PaymentInformation => view.payment_information_id = Some(text),
                Kind::Instruction => view.instruction_id = Some(text),
                Kind::EndToEnd => view.end_to_end_id = Some(text),
                Kind::Transaction => view.transaction_id = Some(text),
                Kind::Uetr => view.uetr = Some(text),
                Kind::Mandate => view.mandate_id = Some(text),
                Kind::Cheque => view.cheque_number = Some(text),
                Kind::ClearingSystem => view.clearing_system_reference = Some(text),
                Kind::Owner => view.owner_reference = Some(text),
                Kind::ProprietaryType => kind_before = text,
                Kind::ProprietaryValue => view.proprietary.push((kind_before, text)),
            }
        }
        view
    }
}

impl From<ReferenceView<'_>> for References {
    fn from(view: ReferenceView<'_>) -> References {
        let own = |text: Option<&str>| text.map(str::to_string);
        References {
            message_id: own(view.message_id),
            servicer_reference: own(view.servicer_reference),
            payment_information_id: own(view.payment_information_id),
            instruction_id: own(view.instruction_id),
            end_to_end_id: own(view.end_to_end_id),
            transaction_id: own(view.transaction_id),
            uetr: own(view.uetr),
            mandate_id: own(view.mandate_id),
            cheque_number: own(view.cheque_number),
            clearing_system_reference: own(view.clearing_system_reference),
            owner_reference: own(view.owner_reference),
            proprietary: view.proprietary.into_iter().map(|(kind, value)| (kind.to_string(), value.to_string())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PackedReferences, References};

    #[test]
    fn what_was_packed_is_what_is_read() {
        let some = |text: &str| Some(text.to_string());
        let all = References {
            message_id: some("1"),
            servicer_reference: some("2"),
            payment_information_id: some("3"),
            instruction_id: some("4"),
            end_to_end_id: some("5"),
            transaction_id: some("6"),
            uetr: some("7"),
            mandate_id: some("8"),
            cheque_number: some("9"),
            clearing_system_reference: some("10"),
            owner_reference: some("11"),
            proprietary: vec![("A".into(), "12".into()), (String::new(), "13".into())],
        };
        let packed = PackedReferences::from(all.clone());
        assert_eq!(References::from(packed.view()), all);
        let view = packed.view();
        let single = [
            view.message_id,
            view.servicer_reference,
            view.payment_information_id,
            view.instruction_id,
            view.end_to_end_id,
            view.transaction_id,
            view.uetr,
            view.mandate_id,
            view.cheque_number,
            view.clearing_system_reference,
            view.owner_reference,
        ];
        let numbers: Vec<String> = (1..=11).map(|number| number.to_string()).collect();
        assert_eq!(single.map(Option::unwrap_or_default).as_slice(), numbers.as_slice());
        assert_eq!(view.proprietary, [("A", "12"), ("", "13")]);
        assert!(PackedReferences::from(References::default()).is_empty());
    }
}
