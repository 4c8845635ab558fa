//! Latchkey as a child process, which ends when it is dropped.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::passkeys::{PAGE, RELYING_PARTY};
use crate::support::{Client, LIMITS, Person, SignedIn};

/// The longest time for anything that must happen. It is generous: a machine may be so busy that a mail is tried again after
/// 30 seconds.
pub const PATIENCE: Duration = Duration::from_secs(65);

/// A command that was run to its end, or a service that runs.
pub struct Process {
    child: Child,
    stdout: Output,
    stderr: Output,
}

/// A service that listens.
pub struct Node {
    process: Process,
    pub address: SocketAddr,
}

/// The output of a process so far.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

/// The output and the exit of a command.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The program in this folder, without any setting from the environment of the tests. It listens on
/// a free loopback port and hashes cheaply, unless its arguments say otherwise.
pub fn latchkey(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("LISTEN", "127.0.0.1:0")
        .env("HASH_MEMORY", "64")
        .env("HASH_ITERATIONS", "1")
        .env("PASSKEY_RP_ID", RELYING_PARTY)
        .env("PASSKEY_ORIGINS", PAGE);
    for limit in LIMITS {
        let variable = limit
            .trim_start_matches('-')
            .replace('-', "_")
            .to_uppercase();
        command.env(variable, "1000000/1s");
    }
    // The folder in which a binary with coverage writes its profile.
    if let Some(file) = std::env::var_os("LLVM_PROFILE_FILE") {
        command.env("LLVM_PROFILE_FILE", file);
    }
    command
}

/// Runs the program to its end, in this folder and with these arguments.
pub async fn run(folder: &Path, arguments: &[&str]) -> Outcome {
    run_command(latchkey(folder, arguments)).await
}

pub async fn run_command(command: Command) -> Outcome {
    let mut process = Process::spawn(command);
    let status = process.exit().await;
    Outcome {
        code: status.code(),
        stdout: process.stdout.complete().await,
        stderr: process.stderr.complete().await,
    }
}

impl Process {
    pub fn spawn(mut command: Command) -> Self {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            stdout: Output::of(child.stdout.take().unwrap()),
            stderr: Output::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Returns everything that was logged so far.
    pub fn log(&self) -> String {
        self.stderr.text()
    }

    /// Returns everything that an ended process has printed or logged.
    pub async fn complete_output(&self) -> String {
        self.stdout.complete().await + &self.stderr.complete().await
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends SIGTERM, as service managers do.
    pub fn terminate(&self) {
        self.send("TERM");
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.send("INT");
    }

    fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "sh", signal, &id])
            .status();
        assert!(status.unwrap().success());
    }

    /// Ends the process without a warning, as a power cut does.
    pub async fn kill(&mut self) {
        self.child.kill().unwrap();
        self.exit().await;
    }

    /// Waits for the end of the process.
    pub async fn exit(&mut self) -> ExitStatus {
        let log = self.stderr.clone();
        let child = &mut self.child;
        let status = until(
            || format!("the process ends; its log:\n{}", log.text()),
            async || child.try_wait().unwrap(),
        )
        .await;
        // The last output may not be read yet.
        drop(log);
        self.stderr.complete().await;
        status
    }
}

impl Drop for Process {
    /// Ends the process with a signal first, so that it can write its coverage.
    fn drop(&mut self) {
        if self.is_running() {
            self.terminate();
            let deadline = Instant::now() + Duration::from_secs(3);
            while self.is_running() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Node {
    /// Starts a service in this folder and waits until it listens.
    pub async fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::listening(Process::spawn(latchkey(folder, arguments))).await
    }

    /// Waits until a service says where it listens.
    pub async fn listening(mut process: Process) -> Self {
        let log = process.stderr.clone();
        let address = until(
            || format!("the service listens; its log:\n{}", log.text()),
            async || {
                assert!(process.is_running(), "it ended:\n{}", log.text());
                address_in(&log.text())
            },
        )
        .await;
        Self { process, address }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns an anonymous client.
    pub fn client(&self) -> Client {
        Client::new(self.url("/graphql"))
    }

    /// Returns the client of a logged-in user, which calls this node instead.
    pub fn client_of(&self, user: &SignedIn) -> Client {
        self.client().bearer(&user.access_token)
    }

    /// Returns a user whose address is verified and who is logged in.
    pub async fn verified(&self, name: &str) -> SignedIn {
        let person = Person::named(name);
        self.client().register(&person).await.data();
        let token = self.mailed_token(&person.email).await;
        self.client().verify(&token).await.data();
        self.client().log_in(&person).await
    }

    /// Returns the token of the latest link that was mailed to an address.
    pub async fn mailed_token(&self, email: &str) -> String {
        self.token_of("", email).await
    }

    /// Returns the token of the latest mail of this kind to an address.
    pub async fn token_of(&self, template: &str, email: &str) -> String {
        let marks = [format!("template=\"{template}"), format!("to={email:?}")];
        until(
            || format!("a mail {template} to {email}"),
            async || {
                let log = self.log();
                let mut lines = log.lines().rev().filter(|line| is_captured_mail(line));
                let line = lines.find(|line| marks.iter().all(|mark| line.contains(mark)))?;
                let (_, token) = line.split_once("#token=")?;
                token.split_whitespace().next().map(str::to_owned)
            },
        )
        .await
    }

    /// Returns the status and the body of a GET.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let request = reqwest::Client::new().get(self.url(path)).timeout(PATIENCE);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Sends SIGTERM, and asserts that the process succeeds.
    pub async fn stop(mut self) -> Process {
        self.terminate();
        let status = self.exit().await;
        assert!(status.success(), "{status}; its log:\n{}", self.log());
        self.process
    }
}

impl std::ops::Deref for Node {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl std::ops::DerefMut for Node {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Output {
    /// Collects the output of a pipe until its other end is closed.
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let output = Self::default();
        let collected = output.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                collected
                    .0
                    .lock()
                    .unwrap()
                    .extend_from_slice(&buffer[..count]);
            }
        });
        output
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Returns the whole output of an ended process.
    async fn complete(&self) -> String {
        until(
            || "the pipe is read to its end".to_owned(),
            async || (Arc::strong_count(&self.0) == 1).then(|| self.text()),
        )
        .await
    }
}

/// The line that shows the link of a mail where there is no mail server; the only one that may hold
/// a secret.
pub fn is_captured_mail(line: &str) -> bool {
    line.contains(" latchkey::mail: captured mail; its link: ")
}

/// Polls until there is a value.
pub async fn until<T>(what: impl Fn() -> String, mut poll: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = poll().await {
            return value;
        }
        assert!(
            Instant::now() < deadline,
            "timed out: waited until {}",
            what()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn address_in(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("API:      http://")?;
    let (address, _) = rest.split_once("/graphql")?;
    address.parse().ok()
}
