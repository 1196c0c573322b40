//! Calls at the same moment.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Makes `count` calls, each on its own task, and lets go of all of them at once. The results come in the order of `call`'s
/// argument, whatever order the calls ended in.
///
/// # Panics
/// When one of the calls does.
pub async fn race<T, F>(count: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let gate = Arc::new(Barrier::new(count));
    let mut runners = JoinSet::new();
    for index in 0..count {
        let (gate, call) = (Arc::clone(&gate), call(index));
        runners.spawn(async move {
            gate.wait().await;
            (index, call.await)
        });
    }
    let mut results = Vec::with_capacity(count);
    while let Some(finished) = runners.join_next().await {
        match finished {
            Ok(result) => results.push(result),
            Err(error) => resume_unwind(error.into_panic()),
        }
    }
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
