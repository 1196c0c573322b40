//! What a service says happened.

use prost::{Message, Name};
use quittance_api::events::v1::{ListEntriesRequest, event_log_service_client::EventLogServiceClient};
use quittance_chassis::service::Service;
use quittance_types::TenantId;

use crate::Harness;

impl<S: Service> Harness<S> {
    /// The last entry of this type about a thing, by the service's own audit trail, once everything said has its place in it.
    ///
    /// # Panics
    /// When nothing of the kind was ever said.
    pub async fn last_told<M: Message + Name + Default>(&self, tenant: TenantId, subject: &str) -> M {
        self.world().settle().await;
        let mut log = EventLogServiceClient::new(self.as_user(tenant, &["*"]));
        let request = ListEntriesRequest { subject: subject.to_owned(), page_size: 1_000, ..Default::default() };
        let listed = log.list_entries(request).await.expect("a list").into_inner();
        let payloads = listed.entries.into_iter().filter_map(|entry| entry.event?.payload);
        let named = M::full_name();
        let found = payloads.into_iter().find(|payload| payload.type_url.rsplit('/').next() == Some(named.as_str()));
        let payload = found.unwrap_or_else(|| panic!("no {named} about {subject}"));
        M::decode(payload.value.as_slice()).expect("an event decodes")
    }
}
