//! The steps of a shutdown, so that no request fails in a rolling restart.

use tokio::sync::watch;

/// A step from the start of the service to the end of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifecycle {
    Serving,
    /// Not ready, but still serving, until load balancers have noticed. Each response tells its client to reconnect
    /// elsewhere.
    Leaving,
    /// Running requests may finish, and no new ones begin.
    Draining,
}

/// Waits until the service has reached a step.
pub(super) async fn reached(lifecycle: &mut watch::Receiver<Lifecycle>, step: Lifecycle) {
    // An error means that the sender is gone, and the whole service with it.
    let _ = lifecycle.wait_for(|now| *now >= step).await;
}
