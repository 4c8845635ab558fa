//! The cost of hostile documents: parsing, `QueryChecker::check`, and the whole answer to a body of 64 KiB.
//!
//! Two promises are measured. The time of the check grows linearly with the size of the document, so that "growth", the time
//! for 64 KiB divided by the time for 32 KiB, is about 2. And every document is refused or answered within 50 ms. Each shape
//! runs in a process of its own, with 2.5 GB and 5 s, so that one that overflows the stack or fills the memory is reported
//! as `DIED`, and the others still run.
//!
//! ```text
//! cargo bench --bench all -- query_limits                  every shape, default limits
//! cargo bench --bench all -- query_limits operations       shapes whose name contains that word
//! cargo bench --bench all -- query_limits --sizes          the time for 1, 2, 4 … 64 KiB too
//! cargo bench --bench all -- query_limits --raised         every limit at its maximum
//! cargo bench --profile dev --bench all -- query_limits    stack use of a debug build
//! ```

mod shapes;

use std::hint::black_box;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use self::shapes::Shape;
use crate::support::{self, Database, Service, median, millis, timed};
use async_graphql::parser::parse_query;
use latchkey::graphql::{QueryChecker, QueryError};
use serde_json::{Map, Value};

const KIB: usize = 1024;

/// The default of `--max-body`.
const LARGEST: usize = 64 * KIB;

/// The longest that the measurements of a shape may take.
const TIMEOUT: Duration = Duration::from_secs(5);

const LIMIT_NAMES: [&str; 6] = [
    "depth",
    "fields",
    "aliases",
    "directives",
    "root-fields",
    "fragments",
];

/// Takes flags and a part of a name; see above.
pub fn run(arguments: &[String]) {
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let raised = has("--raised");
    if let Some(at) = arguments.iter().position(|argument| argument == "--one") {
        let shape = shapes::all()
            .into_iter()
            .find(|shape| shape.name == arguments[at + 1]);
        return one(&shape.unwrap(), raised, has("--sizes"));
    }
    let after_name = arguments
        .iter()
        .skip_while(|argument| *argument != "query_limits")
        .nth(1);
    let filter = after_name.filter(|argument| !argument.starts_with("--"));
    println!(
        "{:<60} {:>9} {:>9} {:>8} {:>7} {:>10} {:>9}  answer",
        "64 KiB of", "parse ms", "check ms", "ns/byte", "growth", "answer ms", "peak MiB"
    );
    for shape in shapes::all() {
        if filter.is_none_or(|filter| shape.name.contains(filter.as_str())) {
            println!(
                "{:<60} {}",
                shape.name,
                in_a_process(&shape, raised, has("--sizes"))
            );
        }
    }
}

/// Measures a shape in a process that may die.
fn in_a_process(shape: &Shape, raised: bool, sizes: bool) -> String {
    let this = std::env::current_exe().unwrap();
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v 2500000; exec \"$0\" \"$@\""])
        .arg(this)
        .args(["query_limits", "--one", shape.name])
        .args(raised.then_some("--raised"))
        .args(sizes.then_some("--sizes"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > TIMEOUT {
            child.kill().unwrap();
            child.wait().unwrap();
            return format!("DIED: not done after {} s", TIMEOUT.as_secs());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    match status.signal() {
        Some(signal) => format!("DIED: signal {signal}"),
        None => text.trim_end().to_owned(),
    }
}

/// Measures a shape and prints a line, on a worker of the runtime, whose stack is 2 MiB as in the
/// service.
fn one(shape: &Shape, raised: bool, sizes: bool) {
    let name_of = |name: &&str| format!("--max-{name}");
    let raise = LIMIT_NAMES
        .iter()
        .map(name_of)
        .flat_map(|flag| [flag, u64::MAX.to_string()]);
    let raise: Vec<String> = raise.take(if raised { usize::MAX } else { 0 }).collect();
    let cheap = [
        "--hash-memory",
        "64",
        "--hash-iterations",
        "1",
        "--log",
        "off",
    ];
    let settings: Vec<String> = cheap.map(str::to_owned).into_iter().chain(raise).collect();
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let runtime = support::runtime();
    let service = runtime.block_on(Service::start(Database::sqlite(), &settings));
    let subject = Subject {
        bearer: runtime.block_on(service.sign_in("ada")).access_token,
        checker: QueryChecker::of_schema(support::config(&settings).query_limits()).unwrap(),
        body: shape.of_size(LARGEST),
        bodies: (0..7).map(|power| shape.of_size(KIB << power)).collect(),
        service,
        sizes,
    };
    let line = runtime.block_on(async { tokio::spawn(measure(subject)).await.unwrap() });
    println!("{line}");
}

/// A shape to measure, and the service that answers it.
struct Subject {
    service: Service,
    bearer: String,
    checker: QueryChecker,
    /// The measurements of the largest size.
    body: Value,
    /// The times for 1, 2, 4 … 64 KiB.
    bodies: Vec<Value>,
    sizes: bool,
}

async fn measure(subject: Subject) -> String {
    let Subject { checker, body, .. } = &subject;
    let query = |body: &Value| body["query"].as_str().unwrap().to_owned();
    let check = |body: &Value| {
        let query = query(body);
        often(|| timed(|| black_box(checker.check(&query, &Map::new()).is_ok())).1)
    };
    let text = query(body);
    let refusal = checker.check(&text, &Map::new()).err();
    // A text that the check refuses unparsed must not reach the parser, which may overflow the stack.
    let is_refused_unparsed = matches!(
        refusal,
        Some(QueryError::BracketsTooDeep | QueryError::UnterminatedString)
    );
    let parse = if is_refused_unparsed {
        0.0
    } else {
        often(|| timed(|| black_box(parse_query(&text).is_ok())).1)
    };
    let all: Vec<f64> = subject.bodies.iter().map(check).collect();
    let (half, whole) = (all[5], all[6]);
    let before = peak();
    let mut answers = Vec::new();
    let mut answer = Value::Null;
    let began = Instant::now();
    while answers.len() < 5 && (answers.is_empty() || began.elapsed() < Duration::from_secs(1)) {
        let text = body.to_string();
        let sent_at = Instant::now();
        answer = support::answer(&subject.service.site, text, Some(&subject.bearer)).await;
        answers.push(millis(sent_at.elapsed()));
    }
    let worst = answers.iter().copied().fold(0.0, f64::max);
    #[allow(clippy::cast_precision_loss, reason = "a few thousand bytes")]
    let per_byte = whole * 1e6 / text.len() as f64;
    let mut line = format!(
        "{parse:>9.2} {whole:>9.2} {per_byte:>8.1} {:>7.1} {:>10.1} {:>9}  {}",
        whole / half,
        worst,
        peak() - before,
        outcome(&answer)
    );
    if subject.sizes {
        let all: Vec<String> = all.iter().map(|time| format!("{time:.3}")).collect();
        line += &format!("\n    check, ms, for 1, 2, 4 … 64 KiB: {}", all.join(" "));
    }
    line
}

/// The median of some tries, in milliseconds.
fn often(mut work: impl FnMut() -> Duration) -> f64 {
    let began = Instant::now();
    let mut times = vec![];
    while times.len() < 15 && (times.is_empty() || began.elapsed() < Duration::from_millis(200)) {
        times.push(millis(work()));
    }
    median(&mut times)
}

/// MiB that this process has had in memory at most (VmHWM).
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib / 1024
}

fn outcome(answer: &Value) -> String {
    let Some(error) = answer.pointer("/errors/0") else {
        return format!("data, {} bytes", answer.to_string().len());
    };
    let reason = error.pointer("/extensions/fields/0/message");
    let text = reason
        .unwrap_or(&error["message"])
        .as_str()
        .unwrap_or_default();
    text.chars().take(70).collect()
}
