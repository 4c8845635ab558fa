//! Tests of shared look-ups, with statements that the test answers itself.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::error::StoreError;
use super::shared_lookups::{MAX_AT_ONCE, MAX_BATCH, MAX_UNDER_WAY, SharedLookups};

type Values = HashMap<usize, String>;
type Lookup = Pin<Box<dyn Future<Output = Result<Option<String>, StoreError>> + Send>>;

/// A statement under way.
struct Statement {
    keys: Vec<usize>,
    outcome: oneshot::Sender<Result<Values, StoreError>>,
}

impl Statement {
    /// Answers with the name of each of these keys.
    fn answer(self, keys: &[usize]) {
        let values = keys.iter().map(|key| (*key, format!("value {key}")));
        self.outcome.send(Ok(values.collect())).unwrap();
    }
}

/// Look-ups in a database that the test plays.
struct Lookups {
    shared: SharedLookups<usize, String>,
    sent: mpsc::UnboundedSender<Statement>,
    statements: mpsc::UnboundedReceiver<Statement>,
}

impl Lookups {
    fn new() -> Self {
        Self::stalling_after(Duration::from_mins(1))
    }

    fn stalling_after(stalled: Duration) -> Self {
        let (sent, statements) = mpsc::unbounded_channel();
        Self {
            shared: SharedLookups::new(stalled),
            sent,
            statements,
        }
    }

    /// Begins to look up a key.
    fn begin(&self, key: usize) -> Lookup {
        let mut lookup = self.lookup(key, Instant::now() + Duration::from_mins(1));
        assert!((&mut lookup).now_or_never().is_none());
        lookup
    }

    fn lookup(&self, key: usize, deadline: Instant) -> Lookup {
        let (shared, sent) = (self.shared.clone(), self.sent.clone());
        Box::pin(async move {
            let find_all = move |keys| {
                let (outcome, receiver) = oneshot::channel();
                sent.send(Statement { keys, outcome }).unwrap();
                async { receiver.await.unwrap() }
            };
            shared.find(key, deadline, find_all).await
        })
    }

    /// Begins as many look-ups, of key 0, as there may be statements under way.
    async fn fill(&mut self) -> (Vec<Lookup>, Vec<Statement>) {
        let mut lookups = Vec::new();
        let mut statements = Vec::new();
        for _ in 0..MAX_UNDER_WAY {
            lookups.push(self.begin(0));
            statements.push(self.next().await);
        }
        (lookups, statements)
    }

    async fn next(&mut self) -> Statement {
        soon(self.statements.recv()).await.unwrap()
    }
}

/// Fails a test that would hang otherwise.
async fn soon<F: Future>(work: F) -> F::Output {
    timeout(Duration::from_secs(20), work).await.unwrap()
}

#[tokio::test]
async fn a_lookup_that_arrives_during_a_statement_is_answered_by_the_next() {
    let mut lookups = Lookups::new();
    let (first, mut under_way) = lookups.fill().await;
    let late = [0, 8, 7, 8].map(|key| lookups.begin(key));
    assert!(lookups.statements.try_recv().is_err());

    under_way.remove(0).answer(&[]);
    let next = lookups.next().await;
    assert_eq!(next.keys, [0, 7, 8]);
    next.answer(&[0, 8]);
    let answers = join_all(late).await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    let value = |key| Some(format!("value {key}"));
    assert_eq!(answers, [value(0), value(8), None, value(8)]);
    for statement in under_way {
        statement.answer(&[]);
    }
    for answer in join_all(first).await {
        assert_eq!(answer.unwrap(), None);
    }
}

#[tokio::test]
async fn a_statement_answers_at_most_64_lookups() {
    let mut lookups = Lookups::new();
    let (_first, mut under_way) = lookups.fill().await;
    let late: Vec<_> = (1..=MAX_BATCH + 1).map(|key| lookups.begin(key)).collect();
    under_way.remove(0).answer(&[]);
    let next = lookups.next().await;
    assert_eq!(next.keys, (1..=64).collect::<Vec<_>>());
    next.answer(&[]);
    let next = lookups.next().await;
    assert_eq!(next.keys, [65]);
    next.answer(&[65]);
    let answers = join_all(late).await;
    assert_eq!(answers[64].as_ref().unwrap().as_deref(), Some("value 65"));
}

#[tokio::test]
async fn a_request_that_is_dropped_delays_nobody() {
    let mut lookups = Lookups::new();
    let (first, mut under_way) = lookups.fill().await;
    let (dropped, late) = (lookups.begin(1), lookups.begin(2));
    drop(dropped);
    drop(first);
    under_way.remove(0).answer(&[]);
    let next = lookups.next().await;
    assert_eq!(next.keys, [2]);
    next.answer(&[2]);
    assert_eq!(late.await.unwrap().as_deref(), Some("value 2"));
}

#[tokio::test]
async fn a_statement_that_fails_fails_its_own_lookups_alone() {
    let mut lookups = Lookups::new();
    let (mut first, mut under_way) = lookups.fill().await;
    let late = [1, 2].map(|key| lookups.begin(key));
    let failed = under_way.remove(0);
    failed.outcome.send(Err(StoreError::ReadOnly)).unwrap();
    assert!(matches!(first.remove(0).await, Err(StoreError::ReadOnly)));

    let next = lookups.next().await;
    let last = lookups.begin(3);
    next.outcome.send(Err(StoreError::TimedOut)).unwrap();
    for answer in join_all(late).await {
        assert!(matches!(answer, Err(StoreError::TimedOut)));
    }
    lookups.next().await.answer(&[3]);
    assert_eq!(last.await.unwrap().as_deref(), Some("value 3"));
    for statement in under_way {
        statement.answer(&[0]);
    }
    for answer in join_all(first).await {
        assert_eq!(answer.unwrap().as_deref(), Some("value 0"));
    }
}

#[tokio::test]
async fn a_statement_that_panics_leaves_its_place_to_the_next() {
    let mut lookups = Lookups::new();
    let (first, under_way) = lookups.fill().await;
    drop(under_way); // The statements find nobody who answers them.
    for answer in join_all(first).await {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    }
    let next = lookups.begin(1);
    lookups.next().await.answer(&[1]);
    assert_eq!(next.await.unwrap().as_deref(), Some("value 1"));
}

#[tokio::test]
async fn a_lookup_does_not_wait_beyond_its_deadline() {
    let mut lookups = Lookups::new();
    let (_first, mut under_way) = lookups.fill().await;
    let late = soon(lookups.lookup(1, Instant::now())).await;
    assert!(matches!(late, Err(StoreError::TimedOut)));
    let next = lookups.begin(2);
    under_way.remove(0).answer(&[]);
    let statement = lookups.next().await;
    assert_eq!(statement.keys, [2]);
    statement.answer(&[2]);
    assert_eq!(next.await.unwrap().as_deref(), Some("value 2"));
}

#[tokio::test]
async fn statements_that_hang_do_not_hold_up_the_next() {
    let mut lookups = Lookups::stalling_after(Duration::from_millis(20));
    let (_first, mut hanging) = lookups.fill().await;
    // Nothing else arrives, and no statement ends.
    let late = tokio::spawn(lookups.lookup(1, Instant::now() + Duration::from_mins(1)));
    let next = lookups.next().await;
    assert_eq!(next.keys, [1]);
    next.answer(&[1]);
    assert_eq!(late.await.unwrap().unwrap().as_deref(), Some("value 1"));

    let later = lookups.begin(2);
    hanging.remove(0).answer(&[]);
    lookups.next().await.answer(&[2]);
    assert_eq!(later.await.unwrap().as_deref(), Some("value 2"));
}

#[tokio::test]
async fn statements_that_hang_take_at_most_four_connections() {
    let mut lookups = Lookups::stalling_after(Duration::ZERO);
    let mut hanging = Vec::new();
    let mut begun = Vec::new();
    for key in 0..MAX_AT_ONCE {
        begun.push(lookups.begin(key));
        hanging.push(lookups.next().await);
    }
    begun.push(lookups.begin(MAX_AT_ONCE));
    assert!(lookups.statements.try_recv().is_err());
    hanging.remove(0).answer(&[]);
    assert_eq!(lookups.next().await.keys, [MAX_AT_ONCE]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_fails_its_own_lookups_alone() {
    let mut lookups = Lookups::new();
    let (_first, mut under_way) = lookups.fill().await;
    let late = [1, 2, 1, 3].map(|key| lookups.begin(key));
    under_way.remove(0).answer(&[]);
    let unreadable = || Err(StoreError::Unknown("PLATINUM".to_owned()));
    let shared = lookups.next().await;
    assert_eq!(shared.keys, [1, 2, 3]);
    shared.outcome.send(unreadable()).unwrap();
    lookups.next().await.outcome.send(unreadable()).unwrap();
    for key in [2, 3] {
        let alone = lookups.next().await;
        assert_eq!(alone.keys, [key]);
        alone.answer(&[key]);
    }
    let [unread, two, again, three] = late;
    for unread in [unread, again] {
        assert!(matches!(unread.await, Err(StoreError::Unknown(_))));
    }
    assert_eq!(two.await.unwrap().as_deref(), Some("value 2"));
    assert_eq!(three.await.unwrap().as_deref(), Some("value 3"));
}

#[tokio::test]
async fn lookups_that_are_made_one_by_one_end_with_the_database_and_skip_those_who_left() {
    let mut lookups = Lookups::new();
    let (_first, mut under_way) = lookups.fill().await;
    let [one, gone, three, four] = [1, 2, 3, 4].map(|key| lookups.begin(key));
    under_way.remove(0).answer(&[]);
    let unreadable = Err(StoreError::Unknown("PLATINUM".to_owned()));
    lookups.next().await.outcome.send(unreadable).unwrap();
    let alone = lookups.next().await;
    assert_eq!(alone.keys, [1]);
    drop(gone);
    alone.answer(&[1]);
    let alone = lookups.next().await;
    assert_eq!(alone.keys, [3]);
    alone.outcome.send(Err(StoreError::TimedOut)).unwrap();
    assert_eq!(one.await.unwrap().as_deref(), Some("value 1"));
    for failed in [three, four] {
        assert!(matches!(soon(failed).await, Err(StoreError::TimedOut)));
    }
    assert!(lookups.statements.try_recv().is_err());
}
