//! The formats known here, and what each is about.

/// Formats of the trade: statements, payment orders, statuses, remittance advices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// ISO 20022 bank-to-customer account report (during the day).
    Camt052,
    /// ISO 20022 bank-to-customer statement (end of day).
    Camt053,
    /// ISO 20022 bank-to-customer debit credit notification.
    Camt054,
    /// SWIFT customer statement message.
    Mt940,
    /// SWIFT interim transaction report.
    Mt942,
    /// BAI cash management balance reporting, version 2.
    Bai2,
    /// CFONB statement, 120 characters a record (France).
    Cfonb120,
    /// CFONB operations other than statements, 240 characters a record (France).
    Cfonb240,
    /// CODA coded statement, 128 characters a record (Belgium).
    Coda,
    /// Open Financial Exchange, 1.x (SGML) and 2.x (XML).
    Ofx,
    /// BAI lockbox (United States).
    Lockbox,
    /// ISO 20022 credit transfers.
    Pain001,
    /// ISO 20022 payment status report.
    Pain002,
    /// ISO 20022 direct debits.
    Pain008,
    /// NACHA file (ACH of the United States).
    Nacha,
    /// ISO 20022 stand-alone remittance advice.
    Remt001,
    /// ANSI X12 interchange.
    X12,
    /// UN/EDIFACT interchange.
    Edifact,
    /// Delimited text, read by a declared mapping of columns.
    Csv,
    /// Office Open XML workbook, read by a declared mapping of columns.
    Xlsx,
}

/// What a format is about, and so what it is read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Money booked on an account.
    Statement,
    /// Orders to pay or collect.
    Payment,
    /// What became of orders.
    Status,
    /// What payments are for.
    Remittance,
}

impl Format {
    /// Stable name: `camt.053`, `mt940` ...
    pub fn code(self) -> &'static str {
        match self {
            Format::Camt052 => "camt.052",
            Format::Camt053 => "camt.053",
            Format::Camt054 => "camt.054",
            Format::Mt940 => "mt940",
            Format::Mt942 => "mt942",
            Format::Bai2 => "bai2",
            Format::Cfonb120 => "cfonb120",
            Format::Cfonb240 => "cfonb240",
            Format::Coda => "coda",
            Format::Ofx => "ofx",
            Format::Lockbox => "lockbox",
            Format::Pain001 => "pain.001",
            Format::Pain002 => "pain.002",
            Format::Pain008 => "pain.008",
            Format::Nacha => "nacha",
            Format::Remt001 => "remt.001",
            Format::X12 => "x12",
            Format::Edifact => "edifact",
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// What it is about.
    pub fn subject(self) -> Subject {
        match self {
            Format::Camt052
            | Format::Camt053
            | Format::Camt054
            | Format::Mt940
            | Format::Mt942
            | Format::Bai2
            | Format::Cfonb120
            | Format::Cfonb240
            | Format::Coda
            | Format::Ofx
            | Format::Lockbox
            | Format::Csv
            | Format::Xlsx => Subject::Statement,
            Format::Pain001 | Format::Pain008 | Format::Nacha => Subject::Payment,
            Format::Pain002 => Subject::Status,
            Format::Remt001 | Format::X12 | Format::Edifact => Subject::Remittance,
        }
    }
}
