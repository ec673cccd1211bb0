//! Eight thousand requests made from a grammar, against the program itself. `script/http-grammar` sends a million.

use testkit::grammar::{Settings, run};

/// The environment may ask for more.
fn requests() -> u64 {
    std::env::var("GRAMMAR_REQUESTS").ok().and_then(|text| text.parse().ok()).unwrap_or(8_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_is_answered_without_a_fault() {
    let program = env!("CARGO_BIN_EXE_backboard").into();
    let settings = Settings { program, requests: requests(), seed: 1, connections: 16, people: 4 };
    let report = run(&settings).await.unwrap();
    println!("{report:#?}");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    // The grammar must reach behind the guards, or it proves nothing.
    let share = |status: u16| report.statuses.get(&status).copied().unwrap_or_default() as f64 / report.requests as f64;
    assert!(share(200) > 0.05 && share(303) > 0.1 && share(422) > 0.05, "{:?}", report.statuses);
    assert!(report.sessions.0 * 2 > report.sessions.1, "most sessions must still be live: {:?}", report.sessions);
}
