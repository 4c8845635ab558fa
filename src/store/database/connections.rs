//! The open connections to a database, which statements take turns to use.
//!
//! The driver's pool asks each connection for a sign of life when it comes back, which doubles the round trips of a
//! statement. Here a connection comes back only after its [lease](super::lease) ended in order, so it needs no check; any
//! other one is closed.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::driver::Driver;
use super::failover::Failover;

/// The time after which an unused connection is checked before it is used again: the server may have closed it.
const CHECK_AFTER: Duration = Duration::from_secs(1);

/// The time after which an unused connection is closed. More of them are unused after a storm of requests.
const MAX_IDLE: Duration = Duration::from_mins(10);

/// The age at which a connection is closed, because its process on the server grows.
const MAX_AGE: Duration = Duration::from_mins(30);

/// The pauses between tries to connect while the server starts.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const MAX_PAUSE: Duration = Duration::from_millis(500);

type Options<DB> = <<DB as sqlx::Database>::Connection as Connection>::Options;

/// The connections of one engine. Cheap to clone.
pub struct Connections<DB: Driver>(Arc<Shared<DB>>);

struct Shared<DB: Driver> {
    options: Options<DB>,
    max: u32,
    /// One place for each connection that may be in use.
    places: Arc<Semaphore>,
    /// The time that a caller waits for a connection.
    acquire_timeout: Duration,
    failover: Arc<Failover>,
    /// The connections that nobody uses, the latest one at the back.
    idle: Mutex<VecDeque<Idle<DB>>>,
}

/// A connection that nobody uses.
struct Idle<DB: Driver> {
    connection: DB::Connection,
    opened: Instant,
    since: Instant,
}

/// A connection in use. It is closed when it is dropped, unless it is [given back](Self::give_back).
pub struct Taken<DB: Driver> {
    connection: DB::Connection,
    opened: Instant,
    connections: Connections<DB>,
    place: OwnedSemaphorePermit,
}

impl<DB: Driver> Connections<DB> {
    /// Creates the connections without opening one.
    pub fn new(
        options: Options<DB>,
        max: u32,
        acquire_timeout: Duration,
        failover: Arc<Failover>,
    ) -> Self {
        Self(Arc::new(Shared {
            options,
            max,
            places: Arc::new(Semaphore::new(max as usize)),
            acquire_timeout,
            failover,
            idle: Mutex::default(),
        }))
    }

    /// Returns the options of each connection.
    pub fn options(&self) -> &Options<DB> {
        &self.0.options
    }

    /// Takes the connection that was used last, or opens one if all others are in use. Waits for one if as many as
    /// allowed are in use.
    ///
    /// # Errors
    /// `PoolTimedOut` after the acquire timeout; `PoolClosed`; the error of a connection that cannot be opened.
    pub async fn take(&self) -> Result<Taken<DB>, sqlx::Error> {
        let taken = tokio::time::timeout(self.0.acquire_timeout, self.take_in_turn()).await;
        taken.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn take_in_turn(&self) -> Result<Taken<DB>, sqlx::Error> {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let (connection, opened) = match self.usable_idle().await {
            Some(idle) => (idle.connection, idle.opened),
            None => Box::pin(self.open()).await?,
        };
        Ok(Taken {
            connection,
            opened,
            connections: self.clone(),
            place,
        })
    }

    /// Returns the connection that was used last among those that are in order, and closes those that are not.
    async fn usable_idle(&self) -> Option<Idle<DB>> {
        loop {
            let mut idle = self.0.idle.lock().ok()?.pop_back()?;
            if !DB::IS_REMOTE {
                return Some(idle);
            }
            if idle.opened.elapsed() > MAX_AGE || !self.0.failover.accepts(idle.opened) {
                idle.close_later();
            } else if idle.since.elapsed() < CHECK_AFTER
                || Box::pin(idle.connection.ping()).await.is_ok()
            {
                return Some(idle);
            }
        }
    }

    /// Opens a connection. Tries again while the server starts or has too many connections, until the caller's time is
    /// over. Returns also when it began, because a failover in between makes the connection outdated.
    async fn open(&self) -> Result<(DB::Connection, Instant), sqlx::Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            match DB::Connection::connect_with(&self.0.options).await {
                Err(error) if is_not_ready(&error) => {}
                opened => return Ok((opened?, began)),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    /// Waits for the connections in use, and closes all.
    pub async fn close(&self) {
        let Ok(_all) = self.0.places.acquire_many(self.0.max).await else {
            return; // They are closed already.
        };
        self.0.places.close();
        while let Some(idle) = self.pop_oldest(Duration::ZERO) {
            Box::pin(idle.close()).await;
        }
    }

    /// Removes the connection that nobody has used for the longest time, if that is at least this long.
    fn pop_oldest(&self, unused_for: Duration) -> Option<Idle<DB>> {
        let mut idle = self.0.idle.lock().ok()?;
        let is_due = idle.front()?.since.elapsed() >= unused_for;
        is_due.then(|| idle.pop_front()).flatten()
    }
}

impl<DB: Driver> Taken<DB> {
    /// Leaves the connection to the next caller. It must not be in a transaction, or in the middle of a statement.
    pub fn give_back(self) {
        let connections = self.connections;
        if let Ok(mut idle) = connections.0.idle.lock() {
            idle.push_back(Idle {
                connection: self.connection,
                opened: self.opened,
                since: Instant::now(),
            });
        }
        drop(self.place);
        if let Some(idle) = connections.pop_oldest(MAX_IDLE) {
            idle.close_later();
        }
    }
}

impl<DB: Driver> Idle<DB> {
    /// Takes leave of the server. An error means that the connection is closed already.
    async fn close(self) {
        let _ = self.connection.close().await;
    }

    fn close_later(self) {
        tokio::spawn(self.close());
    }
}

/// Returns whether a later try to connect may succeed: the server starts (`cannot_connect_now`), or it has not yet noticed
/// that other connections are closed (`too_many_connections`).
fn is_not_ready(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(refusal) => {
            matches!(refusal.code().as_deref(), Some("57P03" | "53300"))
        }
        _ => false,
    }
}

impl<DB: Driver> Clone for Connections<DB> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<DB: Driver> fmt::Debug for Connections<DB> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Connections");
        debug.field("max", &self.0.max).finish_non_exhaustive()
    }
}

impl<DB: Driver> Deref for Taken<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        &self.connection
    }
}

impl<DB: Driver> DerefMut for Taken<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        &mut self.connection
    }
}
