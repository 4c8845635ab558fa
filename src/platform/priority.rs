//! The priority of threads, and how many of them may compute in the background.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// The nice value that a thread in the background adds to its own. It then gets about a tenth of a core that others
/// want as well, and all that they leave.
#[cfg(target_os = "linux")]
const BACKGROUND: i32 = 10;

/// Lowers the priority of this thread, for work that may take a little longer. Only on Linux: elsewhere, a nice value is
/// that of the whole process.
#[cfg(target_os = "linux")]
pub fn lower() {
    if let Err(error) = rustix::process::nice(BACKGROUND) {
        tracing::warn!(%error, "the priority of a thread cannot be lowered: set HASH_THREADS to half the cores");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn lower() {}

/// Returns the number of threads that may compute in the background of everything else: one for each core where their
/// lower priority counts, and otherwise half as many.
#[must_use]
pub fn background_threads() -> NonZeroUsize {
    let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if has_priorities(cores) {
        return cores;
    }
    NonZeroUsize::new(cores.get() / 2).unwrap_or(NonZeroUsize::MIN)
}

/// Returns whether a lower priority leaves the cores to others. It does not under a CPU limit, as containers may have: the
/// limit counts what all threads compute, on whichever cores, and then stops all of them for a while.
#[cfg(target_os = "linux")]
fn has_priorities(cores: NonZeroUsize) -> bool {
    let affinity = rustix::thread::sched_getaffinity(None);
    affinity.is_ok_and(|allowed| cores.get() as u64 >= u64::from(allowed.count()))
}

#[cfg(not(target_os = "linux"))]
fn has_priorities(_: NonZeroUsize) -> bool {
    false
}
