//! A load generator for loopback: threads that each keep one connection and ask again as soon as
//! they are answered. Plain sockets, so that it leaves the machine to the service.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Database, SECRET, millis};

/// The bytes of a whole HTTP request.
pub fn request(body: &str, bearer: Option<&str>) -> Vec<u8> {
    let mut text =
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            .to_owned();
    if let Some(token) = bearer {
        write!(text, "authorization: Bearer {token}\r\n").unwrap();
    }
    write!(text, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    text.into_bytes()
}

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1024],
        })
    }

    /// Sends a request and returns the body of the response.
    pub fn ask(&mut self, request: &[u8]) -> std::io::Result<&str> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if let Some(start) = complete(&self.buffer[..filled]) {
                return Ok(std::str::from_utf8(&self.buffer[start..filled]).unwrap());
            }
        }
    }
}

/// Returns the start of the body, once the response is complete.
fn complete(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    let length: usize = length.parse().ok()?;
    (bytes.len() >= head + 4 + length).then_some(head + 4)
}

/// Connections that ask without pause until they are stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<f64>>>,
    began: Instant,
}

/// The result of a load.
pub struct Seen {
    /// Milliseconds each.
    pub latencies: Vec<f64>,
    pub per_second: f64,
}

impl Load {
    /// Opens a connection for each request. Every answer must contain one of `expected`.
    pub fn start(
        address: SocketAddr,
        requests: &[Vec<u8>],
        expected: &'static [&'static str],
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let thread = |request: &Vec<u8>| {
            let (stop, request) = (Arc::clone(&stop), request.clone());
            std::thread::spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                let mut latencies = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    let answer = connection.ask(&request).unwrap();
                    latencies.push(millis(began.elapsed()));
                    assert!(
                        expected.iter().any(|part| answer.contains(part)),
                        "{answer}"
                    );
                }
                latencies
            })
        };
        Self {
            threads: requests.iter().map(thread).collect(),
            began: Instant::now(),
            stop,
        }
    }

    pub fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let began = self.began;
        let elapsed = began.elapsed().as_secs_f64();
        let latencies: Vec<f64> = self
            .threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        #[allow(clippy::cast_precision_loss, reason = "a count of requests")]
        let per_second = latencies.len() as f64 / elapsed;
        Seen {
            latencies,
            per_second,
        }
    }

    pub fn run(
        address: SocketAddr,
        requests: &[Vec<u8>],
        expected: &'static [&'static str],
        time: Duration,
    ) -> Seen {
        let load = Self::start(address, requests, expected);
        std::thread::sleep(time);
        load.stop()
    }
}

/// The binary, serving; it is killed when this is dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts it on a free port and does not wait.
    pub fn spawn(database: &Database, settings: &[&str]) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let process = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .env_clear()
            .args(["serve", "--listen", &address.to_string()])
            .args(["--database-url", &database.url, "--log", "error"])
            .args(["--secret-key", SECRET])
            .args(settings)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, address }
    }

    /// Starts it and waits for its first answer.
    pub fn start(database: &Database, settings: &[&str]) -> Self {
        let server = Self::spawn(database, settings);
        server.first_answer();
        server
    }

    /// Asks `{ __typename }` until it is answered.
    pub fn first_answer(&self) -> Connection {
        let request = request(r#"{"query":"{ __typename }"}"#, None);
        for _ in 0..20_000 {
            if let Ok(mut connection) = Connection::open(self.address)
                && connection
                    .ask(&request)
                    .is_ok_and(|answer| answer.contains("Query"))
            {
                return connection;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        panic!("the server did not answer within 10 s");
    }

    /// Bytes that the process keeps in memory now (VmRSS).
    pub fn resident(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kib * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
