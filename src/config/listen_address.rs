//! Where the service listens.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// An address and a port, and the name that stood for the address if there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    pub socket: SocketAddr,
    name: Option<String>,
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(socket) = text.parse() {
            return Ok(Self { socket, name: None });
        }
        let form = || {
            "must be an address and a port: write 127.0.0.1:8000 for this machine alone, 0.0.0.0:8000 or [::]:8000 \
             for all addresses, or localhost:8000"
                .to_owned()
        };
        let (name, port) = text.rsplit_once(':').ok_or_else(form)?;
        let port: u16 = port.parse().map_err(|_| form())?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(form());
        }
        let found = (name, port).to_socket_addrs().map_err(|error| {
            format!("names {name}, which cannot be resolved ({error}): write an address, such as 127.0.0.1:{port}")
        })?;
        // Browsers that find nobody at `::1` go on to 127.0.0.1, and most other programs know that alone.
        let found: Vec<_> = found.collect();
        let socket = found.iter().find(|it| it.is_ipv4()).or(found.first());
        Ok(Self {
            socket: *socket.ok_or_else(form)?,
            name: Some(name.to_owned()),
        })
    }
}

impl ListenAddress {
    /// Whether only this machine comes here.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.socket.ip().to_canonical().is_loopback()
    }

    /// Says why the system does not let us listen here, and what to set.
    #[must_use]
    pub fn explain_failure(&self, error: &io::Error) -> String {
        let (ip, port) = (self.socket.ip(), self.socket.port());
        let at = |port| SocketAddr::new(ip, port);
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "another program does: end it, or set LISTEN to another port, such as {}",
                at(port.checked_add(1).unwrap_or(8000))
            ),
            io::ErrorKind::PermissionDenied => format!(
                "the system keeps this port for others: set LISTEN to a port from 1024 on, such as {}, behind a proxy that \
                 has this one",
                at(8000)
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "this machine does not have that address: set LISTEN to one of its own, such as 127.0.0.1:{port}, or to \
                 0.0.0.0:{port} or [::]:{port} for all"
            ),
            _ => format!("{error}: set LISTEN to another address"),
        };
        format!("cannot listen on {self}: {advice}")
    }

    /// The same with the port that the system gave, where any was asked for.
    #[must_use]
    pub fn at(&self, socket: SocketAddr) -> Self {
        Self {
            socket,
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for ListenAddress {
    /// As it stands in a URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}:{}", self.socket.port()),
            None => self.socket.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::{AddrInUse, AddrNotAvailable, OutOfMemory, PermissionDenied};

    use super::ListenAddress;

    #[test]
    fn a_name_is_resolved_and_stands_in_urls_as_it_was_written() {
        let address: ListenAddress = "localhost:8000".parse().unwrap();
        assert!(address.is_loopback());
        assert_eq!(address.to_string(), "localhost:8000");
        let moved = address.at("127.0.0.1:4711".parse().unwrap());
        assert_eq!(moved.to_string(), "localhost:4711");
        let address: ListenAddress = "[::1]:0".parse().unwrap();
        assert_eq!(address.to_string(), "[::1]:0");
    }

    #[test]
    fn a_failure_says_what_to_set() {
        for (address, error, words) in [
            ("127.0.0.1:8000", AddrInUse, "such as 127.0.0.1:8001"),
            ("[::1]:65535", AddrInUse, "such as [::1]:8000"),
            ("127.0.0.1:80", PermissionDenied, "such as 127.0.0.1:8000"),
            ("192.0.2.1:80", AddrNotAvailable, "0.0.0.0:80"),
            ("192.0.2.1:80", OutOfMemory, "another address"),
        ] {
            let listen: ListenAddress = address.parse().unwrap();
            let problem = listen.explain_failure(&error.into());
            assert!(problem.starts_with(&format!("cannot listen on {address}: ")));
            assert!(problem.contains("set LISTEN to"), "{problem}");
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn what_is_no_address_and_port_is_told_what_to_write() {
        for text in [
            "",
            "8000",
            ":8000",
            "*:8000",
            "0.0.0.0",
            "localhost",
            "::1:x",
            "localhost:http",
            "localhost:70000",
            "http://localhost:8000",
            "[::1]",
        ] {
            let problem = text.parse::<ListenAddress>().unwrap_err();
            assert!(problem.contains("127.0.0.1:8000"), "{text}: {problem}");
        }
    }
}
