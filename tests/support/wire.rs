//! Raw bytes on a connection, for requests that no client library would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest time for an answer on a busy machine.
const DEADLINE: Duration = Duration::from_secs(65);

/// An HTTP/1.1 connection, and the received bytes that were not parsed yet.
pub struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer with a `Content-Length`.
#[derive(Debug)]
pub struct WireAnswer {
    /// The status line and the headers, in lower case.
    pub head: String,
    pub body: String,
}

impl WireAnswer {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Returns the value of a header that the answer must have, in lower case.
    pub fn header(&self, name: &str) -> &str {
        let line = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("there is no {name}: {}", self.head))
    }

    pub fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close")
    }
}

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            received: Vec::new(),
        }
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = timeout(DEADLINE, self.stream.write_all(bytes.as_ref())).await;
        sent.expect("the service reads")
            .expect("the connection is open");
    }

    /// Reads the next answer to its end.
    pub async fn answer(&mut self) -> WireAnswer {
        loop {
            if let Some(answer) = self.take() {
                return answer;
            }
            let read = timeout(DEADLINE, self.stream.read_buf(&mut self.received)).await;
            let count = read.expect("an answer in time").expect("an answer");
            let received = String::from_utf8_lossy(&self.received);
            assert!(count > 0, "closed after {received:?}");
        }
    }

    /// Waits until the service closes the connection, which it must do without a reset.
    pub async fn until_closed(&mut self) {
        let read = timeout(DEADLINE, self.stream.read_to_end(&mut self.received)).await;
        read.expect("an end in time").expect("an end in order");
        assert_eq!(
            String::from_utf8_lossy(&self.received),
            "",
            "after the last answer"
        );
    }

    fn take(&mut self) -> Option<WireAnswer> {
        let end = self
            .received
            .windows(4)
            .position(|window| window == b"\r\n\r\n")?
            + 4;
        let head = String::from_utf8_lossy(&self.received[..end]).to_ascii_lowercase();
        let length = head.split("\r\ncontent-length: ").nth(1);
        let length: usize = length.map_or(0, |rest| {
            rest.split("\r\n").next().unwrap().parse().unwrap()
        });
        let body = self.received.get(end..end + length)?.to_vec();
        self.received.drain(..end + length);
        Some(WireAnswer {
            head,
            body: String::from_utf8(body).unwrap(),
        })
    }
}
