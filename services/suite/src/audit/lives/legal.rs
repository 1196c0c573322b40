//! What may become of things, asked of the domains themselves.

use std::collections::{BTreeMap, BTreeSet};

use quittance_collections::domain::{
    dispute::DisputeState,
    notice::{NoticeEvent, NoticeState},
    promise::{PromiseEvent, PromiseState},
};
use quittance_credit::domain::{
    hold::HoldCaseState,
    limit::LimitState,
    reservation::{ReservationEvent, ReservationState},
};
use quittance_invoicing::domain::{
    invoice::{InvoiceState, Settlement, Step as InvoiceStep},
    order::{OrderState, Step as OrderStep},
};
use quittance_payments::domain::payment::PaymentState;
use quittance_reconciliation::domain::{
    item::{ItemEvent, ItemState},
    receipt::{ReceiptEvent, ReceiptState},
};

/// How the versions of a thing run in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    /// Every change is told: none is missing.
    Dense,
    /// Some changes are not told: those another's event caused, and those on the way to what is told.
    Ascending,
}

/// The states of one kind of thing and the ways between them.
pub(super) struct Legal {
    pub(super) versions: Versions,
    steps: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl Legal {
    fn new(versions: Versions, states: &[&'static str], steps: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let mut legal = Self { versions, steps: states.iter().map(|state| (*state, BTreeSet::from([*state]))).collect() };
        for (from, to) in steps {
            legal.steps.entry(from).or_default().insert(to);
        }
        legal
    }

    /// Whether there is such a state.
    pub(super) fn knows(&self, state: &str) -> bool {
        self.steps.contains_key(state)
    }

    /// Whether one state leads to the other. One transaction may take several steps and tell only the last.
    pub(super) fn allows(&self, from: &str, to: &str) -> bool {
        let mut reached: BTreeSet<&str> = BTreeSet::from([from]);
        loop {
            let next: BTreeSet<&str> = reached
                .iter()
                .flat_map(|state| self.steps.get(state).into_iter().flatten().copied())
                .chain(reached.iter().copied())
                .collect();
            if next.len() == reached.len() {
                return reached.contains(to) && self.knows(to);
            }
            reached = next;
        }
    }
}

/// By the full name of the message.
pub(super) fn all() -> BTreeMap<&'static str, Legal> {
    BTreeMap::from([
        ("quittance.credit.v1.Reservation", reservation()),
        ("quittance.credit.v1.HoldCase", hold_case()),
        ("quittance.credit.v1.Limit", limit()),
        ("quittance.invoicing.v1.Order", order()),
        ("quittance.invoicing.v1.Invoice", invoice()),
        ("quittance.payments.v1.Payment", payment()),
        ("quittance.reconciliation.v1.OpenItem", item()),
        ("quittance.reconciliation.v1.Receipt", receipt()),
        ("quittance.collections.v1.PromiseToPay", promise()),
        ("quittance.collections.v1.Dispute", dispute()),
        ("quittance.collections.v1.Notice", notice()),
    ])
}

/// Every pair for which the state machine has an answer.
macro_rules! steps {
    ($states:expr, $events:expr, $step:expr) => {
        $states
            .into_iter()
            .flat_map(|from| $events.into_iter().filter_map(move |event| Some((from.as_str(), $step(from, event)?.as_str()))))
    };
}

fn reservation() -> Legal {
    use ReservationEvent::{Approve, AskAgain, CommitPart, CommitRest, Expire, InvoiceLate, Refuse, Release};
    let states = ["requested", "held", "committed", "released", "expired", "rejected"].into_iter().filter_map(ReservationState::parse);
    let events = [Approve, Refuse, CommitPart, CommitRest, Release, Expire, InvoiceLate, AskAgain];
    let states: Vec<ReservationState> = states.collect();
    let names: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    Legal::new(Versions::Ascending, &names, steps!(states, events, |from: ReservationState, event| from.on(event).ok()))
}

/// A case ends once.
fn hold_case() -> Legal {
    let ends = [HoldCaseState::Released, HoldCaseState::Rejected, HoldCaseState::Expired].map(HoldCaseState::as_str);
    let open = HoldCaseState::Open.as_str();
    Legal::new(Versions::Dense, &[&[open][..], &ends].concat(), ends.map(|end| (open, end)))
}

/// A limit is decided once, and gives way to the next one.
fn limit() -> Legal {
    let [proposed, active, superseded, rejected] =
        [LimitState::Proposed, LimitState::Active, LimitState::Superseded, LimitState::Rejected].map(LimitState::as_str);
    let steps = [(proposed, active), (proposed, rejected), (active, superseded), (proposed, superseded)];
    Legal::new(Versions::Dense, &[proposed, active, superseded, rejected], steps)
}

fn order() -> Legal {
    use OrderStep::{Cancel, DeliverPart, DeliverRest, Expire, Lapse, Refuse, Release, Resume};
    let events = [Release, Resume, Refuse, Expire, Lapse, DeliverPart, DeliverRest, Cancel];
    let names = OrderState::ALL.map(OrderState::as_str);
    Legal::new(Versions::Ascending, &names, steps!(OrderState::ALL, events, |from: OrderState, event| from.after(event).ok()))
}

fn invoice() -> Legal {
    use InvoiceStep::{Convert, Credit, Issue, Send, Settle, Void};
    let settled = [Settlement::Nothing, Settlement::Part, Settlement::Everything].map(Settle);
    let events = [&[Issue, Send, Convert, Void, Credit][..], &settled].concat();
    let names = InvoiceState::ALL.map(InvoiceState::as_str);
    Legal::new(Versions::Ascending, &names, steps!(InvoiceState::ALL, events.clone(), |from: InvoiceState, event| from.after(event).ok()))
}

fn payment() -> Legal {
    let names = PaymentState::ALL.map(PaymentState::as_str);
    let pairs = steps!(PaymentState::ALL, PaymentState::ALL, |from: PaymentState, to| from.may_become(to).then_some(to));
    Legal::new(Versions::Dense, &names, pairs)
}

fn item() -> Legal {
    use ItemEvent::{ReopenedInFull, ReopenedInPart, SettledInFull, SettledInPart, Voided};
    let states = [ItemState::Open, ItemState::PartlySettled, ItemState::Settled, ItemState::Void];
    let events = [SettledInPart, SettledInFull, ReopenedInPart, ReopenedInFull, Voided];
    Legal::new(Versions::Dense, &states.map(ItemState::as_str), steps!(states, events, |from: ItemState, event| from.after(event).ok()))
}

/// What an event makes of a receipt depends on what is left of its money.
fn receipt() -> Legal {
    use ReceiptState::{Applied, OnAccount, PartlyApplied, Reversed, Unapplied, Unidentified};
    let ends = |event: ReceiptEvent| match event {
        ReceiptEvent::Identified => vec![Unapplied],
        ReceiptEvent::KeptOnAccount => vec![OnAccount],
        ReceiptEvent::Applied => vec![PartlyApplied, Applied],
        ReceiptEvent::TakenBack => vec![Unapplied, OnAccount, PartlyApplied],
        ReceiptEvent::Moved | ReceiptEvent::GivenBack => vec![Unidentified, Unapplied, OnAccount, PartlyApplied, Applied, Reversed],
    };
    let events = [
        ReceiptEvent::Identified,
        ReceiptEvent::KeptOnAccount,
        ReceiptEvent::Applied,
        ReceiptEvent::TakenBack,
        ReceiptEvent::Moved,
        ReceiptEvent::GivenBack,
    ];
    let steps = ReceiptState::ALL.into_iter().flat_map(|from| {
        let admitted = events.into_iter().filter(move |event| from.admit(*event).is_ok());
        admitted.flat_map(move |event| ends(event).into_iter().map(move |to| (from.as_str(), to.as_str())))
    });
    Legal::new(Versions::Ascending, &ReceiptState::ALL.map(ReceiptState::as_str), steps)
}

fn promise() -> Legal {
    use PromiseEvent::{FoundPaid, FoundPartlyPaid, FoundUnpaid, Withdraw};
    let events = [FoundPaid, FoundPartlyPaid, FoundUnpaid, Withdraw];
    let names = PromiseState::ALL.map(PromiseState::as_str);
    Legal::new(Versions::Ascending, &names, steps!(PromiseState::ALL, events, |from: PromiseState, event| from.after(event).ok()))
}

/// A dispute ends once.
fn dispute() -> Legal {
    let names = DisputeState::ALL.map(DisputeState::as_str);
    let open = DisputeState::Open.as_str();
    Legal::new(Versions::Ascending, &names, names.into_iter().map(|end| (open, end)))
}

fn notice() -> Legal {
    use NoticeEvent::{Bounce, Cancel, Deliver, Issue};
    let names = NoticeState::ALL.map(NoticeState::as_str);
    let events = [Issue, Cancel, Deliver, Bounce];
    Legal::new(Versions::Ascending, &names, steps!(NoticeState::ALL, events, |from: NoticeState, event| from.after(event).ok()))
}
