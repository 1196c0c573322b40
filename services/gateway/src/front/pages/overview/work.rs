//! What waits for a person, and what the machine did by itself.

use quittance_api::{
    collections::v1::{
        DisputeState, DunningRunState, ListDisputesRequest, ListRunsRequest, dispute_service_client::DisputeServiceClient,
        dunning_service_client::DunningServiceClient,
    },
    convert,
    credit::v1::{
        HoldCaseState, LimitState, ListHoldCasesRequest, ListLimitsRequest, credit_service_client::CreditServiceClient,
        hold_service_client::HoldServiceClient,
    },
    google::r#type::{Date, Money as WireMoney},
    reconciliation::v1::{
        BankLineState, GetMatchStatisticsRequest, ListBankLinesRequest, match_service_client::MatchServiceClient,
        statement_service_client::StatementServiceClient,
    },
};
use quittance_chassis::client::call_ctx;
use quittance_types::{BusinessDate, Fault, Money};

use super::{Asking, answer, count};
use crate::portal::view::{AutoShare, MachineView, NeedsRow, NeedsView, Queue, ServiceName, Waiting};

/// Days over which the share posted without a person is taken.
const SHARE_DAYS: i32 = 30;

/// The queues in which a person decides.
pub(super) async fn needs(asking: &Asking<'_>) -> NeedsView {
    let (holds, unidentified, disputes, runs, limits) =
        tokio::join!(holds(asking), unidentified(asking), disputes(asking), runs(asking), limits(asking));
    let answers = [
        (ServiceName::Credit, holds),
        (ServiceName::Reconciliation, unidentified),
        (ServiceName::Collections, disputes),
        (ServiceName::Collections, runs),
        (ServiceName::Credit, limits),
    ];
    let mut view = NeedsView::default();
    for (service, row) in answers {
        match row {
            Ok(row) => view.rows.push(row),
            Err(_) if !view.missing.contains(&service) => view.missing.push(service),
            Err(_) => {}
        }
    }
    view
}

fn row(queue: Queue, count: u64, value: Option<Money>, oldest: Option<BusinessDate>) -> NeedsRow {
    NeedsRow { queue, count, value, oldest: oldest.map(Waiting::SinceDay), causes: Vec::new() }
}

/// The sum of a queue, if every amount in it is in the page's currency.
fn sum(asking: &Asking<'_>, amounts: impl Iterator<Item = Option<WireMoney>>) -> Option<Money> {
    let amounts: Result<Vec<Money>, Fault> = amounts.map(|amount| convert::money_from_wire(&amount)).collect();
    Money::sum(asking.currency, amounts.ok()?).ok()
}

fn day(date: Option<&Date>) -> Option<BusinessDate> {
    convert::date_from_wire(date).ok().flatten()
}

async fn holds(asking: &Asking<'_>) -> Result<NeedsRow, Fault> {
    let ask = ListHoldCasesRequest { state: HoldCaseState::Open.into(), page_size: 200, ..Default::default() };
    let listed = answer(HoldServiceClient::new(asking.peers.wire("credit")).list_hold_cases(call_ctx(asking.ctx, ask)).await)?;
    let complete = listed.next_page_token.is_empty();
    let value = sum(asking, listed.hold_cases.iter().map(|case| case.amount.clone())).filter(|_| complete);
    let oldest = listed.hold_cases.first().and_then(|case| day(case.opened_on.as_ref()));
    Ok(row(Queue::HeldOrders, count(listed.total_count), value, oldest))
}

async fn unidentified(asking: &Asking<'_>) -> Result<NeedsRow, Fault> {
    let ask = ListBankLinesRequest { state: BankLineState::Unidentified.into(), page_size: 200, ..Default::default() };
    let mut client = StatementServiceClient::new(asking.peers.wire("reconciliation"));
    let listed = answer(client.list_bank_lines(call_ctx(asking.ctx, ask)).await)?;
    let complete = listed.next_page_token.is_empty();
    let value = sum(asking, listed.bank_lines.iter().map(|line| line.amount.clone())).filter(|_| complete);
    let oldest = listed.bank_lines.first().and_then(|line| day(line.booking_date.as_ref()));
    Ok(row(Queue::AssignReceipts, count(listed.total_count), value, oldest))
}

async fn disputes(asking: &Asking<'_>) -> Result<NeedsRow, Fault> {
    let ask = ListDisputesRequest { state: DisputeState::Open.into(), page_size: 1000, ..Default::default() };
    let mut client = DisputeServiceClient::new(asking.peers.wire("collections"));
    let listed = answer(client.list_disputes(call_ctx(asking.ctx, ask)).await)?.disputes;
    let value = sum(asking, listed.iter().map(|dispute| dispute.amount.clone()));
    let oldest = listed.iter().filter_map(|dispute| day(dispute.opened_on.as_ref())).min();
    Ok(row(Queue::Disputes, count(listed.len()), value, oldest))
}

async fn runs(asking: &Asking<'_>) -> Result<NeedsRow, Fault> {
    let ask = ListRunsRequest { page_size: 50, ..Default::default() };
    let mut client = DunningServiceClient::new(asking.peers.wire("collections"));
    let listed = answer(client.list_runs(call_ctx(asking.ctx, ask)).await)?.runs;
    let drafts: Vec<_> = listed.iter().filter(|run| run.state() == DunningRunState::Draft).collect();
    let oldest = drafts.iter().filter_map(|run| day(run.as_of.as_ref())).min();
    Ok(row(Queue::DunningRuns, count(drafts.len()), None, oldest))
}

async fn limits(asking: &Asking<'_>) -> Result<NeedsRow, Fault> {
    let ask = ListLimitsRequest { state: LimitState::Proposed.into(), page_size: 1000, ..Default::default() };
    let listed = answer(CreditServiceClient::new(asking.peers.wire("credit")).list_limits(call_ctx(asking.ctx, ask)).await)?.limits;
    Ok(row(Queue::Approvals, count(listed.len()), sum(asking, listed.iter().map(|limit| limit.amount.clone())), None))
}

/// What became of the bank lines of the day, and the share posted without a person in the last thirty days.
pub(super) async fn machine(asking: &Asking<'_>) -> Result<MachineView, Fault> {
    let month = statistics(asking, asking.as_of.minus_days(SHARE_DAYS)?).await?;
    let day = statistics(asking, asking.as_of).await?;
    let share = AutoShare { posted: month.posted, of: month.lines.saturating_sub(month.not_receipts), found_wrong: None };
    Ok(MachineView { month: Some(share), ..day })
}

async fn statistics(asking: &Asking<'_>, from: BusinessDate) -> Result<MachineView, Fault> {
    let ask = GetMatchStatisticsRequest { from_date: Some(convert::date_to_wire(from)) };
    let mut client = MatchServiceClient::new(asking.peers.wire("reconciliation"));
    let found = answer(client.get_match_statistics(call_ctx(asking.ctx, ask)).await)?;
    let mut view = MachineView::default();
    for statistic in &found.statistics {
        let lines = count(statistic.lines);
        view.lines += lines;
        match statistic.state() {
            BankLineState::Applied | BankLineState::PartlyApplied => view.posted += lines,
            BankLineState::Imported | BankLineState::Unapplied | BankLineState::Pending => view.waiting += lines,
            BankLineState::Unidentified | BankLineState::Unspecified => view.exceptions += lines,
            BankLineState::Posted | BankLineState::Return | BankLineState::Payout => view.not_receipts += lines,
        }
    }
    Ok(view)
}
