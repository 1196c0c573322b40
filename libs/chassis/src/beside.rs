//! Computing on a thread beside: the tasks of the runtime go on meanwhile, and so does the database.

use quittance_types::Fault;

/// So few rows are not worth a thread.
const FEW: usize = 64;

/// True when so many rows are made on a thread beside.
pub const fn is_many(rows: usize) -> bool {
    rows > FEW
}

/// Runs `work` on a thread beside. It runs to its end also when nobody waits for it any more.
///
/// # Errors
/// What `work` says; `INTERNAL_ERROR` when it broke off.
pub async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::internal(format!("a computation broke off: {error}")))?
}

/// Runs `work` about so many rows: few of them at once, many on a thread beside. What is asked for at the same time is made ready
/// while the database carries out the first of it.
///
/// # Errors
/// See [`compute`].
pub async fn compute_rows<T: Send + 'static>(rows: usize, work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
    if is_many(rows) { compute(work).await } else { work() }
}
