//! The office's own colours and logo: served as files of ours, after our own style.

use std::path::Path;

use http::StatusCode;
use server::profiles::profile;

use crate::app::{App, Setup};

const LOGO: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#7a1f2b" d="M0 0h8v8H0z"/></svg>"##;

/// A profile in a file of its own, with these lines in `[look]` and what lies beside it.
fn write(folder: &Path, look: &str, files: &[(&str, &[u8])]) -> String {
    for (name, content) in files {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let path = folder.join("office.toml");
    let demo = include_str!("../../../agencies/demo.toml");
    std::fs::write(&path, format!("{demo}\n[look]\n{look}\n")).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn without_a_look_there_is_no_second_style_sheet() {
    let app = App::start().await;
    let page = app.browser().open("/sign-in").await;
    assert_eq!(page.text().matches("rel=\"stylesheet\"").count(), 1);
    assert!(!page.holds("/pkg/look"));
}

#[tokio::test]
async fn colours_and_logo_come_as_files_that_every_page_names_and_may_keep() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "header = \"#7a1f2b\"\naccent = \"#ffcc00\"\nlogo = \"logo.svg\"",
        &[("logo.svg", LOGO.as_bytes())],
    );
    let app = App::with(Setup { agency: profile(&path).unwrap(), ..Setup::default() }).await;
    let mut browser = app.browser();
    for page in ["/sign-in", "/claim", "/nothing-here", "/desk/sign-in"] {
        let page = browser.open(page).await;
        assert_eq!(page.text().matches("rel=\"stylesheet\"").count(), 2, "{}", page.asked);
        assert!(page.text().find("/pkg/backboard.") < page.text().find("/pkg/look."), "ours comes first");
    }
    let page = browser.open("/sign-in").await;
    let style = page.attribute("<link rel=\"stylesheet\" href=\"/pkg/look.").unwrap();
    let style = browser.open(&format!("/pkg/look.{style}")).await;
    assert_eq!(style.status, StatusCode::OK);
    assert!(style.holds("--bb-header:#7a1f2b;--bb-on-header:#ffffff"), "{}", style.text());
    let text = style.text();
    let (light, dark) = text.split_once("prefers-color-scheme:dark").unwrap();
    assert!(
        !light.contains("#ffcc00") && dark.contains("--bb-accent:#ffcc00"),
        "a yellow link on white cannot be read"
    );
    let logo = style.attribute("url(\"").unwrap();
    let logo = browser.open(&logo).await;
    assert_eq!((logo.status, logo.text()), (StatusCode::OK, LOGO.to_owned()));
    assert_eq!(logo.header("content-type"), Some("image/svg+xml"));
    for file in [&style, &logo] {
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
}

#[test]
fn what_is_no_colour_or_no_logo_is_refused_with_the_line_and_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let huge = [LOGO.as_bytes(), &[b' '; 40_000]].concat();
    let files: [(&str, &[u8]); 4] =
        [("logo.svg", LOGO.as_bytes()), ("page.svg", b"<html>"), ("huge.svg", &huge), ("logo.gif", b"GIF89a")];
    for (look, says) in [
        ("header = \"blue\"", "#1a4480"),
        ("accent = \"#12345\"", "#1a4480"),
        ("logo = \"none.svg\"", "cannot be read"),
        ("logo = \"page.svg\"", "is not what .svg says it is"),
        ("logo = \"huge.svg\"", "32 at the most"),
        ("logo = \"logo.gif\"", "no .svg or .png file"),
        ("colour = \"#000000\"", "look"),
    ] {
        let said = profile(&write(folder.path(), look, &files)).unwrap_err();
        assert!(said.contains(says) && said.contains("office.toml") && !said.contains('\n'), "{look}: {said}");
    }
    profile(&write(folder.path(), "logo = \"logo.svg\"", &files)).unwrap();
}
