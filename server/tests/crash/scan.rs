//! Everything that the program writes is read for what it must never hold: its log at its most talkative,
//! the database and its write-ahead log. Mails may hold a token and a code, and nothing else may.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use testkit::program::{Visitor, mails};

const SSN: &str = "900-47-6613";
const OTHER_SSN: &str = "900-58-7724";
const NOT_ON_FILE: &str = "900-69-8835";
const PASSWORD: &str = "Heron&canary5529";
const WRONG_PASSWORD: &str = "Egret&canary6630";

fn lookup(ssn: &'static str) -> [(&'static str, &'static str); 6] {
    [
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1984"),
        ("last_name", "Lovelace"),
        ("ssn", ssn),
        ("robot", "on"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_written_holds_an_ssn_a_password_a_token_or_a_code() {
    let row = |number: u32, ssn: &str| {
        format!(
            "P-{number},Lovelace,Ada,,,1984-02-29,{ssn},,EMT,person{number}@example.org,person{number},unclaimed,eICS\n"
        )
    };
    let mut program = crate::program(&(row(1, SSN) + &row(2, OTHER_SSN)), "trace").await;
    program.start().await;
    let (mut first, mut second) = (Visitor::new(program.address), Visitor::new(program.address));
    let mut cookies = Vec::new();
    assert_eq!(first.submit("/api/claim/lookup", &lookup(SSN)).await.status, Some(303));
    assert_eq!(second.submit("/api/claim/lookup", &lookup(OTHER_SSN)).await.status, Some(303));
    assert_eq!(Visitor::new(program.address).submit("/api/claim/lookup", &lookup(NOT_ON_FILE)).await.status, Some(303));
    cookies.extend(second.jar.values().cloned());
    let folder = program.path("mail");
    let mailed = async {
        while mails(&folder).len() < 2 {
            sleep(Duration::from_millis(25)).await;
        }
    };
    timeout(Duration::from_secs(60), mailed).await.unwrap();
    let mails_now = mails(&folder);
    let mail = |to: &str| mails_now.iter().find(|mail| mail.to == to).unwrap();
    let (token, code) = (mail("person1@example.org").token().unwrap(), mail("person2@example.org").code().unwrap());

    // The whole journey, by link and by code, with every mistake that puts a secret somewhere else.
    assert_eq!(first.open(&format!("/link/{token}")).await.status, Some(200));
    assert_eq!(first.submit("/api/claim/start", &[("token", &token)]).await.status, Some(303));
    assert_eq!(
        first.submit("/api/claim/password", &[("password", PASSWORD), ("password_again", WRONG_PASSWORD)]).await.status,
        Some(303)
    );
    cookies.extend(first.jar.values().cloned());
    assert!(
        first
            .submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)])
            .await
            .text
            .contains("location: /home")
    );
    cookies.extend(first.jar.values().cloned());
    let home = first.open("/home").await;
    let csrf = home.text.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    second.submit("/api/claim/code", &[("code", SSN)]).await;
    assert!(second.submit("/api/claim/code", &[("code", &code)]).await.text.contains("location: /claim/password"));
    assert!(
        second
            .submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)])
            .await
            .text
            .contains("location: /home")
    );
    let mut stranger = Visitor::new(program.address);
    for fields in [
        [("username", "person1"), ("password", WRONG_PASSWORD)],
        [("username", PASSWORD), ("password", "person1")],
        [("username", SSN), ("password", SSN)],
        [("username", "person1"), ("password", PASSWORD)],
    ] {
        assert_eq!(stranger.submit("/api/sign-in/password", &fields).await.status, Some(303));
        cookies.extend(stranger.jar.values().cloned());
        stranger.jar.clear();
    }
    stranger.submit("/api/claim/start", &[("token", PASSWORD)]).await;
    stranger.submit("/api/claim/start", &[("token", &token)]).await;
    let mut mixed_up = lookup(SSN).to_vec();
    mixed_up[3].1 = SSN;
    stranger.submit("/api/claim/lookup", &mixed_up).await;
    stranger.submit("/api/claim/lookup", &[("ssn", SSN), ("certificate", PASSWORD), ("unknown", SSN)]).await;
    stranger.open(&format!("/claim?ssn={SSN}")).await;
    first.submit("/api/sign-in/out", &[("csrf", &csrf)]).await;
    program.kill().await;

    let mut secrets: Vec<String> = vec![PASSWORD.to_owned(), WRONG_PASSWORD.to_owned(), token, code.clone(), csrf];
    secrets.push(format!("{} {}", &code[..4], &code[4..]));
    for ssn in [SSN, OTHER_SSN, NOT_ON_FILE] {
        secrets.extend([ssn.to_owned(), ssn.replace('-', ""), ssn.replace('-', " ")]);
    }
    for password in [PASSWORD, WRONG_PASSWORD] {
        secrets.push(password.replace('&', "%26"));
    }
    secrets.extend(cookies.into_iter().filter(|cookie| cookie.len() >= 40));
    assert!(secrets.len() > 20, "the cookies are missing");

    let mut read = Vec::new();
    for name in ["log", "data/backboard.db", "data/backboard.db-wal", "data/backboard.db-shm"] {
        let bytes = std::fs::read(program.path(name)).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
            if let Some(place) = found {
                let around = &bytes[place.saturating_sub(200)..(place + 100).min(bytes.len())];
                panic!("{name} holds {secret}: {}", String::from_utf8_lossy(around));
            }
        }
        read.push(format!("{name} {} bytes", bytes.len()));
    }
    // What must be there is there: the files are the right ones.
    let log = std::fs::read_to_string(program.path("log")).unwrap();
    let has = |text: &str| log.contains(text);
    assert!(has("\"DEBUG\"") && has("sqlx::query") && has("mail sent"), "the log is not at its most talkative");
    let database = std::fs::read(program.path("data/backboard.db-wal")).unwrap();
    assert!(database.windows(7).any(|window| window == b"claimed"), "the journey is not in the file that was read");
    println!("{} secrets, none in {}", secrets.len(), read.join(", "));
}
