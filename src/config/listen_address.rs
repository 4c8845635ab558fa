//! The address on which the service listens.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// An address and a port, and the name from which the address was resolved, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    pub socket: SocketAddr,
    name: Option<String>,
}

/// The reason why a text is not an address to listen on.
#[derive(Debug, thiserror::Error)]
pub enum ListenAddressError {
    #[error(
        "must be an address and a port: write 127.0.0.1:8000 for this machine alone, 0.0.0.0:8000 or [::]:8000 for all addresses, or localhost:8000"
    )]
    Malformed,
    #[error(
        "names {name}, which cannot be resolved ({source}): write an address, such as 127.0.0.1:{port}"
    )]
    Unresolved {
        name: String,
        port: u16,
        source: io::Error,
    },
}

impl FromStr for ListenAddress {
    type Err = ListenAddressError;

    fn from_str(text: &str) -> Result<Self, ListenAddressError> {
        use ListenAddressError::{Malformed, Unresolved};
        if let Ok(socket) = text.parse() {
            return Ok(Self { socket, name: None });
        }
        let (name, port) = text.rsplit_once(':').ok_or(Malformed)?;
        let port: u16 = port.parse().map_err(|_| Malformed)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(Malformed);
        }
        let name = name.to_owned();
        let addresses: Vec<_> = match (name.as_str(), port).to_socket_addrs() {
            Ok(addresses) => addresses.collect(),
            Err(source) => return Err(Unresolved { name, port, source }),
        };
        // Browsers that find nothing at `::1` try 127.0.0.1 next, and most other programs try only that.
        let ipv4 = addresses.iter().find(|address| address.is_ipv4());
        let socket = *ipv4.or(addresses.first()).ok_or(Malformed)?;
        let name = Some(name);
        Ok(Self { socket, name })
    }
}

impl ListenAddress {
    /// Returns whether only this machine can connect.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.socket.ip().to_canonical().is_loopback()
    }

    /// Describes why the service cannot listen on this address, and what to set.
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

    /// Returns the address with the port that the operating system chose, if it was asked to choose one.
    #[must_use]
    pub fn at(&self, socket: SocketAddr) -> Self {
        Self {
            socket,
            name: self.name.clone(),
        }
    }
}

impl fmt::Display for ListenAddress {
    /// Writes the address as in a URL.
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
    fn a_name_is_resolved_and_urls_keep_the_name() {
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
    fn a_text_without_an_address_and_a_port_is_refused_with_an_example() {
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
            let problem = text.parse::<ListenAddress>().unwrap_err().to_string();
            assert!(problem.contains("127.0.0.1:8000"), "{text}: {problem}");
        }
    }
}
