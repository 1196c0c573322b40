//! Every file of `corpora/camt/genkgo-camt` against the expectations beside it, field by field.
//!
//! Four habits of the library that wrote the expectations are accounted for: it converts local times to UTC, it gives a
//! transaction the direction of its entry whatever the transaction's own indicator says, it overlooks the batch mark
//! of version .01, which stands directly in the entry, and of several statements it lists the last one's entries only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{AccountIdentifier, Amount, Balance, Detail, Direction, Entry, Moment, Party, TransactionCode};
use quittance_formats::{BankFile, Statement, read};
use quittance_samples::corpora;
use serde_json::Value;

#[test]
fn every_value_is_as_expected() {
    let Some(folder) = corpora::folder("camt/genkgo-camt") else { return };
    let files = corpora::files(&folder, &["json"]);
    assert_eq!(files.len(), 15);
    let (mut compared, mut wrong) = (0, Vec::new());
    for path in files {
        let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let file = read(&std::fs::read(path.with_extension("xml")).unwrap()).unwrap();
        let mut check = Check { file: path.file_name().unwrap().to_string_lossy().into_owned(), compared: 0, wrong: Vec::new() };
        check.message(&expected, &file);
        compared += check.compared;
        wrong.extend(check.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 500, "only {compared} values compared");
}

struct Check {
    file: String,
    compared: usize,
    wrong: Vec<String>,
}

/// Expectations say "the same object again" like this.
fn is_repeated(value: &Value) -> bool {
    value.as_str() == Some("__RECURSIVITY__")
}

impl Check {
    fn same(&mut self, what: &str, expected: &Value, found: Option<&str>) {
        self.compared += 1;
        let expected = expected.as_str().filter(|text| !text.is_empty());
        if expected != found {
            self.wrong.push(format!("{}: {what}: expected {expected:?}, found {found:?}", self.file));
        }
    }

    fn money(&mut self, what: &str, expected: &Value, found: Option<Amount>) {
        self.compared += 1;
        let wanted = expected.is_object().then(|| {
            let code = expected["getCurrency"]["getCode"].as_str().unwrap().to_string();
            (expected["getAmount"].as_str().unwrap().parse::<i64>().unwrap(), code)
        });
        let found = found.map(|amount| (amount.money().expect("money").minor(), amount.currency_code().to_string()));
        if wanted != found {
            self.wrong.push(format!("{}: {what}: expected {wanted:?}, found {found:?}", self.file));
        }
    }

    fn moment(&mut self, what: &str, expected: &Value, found: Option<Moment>) {
        let shown = found.map(|moment| match moment.instant() {
            Some(instant) => Moment::parse_iso(&instant.to_string()).map(|utc| format!("{}T{}", utc.date(), seconds(&utc))).unwrap(),
            None => format!("{}T{}", moment.date(), seconds(&moment)),
        });
        let shown = shown.map(|text| format!("{text}+00:00"));
        self.same(what, &expected["0"], shown.as_deref());
    }

    fn message(&mut self, expected: &Value, file: &BankFile) {
        let header = &expected["getGroupHeader"];
        self.same("message id", &header["getMessageId"], file.message_id.as_deref());
        self.moment("created", &header["getCreatedOn"], file.created);
        self.same("additional", &header["getAdditionalInformation"], file.additional_information.as_deref());
        self.same("page", &header["getPagination"]["getPageNumber"], file.page.as_ref().map(|page| page.number.as_str()));
        self.party("recipient", &header["getMessageRecipient"], file.recipient.as_deref());
        let recipient = &header["getMessageRecipient"];
        let country = file.recipient.as_ref().and_then(|party| party.country_of_residence.as_deref());
        self.same("residence", &recipient["getCountryOfResidence"], country);
        let records = expected["getRecords"].as_array().unwrap();
        assert_eq!(records.len(), file.statements.len(), "{}", self.file);
        for (index, record) in records.iter().enumerate().filter(|(_, record)| !is_repeated(record)) {
            self.statement(record, &file.statements[index]);
        }
        let wanted = expected["getEntries"].as_array().unwrap();
        let mut of_statement = None;
        for wanted in wanted {
            if !is_repeated(&wanted["getRecord"]) {
                let id = wanted["getRecord"]["getId"].as_str();
                of_statement = file.statements.iter().find(|statement| statement.id.as_deref() == id);
                self.statement(&wanted["getRecord"], of_statement.unwrap());
            }
            let index = usize::try_from(wanted["getIndex"].as_u64().unwrap()).unwrap();
            self.entry(wanted, &of_statement.unwrap().entries[index]);
        }
        if records.len() == 1 {
            assert_eq!(wanted.len(), file.entry_count(), "{}", self.file);
        }
    }

    fn statement(&mut self, expected: &Value, found: &Statement) {
        self.same("id", &expected["getId"], found.id.as_deref());
        self.same("electronic", &expected["getElectronicSequenceNumber"], found.electronic_sequence.as_deref());
        self.same("legal", &expected["getLegalSequenceNumber"], found.legal_sequence.as_deref());
        self.same("copy", &expected["getCopyDuplicateIndicator"], found.copy_duplicate.as_deref());
        self.same("additional", &expected["getAdditionalInformation"], found.additional_information.as_deref());
        self.same("page", &expected["getPagination"]["getPageNumber"], found.page.as_ref().map(|page| page.number.as_str()));
        self.moment("created", &expected["getCreatedOn"], found.created);
        self.moment("from", &expected["getFromDate"], found.from);
        self.moment("to", &expected["getToDate"], found.to);
        self.account("account", &expected["getAccount"], found.account.id.as_ref(), found.account.name.as_deref());
        let Some(balances) = expected["getBalances"].as_array() else { return };
        assert_eq!(balances.len(), found.balances.len(), "{}", self.file);
        for (expected, balance) in balances.iter().zip(&found.balances) {
            self.balance(expected, balance);
        }
        assert_eq!(expected["getEntries"].as_array().unwrap().len(), found.entries.len(), "{}", self.file);
    }

    fn account(&mut self, what: &str, expected: &Value, found: Option<&AccountIdentifier>, name: Option<&str>) {
        self.same(what, &expected["getIdentification"], found.map(|id| id.value.as_str()));
        if expected["__CLASS__"].as_str().is_some_and(|class| class.ends_with("IbanAccount")) {
            self.same(&format!("{what} name"), &expected["getName"], name);
        }
    }

    fn balance(&mut self, expected: &Value, found: &Balance) {
        let name = match found.kind.code() {
            "OPBD" | "PRCD" => "opening",
            "CLBD" => "closing",
            "ITBD" => "interim",
            "OPAV" => "opening_available",
            "CLAV" => "closing_available",
            "ITAV" => "interim_available",
            "FWAV" => "forward_available",
            "XPCD" => "expected_credit",
            "INFO" => "information",
            other => panic!("{other}"),
        };
        self.same("balance type", &expected["getType"], Some(name));
        self.money("balance", &expected["getAmount"], Some(found.amount.clone()));
        self.moment("balance date", &expected["getDate"], found.date);
    }

    fn entry(&mut self, expected: &Value, found: &Entry) {
        self.same("servicer reference", &expected["getAccountServicerReference"], found.servicer_reference());
        self.same("entry reference", &expected["getReference"], found.reference());
        self.same("entry text", &expected["getAdditionalInfo"], found.additional_information());
        self.money("entry amount", &expected["getAmount"], found.signed_amount());
        self.same("direction", &expected["getCreditDebitIndicator"], found.direction.map(indicator));
        self.same("status", &expected["getStatus"], Some(found.status.code()));
        assert_eq!(expected["getReversalIndicator"].as_bool().unwrap(), found.reversal);
        self.moment("booking", &expected["getBookingDate"], found.booking);
        self.moment("value", &expected["getValueDate"], found.value);
        self.code(&expected["getBankTransactionCode"], found.transaction_code.as_deref());
        let batch = found.batches.first().and_then(|batch| batch.payment_information_id.as_deref());
        if !self.file.starts_with("camt052.v1.") {
            self.same("batch", &expected["getBatchPaymentId"], batch);
        }
        self.charges(&expected["getCharges"], &found.charges);
        let details = expected["getTransactionDetails"].as_array().unwrap();
        assert_eq!(details.len(), found.details.len(), "{}", self.file);
        if let Some(detail) = found.details.first() {
            self.detail(&expected["getTransactionDetail"], detail, found);
        }
    }

    fn code(&mut self, expected: &Value, found: Option<&TransactionCode>) {
        let found = found.cloned().unwrap_or_default();
        let domain = &expected["getDomain"];
        self.same("domain", &domain["getCode"], found.domain.as_deref());
        self.same("family", &domain["getFamily"]["getCode"], found.family.as_deref());
        self.same("sub-family", &domain["getFamily"]["getSubFamilyCode"], found.sub_family.as_deref());
        self.same("own code", &expected["getProprietary"]["getCode"], found.proprietary.as_deref());
        self.same("issuer", &expected["getProprietary"]["getIssuer"], found.issuer.as_deref());
    }

    fn charges(&mut self, expected: &Value, found: &[quittance_formats::statement::Charge]) {
        let total = found.iter().find(|charge| charge.is_total).map(|charge| charge.amount.clone());
        self.money("charges total", &expected["getTotalChargesAndTaxAmount"], total);
        let record = found.iter().find(|charge| !charge.is_total);
        if expected["getRecord"].is_object() {
            let signed = record.map(|charge| charge.amount.signed(charge.direction.unwrap_or(Direction::Credit)));
            self.money("charge", &expected["getRecord"]["getAmount"], signed);
            self.same("charge type", &expected["getRecord"]["getIdentification"], record.and_then(|charge| charge.kind.as_deref()));
            assert_eq!(expected["getRecord"]["getChargesIncludedIndicator"].as_bool(), record.and_then(|charge| charge.included));
        }
    }

    fn detail(&mut self, expected: &Value, found: &Detail, entry: &Entry) {
        let entry_direction = entry.direction.unwrap();
        let references = found.refs();
        let wanted = &expected["getReference"];
        self.same("end to end", &wanted["getEndToEndId"], references.end_to_end_id);
        self.same("instruction", &wanted["getInstructionId"], references.instruction_id);
        self.same("mandate", &wanted["getMandateId"], references.mandate_id);
        self.same("message", &wanted["getMessageId"], references.message_id);
        self.same("payment information", &wanted["getPaymentInformationId"], references.payment_information_id);
        self.same("transaction", &wanted["getTransactionId"], references.transaction_id);
        self.same("uetr", &wanted["getUuidEndToEndReference"], references.uetr);
        self.same("servicer", &wanted["getAccountServicerReference"], references.servicer_reference);
        self.same("cheque", &wanted["getChequeNumber"], references.cheque_number);
        self.same("clearing", &wanted["getClearingSystemReference"], references.clearing_system_reference);
        for (wanted, (kind, value)) in wanted["getProprietaries"].as_array().into_iter().flatten().zip(&references.proprietary) {
            self.same("type", &wanted["getType"], Some(*kind));
            self.same("value", &wanted["getReference"], Some(*value));
        }
        self.same("direction", &expected["getCreditDebitIndicator"], Some(indicator(entry_direction)));
        self.same("text", &expected["getAdditionalTransactionInformation"], found.additional_information.as_deref());
        self.money("amount", &expected["getAmount"], found.amount.as_ref().map(|amount| amount.signed(entry_direction)));
        let transaction = found.amounts.as_ref().and_then(|amounts| amounts.transaction.as_ref());
        self.money("transaction amount", &expected["getAmountDetails"], transaction.map(|amount| amount.signed(entry_direction)));
        self.code(&expected["getBankTransactionCode"], found.transaction_code.as_deref());
        self.charges(&expected["getCharges"], &found.charges);
        self.remittance(&expected["getRemittanceInformation"], found);
        for party in expected["getRelatedParties"].as_array().into_iter().flatten() {
            self.related_party(party, found);
        }
        for agent in expected["getRelatedAgents"].as_array().into_iter().flatten().chain([&expected["getRelatedAgent"]]) {
            self.related_agent(&agent["getRelatedAgentType"], found);
        }
    }

    fn remittance(&mut self, expected: &Value, found: &Detail) {
        let unstructured = found.remittance.unstructured.iter().next();
        self.same("unstructured", &expected["getUnstructuredBlock"]["getMessage"], unstructured);
        let count = |key: &str| expected[key].as_array().map_or(0, Vec::len);
        assert_eq!(count("getUnstructuredBlocks"), found.remittance.unstructured.iter().count());
        assert_eq!(count("getStructuredBlocks"), found.remittance.structured.len());
        let reference = found.remittance.creditor_references().next();
        let wanted = &expected["getCreditorReferenceInformation"];
        self.same("creditor reference", &wanted["getRef"], reference.map(|reference| reference.value.as_str()));
        self.same("its type", &wanted["getCode"], reference.and_then(|reference| reference.kind.as_deref()));
    }

    fn related_party(&mut self, expected: &Value, found: &Detail) {
        let kind = &expected["getRelatedPartyType"];
        let class = kind["__CLASS__"].as_str().unwrap_or_default().rsplit('\\').next().unwrap();
        let (party, account) = match class {
            "Debtor" => (&found.parties.debtor, found.parties.debtor_account.as_deref()),
            "Creditor" => (&found.parties.creditor, found.parties.creditor_account.as_deref()),
            "UltimateDebtor" => (&found.parties.ultimate_debtor, None),
            "UltimateCreditor" => (&found.parties.ultimate_creditor, None),
            "" => return,
            other => panic!("{other}"),
        };
        self.party(class, kind, party.as_deref());
        self.account(class, &expected["getAccount"], account, account.and_then(|id| id.name()));
    }

    fn related_agent(&mut self, expected: &Value, found: &Detail) {
        let agent = match expected["__CLASS__"].as_str().unwrap_or_default().rsplit('\\').next().unwrap() {
            "DebtorAgent" => found.parties.debtor_agent.as_deref().unwrap(),
            "CreditorAgent" => found.parties.creditor_agent.as_deref().unwrap(),
            _ => return,
        };
        self.same("agent BIC", &expected["getBIC"], agent.bic.as_deref());
        self.same("agent name", &expected["getName"], agent.name.as_deref());
    }

    fn party(&mut self, what: &str, expected: &Value, found: Option<&Party>) {
        self.same(what, &expected["getName"], found.and_then(|party| party.name.as_deref()));
        let Some(found) = found else { return };
        let ids = &expected["getIdentification"];
        self.same("other id", &ids["getOtherId"], found.identification("Othr").or(found.identification("PrtryId")));
        let bics = ["BIC", "BICOrBEI", "AnyBIC"];
        self.same("BIC", &ids["getBic"], bics.into_iter().find_map(|scheme| found.identification(scheme)));
        let wanted = &expected["getAddress"];
        let address = found.address.as_deref().cloned().unwrap_or_default();
        self.same("street", &wanted["getStreetName"], address.street.as_deref());
        self.same("number", &wanted["getBuildingNumber"], address.building_number.as_deref());
        self.same("post code", &wanted["getPostCode"], address.post_code.as_deref());
        self.same("town", &wanted["getTownName"], address.town.as_deref());
        self.same("country", &wanted["getCountry"], address.country.as_deref());
        let lines: Vec<&str> = wanted["getAddressLines"].as_array().into_iter().flatten().map(|line| line.as_str().unwrap()).collect();
        assert_eq!(lines, address.lines, "{}", self.file);
    }
}

fn seconds(moment: &Moment) -> String {
    let seconds = moment.micros_of_day().unwrap_or_default() / 1_000_000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn indicator(direction: Direction) -> &'static str {
    match direction {
        Direction::Credit => "CRDT",
        Direction::Debit => "DBIT",
    }
}
