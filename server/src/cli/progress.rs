//! How far long work is: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// Tenths of the whole that get a plain line.
const LINES: u64 = 10;

/// Progress of so many rows, or whatever is counted.
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    total: u64,
    said: u64,
    plain: bool,
}

impl Progress {
    #[must_use]
    pub fn of(total: u64) -> Self {
        Self::counting(total, "rows")
    }

    #[must_use]
    pub fn counting(total: u64, what: &'static str) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let bar = if plain { ProgressBar::hidden() } else { ProgressBar::new(total) };
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} {msg}, {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self { bar, what, total, said: 0, plain }
    }

    /// So many rows are done.
    pub fn reach(&mut self, done: u64) {
        self.bar.set_position(done);
        let tenth = done.saturating_mul(LINES) / self.total.max(1);
        if self.plain && tenth > self.said {
            self.said = tenth;
            // A closed pipe behind stderr is no reason to stop the work.
            let _ = writeln!(std::io::stderr(), "{done} of {} {}", self.total, self.what);
        }
    }

    /// Takes the bar off the terminal.
    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
