//! The batches of some work, from its log lines.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};

use super::{median, quantile};

/// The batches of one kind.
#[derive(Default)]
struct KindBatches {
    rows: u64,
    /// The milliseconds for which each batch held the writer.
    held: Vec<f64>,
}

/// Collects the batches by their kind.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<BTreeMap<String, KindBatches>>>);

/// The batches of this process, from the first use on.
pub static BATCHES: LazyLock<Batches> = LazyLock::new(|| {
    let batches = Batches::default();
    let target = Targets::new().with_target(TARGET, Level::DEBUG);
    let subscriber = tracing_subscriber::registry().with(batches.clone().with_filter(target));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    batches
});

const TARGET: &str = "latchkey::service::batches";

impl Batches {
    /// Prints the time for which the batches of each kind held the writer since the last report.
    pub fn report(&self) {
        let kinds = std::mem::take(&mut *self.0.lock().unwrap());
        for (kind, mut batches) in kinds {
            let name = format!("{kind}: {} rows", batches.rows);
            report(&name, &mut batches.held);
        }
    }
}

impl<S: Subscriber> Layer<S> for Batches {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut batch = Batch::default();
        event.record(&mut batch);
        let Some(kind) = batch.kind else {
            return;
        };
        let mut kinds = self.0.lock().unwrap();
        let of_kind = kinds.entry(kind).or_default();
        of_kind.rows += batch.rows;
        of_kind.held.push(batch.held);
    }
}

/// The fields of a log line.
#[derive(Default)]
struct Batch {
    kind: Option<String>,
    rows: u64,
    held: f64,
}

impl Visit for Batch {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "kind" {
            self.kind = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows" {
            self.rows = value;
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "held_ms" {
            self.held = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// Prints the quantiles of some times in milliseconds.
pub fn report(name: &str, times: &mut [f64]) {
    println!(
        "  {name:<40} {:>6} times   median {:>6.1} ms   p99 {:>6.1} ms   worst {:>6.1} ms",
        times.len(),
        median(times),
        quantile(times, 0.99),
        quantile(times, 1.0)
    );
}
