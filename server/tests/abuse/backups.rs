//! L. Backups: taken under load, and what one revives that is put back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use backboard::identity::Email;
use backboard::password::Password;
use backboard::service::desk::second::code_at;
use backboard::service::desk::staff::Seat;
use backboard::service::ports::Clock as _;
use backboard::staff::Role;
use server::clock::SystemClock;
use server::config::Config;
use server::running::Parts;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use testkit::program::{Answer, Mail, Plan, Program, Visitor, mails};
use tokio::task::JoinSet;

use crate::bench::{begin, binary, figure, is_long};
use crate::people::{
    ANOTHER, PASSWORD, ask_reset, at_rest, claim_mail, count, email, give_password, mails_to, opens, reset_mail, row,
    row_at, rows, sign_in, signed_in, username,
};
use crate::proof::prove;

const STAFFER: &str = "helen@office.example";
const STAFF_PASSWORD: &str = "Sixteen-cormorants-27";
const KEY: [u8; 20] = [7; 20];

/// A member of staff with a password and an authenticator.
async fn seat(program: &Program) {
    let config = Config::load(Some(&program.path("backboard.toml")), []).unwrap();
    let parts = Parts::open(&config).await.unwrap();
    let (email, password) = (Email::parse(STAFFER).unwrap(), Password::parse(STAFF_PASSWORD).unwrap());
    let seat = Seat { email: &email, name: "Helen", role: Role::Helpdesk, password: &password, key: &KEY };
    parts.portal().unwrap().staff_seat(seat).await.unwrap();
    parts.store.close().await;
}

async fn sign_in_at_desk(visitor: &mut Visitor, code: &str) -> Answer {
    let fields = [("email", STAFFER), ("password", STAFF_PASSWORD)];
    let answer = visitor.submit("/api/desk/sign-in", &fields).await;
    assert_eq!(answer.location().as_deref(), Some("/desk/second"), "{}", answer.text);
    visitor.submit("/api/desk/second", &[("second", code)]).await
}

fn temporary(mail: &Mail) -> Option<String> {
    Some(mail.text.split_once("Your temporary password:")?.1.trim_start().lines().next()?.trim().to_owned())
}

async fn ask_with_proof(visitor: &mut Visitor, login: &str, proof: &str) -> Answer {
    let fields = [("login", login), ("robot", "on"), ("captcha", proof)];
    visitor.clone().scripted().submit("/api/reset/request", &fields).await
}

/// Everything that opens something, from before the backup; half of it is used up after it.
struct Before {
    member: Visitor,
    link: String,
    code: String,
    coded: Visitor,
    temporary: String,
    desk: Visitor,
    spent: String,
    unspent: String,
}

impl Before {
    async fn live(program: &Program) -> Self {
        give_password(program, 0..5, PASSWORD).await;
        let (member, _) = signed_in(program, 0, PASSWORD).await;
        let link = reset_mail(program, &mut program.visitor(), 1).await.token().unwrap();
        let mut coded = program.visitor();
        let code = reset_mail(program, &mut coded, 2).await.code().unwrap();
        program.run(&["account", "temporary-password", &username(3)]).await;
        // The request wakes the worker, who then sends what the command queued too.
        ask_reset(&mut program.visitor(), "nobody").await;
        at_rest(program).await;
        let temporary = mails_to(program, &email(3), 1).await.iter().find_map(temporary).unwrap();
        let mut desk = program.visitor();
        let code_now = code_at(&KEY, SystemClock.now()).unwrap();
        assert_eq!(sign_in_at_desk(&mut desk, &code_now).await.location().as_deref(), Some("/desk"));
        let (spent, unspent) = (prove(&mut program.visitor()).await, prove(&mut program.visitor()).await);
        assert_eq!(desk.open("/desk").await.status, Some(200));
        Self { member, link, code, coded, temporary, desk, spent, unspent }
    }

    /// What happens after the backup, and is lost with it.
    async fn use_up(&mut self, program: &Program) {
        let set = [("password", ANOTHER), ("password_again", ANOTHER)];
        let mut visitor = program.visitor();
        let started = visitor.submit("/api/reset/start", &[("token", &self.link)]).await;
        assert_eq!(started.location().as_deref(), Some("/reset/password"), "{}", started.text);
        let done = visitor.submit("/api/reset/password", &set).await;
        assert_eq!(done.location().as_deref(), Some("/reset/done"), "{}", done.text);
        let mut visitor = program.visitor();
        let answer = sign_in(&mut visitor, &username(3), &self.temporary).await;
        assert_eq!(answer.location().as_deref(), Some("/change-password"), "{}", answer.text);
        let asked = ask_with_proof(&mut program.visitor(), "nobody", &self.spent).await;
        assert_eq!(asked.status, Some(200), "{}", asked.text);
        at_rest(program).await;
    }

    /// None of it opens anything, and each says what can be done.
    async fn is_void(&mut self, program: &Program) {
        let home = self.member.open("/home").await;
        assert_eq!(home.location().as_deref().map(|place| place.starts_with("/sign-in")), Some(true), "{}", home.text);
        let page = program.visitor().open(&format!("/link/{}", self.link)).await;
        assert!(page.body().contains("does not work any more"), "{}", page.text);
        assert!(page.body().contains("/forgot-password"), "it offers a new mail: {}", page.text);
        let started = program.visitor().scripted().submit("/api/reset/start", &[("token", &self.link)]).await;
        assert_eq!(started.status, Some(422), "{}", started.text);
        let coded = self.coded.clone().scripted().submit("/api/reset/code", &[("code", &self.code)]).await;
        assert_eq!(coded.status, Some(422), "{}", coded.text);
        let answer = sign_in(&mut program.visitor().scripted(), &username(3), &self.temporary).await;
        assert_eq!(answer.status, Some(422), "{}", answer.text);
        let desk = self.desk.open("/desk").await;
        assert_eq!(
            desk.location().as_deref().map(|place| place.starts_with("/desk/sign-in")),
            Some(true),
            "{}",
            desk.text
        );
        // A code that may have been typed since the backup was taken.
        let code_now = code_at(&KEY, SystemClock.now()).unwrap();
        let second = sign_in_at_desk(&mut program.visitor(), &code_now).await;
        assert_ne!(second.location().as_deref(), Some("/desk"), "{}", second.text);
        for proof in [&self.spent, &self.unspent] {
            let asked = ask_with_proof(&mut program.visitor(), "nobody", proof).await;
            assert_eq!(asked.status, Some(422), "{}", asked.text);
        }
    }
}

/// What was possible then is possible again, and works.
async fn owners_get_in(program: &Program) {
    assert!(opens(program, 1, PASSWORD).await, "the password of then");
    let mut visitor = program.visitor();
    let token = reset_mail(program, &mut visitor, 2).await.token().unwrap();
    visitor.submit("/api/reset/start", &[("token", &token)]).await;
    let done = visitor.submit("/api/reset/password", &[("password", ANOTHER), ("password_again", ANOTHER)]).await;
    assert_eq!(done.location().as_deref(), Some("/reset/done"), "{}", done.text);
    assert!(opens(program, 2, ANOTHER).await);
    let asked = ask_with_proof(&mut program.visitor(), "nobody", &prove(&mut program.visitor()).await).await;
    assert_eq!(asked.status, Some(200), "{}", asked.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l10_a_backup_that_is_put_back_revives_nothing() {
    let mut program = Program::prepare(&binary(), &Plan { rows: rows(6), ..Plan::default() }).await;
    seat(&program).await;
    program.start().await;
    let mut before = Before::live(&program).await;
    program.run(&["backup", "copy.db"]).await;
    before.use_up(&program).await;
    assert!(program.stop().await.success());
    let said = program.run(&["restore", "copy.db", "--replace"]).await;
    let said = String::from_utf8(said.stdout).unwrap();
    program.start().await;
    before.is_void(&program).await;
    owners_get_in(&program).await;
    program.run(&["audit", "verify"]).await;
    let voided = said.lines().find(|line| line.contains("Void from now on")).unwrap();
    for what in ["1 session,", "links", "1 temporary password", "1 session at the desk"] {
        assert!(voided.contains(what), "{voided}");
    }
    figure("L10", &format!("restored: {voided} None of them opens anything; owners reset and sign in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l10_a_backup_that_is_copied_back_by_hand_revives_nothing_either() {
    let mut program = Program::prepare(&binary(), &Plan { rows: rows(6), ..Plan::default() }).await;
    seat(&program).await;
    program.start().await;
    let mut before = Before::live(&program).await;
    program.run(&["backup", "copy.db"]).await;
    before.use_up(&program).await;
    for round in 2..4 {
        assert!(program.stop().await.success());
        fs::copy(program.path("copy.db"), program.path("data/backboard.db")).unwrap();
        program.start().await;
        before.is_void(&program).await;
        let restored = count(&program, "SELECT count(*) FROM audit WHERE action = 'restored'").await;
        assert_eq!(restored, 1, "round {round}");
    }
    owners_get_in(&program).await;
    program.run(&["audit", "verify"]).await;
    assert!(program.logged().contains("a backup was put back"));
    figure("L10", "copied back with cp, twice: void before the first request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l10_after_a_restore_no_mail_with_a_way_in_is_sent_and_notices_keep_their_message_ids() {
    let mut program = Program::prepare(&binary(), &Plan { rows: rows(3), ..Plan::default() }).await;
    give_password(&program, 0..3, PASSWORD).await;
    // Nobody sends them: the portal does not run.
    program.import(&format!("{}{}", row_at(0, "active", "elsewhere@example.org"), row(1, "active"))).await;
    program.run(&["account", "temporary-password", &username(1)]).await;
    program.run(&["backup", "copy.db"]).await;
    program.start().await;
    at_rest(&program).await;
    let sent = |program: &Program| -> BTreeMap<String, String> {
        mails(&program.path("mail")).into_iter().map(|mail| (mail.id, mail.to)).collect()
    };
    let first = sent(&program);
    assert!(program.stop().await.success());
    fs::rename(program.path("mail"), program.path("mail-before")).unwrap();
    let said = program.run(&["restore", "copy.db", "--replace"]).await;
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("1 waiting mail with a link or code"), "{said}");
    program.start().await;
    at_rest(&program).await;
    let again = sent(&program);
    assert!(mails(&program.path("mail")).iter().all(|mail| temporary(mail).is_none()), "a temporary password was sent");
    let notices: BTreeMap<String, String> = first.clone().into_iter().filter(|(_, to)| *to != email(1)).collect();
    assert_eq!(again, notices, "of {first:?}");
    assert_eq!(notices.len(), 2, "the old address and the new one");
    let failed = "SELECT count(*) FROM mail WHERE why = 'restored' AND sealed IS NULL AND due IS NULL AND sent IS NULL";
    assert_eq!(count(&program, failed).await, 1);
    figure("L10", "waiting mails: 1 with a temporary password given up, 2 notices sent again under their Message-IDs");
}

/// What a copy says of itself.
async fn rows_in(copy: &Path, query: &'static str) -> i64 {
    let copy = SqlitePool::connect_with(SqliteConnectOptions::new().filename(copy)).await.unwrap();
    let rows = sqlx::query_scalar(query).fetch_one(&copy).await.unwrap();
    copy.close().await;
    rows
}

/// What was answered, each where the copy can be asked for it.
#[derive(Default)]
struct Ledger {
    signed_in: AtomicUsize,
    asked: AtomicUsize,
    claimed: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l10_a_backup_taken_under_load_is_whole_and_holds_everything_that_was_answered_before() {
    const PEOPLE: usize = 60;
    let copies = if is_long() { 40 } else { 6 };
    let mut program = begin(&Plan { rows: rows(PEOPLE), ..Plan::default() }).await;
    give_password(&program, 0..4, PASSWORD).await;
    let (ledger, over) = (Arc::new(Ledger::default()), Arc::new(AtomicBool::new(false)));
    let mut crowd = JoinSet::new();
    let visitor = program.visitor();
    for number in 0..4 {
        let (ledger, over, visitor) = (Arc::clone(&ledger), Arc::clone(&over), visitor.clone());
        crowd.spawn(async move {
            let mut login = 0;
            while !over.load(Ordering::SeqCst) {
                let answer = sign_in(&mut visitor.clone(), &username(number), PASSWORD).await;
                let is_in = answer.location().as_deref() == Some("/home");
                ledger.signed_in.fetch_add(usize::from(is_in), Ordering::SeqCst);
                // Another one each time: so many of one would be told to wait.
                login += 1;
                let asked = ask_reset(&mut visitor.clone(), &format!("nobody{number}.{login}")).await;
                let is_asked = asked.location().as_deref() == Some("/forgot-password/sent");
                ledger.asked.fetch_add(usize::from(is_asked), Ordering::SeqCst);
            }
        });
    }
    let taken = async {
        let mut taken = Vec::new();
        for number in 0..copies {
            // One more whole claim between two copies.
            let mut visitor = program.visitor();
            let token = claim_mail(&program, &mut visitor, 4 + number).await.token().unwrap();
            visitor.submit("/api/claim/start", &[("token", &token)]).await;
            let set = [("password", PASSWORD), ("password_again", PASSWORD)];
            let done = visitor.submit("/api/claim/password", &set).await;
            assert_eq!(done.location().as_deref(), Some("/home"), "{}", done.text);
            ledger.claimed.fetch_add(1, Ordering::SeqCst);
            let answered =
                [&ledger.signed_in, &ledger.asked, &ledger.claimed].map(|count| count.load(Ordering::SeqCst));
            let name = format!("copy{number}.db");
            program.run(&["backup", &name]).await;
            taken.push((program.path(&name), answered));
        }
        taken
    };
    let taken = taken.await;
    over.store(true, Ordering::SeqCst);
    while let Some(done) = crowd.join_next().await {
        done.unwrap();
    }
    assert!(program.stop().await.success());
    let mut last = [0; 3];
    for (copy, answered) in &taken {
        let kept = [
            "SELECT count(*) FROM session",
            "SELECT count(*) FROM flow WHERE purpose = 'reset'",
            "SELECT count(*) FROM audit WHERE action = 'claimed'",
        ];
        for ((query, answered), last) in kept.into_iter().zip(answered).zip(&mut last) {
            let rows = usize::try_from(rows_in(copy, query).await).unwrap();
            assert!(rows >= *answered, "{}: {query}: {rows} of {answered}", copy.display());
            *last = rows;
        }
        let copied = "SELECT count(*) FROM epoch WHERE copied IS NOT NULL";
        assert_eq!(rows_in(copy, copied).await, 1);
        // Each becomes a database that verifies.
        program.run(&["restore", copy.to_str().unwrap(), "--replace"]).await;
        program.run(&["audit", "verify"]).await;
    }
    assert!(!program.logged().contains("panicked") && !program.logged().contains("database is locked"));
    let signed_in = ledger.signed_in.load(Ordering::SeqCst);
    assert!(last[0] > copies && last[1] > copies, "there was no load: {last:?}");
    figure(
        "L10",
        &format!(
            "{copies} backups while {signed_in} signed in and {} asked: each whole and verified, with everything answered \
             before (the last: {last:?})",
            ledger.asked.load(Ordering::SeqCst)
        ),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l10_a_backup_that_is_killed_leaves_its_name_free_or_whole_and_the_portal_alone() {
    let kills = if is_long() { 200 } else { 24 };
    let mut program = begin(&Plan { rows: rows(1), ..Plan::default() }).await;
    program.run(&["roster", "generate", "--people", "3000", "--out", "many.csv"]).await;
    program.run(&["import", "many.csv"]).await;
    give_password(&program, [0], PASSWORD).await;
    let (mut whole, mut free, mut hidden) = (0, 0, 0);
    for kill in 0..kills {
        let name = format!("copy{kill}.db");
        let mut child = program.command(&["backup", &name]).spawn().unwrap();
        // Later and later, so that some fall at every step.
        let until = Duration::from_millis(10 + 300 * kill / kills);
        let _ = tokio::time::timeout(until, child.wait()).await;
        let _ = child.start_kill();
        let _ = child.wait().await.unwrap();
        hidden += usize::from(program.path(&format!(".{name}.part")).exists());
        if program.path(&name).exists() {
            assert_eq!(rows_in(&program.path(&name), "SELECT count(*) FROM epoch WHERE copied > 0").await, 1);
            assert!(rows_in(&program.path(&name), "SELECT count(*) FROM person").await > 3_000);
            whole += 1;
        } else {
            free += 1;
            // What was left behind is in nobody's way.
            program.run(&["backup", &name]).await;
            assert!(!program.path(&format!(".{name}.part")).exists());
        }
        assert!(opens(&program, 0, PASSWORD).await);
    }
    assert!(free > 0, "every kill came too late");
    let database = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'";
    assert_eq!(count(&program, database).await, 1);
    assert!(program.stop().await.success());
    program.run(&["audit", "verify"]).await;
    figure(
        "L10",
        &format!(
            "{kills} backups killed: {whole} were done and whole, {free} left their name free ({hidden} a hidden file, used anew)"
        ),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a file system of its own: script/abuse --long"]
async fn l10_without_room_a_backup_is_refused_and_a_restore_changes_nothing() {
    let program = Program::prepare(&binary(), &Plan { rows: rows(1), ..Plan::default() }).await;
    program.run(&["roster", "generate", "--people", "2000", "--out", "many.csv"]).await;
    program.run(&["import", "many.csv"]).await;
    program.run(&["backup", "copy.db"]).await;
    let within = async |script: &str| {
        let mut shell = tokio::process::Command::new("unshare");
        shell.args(["--map-root-user", "--mount", "sh", "-c", script]).arg(binary());
        let output = shell.current_dir(program.folder.path()).env("RUST_LOG", "off").output().await.unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let small = "mkdir -p full && mount -t tmpfs -o size=512k,mode=700 none full && ";
    let (left, said) = within(&format!("{small} \"$0\" backup full/copy.db; ls -A full")).await;
    assert!(said.contains("has no room for the copy") && left.trim().is_empty(), "{said}{left}");
    // The database's own disk, as good as full.
    let script = "cp -a data kept && mount -t tmpfs -o size=2m,mode=700 none data && cp -a kept/. data/ && \
                  \"$0\" restore copy.db --replace; ls -A data && cmp data/backboard.db kept/backboard.db && echo same";
    let (left, said) = within(script).await;
    assert!(said.contains("has no room"), "{said}");
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["backboard.db", "same"], "{said}");
    figure("L10", "no room: one sentence, no file, and a restore leaves the database as it was");
}
