//! The demo's mailbox over a folder that the folder transport filled.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use server::demo::mailbox::{Demonstration, Opener, router};
use server::mail::{Folder, Stationery, Transport, Worker};
use tempfile::TempDir;
use testkit::fakes::{Resident, TestPortal};
use testkit::outbox::{ask, queue};
use tokio::sync::watch;
use tower::ServiceExt as _;

const PORTAL: &str = "http://127.0.0.1:8080";

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn open(folder: PathBuf, people: Vec<Demonstration>, path: &str) -> Page {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router(folder, people, Vec::new(), PORTAL).oneshot(request).await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    Page { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// A folder with a claim mail and, a second later, a notice; the file names, oldest first.
async fn filled() -> (TempDir, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let test = TestPortal::default();
    let stationery = Stationery::new(&test.portal.agency, PORTAL).unwrap();
    let transport = Transport::Folder(Folder::at(folder.path()));
    let mut worker = Worker::new(Arc::clone(&test.portal), stationery, transport, Arc::default());
    let (_go, stop) = watch::channel(false);
    test.settle(Resident::default()).await;
    ask(&test, 1).await;
    worker.round(&stop).await.unwrap();
    test.clock.pass(1);
    queue(&test, "notice", "ada@example.org").await;
    worker.round(&stop).await.unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    (folder, names)
}

fn person() -> Demonstration {
    Demonstration {
        state: "unclaimed".to_owned(),
        name: "Ada <b>Lovelace</b>".to_owned(),
        born: "02/29/1984".to_owned(),
        ssn: "900-01-0001".to_owned(),
        certificate: "EMT-1001".to_owned(),
        username: "ada.lovelace".to_owned(),
        opener: Opener::Nothing,
        email: "ada@example.org".to_owned(),
        hint: "Claim the account.".to_owned(),
    }
}

#[tokio::test]
async fn the_list_shows_the_newest_mail_first_and_says_that_this_is_a_demo() {
    let (folder, names) = filled().await;
    let page = open(folder.path().to_owned(), vec![person()], "/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("This is a demo."));
    let places: Vec<usize> = names.iter().map(|name| page.body.find(&format!("/mail/{name}")).unwrap()).collect();
    assert!(places.is_sorted_by(|older, newer| older > newer), "{places:?}");
    assert!(page.body.contains("your username, and how to create a password"));
    assert!(page.body.contains(PORTAL));
}

#[tokio::test]
async fn the_people_are_listed_with_all_that_is_needed_and_escaped() {
    let page = open(TempDir::new().unwrap().path().to_owned(), vec![person()], "/").await;
    for needed in ["900-01-0001", "02/29/1984", "EMT-1001", "ada.lovelace", "Claim the account.", "No mail yet"] {
        assert!(page.body.contains(needed), "{needed}");
    }
    assert!(page.body.contains("Ada &lt;b&gt;Lovelace&lt;/b&gt;"));
}

#[tokio::test]
async fn a_mail_is_shown_as_text_as_html_and_as_it_is() {
    let (folder, names) = filled().await;
    let path = format!("/mail/{}", names.first().unwrap());
    let page = open(folder.path().to_owned(), Vec::new(), &path).await;
    assert!(page.body.contains("ada@example.org") && page.body.contains("Or type this code:"));
    assert!(page.body.contains(&format!("<iframe src=\"{path}/html\"")) && page.body.contains("sandbox="));

    let frame = open(folder.path().to_owned(), Vec::new(), &format!("{path}/html")).await;
    assert!(frame.body.contains("<base target=\"_top\">"));
    assert!(frame.body.contains(&format!("href=\"{PORTAL}/link/")));
    assert!(frame.header("content-security-policy").contains("sandbox allow-top-navigation-by-user-activation"));
    assert!(!frame.header("content-security-policy").contains("script"));

    let source = open(folder.path().to_owned(), Vec::new(), &format!("{path}/source")).await;
    assert_eq!(source.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(source.body.as_bytes(), std::fs::read(folder.path().join(names.first().unwrap())).unwrap());
}

#[tokio::test]
async fn the_policy_names_the_style_and_the_script_that_the_page_has() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = open(TempDir::new().unwrap().path().to_owned(), Vec::new(), "/").await;
    let policy = page.header("content-security-policy");
    for tag in ["style", "script"] {
        let inside = page.body.split_once(&format!("<{tag}>")).unwrap().1.split_once(&format!("</{tag}>")).unwrap().0;
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(inside));
        assert!(policy.contains(&format!("{tag}-src 'sha256-{hash}'")), "{tag}: {policy}");
    }
    assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"));
    assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="));
}

#[tokio::test]
async fn every_answer_carries_the_guards_and_is_kept_nowhere() {
    let (folder, names) = filled().await;
    let name = names.first().unwrap();
    let mut paths = vec!["/".to_owned(), "/mails".to_owned(), "/nothing".to_owned(), "/mail/none.eml".to_owned()];
    paths.extend(["", "/html", "/source"].map(|end| format!("/mail/{name}{end}")));
    for path in paths {
        let page = open(folder.path().to_owned(), vec![person()], &path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!page.header("x-frame-options").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let (folder, _) = filled().await;
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(folder.path().join("secret.eml"), "Subject: secret\r\n\r\nsecret").unwrap();
    std::fs::write(inside.join(".hidden.eml"), "Subject: secret\r\n\r\nsecret").unwrap();
    for name in ["..%2Fsecret.eml", "%2e%2e%2fsecret.eml", ".hidden.eml", "secret.eml%00.eml", "secret", ".eml"] {
        for end in ["", "/html", "/source"] {
            let page = open(inside.clone(), Vec::new(), &format!("/mail/{name}{end}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{name}{end}");
            assert!(!page.body.contains("secret"), "{name}{end}");
        }
    }
    let page = open(inside, Vec::new(), "/").await;
    assert!(page.body.contains("No mail yet"), "a hidden file is not listed");
}
