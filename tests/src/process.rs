//! What the kernel knows of a process: processor time and memory.

use std::time::Duration;

/// Ticks in a second of the times in `/proc/PID/stat`; fixed by the kernel's interface to user space.
const TICKS: f64 = 100.0;

/// Processor time of the process, children excluded; zero once it is gone.
pub fn cpu(pid: u32) -> Duration {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return Duration::ZERO };
    // The second field is the name in brackets and may itself hold blanks.
    let Some((_, rest)) = stat.rsplit_once(')') else { return Duration::ZERO };
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    Duration::from_secs_f64((ticks(11) + ticks(12)) / TICKS)
}

/// Processor time of the process, of those that it started, and of all that these waited for.
///
/// A database starts and ends a process for each connection.
pub fn cpu_of_tree(pid: u32) -> Duration {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return Duration::ZERO };
    let Some((_, rest)) = stat.rsplit_once(')') else { return Duration::ZERO };
    let ended: f64 = rest.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    let started = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let started = started.split_whitespace().filter_map(|pid| pid.parse().ok()).map(cpu_of_tree);
    cpu(pid) + Duration::from_secs_f64(ended / TICKS) + started.sum::<Duration>()
}

/// Resident memory now, in kilobytes.
pub fn resident_kb(pid: u32) -> u64 {
    status(pid, "VmRSS:")
}

/// The most resident memory so far, in kilobytes.
pub fn peak_kb(pid: u32) -> u64 {
    status(pid, "VmHWM:")
}

fn status(pid: u32, key: &str) -> u64 {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return 0 };
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
