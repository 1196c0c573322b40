//! A statement (`Stmt`, `Rpt`, `Ntfctn`): account, balances, totals; entries are read one by one.

use std::sync::Arc;

use super::read::Reading;
use super::{fields, header, party};
use crate::budget::STATEMENT;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::statement::{Account, Amount, Balance, BalanceKind, Statement, Summary, Total, code_of, parse_exact};
use crate::xml::Node;

impl Reading<'_, '_> {
    /// Reads the statement opened last.
    pub(super) fn statement(&mut self) -> Result<Statement, FormatError> {
        self.count_item(STATEMENT)?;
        let start = self.cursor.offset();
        let mut statement = Statement::default();
        while self.cursor.next_child()? {
            if self.cursor.name() == "Ntry" {
                let number = statement.entries.len();
                self.recorder.entry = Some(number);
                self.recorder.enter("Ntry", number + 1);
                let entry = self.entry()?;
                self.recorder.leave();
                self.recorder.entry = None;
                let added = self.recorder.shared.add(&mut statement.entries, entry, self.budget, 0);
                added.map_err(|error| error.at_line(|| self.cursor.line(self.cursor.offset())))?;
                continue;
            }
            if self.cursor.name() == "Bal" {
                self.count_item(STATEMENT)?;
            }
            self.cursor.subtree(&mut self.tree)?;
            if let Some(node) = self.tree.root() {
                field(node, &mut statement, &mut self.recorder);
            }
        }
        self.check_identity(&statement, start);
        checks::check_statement(&statement, self.message.format, start, &mut self.recorder);
        self.recorder.entry_offsets.clear();
        Ok(statement)
    }

    fn check_identity(&mut self, statement: &Statement, start: usize) {
        if statement.id.is_none() {
            self.recorder.note(FindingKind::IdentificationMissing, "Id", start, "no identification of the statement");
        }
        if statement.account.id.is_none() {
            self.recorder.note(FindingKind::AccountMissing, "Acct/Id", start, "no account number");
        }
    }
}

fn field(node: Node<'_>, statement: &mut Statement, recorder: &mut Recorder) {
    let text = || Some(node.text()).filter(|text| !text.is_empty()).map(Box::from);
    match node.name() {
        "Id" => statement.id = text(),
        "ElctrncSeqNb" => statement.electronic_sequence = text(),
        "LglSeqNb" => statement.legal_sequence = text(),
        "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => statement.page = header::page(node).map(Box::new),
        "CreDtTm" => statement.created = fields::moment(node, "CreDtTm", recorder),
        "FrToDt" => {
            let (from, to) = (["FrDtTm", "FrDt"], ["ToDtTm", "ToDt"]);
            statement.from = from.iter().find_map(|name| fields::moment_at(node, name, recorder));
            statement.to = to.iter().find_map(|name| fields::moment_at(node, name, recorder));
        }
        "CpyDplctInd" => statement.copy_duplicate = text(),
        "Acct" => statement.account = account(node, recorder),
        "Bal" => {
            let number = statement.balances.len() + 1;
            recorder.enter("Bal", number);
            statement.balances.push(balance(node, recorder));
            recorder.leave();
        }
        "TxsSummry" => statement.summary = Some(Box::new(summary(node))),
        "AddtlStmtInf" | "AddtlRptInf" | "AddtlNtfctnInf" => statement.additional_information = text(),
        _ => {}
    }
}

fn account(node: Node<'_>, recorder: &mut Recorder) -> Account {
    let account = Account {
        id: party::account_identifier(node, "Acct/Id", recorder),
        currency_code: node.value("Ccy").map(|code| code_of(code).into()),
        name: node.string("Nm").map(Into::into),
        kind: node.child("Tp").and_then(fields::code_choice).map(Into::into),
        owner: node.child("Ownr").and_then(party::party),
        servicer: node.child("Svcr").and_then(party::agent).map(Arc::from),
    };
    if let Some(code) = account.currency_code.as_deref().filter(|_| account.currency().is_none()) {
        let text = format!("\"{}\" is not an active currency", excerpt(code, 10));
        recorder.note(FindingKind::CurrencyUnknown, "Acct/Ccy", node.offset(), text);
    }
    account
}

fn balance(node: Node<'_>, recorder: &mut Recorder) -> Balance {
    let kind = node.first_string(&["Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd", "Tp/Prtry"]).unwrap_or_default();
    let unsigned = fields::amount_at(node, "Amt", recorder);
    if unsigned.is_none() {
        recorder.note(FindingKind::AmountMissing, "Amt", node.offset(), "the balance has no amount");
    }
    let direction = fields::direction(node, "CdtDbtInd", recorder);
    if direction.is_none() && node.child("CdtDbtInd").is_none() {
        recorder.note(FindingKind::DirectionUnknown, "CdtDbtInd", node.offset(), "the balance has no credit/debit indicator");
    }
    let date = node.child("Dt").and_then(|date| fields::date_choice(date, "Dt", recorder));
    if node.child("Dt").is_none() {
        recorder.note(FindingKind::DateMissing, "Dt", node.offset(), "the balance has no date");
    }
    let unsigned = unsigned.unwrap_or_else(Amount::missing);
    Balance {
        kind: BalanceKind::from_code(&kind),
        sub_type: node.first_string(&["Tp/SubTp/Cd", "Tp/SubTp/Prtry"]).map(Into::into),
        amount: direction.map_or_else(|| unsigned.clone(), |direction| unsigned.signed(direction)),
        direction,
        date,
    }
}

fn summary(node: Node<'_>) -> Summary {
    let total = |path: &str| {
        node.at(path).map(|total| Total {
            count: total.value("NbOfNtries").and_then(|text| text.parse().ok()),
            sum: total.value("Sum").and_then(parse_exact),
        })
    };
    // .02: TtlNetNtryAmt and CdtDbtInd side by side; .03 and later: TtlNetNtry/Amt and TtlNetNtry/CdtDbtInd.
    let net = |amount: &str, indicator: &str| {
        let value = node.value(amount).and_then(parse_exact)?;
        match fields::direction_of(node.value(indicator)?)? {
            crate::statement::Direction::Credit => Some(value),
            crate::statement::Direction::Debit => Some(-value),
        }
    };
    Summary {
        total: total("TtlNtries").map(Box::new),
        credits: total("TtlCdtNtries"),
        debits: total("TtlDbtNtries"),
        net: net("TtlNtries/TtlNetNtryAmt", "TtlNtries/CdtDbtInd")
            .or_else(|| net("TtlNtries/TtlNetNtry/Amt", "TtlNtries/TtlNetNtry/CdtDbtInd"))
            .map(Box::new),
    }
}
