//! People on the roster, by number, and the steps that journeys begin with.

use std::fmt::Write as _;

use backboard::challenge::{Answer as Spoken, Question};
use backboard::password::Password;
use backboard::service::ports::Hasher as _;
use server::hasher::Argon2Hasher;
use server::keys::Keys;
use sqlx::AssertSqlSafe;
use testkit::program::{Answer, Mail, Program, Visitor, mails, until};

/// A password that the demo takes, and others.
pub const PASSWORD: &str = "Kestrel&42rowed";
pub const ANOTHER: &str = "Heron&97sailing";
pub const WRONG: &str = "Wrong-horse-77";
/// What a person with a question answers.
pub const ANSWER: &str = "Saint Brélade Harbour";
pub const QUESTION: Question = Question::FirstStation;

/// All usernames have one length, so that pages that show one can be compared.
pub fn username(number: usize) -> String {
    format!("person{number:05}")
}

pub fn email(number: usize) -> String {
    format!("person{number:05}@example.org")
}

/// From a range that is never issued.
pub fn ssn(number: usize) -> String {
    format!("9{:02}-{:02}-{:04}", number / 90_000, 10 + number / 1_000 % 90, 1_000 + number % 1_000)
}

/// A row of the roster.
pub fn row(number: usize, status: &str) -> String {
    row_at(number, status, &email(number))
}

/// The same with this address on file.
pub fn row_at(number: usize, status: &str, email: &str) -> String {
    format!("P-{number},Lovelace,Ada,,,1984-02-29,{},,EMT,{email},{},{status},eICS\n", ssn(number), username(number))
}

/// Rows of so many people who may claim.
pub fn rows(count: usize) -> String {
    (0..count).map(|number| row(number, "unclaimed")).collect()
}

/// *Lookup* by this number, without a proof of work, as who has no script.
pub fn lookup(ssn: &str) -> [(&str, &str); 6] {
    [
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1984"),
        ("last_name", "Lovelace"),
        ("ssn", ssn),
        ("robot", "on"),
    ]
}

/// Gives accounts one password that has no days, and opens them, whatever they were.
pub async fn give_password(program: &Program, numbers: impl IntoIterator<Item = usize>, typed: &str) {
    let hash = hasher(program).hash(&Password::parse(typed).unwrap()).await.unwrap();
    let database = program.database().await;
    let mut work = database.begin().await.unwrap();
    for number in numbers {
        let query = "UPDATE account SET password_hash = ?, password_set = unixepoch(), password_expires = NULL, \
                     remind_at = NULL, grace_spent = NULL, state = iif(state = 'unclaimed', 'active', state) \
                     WHERE username = ?";
        let done = sqlx::query(query).bind(&hash).bind(username(number)).execute(&mut *work).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{number}");
    }
    work.commit().await.unwrap();
    database.close().await;
}

/// Sets up [`QUESTION`], whose answer is [`ANSWER`].
pub async fn give_question(program: &Program, numbers: impl IntoIterator<Item = usize>) {
    let secret = Spoken::parse(ANSWER).unwrap().secret().unwrap();
    let hash = hasher(program).hash(&secret).await.unwrap();
    let database = program.database().await;
    let mut work = database.begin().await.unwrap();
    for number in numbers {
        let query = "INSERT INTO challenge (account, question, answer_hash, confirmed) \
                     SELECT id, ?, ?, unixepoch() FROM account WHERE username = ?";
        let insert = sqlx::query(query).bind(QUESTION.code()).bind(&hash).bind(username(number));
        assert_eq!(insert.execute(&mut *work).await.unwrap().rows_affected(), 1, "{number}");
    }
    work.commit().await.unwrap();
    database.close().await;
}

/// What the program hashes with.
pub fn hasher(program: &Program) -> Argon2Hasher {
    Argon2Hasher::new(&Keys::read(&program.path("keys/keys.toml")).unwrap()).unwrap()
}

/// One statement at the back door; gives how many rows it touched.
pub async fn at_the_back_door(program: &Program, query: &'static str, number: usize) -> u64 {
    let database = program.database().await;
    let done = sqlx::query(query).bind(username(number)).execute(&database).await.unwrap();
    database.close().await;
    done.rows_affected()
}

/// A single number from the database.
pub async fn count(program: &Program, query: &'static str) -> i64 {
    let database = program.database().await;
    let count = sqlx::query_scalar(query).fetch_one(&database).await.unwrap();
    database.close().await;
    count
}

pub async fn sign_in(visitor: &mut Visitor, username: &str, password: &str) -> Answer {
    visitor.submit("/api/sign-in/password", &[("username", username), ("password", password)]).await
}

/// Signed in, with the token that the session's forms carry.
pub async fn signed_in(program: &Program, number: usize, password: &str) -> (Visitor, String) {
    let mut visitor = program.visitor();
    let answer = sign_in(&mut visitor, &username(number), password).await;
    assert_eq!(answer.location().as_deref(), Some("/home"), "{}", answer.text);
    let csrf = visitor.open("/home").await.hidden("csrf").unwrap();
    (visitor, csrf)
}

/// Whether a password opens the account, in a browser that was never here.
pub async fn opens(program: &Program, number: usize, password: &str) -> bool {
    let answer = sign_in(&mut program.visitor(), &username(number), password).await;
    assert_eq!(answer.status, Some(303), "{}", answer.text);
    answer.location().as_deref() == Some("/home")
}

pub async fn ask_reset(visitor: &mut Visitor, login: &str) -> Answer {
    visitor.submit("/api/reset/request", &[("login", login), ("robot", "on")]).await
}

/// Waits until so many mails lie in the folder that went to this address, and gives them.
pub async fn mails_to(program: &Program, to: &str, at_least: usize) -> Vec<Mail> {
    until("mailed", async || mailed(program, to).len() >= at_least).await;
    mailed(program, to)
}

fn mailed(program: &Program, to: &str) -> Vec<Mail> {
    let folder = program.path("mail");
    if !folder.exists() {
        return Vec::new();
    }
    mails(&folder).into_iter().filter(|mail| mail.to == to).collect()
}

/// *forgot password?* and the mail that comes of it: the one that was not there before, because mails of one second lie
/// in the folder in no order.
pub async fn reset_mail(program: &Program, visitor: &mut Visitor, number: usize) -> Mail {
    let to = email(number);
    let before: Vec<String> = mailed(program, &to).into_iter().map(|mail| mail.id).collect();
    let answer = ask_reset(visitor, &username(number)).await;
    assert_eq!(answer.location().as_deref(), Some("/forgot-password/sent"), "{}", answer.text);
    let new = || mailed(program, &to).into_iter().find(|mail| mail.token().is_some() && !before.contains(&mail.id));
    until("mailed", async || new().is_some()).await;
    new().unwrap()
}

/// *Lookup* and the mail that comes of it.
pub async fn claim_mail(program: &Program, visitor: &mut Visitor, number: usize) -> Mail {
    let answer = visitor.submit("/api/claim/lookup", &lookup(&ssn(number))).await;
    assert_eq!(answer.location().as_deref(), Some("/claim/sent"), "{}", answer.text);
    mails_to(program, &email(number), 1).await.into_iter().rfind(|mail| mail.token().is_some()).unwrap()
}

/// Every row of these tables; of all without any.
pub async fn dump(program: &Program, tables: &[&str]) -> String {
    let database = program.database().await;
    let query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let all: Vec<String> = sqlx::query_scalar(query).fetch_all(&database).await.unwrap();
    let mut dump = String::new();
    for table in all.iter().filter(|table| tables.is_empty() || tables.contains(&table.as_str())) {
        let query = "SELECT name FROM pragma_table_info(?)";
        let columns: Vec<String> = sqlx::query_scalar(query).bind(table).fetch_all(&database).await.unwrap();
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let query = format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || '|' || "));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&database).await.unwrap();
        for row in rows {
            let _ = writeln!(dump, "{table}: {row}");
        }
    }
    database.close().await;
    dump
}

/// Waits until the worker has done all jobs and sent all mails.
pub async fn at_rest(program: &Program) {
    let database = program.database().await;
    let waiting = "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM mail WHERE due IS NOT NULL)";
    until("at rest", async || sqlx::query_scalar::<_, i64>(waiting).fetch_one(&database).await.unwrap() == 0).await;
    database.close().await;
}
