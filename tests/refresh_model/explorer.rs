//! Visits every reachable world once, and stops at the first that breaks a promise.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::world::{Step, World};

/// The worlds that were visited, by their hashes.
#[derive(Default)]
pub struct Explorer {
    visited: HashSet<u64>,
    path: Vec<Step>,
}

impl Explorer {
    /// Counts the worlds that are reachable from this one, or returns the steps that break a promise.
    pub fn explore(first: &World) -> Result<usize, String> {
        let mut explorer = Self::default();
        explorer.visit(first)?;
        Ok(explorer.visited.len())
    }

    fn visit(&mut self, world: &World) -> Result<(), String> {
        let mut hasher = DefaultHasher::new();
        world.hash(&mut hasher);
        if !self.visited.insert(hasher.finish()) {
            return Ok(());
        }
        let broken = |what: String, path: &[Step]| Err(format!("{what}, after {path:?}"));
        if let Err(what) = world.check() {
            return broken(what, &self.path);
        }
        for step in world.steps() {
            self.path.push(step.clone());
            match world.after(&step) {
                Ok(next) => self.visit(&next)?,
                Err(what) => return broken(what, &self.path),
            }
            self.path.pop();
        }
        Ok(())
    }
}
