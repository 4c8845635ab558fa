//! The order in which admitted callers are served.

use std::collections::VecDeque;

use super::queue::Lane;

/// The jobs that wait in each lane. If both have jobs, they are served in turn; otherwise the only one is served all the time.
#[derive(Debug)]
pub(super) struct Turns<T> {
    known_callers: VecDeque<T>,
    strangers: VecDeque<T>,
    served_last: Lane,
}

impl<T> Turns<T> {
    pub(super) fn new() -> Self {
        Self {
            known_callers: VecDeque::new(),
            strangers: VecDeque::new(),
            served_last: Lane::Strangers,
        }
    }

    pub(super) fn push(&mut self, lane: Lane, item: T) {
        self.lane(lane).push_back(item);
    }

    /// Takes the next job.
    pub(super) fn pop(&mut self) -> Option<T> {
        let next = match self.served_last {
            Lane::Known => [Lane::Strangers, Lane::Known],
            Lane::Strangers => [Lane::Known, Lane::Strangers],
        };
        next.into_iter().find_map(|lane| {
            let item = self.lane(lane).pop_front()?;
            self.served_last = lane;
            Some(item)
        })
    }

    fn lane(&mut self, lane: Lane) -> &mut VecDeque<T> {
        match lane {
            Lane::Known => &mut self.known_callers,
            Lane::Strangers => &mut self.strangers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;
    use crate::service::hasher::queue::Lane::{Known, Strangers};

    fn rest(turns: &mut Turns<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| turns.pop()).collect()
    }

    #[test]
    fn lanes_that_both_wait_are_served_in_turn_and_each_in_its_order() {
        let mut turns = Turns::new();
        for name in ["s1", "s2", "s3", "s4"] {
            turns.push(Strangers, name);
        }
        for name in ["k1", "k2"] {
            turns.push(Known, name);
        }
        assert_eq!(rest(&mut turns), ["k1", "s1", "k2", "s2", "s3", "s4"]);
    }

    #[test]
    fn a_lane_alone_is_served_all_the_time_and_gains_no_credit_for_the_other() {
        let mut turns = Turns::new();
        for name in ["s1", "s2", "s3", "s4", "s5"] {
            turns.push(Strangers, name);
        }
        assert_eq!(
            [turns.pop(), turns.pop(), turns.pop()],
            [Some("s1"), Some("s2"), Some("s3")]
        );
        for name in ["k1", "k2", "k3"] {
            turns.push(Known, name);
        }
        assert_eq!(rest(&mut turns), ["k1", "s4", "k2", "s5", "k3"]);
        assert_eq!(turns.pop(), None);
    }
}
