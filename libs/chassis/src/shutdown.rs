//! When to stop.

use quittance_types::Fault;

/// Waits until the process is told to stop: SIGTERM, SIGINT or Ctrl-C.
///
/// # Errors
/// `INTERNAL_ERROR` if the system lets us watch for no signal.
pub async fn requested() -> Result<(), Fault> {
    let failed = |_| Fault::internal("signals cannot be watched");
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(failed),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}
