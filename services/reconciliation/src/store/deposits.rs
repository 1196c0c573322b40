//! Receipts recorded by hand that wait for the bank to show them: cash and cheques on their way to it.

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, Target};
use quittance_chassis::db::RowExt;
use quittance_types::{BankAccountId, BankLineId, Fault, ReceiptId, Uuid};
use sea_orm::ActiveValue;

use super::entity::deposit::{ActiveModel, Column};
use crate::domain::classify::Nature;
use crate::domain::keys::number_key;
use crate::domain::line::BankLine;
use crate::domain::receipt::Receipt;

/// A shorter reference says nothing.
const SHORTEST: usize = 4;

/// What waits for the accounts of an import.
#[derive(Default)]
pub struct Deposits {
    awaited: Vec<Awaited>,
    found: Vec<(ReceiptId, BankLineId)>,
}

struct Awaited {
    receipt: ReceiptId,
    bank_account: BankAccountId,
    reference: String,
    amount: i64,
    currency: String,
}

/// Notes that a receipt recorded by hand waits for the bank.
///
/// # Errors
/// What the database says.
pub async fn expect(tx: &Tx, receipt: &Receipt, bank_account: BankAccountId) -> Result<(), Fault> {
    let sql =
        "INSERT INTO deposit (tenant_id, receipt_id, bank_account_id, reference_key, currency, amount) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = vec![
        tx.tenant().uuid().into(),
        receipt.id.uuid().into(),
        bank_account.uuid().into(),
        number_key(&receipt.reference).into(),
        receipt.currency().code().into(),
        receipt.amount.minor().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// What waits for the accounts of these lines, when one of them brings money.
///
/// # Errors
/// What the database says.
pub async fn awaited(tx: &Tx, lines: &[BankLine], natures: &[Option<Nature>]) -> Result<Deposits, Fault> {
    let bring = lines.iter().zip(natures).filter(|(_, nature)| **nature == Some(Nature::Receipt));
    let mut accounts: Vec<BankAccountId> = bring.map(|(line, _)| line.bank_account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut deposits = Deposits::default();
    for account in accounts {
        let sql = "SELECT receipt_id, reference_key, currency, amount FROM deposit \
                   WHERE tenant_id = $1 AND bank_account_id = $2 AND bank_line_id IS NULL ORDER BY receipt_id";
        for row in tx.all(sql, vec![tx.tenant().uuid().into(), account.uuid().into()]).await? {
            deposits.awaited.push(Awaited {
                receipt: ReceiptId::new(row.value::<Uuid>("receipt_id")?),
                bank_account: account,
                reference: row.value("reference_key")?,
                currency: row.value("currency")?,
                amount: row.value("amount")?,
            });
        }
    }
    Ok(deposits)
}

impl Deposits {
    /// True when the line is the deposit of an awaited receipt, which it then is no more: the same amount, and the
    /// receipt's reference in what the bank says.
    pub fn take(&mut self, line: &BankLine) -> bool {
        if self.awaited.is_empty() {
            return false;
        }
        let words = number_key(&line.movement.words());
        let amount = line.movement.amount;
        let fits = |awaited: &Awaited| {
            let same = awaited.bank_account == line.bank_account
                && awaited.amount == amount.minor()
                && awaited.currency == amount.currency().code();
            same && awaited.reference.len() >= SHORTEST && words.contains(&awaited.reference)
        };
        let Some(place) = self.awaited.iter().position(fits) else { return false };
        let awaited = self.awaited.remove(place);
        self.found.push((awaited.receipt, line.id));
        true
    }

    /// Notes which lines showed which receipts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn save(self, tx: &Tx) -> Result<(), Fault> {
        let shown = self.found.into_iter().map(|(receipt, line)| ActiveModel {
            receipt_id: ActiveValue::Set(receipt.uuid()),
            bank_line_id: ActiveValue::Set(Some(line.uuid())),
            ..Default::default()
        });
        bulk::update(tx, shown, Target { key: Column::ReceiptId, set: &[Column::BankLineId], keep: &[] }).await
    }
}
