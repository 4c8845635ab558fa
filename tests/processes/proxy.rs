//! A TCP proxy between the service and its database, which a test can cut, freeze and repair.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The state of the connection to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Connections pass.
    Open,
    /// All connections are closed, and new ones at once.
    Cut,
    /// Connections stay open and are accepted, but no data passes, as behind a dead switch.
    Frozen,
}

pub struct Proxy {
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, seen) = watch::channel(Mode::Open);
        let accepting = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(forward(client, server.clone(), seen.clone()));
            }
        });
        Self {
            address,
            mode,
            accepting,
        }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.mode.send_replace(Mode::Cut);
    }
}

/// Forwards while the proxy is open. Data in a frozen connection is lost.
async fn forward(mut client: TcpStream, server: String, mut mode: watch::Receiver<Mode>) {
    let open = async {
        let mut server = TcpStream::connect(server).await?;
        copy_bidirectional(&mut client, &mut server).await
    };
    let now = *mode.borrow();
    if now == Mode::Open {
        tokio::select! {
            _ = open => return,
            _ = mode.wait_for(|mode| *mode != Mode::Open) => {}
        }
    }
    // Holds a frozen connection until it is cut or the proxy is open again: a restarted switch does not know earlier
    // connections.
    let _ = mode.wait_for(|mode| *mode != Mode::Frozen).await;
}
