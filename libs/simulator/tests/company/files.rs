//! Statements survive the way through a camt.053 file.

use quittance_formats::statement::{Direction, Format};
use quittance_simulator::bank::EntryKind;
use quittance_types::Money;

use super::fake::{params, play};

#[test]
fn files_read_back_without_findings() {
    let mut returns = 0;
    for statement in play(params(13, 80, 120)).statements {
        let bytes = statement.to_camt().unwrap();
        assert_eq!(bytes, statement.to_camt().unwrap());
        let file = quittance_formats::read(&bytes).unwrap();
        assert_eq!((file.format, file.version.as_str()), (Format::Camt053, "camt.053.001.08"));
        assert!(file.findings.is_empty(), "{:?}", file.findings);
        let read = &file.statements[0];
        assert_eq!(read.account.iban(), Some(statement.iban.as_str()));
        assert_eq!(read.id.as_deref(), Some(statement.id().as_str()));
        let signed = |amount: &quittance_formats::statement::Amount, direction: Option<Direction>| -> Money {
            amount.signed(direction.unwrap()).money().unwrap()
        };
        let closing = read.closing_balance().unwrap();
        assert_eq!(closing.amount.money().unwrap(), statement.closing);
        let lines: Vec<_> = read.lines().collect();
        assert_eq!(lines.len(), statement.entries.len());
        for (line, entry) in lines.iter().zip(&statement.entries) {
            assert_eq!(signed(line.amount(), line.direction()), entry.amount);
            assert_eq!(line.bank_reference(), Some(entry.reference.as_str()));
            assert_eq!(line.booking_date(), Some(entry.booked_on));
            assert_eq!(line.text(), entry.text);
            assert_eq!(line.end_to_end_id(), entry.end_to_end_id.as_deref());
            let reference = line.creditor_references().next().map(|reference| reference.value.as_str());
            assert_eq!(reference, entry.creditor_reference.as_deref());
            let other = entry.counterparty.as_ref();
            assert_eq!(line.counterparty().name(), other.map(|other| other.name.as_str()));
            let is_return = matches!(entry.kind, EntryKind::Return { .. });
            assert_eq!((line.is_return(), line.return_reason().is_some()), (is_return, is_return));
            returns += u32::from(is_return);
        }
        assert!(statement.file_name().is_ascii() && !statement.file_name().contains('/'));
    }
    assert!(returns > 0);
}
