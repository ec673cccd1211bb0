//! New keys while the program runs, then started again with them: whoever was on their way notices nothing.

use std::time::Duration;

use sqlx::{AssertSqlSafe, SqlitePool};
use testkit::program::{Mail, Program, Visitor, mails};
use tokio::time::{sleep, timeout};

const PASSWORD: &str = "Kestrel&42rows";

fn row(number: u32) -> String {
    format!(
        "P-{number},Lovelace,Ada,,,1984-02-29,900-47-000{number},,EMT,p{number}@example.org,person{number},unclaimed,\n"
    )
}

async fn look_up(program: &Program, number: u32) -> Visitor {
    let mut visitor = Visitor::new(program.address);
    let ssn = format!("900-47-000{number}");
    let fields = [("birth_month", "2"), ("birth_day", "29"), ("birth_year", "1984")];
    let fields = [&fields[..], &[("last_name", "Lovelace"), ("ssn", &ssn), ("robot", "on")]].concat();
    assert_eq!(visitor.submit("/api/claim/lookup", &fields).await.status, Some(303));
    visitor
}

/// The mails to somebody, once there are so many.
async fn mailed(program: &Program, number: u32, count: usize) -> Vec<Mail> {
    let (folder, to) = (program.path("mail"), format!("p{number}@example.org"));
    let come = async {
        loop {
            let mails: Vec<Mail> = mails(&folder).into_iter().filter(|mail| mail.to == to).collect();
            if mails.len() >= count {
                return mails;
            }
            sleep(Duration::from_millis(25)).await;
        }
    };
    timeout(Duration::from_secs(60), come).await.unwrap_or_else(|_| {
        let all: Vec<String> = mails(&folder).into_iter().map(|mail| mail.to).collect();
        panic!("no {count} mails for {to}: {all:?}; {}", std::fs::read_to_string(program.path("log")).unwrap())
    })
}

async fn text(database: &SqlitePool, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(database).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_keys_end_no_session_no_link_no_code_and_no_search_for_a_person() {
    const KEYS: &str = "SELECT group_concat(DISTINCT ssn_key) FROM person";
    const PEPPER: &str =
        "SELECT substr(password_hash, instr(password_hash, 'keyid='), 8) FROM account WHERE username = 'person1'";
    let set = [("password", PASSWORD), ("password_again", PASSWORD)];
    let mut program = crate::program(&(1..=4).map(row).collect::<String>()).await;
    program.start().await;
    let database = program.database().await;

    // One is in, one has a link, one a code.
    let mut first = look_up(&program, 1).await;
    let token = mailed(&program, 1, 1).await[0].token().unwrap();
    first.submit("/api/claim/start", &[("token", &token)]).await;
    assert_eq!(first.submit("/api/claim/password", &set).await.status, Some(303));
    assert_eq!(first.open("/home").await.status, Some(200));
    look_up(&program, 2).await;
    let mut third = look_up(&program, 3).await;
    let (token, code) = (mailed(&program, 2, 1).await[0].token().unwrap(), mailed(&program, 3, 1).await[0].code());

    // Under a running portal: it reads and finds what the commands beside it make.
    program.run(&["keys", "rotate"]).await;
    program.run(&["import", "roster.csv"]).await;
    program.run(&["account", "temporary-password", "person1"]).await;
    // The request wakes the worker, who then sends what the command queued too.
    look_up(&program, 4).await;
    mailed(&program, 4, 1).await;
    mailed(&program, 1, 3).await;
    assert_eq!((text(&database, KEYS).await.as_str(), text(&database, PEPPER).await.as_str()), ("1", "keyid=AQ"));

    program.kill().await;
    program.start().await;
    assert_eq!(first.open("/home").await.status, Some(200), "whoever was signed in still is");
    let mut second = Visitor::new(program.address);
    assert_eq!(second.open(&format!("/link/{token}")).await.status, Some(200));
    assert_eq!(second.submit("/api/claim/start", &[("token", &token)]).await.status, Some(303));
    assert_eq!(second.submit("/api/claim/password", &set).await.status, Some(303));
    assert_eq!(second.open("/home").await.status, Some(200));
    assert_eq!(third.submit("/api/claim/code", &[("code", &code.unwrap())]).await.status, Some(303));
    assert_eq!(third.submit("/api/claim/password", &set).await.status, Some(303));
    assert_eq!(third.open("/home").await.status, Some(200));
    look_up(&program, 4).await;
    mailed(&program, 4, 2).await;
    let mut again = Visitor::new(program.address);
    again.submit("/api/sign-in/password", &[("username", "person1"), ("password", PASSWORD)]).await;
    assert_eq!(again.open("/home").await.status, Some(200), "the password is right under the older pepper");
    assert_eq!(text(&database, PEPPER).await, "keyid=Ag", "and hashed anew");

    program.run(&["import", "roster.csv"]).await;
    assert_eq!(text(&database, KEYS).await, "2");
    look_up(&program, 4).await;
    mailed(&program, 4, 3).await;
    again.open("/home").await;
    program.run(&["audit", "verify"]).await;
    program.kill().await;
}
