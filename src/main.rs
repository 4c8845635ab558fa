//! The binary: everything is in the library, so that tests can use it.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use tokio::runtime::Builder;

/// A request allocates some hundred times, for which this takes a third of the instructions of glibc's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The number of tasks after which the runtime looks for new input. When others ask for large responses, each task takes
/// milliseconds, and the default of 61 would let everybody else wait for that many of them.
const EVENT_INTERVAL: u32 = 8;

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .event_interval(EVENT_INTERVAL)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(latchkey::cli::main()),
        Err(error) => {
            eprintln!("latchkey: the runtime cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
