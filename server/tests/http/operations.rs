//! docs/operations.toml holds exactly what is registered.

use std::collections::{BTreeMap, BTreeSet};

use leptos::server_fn::axum::server_fn_paths;
use server::web::operations;

use crate::app::App;

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
    let app = App::start().await;
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in ["/claim", "/claim/sent", "/code", "/sign-in"] {
        let text = app.browser().open(path).await.text();
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(form.contains("method=\"post\""), "{action}");
            let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            let names: BTreeSet<String> = names.collect();
            assert_eq!(seen.entry(action.to_owned()).or_insert_with(|| names.clone()), &names, "{path}");
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    for (action, names) in seen {
        let operation = operations().iter().find(|operation| operation.path == action).unwrap();
        let listed: BTreeSet<String> = operation.fields.iter().cloned().collect();
        assert_eq!(names, listed, "{action}");
        let page = app.browser().open(&operation.page).await;
        assert!(page.text().contains(&format!("action=\"{action}\"")), "{action} comes back to a page without it");
    }
}
