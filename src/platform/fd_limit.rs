//! The number of connections that the operating system allows: each is a file descriptor.

/// What else needs one: the listener, files, the log, mail on its way, and what libraries open.
const OTHERS: u64 = 64;

/// Raises the soft limit of file descriptors as far as is wanted and allowed, and returns how many
/// connections there is room for. Shells and service managers commonly start programs with 1,024, and
/// leave it to them to ask for more.
pub fn make_room(connections: u32, database_connections: u32) -> u32 {
    let others = OTHERS + u64::from(database_connections);
    let wanted = u64::from(connections) + others;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed < wanted => {
            let room = u32::try_from(allowed.saturating_sub(others)).unwrap_or(connections);
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
