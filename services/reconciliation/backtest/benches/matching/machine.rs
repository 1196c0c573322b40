//! What the operating system says of the machine and of us.

use std::fs;

/// Highest resident memory of this process so far, in MiB.
pub fn peak_mib() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// One line about the machine: figures of two machines do not compare.
pub fn state() -> serde_json::Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let model =
        read("/proc/cpuinfo").lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()));
    serde_json::json!({
        "name": "machine",
        "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "model": model,
        "load": read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>(),
        "build": if cfg!(debug_assertions) { "dev" } else { "release" },
    })
}
