//! Queued letters leave: claimed in one transaction, sent outside of any, settled in another. A crash between sending and
//! settling sends a letter again after the claim has run out, under the same Message-ID.

use std::{collections::HashMap, time::Duration};

use futures::StreamExt;
use quittance_chassis::{Ctx, db::Db, tx::Tx};
use quittance_types::{Fault, Reason, StrategyId};

use crate::{
    domain::{
        notice::{Notice, NoticeEvent},
        strategy::Strategy,
    },
    letters::{self, Written},
    mail::{Mailer, Sending},
    store::{
        deliveries::{self, Claim, Outcome},
        strategies,
    },
};

/// Letters claimed at a time.
const BATCH: i64 = 50;
/// Letters on their way at the same time.
const AT_ONCE: usize = 4;
/// A claim that is not settled by then is free again; far longer than a batch takes.
const CLAIM: Duration = Duration::from_secs(1_800);
/// A caller gets its answer this long before its deadline.
const RESERVE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(4 * 3_600);

/// Which letters are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Those whose next try is due.
    WhenDue,
    /// All that are queued: somebody asks for it.
    Now,
}

/// What became of the letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the mail server.
    pub sent: u32,
    /// Refused for good.
    pub bounced: u32,
    /// To be tried again.
    pub postponed: u32,
}

impl Delivered {
    fn count(&mut self, sending: &Sending) {
        let counter = match sending {
            Sending::Sent(_) => &mut self.sent,
            Sending::Bounced(_) => &mut self.bounced,
            Sending::Later(_) => &mut self.postponed,
            Sending::Unreachable(_) => return,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Sends queued letters, in order of id, until none is left, the caller's time is up, or the mail server cannot be reached.
/// Each is tried once: what is given back to the queue lies behind.
///
/// # Errors
/// MAIL_DELIVERY_FAILED when the mail server cannot be reached and nothing could be sent.
pub async fn run(db: &Db, ctx: &Ctx, mailer: &Mailer, urgency: Urgency) -> Result<Delivered, Fault> {
    let (mut done, mut unreachable, mut behind) = (Delivered::default(), None, None);
    while unreachable.is_none() && ctx.remaining().is_none_or(|left| left > RESERVE) {
        // Every batch has its own time: a run may take longer than a claim lasts.
        let claim = Claim { until: db.clock().now().plus(CLAIM), even_early: urgency == Urgency::Now, after: behind, limit: BATCH };
        let claimed = db.write(ctx.clone(), claim, |tx, claim| async move { take(&tx, claim).await }).await?;
        let Some(last) = claimed.0.last() else { break };
        behind = Some(last.id);
        let written = letters::write_all(claimed.0, claimed.1, mailer.sender()).await?;
        let outcomes = send(mailer, written, db).await;
        for (_, sending) in &outcomes {
            done.count(sending);
            if let Sending::Unreachable(why) = sending {
                unreachable = Some(why.clone());
            }
        }
        db.write(ctx.clone(), outcomes, |tx, outcomes| async move { settle(&tx, outcomes).await }).await?;
    }
    match unreachable {
        Some(why) if done.sent == 0 && done.bounced == 0 => {
            let message = "The mail server cannot be reached. The letters stay queued and are tried again.";
            Err(Fault::new(Reason::MailDeliveryFailed, message).detail(why))
        }
        _ => Ok(done),
    }
}

async fn take(tx: &Tx, claim: Claim) -> Result<(Vec<Notice>, HashMap<StrategyId, Strategy>), Fault> {
    let claimed = deliveries::claim(tx, claim).await?;
    let strategies = strategies::of_notices(tx, &claimed).await?;
    Ok((claimed, strategies))
}

async fn send(mailer: &Mailer, letters: Vec<Written>, db: &Db) -> Vec<(Written, Sending)> {
    let sending = letters.into_iter().map(|written| async move {
        let sending = mailer.send(&written, db.clock().now()).await;
        (written, sending)
    });
    futures::stream::iter(sending).buffered(AT_ONCE).collect().await
}

async fn settle(tx: &Tx, sent: Vec<(Written, Sending)>) -> Result<(), Fault> {
    let now = tx.now();
    let outcome = |(written, sending): (Written, Sending)| {
        let (outcome, said) = match sending {
            Sending::Sent(said) => (Outcome::Ended(NoticeEvent::Deliver), said),
            Sending::Bounced(said) => (Outcome::Ended(NoticeEvent::Bounce), said),
            Sending::Later(said) | Sending::Unreachable(said) => (Outcome::Postponed(now.plus(pause(written.notice.attempts))), said),
        };
        (written, outcome, said)
    };
    deliveries::settle(tx, &sent.into_iter().map(outcome).collect::<Vec<_>>()).await
}

/// A minute, doubling with every attempt up to four hours.
fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(16);
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_four_hours() {
        assert_eq!([1, 2, 3, 9, 60].map(|attempts| pause(attempts).as_secs()), [60, 120, 240, 14_400, 14_400]);
    }
}
