//! The desk's reports over HTTP: who sees which, the picture with its table, and the files.

use backboard::account::Username;
use backboard::report::Report;
use backboard::staff::Role;
use http::StatusCode;

use super::{ANNA, HELEN, SAM, Staffer, seat, sign_in_at_desk};
use crate::app::{App, START};
use crate::browser::Browser;
use crate::people::{ADA, BERT};
use crate::steps::ask_reset;

async fn at_desk<'a>(app: &'a App, staffer: &Staffer) -> Browser<'a> {
    seat(app, staffer).await;
    let mut browser = app.browser();
    sign_in_at_desk(&mut browser, staffer).await;
    browser
}

/// A portal in which something has happened.
async fn eventful() -> App {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    let mut visitor = app.browser();
    for (login, proof) in [(BERT.username, "good 1"), ("nobody", "good 2")] {
        ask_reset(&mut visitor, login, proof).await;
    }
    app
}

#[tokio::test]
async fn each_report_is_shown_to_the_roles_it_is_for() {
    let app = eventful().await;
    for staffer in [&HELEN, &SAM, &ANNA] {
        let mut browser = at_desk(&app, staffer).await;
        let index = browser.open("/desk/reports").await;
        assert_eq!(index.status, 200);
        for report in Report::ALL {
            let may = staffer.role.may(report.act());
            let path = format!("/desk/reports/{}", report.code());
            assert_eq!(index.holds(&format!("href=\"{path}\"")), may, "{:?} {path}", staffer.role);
            for path in [path.clone(), format!("{path}.csv")] {
                let answer = browser.open(&path).await;
                let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{:?} {path}", staffer.role);
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
                assert_eq!(answer.header("content-disposition").is_some(), may && path.ends_with(".csv"), "{path}");
            }
        }
        let import = browser.open("/desk/reports/import/1").await.status;
        assert_eq!(import == 200, staffer.role.is_at_least(Role::Supervisor), "{:?}", staffer.role);
    }
    let mut stranger = app.browser();
    for path in ["/desk/reports", "/desk/reports/claims", "/desk/reports/claims.csv", "/desk/reports/imports.csv"] {
        stranger.open(path).await.assert_goes("/desk/sign-in");
    }
}

#[tokio::test]
async fn a_plot_stands_beside_the_table_that_says_the_same() {
    let app = eventful().await;
    let mut browser = at_desk(&app, &HELEN).await;
    let page = browser.open("/desk/reports/resets").await;
    let text = page.text();
    assert!(text.contains("role=\"img\"") && text.contains("<title id=\"plot-title\">Password resets per week"));
    // 15 January 2027 is a Friday; its week began on the 11th.
    assert!(text.contains("2027-01-11 (so far)"), "{text}");
    let (_, row) = text.split_once("2027-01-11 (so far)").unwrap();
    let cells: Vec<&str> = row.split("</tr>").next().unwrap().split("<td ").skip(1).collect();
    let cells: Vec<&str> = cells.iter().map(|cell| cell.split(['>', '<']).nth(1).unwrap()).collect();
    assert_eq!(cells, ["2", "1", "0", "0", "0", "0"], "{row}");
    assert!(text.contains("written this down since 2027-01-15"), "{text}");
    for empty in ["claims", "refused"] {
        let page = browser.open(&format!("/desk/reports/{empty}")).await;
        assert!(!page.holds("<svg") && !page.holds("<table"), "{empty}");
    }
    assert!(browser.open("/desk/reports/claims").await.holds("No claims yet."));
}

#[tokio::test]
async fn a_file_is_downloaded_and_no_cell_of_it_is_a_formula() {
    let app = eventful().await;
    let mut browser = at_desk(&app, &SAM).await;
    let file = browser.open("/desk/reports/resets.csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"resets-2027-01-15.csv\""));
    assert_eq!(
        (file.header("cache-control"), file.header("x-content-type-options")),
        (Some("no-store"), Some("nosniff"))
    );
    let text = file.text();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 27, "{text}");
    assert_eq!(lines[0], "Week of (UTC),Asked,Mailed,Link opened,Password set,Link expired,Refused");
    assert_eq!(lines[26], "2027-01-11,2,1,0,0,0,0");

    // What may come from outside: the name of a file, a reason; and what a store holds that no version of ours wrote.
    let account = app.count("SELECT id FROM account WHERE username_key = 'bert.working'").await;
    for sql in [
        "INSERT INTO temporary_password VALUES ('t', ?, x'00', 1790000000, 1790000060, '@office', '+why', NULL, NULL, NULL)",
        "UPDATE import_run SET file = '-2+3+cmd|x.csv', actor = 'staff ' || ?",
        "INSERT INTO import_reject VALUES (1, ?, '=1+1, said \"no\"')",
    ] {
        sqlx::query(sql).bind(account).execute(&app.back_door).await.unwrap();
    }
    let list = browser.open("/desk/reports/temporaries.csv").await.text();
    assert!(list.contains(&format!("\r\n{},{account},2026-09-21 14:13:20,'@office,'+why,", BERT.username)), "{list}");
    assert!(browser.open("/desk/reports/temporaries").await.holds("@office"));
    let list = browser.open("/desk/reports/imports.csv").await.text();
    assert!(list.contains(",'-2+3+cmd|x.csv,2,0,0,0,0,yes\r\n"), "{list}");
    let list = browser.open("/desk/reports/import/1/rejects.csv").await.text();
    assert_eq!(list, format!("line,reason\r\n{account},\"'=1+1, said \"\"no\"\"\"\r\n"));
    let rows = app.count("SELECT count(*) FROM audit WHERE action = 'report-lists' AND actor = 'staff 1'").await;
    assert_eq!(rows, 4, "three files and the page");
}

#[tokio::test]
async fn a_list_names_who_and_leads_to_the_account_and_odd_addresses_get_a_clear_answer() {
    let app = App::start().await;
    app.settle(&[BERT]).await;
    let username = Username::parse(BERT.username).unwrap();
    app.portal.office_temporary_password(&username).await.unwrap();
    app.deliver().await;
    let mut browser = at_desk(&app, &SAM).await;
    let empty = browser.open("/desk/reports/temporaries").await;
    assert!(empty.holds("There are none") && !empty.holds(BERT.username));
    app.clock.pass(8 * 86_400);
    sign_in_at_desk(&mut browser, &SAM).await;
    let page = browser.open("/desk/reports/temporaries").await;
    let account = page.attribute("href=\"/desk/account/").unwrap();
    assert!(page.holds(BERT.username) && page.holds("Command line"), "{}", page.text());
    assert!(browser.open(&format!("/desk/account/{account}")).await.holds(BERT.username));
    for (path, status) in [
        ("/desk/reports/nothing", 404),
        ("/desk/reports/claims.csv.csv", 404),
        ("/desk/reports/claims/1", 404),
        ("/desk/reports/temporaries/x", 200),
        ("/desk/reports/temporaries/-1.%00", 200),
        ("/desk/reports/imports/before/0", 200),
        ("/desk/reports/imports/before/-1", 404),
        ("/desk/reports/import/999", 404),
        ("/desk/reports/import/999/rejects.csv", 404),
    ] {
        assert_eq!(browser.open(path).await.status, status, "{path}");
    }
    let run = browser.open("/desk/reports/import/1").await;
    assert!(run.holds("roster.csv") && run.holds("No row was rejected."), "{}", run.text());
    let newest = START.plus(8 * 86_400).day().to_string();
    assert!(browser.open("/desk/reports/mails").await.holds(&newest));
}

#[tokio::test]
async fn a_used_up_limit_is_said_on_a_page() {
    let app = App::start().await;
    let mut browser = at_desk(&app, &SAM).await;
    for _ in 0..20 {
        assert_eq!(browser.open("/desk/reports/imports.csv").await.status, 200);
    }
    let page = browser.open("/desk/reports/imports.csv").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.is_page() && page.holds("Please wait"), "{}", page.text());
    assert!(page.retry_after().is_some_and(|seconds| seconds <= 180), "{:?}", page.retry_after());
}
