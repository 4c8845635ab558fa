//! A real mail server for tests: `tests/smtp/server.mjs`, based on npm's `smtp-server`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::process::until;

/// A mail server that stops at the end of its test.
pub struct MailServer {
    child: Child,
    events: Arc<Mutex<Vec<Value>>>,
    port: u16,
}

/// A mail as the server received it.
#[derive(Clone, Debug)]
pub struct Taken {
    pub source: String,
    pub event: Value,
}

impl Taken {
    /// Returns the value of a header, unfolded.
    pub fn header(&self, name: &str) -> String {
        let (head, _) = self.source.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ");
        let mut lines = head.split("\r\n");
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
            .to_owned()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp")
}

/// The authority that signed the server's certificate.
pub fn certificate_authority() -> PathBuf {
    folder().join("ca.pem")
}

impl MailServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(options: &[&str]) -> Self {
        let mut child = Command::new("node")
            .arg(folder().join("server.mjs"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js is there; tests/run brings it");
        let events = Arc::new(Mutex::new(Vec::<Value>::new()));
        let (received, output) = (Arc::clone(&events), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                received
                    .lock()
                    .unwrap()
                    .push(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = Self {
            child,
            events,
            port: 0,
        };
        let port = until(
            || "the mail server listens (npm ci --prefix tests/smtp?)".to_owned(),
            async || {
                server
                    .events()
                    .iter()
                    .find_map(|event| event["port"].as_u64())
            },
        );
        server.port = u16::try_from(port.await).unwrap();
        server
    }

    /// Returns its URL without encryption.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Returns its URL with a name that is in its certificate.
    pub fn url_of(&self, scheme: &str, user: &str, options: &str) -> String {
        format!("{scheme}://{user}localhost:{}{options}", self.port)
    }

    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    /// Returns the mail for an address so far, oldest first.
    pub fn taken(&self, to: &str) -> Vec<Taken> {
        let events = self.events();
        let events = events.into_iter().filter(|event| event["to"] == to);
        events
            .filter_map(|event| {
                Some(Taken {
                    source: event["taken"].as_str()?.to_owned(),
                    event,
                })
            })
            .collect()
    }

    /// Waits until it has received this many mails for an address.
    pub async fn wait_for(&self, to: &str, count: usize) -> Vec<Taken> {
        until(
            || format!("{count} mails to {to}; seen: {:#?}", self.events()),
            async || Some(self.taken(to)).filter(|taken| taken.len() >= count),
        )
        .await
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
