//! Transaction, return and change codes of the Nacha Operating Rules.

use crate::statement::Direction;

/// Credit or debit to the receiver. Codes of checking (2x), savings (3x), general ledger (4x) and loan (5x) accounts, and
/// of accounting advices (8x).
pub(super) fn direction(code: u8) -> Option<Direction> {
    match code {
        21..=24 | 31..=34 | 41..=44 | 51..=54 | 81 | 83 | 85 | 87 => Some(Direction::Credit),
        26..=29 | 36..=39 | 46..=49 | 55 | 56 | 82 | 84 | 86 | 88 => Some(Direction::Debit),
        _ => None,
    }
}

/// Codes of prenotifications.
pub(super) fn is_prenotification(code: u8) -> bool {
    matches!(code, 23 | 28 | 33 | 38 | 43 | 48 | 53)
}

/// Standard entry classes.
pub(super) const CLASSES: [&str; 23] = [
    "ACK", "ADV", "ARC", "ATX", "BOC", "CCD", "CIE", "COR", "CTX", "DNE", "ENR", "IAT", "MTE", "POP", "POS", "PPD", "RCK", "SHR", "TEL",
    "TRC", "TRX", "WEB", "XCK",
];

/// What a return code means; none for codes that are not published.
pub fn return_reason(code: &str) -> Option<&'static str> {
    RETURNS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// What a code of a notification of change (or of its refusal) means; none for codes that are not published.
pub fn change_reason(code: &str) -> Option<&'static str> {
    CHANGES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// Layout of an addenda 99 record, by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReturnStage {
    First,
    Dishonored,
    Contested,
}

/// Codes R61 to R62 and R67 to R70 dishonor a return, R71 to R77 contest that.
pub(super) fn stage(code: &str) -> ReturnStage {
    match code.strip_prefix('R').and_then(|number| number.parse::<u8>().ok()) {
        Some(61 | 62 | 67..=70) => ReturnStage::Dishonored,
        Some(71..=77) => ReturnStage::Contested,
        _ => ReturnStage::First,
    }
}

const RETURNS: &[(&str, &str)] = &[
    ("R01", "insufficient funds"),
    ("R02", "account closed"),
    ("R03", "no account, or unable to locate it"),
    ("R04", "invalid account number structure"),
    ("R05", "unauthorised debit to a consumer account with a corporate entry class"),
    ("R06", "returned at the originating bank's request"),
    ("R07", "authorisation revoked by the customer"),
    ("R08", "payment stopped"),
    ("R09", "uncollected funds"),
    ("R10", "customer says the originator is not known or not authorised"),
    ("R11", "customer says the entry is not in accordance with the authorisation"),
    ("R12", "account sold to another bank"),
    ("R13", "invalid routing number"),
    ("R14", "representative payee deceased or unable to continue"),
    ("R15", "beneficiary or account holder deceased"),
    ("R16", "account frozen, or entry returned on instruction of OFAC"),
    ("R17", "file record edit criteria, or questionable circumstances"),
    ("R18", "improper effective entry date"),
    ("R19", "amount field error"),
    ("R20", "non-transaction account"),
    ("R21", "invalid company identification"),
    ("R22", "invalid individual identification number"),
    ("R23", "credit entry refused by the receiver"),
    ("R24", "duplicate entry"),
    ("R25", "addenda error"),
    ("R26", "mandatory field error"),
    ("R27", "trace number error"),
    ("R28", "routing number check digit error"),
    ("R29", "corporate customer says the entry is not authorised"),
    ("R30", "receiving bank does not take part in check truncation"),
    ("R31", "permissible return entry (CCD and CTX)"),
    ("R32", "receiving bank does not settle"),
    ("R33", "return of an XCK entry"),
    ("R34", "limited participation of a bank"),
    ("R35", "improper debit entry"),
    ("R36", "improper credit entry"),
    ("R37", "source document presented for payment"),
    ("R38", "stop payment on the source document"),
    ("R39", "improper source document"),
    ("R40", "return of an ENR entry by a federal agency"),
    ("R41", "invalid transaction code (ENR)"),
    ("R42", "routing number or check digit error (ENR)"),
    ("R43", "invalid account number (ENR)"),
    ("R44", "invalid individual identification number (ENR)"),
    ("R45", "invalid individual or company name (ENR)"),
    ("R46", "invalid representative payee indicator (ENR)"),
    ("R47", "duplicate enrolment (ENR)"),
    ("R50", "state law on returned check entries"),
    ("R51", "returned check entry ineligible or improper"),
    ("R52", "stop payment on a returned check entry"),
    ("R53", "item and returned check entry presented for payment"),
    ("R61", "misrouted return"),
    ("R62", "return of an erroneous or reversing debit"),
    ("R67", "duplicate return"),
    ("R68", "untimely return"),
    ("R69", "field errors in the return"),
    ("R70", "permissible return not accepted"),
    ("R71", "misrouted dishonored return"),
    ("R72", "untimely dishonored return"),
    ("R73", "timely original return"),
    ("R74", "corrected return"),
    ("R75", "return was not a duplicate"),
    ("R76", "no errors found in the return"),
    ("R77", "dishonored return R62 not accepted"),
    ("R80", "IAT coding error"),
    ("R81", "bank does not take part in IAT"),
    ("R82", "invalid foreign receiving bank identification"),
    ("R83", "foreign receiving bank unable to settle"),
    ("R84", "entry not processed by the gateway"),
    ("R85", "incorrectly coded outbound international payment"),
];

const CHANGES: &[(&str, &str)] = &[
    ("C01", "incorrect account number"),
    ("C02", "incorrect routing number"),
    ("C03", "incorrect routing number and account number"),
    ("C04", "incorrect individual or receiving company name"),
    ("C05", "incorrect transaction code"),
    ("C06", "incorrect account number and transaction code"),
    ("C07", "incorrect routing number, account number and transaction code"),
    ("C08", "incorrect foreign receiving bank identification (IAT)"),
    ("C09", "incorrect individual identification number"),
    ("C10", "incorrect company name"),
    ("C11", "incorrect company identification"),
    ("C12", "incorrect company name and company identification"),
    ("C13", "addenda format error"),
    ("C14", "incorrect entry class for an outbound international payment"),
    ("C61", "misrouted notification of change"),
    ("C62", "incorrect trace number"),
    ("C63", "incorrect company identification"),
    ("C64", "incorrect individual identification number"),
    ("C65", "incorrectly formatted corrected data"),
    ("C66", "incorrect discretionary data"),
    ("C67", "routing number not from the original entry"),
    ("C68", "account number not from the original entry"),
    ("C69", "incorrect transaction code"),
];
