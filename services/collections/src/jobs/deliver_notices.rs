//! Queued letters leave: claimed in one transaction, sent outside of any, settled in another. A crash between sending and
//! settling sends a letter again after the claim has run out, under the same Message-ID.

use std::time::Duration;

use futures::StreamExt;
use quittance_chassis::{Ctx, db::Db, tx::Tx};
use quittance_types::{Fault, Reason};

use crate::{
    domain::notice::NoticeEvent,
    mail::{Mailer, Sending},
    store::notices::{self, Written},
};

/// Letters claimed at a time.
const BATCH: u64 = 50;
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

/// Sends queued letters until none is left, the caller's time is up, or the mail server cannot be reached. Each is tried
/// once.
///
/// # Errors
/// MAIL_DELIVERY_FAILED when the mail server cannot be reached and nothing could be sent.
pub async fn run(db: &Db, ctx: &Ctx, mailer: &Mailer, urgency: Urgency) -> Result<Delivered, Fault> {
    let mut done = Delivered::default();
    // A postponed letter is given back to the queue: it must not come round again in this run.
    let claim_until = db.clock().now().plus(CLAIM);
    let mut postponed = Vec::new();
    let mut unreachable = None;
    while unreachable.is_none() && ctx.remaining().is_none_or(|left| left > RESERVE) {
        let input = (mailer.sender().to_owned(), claim_until, urgency == Urgency::Now);
        let claimed = db.write(ctx.clone(), input, |tx, (sender, until, early)| async move { notices::claim(&tx, until, early, BATCH, &sender).await });
        let claimed = claimed.await?;
        if claimed.is_empty() {
            break;
        }
        let outcomes = send(mailer, claimed, db).await;
        for (_, sending) in &outcomes {
            match sending {
                Sending::Sent(_) => done.sent += 1,
                Sending::Bounced(_) => done.bounced += 1,
                Sending::Later(_) => done.postponed += 1,
                Sending::Unreachable(why) => unreachable = Some(why.clone()),
            }
        }
        let (settled, open): (Vec<_>, Vec<_>) =
            outcomes.into_iter().partition(|(_, sending)| matches!(sending, Sending::Sent(_) | Sending::Bounced(_)));
        postponed.extend(open);
        db.write(ctx.clone(), settled, |tx, settled| async move { settle(&tx, &settled).await }).await?;
    }
    if !postponed.is_empty() {
        db.write(ctx.clone(), postponed, |tx, postponed| async move { settle(&tx, &postponed).await }).await?;
    }
    match unreachable {
        Some(why) if done.sent == 0 && done.bounced == 0 => {
            let message = "The mail server cannot be reached. The letters stay queued and are tried again.";
            Err(Fault::new(Reason::MailDeliveryFailed, message).detail(why))
        }
        _ => Ok(done),
    }
}

async fn send(mailer: &Mailer, claimed: Vec<Written>, db: &Db) -> Vec<(Written, Sending)> {
    let sending = claimed.into_iter().map(|written| async move {
        let sending = mailer.send(&written, db.clock().now()).await;
        (written, sending)
    });
    futures::stream::iter(sending).buffered(AT_ONCE).collect().await
}

async fn settle(tx: &Tx, outcomes: &[(Written, Sending)]) -> Result<(), Fault> {
    for (written, sending) in outcomes {
        match sending {
            Sending::Sent(said) => notices::settle(tx, written, NoticeEvent::Deliver, said).await?,
            Sending::Bounced(said) => notices::settle(tx, written, NoticeEvent::Bounce, said).await?,
            Sending::Later(said) | Sending::Unreachable(said) => {
                let next = tx.now().plus(pause(written.0.attempts));
                notices::postpone(tx, written.0.id, next, said).await?;
            }
        }
    }
    Ok(())
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
