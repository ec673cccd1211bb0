//! Solving *I'm not a robot* honestly, as the browser's worker does.

use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use testkit::program::Visitor;

/// Asks for a challenge and solves it.
pub async fn prove(visitor: &mut Visitor) -> String {
    let answer = visitor.clone().scripted().submit("/api/captcha/challenge", &[]).await;
    assert_eq!(answer.status, Some(200), "{}", answer.text);
    let json: serde_json::Value = serde_json::from_str(&answer.body()).unwrap();
    let challenge: Challenge = serde_json::from_str(json["text"].as_str().unwrap()).unwrap();
    let solved = tokio::task::spawn_blocking(move || {
        let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).unwrap().unwrap();
        serde_json::to_vec(&Payload { challenge, solution }).unwrap()
    });
    BASE64.encode(solved.await.unwrap())
}
