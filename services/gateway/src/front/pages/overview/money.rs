//! Cash, receivables by age, and why it takes so long.

use quittance_api::{
    collections::v1::{
        Bucket, GetAgingRequest, GetCashHistoryRequest, GetKpisRequest, Kpis, analytics_service_client::AnalyticsServiceClient,
    },
    convert,
};
use quittance_chassis::client::{Wire, call_ctx};
use quittance_types::{BusinessDate, Decimal, Fault, Money};

use super::{Asking, answer, count};
use crate::portal::view::{AgeBucket, AgeRow, CashDay, CashView, DsoMonth, DsoPart, DsoView, ReceivablesView};

/// Days of cash drawn.
const CASH_DAYS: i32 = 14;
/// Months of DSO drawn.
const DSO_MONTHS: i32 = 6;
const DSO_PERIOD_DAYS: i32 = 90;

fn analytics(asking: &Asking<'_>) -> AnalyticsServiceClient<Wire> {
    AnalyticsServiceClient::new(asking.peers.wire("collections"))
}

fn money(given: &Option<quittance_api::google::r#type::Money>) -> Result<Money, Fault> {
    convert::money_from_wire(given)
}

/// Cash of the last two weeks.
pub(super) async fn cash(asking: &Asking<'_>) -> Result<CashView, Fault> {
    let from = asking.as_of.minus_days(CASH_DAYS)?;
    let ask = GetCashHistoryRequest {
        from_date: Some(convert::date_to_wire(from)),
        to_date: Some(convert::date_to_wire(asking.as_of)),
        currency: asking.currency.code().to_owned(),
    };
    let history = answer(analytics(asking).get_cash_history(call_ctx(asking.ctx, ask)).await)?;
    let mut received = std::collections::BTreeMap::new();
    for day in &history.days {
        received.insert(convert::required_date(day.date.as_ref())?, money(&day.received)?);
    }
    let mut days = Vec::new();
    for offset in 0..=CASH_DAYS {
        let date = from.plus_days(offset)?;
        let amount = received.get(&date).copied().unwrap_or(Money::zero(asking.currency));
        days.push(CashDay { date, received: Some(amount), forecast: None });
    }
    let monday = asking.as_of.minus_days(i32::try_from(asking.as_of.weekday()).unwrap_or(1) - 1)?;
    let last_week = monday.minus_days(7)?..=asking.as_of.minus_days(7)?;
    let before = received.iter().filter(|(day, _)| last_week.contains(*day)).map(|(_, amount)| *amount);
    Ok(CashView { days, same_days_last_week: Some(Money::sum(asking.currency, before)?) })
}

/// Open receivables by age in the functional currency.
pub(super) async fn receivables(asking: &Asking<'_>) -> Result<ReceivablesView, Fault> {
    let ask = GetAgingRequest {
        as_of: Some(convert::date_to_wire(asking.as_of)),
        currency: asking.currency.code().to_owned(),
        bounds: vec![30, 60, 90],
        ..Default::default()
    };
    let agings = answer(analytics(asking).get_aging(call_ctx(asking.ctx, ask)).await)?.agings;
    let Some(aging) = agings.into_iter().find(|aging| aging.currency == asking.currency.code()) else {
        return Ok(ReceivablesView::default());
    };
    let row = |bucket: &Bucket| {
        Ok(AgeRow {
            bucket: AgeBucket::of_days_past_due(bucket.from_days.unwrap_or(0)),
            open: money(&bucket.amount)?,
            disputed: money(&bucket.disputed)?,
            items: count(bucket.items),
            change: None,
        })
    };
    let rows = aging.buckets.iter().map(row).collect::<Result<_, Fault>>()?;
    Ok(ReceivablesView { rows, proven: Some(money(&aging.total)?) })
}

/// Days sales outstanding at the end of the last months, split into terms and lateness.
pub(super) async fn dso(asking: &Asking<'_>) -> Result<DsoView, Fault> {
    let mut ends = Vec::new();
    for back in (0..DSO_MONTHS).rev() {
        let month = asking.as_of.first_of_month().plus_months(-back)?;
        ends.push((month, month.end_of_month().min(asking.as_of)));
    }
    let asked = ends.iter().map(|(month, end)| async move { Ok::<_, Fault>((*month, kpis(asking, *end).await?)) });
    let answered = futures::future::try_join_all(asked).await?;
    let latest = answered.last().and_then(|(_, kpis)| kpis.clone());
    let months = answered.into_iter().filter_map(|(month, kpis)| Some(DsoMonth { month, parts: parts(&kpis?)? }));
    Ok(DsoView {
        months: months.collect(),
        average_days_delinquent: latest.as_ref().and_then(|kpis| decimal(&kpis.add)),
        collection_effectiveness: latest.as_ref().and_then(|kpis| decimal(&kpis.cei)),
    })
}

async fn kpis(asking: &Asking<'_>, as_of: BusinessDate) -> Result<Option<Kpis>, Fault> {
    let ask =
        GetKpisRequest { as_of: Some(convert::date_to_wire(as_of)), days: DSO_PERIOD_DAYS, currency: asking.currency.code().to_owned() };
    Ok(answer(analytics(asking).get_kpis(call_ctx(asking.ctx, ask)).await)?.kpis)
}

fn decimal(text: &str) -> Option<Decimal> {
    quittance_types::parse_decimal(text).ok()
}

/// Terms are what the best possible DSO says; the rest of DSO is lateness. Months without sales have neither.
fn parts(kpis: &Kpis) -> Option<Vec<(DsoPart, Decimal)>> {
    Some(vec![(DsoPart::Terms, decimal(&kpis.best_possible_dso)?), (DsoPart::PaidLate, decimal(&kpis.add)?)])
}
