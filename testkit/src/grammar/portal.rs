//! A real `backboard serve` with real people in it, and what must hold of it in the end.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mail_parser::MessageParser;
use tokio::process::{Child, Command};

use super::request::Made;
use super::wire::{Answer, Connection, Heard};
use super::words::{Session, World, listed};
use super::{Report, Settings};

/// What a run may add to the process: the hasher's arenas, caches of the database, buffers of connections.
const MORE_MEMORY: u64 = 96 * 1024;
/// Descriptors that come and go: the database's pool, the mail folder.
const MORE_FILES: usize = 12;
/// What may take a while on a busy machine: starting, and each step of preparing.
const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "Fjord-Lantern-92-Quill";

pub struct Portal {
    pub address: SocketAddr,
    pub world: World,
    admin: SocketAddr,
    folder: PathBuf,
    child: tokio::sync::Mutex<Child>,
    id: u32,
    _folder: tempfile::TempDir,
}

/// A process from outside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process {
    pub files: usize,
    /// Resident memory in KiB.
    pub memory: u64,
}

impl Portal {
    pub async fn start(settings: &Settings) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (address, admin) = (free()?, free()?);
        let (operations, pages) = listed()?;
        let count = settings.people * 3 + 20;
        write(folder.path(), address, admin, count)?;
        for arguments in [&["keys", "new"][..], &["import", "roster.csv"]] {
            command(&settings.program, folder.path(), arguments).await?;
        }
        // Before it serves: a running portal looks only once a minute for what another process has queued.
        for number in 0..settings.people * 2 {
            let arguments = ["account", "temporary-password", &username(number)];
            command(&settings.program, folder.path(), &arguments).await?;
        }
        let log = File::create(folder.path().join("log")).map_err(|error| error.to_string())?;
        let child = Command::new(&settings.program)
            .args(["serve", "--config", "backboard.toml"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", settings.program.display()))?;
        let id = child.id().ok_or("the portal ended at once")?;
        let usernames = (0..count).map(username).chain(["shared".to_owned()]).collect();
        let people = (0..count).map(|n| (last_name(n), "1984-02-29".to_owned(), ssn(n))).collect();
        let world = World {
            host: address.to_string(),
            operations,
            pages,
            sessions: Vec::new(),
            tokens: Vec::new(),
            usernames,
            people,
        };
        let (child, path) = (tokio::sync::Mutex::new(child), folder.path().to_owned());
        let mut portal = Self { address, world, admin, folder: path, child, id, _folder: folder };
        portal.wait().await?;
        portal.sign_people_in(settings).await?;
        portal.take_tokens(settings).await?;
        Ok(portal)
    }

    /// The process as it is now.
    pub fn measure(&self) -> Process {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap_or_default();
        let memory =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.id)).map_or(0, Iterator::count);
        Process { files, memory: memory.unwrap_or_default() }
    }

    /// Keeps the bytes of a request that was answered wrongly, and says where.
    pub fn keep(&self, number: u64, bytes: &[u8]) -> String {
        let path = std::env::temp_dir().join(format!("http-grammar-{}-{number}", self.id));
        match std::fs::write(&path, bytes) {
            Ok(()) => path.display().to_string(),
            Err(_) => String::from_utf8_lossy(bytes).chars().take(300).collect(),
        }
    }

    /// After the last request: sessions, health, memory, descriptors, log. Then the portal is stopped.
    pub async fn check(&self, report: &mut Report) -> Result<(), String> {
        report.sessions = (self.live_sessions().await, self.world.sessions.len());
        for _ in 0..50 {
            report.after = self.measure();
            if report.after.files <= report.before.files + MORE_FILES {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        // A run that ended early was never measured before.
        let is_measured = report.before.files > 0;
        let (before, after) = (report.before, report.after);
        if is_measured && after.memory > before.memory + MORE_MEMORY {
            report.findings.push(format!("the memory grew from {} to {} KiB", before.memory, after.memory));
        }
        if is_measured && after.files > before.files + MORE_FILES {
            report.findings.push(format!("{} descriptors were open, and now {}", before.files, after.files));
        }
        match self.get(self.admin, "/healthz", "").await {
            Some(answer) if answer.status == 200 => {}
            _ => report.findings.push("/healthz does not answer afterwards".to_owned()),
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let bad = log.lines().filter(|line| line.contains("panicked") || line.contains("\"level\":\"ERROR\""));
        for line in bad.take(5) {
            report.findings.push(format!("the log says: {}", line.chars().take(400).collect::<String>()));
        }
        let mut child = self.child.lock().await;
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("the portal ended: {status}"));
        }
        child.kill().await.map_err(|error| format!("the portal cannot be stopped: {error}"))
    }

    async fn live_sessions(&self) -> usize {
        let mut live = 0;
        for session in &self.world.sessions {
            let page = if session.change_only { "/change-password" } else { "/home" };
            let answer = self.get(self.address, page, &format!("__Host-session={}", session.cookie)).await;
            live += usize::from(answer.is_some_and(|answer| answer.status == 200));
        }
        live
    }

    async fn wait(&self) -> Result<(), String> {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.get(self.admin, "/healthz", "").await.is_some_and(|answer| answer.status == 200) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("the portal does not start: {log}"))
    }

    /// Temporary passwords for two kinds of people; one kind then has a password of its own, and a full session.
    async fn sign_people_in(&mut self, settings: &Settings) -> Result<(), String> {
        for number in 0..settings.people * 2 {
            let name = username(number);
            let mail = self.mail_to(&format!("{name}@example.org"), "temporary password").await?;
            let lines: Vec<&str> = mail.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let label = lines.iter().position(|line| line.to_lowercase().starts_with("your temporary password"));
            let temporary = label.and_then(|place| lines.get(place + 1)).copied().unwrap_or_default();
            let form = form(&[("username", &name), ("password", temporary)]);
            let answer = self.post("/api/sign-in/password", "", &form).await.ok_or("nobody can sign in")?;
            let cookie = session_of(&answer)
                .ok_or_else(|| format!("{name} cannot sign in: {} {}", answer.status, answer.text()))?;
            let csrf = self.csrf("/change-password", &cookie).await?;
            let mut session = Session { cookie, csrf, change_only: true };
            if number < settings.people {
                let fields = [
                    ("current_password", temporary),
                    ("password", PASSWORD),
                    ("password_again", PASSWORD),
                    ("csrf", &session.csrf),
                ];
                let cookies = format!("__Host-session={}", session.cookie);
                let answer =
                    self.post("/api/password/change", &cookies, &self::form(&fields)).await.ok_or("no change")?;
                let cookie = session_of(&answer).ok_or_else(|| format!("{name} has no session: {}", answer.text()))?;
                session = Session { csrf: self.csrf("/home", &cookie).await?, cookie, change_only: false };
            }
            self.world.sessions.push(session);
        }
        Ok(())
    }

    /// Links of mails that were asked for, and *This wasn't me* of the same.
    async fn take_tokens(&mut self, settings: &Settings) -> Result<(), String> {
        for number in settings.people * 2..settings.people * 3 {
            let name = username(number);
            let form = form(&[("login", &name), ("robot", "on"), ("captcha", "")]);
            self.post("/api/reset/request", "", &form).await.ok_or("no reset")?;
            let mail = self.mail_to(&format!("{name}@example.org"), "http").await?;
            for start in ["/link/", "/not-me/"] {
                let token = mail.split(start).nth(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
                });
                self.world.tokens.extend(token);
            }
        }
        Ok(())
    }

    /// The newest mail to an address that holds the words, as text.
    async fn mail_to(&self, to: &str, words: &str) -> Result<String, String> {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            let files = std::fs::read_dir(self.folder.join("mail")).into_iter().flatten().flatten();
            for file in files.filter(|file| file.path().extension().is_some_and(|kind| kind == "eml")) {
                let bytes = std::fs::read(file.path()).unwrap_or_default();
                let Some(mail) = MessageParser::default().parse(&bytes) else { continue };
                let address = mail.to().and_then(|to| to.first()).and_then(|to| to.address.as_deref());
                let text = mail.body_text(0).unwrap_or_default();
                if address == Some(to) && text.contains(words) {
                    return Ok(text.into_owned());
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("no mail to {to} arrived"))
    }

    async fn csrf(&self, page: &str, cookie: &str) -> Result<String, String> {
        let answer = self.get(self.address, page, &format!("__Host-session={cookie}")).await;
        let text = answer.map(|answer| answer.text()).unwrap_or_default();
        let found = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        found.map(str::to_owned).ok_or_else(|| format!("{page} has no form: {text}"))
    }

    async fn post(&self, path: &str, cookies: &str, form: &str) -> Option<Answer> {
        let lines = "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: application/json";
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\nCookie: {cookies}\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        );
        ask(self.address, request).await
    }

    async fn get(&self, address: SocketAddr, path: &str, cookies: &str) -> Option<Answer> {
        ask(address, format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookies}\r\n\r\n")).await
    }
}

async fn ask(address: SocketAddr, request: String) -> Option<Answer> {
    let mut connection = Connection::open(address).await.ok()?;
    match connection.ask(&Made::plain(request.into_bytes())).await {
        Heard::Answers(mut answers) => answers.pop(),
        Heard::Closed | Heard::Silent => None,
    }
}

fn session_of(answer: &Answer) -> Option<String> {
    answer.cookies().find(|(name, _)| name == "__Host-session").map(|(_, value)| value)
}

fn form(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

fn free() -> Result<SocketAddr, String> {
    let open = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    open.map_err(|error| format!("there is no free port: {error}"))
}

fn write(folder: &Path, address: SocketAddr, admin: SocketAddr, count: usize) -> Result<(), String> {
    let config = format!(
        "public_url = \"https://{address}\"\nlisten = \"{address}\"\nagency = \"demo\"\n\
         [database]\nurl = \"sqlite:data/backboard.db\"\n[keys]\nfile = \"keys/keys.toml\"\n\
         [mail]\ntransport = \"folder\"\nfolder = \"mail\"\n[proxy]\ntrusted = [\"127.0.0.1/32\"]\n\
         [admin]\nlisten = \"{admin}\"\n[limits]\nmultiply = 100000\n"
    );
    let mut roster = "person_id,last_name,first_name,date_of_birth,ssn,email,username,status\n".to_owned();
    for n in 0..count {
        let (name, status) = (username(n), if n < count - 20 { "active" } else { "" });
        roster += &format!("P-{n},{},Ana,1984-02-29,{},{name}@example.org,{name},{status}\n", last_name(n), ssn(n));
    }
    for (name, text) in [("backboard.toml", config), ("roster.csv", roster)] {
        std::fs::write(folder.join(name), text).map_err(|error| format!("{name} cannot be written: {error}"))?;
    }
    Ok(())
}

fn username(number: usize) -> String {
    format!("ana.grammar{number}")
}

fn last_name(number: usize) -> String {
    let names = ["O’Brien", "García Márquez", "Smith-Jones", "Null", "Muñoz", "De La Cruz"];
    names.get(number % names.len()).copied().unwrap_or_default().to_owned()
}

/// From the ranges that were never issued.
fn ssn(number: usize) -> String {
    format!("9{:02}-{:02}-{:04}", number % 100, 10 + number % 80, 1_000 + number)
}

async fn command(program: &Path, folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let ran = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output().await;
    let ran = ran.map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    if ran.status.success() {
        return Ok(());
    }
    Err(format!("{arguments:?} failed: {}", String::from_utf8_lossy(&ran.stderr)))
}
