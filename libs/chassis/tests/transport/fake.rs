//! An event log whose answers are chosen by its requests.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::{Stream, StreamExt, stream};
use quittance_api::events::v1::event_log_service_server::EventLogService;
use quittance_api::events::v1::{
    GetHeadRequest, GetHeadResponse, ListCursorsRequest, ListCursorsResponse, ListDeadLettersRequest, ListDeadLettersResponse,
    ListEntriesRequest, ListEntriesResponse, ReadRequest, ReadResponse, RedriveDeadLetterRequest, RedriveDeadLetterResponse,
    VerifyChainRequest, VerifyChainResponse,
};
use quittance_chassis::client::{Wire, call_ctx};
use quittance_chassis::rpc;
use quittance_types::{Fault, Reason};
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What a handler must never let out.
pub(super) const SECRET: &str = "hunter2";

/// Answers as asked; counts its calls.
#[derive(Clone, Default)]
pub(super) struct Fake {
    pub(super) calls: Arc<AtomicU32>,
    pub(super) entered: Arc<Notify>,
    pub(super) release: Arc<Notify>,
    /// Whom to ask when asked to ask.
    pub(super) peer: Option<Wire>,
}

impl Fake {
    pub(super) fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Counts from zero again.
    pub(super) fn forget(&self) {
        self.calls.store(0, Ordering::SeqCst);
    }

    async fn behave(&self, request: Request<ListEntriesRequest>) -> Result<ListEntriesResponse, Status> {
        let headers = request.metadata().clone();
        let (ctx, message) = rpc::open(request)?;
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let text = match message.subject.as_str() {
            "panic" => panic!("{SECRET}"),
            "internal" => return Err(rpc::refuse(&Fault::internal(SECRET).with("note", SECRET))),
            "unknown" => return Err(Status::unknown(SECRET)),
            "refuse" => {
                return Err(rpc::refuse(&Fault::new(Reason::PeriodClosed, "closed").with("period", "2026-01")));
            }
            "unavailable" => {
                return Err(rpc::refuse(&Fault::new(Reason::DatabaseUnavailable, "away")));
            }
            "unavailable twice" if call <= 2 => {
                return Err(rpc::refuse(&Fault::new(Reason::DatabaseUnavailable, "away").retry_after(std::time::Duration::from_millis(1))));
            }
            "huge details" => return Err(huge()),
            "forever" => std::future::pending().await,
            "wait" => {
                self.entered.notify_one();
                self.release.notified().await;
                String::new()
            }
            "huge answer" => "x".repeat(5 * 1024 * 1024),
            "ask the peer" => {
                let peer = self.peer.clone().unwrap();
                let mut client = quittance_api::events::v1::event_log_service_client::EventLogServiceClient::new(peer);
                let question = ListEntriesRequest { subject: "who".to_owned(), ..ListEntriesRequest::default() };
                client.list_entries(call_ctx(&ctx, question)).await?.into_inner().next_page_token
            }
            "who" => {
                let principal = &ctx.principal;
                let timeout = headers.get("grpc-timeout").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
                let left = ctx.remaining().map_or(0, |left| left.as_millis());
                let trace = ctx.traceparent.clone().unwrap();
                let who = format!("{}|{}|{}", principal.kind, principal.subject, principal.tenant);
                format!("{who}|{trace}|{timeout}|{left}|{}|{}", ctx.method, principal.person())
            }
            _ => String::new(),
        };
        Ok(ListEntriesResponse { next_page_token: text, ..ListEntriesResponse::default() })
    }
}

fn huge() -> Status {
    let mut details = ErrorDetails::with_error_info("TEXT_TOO_LONG", "quittance", []);
    for number in 0..400 {
        details.add_bad_request_violation(format!("lines[{number}].text"), "a rather long description of what is wrong with it");
    }
    Status::with_error_details(tonic::Code::InvalidArgument, "m".repeat(6000), details)
}

type Events = Pin<Box<dyn Stream<Item = Result<ReadResponse, Status>> + Send>>;

#[tonic::async_trait]
impl EventLogService for Fake {
    type ReadStream = Events;

    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<Events>, Status> {
        let (_, message) = rpc::open(request)?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        let first = stream::once(async { Ok(ReadResponse { head: 1, ..ReadResponse::default() }) });
        let rest: Events = match message.after {
            // A tail that stays open.
            0 => Box::pin(stream::pending()),
            1 => Box::pin(stream::once(async { panic!("{SECRET}") })),
            2 => Box::pin(stream::once(async { Err(rpc::refuse(&Fault::internal(SECRET))) })),
            3 => Box::pin(stream::once(async { Err(rpc::refuse(&Fault::new(Reason::PeriodClosed, "closed"))) })),
            _ => {
                let release = self.release.clone();
                Box::pin(stream::once(async move {
                    release.notified().await;
                    Ok(ReadResponse { head: 2, ..ReadResponse::default() })
                }))
            }
        };
        Ok(Response::new(Box::pin(first.chain(rest))))
    }

    async fn get_head(&self, _: Request<GetHeadRequest>) -> Result<Response<GetHeadResponse>, Status> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Ok(Response::new(GetHeadResponse { head: 7, pending: 0 }))
    }

    async fn list_cursors(&self, _: Request<ListCursorsRequest>) -> Result<Response<ListCursorsResponse>, Status> {
        Ok(Response::new(ListCursorsResponse::default()))
    }

    async fn list_entries(&self, request: Request<ListEntriesRequest>) -> Result<Response<ListEntriesResponse>, Status> {
        self.behave(request).await.map(Response::new)
    }

    async fn list_dead_letters(&self, _: Request<ListDeadLettersRequest>) -> Result<Response<ListDeadLettersResponse>, Status> {
        Ok(Response::new(ListDeadLettersResponse::default()))
    }

    async fn redrive_dead_letter(&self, _: Request<RedriveDeadLetterRequest>) -> Result<Response<RedriveDeadLetterResponse>, Status> {
        Ok(Response::new(RedriveDeadLetterResponse::default()))
    }

    async fn verify_chain(&self, _: Request<VerifyChainRequest>) -> Result<Response<VerifyChainResponse>, Status> {
        Ok(Response::new(VerifyChainResponse::default()))
    }
}
