//! Holds, disputes, memos, promises and collections over a rail.

use futures::StreamExt;
use quittance_api::collections::v1::dispute_service_client::DisputeServiceClient;
use quittance_api::collections::v1::promise_service_client::PromiseServiceClient;
use quittance_api::collections::v1::{
    CreatePromiseRequest, DisputeState, EvaluatePromisesRequest, OpenDisputeRequest, ResolveDisputeRequest,
};
use quittance_api::convert::money_from_wire;
use quittance_api::credit::v1::hold_service_client::HoldServiceClient;
use quittance_api::credit::v1::{HoldCaseState, ListHoldCasesRequest, ReleaseHoldRequest};
use quittance_api::invoicing::v1::memo_service_client::MemoServiceClient;
use quittance_api::invoicing::v1::{CreateCreditMemoRequest, CreditLine};
use quittance_api::payments::v1::payment_service_client::PaymentServiceClient;
use quittance_api::payments::v1::{CreatePaymentRequest, PaymentAllocation, SyncPaymentsRequest};
use quittance_types::{BusinessDate, Fault};
use uuid::Uuid;

use super::call::ask;
use super::{Driver, convert, unknown};
use crate::actions::{Action, CollectPayment, CreditScope, IssueCreditMemo, MakePromise, OpenDispute, ReleaseHold, ResolveDispute};
use crate::orders::DocumentKey;
use crate::seen::MemoSeen;

/// Payments may change their state for so many days.
const RAIL_DAYS: i32 = 4;

/// What came of an action.
enum Done {
    Nothing,
    Disputed(DocumentKey, String),
    Credited(MemoSeen, String),
    Collected(Uuid, String),
}

impl Driver {
    /// Everything else of the day; true when there was anything.
    pub(super) async fn desk(&mut self) -> Result<bool, Fault> {
        let actions = self.play.desk()?;
        // Kinds stand together and may depend on the kinds before them.
        let mut rest = actions.as_slice();
        while let Some(first) = rest.first() {
            let kind = std::mem::discriminant(first);
            let length = rest.iter().take_while(|action| std::mem::discriminant(*action) == kind).count();
            let (now, later) = rest.split_at(length);
            self.do_all(now).await?;
            rest = later;
        }
        let today = self.play.today();
        if self.play.summary().promises > 0 && crate::calendar::is_bank_day(today) {
            self.evaluate_promises(today).await?;
        }
        Ok(!actions.is_empty())
    }

    async fn do_all(&mut self, actions: &[Action]) -> Result<(), Fault> {
        let calls = actions.iter().map(|action| self.act(action));
        let answers: Vec<Result<Done, Fault>> = futures::stream::iter(calls).buffered(self.options.at_once.max(1)).collect().await;
        for (action, answer) in actions.iter().zip(answers) {
            self.tally.mutations += 1;
            match self.tally.forgive(name(action), answer)? {
                None | Some(Done::Nothing) => {}
                Some(Done::Disputed(document, dispute_id)) => drop(self.ids.disputes.insert(document, dispute_id)),
                Some(Done::Credited(memo, memo_id)) => {
                    self.ids.documents.insert(memo.number.clone(), memo_id);
                    self.play.memo_seen(&memo)?;
                }
                Some(Done::Collected(request_id, reference)) => {
                    self.payments_since = Some(self.play.today());
                    self.play.payment_seen(request_id, reference);
                }
            }
        }
        Ok(())
    }

    async fn act(&self, action: &Action) -> Result<Done, Fault> {
        match action {
            Action::ReleaseHold(release) => self.release(release).await,
            Action::OpenDispute(dispute) => self.dispute(dispute).await,
            Action::IssueCreditMemo(memo) => self.credit(memo).await,
            Action::ResolveDispute(resolve) => self.resolve(resolve).await,
            Action::MakePromise(promise) => self.promise(promise).await,
            Action::CollectPayment(collect) => self.collect(collect).await,
            other => Err(Fault::internal(format!("not for the desk: {other:?}"))),
        }
    }

    fn invoice_id(&self, document: DocumentKey) -> Result<String, Fault> {
        self.ids.invoices.get(&document).cloned().ok_or_else(|| unknown("invoice", document))
    }

    /// By then cash may have released the order, or somebody cancelled it: there is no open case any more.
    async fn release(&self, release: &ReleaseHold) -> Result<Done, Fault> {
        let order_id = self.ids.orders.get(&release.order).ok_or_else(|| unknown("order", release.order))?;
        let client = HoldServiceClient::new(self.staff.manager.credit.clone());
        let request = ListHoldCasesRequest {
            state: HoldCaseState::Open.into(),
            customer_id: self.customer_id(release.order.customer)?.to_owned(),
            page_size: 1_000,
            page_token: String::new(),
        };
        let cases = ask!(client.clone(), list_hold_cases, request)?.hold_cases;
        let Some(case) = cases.into_iter().find(|case| case.order_id == *order_id) else { return Ok(Done::Nothing) };
        let request = ReleaseHoldRequest {
            request_id: release.request_id.to_string(),
            hold_case_id: case.hold_case_id,
            why: release.why.to_owned(),
            etag: case.etag,
            as_of: convert::date(release.on),
        };
        ask!(client, release_hold, request).map(|_| Done::Nothing)
    }

    async fn dispute(&self, dispute: &OpenDispute) -> Result<Done, Fault> {
        let request = OpenDisputeRequest {
            request_id: dispute.request_id.to_string(),
            invoice_id: self.invoice_id(dispute.document)?,
            amount: convert::money(dispute.amount),
            category: convert::category(dispute.reason).into(),
            note: dispute.reason.words().to_owned(),
            as_of: convert::date(dispute.on),
        };
        let client = DisputeServiceClient::new(self.staff.clerk.collections.clone());
        let opened = ask!(client, open_dispute, request)?.dispute.unwrap_or_default();
        Ok(Done::Disputed(dispute.document, opened.dispute_id))
    }

    async fn credit(&self, memo: &IssueCreditMemo) -> Result<Done, Fault> {
        let (lines, amount) = match &memo.scope {
            CreditScope::All => (Vec::new(), None),
            CreditScope::Amount(amount) => (Vec::new(), convert::money(*amount)),
            CreditScope::Line { number, quantity } => {
                let line_number = i32::try_from(*number).unwrap_or(i32::MAX);
                (vec![CreditLine { line_number, quantity: convert::decimal(*quantity) }], None)
            }
        };
        let request = CreateCreditMemoRequest {
            request_id: memo.request_id.to_string(),
            invoice_id: self.invoice_id(memo.document)?,
            lines,
            amount,
            why: memo.why.to_owned(),
            as_of: convert::date(memo.on),
        };
        let client = MemoServiceClient::new(self.staff.clerk.invoicing.clone());
        let issued = ask!(client, create_credit_memo, request)?.memo.unwrap_or_default();
        let total = money_from_wire(&issued.totals.unwrap_or_default().gross)?;
        Ok(Done::Credited(MemoSeen { key: memo.document, number: issued.number, total }, issued.memo_id))
    }

    /// A dispute the suite refused to open has no answer.
    async fn resolve(&self, resolve: &ResolveDispute) -> Result<Done, Fault> {
        let Some(dispute_id) = self.ids.disputes.get(&resolve.document) else { return Ok(Done::Nothing) };
        let (outcome, why) = match resolve.credited {
            true => (DisputeState::ResolvedCredit, "Credit memo issued"),
            false => (DisputeState::ResolvedPay, "Delivery and price are proven"),
        };
        let request = ResolveDisputeRequest {
            request_id: resolve.request_id.to_string(),
            dispute_id: dispute_id.clone(),
            outcome: outcome.into(),
            why: why.to_owned(),
            as_of: convert::date(resolve.on),
        };
        let client = DisputeServiceClient::new(self.staff.clerk.collections.clone());
        ask!(client, resolve_dispute, request).map(|_| Done::Nothing)
    }

    async fn promise(&self, promise: &MakePromise) -> Result<Done, Fault> {
        let request = CreatePromiseRequest {
            request_id: promise.request_id.to_string(),
            customer_id: self.customer_id(promise.document.order.customer)?.to_owned(),
            invoice_ids: vec![self.invoice_id(promise.document)?],
            amount: convert::money(promise.amount),
            due_date: convert::date(promise.promised_for),
            note: "By telephone".to_owned(),
            as_of: convert::date(promise.on),
        };
        let client = PromiseServiceClient::new(self.staff.clerk.collections.clone());
        ask!(client, create_promise, request).map(|_| Done::Nothing)
    }

    async fn collect(&self, collect: &CollectPayment) -> Result<Done, Fault> {
        let amount = convert::money(collect.amount);
        let allocation = PaymentAllocation { invoice_id: self.invoice_id(collect.document)?, amount: amount.clone() };
        let request = CreatePaymentRequest {
            request_id: collect.request_id.to_string(),
            customer_id: self.customer_id(collect.document.order.customer)?.to_owned(),
            amount,
            rail: convert::rail(collect.rail).into(),
            method_token: collect.outcome.method_token(),
            allocations: vec![allocation],
            as_of: convert::date(collect.on),
        };
        let client = PaymentServiceClient::new(self.staff.clerk.payments.clone());
        let payment = ask!(client, create_payment, request)?.payment.unwrap_or_default();
        Ok(Done::Collected(collect.request_id, payment.payment_id))
    }

    /// Asks the rails while payments of the last days may still change.
    pub(super) async fn sync_payments(&mut self, today: BusinessDate) -> Result<bool, Fault> {
        let Some(since) = self.payments_since else { return Ok(false) };
        if today.days_since(since) > RAIL_DAYS {
            self.payments_since = None;
        }
        let request_id = self.play.world().request_id(&format!("sync {today}")).to_string();
        let request = SyncPaymentsRequest { request_id, as_of: convert::date(today) };
        let answer = ask!(PaymentServiceClient::new(self.staff.clerk.payments.clone()), sync_payments, request)?;
        self.tally.mutations += 1;
        self.tally.payments_settled += u64::try_from(answer.settled).unwrap_or_default();
        self.tally.payments_lost += u64::try_from(answer.failed + answer.returned).unwrap_or_default();
        Ok(answer.settled + answer.failed + answer.returned > 0)
    }

    async fn evaluate_promises(&mut self, today: BusinessDate) -> Result<(), Fault> {
        let request_id = self.play.world().request_id(&format!("evaluate promises {today}")).to_string();
        let request = EvaluatePromisesRequest { request_id, as_of: convert::date(today) };
        let client = PromiseServiceClient::new(self.staff.clerk.collections.clone());
        let answer = ask!(client, evaluate_promises, request)?;
        self.tally.mutations += 1;
        self.tally.promises_kept += u64::try_from(answer.kept).unwrap_or_default();
        self.tally.promises_broken += u64::try_from(answer.partly_kept + answer.broken).unwrap_or_default();
        Ok(())
    }
}

fn name(action: &Action) -> &'static str {
    match action {
        Action::SubmitOrder(_) => "submit_order",
        Action::CancelOrder(_) => "cancel_order",
        Action::FulfilOrder(_) => "fulfil_order",
        Action::ReleaseHold(_) => "release_hold",
        Action::OpenDispute(_) => "open_dispute",
        Action::IssueCreditMemo(_) => "create_credit_memo",
        Action::ResolveDispute(_) => "resolve_dispute",
        Action::MakePromise(_) => "create_promise",
        Action::CollectPayment(_) => "create_payment",
    }
}
