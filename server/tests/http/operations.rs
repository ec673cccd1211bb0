//! docs/operations.toml holds exactly what is registered.

use std::collections::{BTreeMap, BTreeSet};

use leptos::server_fn::axum::server_fn_paths;
use server::web::operations;

use crate::app::{App, Setup};
use crate::browser::Browser;
use crate::people::{ADA, ANSWER, BERT, PASSWORD};
use crate::portals::personnel;
use crate::steps::{ask_link, sign_in, sign_in_expired};

#[test]
fn the_list_holds_exactly_the_server_functions_that_are_registered() {
    let registered: BTreeSet<(String, String)> =
        server_fn_paths().map(|(path, method)| (path.to_owned(), method.to_string())).collect();
    let listed: BTreeSet<(String, String)> =
        operations().iter().map(|operation| (operation.path.clone(), operation.method.clone())).collect();
    assert_eq!(listed, registered);
    assert_eq!(operations().len(), listed.len(), "an operation is listed twice");
    assert!(listed.len() >= 7, "{listed:?}");
    let names: BTreeSet<&str> = operations().iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names.len(), operations().len(), "a name is there twice");
}

/// A field that the guards let through and the function does not know would be lost without a word; one
/// that the function asks for and the guards refuse would make the form useless.
#[tokio::test]
async fn every_form_of_the_pages_has_exactly_the_fields_that_are_listed() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in pages().await {
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(form.contains("method=\"post\""), "{action}");
            let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            let names: BTreeSet<String> = names.filter(|name| name != "csrf" && name != "flow").collect();
            assert_eq!(seen.entry(action.to_owned()).or_insert_with(|| names.clone()), &names, "{path}");
        }
    }
    for operation in personnel().filter(|operation| operation.name != "captcha.challenge") {
        let listed: BTreeSet<String> = operation.fields.iter().cloned().collect();
        let names = seen.remove(&operation.path).unwrap_or_else(|| panic!("no page has a form of {}", operation.name));
        assert_eq!(names, listed, "{}", operation.name);
    }
    assert!(seen.is_empty(), "{seen:?}");
}

/// Every page that has a form, each as somebody sees it who has got there.
async fn pages() -> Vec<(String, String)> {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    app.give_question(BERT.username).await;
    let mut pages = Vec::new();
    let mut see = async |browser: &mut Browser<'_>, path: &str| {
        let page = browser.open(path).await;
        assert_eq!(page.status, 200, "{path}");
        pages.push((path.to_owned(), page.text()));
    };
    let mut visitor = app.browser();
    for path in ["/claim", "/claim/sent", "/code", "/sign-in", "/forgot-username", "/forgot-password"] {
        see(&mut visitor, path).await;
    }
    see(&mut App::with(Setup::of("michigan-emsis")).await.browser(), "/forgot-password").await;
    let mail = crate::claim::ask(&mut visitor, &ADA, "good 1").await;
    see(&mut visitor, &mail.link().unwrap()).await;
    visitor.submit("/api/claim/start", &[("token", &mail.token())]).await.assert_goes("/claim/password");
    see(&mut visitor, "/claim/password").await;
    let mail = ask_link(&mut visitor, BERT.username, "good 2").await;
    for path in ["/forgot-password/sent", "/code", &mail.link().unwrap(), &mail.not_me().unwrap()] {
        see(&mut visitor, path).await;
    }
    visitor.submit("/api/reset/start", &[("token", &mail.token())]).await.assert_goes("/reset/challenge");
    see(&mut visitor, "/reset/challenge").await;
    visitor.submit("/api/reset/answer", &[("answer", ANSWER)]).await.assert_goes("/reset/password");
    see(&mut visitor, "/reset/password").await;

    let mut signed_in = app.browser();
    sign_in(&mut signed_in, BERT.username, PASSWORD, "/home").await;
    for path in ["/home", "/change-password", "/security", "/security/question", "/security/question/new"] {
        see(&mut signed_in, path).await;
    }
    // So long that the answer is to be given again.
    app.clock.pass(400 * 86_400);
    sign_in(&mut signed_in, BERT.username, PASSWORD, "/security/question").await;
    see(&mut signed_in, "/security/question").await;
    let mut change_only = app.browser();
    sign_in_expired(&mut change_only).await;
    see(&mut change_only, "/change-password").await;
    pages
}
