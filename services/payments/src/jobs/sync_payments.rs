//! Asks the rail about every payment whose outcome is not known, and takes in what came back.

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault};

use crate::{
    domain::payment::{Payment, PaymentState},
    store::{
        payments,
        rail::{self, Answer},
    },
};

/// Payments looked at in one transaction.
const BATCH: i64 = 500;

/// What a run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Now settled.
    pub settled: i32,
    /// Now failed.
    pub failed: i32,
    /// Now returned.
    pub returned: i32,
    /// Still without an outcome.
    pub still_open: i32,
}

impl Synced {
    /// Whether payments moved, so that another batch may be worth a look.
    pub fn moved(self) -> bool {
        self.settled > 0 || self.failed > 0 || self.returned > 0
    }
}

/// Looks at a batch of open payments and a batch of returns.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, as_of: BusinessDate) -> Result<Synced, Fault> {
    let mut ids = rail::news_of(tx, as_of, BATCH).await?;
    ids.extend(rail::returned_by(tx, as_of, BATCH).await?);
    let held = payments::load_all_for_update(tx, &ids).await?;
    let mut answers = rail::ask_all(tx, &ids, as_of).await?;
    let mut found = Synced::default();
    for (mut payment, token) in held {
        let answer = answers.remove(&payment.id).unwrap_or(Answer::NeverSeen);
        match sync(tx, &mut payment, &token, answer, as_of).await? {
            Some(PaymentState::Settled) => found.settled += 1,
            Some(PaymentState::Failed) => found.failed += 1,
            Some(PaymentState::Returned) => found.returned += 1,
            Some(
                PaymentState::Created
                | PaymentState::Pending
                | PaymentState::Unknown
                | PaymentState::Cancelled
                | PaymentState::PartlyRefunded
                | PaymentState::Refunded,
            )
            | None => {}
        }
    }
    found.still_open = payments::count_open(tx).await?;
    Ok(found)
}

/// The state it came to, if it moved.
async fn sync(tx: &Tx, payment: &mut Payment, token: &str, answer: Answer, as_of: BusinessDate) -> Result<Option<PaymentState>, Fault> {
    let before = payment.state;
    // Somebody may have cancelled or refunded it before we got the lock; one such payment must not stop the others.
    match before {
        PaymentState::Created | PaymentState::Pending | PaymentState::Unknown | PaymentState::Settled | PaymentState::PartlyRefunded => {}
        PaymentState::Failed | PaymentState::Cancelled | PaymentState::Returned | PaymentState::Refunded => return Ok(None),
    }
    let answer = match answer {
        // Stored but never handed over: the process died between. The rail takes it under the same id, once.
        Answer::NeverSeen if before == PaymentState::Created => rail::submit(tx, payment, token).await?,
        answer => Some(answer),
    };
    apply(tx, payment, answer, as_of).await?;
    Ok(Some(payment.state).filter(|state| *state != before))
}

/// Moves a payment to what the rail says, through every state on the way. An answer that was lost makes it UNKNOWN.
///
/// # Errors
/// ILLEGAL_TRANSITION when the rail contradicts itself.
pub async fn apply(tx: &Tx, payment: &mut Payment, answer: rail::Reply, as_of: BusinessDate) -> Result<(), Fault> {
    let Some(answer) = answer else {
        return step(tx, payment, PaymentState::Unknown, as_of, "no answer").await;
    };
    match answer {
        Answer::Pending => step(tx, payment, PaymentState::Pending, as_of, "accepted").await,
        Answer::Settled(on) => step(tx, payment, PaymentState::Settled, on, "settled").await,
        Answer::Failed(code) => {
            payment.reason_code = code;
            step(tx, payment, PaymentState::Failed, as_of, "refused").await
        }
        Answer::Returned(on, code) => {
            let settled_on = payment.created_on;
            step(tx, payment, PaymentState::Settled, settled_on, "settled").await?;
            payment.reason_code = code;
            step(tx, payment, PaymentState::Returned, on, "returned").await
        }
        Answer::NeverSeen => step(tx, payment, PaymentState::Failed, as_of, "the rail never saw it").await,
    }
}

async fn step(tx: &Tx, payment: &mut Payment, to: PaymentState, on: BusinessDate, source: &str) -> Result<(), Fault> {
    let already = payment.state == to || (to == PaymentState::Settled && payment.settled_on.is_some());
    if already {
        return Ok(());
    }
    payment.become_state(to, on, source)?;
    payments::save(tx, payment, on).await
}
