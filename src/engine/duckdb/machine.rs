//! What the machine has: memory and cores that a database may take when nobody says how much.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

/// Taken when the machine does not say how much memory it has.
const UNKNOWN: u64 = 4 << 30;

/// A database's share of the memory, in percent: the rest is for the program, the page cache and others.
const SHARE: u64 = 60;

/// Bytes of memory that a database may take: a share of the machine's memory or of the control group's limit, whichever is less.
pub(super) fn memory() -> u64 {
    let whole = fs::read_to_string("/proc/meminfo").ok().and_then(|text| mem_total(&text));
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let least = group_limits(&groups).into_iter().chain(whole).min().unwrap_or(UNKNOWN);
    least / 100 * SHARE
}

/// One worker thread a core that this process may use.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn mem_total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The memory limits of the groups in `/proc/self/cgroup` and of the groups above them (versions 1 and 2).
fn group_limits(groups: &str) -> Vec<u64> {
    let mut limits = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (root, file) = if controllers.is_empty() {
            ("/sys/fs/cgroup", "memory.max")
        } else if controllers.split(',').any(|name| name == "memory") {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
            continue;
        };
        for folder in Path::new(path).ancestors() {
            let inside = folder.strip_prefix("/").unwrap_or(folder);
            let limit = fs::read_to_string(Path::new(root).join(inside).join(file));
            // "max" and files that are not there mean no limit.
            limits.extend(limit.ok().and_then(|text| text.trim().parse::<u64>().ok()));
        }
    }
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_line_is_read_and_others_are_not() {
        assert_eq!(mem_total("MemTotal:       24683656 kB\nMemFree: 1 kB\n"), Some(24_683_656 * 1024));
        assert_eq!(mem_total("MemFree: 1 kB\n"), None);
        assert_eq!(mem_total("MemTotal: many kB\n"), None);
    }

    #[test]
    fn strange_group_files_give_no_limit() {
        assert!(group_limits("nonsense\n1:\n9:memory:/no/such/group-of-this-test\n").iter().all(|limit| *limit > 0));
        assert!(memory() > 0);
        assert!(threads() > 0);
    }
}
