//! The audit's page over HTTP, and its file.

use std::collections::BTreeSet;

use http::StatusCode;
use server::web::operations;

use super::{ANNA, HELEN, SAM, Staffer, seat, sign_in_at_desk};
use crate::app::App;
use crate::browser::Browser;
use crate::limits::listed;
use crate::people::{ADA, BERT};

async fn at_desk<'a>(app: &'a App, staffer: &Staffer) -> (Browser<'a>, String) {
    seat(app, staffer).await;
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, staffer).await;
    (browser, csrf)
}

/// Posts a filter, and gives the address that the browser is led to.
async fn filter(browser: &mut Browser<'_>, csrf: &str, fields: &[(&str, &str)]) -> String {
    let fields = [fields, &[("csrf", csrf)]].concat();
    let answer = browser.submit("/api/desk/audit", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().unwrap().to_owned()
}

async fn portal() -> App {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    app.deliver().await;
    app
}

#[tokio::test]
async fn a_filter_leads_to_a_page_whose_address_names_nobody() {
    let app = portal().await;
    let (mut helper, helpers) = at_desk(&app, &HELEN).await;
    let id = app.count("SELECT id FROM account WHERE username_key = 'ada.lovelace'").await.to_string();
    let reveal = [("account", &*id), ("reason", "caller spells it out"), ("csrf", &*helpers)];
    helper.submit("/api/desk/reveal", &reveal).await.assert_goes(&format!("/desk/account/{id}"));
    assert_eq!(helper.open("/desk/audit").await.status, StatusCode::FORBIDDEN);

    let (mut browser, csrf) = at_desk(&app, &SAM).await;
    let address = filter(&mut browser, &csrf, &[("account", ADA.username), ("action", "reveal")]).await;
    assert!(address.starts_with("/desk/audit/filter/") && !address.to_lowercase().contains("lovelace"), "{address}");
    for _ in 0..2 {
        let page = browser.open(&address).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")));
        for said in ["Helen Helpdesk", "Had an address shown", "Reason: caller spells it out", ADA.username] {
            assert!(page.holds(said), "{said}: {}", page.text());
        }
        assert!(page.holds("Each row on this page is tied"));
        assert!(page.holds(&format!("value=\"{}\"", ADA.username)) && page.holds("value=\"reveal\" selected"));
        assert!(!page.holds(BERT.username) && !page.holds("reason=") && !page.holds("export.jsonl"));
    }
    let number = filter(&mut browser, &csrf, &[("account", &id)]).await;
    assert!(browser.open(&number).await.holds("Reason: caller spells it out"));
    let (mut other, _) = at_desk(&app, &ANNA).await;
    let over = other.open(&address).await;
    assert_eq!(over.status, StatusCode::GONE);
    assert!(over.holds("This filter belongs to an earlier session"), "{}", over.text());
}

#[tokio::test]
async fn the_form_has_exactly_the_fields_that_are_listed_and_says_what_is_wrong() {
    let app = portal().await;
    let (mut browser, csrf) = at_desk(&app, &SAM).await;
    let page = browser.open("/desk/audit").await.text();
    let (_, form) = page.split_once("action=\"/api/desk/audit\"").unwrap();
    let form = form.split("</form>").next().unwrap();
    let names = form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let names: BTreeSet<String> = names.filter(|name| name != "csrf").collect();
    let operation = operations().iter().find(|known| known.name == "desk.audit").unwrap();
    assert_eq!(names, operation.fields.iter().cloned().collect());
    let fields = [("from", "2026-02-30"), ("to", "x"), ("account", "nobody"), ("csrf", &*csrf)];
    let answer = browser.call("/api/desk/audit", &fields).await;
    let problems = ["from day-unusable", "to day-unusable", "account account-unknown"];
    let said: Vec<String> = answer.problems().iter().map(|(field, why)| format!("{field} {why}")).collect();
    assert_eq!(said, problems);
    browser.submit("/api/desk/audit", &fields).await.assert_back_to("/desk/audit");
    let page = browser.open("/desk/audit").await;
    assert!(page.summary().unwrap().contains("Write a day of the calendar"), "{}", page.text());
    assert!(page.holds("value=\"2026-02-30\"") && page.holds("value=\"nobody\""));
    // Days from before there was an audit, and days to come, are said and not changed.
    let before = filter(&mut browser, &csrf, &[("from", "2020-01-01")]).await;
    let page = browser.open(&before).await;
    assert!(page.holds("The audit begins on 2027-01-15") && page.holds("value=\"2020-01-01\""), "{}", page.text());
    let ahead = filter(&mut browser, &csrf, &[("from", "2030-01-01")]).await;
    let page = browser.open(&ahead).await;
    assert!(page.holds("have not begun yet") && page.holds("Nothing here fits."), "{}", page.text());
    for path in ["/desk/audit/before/0", "/desk/audit/before/999999999999999999"] {
        assert_eq!(browser.open(path).await.status, 200, "{path}");
    }
    for path in ["/desk/audit/before/-1", "/desk/audit/before/x", "/desk/audit/x", "/desk/audit/filter"] {
        assert_eq!(browser.open(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.open("/desk/audit/filter/AAAA").await.status, 410);
}

#[tokio::test]
async fn the_file_holds_the_filtered_rows_oldest_first_with_their_reasons() {
    let app = portal().await;
    let (mut helper, helpers) = at_desk(&app, &HELEN).await;
    for username in [ADA.username, BERT.username] {
        let sql = "SELECT CAST(id AS TEXT) FROM account WHERE username = ?";
        let id: String = sqlx::query_scalar(sql).bind(username).fetch_one(&app.back_door).await.unwrap();
        let reveal = [("account", &*id), ("reason", "caller spells it out"), ("csrf", &*helpers)];
        helper.submit("/api/desk/reveal", &reveal).await.assert_goes(&format!("/desk/account/{id}"));
    }
    // As many rows as take several batches.
    let mut work = app.portal.store.begin().await.unwrap();
    for number in 0..1_100 {
        app.portal.audit_by(&mut *work, "worker", "reminded", None, &number.to_string()).await.unwrap();
    }
    work.save().await.unwrap();
    sqlx::query("UPDATE act_reason SET words = 'something else' WHERE account = 1")
        .execute(&app.back_door)
        .await
        .unwrap();

    let (mut supervisor, _) = at_desk(&app, &SAM).await;
    assert_eq!(supervisor.open("/desk/audit/export.jsonl").await.status, StatusCode::FORBIDDEN);
    let (mut browser, csrf) = at_desk(&app, &ANNA).await;
    assert!(browser.open("/desk/audit").await.holds("href=\"/desk/audit/export.jsonl\""));
    let whole = browser.open("/desk/audit/export.jsonl").await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-type"), Some("application/jsonl; charset=utf-8"));
    assert!(whole.header("content-disposition").unwrap().starts_with("attachment; filename=\"audit-2027-01-"));
    assert_eq!(whole.header("cache-control"), Some("no-store"));
    let rows: Vec<serde_json::Value> = whole.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() > 1_100, "{}", rows.len());
    assert!(rows.iter().zip(1..).all(|(row, id)| row["id"] == id), "a row is missing or twice");
    assert_eq!(app.count("SELECT max(id) FROM audit WHERE action = 'export-audit'").await, rows.len() as i64 + 1);

    let address = filter(&mut browser, &csrf, &[("action", "reveal")]).await;
    let file = browser.open(&format!("{address}/export.jsonl")).await.text();
    let rows: Vec<serde_json::Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row["reason_state"], row["reason"])).collect();
    assert_eq!(said.len(), 2, "{file}");
    assert!(said.contains(&"\"kept\" \"caller spells it out\"".to_owned()), "{said:?}");
    assert!(said.contains(&"\"changed\" null".to_owned()), "{said:?}");
}

#[tokio::test]
async fn what_was_done_to_a_row_shows_on_the_page() {
    let app = portal().await;
    let (mut browser, _) = at_desk(&app, &SAM).await;
    assert!(browser.open("/desk/audit").await.holds("Each row on this page is tied"));
    sqlx::query("UPDATE audit SET detail = 'nothing' WHERE id = 1").execute(&app.back_door).await.unwrap();
    let page = browser.open("/desk/audit").await;
    assert!(page.holds("Row 1 is not as it was written") && !page.holds("Each row on this page"), "{}", page.text());
}

#[tokio::test]
async fn filters_are_limited_as_listed_for_each_member() {
    let app = portal().await;
    let (mut browser, csrf) = at_desk(&app, &SAM).await;
    for number in 0..listed("desk.audit", "an hour for a member of staff") {
        assert_eq!(browser.call("/api/desk/audit", &[("csrf", &csrf)]).await.status, 200, "{number}");
    }
    let answer = browser.call("/api/desk/audit", &[("csrf", &csrf)]).await;
    assert_eq!((answer.status.as_u16(), answer.problems()[0].1.as_str()), (429, "too-many-tries"));
    let (mut other, csrf) = at_desk(&app, &ANNA).await;
    filter(&mut other, &csrf, &[]).await;
}
