//! A load generator for loopback: connections that each ask again as soon as they are answered.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Database, PASSWORD, SECRET, SignedIn, login, millis, register, signed_in};

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

impl Connection {
    /// Registers a user.
    pub fn register(&mut self, name: &str) {
        let registration = request(&register(name).to_string(), None);
        self.ask(&registration).unwrap();
    }

    /// Logs in a user who is verified.
    pub fn log_in(&mut self, name: &str) -> SignedIn {
        let login = request(&login(name, PASSWORD).to_string(), None);
        signed_in(&serde_json::from_str(self.ask(&login).unwrap()).unwrap())
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

/// The next request of a connection, made from the body of the answer to its last one (empty at first).
pub type Script = Box<dyn FnMut(&str) -> Vec<u8> + Send>;

/// A script that repeats one request, whose answers must contain one of `expected`.
pub fn repeat(request: &[u8], expected: &'static [&'static str]) -> Script {
    let request = request.to_vec();
    Box::new(move |answer| {
        let is_expected = answer.is_empty() || expected.iter().any(|part| answer.contains(part));
        assert!(is_expected, "{answer}");
        request.clone()
    })
}

/// Connections that ask without pause until they are stopped. One thread serves them all, to leave the machine to the
/// service.
pub struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<f64>>,
    began: Instant,
}

/// The result of a load.
pub struct Seen {
    /// Milliseconds each.
    pub latencies: Vec<f64>,
    pub per_second: f64,
}

impl Load {
    /// Starts a connection for each script.
    pub fn start(address: SocketAddr, scripts: Vec<Script>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build();
            runtime.unwrap().block_on(async {
                let mut asking = tokio::task::JoinSet::new();
                for script in scripts {
                    asking.spawn(ask_without_pause(address, script, Arc::clone(&stopped)));
                }
                asking.join_all().await.concat()
            })
        });
        Self {
            thread,
            began: Instant::now(),
            stop,
        }
    }

    pub fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let elapsed = self.began.elapsed().as_secs_f64();
        let latencies = self.thread.join().unwrap();
        #[allow(clippy::cast_precision_loss, reason = "a count of requests")]
        let per_second = latencies.len() as f64 / elapsed;
        Seen {
            latencies,
            per_second,
        }
    }

    /// Repeats each request on a connection of its own for a time.
    pub fn run(
        address: SocketAddr,
        requests: &[Vec<u8>],
        expected: &'static [&'static str],
        time: Duration,
    ) -> Seen {
        let scripts = requests.iter().map(|request| repeat(request, expected));
        let load = Self::start(address, scripts.collect());
        std::thread::sleep(time);
        load.stop()
    }
}

/// Returns the milliseconds of each answer.
async fn ask_without_pause(
    address: SocketAddr,
    mut script: Script,
    stop: Arc<AtomicBool>,
) -> Vec<f64> {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let mut latencies = Vec::new();
    let mut request = script("");
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        stream.write_all(&request).await.unwrap();
        let mut filled = 0;
        let body = loop {
            let read = stream.read(&mut buffer[filled..]).await.unwrap();
            assert!(read > 0, "the service closed the connection");
            filled += read;
            if let Some(start) = complete(&buffer[..filled]) {
                break std::str::from_utf8(&buffer[start..filled]).unwrap();
            }
        };
        latencies.push(millis(began.elapsed()));
        request = script(body);
    }
    latencies
}

/// A serving process; it is killed when this is dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts the service on a free port and does not wait.
    pub fn spawn(database: &Database, settings: &[&str]) -> Self {
        let address = free_address();
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

    /// Starts the bare server and waits for its first answer.
    pub fn start_bare(program: &str, database: &Database) -> Self {
        let address = free_address();
        let process = Command::new(program)
            .args([&address.to_string(), &database.url])
            .spawn()
            .unwrap();
        let server = Self { process, address };
        server.first_answer();
        server
    }

    /// Starts the service and waits for its first answer.
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

fn free_address() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
