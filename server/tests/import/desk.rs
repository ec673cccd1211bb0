//! Imports at the desk of the program itself: a large file that comes in as a stream, one that is broken off, and people
//! who sign in while a roster is imported.

use std::path::Path;
use std::time::Duration;

use backboard::service::desk::second::code_at;
use backboard::service::ports::Clock as _;
use server::clock::SystemClock;
use testkit::program::{Plan, Program, Visitor, mails, until};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

const EMAIL: &str = "sam@office.example";
const PASSWORD: &str = "seven herons over a quiet weir";
const BOUNDARY: &str = "boundary-of-a-form";
const MB: usize = 1024 * 1024;

/// A program with a supervisor at its desk, and the token of the session's forms.
async fn desk(plan: &Plan) -> (Program, Visitor, String) {
    let mut program = Program::prepare(env!("CARGO_BIN_EXE_backboard").as_ref(), plan).await;
    program.run(&["staff", "invite", "--email", EMAIL, "--role", "supervisor", "--name", "Sam"]).await;
    program.start().await;
    let folder = program.path("mail");
    until("invited", async || mails(&folder).iter().any(|mail| mail.to == EMAIL)).await;
    let mail = mails(&folder).into_iter().find(|mail| mail.to == EMAIL).unwrap();
    let (_, token) = mail.text.split_once("/desk/link/").unwrap();
    let token: String = token.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let mut visitor = program.visitor();
    let fields = [("token", token.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)];
    let answer = visitor.submit("/api/desk/password/set", &fields).await;
    assert_eq!(answer.header("location").as_deref(), Some("/desk/enrol"), "{}", answer.text);
    let page = visitor.open("/desk/enrol").await.text;
    let key = page.split("id=\"key\"").nth(1).unwrap().split('>').nth(1).unwrap().split('<').next().unwrap().to_owned();
    let code = code_at(&base32(&key), SystemClock.now()).unwrap();
    let answer = visitor.submit("/api/desk/second/enrol", &[("second", &code)]).await;
    assert_eq!(answer.header("location").as_deref(), Some("/desk/recovery"), "{}", answer.text);
    let csrf = between(&visitor.open("/desk").await.text, "name=\"csrf\" value=\"", "\"");
    (program, visitor, csrf)
}

/// RFC 4648, as an authenticator's key is written.
fn base32(key: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in key.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        held = (held << 5) | u32::try_from(value).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).unwrap());
        }
    }
    bytes
}

fn between(text: &str, before: &str, after: &str) -> String {
    text.split_once(before).unwrap().1.split(after).next().unwrap().to_owned()
}

/// Posts a form with a file of so many bytes in which a line comes again and again, piece by piece; `sent` of it, all
/// unless told otherwise. Where the answer leads.
async fn upload(
    visitor: &mut Visitor,
    csrf: &str,
    first: &str,
    line: &str,
    bytes: usize,
    sent: usize,
) -> Option<String> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"roster\"; filename=\"large.csv\"\r\n\r\n{first}"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let length = head.len() + bytes + tail.len();
    let request = format!(
        "POST /api/desk/import/upload HTTP/1.1\r\n{}content-type: multipart/form-data; boundary={BOUNDARY}\r\n\
         sec-fetch-site: same-origin\r\ncontent-length: {length}\r\n\r\n{head}",
        visitor.head()
    );
    let mut stream = visitor.send(request.as_bytes()).await;
    let piece: Vec<u8> = line.bytes().cycle().take(MB - MB % line.len()).collect();
    let mut left = sent;
    while left > 0 {
        let next = piece.get(..left.min(piece.len())).unwrap();
        if stream.write_all(next).await.is_err() {
            break;
        }
        left -= next.len();
    }
    if sent < bytes {
        return None;
    }
    let _ = stream.write_all(tail.as_bytes()).await;
    visitor.receive(stream).await.header("location")
}

fn files(folder: &Path) -> usize {
    folder.read_dir().map_or(0, Iterator::count)
}

async fn states(program: &Program) -> Vec<String> {
    let database = program.database().await;
    let states = sqlx::query_scalar("SELECT state FROM import_job ORDER BY id").fetch_all(&database).await.unwrap();
    database.close().await;
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_megabytes_come_in_without_being_held_and_sixty_five_are_refused() {
    let (mut program, mut visitor, csrf) = desk(&Plan::default()).await;
    let folder = program.path("data/imports");
    let line = "no,roster,at,all\n";
    let small = upload(&mut visitor, &csrf, "", line, 1_024, 1_024).await.unwrap();
    assert!(small.starts_with("/desk/import/") && !small.contains('#'), "{small}");
    until("refused", async || states(&program).await == ["refused"]).await;
    let before = program.memory("VmHWM");
    let large = upload(&mut visitor, &csrf, "", line, 50 * MB, 50 * MB).await.unwrap();
    assert!(large.starts_with("/desk/import/") && !large.contains('#'), "{large}");
    until("refused", async || states(&program).await == ["refused", "refused"]).await;
    let after = program.memory("VmHWM");
    println!(
        "peak memory after 1 KB: {before} KiB; after 50 MB: {after} KiB, {:.2} times",
        after as f64 / before as f64
    );
    assert!(after - before < 16 * 1024, "{before} KiB became {after}");
    // The answer comes, although the browser is told only when it has sent everything.
    let refused = upload(&mut visitor, &csrf, "", line, 65 * MB, 65 * MB).await;
    assert_eq!(refused.as_deref(), Some("/desk/import#problems"));
    assert!(visitor.open("/desk/import").await.text.contains("The file is larger"));
    assert!(program.memory("VmHWM") - before < 16 * 1024);
    // Broken off in the middle: nothing stays.
    upload(&mut visitor, &csrf, "", line, 20 * MB, 10 * MB).await;
    until("nothing left", async || files(&folder) == 0).await;
    assert_eq!(states(&program).await.len(), 2);
    // Killed in the middle: what came is removed at the next start.
    let begun = tokio::spawn({
        let (mut visitor, csrf) = (visitor.clone(), csrf.clone());
        async move {
            upload(&mut visitor, &csrf, "", "no,roster\n", 60 * MB, 30 * MB).await;
            std::future::pending::<()>().await;
        }
    });
    until("some came", async || files(&folder) == 1).await;
    program.kill().await;
    begun.abort();
    assert_eq!(files(&folder), 1);
    program.start().await;
    until("swept", async || files(&folder) == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_while_a_roster_is_imported() {
    let (program, mut visitor, csrf) = desk(&Plan::default()).await;
    program.run(&["roster", "generate", "--people", "8000", "--seed", "5", "--out", "june.csv"]).await;
    let roster = std::fs::read_to_string(program.path("june.csv")).unwrap();
    let page = upload(&mut visitor, &csrf, &roster, "\n", 0, 0).await;
    // The file stands in the head of the form: see `first`.
    let page = page.unwrap();
    until("checked", async || states(&program).await == ["checked"]).await;
    let shown = visitor.open(&page).await.text;
    assert!(shown.contains("Import these changes"), "{shown}");
    let address = program.address;
    let sign_in = async || {
        let fields = [("username", "nobody.there"), ("password", "Kestrel&42rows")];
        let begun = Instant::now();
        let answer = Visitor::new(address).submit("/api/sign-in/password", &fields).await;
        assert_eq!(answer.status, Some(303), "{}", answer.text);
        assert!(!answer.text.contains("busy"));
        begun.elapsed()
    };
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(sign_in().await);
    }
    let number = page.rsplit('/').next().unwrap().to_owned();
    let fields = [("import", number.as_str()), ("reason", "the roster of June"), ("csrf", csrf.as_str())];
    let answer = visitor.submit("/api/desk/import/begin", &fields).await;
    assert_eq!(answer.header("location"), Some(page.clone()), "{}", answer.text);
    until("importing", async || states(&program).await == ["importing"]).await;
    let (mut busy, begun) = (Vec::new(), Instant::now());
    while states(&program).await == ["importing"] {
        busy.push(sign_in().await);
    }
    assert_eq!(states(&program).await, ["done"]);
    assert!(!busy.is_empty(), "the import was over before anybody signed in");
    for times in [&mut idle, &mut busy] {
        times.sort_unstable();
    }
    let of = |times: &[Duration], share: f64| *times.get(((times.len() - 1) as f64 * share) as usize).unwrap();
    println!(
        "import of 8,000 people in {:?}; sign-in idle {:?} (slowest {:?}), meanwhile {:?} (slowest {:?}, {} of them)",
        begun.elapsed(),
        of(&idle, 0.5),
        of(&idle, 1.0),
        of(&busy, 0.5),
        of(&busy, 1.0),
        busy.len()
    );
    let done = visitor.open(&page).await.text;
    assert!(done.contains("The roster is imported.") && !done.to_lowercase().contains("refresh: "), "{done}");
}
