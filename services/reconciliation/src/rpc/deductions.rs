//! What payers held back: list, code, resolve.

mod code;
mod list;
mod resolve;

use quittance_api::reconciliation::v1::{self as pb, deduction_service_server::DeductionService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Db, rpc};
use quittance_types::{DeductionId, Fault};
use tonic::{Request, Response, Status, async_trait};

use crate::store::deductions;
use crate::wire;

/// The implementation of DeductionService.
pub struct DeductionRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[async_trait]
impl DeductionService for DeductionRpc {
    async fn get_deduction(&self, request: Request<pb::GetDeductionRequest>) -> Result<Response<pb::GetDeductionResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| deduction_id(&query.deduction_id),
            |tx, id| async move {
                let deduction = deductions::load(&tx, id).await?;
                Ok(pb::GetDeductionResponse { deduction: Some(wire::deductions::deduction(&deduction)) })
            },
        )
        .await
    }

    async fn list_deductions(&self, request: Request<pb::ListDeductionsRequest>) -> Result<Response<pb::ListDeductionsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list::deductions(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn code_deduction(&self, request: Request<pb::CodeDeductionRequest>) -> Result<Response<pb::CodeDeductionResponse>, Status> {
        rpc::mutate(&self.db, request, code::parse, |tx, command| async move { code::run(&tx, command).await }).await
    }

    async fn resolve_deduction(
        &self,
        request: Request<pb::ResolveDeductionRequest>,
    ) -> Result<Response<pb::ResolveDeductionResponse>, Status> {
        rpc::mutate(&self.db, request, resolve::parse, |tx, command| async move { resolve::run(&tx, command).await }).await
    }
}

fn deduction_id(id: &str) -> Result<DeductionId, Fault> {
    DeductionId::parse(id).map_err(|fault| fault.field("deduction_id"))
}
