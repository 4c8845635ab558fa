//! The binary: everything is in the library, so that tests can use it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    latchkey::cli::main().await
}
