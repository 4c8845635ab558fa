//! The priority of threads.

/// The nice value that a thread in the background adds to its own. It then gets about a tenth of a core that others want
/// as well, and all that they leave.
#[cfg(target_os = "linux")]
const BACKGROUND: i32 = 10;

/// Lowers the priority of this thread, for work that takes long and for which somebody waits anyway. Only on Linux:
/// elsewhere, a nice value is that of the whole process.
#[cfg(target_os = "linux")]
pub fn lower() {
    if let Err(error) = rustix::process::nice(BACKGROUND) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn lower() {}
