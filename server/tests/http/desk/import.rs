//! Importing a roster at the desk, over HTTP: with the very bodies that browsers send.

use http::header::CONTENT_TYPE;

use super::{ANNA, HELEN, SAM, Staffer, code, first_step, seat, sign_in_at_desk};
use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::browser::{Browser, HTML, post};
use crate::limits::{assert_limited, listed};
use crate::people::{ADA, BERT, CARL, DORA, EVE, HEADER, Person};

pub const UPLOAD: &str = "/api/desk/import/upload";
const BOUNDARY: &str = "----WebKitFormBoundaryAbCd1234";

/// A form with a file as a browser writes it.
fn form(csrf: &str, name: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"roster\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

async fn send(browser: &mut Browser<'_>, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut request = post(UPLOAD, HTML).body(body.into()).unwrap();
    request.headers_mut().insert(CONTENT_TYPE, kind.parse().unwrap());
    browser.send(request).await
}

/// Brings a file; the page that it leads to.
async fn bring(browser: &mut Browser<'_>, csrf: &str, file: &str) -> String {
    let answer = send(browser, form(csrf, "June.csv", file.as_bytes())).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = answer.location().unwrap().to_owned();
    assert!(page.starts_with("/desk/import/") && !page.contains('#'), "{page}");
    page
}

async fn decide(browser: &mut Browser<'_>, csrf: &str, act: &str, page: &str, more: &[(&str, &str)]) -> Answer {
    let number = page.rsplit('/').next().unwrap();
    let mut fields = vec![("import", number), ("csrf", csrf)];
    fields.extend_from_slice(more);
    browser.submit(&format!("/api/desk/import/{act}"), &fields).await
}

const REASON: (&str, &str) = ("reason", "the roster of June");
const AGREED: (&str, &str) = ("wide", "yes");

fn roster(people: &[Person]) -> String {
    people.iter().fold(HEADER.to_owned(), |rows, person| rows + &person.row())
}

async fn desk<'a>(app: &'a App, staffer: &Staffer) -> (Browser<'a>, String) {
    let mut browser = app.browser();
    let csrf = sign_in_at_desk(&mut browser, staffer).await;
    (browser, csrf)
}

/// A colleague at the same time: nobody's session is over for it.
async fn beside<'a>(app: &'a App, staffer: &Staffer) -> (Browser<'a>, String) {
    let mut browser = app.browser();
    first_step(&mut browser, staffer).await;
    let code = code(app, staffer);
    browser.submit("/api/desk/second", &[("second", &code)]).await.assert_goes("/desk");
    let csrf = browser.open("/desk").await.csrf();
    (browser, csrf)
}

async fn state(app: &App) -> String {
    sqlx::query_scalar("SELECT state FROM import_job ORDER BY id DESC LIMIT 1").fetch_one(&app.back_door).await.unwrap()
}

/// A line of the page's numbers.
fn counted(page: &Answer, name: &str) -> String {
    let text = page.text();
    let Some((_, cell)) = text.split_once(&format!("{name}<!></th><td ")) else { return String::new() };
    cell.split(['>', '<']).nth(1).unwrap_or_default().to_owned()
}

/// Everything that an import could change.
async fn people(app: &App) -> Vec<String> {
    let dump = app.dump().await;
    let of_people = ["account:", "person:", "person_name:", "mail:"];
    dump.lines().filter(|line| of_people.iter().any(|table| line.starts_with(table))).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_roster_is_checked_shown_and_then_imported_by_whoever_said_so() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    app.give_password(BERT.username, crate::people::PASSWORD).await;
    app.deliver().await;
    let sam = seat(&app, &SAM).await;
    let anna = seat(&app, &ANNA).await;
    let before = people(&app).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    app.deliver().await;

    // One changes the address, one is new, one leaves, one row is wrong and would be a formula.
    let moved = Person { email: "moved@example.org", ..BERT };
    let new = Person { username: "gail.newcomer", ssn: "900-88-1234", certificate: "EMT-2000", ..ADA };
    let new = new.row().replace(&person_id(&ADA), "N-1").replace(ADA.email, "gail@example.org");
    let wrong = "W-1,\"=cmd|' /C calc'!A1\",Ada,,,1984-13-01,900-99-4321,,EMT,,,,\n";
    let file = format!("{}{new}{wrong}", roster(&[ADA, moved, CARL, DORA]));
    let page = bring(&mut browser, &csrf, &file).await;
    let waiting = browser.open(&page).await;
    assert_eq!(waiting.header("refresh"), Some("2"));
    assert!(waiting.holds("waits to be checked") && waiting.holds("Stop loading anew"), "{}", waiting.text());
    assert_eq!(browser.open(&format!("{page}/still")).await.header("refresh"), None);
    app.do_imports().await;

    let shown = browser.open(&page).await;
    assert_eq!(shown.header("refresh"), None);
    for (name, count) in
        [("New", "1"), ("Changed", "1"), ("Unchanged", "3"), ("Rejected", "1"), ("Not named any more", "1 of 5")]
    {
        assert_eq!(counted(&shown, name), count, "{name}: {}", shown.text());
    }
    for text in ["b…@example.org → m…@example.org", "date_of_birth is not a date like", "P-EMT-1005", "sha"] {
        assert!(shown.text().to_lowercase().contains(&text.to_lowercase()), "{text}: {}", shown.text());
    }
    assert!(shown.holds("Somebody Active") && shown.holds("Somebody External"));
    // In what is read: a nonce may have any four digits in a row.
    let read: String = shown.text().split('<').filter_map(|part| part.split_once('>')).map(|(_, read)| read).collect();
    for hidden in ["moved@example.org", "bert@example.org", "900-99-4321", "4321"] {
        assert!(!read.contains(hidden), "{hidden}");
    }
    assert_eq!(people(&app).await, before, "looking changed something");

    // Every supervisor sees it, and the rejected rows as a file that no spreadsheet runs.
    let (mut other, others) = beside(&app, &ANNA).await;
    assert!(other.open(&page).await.holds("June.csv"));
    let rejects = other.open(&format!("{page}/rejects")).await;
    assert_eq!(rejects.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(rejects.header("content-disposition"), Some("attachment; filename=\"import-1-rejected.csv\""));
    assert!(
        rejects.holds("7,rejected,date_of_birth is not a date like") && rejects.holds("'=cmd|"),
        "{}",
        rejects.text()
    );
    assert!(!rejects.holds("4321"));

    for (reason, said) in
        [("", "Please fill this in"), ("    ", "at least five letters"), ("900 12 3456 said", "nine digits")]
    {
        let answer = decide(&mut other, &others, "begin", &page, &[("reason", reason)]).await;
        answer.assert_back_to(&page);
        let summary = other.open(&page).await.summary().unwrap();
        assert!(summary.contains(said) || reason.is_empty(), "{reason}: {summary}");
    }
    decide(&mut other, &others, "begin", &page, &[REASON]).await.assert_goes(&page);
    assert!(browser.open(&page).await.holds("checked once more"));
    app.do_imports().await;
    let done = browser.open(&page).await;
    assert!(done.holds("The roster is imported.") && done.holds("the roster of June"), "{}", done.text());
    assert!(counted(&done, "New") == "1" && counted(&done, "Changed") == "1", "{}", done.text());
    assert_eq!(app.count("SELECT count(*) FROM person").await, 6);
    assert_eq!(app.count("SELECT reached = total AND total = 6 FROM import_job").await, 1);
    let mut told: Vec<String> = app.deliver().await.into_iter().map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, ["bert@example.org", "moved@example.org"]);

    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT actor, action, detail FROM audit WHERE action LIKE 'import%' OR action = 'email-changed' ORDER BY id",
    )
    .fetch_all(&app.back_door)
    .await
    .unwrap();
    let by = |member: i64| format!("staff {member}");
    let named: Vec<(String, &str)> = rows.iter().map(|(actor, action, _)| (actor.clone(), action.as_str())).collect();
    assert_eq!(
        named,
        [
            ("import".to_owned(), "imported"),
            (by(sam), "import-brought"),
            (by(anna), "import"),
            (by(anna), "email-changed"),
            (by(anna), "imported"),
        ]
    );
    assert!(rows[2].2.contains("added=1 changed=1 unchanged=3 rejected=1 leaving=1"), "{}", rows[2].2);
    let reason = app.portal.desk_reason(&actor(&app, anna).await, &rows[2].2).await.unwrap().unwrap();
    assert_eq!(reason, backboard::service::desk::reason::Why::Words(REASON.1.to_owned()));
    assert!(app.portal.verify_audit(Vec::new(), |_| ()).await.unwrap().flaw.is_none());

    // The roster is gone from the folder; the rejected rows are had for a week.
    assert_eq!(app.import_files().len(), 1);
    assert!(other.open(&format!("{page}/rejects")).await.holds("'=cmd|"));
    app.clock.pass(7 * 86_400 + 1);
    app.do_imports().await;
    assert!(app.import_files().is_empty());
    let (mut later, _) = desk(&app, &SAM).await;
    assert_eq!(later.open(&format!("{page}/rejects")).await.status, 404);
    let bare = later.open(&page).await;
    assert!(!bare.holds("Somebody") && bare.holds("examples were removed"), "{}", bare.text());
}

/// What the roster calls somebody.
fn person_id(person: &Person) -> String {
    person.row().split(',').next().unwrap().to_owned()
}

async fn actor(app: &App, staff: i64) -> backboard::service::desk::Actor {
    let member = app.portal.staff_list(backboard::service::desk::staff::By::Office).await.unwrap();
    let member = member.into_iter().find(|member| member.id == staff).unwrap();
    backboard::service::desk::Actor { staff, role: member.role, may_show: false, session: [0; 32] }
}

#[tokio::test]
async fn what_changed_since_the_check_is_shown_again_before_anything_is_imported() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    let page =
        bring(&mut browser, &csrf, &roster(&[Person { last_name: "Byron", ..ADA }, BERT, CARL, DORA, EVE])).await;
    app.do_imports().await;
    // The command line brings the same change first.
    app.import(&roster(&[Person { last_name: "Byron", ..ADA }, BERT, CARL, DORA, EVE])).await;
    let before = people(&app).await;
    decide(&mut browser, &csrf, "begin", &page, &[REASON]).await.assert_goes(&page);
    app.do_imports().await;
    let shown = browser.open(&page).await;
    assert!(shown.holds("People changed after this roster was checked"), "{}", shown.text());
    assert!(counted(&shown, "Changed") == "0" && shown.holds("brings nothing new"), "{}", shown.text());
    assert_eq!((people(&app).await, state(&app).await), (before, "checked".to_owned()));
    decide(&mut browser, &csrf, "begin", &page, &[REASON]).await.assert_goes(&page);
    app.do_imports().await;
    assert_eq!(state(&app).await, "done");
}

#[tokio::test]
async fn a_change_of_more_than_a_fifth_has_to_be_agreed_to() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    let closing = roster(&[ADA, BERT, CARL, DORA, EVE]).replacen("unclaimed", "suspended", 2);
    for (file, wide) in [
        (roster(&[ADA, BERT, CARL, DORA]), false),
        (roster(&[ADA, BERT, CARL]), true),
        (
            roster(&[
                Person { email: "a2@example.org", ..ADA },
                Person { email: "b2@example.org", ..BERT },
                CARL,
                DORA,
                EVE,
            ]),
            true,
        ),
        (closing, true),
    ] {
        let page = bring(&mut browser, &csrf, &file).await;
        app.do_imports().await;
        assert_eq!(browser.open(&page).await.holds("name=\"wide\""), wide, "{file}");
        if wide {
            decide(&mut browser, &csrf, "begin", &page, &[REASON]).await.assert_back_to(&page);
            assert!(browser.open(&page).await.summary().unwrap().contains("More than a fifth"));
            assert_eq!(state(&app).await, "checked");
        }
        decide(&mut browser, &csrf, "drop", &page, &[]).await.assert_goes(&page);
        assert!(browser.open(&page).await.holds("was not imported"));
    }
    app.do_imports().await;
    assert!(app.import_files().is_empty());
    let page = bring(&mut browser, &csrf, &roster(&[ADA, BERT, CARL])).await;
    app.do_imports().await;
    decide(&mut browser, &csrf, "begin", &page, &[REASON, AGREED]).await.assert_goes(&page);
    app.do_imports().await;
    assert_eq!(state(&app).await, "done");
}

#[tokio::test]
async fn what_is_no_roster_is_told_in_a_sentence_and_leaves_nothing() {
    let app = App::start().await;
    app.settle(&[ADA]).await;
    seat(&app, &SAM).await;
    let before = people(&app).await;
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(HEADER.bytes().flat_map(|byte| [byte, 0])).collect();
    for (name, bytes, said) in [
        ("photo.csv", b"\x89PNG\r\n\x1a\nrest".to_vec(), "The roster photo.csv is a picture"),
        ("June.xlsx", b"PK\x03\x04rest".to_vec(), "is an Excel workbook"),
        ("u.csv", utf16, "UTF-16 text; save the file as"),
        ("h.csv", HEADER.as_bytes().to_vec(), "names nobody"),
        ("c.csv", b"name,mail\nAda,ada@example.org\n".to_vec(), "The roster lacks the columns person_id"),
        ("t.csv", b"person_id,person_id,last_name\n".to_vec(), "stands in the roster twice"),
        ("../../<b>.csv", b"just some words".to_vec(), "The roster lacks the columns"),
    ] {
        let (mut browser, csrf) = desk(&app, &SAM).await;
        let answer = send(&mut browser, form(&csrf, name, &bytes)).await;
        let page = answer.location().unwrap().to_owned();
        app.do_imports().await;
        let shown = browser.open(&page).await;
        assert!(shown.holds("This file was not taken") && shown.holds(said), "{name}: {}", shown.text());
        assert!(
            !shown.holds("..") && !shown.holds("<b>") && !shown.holds(&app.imports.folder.path().display().to_string())
        );
        assert!(!shown.holds("/api/desk/import/begin"), "{name}");
        assert_eq!((app.import_files(), people(&app).await), (Vec::new(), before.clone()), "{name}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_empty_or_missing_is_said_at_its_field() {
    let app = App::with(Setup { import_bytes: 300_000, ..Setup::default() }).await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    let missing = form(&csrf, "", b"");
    let without =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--{BOUNDARY}--\r\n");
    for (body, said) in [
        (form(&csrf, "r.csv", &vec![b'a'; 300_001]), "The file is larger"),
        (form(&csrf, "r.csv", &vec![b'a'; 500_000]), "The file is larger"),
        (form(&csrf, "r.csv", &vec![b'a'; 3_000_000]), "The file is larger"),
        (missing, "Choose a CSV file"),
        (without.into_bytes(), "Choose a CSV file"),
    ] {
        send(&mut browser, body).await.assert_back_to("/desk/import");
        let summary = browser.open("/desk/import").await.summary().unwrap();
        assert!(summary.contains(said) && summary.contains("href=\"#roster\""), "{summary}");
        assert!(app.import_files().is_empty());
    }
    browser.submit(UPLOAD, &[("csrf", &csrf)]).await.assert_back_to("/desk/import");
    let name = format!("{}/{}.csv", "x".repeat(500), "é".repeat(1_000));
    let exactly = send(&mut browser, form(&csrf, &name, &vec![b'a'; 300_000])).await;
    assert!(exactly.location().unwrap().starts_with("/desk/import/"), "{}", exactly.text());
    let kept: String = sqlx::query_scalar("SELECT file FROM import_job").fetch_one(&app.back_door).await.unwrap();
    assert_eq!(kept, "é".repeat(100));

    let full = App::with(Setup { spare_bytes: u64::MAX, ..Setup::default() }).await;
    seat(&full, &SAM).await;
    let (mut browser, csrf) = desk(&full, &SAM).await;
    send(&mut browser, form(&csrf, "r.csv", b"a,b\n")).await.assert_back_to("/desk/import");
    assert!(browser.open("/desk/import").await.summary().unwrap().contains("too little room"));
    assert!(full.import_files().is_empty());
}

#[tokio::test]
async fn forms_that_no_browser_sends_are_turned_away_and_leave_nothing() {
    let app = App::start().await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    let good = String::from_utf8(form(&csrf, "r.csv", b"a,b\n")).unwrap();
    let part = |name: &str, text: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let file = part("roster\"; filename=\"r.csv", "a,b");
    for (what, body) in [
        ("cut off in the file", good[..good.len() - 30].to_owned()),
        ("cut off before it", good[..80].to_owned()),
        ("an unknown field", format!("{}{good}", part("admin", "yes"))),
        ("a field twice", format!("{}{good}", part("csrf", &csrf))),
        (
            "a field behind the file",
            good.replace(&format!("\r\n--{BOUNDARY}--"), &format!("\r\n{}--{BOUNDARY}--", part("csrf", &csrf))),
        ),
        ("the file twice", good.replace(&format!("\r\n--{BOUNDARY}--"), &format!("\r\n{file}--{BOUNDARY}--"))),
        ("a field too long", format!("{}{good}", part("csrf", &"x".repeat(40_000)))),
        ("no boundary in it", "a,b\n".to_owned()),
    ] {
        let answer = send(&mut browser, body.into_bytes()).await;
        assert!(answer.status.is_client_error(), "{what}: {} {:?}", answer.status, answer.location());
        assert!(app.import_files().is_empty(), "{what}");
    }
    assert_eq!(app.count("SELECT count(*) FROM import_job").await, 0);
    // The same body of no form at all.
    let answer = browser.post_bytes("/api/desk/import/begin", HTML, good.clone().into_bytes()).await;
    assert!(answer.status.is_client_error());
    let mut other = post("/api/desk/import/begin", HTML).body(good.into_bytes().into()).unwrap();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}").parse().unwrap();
    other.headers_mut().insert(CONTENT_TYPE, kind);
    assert_eq!(browser.send(other).await.status, 415);
}

#[tokio::test]
async fn nobody_brings_a_file_whose_role_token_or_page_is_not_one_for_it() {
    let app = App::start().await;
    for staffer in [&HELEN, &SAM, &ANNA] {
        seat(&app, staffer).await;
    }
    let file = roster(&[ADA]);
    let mut nobody = app.browser();
    send(&mut nobody, form("", "r.csv", file.as_bytes())).await.assert_back_to("/desk/sign-in");
    let (mut helen, csrf) = desk(&app, &HELEN).await;
    let refused = send(&mut helen, form(&csrf, "r.csv", file.as_bytes())).await;
    assert!(refused.status == 403 && refused.holds("Not for your role"), "{}", refused.text());
    helen.set("accept-language", "es");
    let refused = send(&mut helen, form(&csrf, "r.csv", file.as_bytes())).await;
    assert!(refused.status == 403 && refused.holds("<html lang=\"es\""), "{}", refused.text());
    for page in ["/desk/import", "/desk/import/1", "/desk/import/1/still", "/desk/import/1/rejects"] {
        assert_eq!(helen.open(page).await.status, 403, "{page}");
    }
    assert!(!helen.open("/desk").await.holds("/desk/import"));
    let (mut sam, own) = desk(&app, &SAM).await;
    for wrong in ["", "x", csrf.as_str()] {
        send(&mut sam, form(wrong, "r.csv", file.as_bytes())).await.assert_back_to("/desk/import");
        assert!(sam.open("/desk/import").await.holds("id=\"problems\""));
    }
    sam.set("sec-fetch-site", "cross-site");
    assert_eq!(send(&mut sam, form(&own, "r.csv", file.as_bytes())).await.status, 403);
    assert_eq!(app.count("SELECT count(*) FROM import_job").await, 0);
    assert!(app.import_files().is_empty());
    for staffer in [&SAM, &ANNA] {
        let (mut browser, csrf) = desk(&app, staffer).await;
        bring(&mut browser, &csrf, &file).await;
        assert!(browser.open("/desk").await.holds("href=\"/desk/import\""));
    }
    // Missing ones.
    let (mut sam, _) = desk(&app, &SAM).await;
    for page in ["/desk/import/99", "/desk/import/x", "/desk/import/1/rejects", "/desk/import/1/other"] {
        assert_eq!(sam.open(page).await.status, 404, "{page}");
    }
}

#[tokio::test]
async fn a_second_roster_waits_and_what_was_begun_is_begun_once() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    seat(&app, &SAM).await;
    seat(&app, &ANNA).await;
    let (mut sam, csrf) = desk(&app, &SAM).await;
    let (mut anna, annas) = beside(&app, &ANNA).await;
    let all = roster(&[ADA, BERT, CARL, DORA, EVE]);
    let first = bring(&mut sam, &csrf, &all).await;
    let second = bring(&mut anna, &annas, &all).await;
    let waiting = anna.open(&second).await;
    assert!(waiting.holds("The roster that Sam Supervisor brought (June.csv) comes first"), "{}", waiting.text());
    app.do_imports().await;
    decide(&mut sam, &csrf, "begin", &first, &[REASON]).await.assert_goes(&first);
    // Back, and once more; and a colleague at the same time.
    decide(&mut sam, &csrf, "begin", &first, &[REASON]).await.assert_back_to(&first);
    let said = sam.open(&first).await;
    assert!(said.holds("stands elsewhere by now"), "{}", said.text());
    decide(&mut anna, &annas, "again", &first, &[]).await.assert_back_to(&first);
    decide(&mut anna, &annas, "begin", &second, &[REASON]).await.assert_goes(&second);
    assert!(anna.open(&second).await.holds("Sam Supervisor"));
    app.do_imports().await;
    for page in [&first, &second] {
        assert!(sam.open(page).await.holds("The roster is imported."));
        decide(&mut sam, &csrf, "drop", page, &[]).await.assert_back_to(page);
        sam.open(page).await;
        decide(&mut sam, &csrf, "begin", page, &[REASON]).await.assert_back_to(page);
        sam.open(page).await;
    }
    assert_eq!(app.count("SELECT count(*) FROM audit WHERE action = 'imported' AND actor LIKE 'staff %'").await, 2);
    // The very same file again.
    let third = bring(&mut sam, &csrf, &all).await;
    app.do_imports().await;
    let shown = sam.open(&third).await;
    assert!(shown.holds("very same file was imported before") && shown.holds("brings nothing new"), "{}", shown.text());
    for number in ["", "0", "x", "99", "1/../2"] {
        let answer = decide(&mut sam, &csrf, "begin", &format!("/{number}"), &[REASON]).await;
        assert!(answer.location().unwrap().starts_with("/desk/import/"), "{number}");
        sam.open("/desk/import").await;
    }
}

#[tokio::test]
async fn no_more_files_are_taken_than_listed_and_no_more_than_five_wait() {
    let app = App::start().await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    for _ in 0..5 {
        bring(&mut browser, &csrf, &roster(&[ADA])).await;
    }
    send(&mut browser, form(&csrf, "r.csv", b"a,b\n")).await.assert_back_to("/desk/import");
    assert!(browser.open("/desk/import").await.summary().unwrap().contains("Several rosters wait here already"));
    assert_eq!(app.import_files().len(), 5);
    sqlx::query("UPDATE import_job SET state = 'dropped'").execute(&app.back_door).await.unwrap();
    for _ in 5..listed("desk.import.upload", "an hour for a member of staff") {
        let page = bring(&mut browser, &csrf, "no,roster\n").await;
        app.do_imports().await;
        assert!(browser.open(&page).await.holds("was not taken"));
    }
    let mut request = post(UPLOAD, crate::browser::JSON).body(form(&csrf, "r.csv", b"a,b\n").into()).unwrap();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}").parse().unwrap();
    request.headers_mut().insert(CONTENT_TYPE, kind);
    assert_limited(&browser.send(request).await, 3_600);
    assert!(app.import_files().is_empty());
}

#[tokio::test]
async fn an_import_that_was_cut_off_says_so_and_is_taken_up_again() {
    let app = App::start().await;
    app.settle(&[ADA, BERT, CARL, DORA, EVE]).await;
    let sam = seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    let page =
        bring(&mut browser, &csrf, &roster(&[Person { last_name: "Byron", ..ADA }, BERT, CARL, DORA, EVE])).await;
    app.do_imports().await;
    decide(&mut browser, &csrf, "begin", &page, &[REASON]).await.assert_goes(&page);
    // As after a kill in the middle.
    sqlx::query("UPDATE import_job SET state = 'importing', reached = 3").execute(&app.back_door).await.unwrap();
    assert!(browser.open(&page).await.holds("is being imported: 3 of 5 rows"));
    app.importer.resume().await.unwrap();
    app.do_imports().await;
    let shown = browser.open(&page).await;
    assert!(shown.holds("cut off after 3 of 5 rows"), "{}", shown.text());
    let stopped: String = sqlx::query_scalar(
        "SELECT actor || ' ' || detail FROM audit WHERE action = 'imported' ORDER BY id DESC LIMIT 1",
    )
    .fetch_one(&app.back_door)
    .await
    .unwrap();
    assert!(stopped.starts_with(&format!("staff {sam} added=")) && stopped.ends_with("import=1 stopped"), "{stopped}");
    decide(&mut browser, &csrf, "again", &page, &[]).await.assert_goes(&page);
    app.do_imports().await;
    decide(&mut browser, &csrf, "begin", &page, &[REASON]).await.assert_goes(&page);
    app.do_imports().await;
    assert_eq!(state(&app).await, "done");
    // A check that was cut off begins again by itself.
    let page = bring(&mut browser, &csrf, &roster(&[ADA, BERT, CARL, DORA, EVE])).await;
    sqlx::query("UPDATE import_job SET state = 'checking' WHERE id = 2").execute(&app.back_door).await.unwrap();
    app.importer.resume().await.unwrap();
    app.do_imports().await;
    assert!(browser.open(&page).await.holds("/api/desk/import/begin"));
    // Nobody decides: a day later it is given up.
    app.clock.pass(86_400);
    app.do_imports().await;
    assert_eq!((state(&app).await.as_str(), app.import_files().len()), ("dropped", 0));
}

#[tokio::test]
async fn files_that_belong_to_no_import_are_removed_and_others_stay() {
    let app = App::start().await;
    seat(&app, &SAM).await;
    let (mut browser, csrf) = desk(&app, &SAM).await;
    bring(&mut browser, &csrf, &roster(&[ADA])).await;
    let folder = app.imports.folder.path();
    std::fs::write(folder.join("left-behind.csv"), "a").unwrap();
    let mode = |path: &std::path::Path| {
        std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777
    };
    let kept = app.import_files().into_iter().find(|name| name != "left-behind.csv").unwrap();
    assert_eq!((mode(folder), mode(&folder.join(&kept))), (0o700, 0o600));
    app.do_imports().await;
    assert_eq!(app.import_files(), std::slice::from_ref(&kept));
    // Somebody took it away, or put another in its place.
    std::fs::write(folder.join(&kept), "another").unwrap();
    let page = "/desk/import/1";
    decide(&mut browser, &csrf, "begin", page, &[REASON, AGREED]).await.assert_goes(page);
    app.do_imports().await;
    let shown = browser.open(page).await;
    assert!(shown.holds("is not in its folder any more"), "{}", shown.text());
    assert_eq!(app.count("SELECT count(*) FROM person").await, 0);
}
