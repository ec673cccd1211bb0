//! The process, under the names that Prometheus' own client libraries use.

use procfs::process::{LimitValue, Process};

use super::New;

/// Puts down how the process stands. What the system does not say is left out.
pub(super) fn look(new: &New<'_>) {
    let Ok(process) = Process::myself() else { return };
    let say = |name: &str, help: &str, value: u64| {
        new.gauge(name, help).set(i64::try_from(value).unwrap_or(i64::MAX));
    };
    if let Ok(stat) = process.stat() {
        let ticks = procfs::ticks_per_second().max(1);
        // A counter of whole numbers would lose what happens within a second.
        let spent =
            prometheus::Counter::new("process_cpu_seconds_total", "Seconds of processor time, user and system.");
        new.register(spent).inc_by(seconds(stat.utime.saturating_add(stat.stime), ticks));
        say("process_resident_memory_bytes", "Memory that lies in RAM.", stat.rss.saturating_mul(procfs::page_size()));
        say("process_virtual_memory_bytes", "Address space.", stat.vsize);
        say("process_threads", "Threads.", u64::try_from(stat.num_threads).unwrap_or_default());
        if let Ok(booted) = procfs::boot_time_secs() {
            let started = booted.saturating_add(stat.starttime / ticks);
            say("process_start_time_seconds", "When the process was started, in seconds since 1970.", started);
        }
    }
    if let Ok(open) = process.fd_count() {
        say("process_open_fds", "Files and connections that are open.", u64::try_from(open).unwrap_or(u64::MAX));
    }
    if let Ok(LimitValue::Value(most)) = process.limits().map(|limits| limits.max_open_files.soft_limit) {
        say("process_max_fds", "The most that may be open.", most);
    }
}

fn seconds(ticks: u64, each_second: u64) -> f64 {
    // Ticks of years fit into the 52 bits of a float.
    ticks as f64 / each_second as f64
}
