//! Attempt budgets as a pure state machine.
//!
//! A budget allows `burst` attempts at once and gives one back every `every` seconds (the generic
//! cell rate algorithm). Its whole state is one moment, so a store can take from it in one statement.
//! Nothing is ever locked for good: left alone, a budget is full again after `burst × every`. Who keeps taking
//! from it keeps it empty, for others too.

use crate::moment::Moment;

/// So many at once, then one each so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub burst: u32,
    /// Seconds after which one attempt comes back.
    pub every: u32,
}

/// The state of one budget: the moment at which it will be full again. None was ever used: `None`.
pub type Full = Option<Moment>;

impl Budget {
    /// `count` attempts per `seconds`, all of which may come at once.
    #[must_use]
    pub const fn per(count: u32, seconds: u32) -> Self {
        let count = if count == 0 { 1 } else { count };
        let every = seconds / count;
        Self { burst: count, every: if every == 0 { 1 } else { every } }
    }

    /// The same budget, `factor` times as large and as quick (for load tests).
    #[must_use]
    pub const fn times(self, factor: u32) -> Self {
        if factor <= 1 {
            return self;
        }
        let every = self.every / factor;
        Self { burst: self.burst.saturating_mul(factor), every: if every == 0 { 1 } else { every } }
    }

    /// Takes one attempt.
    ///
    /// # Errors
    /// Seconds to wait, at least 1. A refused attempt costs nothing.
    pub fn take(self, state: Full, now: Moment) -> Result<Moment, u32> {
        let start = match state {
            Some(full) if full > now && full.since(now) <= self.horizon() => full,
            _ => now,
        };
        let next = start.plus(i64::from(self.every));
        let over = next.since(now) - self.room();
        if over > 0 { Err(u32::try_from(over).unwrap_or(u32::MAX)) } else { Ok(next) }
    }

    /// Seconds ahead of now beyond which a state comes from a clock that ran ahead for a while. It counts as full:
    /// otherwise everybody would wait until that time comes.
    #[must_use]
    pub fn horizon(self) -> i64 {
        self.room().saturating_add(24 * 60 * 60)
    }

    /// Seconds ahead of now that the state may lie.
    #[must_use]
    pub fn room(self) -> i64 {
        i64::from(self.burst) * i64::from(self.every)
    }
}
