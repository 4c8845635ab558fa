//! A PostgreSQL server that refuses the connection: the message names the server, the reason and what to do.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::process::run;

/// A server that refuses each connection, as PostgreSQL does before authentication.
async fn server_that_refuses(code: &'static str, message: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client that has waited for long enough hangs up.
            tokio::spawn(refuse(stream, code, message));
        }
    });
    address
}

async fn refuse(mut stream: TcpStream, code: &str, message: &str) -> std::io::Result<()> {
    let mut head = [0; 8];
    // First the client asks for TLS, which this server does not have.
    stream.read_exact(&mut head).await?;
    stream.write_all(b"N").await?;
    let length = stream.read_u32().await?;
    let mut startup = vec![0; length as usize - 4];
    stream.read_exact(&mut startup).await?;
    // The fields of an ErrorResponse, with a place in PostgreSQL's source.
    let fields = format!("SFATAL\0VFATAL\0Fauth.c\0L334\0Rauth_failed\0C{code}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap();
    let answer = [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat();
    stream.write_all(&answer).await
}

/// Asserts that start, doctor and migrate all name the server and say these words, without the password.
async fn assert_refused(url: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let settings = ["--database-url", url, "--database-acquire-timeout", "500ms"];
    for command in ["serve", "doctor", "migrate"] {
        let outcome = run(folder.path(), &[&[command], &settings[..]].concat()).await;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let output = outcome.stdout + &outcome.stderr;
        for word in words {
            assert!(output.contains(word), "{command}, {word}: {output}");
        }
        for word in ["at line", "pool timed out", "hidden"] {
            assert!(!output.contains(word), "{command}, {word}: {output}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_run_is_named_and_so_is_the_reason() {
    // Bound, but not listening: the port refuses connections.
    let closed = TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = closed.local_addr().unwrap();
    let words = format!("cannot connect to {address}: connection refused");
    assert_refused(&format!("postgres://ada:hidden@{address}/db"), &[&words]).await;
}

#[tokio::test]
async fn a_server_that_is_silent_is_named() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let words = format!("cannot connect to {address}: no answer within 500ms");
    let url = format!("postgres://ada:hidden@{address}/db");
    assert_refused(&url, &[&words]).await;
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_named() {
    let url = "postgres://ada:hidden@nowhere.invalid/db";
    let words = ["cannot connect to nowhere.invalid:5432", "check the host"];
    assert_refused(url, &words).await;
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_named() {
    let url = "postgres://ada:hidden@localhost/db?host=/nowhere";
    assert_refused(url, &["cannot connect to /nowhere"]).await;
}

#[tokio::test]
async fn the_reason_of_a_server_is_reported_in_plain_words() {
    for (code, message, words) in [
        (
            "28P01",
            "password authentication failed for user \"ada\"",
            "does not accept the password of \"ada\"",
        ),
        (
            "28000",
            "no pg_hba.conf entry for host \"127.0.0.1\", user \"ada\"",
            "does not let \"ada\" into the database \"db\": no pg_hba.conf entry",
        ),
        (
            "3D000",
            "database \"db\" does not exist",
            "has no database \"db\": create it (createdb --owner=ada db)",
        ),
        (
            "42501",
            "permission denied for database \"db\"",
            "does not let \"ada\" into the database \"db\": permission denied",
        ),
        (
            "53300",
            "sorry, too many clients already",
            "DATABASE_MAX_CONNECTIONS",
        ),
        (
            "57P03",
            "the database system is starting up",
            ": the database system is starting up",
        ),
    ] {
        let address = server_that_refuses(code, message).await;
        let url = format!("postgres://ada:hidden@{address}/db");
        assert_refused(&url, &[words, &address.to_string()]).await;
    }
}
