//! What the operating system says of processes: processor time and memory.

use std::fs;

/// Clock ticks a second in /proc; the same on every Linux that runs this.
const TICK_MS: f64 = 10.0;
const UTIME: usize = 11;

/// Processes whose processor time is counted together.
#[derive(Clone, Default)]
pub struct Meter {
    pids: Vec<u32>,
    postmaster: Option<u32>,
}

impl Meter {
    /// These processes and, where there is one, the whole PostgreSQL server.
    pub fn of(pids: Vec<u32>, postmaster: Option<u32>) -> Meter {
        Meter { pids, postmaster }
    }

    /// Ourselves: the client of the reference.
    pub fn own() -> Meter {
        Meter { pids: vec![std::process::id()], postmaster: None }
    }

    /// Processor milliseconds so far.
    pub fn cpu_ms(&self) -> f64 {
        let own: f64 = self.pids.iter().filter_map(|pid| stat(*pid)).map(|stat| stat.alive).sum();
        own + self.postmaster.map_or(0.0, server_ms)
    }
}

struct Stat {
    parent: u32,
    alive: f64,
    /// Of children that have ended and were waited for.
    ended: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; what follows is plain.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok());
    let (user, system, user_ended, system_ended) = (ticks(UTIME)?, ticks(UTIME + 1)?, ticks(UTIME + 2)?, ticks(UTIME + 3)?);
    let parent = fields.get(1)?.parse().ok()?;
    Some(Stat { parent, alive: (user + system) * TICK_MS, ended: (user_ended + system_ended) * TICK_MS })
}

fn server_ms(postmaster: u32) -> f64 {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let children: f64 = pids.filter_map(stat).filter(|stat| stat.parent == postmaster).map(|stat| stat.alive).sum();
    children + stat(postmaster).map_or(0.0, |stat| stat.alive + stat.ended)
}

/// Resident memory of a process now and at its highest, in MiB.
pub fn memory(pid: u32) -> (f64, f64) {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// One line about the machine: figures of two machines do not compare.
pub fn state() -> serde_json::Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processor =
        read("/proc/cpuinfo").lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()));
    let total =
        read("/proc/meminfo").lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse::<u64>().ok());
    serde_json::json!({
        "name": "machine",
        "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "model": processor,
        "memory_mib": total.unwrap_or_default() / 1024,
        "load": read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>(),
        "build": if cfg!(debug_assertions) { "dev" } else { "release" },
    })
}
