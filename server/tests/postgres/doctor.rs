//! What `backboard doctor` says of a PostgreSQL database.

use std::process::Output;

use testkit::cluster::OwnDatabase;

use super::program;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The tests' own server saves without waiting for its disk, and is asked as its superuser.
#[tokio::test]
async fn a_server_that_forgets_in_a_power_cut_and_a_superuser_are_named() {
    let own = OwnDatabase::new();
    let program = program(&own, 1).await;
    let output = program.attempt(&["doctor"]).await;
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("after a power cut"), "{said}");
    assert!(said.contains("the portal's role is a superuser"), "{said}");
    assert!(said.contains("tables up to date"), "{said}");
}

#[tokio::test]
async fn a_server_far_away_has_to_prove_who_it_is() {
    let own = OwnDatabase::new();
    let program = program(&own, 1).await;
    for (url, danger) in [
        ("postgres://backboard@db.example.org/backboard", true),
        ("postgres://backboard@db.example.org/backboard?sslmode=disable", true),
        ("postgres://backboard@db.example.org/backboard?sslmode=require", false),
    ] {
        let mut command = program.command(&["serve"]);
        let output = command.env("BACKBOARD__DATABASE__URL", url).output().await.unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.contains("whoever is on the way"), danger, "{url}: {said}");
        assert!(!said.contains("postgres://"), "{said}");
    }
}
