//! Clients that do the same thing again and again, and what is measured of them.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Outcome;
use crate::machine::Meter;
use crate::suite::Suite;

/// One client; it waits for each answer before it asks again.
pub trait Client: Send + 'static {
    /// Does one thing; how many units of work it was. 0: there is nothing left to do.
    fn once(&mut self) -> impl Future<Output = Outcome<u64>> + Send;
}

/// What came of some load.
#[derive(Default)]
pub struct Sample {
    /// Units of work done.
    pub units: u64,
    /// While clients were at work.
    pub busy: Duration,
    /// Of each call, in microseconds.
    pub latencies: Vec<u64>,
    /// Processor time of whoever was measured.
    pub cpu_ms: f64,
    /// Processor time of the load generator in the same time.
    pub client_ms: f64,
    /// Calls that failed.
    pub failed: u64,
    /// What the first of them said.
    pub failure: Option<String>,
}

impl Sample {
    /// Units a second.
    pub fn per_second(&self) -> f64 {
        if self.busy.is_zero() { 0.0 } else { self.units as f64 / self.busy.as_secs_f64() }
    }

    /// Processor milliseconds a unit.
    pub fn core_ms(&self) -> f64 {
        self.cpu_ms / (self.units.max(1) as f64)
    }

    /// The latency that `share` of the calls did not exceed, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.latencies, share)
    }
}

/// The value in microseconds that `share` of all do not exceed, in milliseconds.
pub fn quantile(micros: &[u64], share: f64) -> f64 {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or(0.0, |micros| *micros as f64 / 1000.0)
}

/// Lets the clients work for a while and gives them back.
pub async fn drive<C: Client>(clients: Vec<C>, time: Duration, sample: &mut Sample) -> Vec<C> {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for client in clients {
        tasks.spawn(work(client, start + time));
    }
    let mut back = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let Ok((client, units, latencies, failures)) = ended else { continue };
        sample.units += units;
        sample.latencies.extend(latencies);
        sample.failed += failures.len() as u64;
        sample.failure = sample.failure.take().or_else(|| failures.into_iter().next());
        back.push(client);
    }
    sample.busy += start.elapsed();
    back
}

async fn work<C: Client>(mut client: C, end: Instant) -> (C, u64, Vec<u64>, Vec<String>) {
    let (mut units, mut latencies, mut failures) = (0, Vec::new(), Vec::new());
    while Instant::now() < end {
        let start = Instant::now();
        match client.once().await {
            Ok(0) => break,
            Ok(done) => units += done,
            Err(failure) => failures.push(failure),
        }
        latencies.push(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    (client, units, latencies, failures)
}

/// A side of a comparison.
pub struct Side<C> {
    /// Who calls.
    pub clients: Vec<C>,
    /// Whose processor time counts.
    pub meter: Meter,
}

/// Both sides in turn, A B A B. What our side leaves to its background, positions of events for example, is waited for
/// and counted as its processor time, not as its time.
pub async fn versus<A: Client, B: Client>(suite: &Suite, ours: Side<A>, limit: Side<B>, rounds: u32, time: Duration) -> (Sample, Sample) {
    let (mut ours, mut limit) = (ours, limit);
    let (mut our_sample, mut limit_sample) = (Sample::default(), Sample::default());
    for _ in 0..rounds {
        ours.clients = alone(suite, ours.clients, &ours.meter, time / rounds, &mut our_sample).await;
        let (before, own) = (limit.meter.cpu_ms(), Meter::own().cpu_ms());
        limit.clients = drive(limit.clients, time / rounds, &mut limit_sample).await;
        limit_sample.cpu_ms += limit.meter.cpu_ms() - before;
        limit_sample.client_ms += Meter::own().cpu_ms() - own;
    }
    (our_sample, limit_sample)
}

/// Our side of one round.
pub async fn alone<C: Client>(suite: &Suite, clients: Vec<C>, meter: &Meter, time: Duration, sample: &mut Sample) -> Vec<C> {
    let (before, own) = (meter.cpu_ms(), Meter::own().cpu_ms());
    let clients = drive(clients, time, sample).await;
    sample.client_ms += Meter::own().cpu_ms() - own;
    suite.sequenced().await;
    sample.cpu_ms += meter.cpu_ms() - before;
    clients
}
