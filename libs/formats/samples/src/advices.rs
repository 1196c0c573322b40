//! Advices as payers write them.

mod letters;
mod mails;
mod pages;
mod reviewed;
mod sheets;
mod tables;

/// An advice, and what it says.
#[derive(Debug)]
pub struct Case {
    /// Name of a file; its end tells the kind.
    pub name: &'static str,
    /// The file.
    pub source: &'static str,
    /// Its lines as `document net deduction`, parted by `;`. A total behind `=`, when one is stated; `?` at the end where the
    /// figures prove nothing.
    pub lines: &'static str,
}

/// All cases.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    [tables::CASES, letters::CASES, pages::CASES, reviewed::CASES, sheets::CASES, mails::CASES].into_iter().flatten()
}
