//! Domain values to contract messages and back.

use quittance_api::{collections::v1 as pb, convert};
use quittance_types::{BusinessDate, CustomerId, Fault};

use crate::{
    domain::{
        aging::Aging,
        dispute::{Category, Dispute, DisputeState},
        dunning::RunState,
        kpi::Figures,
        letter::Letter,
        notice::{Notice, NoticeState},
        promise::{PromiseState, PromiseToPay},
        strategy::Strategy,
    },
    store::{analytics::OpenInvoice, runs::Summary},
};

/// The strategy as the contract has it.
pub fn strategy(strategy: &Strategy) -> pb::Strategy {
    let steps = strategy.steps.iter().map(|step| pb::StrategyStep {
        level: step.level,
        days_past_due: step.days_past_due,
        template: step.template.clone(),
        subject: step.subject.clone(),
    });
    pb::Strategy {
        strategy_id: strategy.id.to_string(),
        segment: strategy.segment.clone(),
        version: strategy.version,
        steps: steps.collect(),
        minimum_amount: strategy.minimum.map(convert::money_to_wire),
        contact_gap_days: strategy.contact_gap_days,
    }
}

fn promise_state(state: PromiseState) -> pb::PromiseState {
    match state {
        PromiseState::Open => pb::PromiseState::Open,
        PromiseState::Kept => pb::PromiseState::Kept,
        PromiseState::PartlyKept => pb::PromiseState::PartlyKept,
        PromiseState::Broken => pb::PromiseState::Broken,
        PromiseState::Withdrawn => pb::PromiseState::Withdrawn,
    }
}

/// The state a filter asks for.
pub fn promise_state_filter(wanted: pb::PromiseState) -> Option<PromiseState> {
    PromiseState::ALL.into_iter().find(|candidate| promise_state(*candidate) == wanted)
}

/// The promise as the contract has it.
pub fn promise(promise: &PromiseToPay) -> pb::PromiseToPay {
    pb::PromiseToPay {
        promise_id: promise.id.to_string(),
        customer_id: promise.customer.to_string(),
        amount: Some(convert::money_to_wire(promise.amount)),
        paid: Some(convert::money_to_wire(promise.paid)),
        promised_on: Some(convert::date_to_wire(promise.promised_on)),
        due_date: Some(convert::date_to_wire(promise.due)),
        state: promise_state(promise.state).into(),
        invoice_ids: promise.invoices.iter().map(ToString::to_string).collect(),
        note: promise.note.clone(),
        create_time: Some(convert::timestamp_to_wire(promise.created_at)),
    }
}

fn dispute_state(state: DisputeState) -> pb::DisputeState {
    match state {
        DisputeState::Open => pb::DisputeState::Open,
        DisputeState::ResolvedCredit => pb::DisputeState::ResolvedCredit,
        DisputeState::ResolvedPay => pb::DisputeState::ResolvedPay,
        DisputeState::Conceded => pb::DisputeState::Conceded,
    }
}

/// The state a request names.
pub fn dispute_state_from(wanted: pb::DisputeState) -> Option<DisputeState> {
    DisputeState::ALL.into_iter().find(|candidate| dispute_state(*candidate) == wanted)
}

/// The category a request names.
pub fn category_from(category: pb::DisputeCategory) -> Option<Category> {
    match category {
        pb::DisputeCategory::Unspecified => None,
        pb::DisputeCategory::Price => Some(Category::Price),
        pb::DisputeCategory::Quantity => Some(Category::Quantity),
        pb::DisputeCategory::Quality => Some(Category::Quality),
        pb::DisputeCategory::Delivery => Some(Category::Delivery),
        pb::DisputeCategory::Duplicate => Some(Category::Duplicate),
        pb::DisputeCategory::Other => Some(Category::Other),
    }
}

/// The dispute as the contract has it.
pub fn dispute(dispute: &Dispute) -> pb::Dispute {
    let category = match dispute.category {
        Category::Price => pb::DisputeCategory::Price,
        Category::Quantity => pb::DisputeCategory::Quantity,
        Category::Quality => pb::DisputeCategory::Quality,
        Category::Delivery => pb::DisputeCategory::Delivery,
        Category::Duplicate => pb::DisputeCategory::Duplicate,
        Category::Other => pb::DisputeCategory::Other,
    };
    pb::Dispute {
        dispute_id: dispute.id.to_string(),
        invoice_id: dispute.invoice.to_string(),
        invoice_number: dispute.number.clone(),
        customer_id: dispute.customer.to_string(),
        amount: Some(convert::money_to_wire(dispute.amount)),
        category: category.into(),
        state: dispute_state(dispute.state).into(),
        note: dispute.note.clone(),
        resolution: dispute.resolution.clone(),
        opened_on: Some(convert::date_to_wire(dispute.opened_on)),
        resolved_on: dispute.resolved_on.map(convert::date_to_wire),
        create_time: Some(convert::timestamp_to_wire(dispute.created_at)),
    }
}

/// The run as the contract has it.
pub fn run(summary: &Summary) -> pb::DunningRun {
    let run = &summary.run;
    let state = match run.state {
        RunState::Draft => pb::DunningRunState::Draft,
        RunState::Approved => pb::DunningRunState::Approved,
        RunState::Issued => pb::DunningRunState::Issued,
    };
    let levels = summary.levels.iter().map(|(level, notices)| pb::LevelCount { level: *level, notices: count(*notices) });
    let exclusions = summary.exclusions.iter();
    let exclusions = exclusions.map(|(reason, customers)| pb::ExclusionCount { reason: reason.clone(), customers: count(*customers) });
    pb::DunningRun {
        dunning_run_id: run.id.to_string(),
        as_of: Some(convert::date_to_wire(run.as_of)),
        state: state.into(),
        notice_count: count(summary.levels.values().sum::<i64>()),
        item_count: count(summary.items),
        totals: summary.totals.values().copied().map(convert::money_to_wire).collect(),
        levels: levels.collect(),
        exclusions: exclusions.collect(),
        prepared_by: run.prepared_by.clone(),
        approved_by: run.approved_by.clone().unwrap_or_default(),
        create_time: Some(convert::timestamp_to_wire(run.created_at)),
        etag: run.version.to_string(),
    }
}

/// The notice as the contract has it, with or without its letter.
pub fn notice(notice: &Notice, letter: Option<Letter>) -> pb::Notice {
    let state = match notice.state {
        NoticeState::Draft => pb::NoticeState::Draft,
        NoticeState::Queued => pb::NoticeState::Queued,
        NoticeState::Sent => pb::NoticeState::Sent,
        NoticeState::Bounced => pb::NoticeState::Bounced,
        NoticeState::Cancelled => pb::NoticeState::Cancelled,
    };
    let items = notice.items.iter().map(|item| pb::NoticeItem {
        invoice_id: item.invoice.to_string(),
        number: item.number.clone(),
        level: item.level,
        open: Some(convert::money_to_wire(item.open)),
        due_date: Some(convert::date_to_wire(item.due)),
        days_past_due: item.days_past_due,
    });
    let (subject, body) = letter.map(|letter| (letter.subject, letter.body)).unwrap_or_default();
    pb::Notice {
        notice_id: notice.id.to_string(),
        dunning_run_id: notice.run.to_string(),
        customer_id: notice.customer.to_string(),
        level: notice.level,
        state: state.into(),
        recipient: notice.recipient.clone(),
        subject,
        body,
        total: Some(convert::money_to_wire(notice.total)),
        items: items.collect(),
        issued_on: notice.issued_on.map(convert::date_to_wire),
        delivery: notice.delivery.clone(),
    }
}

/// The aging as the contract has it.
pub fn aging(aging: &Aging) -> pb::Aging {
    let buckets = aging.buckets.iter().map(|bucket| pb::Bucket {
        from_days: bucket.from_days,
        to_days: bucket.to_days,
        amount: Some(convert::money_to_wire(bucket.amount)),
        disputed: Some(convert::money_to_wire(bucket.disputed)),
        items: bucket.items,
    });
    pb::Aging {
        currency: aging.total.currency().code().to_owned(),
        buckets: buckets.collect(),
        total: Some(convert::money_to_wire(aging.total)),
    }
}

/// A customer's aging as the contract has it.
pub fn customer_aging(customer: CustomerId, legal_name: String, of: &Aging) -> pb::CustomerAging {
    pb::CustomerAging { customer_id: customer.to_string(), legal_name, aging: Some(aging(of)) }
}

/// The key figures as the contract has them.
///
/// # Errors
/// AMOUNT_OUT_OF_RANGE.
pub fn kpis(figures: &Figures) -> Result<pb::Kpis, Fault> {
    let ratios = figures.ratios()?;
    Ok(pb::Kpis {
        currency: figures.ending.currency().code().to_owned(),
        from_date: Some(convert::date_to_wire(figures.from)),
        to_date: Some(convert::date_to_wire(figures.to)),
        dso: ratios.dso,
        best_possible_dso: ratios.best_possible_dso,
        add: ratios.add,
        cei: ratios.cei,
        opening_receivables: Some(convert::money_to_wire(figures.opening)),
        credit_sales: Some(convert::money_to_wire(figures.sales)),
        ending_receivables: Some(convert::money_to_wire(figures.ending)),
        ending_current: Some(convert::money_to_wire(figures.current)),
        ending_overdue: Some(convert::money_to_wire(figures.overdue()?)),
        ending_disputed: Some(convert::money_to_wire(figures.disputed)),
    })
}

/// The open invoice as the contract has it.
pub fn receivable(invoice: &OpenInvoice, as_of: BusinessDate) -> pb::Receivable {
    pb::Receivable {
        invoice_id: invoice.id.to_string(),
        number: invoice.number.clone(),
        customer_id: invoice.customer.to_string(),
        total: Some(convert::money_to_wire(invoice.total)),
        open: Some(convert::money_to_wire(invoice.open)),
        issue_date: Some(convert::date_to_wire(invoice.issued)),
        due_date: Some(convert::date_to_wire(invoice.due)),
        days_past_due: as_of.days_since(invoice.due),
        dunning_level: invoice.dunning_level,
        disputed: invoice.disputed,
        promised: invoice.promised,
    }
}

/// A number of things; more than the contract can tell is the most it can.
pub fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
