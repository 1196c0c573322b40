//! The proofs over the books, and what happened last.

use quittance_api::{
    events::v1::{Event, ListEntriesRequest, event_log_service_client::EventLogServiceClient},
    reconciliation::v1::{self as pb, CheckInvariantsRequest, ledger_service_client::LedgerServiceClient},
};
use quittance_chassis::client::call_ctx;
use quittance_types::{Fault, Timestamp};

use super::{Asking, answer, count};
use crate::portal::{
    html::Outside,
    view::{BooksView, Break, Claim, EventRow, EventsView, Proof, ServiceName, Verdict},
};

const LOGS: [(&str, ServiceName); 5] = [
    ("credit", ServiceName::Credit),
    ("invoicing", ServiceName::Invoicing),
    ("payments", ServiceName::Payments),
    ("reconciliation", ServiceName::Reconciliation),
    ("collections", ServiceName::Collections),
];
const ROWS: i32 = 12;

/// What a reader of the page asks first; the other proofs that hold are counted.
const SHOWN: [&str; 2] = ["subledger equals control account", "cash equals bank"];

/// Every proof reconciliation makes: the broken ones by name, of those that hold the two [`SHOWN`] and how many more.
pub(super) async fn books(asking: &Asking<'_>) -> Result<BooksView, Fault> {
    let mut client = LedgerServiceClient::new(asking.peers.wire("reconciliation"));
    let checked = answer(client.check_invariants(call_ctx(asking.ctx, CheckInvariantsRequest {})).await)?;
    let (named, counted): (Vec<_>, Vec<_>) =
        checked.proofs.into_iter().partition(|proof| !proof.holds || SHOWN.contains(&proof.name.as_str()));
    let mut proofs: Vec<Proof> = named.into_iter().map(shown).collect();
    proofs.sort_by_key(|proof| matches!(proof.verdict, Verdict::Holds));
    if !counted.is_empty() {
        let claim = Claim::Invariants { count: count(counted.len()), services: 1 };
        proofs.push(Proof { claim, verdict: Verdict::Holds });
    }
    Ok(BooksView { checked_at: None, proofs })
}

fn shown(proof: pb::Proof) -> Proof {
    let verdict = match proof.holds {
        true => Verdict::Holds,
        false => Verdict::Broken(Box::new(Break { violations: count(proof.violations), ..Break::default() })),
    };
    Proof { claim: Claim::Other(Outside::new(proof.name)), verdict }
}

/// The newest entries of all logs.
pub(super) async fn events(asking: &Asking<'_>) -> EventsView {
    let asked = LOGS.map(|(name, service)| async move {
        let ask = ListEntriesRequest { page_size: ROWS, ..Default::default() };
        let mut client = EventLogServiceClient::new(asking.peers.wire(name));
        (service, answer(client.list_entries(call_ctx(asking.ctx, ask)).await))
    });
    let mut view = EventsView::default();
    for (service, listed) in futures::future::join_all(asked).await {
        match listed {
            Ok(listed) => view.rows.extend(listed.entries.into_iter().filter(|entry| entry.public).filter_map(|entry| row(entry.event?))),
            Err(_) => view.missing.push(service),
        }
    }
    view.rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    view.rows.truncate(usize::try_from(ROWS).unwrap_or_default());
    view
}

fn row(event: Event) -> Option<EventRow> {
    let at = event.record_time?;
    let micros = at.seconds.checked_mul(1_000_000)?.checked_add(i64::from(at.nanos) / 1_000)?;
    let kind = event.payload?.type_url.rsplit('/').next()?.to_owned();
    Some(EventRow {
        at: Timestamp::from_micros(micros),
        event: kind,
        document: Some(Outside::new(event.subject)),
        customer: None,
        amount: None,
        subject: None,
    })
}
