//! Receipts and what they settle.

pub mod allocations;
mod apply;
mod list;
mod record;
mod take_back;
mod transfer;

use std::sync::Arc;

use quittance_api::reconciliation::v1::{self as pb, receipt_service_server::ReceiptService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Db, GroupCommit, Tx, rpc};
use quittance_types::{Fault, ReceiptId};
use tonic::{Request, Response, Status, async_trait};

use crate::store::receipts;
use crate::wire;

/// The implementation of ReceiptService.
pub struct ReceiptRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Requests of one tenant that share a transaction.
    applying: GroupCommit<pb::ApplyReceiptRequest, Arc<apply::Command>, pb::ApplyReceiptResponse>,
}

/// Most receipts applied in one transaction.
const APPLIED_TOGETHER: usize = 64;

impl ReceiptRpc {
    /// The service on this database.
    pub fn new(db: Db, page_tokens: PageTokens) -> Self {
        let body = |tx: Tx, commands| async move { apply::group(&tx, commands).await };
        let applying = GroupCommit::new(db.clone(), APPLIED_TOGETHER, |_| String::new(), body);
        Self { db, page_tokens, applying }
    }
}

#[async_trait]
impl ReceiptService for ReceiptRpc {
    async fn record_receipt(&self, request: Request<pb::RecordReceiptRequest>) -> Result<Response<pb::RecordReceiptResponse>, Status> {
        rpc::mutate(&self.db, request, record::parse, |tx, command| async move { record::run(&tx, command).await }).await
    }

    async fn get_receipt(&self, request: Request<pb::GetReceiptRequest>) -> Result<Response<pb::GetReceiptResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| receipt_id(&query.receipt_id),
            |tx, id| async move {
                let receipt = receipts::load(&tx, id).await?;
                Ok(pb::GetReceiptResponse { receipt: Some(wire::receipt(&receipt)) })
            },
        )
        .await
    }

    async fn list_receipts(&self, request: Request<pb::ListReceiptsRequest>) -> Result<Response<pb::ListReceiptsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list::receipts(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn apply_receipt(&self, request: Request<pb::ApplyReceiptRequest>) -> Result<Response<pb::ApplyReceiptResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        let command = rpc::reply(apply::parse(&message))?.into_inner();
        rpc::reply(self.applying.submit(ctx, &message, Arc::new(command)).await)
    }

    async fn unapply(&self, request: Request<pb::UnapplyRequest>) -> Result<Response<pb::UnapplyResponse>, Status> {
        rpc::mutate(&self.db, request, take_back::parse, |tx, command| async move { take_back::run(&tx, command).await }).await
    }

    async fn put_on_account(&self, request: Request<pb::PutOnAccountRequest>) -> Result<Response<pb::PutOnAccountResponse>, Status> {
        rpc::mutate(&self.db, request, transfer::parse_keep, |tx, command| async move { transfer::keep(&tx, command).await }).await
    }

    async fn transfer_unapplied(
        &self,
        request: Request<pb::TransferUnappliedRequest>,
    ) -> Result<Response<pb::TransferUnappliedResponse>, Status> {
        rpc::mutate(&self.db, request, transfer::parse, |tx, command| async move { transfer::run(&tx, command).await }).await
    }

    async fn list_applications(
        &self,
        request: Request<pb::ListApplicationsRequest>,
    ) -> Result<Response<pb::ListApplicationsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list::applications(&self.db, &self.page_tokens, ctx, query).await)
    }
}

fn receipt_id(id: &str) -> Result<ReceiptId, Fault> {
    ReceiptId::parse(id).map_err(|fault| fault.field("receipt_id"))
}
