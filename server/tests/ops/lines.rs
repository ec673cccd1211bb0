//! One event is one line, whatever a visitor typed.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use server::log::{Format, subscriber};
use tracing_subscriber::EnvFilter;

/// What a visitor may type as a username to write lines of their own, clear the screen, or turn the text around.
const HOSTILE: &str = "ada\n{\"level\":\"INFO\"}\r\n\u{1b}[2J\u{1b}]0;title\u{7}\u{8}\0\u{85}\u{9b}31m\u{2028}\u{2029}\u{202e}\u{2066}\u{7f}end";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(format: Format) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = subscriber(format, EnvFilter::new("trace"), move || writer.clone());
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::error_span!("request", id = HOSTILE);
        span.in_scope(|| {
            tracing::info!(username = HOSTILE, shown = %HOSTILE, debug = ?HOSTILE, "{HOSTILE}");
            tracing::error!("after it");
        });
    });
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn assert_tame(text: &str) {
    assert_eq!(text.matches('\n').count(), 2, "{text:?}");
    let steering = |c: &char| c.is_control() && *c != '\n' || "\u{2028}\u{2029}\u{202e}\u{2066}".contains(*c);
    assert_eq!(text.chars().find(steering), None, "{text:?}");
}

#[test]
fn n07_a_hostile_username_is_one_line_of_valid_json() {
    let text = written(Format::Json);
    assert_tame(&text);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // It can still be read as what was typed.
    assert_eq!(lines[0]["fields"]["username"], HOSTILE);
    assert_eq!(lines[0]["fields"]["shown"], HOSTILE);
    assert_eq!(lines[0]["fields"]["message"], HOSTILE);
    assert_eq!(lines[1]["fields"]["message"], "after it");
    assert_eq!(lines[1]["level"], "ERROR");
    // Nobody named it, so it is called as the machine is; and a visitor's text is no name for it.
    assert!(lines.iter().all(|line| line["node"].as_str().is_some_and(|node| !node.is_empty() && node != HOSTILE)));
}

#[test]
fn n07_a_hostile_username_is_one_plain_line() {
    let text = written(Format::Plain);
    assert_tame(&text);
    assert!(
        text.lines().next().unwrap().contains("INFO") && text.lines().nth(1).unwrap().ends_with("after it"),
        "{text}"
    );
}
