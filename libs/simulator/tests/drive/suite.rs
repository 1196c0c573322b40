//! A suite of a few maps: enough to keep a company going, strict about who asks what and when.

mod cash;
mod trade;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use quittance_api::collections::v1 as co;
use quittance_api::convert::{money_from_wire, required_date};
use quittance_api::credit::v1 as cr;
use quittance_api::events::v1 as ev;
use quittance_api::invoicing::v1 as inv;
use quittance_api::payments::v1 as pay;
use quittance_api::reconciliation::v1 as rec;
use quittance_types::{BusinessDate, Currency, Decimal, Fault, Money, Reason};

use crate::wire::read;

/// Everything the fake suite knows.
#[derive(Default)]
pub struct State {
    /// Fail every so many calls with UNAVAILABLE, before anything is done.
    flaky_every: Option<u64>,
    pub calls: u64,
    /// Services hear nothing of each other.
    pub deaf: bool,
    /// Mutations in the order they were done: who, method, request without its answer.
    pub log: Vec<(&'static str, String, Bytes)>,
    answers: BTreeMap<(String, String), (Bytes, Vec<u8>)>,
    customers: BTreeMap<String, String>,
    orders: BTreeMap<String, Order>,
    pub invoices: BTreeMap<String, inv::Invoice>,
    open: BTreeMap<String, Money>,
    documents: BTreeMap<String, String>,
    disputes: BTreeMap<String, String>,
    pub lines: BTreeMap<String, rec::BankLine>,
    applications: Vec<rec::Application>,
    unapplied: BTreeMap<String, Money>,
    pub dunned: BTreeSet<String>,
    runs: BTreeMap<String, (String, Vec<co::Notice>)>,
    head: i64,
    seen: i64,
    pub looks: u64,
}

struct Order {
    order: inv::Order,
    left: BTreeMap<i32, Decimal>,
    /// Held before this day.
    hold: Option<BusinessDate>,
}

fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}_{number:032x}")
}

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn illegal(from: &str) -> Fault {
    Fault::new(Reason::IllegalTransition, "not now").with("from", from).with("to", "other")
}

impl State {
    pub fn flaky(flaky_every: Option<u64>) -> Self {
        Self { flaky_every, ..Self::default() }
    }

    pub fn answer(&mut self, who: &'static str, method: &str, bytes: Bytes) -> Result<Vec<u8>, Fault> {
        self.calls += 1;
        if self.flaky_every.is_some_and(|every| self.calls.is_multiple_of(every)) {
            return Err(Fault::new(Reason::ServiceUnavailable, "away").retry_after(Duration::from_millis(1)));
        }
        if let Some(answer) = self.watch(method) {
            return Ok(answer);
        }
        // Field 1 of every mutation is its request id, a string.
        let request_id = ev::RedriveDeadLetterRequest::decode(bytes.clone()).map(|any| any.request_id);
        let key = request_id.ok().filter(|text| text.len() == 36).map(|request_id| (method.to_owned(), request_id));
        if let Some(known) = key.as_ref().and_then(|key| self.answers.get(key)) {
            if known.0 != bytes {
                assert_eq!(method, "FulfilOrder", "another body under the same request id");
                return Err(Fault::new(Reason::RequestIdReused, "another body under the same request id"));
            }
            return Ok(known.1.clone());
        }
        let answer = self.route(who, method, &bytes)?;
        if let Some(key) = key {
            self.head += 1;
            self.log.push((who, method.to_owned(), bytes.clone()));
            self.answers.insert(key, (bytes, answer.clone()));
        }
        Ok(answer)
    }

    /// The feeds lag: every look brings the consumer a little nearer.
    fn watch(&mut self, method: &str) -> Option<Vec<u8>> {
        match method {
            "GetHead" => {
                self.looks += 1;
                Some(ev::GetHeadResponse { head: self.head, pending: 0 }.encode_to_vec())
            }
            "ListCursors" => {
                let step = if self.deaf { 0 } else { 3 };
                self.seen = (self.seen + step).min(self.head);
                let cursor =
                    ev::Cursor { producer: "invoicing".to_owned(), position: self.seen, dead_letters: 0, stored_position: self.seen };
                Some(ev::ListCursorsResponse { cursors: vec![cursor] }.encode_to_vec())
            }
            _ => None,
        }
    }

    fn route(&mut self, who: &str, method: &str, bytes: &Bytes) -> Result<Vec<u8>, Fault> {
        let manager_only = ["DecideLimit", "ReleaseHold", "ApproveRun"];
        if manager_only.contains(&method) {
            assert_eq!(who, "manager", "{method} is for somebody else");
        }
        Ok(match method {
            "PutPolicy" => cr::PutPolicyResponse::default().encode_to_vec(),
            "CreateLegalEntity" => {
                let entity = inv::LegalEntity { legal_entity_id: id("ent", 1), ..inv::LegalEntity::default() };
                inv::CreateLegalEntityResponse { legal_entity: Some(entity) }.encode_to_vec()
            }
            "CreateBankAccount" => rec::CreateBankAccountResponse::default().encode_to_vec(),
            "BatchImportCustomers" => self.import(&read(bytes)).encode_to_vec(),
            "SetScore" => cr::SetScoreResponse::default().encode_to_vec(),
            "SetLimit" => set_limit(&read(bytes)).encode_to_vec(),
            "DecideLimit" => cr::DecideLimitResponse::default().encode_to_vec(),
            "PutStrategy" => co::PutStrategyResponse::default().encode_to_vec(),
            "SubmitOrder" => self.submit(read(bytes)).encode_to_vec(),
            "CancelOrder" => self.cancel(&read(bytes))?.encode_to_vec(),
            "FulfilOrder" => self.fulfil(&read(bytes))?.encode_to_vec(),
            "GetOrder" => self.order(&read(bytes)).encode_to_vec(),
            "ListHoldCases" => self.hold_cases(&read(bytes)).encode_to_vec(),
            "ReleaseHold" => self.release(&read(bytes)).encode_to_vec(),
            "ImportStatement" => self.import_statement(&read(bytes)).encode_to_vec(),
            "RunMatching" => rec::RunMatchingResponse::default().encode_to_vec(),
            "GetMatchStatistics" => rec::GetMatchStatisticsResponse::default().encode_to_vec(),
            "ListBankLines" => self.bank_lines(&read(bytes)).encode_to_vec(),
            "GetReceipt" => self.receipt(&read(bytes)).encode_to_vec(),
            "GetOpenItem" => self.open_item(&read(bytes)).encode_to_vec(),
            "ApplyReceipt" => self.apply(&read(bytes)).encode_to_vec(),
            "PutOnAccount" => rec::PutOnAccountResponse::default().encode_to_vec(),
            "ListReceipts" => rec::ListReceiptsResponse::default().encode_to_vec(),
            "ListApplications" => self.applications(&read(bytes)).encode_to_vec(),
            "OpenDispute" => self.dispute(&read(bytes))?.encode_to_vec(),
            "ResolveDispute" => self.resolve(&read(bytes))?.encode_to_vec(),
            "CreateCreditMemo" => self.credit(&read(bytes))?.encode_to_vec(),
            "CreatePromise" => self.promise(&read(bytes))?.encode_to_vec(),
            "EvaluatePromises" => co::EvaluatePromisesResponse::default().encode_to_vec(),
            "CreatePayment" => self.pay(&read(bytes)).encode_to_vec(),
            "SyncPayments" => pay::SyncPaymentsResponse::default().encode_to_vec(),
            "PreviewRun" => self.preview(&read(bytes)).encode_to_vec(),
            "ApproveRun" => co::ApproveRunResponse::default().encode_to_vec(),
            "IssueRun" => co::IssueRunResponse::default().encode_to_vec(),
            "DeliverNotices" => co::DeliverNoticesResponse::default().encode_to_vec(),
            "ListNotices" => self.notices(&read(bytes)).encode_to_vec(),
            other => panic!("the driver called {other}"),
        })
    }

    fn import(&mut self, request: &cr::BatchImportCustomersRequest) -> cr::BatchImportCustomersResponse {
        let mut customer_ids = Vec::new();
        for customer in &request.customers {
            let next = self.customers.len() + 1;
            assert!(customer.parent_customer_id.is_empty() || self.customers.len() >= request.customers.len());
            customer_ids.push(self.customers.entry(customer.external_id.clone()).or_insert_with(|| id("cus", next)).clone());
        }
        cr::BatchImportCustomersResponse { customer_ids, ..Default::default() }
    }

    fn hold_cases(&self, request: &cr::ListHoldCasesRequest) -> cr::ListHoldCasesResponse {
        let of_customer = self.orders.values().filter(|order| order.order.customer_id == request.customer_id);
        let held = of_customer.filter(|order| order.hold.is_some()).map(|order| cr::HoldCase {
            hold_case_id: order.order.order_id.replace("ord", "hld"),
            order_id: order.order.order_id.clone(),
            ..Default::default()
        });
        cr::ListHoldCasesResponse { hold_cases: held.collect(), ..Default::default() }
    }

    fn release(&mut self, request: &cr::ReleaseHoldRequest) -> cr::ReleaseHoldResponse {
        self.orders.get_mut(&request.hold_case_id.replace("hld", "ord")).unwrap().hold = None;
        cr::ReleaseHoldResponse::default()
    }

    fn dispute(&mut self, request: &co::OpenDisputeRequest) -> Result<co::OpenDisputeResponse, Fault> {
        let open = self.open[&request.invoice_id];
        if open.minor() < money_from_wire(&request.amount).unwrap().minor() {
            return Err(Fault::new(Reason::AmountExceedsOpen, "more than is open"));
        }
        let dispute_id = request.invoice_id.replace("inv", "dsp");
        self.disputes.insert(dispute_id.clone(), request.invoice_id.clone());
        Ok(co::OpenDisputeResponse { dispute: Some(co::Dispute { dispute_id, ..Default::default() }) })
    }

    fn resolve(&mut self, request: &co::ResolveDisputeRequest) -> Result<co::ResolveDisputeResponse, Fault> {
        self.disputes.remove(&request.dispute_id).map(|_| co::ResolveDisputeResponse::default()).ok_or_else(|| illegal("none"))
    }

    fn promise(&self, request: &co::CreatePromiseRequest) -> Result<co::CreatePromiseResponse, Fault> {
        let given = required_date(request.as_of.as_ref()).unwrap();
        assert!(required_date(request.due_date.as_ref()).unwrap() > given);
        match self.open[&request.invoice_ids[0]].is_positive() {
            true => Ok(co::CreatePromiseResponse::default()),
            false => Err(illegal("SETTLED")),
        }
    }

    /// One notice for each customer with something overdue, each level a week after the one before.
    fn preview(&mut self, request: &co::PreviewRunRequest) -> co::PreviewRunResponse {
        let as_of = required_date(request.as_of.as_ref()).unwrap();
        let mut notices: BTreeMap<String, co::Notice> = BTreeMap::new();
        for invoice in self.invoices.values().filter(|invoice| self.open[&invoice.invoice_id].is_positive()) {
            let part = &invoice.terms.as_ref().unwrap().instalments[0];
            let overdue = as_of.days_since(required_date(part.due_date.as_ref()).unwrap());
            if overdue > 5 {
                let level = (overdue / 10 + 1).min(3);
                let customer_id = invoice.customer_id.clone();
                let state = co::NoticeState::Queued.into();
                notices.insert(customer_id.clone(), co::Notice { customer_id, level, state, ..Default::default() });
            }
        }
        self.dunned.extend(notices.keys().cloned());
        let dunning_run_id = format!("drn_{as_of}");
        let run = co::DunningRun { dunning_run_id: dunning_run_id.clone(), notice_count: notices.len() as i32, ..Default::default() };
        self.runs.insert(dunning_run_id, (String::new(), notices.into_values().collect()));
        co::PreviewRunResponse { run: Some(run) }
    }

    fn notices(&self, request: &co::ListNoticesRequest) -> co::ListNoticesResponse {
        co::ListNoticesResponse { notices: self.runs[&request.dunning_run_id].1.clone(), ..Default::default() }
    }
}

fn set_limit(request: &cr::SetLimitRequest) -> cr::SetLimitResponse {
    let proposed = money_from_wire(&request.amount).unwrap().minor() > 5_000_000;
    let state = if proposed { cr::LimitState::Proposed } else { cr::LimitState::Active };
    let limit = cr::Limit { limit_id: request.customer_id.replace("cus", "lim"), state: state.into(), ..Default::default() };
    cr::SetLimitResponse { limit: Some(limit) }
}
