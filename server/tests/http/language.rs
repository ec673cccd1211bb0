//! Which language somebody reads: the one they chose, else the browser's, else the profile's.

use http::StatusCode;
use server::profiles::profile;

use crate::answer::Answer;
use crate::app::{App, Setup};
use crate::people::{ADA, BERT, PASSWORD};
use crate::steps::ask_link;

const SPANISH: &str = "es-MX,es;q=0.9,en;q=0.8";
const COOKIE: &str = "__Host-language";

/// The language that a page says it is in. Its heading has to be of the same.
#[track_caller]
fn language(page: &Answer) -> String {
    let language = page.attribute("<html lang=\"").unwrap_or_else(|| panic!("{}: {}", page.asked, page.text()));
    let heading = if language == "es" { "Iniciar sesión" } else { "Login" };
    assert!(page.text().to_lowercase().contains(&heading.to_lowercase()), "{}: {}", page.asked, page.text());
    language
}

#[tokio::test]
async fn the_browsers_first_language_that_there_is_counts() {
    let app = App::start().await;
    for (wanted, said) in [
        (SPANISH, "es"),
        ("ES", "es"),
        ("en-GB,es;q=0.5", "en"),
        ("fr-CA,es;q=0.5,en;q=0.3", "es"),
        ("fr", "en"),
        ("", "en"),
        ("xx\"><script>", "en"),
    ] {
        let mut browser = app.browser();
        browser.set("accept-language", wanted);
        assert_eq!(language(&browser.open("/sign-in").await), said, "{wanted}");
    }
}

#[tokio::test]
async fn a_chosen_language_counts_before_the_browsers_and_stays() {
    let app = App::start().await;
    let mut browser = app.browser();
    browser.set("accept-language", "en-US");
    let page = browser.open("/sign-in").await;
    assert!(page.holds("href=\"?lang=es\"") && page.holds(">Español<"), "{}", page.text());
    let chosen = browser.open("/sign-in?lang=es").await;
    chosen.assert_goes("/sign-in");
    let [cookie] = &*chosen.cookies() else { panic!("{:?}", chosen.cookies()) };
    assert_eq!((cookie.name.as_str(), cookie.value.as_str(), cookie.max_age), (COOKIE, "es", Some(365 * 24 * 3600)));
    let page = browser.open("/sign-in").await;
    assert_eq!(language(&page), "es");
    assert!(page.holds("href=\"?lang=en\"") && page.holds(">English<"), "{}", page.text());
    browser.open("/sign-in?lang=en").await.assert_goes("/sign-in");
    assert_eq!(language(&browser.open("/sign-in").await), "en");
}

#[tokio::test]
async fn a_language_that_there_is_not_is_not_chosen() {
    let app = App::start().await;
    for path in ["/sign-in?lang=xx", "/sign-in?lang=", "/sign-in?lang=es%0d%0aset-cookie:a=b", "/sign-in?x=1&lang=es"] {
        let mut browser = app.browser();
        let page = browser.open(path).await;
        assert_eq!((page.status, language(&page).as_str()), (StatusCode::OK, "en"), "{path}");
        assert!(!browser.has(COOKIE), "{path}");
        browser.jar.insert(COOKIE.to_owned(), "xx".to_owned());
        assert_eq!(language(&browser.open("/sign-in").await), "en");
    }
}

#[tokio::test]
async fn choosing_a_language_leads_nowhere_else() {
    let app = App::start().await;
    for path in ["//evil.example/?lang=es", "//evil.example?lang=es", "/\\evil.example?lang=es"] {
        // What is no address at all is not even sent by the library.
        let Ok(uri) = path.parse::<http::Uri>() else { continue };
        let mut browser = app.browser();
        let answer = browser.open(&uri.to_string()).await;
        assert_eq!(answer.location(), None, "{path}");
        assert!(!browser.has(COOKIE), "{path}");
    }
}

#[tokio::test]
async fn the_profiles_first_language_is_that_of_who_asks_for_none() {
    let mut agency = profile("demo").unwrap();
    agency.languages = vec!["es".to_owned(), "en".to_owned()];
    let app = App::with(Setup { agency, ..Setup::default() }).await;
    assert_eq!(language(&app.browser().open("/sign-in").await), "es");
    let mut browser = app.browser();
    browser.set("accept-language", "en");
    assert_eq!(language(&browser.open("/sign-in").await), "en");
}

#[tokio::test]
async fn a_profile_with_one_language_offers_no_other() {
    let mut agency = profile("demo").unwrap();
    agency.languages = vec!["en".to_owned()];
    let app = App::with(Setup { agency, ..Setup::default() }).await;
    let mut browser = app.browser();
    browser.set("accept-language", SPANISH);
    let page = browser.open("/sign-in").await;
    assert_eq!(language(&page), "en");
    assert!(!page.holds("?lang="), "{}", page.text());
    assert_eq!(browser.open("/sign-in?lang=es").await.status, StatusCode::OK);
    assert!(!browser.has(COOKIE));
}

#[tokio::test]
async fn who_asks_in_spanish_gets_a_spanish_page_refusal_and_mail() {
    let app = App::start().await;
    app.settle(&[ADA, BERT]).await;
    app.give_password(BERT.username, PASSWORD).await;
    let mut browser = app.browser();
    browser.set("accept-language", SPANISH);

    browser.submit("/api/reset/request", &[("login", ""), ("robot", "on")]).await.assert_back_to("/forgot-password");
    let page = browser.open("/forgot-password").await;
    assert!(page.summary().unwrap().contains("Escriba su"), "{:?}", page.summary());
    assert!(page.holds("de lunes a viernes"), "the office's hours: {}", page.text());

    let mail = ask_link(&mut browser, BERT.username, "good bert").await;
    assert!(mail.text.contains("Hola") && mail.text.contains("de lunes a viernes"), "{mail:?}");
    assert!(mail.link().is_some() && mail.code().is_some(), "{mail:?}");
}
