//! The journal and its proofs.

use std::collections::HashMap;

use quittance_api::convert::date_to_wire;
use quittance_api::reconciliation::v1::{self as pb, ledger_service_server::LedgerService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx, rpc};
use quittance_types::{BankAccountId, BusinessDate, Fault, PageRequest, Uuid, Violations};
use tonic::{Request, Response, Status, async_trait};

use super::{as_of, date, optional};
use crate::domain::account::AccountFilter;
use crate::store::journal::{self, EntryFilter};
use crate::store::{banks, proofs};
use crate::wire;

/// The implementation of LedgerService.
pub struct LedgerRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[async_trait]
impl LedgerService for LedgerRpc {
    async fn get_trial_balance(
        &self,
        request: Request<pb::GetTrialBalanceRequest>,
    ) -> Result<Response<pb::GetTrialBalanceResponse>, Status> {
        let parse = |query: &pb::GetTrialBalanceRequest| date(query.as_of.as_ref()).map_err(|fault| fault.field("as_of"));
        rpc::read(&self.db, request, parse, |tx, day| async move { trial_balance(&tx, day).await }).await
    }

    async fn list_journal_entries(
        &self,
        request: Request<pb::ListJournalEntriesRequest>,
    ) -> Result<Response<pb::ListJournalEntriesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn check_invariants(
        &self,
        request: Request<pb::CheckInvariantsRequest>,
    ) -> Result<Response<pb::CheckInvariantsResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |_| Ok(()),
            |tx, ()| async move {
                let proofs = proofs::prove(&tx).await?.into_iter().map(|proof| pb::Proof {
                    name: proof.name.to_owned(),
                    code: proof.code.to_owned(),
                    holds: proof.violations == 0,
                    violations: proof.violations,
                    finding: proof.finding,
                });
                Ok(pb::CheckInvariantsResponse { proofs: proofs.collect() })
            },
        )
        .await
    }
}

async fn trial_balance(tx: &Tx, day: Option<BusinessDate>) -> Result<pb::GetTrialBalanceResponse, Fault> {
    let day = as_of(tx, day)?;
    let sums = journal::sums(tx, day).await?;
    let ids: Vec<Uuid> = sums.iter().filter_map(|sum| sum.bank_account).map(BankAccountId::uuid).collect();
    let names: HashMap<BankAccountId, String> =
        banks::with_ids(tx, &ids).await?.into_iter().map(|account| (account.id, account.name)).collect();
    let name = |id: Option<BankAccountId>| id.and_then(|id| names.get(&id)).map(String::as_str).filter(|name| !name.is_empty());
    let accounts = sums.iter().map(|sum| wire::account_balance(sum, name(sum.bank_account)));
    let accounts = accounts.collect::<Result<Vec<pb::AccountBalance>, Fault>>()?;
    Ok(pb::GetTrialBalanceResponse { accounts, as_of: Some(date_to_wire(day)) })
}

async fn list(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListJournalEntriesRequest,
) -> Result<pb::ListJournalEntriesResponse, Fault> {
    let mut violations = Violations::new();
    let account = violations.take("account", optional(&query.account, AccountFilter::parse)).flatten();
    let source = violations.take("source_id", optional(&query.source_id, journal::parse_source)).flatten();
    violations.finish()?;
    let scope = tokens.scope(&ctx, &[&query.account, &query.source_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let filter = EntryFilter { account, source };
    let found = db.read(ctx, (filter, page), |tx, (filter, page)| async move { journal::page(&tx, filter, &page).await }).await?;
    Ok(pb::ListJournalEntriesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        entries: found.items.iter().map(wire::journal_entry).collect(),
    })
}
