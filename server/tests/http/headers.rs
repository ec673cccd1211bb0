//! Headers of pages and files. What holds for every answer is checked on every answer: see `answer.rs`.

use axum::body::Body;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{Request, StatusCode};

use crate::answer::Answer;
use crate::app::{App, HOST};
use crate::people::{BERT, PASSWORD};

async fn fetch(app: &App, path: &str, encodings: &str) -> Answer {
    let request = Request::get(path).header("host", HOST).header(ACCEPT_ENCODING, encodings);
    app.browser().send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_script_of_a_page_carries_the_nonce_of_its_answer_or_is_data() {
    let app = App::start().await;
    for path in [
        "/sign-in",
        "/claim",
        "/claim/sent",
        "/claim/password",
        "/code",
        "/link/x",
        "/nothing",
        "/forgot-username",
        "/forgot-password",
        "/forgot-password/sent",
        "/reset/challenge",
        "/reset/password",
        "/reset/done",
        "/not-me/x",
        "/not-me/done",
    ] {
        let page = app.browser().open(path).await;
        assert!(page.is_page(), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        let (text, nonce) = (page.text(), page.nonce());
        let scripts: Vec<&str> = text.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
        assert_eq!(scripts.len(), 2, "{path}: {scripts:?}");
        for script in scripts {
            let named = script.contains(&format!("nonce=\"{nonce}\""));
            assert!(named || script.contains("type=\"application/json\""), "{path}: {script}");
        }
        let lower = text.to_lowercase();
        for inline in [" onclick=", " onload=", " onsubmit=", " style=", "javascript:", "http://"] {
            assert!(!lower.contains(inline), "{path}: {inline}");
        }
        assert!(text.starts_with("<!DOCTYPE html>") && text.contains("<html lang=\"en\">"), "{path}");
    }
}

#[tokio::test]
async fn the_first_page_leads_to_the_login_page_or_home() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    for path in ["/", "/home"] {
        browser.open(path).await.assert_goes("/sign-in");
    }
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
    for path in ["/", "/sign-in"] {
        browser.open(path).await.assert_goes("/home");
    }
}

#[tokio::test]
async fn signed_in_pages_are_not_compressed_and_others_are() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    browser.set("accept-encoding", "br, gzip, deflate, zstd");
    let open = browser.open("/claim").await;
    assert_eq!(open.header(CONTENT_ENCODING.as_str()), Some("br"));
    assert!(open.header(VARY.as_str()).unwrap().to_lowercase().contains("accept-encoding"));
    let fields = [("username", BERT.username), ("password", PASSWORD)];
    browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
    for path in ["/home", "/claim", "/code", "/nothing", "/change-password", "/security", "/security/history"] {
        let page = browser.open(path).await;
        assert_eq!(page.header(CONTENT_ENCODING.as_str()), None, "{path}");
        assert!(page.holds("</html>"), "{path}");
    }
}

#[tokio::test]
async fn who_refuses_every_form_of_an_answer_is_answered_plainly_and_not_after_the_deed_with_an_error() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    for (refusing, form) in [
        ("identity;q=0", None),
        ("*;q=0", None),
        ("br;q=0, gzip;q=0.000, IDENTITY; Q=0.0", None),
        ("gzip, *;q=0", Some("gzip")),
        ("identity;q=0, br", Some("br")),
        ("*, identity;q=0", Some("br")),
    ] {
        let mut browser = app.browser();
        browser.set("accept-encoding", refusing);
        let page = browser.open("/sign-in").await;
        assert_eq!((page.status, page.header(CONTENT_ENCODING.as_str())), (StatusCode::OK, form), "{refusing}");
        let fields = [("username", BERT.username), ("password", PASSWORD)];
        browser.submit("/api/sign-in/password", &fields).await.assert_goes("/home");
        assert!(browser.open("/home").await.is_page(), "{refusing}");
    }
}

#[tokio::test]
async fn files_are_kept_for_good_under_names_that_hold_their_hash() {
    let app = App::start().await;
    let page = app.browser().open("/claim").await;
    let words = page.attribute("const words = fetch(\"").unwrap();
    let site = fetch(&app, &words, "identity").await;
    assert_eq!(site.status, StatusCode::OK);
    let worker = site.json()["assets"]["solver_worker"].as_str().unwrap().to_owned();
    // These two are part of every build; the others come with the browser's share.
    let mut paths = vec![(words, "application/json; charset=utf-8"), (worker, "text/javascript; charset=utf-8")];
    let mut built = 0;
    for (before, kind) in [
        ("rel=\"stylesheet\" href=\"", "text/css; charset=utf-8"),
        ("step } from \"", "text/javascript; charset=utf-8"),
        ("module_or_path: \"", "application/wasm"),
    ] {
        let path = page.attribute(before).unwrap();
        let is_hashed = path.rsplit('/').next().unwrap().split('.').count() == 3;
        if is_hashed {
            built += 1;
            paths.push((path, kind));
        } else {
            assert_eq!(app.browser().open(&path).await.status, StatusCode::NOT_FOUND, "{path} is named and not there");
        }
    }
    assert!(built == 0 || built == 3, "half a build: {paths:?}");
    for (path, kind) in &paths {
        let plain = fetch(&app, path, "identity").await;
        assert_eq!(plain.status, StatusCode::OK, "{path}");
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        assert_eq!(plain.header(CONTENT_TYPE.as_str()), Some(*kind), "{path}");
        assert_eq!(plain.header(CONTENT_ENCODING.as_str()), None, "{path}");
        let hash = path.rsplit('.').nth(1).unwrap();
        let other = path.replace(hash, &hash.chars().rev().collect::<String>());
        assert_eq!(fetch(&app, &other, "br").await.status, StatusCode::NOT_FOUND, "{other}");
        for (encodings, expected) in
            [("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, deflate", "gzip")]
        {
            let packed = fetch(&app, path, encodings).await;
            assert_eq!(packed.header(CONTENT_ENCODING.as_str()), Some(expected), "{path}: {encodings}");
            assert!(packed.header(VARY.as_str()).unwrap().to_lowercase().contains("accept-encoding"), "{path}");
            assert!(packed.body.len() < plain.body.len(), "{path}: {encodings}");
            assert_eq!(packed.header("cache-control"), plain.header("cache-control"), "{path}");
        }
        for refused in ["br;q=0", "br;q=0.000, identity"] {
            assert_eq!(fetch(&app, path, refused).await.header(CONTENT_ENCODING.as_str()), None, "{path}: {refused}");
        }
    }
}

#[tokio::test]
async fn what_the_browser_gets_holds_no_secret_of_the_server() {
    let app = App::start().await;
    let page = app.browser().open("/claim").await;
    let words = page.attribute("const words = fetch(\"").unwrap();
    let site = fetch(&app, &words, "identity").await.text().to_lowercase();
    for word in ["sqlite", "hmac", "pepper", "argon2", "/home/", "keys.toml"] {
        assert!(!site.contains(word), "{word}");
    }
}
