//! What is written on stderr: JSON lines for a program, plain ones for a person. docs/LOGGING.md says what stands in
//! them, and what never does.
//!
//! One event is one line, whatever a visitor typed: characters that end a line, steer a terminal or turn the
//! direction of writing are written as `\u2028`, in both formats. For the same reason there are no colours: nothing
//! in the log is there to be obeyed.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::panic::PanicHookInfo;
use std::sync::{LazyLock, OnceLock};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal.
    Plain,
    Json,
}

/// What this program is called in its lines, so that the logs of several can lie in one place.
/// As JSON begins with it: `{"node":"a1",`.
static NODE: OnceLock<String> = OnceLock::new();
static MACHINE: LazyLock<String> = LazyLock::new(|| head(&rustix::system::uname().nodename().to_string_lossy()));

/// Calls it so from here on. Until then, and where nobody does, it is called as the machine is.
pub fn name(node: &str) {
    let _ = NODE.set(head(node));
}

fn head(node: &str) -> String {
    format!("{{\"node\":{},", serde_json::Value::from(node))
}

/// Logs to stderr from here on, in the filter of `RUST_LOG`, or `info`; panics too.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let format = if io::stderr().is_terminal() { Format::Plain } else { Format::Json };
    subscriber(format, filter, io::stderr).init();
    std::panic::set_hook(Box::new(write_panic));
}

/// The log in one format, to wherever `out` writes.
pub fn subscriber<W>(format: Format, filter: EnvFilter, out: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // A line that cannot be written is lost. Saying so on stderr would panic where nobody reads that any more, and
        // the panic's own line once more: the program would end.
        .log_internal_errors(false)
        .with_writer(OneLine { out, format });
    match format {
        Format::Plain => Box::new(log.finish()),
        // The span of a request is the only one there is, so the list of all would say it twice.
        Format::Json => Box::new(log.json().with_span_list(false).finish()),
    }
}

/// Where it happened, and not what was said: a panic about a text that was cut in the middle of a letter quotes the
/// text. The names of the functions come with `RUST_BACKTRACE=1`.
fn write_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => tracing::error!(location, %backtrace, "panicked"),
        _ => tracing::error!(location, "panicked"),
    }
}

/// A writer whose events stay on one line each.
struct OneLine<W> {
    out: W,
    format: Format,
}

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine { out: self.out.make_writer(), format: self.format }
    }
}

impl<W: Write> Write for OneLine<W> {
    /// Takes one whole event: the formats put it together first and then write it at once.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let (head, rest) = match (self.format, line.strip_prefix('{')) {
            (Format::Json, Some(rest)) => (NODE.get().unwrap_or(&MACHINE).as_str(), rest),
            _ => ("", line),
        };
        // At once, so that no other process writes between the two.
        let mut whole = String::with_capacity(head.len() + rest.len() + 1);
        whole.push_str(head);
        if rest.contains(is_steering) {
            escape(rest, &mut whole);
        } else {
            whole.push_str(rest);
        }
        whole.push('\n');
        self.out.write_all(whole.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether a character does something instead of being read.
fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// As JSON writes them; in JSON they stand inside strings alone.
fn escape(line: &str, escaped: &mut String) {
    for c in line.chars() {
        if is_steering(c) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
}
