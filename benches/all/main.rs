//! Every measurement of the service in one binary, since linking it takes longer than running it.
//!
//! ```text
//! cargo bench --bench all                    everything, in about four minutes
//! cargo bench --bench all -- query_limits flood    some of it
//! ```
//!
//! Each module describes its measurement and its settings. Figures are medians, but those of a
//! machine that does nothing else are worth more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that fails should say where"
)]

mod bulk;
mod enumeration;
mod flood;
mod hashing;
mod instructions;
mod limit;
mod login_timing;
mod purge;
mod query_limits;
mod refresh_year;
mod requests;
mod startup;
mod support;
mod tokens;

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The bench of the query limits starts itself for each shape.
    if arguments.iter().any(|argument| argument == "--one") {
        return query_limits::run(&arguments);
    }
    // The count of instructions starts itself under valgrind.
    if arguments.first().is_some_and(|first| first == "--answer") {
        return instructions::one(&arguments);
    }
    // `cargo test --all-targets` runs this too, without the flag.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let subjects: [(&str, &dyn Fn()); 13] = [
        ("tokens", &tokens::run),
        ("refresh_year", &refresh_year::run),
        ("requests", &requests::run),
        ("instructions", &instructions::run),
        ("hashing", &hashing::run),
        ("login_timing", &login_timing::run),
        ("enumeration", &enumeration::run),
        ("flood", &flood::run),
        ("limit", &limit::run),
        ("purge", &purge::run),
        ("bulk", &bulk::run),
        ("startup", &startup::run),
        ("query_limits", &|| query_limits::run(&arguments)),
    ];
    let named = |subject: &str| arguments.iter().any(|argument| argument == subject);
    let all = !subjects.iter().any(|(subject, _)| named(subject));
    for (subject, run) in subjects {
        if all || named(subject) {
            println!("\n{subject}");
            run();
        }
    }
}
