//! `quittance.events.v1.EventLogService`, served by every service for its own log.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt};
use quittance_api::events::v1::event_log_service_server::{EventLogService, EventLogServiceServer};
use quittance_api::events::v1::{
    GetHeadRequest, GetHeadResponse, ListCursorsRequest, ListCursorsResponse, ListDeadLettersRequest, ListDeadLettersResponse,
    ListEntriesRequest, ListEntriesResponse, ReadRequest, ReadResponse, RedriveDeadLetterRequest, RedriveDeadLetterResponse,
    VerifyChainRequest, VerifyChainResponse,
};
use quittance_types::{Fault, Page, Reason};
use tonic::{Request, Response, Status};

use super::consumer::Positions;
use super::cursors;
use super::dead_letter;
use super::inbox::Inbox;
use super::read::Reader;
use super::trail::TrailQuery;
use super::verify;
use crate::db::Db;
use crate::page_token::{PageTokens, query_of};
use crate::rpc;

/// The log of one service, and its place in the logs it follows. Cheap to clone.
#[derive(Clone)]
pub struct EventLog {
    db: Db,
    name: &'static str,
    tokens: PageTokens,
    inboxes: Arc<BTreeMap<String, Inbox>>,
    positions: Positions,
}

impl EventLog {
    /// The log of the service `name`; `inboxes` are its reactions to the producers it follows, for redrives.
    #[must_use]
    pub fn new(db: Db, name: &'static str, tokens: PageTokens, inboxes: BTreeMap<String, Inbox>) -> EventLog {
        EventLog { db, name, tokens, inboxes: Arc::new(inboxes), positions: Positions::default() }
    }

    /// Knows from these positions how far the consumers of this process have come; else only what they have stored.
    #[must_use]
    pub fn knowing(mut self, positions: &Positions) -> EventLog {
        self.positions = positions.clone();
        self
    }

    async fn entries(&self, request: Request<ListEntriesRequest>) -> Result<ListEntriesResponse, Status> {
        let (ctx, message) = rpc::open(request)?;
        let filters = ListEntriesRequest { page_size: 0, page_token: String::new(), ..message.clone() };
        let (tenant, query) = (ctx.tenant(), query_of("ListEntries", &filters));
        let trail = self.tokens.page(tenant, &query, message.page_size, &message.page_token);
        let trail = trail.and_then(|page| TrailQuery::new(&message, page)).map_err(|fault| rpc::refuse(&fault))?;
        let found = self.db.read(ctx, trail, |tx, trail| async move { trail.run(&tx).await }).await;
        let (entries, next) = found.map_err(|fault| rpc::refuse(&fault))?;
        let next_page_token = next.map(|cursor| self.tokens.issue(tenant, &query, &cursor)).unwrap_or_default();
        Ok(ListEntriesResponse { entries, next_page_token })
    }

    async fn dead_letters(&self, request: Request<ListDeadLettersRequest>) -> Result<ListDeadLettersResponse, Status> {
        let (ctx, message) = rpc::open(request)?;
        let (tenant, query) = (ctx.tenant(), query_of("ListDeadLetters", &ListDeadLettersRequest::default()));
        let page = self.tokens.page(tenant, &query, message.page_size, &message.page_token);
        let page = page.map_err(|fault| rpc::refuse(&fault))?;
        let found = self.db.read(ctx, page, |tx, page| async move {
            let after = page.after.as_deref().map(place).transpose()?.unwrap_or_default();
            let letters = dead_letter::list(&tx, after, page.fetch_limit()).await?;
            Ok(Page::cut(letters, &page, |letter| {
                let position = letter.event.as_ref().map_or(0, |event| event.position);
                [&position.to_be_bytes(), letter.producer.as_bytes()].concat()
            }))
        });
        let page = found.await.map_err(|fault| rpc::refuse(&fault))?;
        let next_page_token = page.next.map(|cursor| self.tokens.issue(tenant, &query, &cursor)).unwrap_or_default();
        Ok(ListDeadLettersResponse { dead_letters: page.items, next_page_token })
    }
}

/// The tonic service for the log of `name`, which reacts to the logs of others as `inboxes` say.
#[must_use]
pub fn service(
    db: &Db,
    name: &'static str,
    inboxes: &[(&'static str, Inbox)],
    tokens: &PageTokens,
    positions: &Positions,
) -> EventLogServiceServer<EventLog> {
    let inboxes = inboxes.iter().map(|(producer, inbox)| ((*producer).to_owned(), inbox.clone())).collect();
    EventLogServiceServer::new(EventLog::new(db.clone(), name, tokens.clone(), inboxes).knowing(positions))
}

/// A cursor of the dead letters: position, then producer.
fn place(cursor: &[u8]) -> Result<(String, i64), Fault> {
    let invalid = || Fault::new(Reason::PageTokenInvalid, "the page token is not valid");
    let (position, producer) = cursor.split_at_checked(8).ok_or_else(invalid)?;
    let position = i64::from_be_bytes(position.try_into().map_err(|_| invalid())?);
    Ok((String::from_utf8(producer.to_vec()).map_err(|_| invalid())?, position))
}

#[tonic::async_trait]
impl EventLogService for EventLog {
    type ReadStream = Pin<Box<dyn Stream<Item = Result<ReadResponse, Status>> + Send>>;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Self::ReadStream>, Status> {
        let (ctx, message) = rpc::open(request)?;
        let reader = Reader::new(self.db.clone(), ctx, message).map_err(|fault| rpc::refuse(&fault))?;
        let stream = reader.stream().map(|message| message.map_err(|fault| rpc::refuse(&fault)));
        Ok(Response::new(Box::pin(stream)))
    }

    async fn get_head(&self, request: Request<GetHeadRequest>) -> Result<Response<GetHeadResponse>, Status> {
        rpc::open(request)?;
        let state = self.db.log_state().await;
        rpc::reply(state.map(|state| GetHeadResponse { head: state.head, pending: state.pending }))
    }

    async fn list_cursors(&self, request: Request<ListCursorsRequest>) -> Result<Response<ListCursorsResponse>, Status> {
        let followed = self.inboxes.iter().filter(|(_, inbox)| !inbox.is_empty());
        let (producers, positions): (Vec<String>, Positions) =
            (followed.map(|(producer, _)| producer.clone()).collect(), self.positions.clone());
        rpc::read(
            &self.db,
            request,
            |_| Ok(()),
            move |tx, ()| {
                let (producers, positions) = (producers.clone(), positions.clone());
                async move { Ok(ListCursorsResponse { cursors: cursors::list(&tx, &producers, &positions).await? }) }
            },
        )
        .await
    }

    async fn list_entries(&self, request: Request<ListEntriesRequest>) -> Result<Response<ListEntriesResponse>, Status> {
        self.entries(request).await.map(Response::new)
    }

    async fn list_dead_letters(&self, request: Request<ListDeadLettersRequest>) -> Result<Response<ListDeadLettersResponse>, Status> {
        self.dead_letters(request).await.map(Response::new)
    }

    async fn redrive_dead_letter(&self, request: Request<RedriveDeadLetterRequest>) -> Result<Response<RedriveDeadLetterResponse>, Status> {
        let (name, inboxes) = (self.name, Arc::clone(&self.inboxes));
        let parse = |message: &RedriveDeadLetterRequest| Ok(message.clone());
        rpc::mutate(&self.db, request, parse, move |tx, message: RedriveDeadLetterRequest| {
            let inbox = inboxes.get(&message.producer).cloned();
            async move {
                let inbox = inbox.ok_or_else(|| Fault::not_found("producer", &message.producer))?;
                dead_letter::redrive(tx, name, inbox, message).await
            }
        })
        .await
    }

    async fn verify_chain(&self, request: Request<VerifyChainRequest>) -> Result<Response<VerifyChainResponse>, Status> {
        let (_, message) = rpc::open(request)?;
        let report = verify(&self.db, message.from, message.to).await;
        rpc::reply(report.map(|report| VerifyChainResponse { checked: report.checked, broken_at: report.broken_at.unwrap_or_default() }))
    }
}
