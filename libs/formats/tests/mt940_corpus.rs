//! Every file of `corpora/mt940`: the values of the `.yml` beside it (read as text), and what else is known of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/python_yaml.rs"]
mod python_yaml;

use quittance_samples::corpora;
use std::path::Path;

use python_yaml::{Fields, day, decimal, fields_at, folded, transactions};
use quittance_formats::references::normalise;
use quittance_formats::statement::{Balance, BalanceKind, Direction, Line, Split};
use quittance_formats::{BankFile, FindingKind, Format, detect, read};
use quittance_types::Reason;

fn open(path: &Path) -> BankFile {
    read(&std::fs::read(path).unwrap()).unwrap_or_else(|fault| panic!("{}: {fault:?}", path.display()))
}

fn corpus(path: &str) -> Option<BankFile> {
    corpora::folder("mt940").map(|folder| open(&folder.join(path)))
}

#[test]
fn every_file_reads() {
    let Some(folder) = corpora::folder("mt940") else { return };
    let files = corpora::files(&folder, &["sta", "txt"]);
    assert!(files.len() >= 37, "{}", files.len());
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        if path.ends_with("self-provided/invalid_statement.sta") {
            // Ten lines with a digit each and not one field: there is no statement in it to read.
            assert_eq!(read(&bytes).unwrap_err().reason(), Reason::FormatUnknown);
            continue;
        }
        let file = open(&path);
        assert_eq!(detect(&bytes).unwrap(), file.format, "{}", path.display());
    }
}

#[test]
fn every_value_is_as_expected() {
    let Some(folder) = corpora::folder("mt940") else { return };
    let (mut compared, mut wrong) = (0, Vec::new());
    for path in corpora::files(&folder, &["yml"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = open(&path.with_extension("sta"));
        let mut check = Check { name: path.file_stem().unwrap().to_string_lossy().into_owned(), compared: 0, wrong: Vec::new() };
        check.file(&text, &file);
        compared += check.compared;
        wrong.extend(check.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 1000, "only {compared} values compared");
}

struct Check {
    name: String,
    compared: usize,
    wrong: Vec<String>,
}

impl Check {
    fn same(&mut self, what: &str, expected: Option<String>, found: Option<String>) {
        self.compared += 1;
        if expected != found {
            self.wrong.push(format!("{}: {what}: expected {expected:?}, found {found:?}", self.name));
        }
    }

    /// The library folds and pads texts in its own ways: only letters and digits are compared, and only where it has any.
    fn text(&mut self, what: &str, expected: Option<&String>, found: Option<&str>) {
        let expected = expected.map(|text| normalise(&folded(text))).filter(|text| !text.is_empty());
        if expected.is_some() {
            self.same(what, expected, found.map(normalise));
        }
    }

    fn file(&mut self, text: &str, file: &BankFile) {
        let head = text.split("\ntags:").next().unwrap();
        let data = fields_at(head, 2);
        let last = file.statements.last().unwrap();
        let account = last.account.id.as_ref().map(|id| id.value.clone());
        let with_currency = account.clone().map(|value| format!("{value}{}", last.account.currency_code.as_deref().unwrap_or_default()));
        if let Some(expected) = data.get("account_identification").map(|text| normalise(text)) {
            // The library cuts the number after 35 characters.
            let fits = [account, with_currency].into_iter().flatten().any(|value| normalise(&value).starts_with(&expected));
            self.same("account", Some("true".into()), Some(fits.to_string()));
        }
        if self.name != "long_statement_number" {
            self.text("number", data.get("statement_number"), last.legal_sequence.as_deref());
        }
        self.text("reference", data.get("transaction_reference"), last.id.as_deref());
        for (key, kind, intermediate) in [
            ("final_opening_balance", BalanceKind::OpeningBooked, false),
            ("final_closing_balance", BalanceKind::ClosingBooked, false),
            ("intermediate_opening_balance", BalanceKind::OpeningBooked, true),
            ("intermediate_closing_balance", BalanceKind::ClosingBooked, true),
            ("available_balance", BalanceKind::ClosingAvailable, false),
            ("forward_available_balance", BalanceKind::ForwardAvailable, false),
        ] {
            let Some(expected) = data.get(key) else { continue };
            let mut all = file.statements.iter().flat_map(|statement| &statement.balances);
            let found = all.rfind(|balance| balance.kind == kind && balance.sub_type.is_some() == intermediate);
            self.balance(key, expected, found.unwrap_or_else(|| panic!("{}: no {key}", self.name)));
        }
        let lines: Vec<Line<'_>> = file.statements.iter().flat_map(|statement| statement.lines()).collect();
        let expected = transactions(text);
        assert_eq!(expected.len(), lines.len(), "{}", self.name);
        for (expected, line) in expected.iter().zip(&lines) {
            self.line(expected, line);
        }
    }

    fn balance(&mut self, what: &str, expected: &str, found: &Balance) {
        // Closing balances without currency: the library takes the first digits of the amount for one.
        if self.name == "raphaelm" && what.ends_with("closing_balance") {
            return;
        }
        self.same(what, Some(decimal(expected)), found.amount.value().map(|value| value.normalize().to_string()));
        self.same("its date", day(expected), found.date.map(|date| date.date().to_string()));
        assert!(expected.contains(&format!("currency: {}", found.amount.currency_code())), "{}: {what}", self.name);
    }

    fn line(&mut self, expected: &Fields, line: &Line<'_>) {
        let amount = line.signed_amount().unwrap().value().unwrap().normalize().to_string();
        let status = expected["status"].as_str();
        // The library gives reversals the sign of what they reverse.
        let wanted = decimal(&expected["amount"]);
        let wanted = match status {
            "RC" => format!("-{wanted}"),
            "RD" => wanted.trim_start_matches('-').to_string(),
            _ => wanted,
        };
        self.same("amount", Some(wanted), Some(amount));
        let mark = match (line.entry.reversal, line.direction().unwrap()) {
            (false, Direction::Credit) => "C",
            (false, Direction::Debit) => "D",
            (true, Direction::Debit) => "RC",
            (true, Direction::Credit) => "RD",
        };
        self.same("mark", Some(status.to_string()), Some(mark.to_string()));
        if let Some(currency) = expected.get("currency").filter(|currency| !currency.is_empty()) {
            self.same("currency", Some(currency.clone()), Some(line.amount().currency_code().to_string()));
        }
        // 30 February: the library moves it, here it is a finding.
        if self.name != "wrapped_timestamp" {
            self.same("value date", day(&expected["date"]), line.value_date().map(|date| date.to_string()));
        }
        if let Some(booked) = expected.get("entry_date").filter(|booked| !booked.is_empty()) {
            self.same("booking date", day(booked), line.booking_date().map(|date| date.to_string()));
        }
        self.details(expected, line);
    }

    fn details(&mut self, expected: &Fields, line: &Line<'_>) {
        let references = line.detail.map(|detail| detail.refs().clone()).unwrap_or_default();
        let bank_reference = line.entry.servicer_reference();
        self.text("bank reference", expected.get("bank_reference"), bank_reference);
        let customer = expected.get("customer_reference").map(|text| text.replace("KREF+", ""));
        // One bank writes longer references than the 16 characters the library takes.
        let owner = references.owner_reference;
        self.text("customer reference", customer.as_ref(), owner);
        self.text("end to end", expected.get("end_to_end_reference"), references.end_to_end_id);
        self.text("mandate", expected.get("additional_position_reference"), references.mandate_id);
        let kind = line.entry.transaction_code.as_ref().and_then(|code| code.proprietary.as_deref());
        let first = kind.and_then(|kind| kind.split('+').next());
        self.text("type", expected.get("id"), first);
        self.text("posting text", expected.get("posting_text"), line.entry.additional_information());
        let counterparty = line.counterparty();
        self.text("name", expected.get("applicant_name"), counterparty.name());
        self.text("account", expected.get("applicant_iban"), counterparty.account_number());
        let bank = counterparty.agent.and_then(|agent| agent.bic.as_deref().or(agent.clearing_member.as_deref()));
        self.text("bank", expected.get("applicant_bin"), bank);
        let creditor_id = line.detail.and_then(|detail| detail.parties.creditor.as_ref()).and_then(|party| party.identification("CRED"));
        self.text("creditor id", expected.get("applicant_creditor_id"), creditor_id);
        let text = line.detail.map(|detail| detail.remittance.joined("")).unwrap_or_default();
        let further = line.detail.and_then(|detail| detail.additional_information.as_deref()).unwrap_or_default();
        if let Some(purpose) = expected.get("purpose").map(|text| normalise(&folded(text))).filter(|text| !text.is_empty()) {
            self.same("purpose", Some("true".into()), Some(normalise(&text).contains(&purpose).to_string()));
        }
        if let Some(details) = expected.get("transaction_details").map(|text| normalise(&folded(text))).filter(|text| !text.is_empty()) {
            // Text behind the closing balance is the statement's here; triodos is taken apart into its sub-fields.
            let details = details.trim_end_matches("D000004C000002D2524C2871XXX").to_string();
            let known = details.starts_with("FREETEXT") || self.name == "triodos";
            let all = normalise(&line.texts().collect::<String>());
            if !known && !all.contains(&details) {
                self.same("details", Some(details), Some(all));
            }
        }
        self.text("supplementary", expected.get("extra_details"), Some(further));
    }
}

#[test]
fn envelope_and_line_ends_make_no_difference() {
    let Some(dos) = corpus("jejik-mt940/ing-dos.txt") else { return };
    let unix = corpus("jejik-mt940/ing-unix.txt").unwrap();
    assert_eq!(dos.statements, unix.statements);
    assert_eq!(dos.statements[0].account.servicer.as_ref().unwrap().bic.as_deref(), Some("INGBNL2A"));
    for name in ["abnamro", "generic", "knab", "postfinance", "rabobank", "rabobank-iban", "sns", "triodos"] {
        let enveloped = corpus(&format!("jejik-mt940/{name}.txt")).unwrap();
        let plain = corpus(&format!("wolph-mt940/jejik/{name}.sta")).unwrap();
        let lines = |file: &BankFile| -> Vec<String> {
            let all = file.statements.iter().flat_map(|statement| statement.lines());
            all.map(|line| {
                format!(
                    "{:?} {:?} {} {}",
                    line.signed_amount(),
                    line.booking_date(),
                    line.text(),
                    line.bank_reference().unwrap_or_default()
                )
            })
            .collect()
        };
        assert_eq!(lines(&enveloped), lines(&plain), "{name}");
    }
}

#[test]
fn a_reversed_credit_is_a_debit_and_the_balance_holds() {
    let Some(file) = corpus("wolph-mt940/betterplace/sepa_mt9401.sta") else { return };
    let reversal = file.statements[0].lines().find(|line| line.entry.reversal).unwrap();
    assert_eq!(reversal.signed_amount().unwrap().to_string(), "-204.88 EUR");
    assert!(file.findings_of(0).all(|finding| finding.kind != FindingKind::BalanceMismatch), "{:?}", file.findings);
    let returned = file.statements[0].lines().next().unwrap();
    assert_eq!((returned.is_return(), returned.return_reason()), (true, Some("914")));
}

#[test]
fn dutch_codes_and_german_sub_fields() {
    let Some(file) = corpus("jejik-mt940/rabobank-iban.txt") else { return };
    let statement = &file.statements[0];
    assert_eq!((file.format, statement.account.iban()), (Format::Mt940, None), "the sample's number fails its check digits");
    assert_eq!(statement.account.id.as_ref().unwrap().value, "NL71RABO0123456789");
    let lines: Vec<Line<'_>> = statement.lines().collect();
    assert_eq!(lines[0].counterparty().name(), Some("CONTRA ACCOUNT HOLDER"));
    assert_eq!(lines[0].end_to_end_id(), Some("01-01-2013 12:00 0030000987654321"));
    assert_eq!(lines[1].text(), "Reference 201301234");
    let file = corpus("hbci4java/test-mt940-002.sta").unwrap();
    let lines: Vec<Line<'_>> = file.statements[0].lines().collect();
    assert_eq!(lines[0].counterparty().name(), Some("Max Mustermann"));
    assert_eq!((lines[0].booking_date(), lines[0].accounting_date().unwrap().to_string()), (None, "2023-02-09".to_string()));
    assert_eq!(lines[0].entry.split, Split::Single);
    assert!(file.findings.is_empty(), "{:?}", file.findings);
}

#[test]
fn an_interim_report_is_pending_and_its_totals_are_checked() {
    let Some(file) = corpus("wolph-mt940/mBank/mt942.sta") else { return };
    assert_eq!(file.format, Format::Mt942);
    assert!(file.statements[0].entries.iter().all(|entry| !entry.is_booked()));
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    assert_eq!(file.statements[0].created.unwrap().to_string(), "2017-01-19T18:15:00+01:00");
    let file = corpus("wolph-mt940/self-provided/mt942.sta").unwrap();
    assert!(file.findings.iter().any(|finding| finding.kind == FindingKind::TotalMismatch));
}

#[test]
fn a_text_of_parts_names_payer_account_and_title() {
    let Some(file) = corpus("wolph-mt940/mBank/mt942.sta") else { return };
    let line = file.statements[0].lines().next().unwrap();
    let other = line.stated_counterparty();
    assert_eq!((other.name(), other.account_number()), (Some("JAN NOWAK"), Some("PL56114010810000267002001001")));
    let text: Vec<&str> = line.detail.unwrap().remittance.unstructured.iter().collect();
    assert_eq!(text, ["911 TRANSAKCJA COLLECT", "ID IPH: XX000000000001", "PRZELEW SRODKOW"]);
}

#[test]
fn what_is_wrong_is_a_finding_with_its_line() {
    let Some(file) = corpus("wolph-mt940/self-provided/wrapped_timestamp.sta") else { return };
    let finding = &file.findings[0];
    assert_eq!((finding.kind, finding.line), (FindingKind::DateMalformed, 5));
    let line = file.statements[0].lines().next().unwrap();
    assert_eq!((line.value_date(), line.booking_date().unwrap().to_string()), (None, "2016-03-01".to_string()));
    let file = corpus("wolph-mt940/self-provided/raphaelm.sta").unwrap();
    assert!(file.findings.iter().any(|finding| finding.kind == FindingKind::CurrencyUnknown), "the German mark is withdrawn");
    let cut = "{1:F01INGBNL2AXXXX00001}{2:I940INGBNL2AXXXN}{4:\n:20:A\n:25:1\n:28C:1\n:60F:C260101EUR1,\n:61:260102C1,NTRFX\n";
    let fault = read(cut.as_bytes()).unwrap_err();
    assert_eq!((fault.reason(), fault.get("line")), (Reason::StatementMalformed, Some("1")));
}

#[test]
fn characters_of_several_bytes_are_never_cut() {
    let text = ":20:A\n:25:1\n:13D:260101–7–\n:60F:C26010–EUR1,\n:61:2601–01C1,N051X\n:86:16–?20x\n:90C:–EUR1\n";
    assert_eq!(read(text.as_bytes()).unwrap().format, Format::Mt942);
}
