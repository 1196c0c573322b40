//! A suite of a few maps: enough to keep a company going, strict about who asks what and when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use quittance_api::collections::v1 as co;
use quittance_api::convert::{date_to_wire, money_from_wire, money_to_wire, required_date};
use quittance_api::credit::v1 as cr;
use quittance_api::events::v1 as ev;
use quittance_api::invoicing::v1 as inv;
use quittance_api::payments::v1 as pay;
use quittance_api::reconciliation::v1 as rec;
use quittance_simulator::check_digits::creditor_reference;
use quittance_types::{BusinessDate, Currency, Decimal, Fault, Money, Reason, parse_decimal, round};

use crate::wire::read;

/// Everything the fake suite knows.
#[derive(Default)]
pub struct State {
    /// Fail every so many calls with UNAVAILABLE, before anything is done.
    flaky_every: Option<u64>,
    pub calls: u64,
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
        if self.flaky_every.is_some_and(|every| self.calls % every == 0) {
            return Err(Fault::new(Reason::ServiceUnavailable, "away").retry_after(Duration::from_millis(1)));
        }
        if let Some(answer) = self.watch(method, &bytes) {
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

    /// The feeds lag: every look brings the consumer a little nearer. What reconciliation follows is never news.
    fn watch(&mut self, method: &str, bytes: &Bytes) -> Option<Vec<u8>> {
        match method {
            "GetHead" => {
                self.looks += 1;
                Some(ev::GetHeadResponse { head: self.head, pending: 0 }.encode_to_vec())
            }
            "ListCursors" => {
                self.seen = (self.seen + 3).min(self.head);
                let cursor = ev::Cursor { producer: "invoicing".to_owned(), position: self.seen, dead_letters: 0 };
                Some(ev::ListCursorsResponse { cursors: vec![cursor] }.encode_to_vec())
            }
            "Read" => {
                let request: ev::ReadRequest = read(bytes);
                assert!(request.types.iter().all(|name| name.starts_with("quittance.invoicing.v1.")));
                let is_news = !request.types.iter().any(|name| name.ends_with("LegalEntityChanged"));
                let event = ev::Event { position: request.after + 1, ..Default::default() };
                let events = if is_news { vec![event] } else { Vec::new() };
                Some(ev::ReadResponse { events, head: self.head }.encode_to_vec())
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

    fn submit(&mut self, request: inv::SubmitOrderRequest) -> inv::SubmitOrderResponse {
        let placed_on = required_date(request.as_of.as_ref()).unwrap();
        assert!(self.customers.values().any(|known| *known == request.customer_id));
        // By the key and not by order of arrival: concurrent requests arrive in any order.
        let order_id = format!("ord_{}", request.external_id);
        let held = request.external_id.ends_with("3");
        let left = request.lines.iter().zip(1..).map(|(line, n)| (n, parse_decimal(&line.quantity).unwrap())).collect();
        let lines = request.lines.into_iter().zip(1..);
        let order = inv::Order {
            order_id: order_id.clone(),
            external_id: request.external_id,
            customer_id: request.customer_id,
            state: if held { inv::OrderState::Held } else { inv::OrderState::Accepted }.into(),
            lines: lines.map(|(input, number)| inv::Line { number, input: Some(input), ..Default::default() }).collect(),
            payment_terms: request.payment_terms,
            purchase_order: request.purchase_order,
            ..Default::default()
        };
        self.orders.insert(order_id, Order { order: order.clone(), left, hold: held.then(|| placed_on.plus_days(9).unwrap()) });
        inv::SubmitOrderResponse { order: Some(order) }
    }

    fn cancel(&mut self, request: &inv::CancelOrderRequest) -> Result<inv::CancelOrderResponse, Fault> {
        let order = self.orders.get_mut(&request.order_id).unwrap();
        order.order.state = inv::OrderState::Cancelled.into();
        Ok(inv::CancelOrderResponse { order: Some(order.order.clone()) })
    }

    fn fulfil(&mut self, request: &inv::FulfilOrderRequest) -> Result<inv::FulfilOrderResponse, Fault> {
        let issued_on = required_date(request.as_of.as_ref()).unwrap();
        let number = format!("INV-NORD-{}-{:06}", issued_on.year(), self.invoices.len() + 1);
        let order = self.orders.get_mut(&request.order_id).unwrap();
        if order.hold.is_some_and(|until| issued_on < until) {
            return Err(illegal("HELD"));
        }
        order.hold = None;
        order.order.state = inv::OrderState::Accepted.into();
        let mut wanted: BTreeMap<i32, Decimal> = request
            .lines
            .iter()
            .map(|line| (line.line_number, parse_decimal(&line.quantity).unwrap()))
            .collect();
        if wanted.is_empty() {
            wanted = order.left.iter().filter(|(_, left)| **left > Decimal::ZERO).map(|(n, left)| (*n, *left)).collect();
        }
        assert!(!wanted.is_empty(), "nothing is left to deliver");
        let mut lines = Vec::new();
        let mut gross = eur(0);
        for line in &order.order.lines {
            let Some(quantity) = wanted.get(&line.number) else { continue };
            *order.left.get_mut(&line.number).unwrap() -= quantity;
            let mut input = line.input.clone().unwrap();
            input.quantity = quantity.normalize().to_string();
            let rate = |text: &str| parse_decimal(text).unwrap() / Decimal::ONE_HUNDRED;
            let price = parse_decimal(&input.unit_price).unwrap();
            let net = round(*quantity * price * (Decimal::ONE - rate(&input.discount_percent)), Currency::EUR);
            let net = Money::new(net, Currency::EUR).unwrap();
            gross = gross.add(net).unwrap().add(net.times(rate(&input.vat_rate)).unwrap()).unwrap();
            lines.push(inv::Line {
                number: lines.len() as i32 + 1,
                input: Some(input),
                net: Some(money_to_wire(net)),
                quantity_done: String::new(),
            });
        }
        let invoice = inv::Invoice {
            invoice_id: format!("inv_{}_{}", order.order.order_id, issued_on),
            creditor_reference: creditor_reference(&number),
            number,
            customer_id: order.order.customer_id.clone(),
            lines,
            totals: Some(inv::Totals { gross: Some(money_to_wire(gross)), ..Default::default() }),
            terms: Some(terms(&order.order.payment_terms, issued_on, gross)),
            issue_date: Some(date_to_wire(issued_on)),
            purchase_order: order.order.purchase_order.clone(),
            ..Default::default()
        };
        let order = order.order.clone();
        self.open.insert(invoice.invoice_id.clone(), gross);
        self.documents.insert(invoice.number.clone(), invoice.invoice_id.clone());
        assert!(self.invoices.insert(invoice.invoice_id.clone(), invoice.clone()).is_none());
        Ok(inv::FulfilOrderResponse { order: Some(order), invoice: Some(invoice) })
    }

    fn order(&self, request: &inv::GetOrderRequest) -> inv::GetOrderResponse {
        inv::GetOrderResponse { order: Some(self.orders[&request.order_id].order.clone()) }
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

    /// Applies what quotes one open invoice in full and pays exactly that.
    fn import_statement(&mut self, request: &rec::ImportStatementRequest) -> rec::ImportStatementResponse {
        let file = quittance_formats::read(&request.content).unwrap();
        assert!(file.findings.is_empty() && request.match_now && request.as_of.is_some());
        let (mut imported, mut matched) = (0, 0);
        for line in file.statements.iter().flat_map(|statement| statement.lines()) {
            imported += 1;
            let reference = line.bank_reference().unwrap().to_owned();
            let amount = line.signed_amount().unwrap().money().unwrap();
            let text = line.text().into_owned();
            let quoted = self.documents.iter().find(|(number, _)| text == **number).map(|(_, id)| id.clone());
            let fits = quoted.filter(|id| self.open[id] == amount);
            let state = match (&fits, line.is_return() || !amount.is_positive()) {
                (_, true) => rec::BankLineState::Posted,
                (Some(_), _) => rec::BankLineState::Applied,
                (None, _) => rec::BankLineState::Unidentified,
            };
            let receipt_id = format!("rcp_{reference}");
            if let Some(invoice_id) = fits {
                matched += 1;
                self.settle(&receipt_id, &invoice_id, amount);
            } else {
                self.unapplied.insert(receipt_id.clone(), amount);
            }
            let line = rec::BankLine { bank_reference: reference.clone(), state: state.into(), receipt_id, ..Default::default() };
            assert!(self.lines.insert(reference, line).is_none());
        }
        rec::ImportStatementResponse { lines_imported: imported, lines_matched: matched, ..Default::default() }
    }

    fn settle(&mut self, receipt_id: &str, invoice_id: &str, amount: Money) {
        let open = self.open[invoice_id].sub(amount).unwrap();
        assert!(!open.is_negative(), "over-applied {invoice_id}");
        self.open.insert(invoice_id.to_owned(), open);
        let invoice = &self.invoices[invoice_id];
        self.applications.push(rec::Application {
            receipt_id: receipt_id.to_owned(),
            document_number: invoice.number.clone(),
            customer_id: invoice.customer_id.clone(),
            amount: Some(money_to_wire(amount)),
            ..Default::default()
        });
    }

    /// Two lines a page, so that paging is tried.
    fn bank_lines(&self, request: &rec::ListBankLinesRequest) -> rec::ListBankLinesResponse {
        let wanted = |line: &&rec::BankLine| request.state == 0 || line.state == request.state;
        let skip: usize = request.page_token.parse().unwrap_or(0);
        let all: Vec<rec::BankLine> = self.lines.values().filter(wanted).cloned().collect();
        let next = skip + 50;
        rec::ListBankLinesResponse {
            next_page_token: if next < all.len() { next.to_string() } else { String::new() },
            total_count: all.len() as i64,
            bank_lines: all.into_iter().skip(skip).take(50).collect(),
        }
    }

    fn receipt(&self, request: &rec::GetReceiptRequest) -> rec::GetReceiptResponse {
        let unapplied = self.unapplied.get(&request.receipt_id).copied().unwrap_or(eur(0));
        let receipt = rec::Receipt { unapplied: Some(money_to_wire(unapplied)), ..Default::default() };
        rec::GetReceiptResponse { receipt: Some(receipt) }
    }

    fn open_item(&self, request: &rec::GetOpenItemRequest) -> rec::GetOpenItemResponse {
        let open = Some(money_to_wire(self.open[&request.open_item_id]));
        rec::GetOpenItemResponse { open_item: Some(rec::OpenItem { open, ..Default::default() }) }
    }

    fn apply(&mut self, request: &rec::ApplyReceiptRequest) -> rec::ApplyReceiptResponse {
        for allocation in &request.allocations {
            let amount = money_from_wire(&allocation.amount).unwrap();
            self.settle(&request.receipt_id, &allocation.open_item_id, amount);
            let left = self.unapplied[&request.receipt_id].sub(amount).unwrap();
            assert!(!left.is_negative());
            self.unapplied.insert(request.receipt_id.clone(), left);
        }
        let line = self.lines.get_mut(request.receipt_id.trim_start_matches("rcp_")).unwrap();
        line.state = rec::BankLineState::Applied.into();
        rec::ApplyReceiptResponse::default()
    }

    fn applications(&self, request: &rec::ListApplicationsRequest) -> rec::ListApplicationsResponse {
        let own = self.applications.iter().filter(|application| application.customer_id == request.customer_id);
        rec::ListApplicationsResponse { applications: own.cloned().collect(), ..Default::default() }
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

    fn credit(&mut self, request: &inv::CreateCreditMemoRequest) -> Result<inv::CreateCreditMemoResponse, Fault> {
        let open = self.open[&request.invoice_id];
        let total = match (&request.amount, request.lines.is_empty()) {
            (Some(_), _) => money_from_wire(&request.amount).unwrap().min(open)?,
            (None, true) => open,
            (None, false) => eur(1).min(open)?,
        };
        if !total.is_positive() {
            return Err(Fault::new(Reason::AmountNotPositive, "nothing left to credit"));
        }
        self.open.insert(request.invoice_id.clone(), open.sub(total)?);
        let memo = inv::CreditMemo {
            memo_id: request.invoice_id.replace("inv", "mem"),
            number: self.invoices[&request.invoice_id].number.replace("INV", "CM"),
            totals: Some(inv::Totals { gross: Some(money_to_wire(total)), ..Default::default() }),
            ..Default::default()
        };
        Ok(inv::CreateCreditMemoResponse { memo: Some(memo) })
    }

    fn promise(&self, request: &co::CreatePromiseRequest) -> Result<co::CreatePromiseResponse, Fault> {
        let given = required_date(request.as_of.as_ref()).unwrap();
        assert!(required_date(request.due_date.as_ref()).unwrap() > given);
        match self.open[&request.invoice_ids[0]].is_positive() {
            true => Ok(co::CreatePromiseResponse::default()),
            false => Err(illegal("SETTLED")),
        }
    }

    fn pay(&mut self, request: &pay::CreatePaymentRequest) -> pay::CreatePaymentResponse {
        assert!(request.method_token.starts_with("sim_"));
        assert_eq!(request.allocations.len(), 1);
        let payment_id = request.request_id.replace('-', "");
        pay::CreatePaymentResponse {
            payment: Some(pay::Payment { payment_id: format!("pay_{payment_id}"), ..Default::default() }),
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
        let run = co::DunningRun {
            dunning_run_id: dunning_run_id.clone(),
            notice_count: notices.len() as i32,
            ..Default::default()
        };
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

/// Only what the world offers: `net 30`, `2/10 net 30`, `EOM+15`, `net 30/60/90`.
fn terms(text: &str, issued_on: BusinessDate, gross: Money) -> inv::PaymentTerms {
    let due = |days: i32| date_to_wire(issued_on.plus_days(days).unwrap());
    let mut terms = inv::PaymentTerms { text: text.to_owned(), ..Default::default() };
    let part = |number, due_date, amount| inv::Instalment { number, due_date: Some(due_date), amount: Some(money_to_wire(amount)) };
    if let Some((discount, net)) = text.split_once(" net ") {
        let (percent, days) = discount.split_once('/').unwrap();
        let share = Decimal::new(percent.parse().unwrap(), 2);
        terms.discount_date = Some(due(days.parse().unwrap()));
        terms.discount_amount = Some(money_to_wire(gross.times(share).unwrap()));
        terms.instalments = vec![part(1, due(net.parse().unwrap()), gross)];
    } else if let Some(plus) = text.strip_prefix("EOM+") {
        let end = issued_on.end_of_month().plus_days(plus.parse().unwrap()).unwrap();
        terms.instalments = vec![part(1, date_to_wire(end), gross)];
    } else {
        let days: Vec<i32> = text.strip_prefix("net ").unwrap().split('/').map(|days| days.parse().unwrap()).collect();
        let parts = quittance_types::allocate(gross, &vec![Decimal::ONE; days.len()]).unwrap();
        terms.instalments = days.iter().zip(parts).zip(1..).map(|((days, amount), n)| part(n, due(*days), amount)).collect();
    }
    terms
}
