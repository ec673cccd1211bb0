//! *I'm not a robot*: the proof of work, and hosted checks against a local stand-in.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use altcha::{Challenge, Payload, SolveChallengeOptions, solve_challenge};
use axum::Router;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use backboard::moment::Moment;
use backboard::service::epoch::Epoch;
use backboard::service::ports::{Fault, Proof, Robots, Vault};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use serde::Deserialize;
use server::config::{Captcha, Hosted, Provider, Secret};
use server::keys::file::change;
use server::keys::{Keys, Ring};
use server::robots::{Altcha, SiteVerify, robots, widget};
use server::vault::KeyVault;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Nowhere near the system's clock: whatever reads that one fails here.
const NOW: Moment = Moment(1_000_000);

fn vault() -> Arc<dyn Vault> {
    Arc::new(KeyVault::new(&Keys::random()))
}

fn altcha() -> Altcha {
    Altcha::new(vault())
}

fn challenge(altcha: &Altcha) -> Challenge {
    serde_json::from_str(&altcha.challenge(NOW).unwrap()).unwrap()
}

fn solved(challenge: &Challenge) -> Payload {
    let solution = solve_challenge(SolveChallengeOptions::new(challenge)).unwrap().unwrap();
    Payload { challenge: challenge.clone(), solution }
}

fn encoded(payload: &Payload) -> String {
    BASE64.encode(serde_json::to_vec(payload).unwrap())
}

#[tokio::test]
async fn a_challenge_from_before_a_rotation_is_good_after_it_and_still_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.toml");
    let before = Altcha::new(Arc::new(KeyVault::new(&Keys::create(&path).unwrap())));
    let proof = encoded(&solved(&challenge(&before)));
    let spent = before.check(&proof, NOW).await.unwrap();
    assert!(matches!(spent, Proof::Good { .. }));
    for _ in 0..2 {
        change(&path, |file| file.add(Ring::Digest), &mut |_| {}).unwrap();
        let after = Altcha::new(Arc::new(KeyVault::new(&Keys::read(&path).unwrap())));
        assert_eq!(after.check(&proof, NOW).await.unwrap(), spent, "what was spent stays spent");
        let new = encoded(&solved(&challenge(&after)));
        assert!(matches!(after.check(&new, NOW).await.unwrap(), Proof::Good { .. }));
        assert_eq!(before.check(&new, NOW).await.unwrap(), Proof::Bad);
    }
}

#[tokio::test]
async fn a_solved_challenge_is_good_once_and_until_five_minutes_after_it_was_made() {
    let altcha = altcha();
    let challenge = challenge(&altcha);
    let proof = encoded(&solved(&challenge));
    let Proof::Good { once, until } = altcha.check(&proof, NOW).await.unwrap() else { panic!("refused") };
    assert_eq!(until, NOW.plus(300));
    let again = altcha.check(&proof, NOW.plus(299)).await.unwrap();
    assert_eq!(again, Proof::Good { once, until }, "the same proof is the same to be spent");
    assert_eq!(altcha.check(&proof, NOW.plus(300)).await.unwrap(), Proof::Expired);
    assert_eq!(altcha.check(&proof, NOW.plus(-3_600)).await.unwrap(), Proof::Expired, "the clock was set back");
}

#[tokio::test]
async fn the_same_solution_written_differently_is_the_same_to_be_spent() {
    let altcha = altcha();
    let payload = solved(&challenge(&altcha));
    let mut json = serde_json::to_value(&payload).unwrap();
    json["solution"]["time"] = 5.5.into();
    json["solution"]["counter"] = 1.into();
    json["more"] = "ignored".into();
    let other = BASE64.encode(serde_json::to_string_pretty(&json).unwrap());
    let once = |proof| match proof {
        Proof::Good { once, .. } => once,
        proof => panic!("{proof:?}"),
    };
    let first = once(altcha.check(&encoded(&payload), NOW).await.unwrap());
    assert_eq!(first, once(altcha.check(&other, NOW).await.unwrap()));
}

#[tokio::test]
async fn two_challenges_are_never_the_same() {
    let altcha = altcha();
    let (one, two) = (challenge(&altcha), challenge(&altcha));
    assert_ne!(one.parameters.nonce, two.parameters.nonce);
    assert_ne!(one.signature, two.signature);
}

#[tokio::test]
async fn the_work_lies_between_the_fewest_and_twice_as_many_derivations() {
    let altcha = altcha();
    let mut counters = Vec::new();
    for _ in 0..8 {
        let challenge = challenge(&altcha);
        assert_eq!((challenge.parameters.algorithm.as_str(), challenge.parameters.cost), ("PBKDF2/SHA-256", 500));
        assert_eq!(challenge.parameters.data.as_ref().unwrap()["expected"], 3_600);
        counters.push(solved(&challenge).solution.counter);
    }
    assert!(counters.iter().all(|counter| (2_400..4_800).contains(counter)), "{counters:?}");
    assert!(counters.iter().any(|counter| *counter != counters[0]), "{counters:?}");
}

#[tokio::test]
async fn whatever_was_changed_in_a_challenge_makes_it_bad() {
    let altcha = altcha();
    let good = solved(&challenge(&altcha));
    let json = serde_json::to_value(&good).unwrap();
    let changes: [(&str, serde_json::Value); 10] = [
        ("/challenge/parameters/cost", 1.into()),
        ("/challenge/parameters/algorithm", "SHA-256".into()),
        ("/challenge/parameters/nonce", "00".repeat(16).into()),
        ("/challenge/parameters/salt", "00".repeat(16).into()),
        ("/challenge/parameters/keyPrefix", "".into()),
        ("/challenge/parameters/keySignature", "".into()),
        ("/challenge/parameters/data/ends", (NOW.0 + 301).into()),
        ("/challenge/parameters/keyLength", 1.into()),
        ("/challenge/signature", "00".repeat(32).into()),
        ("/solution/derivedKey", "00".repeat(32).into()),
    ];
    for (place, value) in changes {
        let mut changed = json.clone();
        *changed.pointer_mut(place).unwrap() = value;
        let proof = BASE64.encode(changed.to_string());
        assert_eq!(altcha.check(&proof, NOW).await.unwrap(), Proof::Bad, "{place}");
    }
    let mut unsigned = good.clone();
    unsigned.challenge.signature = None;
    assert_eq!(altcha.check(&encoded(&unsigned), NOW).await.unwrap(), Proof::Bad);
    let mut unending = good.clone();
    unending.challenge.parameters.data = None;
    assert_eq!(altcha.check(&encoded(&unending), NOW).await.unwrap(), Proof::Bad);
    assert_eq!(altcha.check(&encoded(&good).to_uppercase(), NOW).await.unwrap(), Proof::Bad);
    let stranger = solved(&challenge(&Altcha::new(vault())));
    assert_eq!(altcha.check(&encoded(&stranger), NOW).await.unwrap(), Proof::Bad, "of another portal");
}

#[tokio::test]
async fn an_oversized_or_malformed_proof_is_bad() {
    let altcha = altcha();
    let good = encoded(&solved(&challenge(&altcha)));
    let deep = BASE64.encode("[".repeat(2_900));
    let huge = format!("{good}{}", " ".repeat(4_096));
    for proof in ["", " ", "null", "[]", "e30=", "bnVsbA==", "\u{0}", "%00", "é", &deep, &huge, &good[..good.len() - 8]]
    {
        assert_eq!(altcha.check(proof, NOW).await.unwrap(), Proof::Bad, "{proof:.40}");
    }
    assert!(good.len() <= 4_096 && matches!(altcha.check(&good, NOW).await.unwrap(), Proof::Good { .. }));
}

proptest! {
    #[test]
    fn no_proof_makes_it_panic(noise in ".{0,200}", json in "[\\[{\"a-z0-9:,}\\] ]{0,200}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let altcha = altcha();
        for proof in [noise.clone(), BASE64.encode(&noise), BASE64.encode(&json)] {
            prop_assert_eq!(runtime.block_on(altcha.check(&proof, NOW)).unwrap(), Proof::Bad);
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    secret: String,
    response: String,
}

/// A provider that answers as the token asks it to, and tells what it was asked.
async fn provider() -> (SocketAddr, mpsc::UnboundedReceiver<(String, String)>) {
    let (told, asked) = mpsc::unbounded_channel();
    let answer = move |Form(form): Form<Asked>| {
        let told = told.clone();
        async move {
            told.send((form.secret, form.response.clone())).unwrap();
            answer(&form.response).await
        }
    };
    let followed = post(|| async { r#"{"success":true}"# });
    let app = Router::new().route("/siteverify", post(answer)).route("/elsewhere", followed);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

async fn answer(token: &str) -> Response {
    let failed = |code: &str| format!(r#"{{"success":false,"error-codes":["{code}"]}}"#).into_response();
    match token {
        "good" => r#"{"success":true,"challenge_ts":"2026-01-01T00:00:00Z","hostname":"accounts.example.gov"}"#
            .into_response(),
        "hang" => std::future::pending().await,
        "garbage" => "<html>".into_response(),
        "yes" => r#"{"success":"true"}"#.into_response(),
        "endless" => " ".repeat(1 << 20).into_response(),
        "broken" => (StatusCode::INTERNAL_SERVER_ERROR, r#"{"success":true}"#).into_response(),
        "moved" => Redirect::temporary("/elsewhere").into_response(),
        code => failed(code),
    }
}

fn hosted(address: SocketAddr) -> Hosted {
    Hosted {
        provider: Provider::Turnstile,
        site_key: "1x00".to_owned(),
        secret: Secret::new("hunter42".to_owned()),
        verify_url: Some(format!("http://{address}/siteverify").parse().unwrap()),
    }
}

fn site_verify(address: SocketAddr) -> SiteVerify {
    SiteVerify::new(&hosted(address), vault()).unwrap()
}

#[tokio::test]
async fn a_hosted_yes_is_good_once() {
    let (address, mut asked) = provider().await;
    let check = site_verify(address);
    let Proof::Good { once, until } = check.check("good", NOW).await.unwrap() else { panic!("refused") };
    assert_eq!(until, NOW.plus(300));
    assert_eq!(asked.recv().await.unwrap(), ("hunter42".to_owned(), "good".to_owned()));
    assert_eq!(check.check("good", NOW).await.unwrap(), Proof::Good { once, until });
    assert_eq!(check.challenge(NOW), None);
}

#[tokio::test]
async fn a_hosted_no_is_bad_or_expired() {
    let (address, _asked) = provider().await;
    let check = site_verify(address);
    assert_eq!(check.check("invalid-input-response", NOW).await.unwrap(), Proof::Bad);
    for code in ["timeout-or-duplicate", "expired-input-response", "already-seen-response"] {
        assert_eq!(check.check(code, NOW).await.unwrap(), Proof::Expired, "{code}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_one_is_bad_without_asking() {
    let (address, mut asked) = provider().await;
    let check = site_verify(address);
    let long = "a".repeat(8 * 1024 + 1);
    for token in ["", " ", "a b", "a\u{0}b", "é", "a\r\nb", &long] {
        assert_eq!(check.check(token, NOW).await.unwrap(), Proof::Bad);
    }
    check.check("good", NOW).await.unwrap();
    assert_eq!(asked.recv().await.unwrap().1, "good", "something was asked before");
}

#[tokio::test]
async fn a_provider_that_does_not_work_makes_nobody_a_robot() {
    let (address, _asked) = provider().await;
    let check = site_verify(address);
    for token in ["garbage", "yes", "endless", "broken", "moved", "internal-error"] {
        let fault = check.check(token, NOW).await.unwrap_err();
        assert!(matches!(fault, Fault::Busy(_)), "{token}: {fault}");
        assert!(!fault.to_string().contains("hunter42"), "{fault}");
    }
    let impatient = SiteVerify::with_patience(&hosted(address), vault(), Duration::from_millis(200)).unwrap();
    let fault = impatient.check("hang", NOW).await.unwrap_err();
    assert!(matches!(&fault, Fault::Busy(error) if error.contains("in time")), "{fault}");
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let fault = site_verify(nobody).check("good", NOW).await.unwrap_err();
    assert!(matches!(fault, Fault::Busy(_)), "{fault}");
}

#[tokio::test]
async fn a_refused_secret_is_the_operators_fault_and_says_so() {
    let (address, _asked) = provider().await;
    let fault = site_verify(address).check("invalid-input-secret", NOW).await.unwrap_err();
    assert!(matches!(&fault, Fault::Other(error) if error.contains("captcha.secret")), "{fault}");
}

#[tokio::test]
async fn the_configuration_picks_the_check_and_the_widget() {
    let (address, _asked) = provider().await;
    let (own, captcha) = (Captcha::Altcha, Captcha::Hosted(hosted(address)));
    assert!(robots(&own, &vault(), &Epoch::FIRST).unwrap().challenge(NOW).is_some());
    assert_eq!(widget(&own), None);
    let hosted_check = robots(&captcha, &vault(), &Epoch::FIRST).unwrap();
    assert!(matches!(hosted_check.check("good", NOW).await.unwrap(), Proof::Good { .. }));
    for (provider, name) in
        [(Provider::Turnstile, "turnstile"), (Provider::Hcaptcha, "hcaptcha"), (Provider::Recaptcha, "recaptcha")]
    {
        let hosted = Hosted { provider, ..hosted(address) };
        let widget = widget(&Captcha::Hosted(hosted.clone())).unwrap();
        assert_eq!((widget.provider, widget.site_key.as_str()), (name, "1x00"));
        for origin in widget.script_origin.split(' ').chain(widget.frame_origin.split(' ')) {
            assert!(origin.starts_with("https://"), "{origin}");
        }
        assert!(!format!("{hosted:?}{widget:?}").contains("hunter42"));
        SiteVerify::new(&Hosted { verify_url: None, ..hosted }, vault()).unwrap();
    }
}
