//! How many windows may be worked on at once in the memory there is.

use std::path::Path;

/// Share of the free memory that windows may take, in percent: the rest is for the sound of the calls (220 MB an hour
/// of two tracks) and for whatever else the machine does.
const SHARE_PERCENT: u64 = 75;

/// Memory that is free here in bytes, as far as this system tells: the machine's own, or what its container may still
/// take where that is less.
pub(super) fn free_bytes() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).ok();
    let machine = read("/proc/meminfo").and_then(|text| available(&text));
    let container = read("/sys/fs/cgroup/memory.max").zip(read("/sys/fs/cgroup/memory.current"));
    let container = container.and_then(|(most, taken)| left(&most, &taken));
    [machine, container].into_iter().flatten().min()
}

/// How many of `wanted` windows fit: at least one, for with less nothing can be done.
pub(super) fn that_fit(wanted: usize, free: u64, weights: u64, window: u64) -> usize {
    let room = (free / 100 * SHARE_PERCENT).saturating_sub(weights);
    let fit = usize::try_from(room / window.max(1)).unwrap_or(usize::MAX);
    wanted.min(fit.max(1))
}

/// The line `MemAvailable` of Linux's `/proc/meminfo`, in bytes.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// What a container may still take; `None` where it has no limit.
fn left(most: &str, taken: &str) -> Option<u64> {
    let (most, taken): (u64, u64) = (most.trim().parse().ok()?, taken.trim().parse().ok()?);
    Some(most.saturating_sub(taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    #[test]
    fn as_many_windows_as_fit_and_never_none() {
        assert_eq!(that_fit(16, 100 * GB, GB, GB), 16);
        // 6 GB of 8 may be taken, 3 of them by the weights.
        assert_eq!(that_fit(16, 8 * GB, 3 * GB, GB), 3);
        assert_eq!(that_fit(16, GB, 3 * GB, GB), 1);
        assert_eq!(that_fit(2, u64::MAX, 0, 0), 2);
    }

    #[test]
    fn what_linux_tells_is_read() {
        let text = "MemTotal:       24632544 kB\nMemFree:         1234 kB\nMemAvailable:   2000 kB\n";
        assert_eq!(available(text), Some(2_048_000));
        assert_eq!(available("MemTotal: 5 kB\n"), None);
        assert_eq!(left("5000\n", "1000\n"), Some(4000));
        assert_eq!(left("1000\n", "5000\n"), Some(0));
        assert_eq!(left("max\n", "1000\n"), None);
    }
}
