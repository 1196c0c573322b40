//! Kills a random process, starts it again, and goes on to the next.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{JoinHandle, sleep},
    time::Duration,
};

use super::fleet::{Fleet, SERVICES};

/// The suite works undisturbed for at most this long between two kills.
const CALM_MS: u64 = 900;
/// A killed process stays away for at most this long, beside the time its start takes.
const AWAY_MS: u64 = 400;

/// A thread that kills; it ends with this value at the latest.
pub struct Killer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<u32>>,
}

impl Killer {
    /// Begins to kill, `kills` times. Whom and when follows from the seed; what a kill meets does not.
    pub fn start(fleet: Arc<Mutex<Fleet>>, seed: u64, kills: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || work(&fleet, seed, kills, &told));
        Self { stop, thread: Some(thread) }
    }

    /// Whether all kills are done.
    pub fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the last restart and returns how many were killed.
    pub fn finish(mut self) -> u32 {
        self.thread.take().map_or(0, |thread| thread.join().expect("every process came back"))
    }
}

impl Drop for Killer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A failed restart has been reported by its own panic.
            let _ = thread.join();
        }
    }
}

fn work(fleet: &Mutex<Fleet>, seed: u64, kills: u32, stop: &AtomicBool) -> u32 {
    let mut state = seed;
    for done in 0..kills {
        if stop.load(Ordering::Relaxed) {
            return done;
        }
        sleep(Duration::from_millis(random(&mut state, CALM_MS)));
        let victim = usize::try_from(random(&mut state, SERVICES.len() as u64)).expect("below six");
        let mut fleet = fleet.lock().unwrap_or_else(PoisonError::into_inner);
        fleet.kill(victim);
        sleep(Duration::from_millis(random(&mut state, AWAY_MS)));
        fleet.restart(victim);
    }
    kills
}

/// SplitMix64, reduced to a number below `below`.
fn random(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % below
}
