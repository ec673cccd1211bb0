use std::sync::atomic::{AtomicI64, Ordering};

use backboard::moment::Moment;
use backboard::service::ports::Clock;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    #[must_use]
    pub const fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.0))
    }

    pub fn turn_to(&self, moment: Moment) {
        self.0.store(moment.0, Ordering::SeqCst);
    }

    /// Moves by so many seconds, back when they are negative.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}
