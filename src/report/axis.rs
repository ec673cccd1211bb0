//! The numbers beside a plot: few, and round.

/// The most steps that an axis has.
const MOST: u64 = 5;
/// Round steps of time, in seconds.
const TIMES: [u64; 16] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 2 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600];

/// An axis that begins at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Between two numbers.
    pub step: u64,
    /// The last one: a whole number of steps, and not below the largest value.
    pub top: u64,
}

impl Axis {
    fn of(step: u64, largest: u64) -> Self {
        let steps = largest.div_ceil(step).max(1);
        Self { step, top: step.saturating_mul(steps) }
    }

    /// Every number, from 0 on.
    pub fn numbers(self) -> impl Iterator<Item = u64> {
        (0..=self.top / self.step).map(move |place| place * self.step)
    }
}

/// An axis for things that are counted: steps of 1, 2 or 5, and tens of these.
#[must_use]
pub fn amounts(largest: u64) -> Axis {
    let mut ten: u64 = 1;
    loop {
        for round in [1, 2, 5] {
            let step = ten.saturating_mul(round);
            // Where a further ten would not fit any more, this is the last step there is.
            if step.saturating_mul(MOST) >= largest || ten > u64::MAX / 100 {
                return Axis::of(step, largest);
            }
        }
        ten *= 10;
    }
}

/// An axis for seconds: steps of whole seconds, minutes, hours or days.
#[must_use]
pub fn durations(longest: u64) -> Axis {
    let fits = |step: &u64| step.saturating_mul(MOST) >= longest;
    if let Some(step) = TIMES.into_iter().find(fits) {
        return Axis::of(step, longest);
    }
    let day = 24 * 3_600;
    let days = amounts(longest.div_ceil(day));
    Axis { step: days.step.saturating_mul(day), top: days.top.saturating_mul(day) }
}
