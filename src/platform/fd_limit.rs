//! The limit of file descriptors, and how many connections it allows.

/// The file descriptors that are not connections: the listener, files, the log, SMTP, and those that libraries open.
const RESERVED: u64 = 64;

/// Raises the soft limit of file descriptors as far as necessary and allowed, and returns how many
/// connections fit. Shells and service managers commonly start programs with a limit of 1,024, and expect them to raise it.
pub fn make_room(connections: u32, database_connections: u32) -> u32 {
    let reserved = RESERVED + u64::from(database_connections);
    let needed = u64::from(connections) + reserved;
    match rlimit::increase_nofile_limit(needed) {
        Ok(allowed) if allowed < needed => {
            let room = u32::try_from(allowed.saturating_sub(reserved)).unwrap_or(connections);
            let room = room.max(1);
            tracing::warn!(
                room,
                "MAX_CONNECTIONS is {connections}, and the system allows fewer"
            );
            room
        }
        Ok(_) => connections,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            connections
        }
    }
}
