//! Bytes on a connection, for what no client library would send.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest that an answer may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(65);

/// A connection of HTTP/1.1, and what was heard on it and not taken yet.
pub struct Wire {
    stream: TcpStream,
    heard: Vec<u8>,
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

    pub fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close")
    }
}

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            heard: Vec::new(),
        }
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = timeout(DEADLINE, self.stream.write_all(bytes.as_ref())).await;
        sent.expect("the service reads")
            .expect("the connection is open");
    }

    /// The next answer, in full.
    pub async fn answer(&mut self) -> WireAnswer {
        loop {
            if let Some(answer) = self.take() {
                return answer;
            }
            let read = timeout(DEADLINE, self.stream.read_buf(&mut self.heard)).await;
            let count = read.expect("an answer in time").expect("an answer");
            let heard = String::from_utf8_lossy(&self.heard);
            assert!(count > 0, "closed after {heard:?}");
        }
    }

    /// Waits until the service closes the connection, which it must do without a reset.
    pub async fn until_closed(&mut self) {
        let read = timeout(DEADLINE, self.stream.read_to_end(&mut self.heard)).await;
        read.expect("an end in time").expect("an end in order");
        assert_eq!(
            String::from_utf8_lossy(&self.heard),
            "",
            "after the last answer"
        );
    }

    fn take(&mut self) -> Option<WireAnswer> {
        let end = self.heard.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&self.heard[..end]).to_ascii_lowercase();
        let length = head.split("\r\ncontent-length: ").nth(1);
        let length: usize =
            length.map_or(0, |it| it.split("\r\n").next().unwrap().parse().unwrap());
        let body = self.heard.get(end..end + length)?.to_vec();
        self.heard.drain(..end + length);
        Some(WireAnswer {
            head,
            body: String::from_utf8(body).unwrap(),
        })
    }
}
