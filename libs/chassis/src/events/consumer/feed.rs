//! Where the events of a producer come from.

use futures::StreamExt;
use futures::stream::BoxStream;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{ReadRequest, ReadResponse};
use quittance_api::status::from_status;
use quittance_types::{Fault, TenantId};
use uuid::Uuid;

use crate::Ctx;
use crate::client::{Wire, call_ctx};
use crate::db::Db;
use crate::events::read::Reader;

/// Larger than any message of a log: 500 events or 1 MiB, or a single event of at most 2 MiB and its envelope.
const LARGEST_MESSAGE: usize = 4 * 1_024 * 1_024;

/// A log that can be read from a position on.
#[tonic::async_trait]
pub trait Feed: Send + Sync + 'static {
    /// Opens a stream of everything after the position asked for.
    ///
    /// # Errors
    /// The producer's refusal, or SERVICE_UNAVAILABLE.
    async fn open(&self, request: ReadRequest) -> Result<BoxStream<'static, Result<ReadResponse, Fault>>, Fault>;
}

/// The log of another service, by its gRPC contract.
pub struct PeerFeed {
    client: EventLogServiceClient<Wire>,
    ctx: Ctx,
}

impl PeerFeed {
    /// The log at the other end of `wire`, read by the service `consumer` for all tenants.
    #[must_use]
    pub fn new(wire: Wire, consumer: &'static str) -> PeerFeed {
        let client = EventLogServiceClient::new(wire).max_decoding_message_size(LARGEST_MESSAGE);
        PeerFeed { client, ctx: everybody(consumer) }
    }
}

/// Background work without a tenant: it sees the events of all.
fn everybody(consumer: &'static str) -> Ctx {
    Ctx::system(consumer, TenantId::new(Uuid::nil()))
}

#[tonic::async_trait]
impl Feed for PeerFeed {
    async fn open(&self, request: ReadRequest) -> Result<BoxStream<'static, Result<ReadResponse, Fault>>, Fault> {
        let mut client = self.client.clone();
        let answer = client.read(call_ctx(&self.ctx, request)).await.map_err(|status| from_status(&status))?;
        Ok(answer.into_inner().map(|message| message.map_err(|status| from_status(&status))).boxed())
    }
}

/// A log in this process, without a network: for tools and tests.
#[tonic::async_trait]
impl Feed for Db {
    async fn open(&self, request: ReadRequest) -> Result<BoxStream<'static, Result<ReadResponse, Fault>>, Fault> {
        let reader = Reader::new(self.clone(), everybody("feed"), request)?;
        Ok(reader.stream().boxed())
    }
}
