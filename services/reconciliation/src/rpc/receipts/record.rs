//! Recording money seen outside bank files.

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BankAccountId, BusinessDate, CustomerId, Fault, Money, Reason, ReceiptId, Violations, text};

use super::super::{checked, date, not_ahead, optional_customer};
use crate::domain::account::Account;
use crate::domain::receipt::{Origin, Receipt, ReceiptSource};
use crate::store::{banks, books, copies, deposits};
use crate::wire;

/// What was seen.
#[derive(Clone)]
pub struct Command {
    bank_account: BankAccountId,
    customer: Option<CustomerId>,
    amount: Money,
    reference: String,
    as_of: Option<BusinessDate>,
}

/// Reads the request.
pub fn parse(request: &pb::RecordReceiptRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let bank_account = violations.take("bank_account_id", BankAccountId::parse(&request.bank_account_id));
    let customer = optional_customer(&mut violations, &request.customer_id);
    let amount = violations.take("amount", money_from_wire(&request.amount).and_then(Money::require_positive));
    let reference = violations.take("reference", text::clean(&request.reference, 140));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Command { bank_account: bank_account?, customer, amount: amount?, reference: reference?, as_of: as_of? });
    checked(command())
}

/// Records it: in transit until a bank line shows it.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::RecordReceiptResponse, Fault> {
    let account = banks::load(tx, command.bank_account).await.map_err(|fault| match fault.reason() {
        Reason::ResourceNotFound => {
            let message = format!("no bank account {} is registered", command.bank_account);
            Fault::new(Reason::BankAccountUnknown, message).with("account", command.bank_account).field("bank_account_id")
        }
        _ => fault,
    })?;
    account.opening_balance.add(command.amount).map_err(|fault| fault.field("amount"))?;
    if let Some(customer) = command.customer {
        copies::require_customer(tx, customer).await.map_err(|fault| fault.field("customer_id"))?;
    }
    let on = match command.as_of {
        Some(on) => not_ahead(on, tx.today()).map_err(|fault| fault.field("as_of"))?,
        None => tx.now().date_in(&copies::zone_of(tx, account.legal_entity).await?),
    };
    let id = ReceiptId::new(tx.new_id());
    let mut receipt = Receipt::new(id, ReceiptSource::Manual, Origin::Manual, command.amount, on).of_customer(command.customer);
    receipt.reference = command.reference;
    receipt.bank_account = Some(account.id);
    deposits::expect(tx, &receipt, account.id).await?;
    let answer = pb::RecordReceiptResponse { receipt: Some(wire::receipt(&receipt)) };
    let mut subledger = books::open(tx);
    subledger.receive(receipt, Account::PaymentsInTransit)?;
    books::save(tx, subledger).await?;
    Ok(answer)
}
