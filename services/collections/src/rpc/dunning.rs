//! Dunning runs and notices.

mod issue;
mod preview;

use std::collections::BTreeSet;
use std::sync::Arc;

use quittance_api::collections::v1::{self as pb, dunning_service_server::DunningService};
use quittance_chassis::{
    Ctx,
    db::Db,
    page_token::PageTokens,
    paging,
    request::{as_of, check_etag, optional_customer},
    rpc,
    tx::Tx,
};
use quittance_types::{CustomerId, DunningRunId, Fault, PageRequest, Reason, Uuid, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::optional_date;
use crate::{
    domain::{dunning::RunEvent, selection::Exclusion},
    jobs::deliver_notices::{self, Urgency},
    letters,
    mail::Mailer,
    store::{
        deliveries, notices,
        runs::{self, Summary},
        strategies,
    },
    wire,
};

/// The implementation of DunningService.
pub struct DunningRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Sends letters.
    pub mailer: Arc<Mailer>,
}

#[async_trait]
impl DunningService for DunningRpc {
    async fn preview_run(&self, request: Request<pb::PreviewRunRequest>) -> Result<Response<pb::PreviewRunResponse>, Status> {
        let parse = |request: &pb::PreviewRunRequest| optional_date("as_of", request.as_of.as_ref());
        rpc::mutate(&self.db, request, parse, |tx, day| async move {
            let run = preview::preview(&tx, as_of(&tx, day)?).await?;
            Ok(pb::PreviewRunResponse { run: Some(wire::run(&run)) })
        })
        .await
    }

    async fn exclude_from_run(&self, request: Request<pb::ExcludeFromRunRequest>) -> Result<Response<pb::ExcludeFromRunResponse>, Status> {
        rpc::mutate(&self.db, request, parse_exclude, |tx, (id, customer, why)| async move {
            let run = exclude(&tx, id, customer, &why).await?;
            Ok(pb::ExcludeFromRunResponse { run: Some(wire::run(&run)) })
        })
        .await
    }

    async fn approve_run(&self, request: Request<pb::ApproveRunRequest>) -> Result<Response<pb::ApproveRunResponse>, Status> {
        let parse = |request: &pb::ApproveRunRequest| Ok((run_id(&request.dunning_run_id)?, request.etag.clone()));
        rpc::mutate(&self.db, request, parse, |tx, (id, etag): (DunningRunId, String)| async move {
            let mut run = runs::load_for_update(&tx, id).await?;
            let stale = |fault: Fault| Fault::new(Reason::ApprovalStale, fault.message()).with("current", run.version);
            check_etag(&etag, run.version).map_err(stale)?;
            run.approve(tx.ctx().principal.person())?;
            runs::save(&tx, &mut run).await?;
            let run = runs::publish(&tx, run, "").await?;
            Ok(pb::ApproveRunResponse { run: Some(wire::run(&run)) })
        })
        .await
    }

    async fn issue_run(&self, request: Request<pb::IssueRunRequest>) -> Result<Response<pb::IssueRunResponse>, Status> {
        rpc::mutate(
            &self.db,
            request,
            |request| run_id(&request.dunning_run_id),
            |tx, id| async move {
                let mut run = runs::load_for_update(&tx, id).await?;
                run.state = run.state.after(RunEvent::Issue)?;
                issue::issue(&tx, &run).await?;
                runs::save(&tx, &mut run).await?;
                let run = runs::publish(&tx, run, "").await?;
                Ok(pb::IssueRunResponse { run: Some(wire::run(&run)) })
            },
        )
        .await
    }

    async fn get_run(&self, request: Request<pb::GetRunRequest>) -> Result<Response<pb::GetRunResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| run_id(&query.dunning_run_id),
            |tx, id| async move {
                let run = runs::load(&tx, id).await?;
                let summary = runs::summarise(&tx, vec![run]).await?;
                Ok(pb::GetRunResponse { run: summary.first().map(wire::run) })
            },
        )
        .await
    }

    async fn list_runs(&self, request: Request<pb::ListRunsRequest>) -> Result<Response<pb::ListRunsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list_runs(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn list_notices(&self, request: Request<pb::ListNoticesRequest>) -> Result<Response<pb::ListNoticesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }

    async fn deliver_notices(&self, request: Request<pb::DeliverNoticesRequest>) -> Result<Response<pb::DeliverNoticesResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.deliver(ctx, message).await)
    }
}

impl DunningRpc {
    /// Letters are written in portions, and a page ends before it is heavier than a message may be.
    async fn list(&self, ctx: Ctx, query: pb::ListNoticesRequest) -> Result<pb::ListNoticesResponse, Fault> {
        let customer = optional_customer(&query.customer_id)?;
        let run = if query.dunning_run_id.is_empty() { None } else { Some(run_id(&query.dunning_run_id)?) };
        let scope = self.page_tokens.scope(&ctx, &[&query.dunning_run_id, &query.customer_id]);
        let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
        let body = |tx: Tx, (run, customer, page): (_, _, PageRequest)| async move { notices::page(&tx, run, customer, &page).await };
        let ids = self.db.read(ctx.clone(), (run, customer, page), body).await?;
        let page = paging::fill(ids, |id: &Uuid| id.as_bytes().to_vec(), |ids| self.written(ctx.clone(), ids)).await?;
        Ok(pb::ListNoticesResponse { next_page_token: scope.seal(page.next.as_deref()), notices: page.items })
    }

    async fn written(&self, ctx: Ctx, ids: Vec<Uuid>) -> Result<Vec<pb::Notice>, Fault> {
        let body = |tx: Tx, ids: Vec<Uuid>| async move {
            let notices = notices::by_ids(&tx, &ids).await?;
            let strategies = strategies::of_notices(&tx, &notices).await?;
            Ok((notices, strategies))
        };
        let (notices, strategies) = self.db.read(ctx, ids, body).await?;
        let written = letters::write_all(notices, strategies, self.mailer.sender()).await?;
        Ok(written.into_iter().map(|written| wire::notice(&written.notice, written.letter)).collect())
    }

    /// Letters leave outside of any transaction; each outcome is stored on its own, and the answer last.
    async fn deliver(&self, ctx: Ctx, message: pb::DeliverNoticesRequest) -> Result<pb::DeliverNoticesResponse, Fault> {
        if let Some(earlier) = self.db.replay(ctx.clone(), &message).await? {
            return Ok(earlier);
        }
        let done = deliver_notices::run(&self.db, &ctx, &self.mailer, Urgency::Now).await?;
        self.db
            .mutate(ctx, &message, done, |tx, done| async move {
                Ok(pb::DeliverNoticesResponse {
                    sent: wire::count(done.sent),
                    bounced: wire::count(done.bounced),
                    still_queued: wire::count(deliveries::queued(&tx).await?),
                })
            })
            .await
    }
}

async fn exclude(tx: &Tx, id: DunningRunId, customer: CustomerId, why: &str) -> Result<Summary, Fault> {
    let mut run = runs::load_for_update(tx, id).await?;
    run.state = run.state.after(RunEvent::Exclude)?;
    if notices::cancel_drafts(tx, id, customer).await? == 0 {
        return Err(customer.not_found());
    }
    runs::insert_exclusions(tx, id, &BTreeSet::from([(customer, Exclusion::Excluded)]), why).await?;
    runs::save(tx, &mut run).await?;
    runs::publish(tx, run, why).await
}

async fn list_runs(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListRunsRequest) -> Result<pb::ListRunsResponse, Fault> {
    let scope = tokens.scope(&ctx, &[]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let found = db.read(ctx, page, |tx: Tx, page| async move { runs::page(&tx, &page).await }).await?;
    Ok(pb::ListRunsResponse { next_page_token: scope.seal(found.next.as_deref()), runs: found.items.iter().map(wire::run).collect() })
}

fn run_id(id: &str) -> Result<DunningRunId, Fault> {
    DunningRunId::parse(id).map_err(|fault| fault.field("dunning_run_id"))
}

fn parse_exclude(request: &pb::ExcludeFromRunRequest) -> Result<(DunningRunId, CustomerId, String), Fault> {
    let mut violations = Violations::new();
    let run = violations.take("dunning_run_id", DunningRunId::parse(&request.dunning_run_id));
    let customer = violations.take("customer_id", CustomerId::parse(&request.customer_id));
    let why = violations.take("why", text::clean(&request.why, 500));
    violations.finish()?;
    match (run, customer, why) {
        (Some(run), Some(customer), Some(why)) => Ok((run, customer, why)),
        _ => Err(Fault::internal("a checked exclusion is missing a field")),
    }
}
