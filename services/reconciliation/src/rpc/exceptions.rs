//! Lines that wait for a person: list, assign, resolve, route.

mod act;
mod assign;
mod bulk;
mod list;
mod resolve;
mod routing;

use quittance_api::reconciliation::v1::{self as pb, exception_service_server::ExceptionService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Db, Tx, rpc};
use quittance_types::{ExceptionId, Fault};
use tonic::{Request, Response, Status, async_trait};

use crate::ledgers::Ledgers;
use crate::store::exceptions;
use crate::wire;

/// The implementation of ExceptionService.
pub struct ExceptionRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// What the engine knows.
    pub ledgers: Ledgers,
}

#[async_trait]
impl ExceptionService for ExceptionRpc {
    async fn get_exception(&self, request: Request<pb::GetExceptionRequest>) -> Result<Response<pb::GetExceptionResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| exception_id(&query.exception_id),
            |tx, id| async move {
                let exception = exceptions::load(&tx, id).await?;
                Ok(pb::GetExceptionResponse { exception: Some(wire::exceptions::exception(&exception)) })
            },
        )
        .await
    }

    async fn list_exceptions(&self, request: Request<pb::ListExceptionsRequest>) -> Result<Response<pb::ListExceptionsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list::exceptions(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn list_exception_queues(
        &self,
        request: Request<pb::ListExceptionQueuesRequest>,
    ) -> Result<Response<pb::ListExceptionQueuesResponse>, Status> {
        rpc::read(&self.db, request, |_| Ok(()), |tx, ()| async move { list::queues(&tx).await }).await
    }

    async fn assign_exception(
        &self,
        request: Request<pb::AssignExceptionRequest>,
    ) -> Result<Response<pb::AssignExceptionResponse>, Status> {
        rpc::mutate(&self.db, request, assign::parse, |tx, command| async move { assign::run(&tx, command).await }).await
    }

    async fn resolve_exception(
        &self,
        request: Request<pb::ResolveExceptionRequest>,
    ) -> Result<Response<pb::ResolveExceptionResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        let answer = async {
            let input = (self.ledgers.clone(), resolve::parse(&message)?);
            let prepare = |tx: Tx, (ledgers, command): (Ledgers, resolve::Command)| async move { command.prepare(&tx, &ledgers).await };
            self.db.read(ctx.clone(), input.clone(), prepare).await?;
            let body = |tx: Tx, (ledgers, command)| async move { resolve::run(&tx, &ledgers, command).await };
            self.db.mutate(ctx, &message, input, body).await
        };
        rpc::reply(answer.await)
    }

    async fn bulk_resolve_exceptions(
        &self,
        request: Request<pb::BulkResolveExceptionsRequest>,
    ) -> Result<Response<pb::BulkResolveExceptionsResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        let answer = async {
            let input = (self.ledgers.clone(), bulk::parse(&message)?);
            let prepare = |tx: Tx, (ledgers, command): (Ledgers, bulk::Command)| async move { command.prepare(&tx, &ledgers).await };
            self.db.read(ctx.clone(), input.clone(), prepare).await?;
            let body = |tx: Tx, (ledgers, command)| async move { bulk::run(&tx, &ledgers, command).await };
            self.db.mutate(ctx, &message, input, body).await
        };
        rpc::reply(answer.await)
    }

    async fn put_exception_routing(
        &self,
        request: Request<pb::PutExceptionRoutingRequest>,
    ) -> Result<Response<pb::PutExceptionRoutingResponse>, Status> {
        rpc::mutate(&self.db, request, routing::parse, |tx, command| async move { routing::put(&tx, command).await }).await
    }

    async fn get_exception_routing(
        &self,
        request: Request<pb::GetExceptionRoutingRequest>,
    ) -> Result<Response<pb::GetExceptionRoutingResponse>, Status> {
        rpc::read(&self.db, request, |_| Ok(()), |tx, ()| async move { routing::get(&tx).await }).await
    }
}

fn exception_id(id: &str) -> Result<ExceptionId, Fault> {
    ExceptionId::parse(id).map_err(|fault| fault.field("exception_id"))
}
