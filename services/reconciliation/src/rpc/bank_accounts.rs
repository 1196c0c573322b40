//! Our accounts at banks.

use quittance_api::convert::{money_from_wire, money_to_wire};
use quittance_api::reconciliation::v1::{self as pb, bank_service_server::BankService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx, rpc};
use quittance_types::{BankAccountId, Currency, Fault, LegalEntityId, Money, PageRequest, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, checked, optional, required};
use crate::domain::account::Account;
use crate::domain::bank::{BankAccount, account_number};
use crate::domain::journal::{EntryKind, Source, credit, debit};
use crate::store::{banks, books};
use crate::wire;

/// The implementation of BankService.
pub struct BankRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[derive(Clone)]
struct New {
    legal_entity: Option<LegalEntityId>,
    iban: String,
    currency: Currency,
    name: String,
    opening_balance: Option<Money>,
}

#[async_trait]
impl BankService for BankRpc {
    async fn create_bank_account(
        &self,
        request: Request<pb::CreateBankAccountRequest>,
    ) -> Result<Response<pb::CreateBankAccountResponse>, Status> {
        rpc::mutate(&self.db, request, parse_new, |tx, new| async move {
            let account = create(&tx, new).await?;
            Ok(pb::CreateBankAccountResponse { bank_account: Some(wire::bank_account(&account)) })
        })
        .await
    }

    async fn get_bank_account(&self, request: Request<pb::GetBankAccountRequest>) -> Result<Response<pb::GetBankAccountResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| parse_id(&query.bank_account_id),
            |tx, id| async move {
                let account = banks::load(&tx, id).await?;
                Ok(pb::GetBankAccountResponse { bank_account: Some(wire::bank_account(&account)) })
            },
        )
        .await
    }

    async fn list_bank_accounts(
        &self,
        request: Request<pb::ListBankAccountsRequest>,
    ) -> Result<Response<pb::ListBankAccountsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn prove_bank_balance(
        &self,
        request: Request<pb::ProveBankBalanceRequest>,
    ) -> Result<Response<pb::ProveBankBalanceResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| parse_id(&query.bank_account_id),
            |tx, id| async move { Ok(proof(&banks::load(&tx, id).await?)) },
        )
        .await
    }
}

/// Before the first statement the bank's word is the opening balance. Files that only announce never tell a balance.
fn proof(account: &BankAccount) -> pb::ProveBankBalanceResponse {
    let untouched = account.books_from.is_empty().then_some(account.opening_balance);
    let bank = account.bank_balance.map(|(balance, _)| balance).or(untouched);
    pb::ProveBankBalanceResponse {
        bank: bank.map(money_to_wire),
        ledger: Some(money_to_wire(account.ledger_balance)),
        holds: bank == Some(account.ledger_balance),
    }
}

async fn create(tx: &Tx, new: New) -> Result<BankAccount, Fault> {
    let zero = Money::zero(new.currency);
    let account = BankAccount {
        id: BankAccountId::new(tx.new_id()),
        legal_entity: new.legal_entity,
        iban: new.iban,
        name: new.name,
        opening_balance: new.opening_balance.unwrap_or(zero),
        bank_balance: None,
        ledger_balance: zero,
        books_from: String::new(),
    };
    banks::insert(tx, &account).await?;
    let mut subledger = books::open(tx);
    let (bank, amount) = (Account::Bank(account.id), account.opening_balance);
    let postings = [debit(bank, amount, None), credit(Account::OpeningBalance, amount, None)];
    subledger.post(as_of(tx, None)?, EntryKind::Opening, Source::of(account.id), postings, "opening balance")?;
    books::save(tx, subledger).await?;
    Ok(account)
}

fn parse_id(id: &str) -> Result<BankAccountId, Fault> {
    BankAccountId::parse(id).map_err(|fault| fault.field("bank_account_id"))
}

fn parse_new(request: &pb::CreateBankAccountRequest) -> Result<New, Fault> {
    let account = request.bank_account.as_ref().ok_or_else(|| required("Give the account to register.", "bank_account"))?;
    let mut violations = Violations::new();
    let legal_entity = violations.take("bank_account.legal_entity_id", optional(&account.legal_entity_id, LegalEntityId::parse));
    let iban = violations.take("bank_account.iban", account_number(&account.iban));
    let currency = violations.take("bank_account.currency", parse_currency(&account.currency));
    let name = violations.take("bank_account.name", text::clean(&account.name, 140));
    let opening = match &account.opening_balance {
        None => Ok(None),
        given => money_from_wire(given).and_then(|money| in_currency(money, currency)).map(Some),
    };
    let opening_balance = violations.take("bank_account.opening_balance", opening);
    violations.finish()?;
    let new =
        || Some(New { legal_entity: legal_entity?, iban: iban?, currency: currency?, name: name?, opening_balance: opening_balance? });
    checked(new())
}

fn parse_currency(code: &str) -> Result<Currency, Fault> {
    if code.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "an account has a currency"));
    }
    Currency::parse(code)
}

fn in_currency(money: Money, currency: Option<Currency>) -> Result<Money, Fault> {
    match currency {
        Some(currency) => Money::zero(currency).add(money),
        None => Ok(money),
    }
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListBankAccountsRequest) -> Result<pb::ListBankAccountsResponse, Fault> {
    let scope = tokens.scope(&ctx, &[]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let found = db.read(ctx, page, |tx, page| async move { banks::page(&tx, &page).await }).await?;
    Ok(pb::ListBankAccountsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        bank_accounts: found.items.iter().map(wire::bank_account).collect(),
    })
}
