//! The program itself on PostgreSQL: moved there, and as several nodes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops at once")]

mod copy;
mod doctor;
mod journeys;
mod nodes;
mod proxy;
mod saved;
mod statements;

use testkit::cluster::OwnDatabase;
use testkit::program::{Plan, Program, Visitor, mails, until};

const PASSWORD: &str = "Kestrel&42rows";

/// A program on a database of its own, with so many people.
async fn program(own: &OwnDatabase, people: usize) -> Program {
    let plan = Plan { rows: roster(people), database: Some(own.url()), ..Plan::default() };
    Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), &plan).await
}

fn roster(people: usize) -> String {
    let row = |number: usize| {
        format!(
            "P-{number},Lovelace,Ada,,,1984-02-29,{},,EMT,{},{},unclaimed,eICS\n",
            ssn(number),
            email(number),
            username(number)
        )
    };
    (0..people).map(row).collect()
}

fn username(number: usize) -> String {
    format!("person{number:02}")
}

fn email(number: usize) -> String {
    format!("person{number:02}@example.org")
}

fn ssn(number: usize) -> String {
    format!("900-41-{:04}", 1_000 + number)
}

/// *Find Username*, up to the page that a mail is on its way.
async fn look_up(visitor: &mut Visitor, number: usize) {
    let ssn = ssn(number);
    let fields = [
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1984"),
        ("last_name", "Lovelace"),
        ("ssn", ssn.as_str()),
        ("robot", "on"),
    ];
    let answer = visitor.submit("/api/claim/lookup", &fields).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
}

/// The link that was mailed to somebody who got no other.
async fn mailed_link(program: &Program, number: usize) -> String {
    let (folder, to) = (program.path("mail"), email(number));
    let links = || mails(&folder).into_iter().filter(|mail| mail.to == to).filter_map(|mail| mail.token());
    until("the link is mailed", async || links().next().is_some()).await;
    links().next().unwrap()
}

/// Claims an account, each step at the node that is told.
async fn claim(program: &Program, steps: [&Program; 3], number: usize) -> Visitor {
    let mut visitor = steps[0].visitor();
    look_up(&mut visitor, number).await;
    let token = mailed_link(program, number).await;
    let mut visitor = visitor.through(steps[1].listen);
    let answer = visitor.submit("/api/claim/start", &[("token", &token)]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    let mut visitor = visitor.through(steps[2].listen);
    let answer = visitor.submit("/api/claim/password", &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    assert!(answer.text.contains("location: /home"), "{}", answer.text);
    visitor
}

async fn sign_in(visitor: &mut Visitor, number: usize, password: &str) -> bool {
    let username = username(number);
    let answer = visitor.submit("/api/sign-in/password", &[("username", &username), ("password", password)]).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    answer.text.contains("location: /home")
}
