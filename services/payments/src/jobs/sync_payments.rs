//! Asks the rail about every payment whose outcome is not known, and takes in what came back.

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault};

use crate::{
    domain::payment::{Answer, Payment, PaymentState},
    store::{payments, rail},
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

    fn count(&mut self, reached: PaymentState) {
        match reached {
            PaymentState::Settled => self.settled += 1,
            PaymentState::Failed => self.failed += 1,
            PaymentState::Returned => self.returned += 1,
            PaymentState::Created
            | PaymentState::Pending
            | PaymentState::Unknown
            | PaymentState::Cancelled
            | PaymentState::PartlyRefunded
            | PaymentState::Refunded => {}
        }
    }
}

/// Looks at a batch of open payments and a batch of returns. The number of statements does not depend on theirs.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, as_of: BusinessDate) -> Result<Synced, Fault> {
    let mut ids = rail::news_of(tx, as_of, BATCH).await?;
    ids.extend(rail::returned_by(tx, as_of, BATCH).await?);
    // Somebody may have cancelled or refunded one before we got the lock; one such payment must not stop the others.
    let mut held = payments::load_all_for_update(tx, &ids).await?;
    held.retain(|(payment, _)| may_move(payment.state));
    let mut answers = rail::ask_all(tx, &ids, as_of).await?;
    // Stored but never handed over: the process died between. The rail takes it under the same id, once.
    let forgotten = |payment: &Payment| payment.state == PaymentState::Created && !answers.contains_key(&payment.id);
    let forgotten: Vec<(Payment, String)> = held.iter().filter(|(payment, _)| forgotten(payment)).cloned().collect();
    let mut replies = rail::submit(tx, &forgotten).await?;
    let (mut found, mut moved) = (Synced::default(), Vec::with_capacity(held.len()));
    for (mut payment, _) in held {
        let before = payment.state;
        let reply = replies.remove(&payment.id).unwrap_or_else(|| Some(answers.remove(&payment.id).unwrap_or(Answer::NeverSeen)));
        moved.extend(payment.follow(reply, as_of)?);
        if payment.state != before {
            found.count(payment.state);
        }
    }
    payments::save_all(tx, &moved).await?;
    found.still_open = payments::count_open(tx).await?;
    Ok(found)
}

fn may_move(state: PaymentState) -> bool {
    match state {
        PaymentState::Created | PaymentState::Pending | PaymentState::Unknown | PaymentState::Settled | PaymentState::PartlyRefunded => {
            true
        }
        PaymentState::Failed | PaymentState::Cancelled | PaymentState::Returned | PaymentState::Refunded => false,
    }
}
