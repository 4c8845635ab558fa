//! How the service nears its end, step by step, so that no request fails in a rolling restart.

use tokio::sync::watch;

/// A step on the way from SIGTERM to the end of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifecycle {
    Serving,
    /// Not ready, but served all the same, until load balancers have noticed: each answer tells its client to
    /// go elsewhere.
    Leaving,
    /// What runs may finish, and nothing new begins.
    Draining,
}

/// Ends once the service has come so far.
pub(super) async fn reached(lifecycle: &mut watch::Receiver<Lifecycle>, step: Lifecycle) {
    // An error means that the sender is gone, and with it the whole service.
    let _ = lifecycle.wait_for(|now| *now >= step).await;
}
