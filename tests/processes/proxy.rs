//! A TCP proxy between the service and its database, which a test can cut, freeze and mend.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the way to the database is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As if the proxy were not there.
    Open,
    /// Every connection is closed, and every new one at once.
    Cut,
    /// Connections stay and are accepted, but nothing comes through, as behind a dead switch.
    Frozen,
}

pub struct Proxy {
    pub address: SocketAddr,
    way: watch::Sender<Way>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, seen) = watch::channel(Way::Open);
        let accepting = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(forward(client, server.clone(), seen.clone()));
            }
        });
        Self {
            address,
            way,
            accepting,
        }
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.way.send_replace(Way::Cut);
    }
}

/// Forwards while the way is open. What was caught by a freeze is lost for good, even after it.
async fn forward(mut client: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    let open = async {
        let mut server = TcpStream::connect(server).await?;
        copy_bidirectional(&mut client, &mut server).await
    };
    let now = *way.borrow();
    if now == Way::Open {
        tokio::select! {
            _ = open => return,
            _ = way.wait_for(|way| *way != Way::Open) => {}
        }
    }
    // Holds a frozen connection until it is cut, or until the way is open again: a switch that comes
    // back knows nothing of the connections from before.
    let _ = way.wait_for(|way| *way != Way::Frozen).await;
}
