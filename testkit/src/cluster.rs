//! A PostgreSQL server of the tests' own, from Debian's `postgresql`: on a socket in a folder of its own, open to nobody
//! else. The test processes of one run share one that is durable to no crash of the machine, each test in a database of
//! its own; when none of them has been there for a minute, it is stopped and its data removed. A test that stops and
//! starts the server has one for itself, as durable as PostgreSQL is by itself.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on stops at once")]

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// The role that owns everything; the socket asks for no password.
const ROLE: &str = "postgres";
const SETTINGS: &str =
    "listen_addresses = ''\nmax_connections = 300\nshared_buffers = 64MB\nlog_min_messages = fatal\n";
/// Of the server that many tests share: it is faster, and its data are worth nothing.
const HASTE: &str = "fsync = off\nfull_page_writes = off\nautovacuum = off\n";
/// Stops the server when nobody has held `users` for twelve looks in a row, and ends when the folder is gone; `start` keeps
/// out who is about to begin.
const WATCH: &str = r#"
idle=0
while [ "$idle" -lt 12 ]; do
  sleep 5
  [ -e "$1/users" ] || exit 0
  if flock --exclusive --nonblock "$1/users" true; then idle=$((idle + 1)); else idle=0; fi
done
exec 9>"$1/start"
flock --exclusive 9
if flock --exclusive --nonblock "$1/users" true; then
  kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"
  rm -rf "$1/data"
fi
"#;

/// A database of one test. It is dropped with the value, whoever is still connected.
pub struct OwnDatabase {
    name: String,
    folder: PathBuf,
    _user: File,
    /// Where the server is this test's alone.
    alone: Option<TempDir>,
}

impl OwnDatabase {
    /// An empty one, on the server that is there or is begun now.
    #[must_use]
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let folder = folder();
        DirBuilder::new().recursive(true).mode(0o755).create(&folder).unwrap();
        let user = used(&folder, HASTE);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let database = Self { name, folder, _user: user, alone: None };
        database.ask("postgres", &format!("DROP DATABASE IF EXISTS {0} WITH (FORCE)", database.name));
        database.ask("postgres", &format!("CREATE DATABASE {} TEMPLATE template0", database.name));
        database
    }

    /// An empty one, on a server of its own, which may be stopped and started.
    #[must_use]
    pub fn alone() -> Self {
        let alone = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let folder = alone.path().to_owned();
        let user = used(&folder, "");
        let database = Self { name: "alone".to_owned(), folder, _user: user, alone: Some(alone) };
        database.ask("postgres", "CREATE DATABASE alone TEMPLATE template0");
        database
    }

    /// As `database.url` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{ROLE}@localhost/{}?host={}", self.name, self.folder.display())
    }

    /// Ends its own server in the middle of everything, as a crash does: what it has not written down is lost.
    pub fn crash(&self) {
        assert!(self.alone.is_some(), "others are on this server");
        stop(&self.folder);
    }

    /// Starts it again. It answers when this returns.
    pub fn start(&self) {
        start(&self.folder);
    }

    fn ask(&self, database: &str, statement: &str) {
        let mut psql = Command::new(tool("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--username", ROLE, "--dbname", database, "--command", statement]);
        let output = psql.arg("--host").arg(&self.folder).output().unwrap();
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Default for OwnDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        if self.alone.is_some() {
            if is_ready(&self.folder) {
                stop(&self.folder);
            }
        } else if !std::thread::panicking() {
            self.ask("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Begins the server of a folder unless it is there; it stays as long as the value lives.
fn used(folder: &Path, more: &str) -> File {
    let user = lock_file(&folder.join("users"));
    user.lock_shared().unwrap();
    let starting = lock_file(&folder.join("start"));
    starting.lock().unwrap();
    if !folder.join("data/postmaster.pid").exists() || !is_ready(folder) {
        begin(folder, more);
    }
    user
}

/// One for each user of the machine: a server runs as whoever began it.
fn folder() -> PathBuf {
    let owner = std::fs::metadata("/proc/self").unwrap().uid();
    std::env::temp_dir().join(format!("backboard-postgres-{owner}"))
}

fn lock_file(path: &Path) -> File {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap()
}

/// Of Debian's newest server, or what stands on the path.
fn tool(name: &str) -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut versions: Vec<PathBuf> = installed.map(|entry| entry.path().join("bin").join(name)).collect();
    versions.retain(|path| path.exists());
    versions.sort();
    versions.pop().unwrap_or_else(|| name.into())
}

/// PostgreSQL refuses to run as root: there it runs as the user that its package makes.
fn command(name: &str) -> Command {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Command::new(tool(name));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", ROLE, "--regid", ROLE, "--clear-groups"]).arg(tool(name));
    command
}

fn is_ready(folder: &Path) -> bool {
    let mut asked = Command::new(tool("pg_isready"));
    asked.arg("--quiet").arg("--host").arg(folder).status().unwrap().success()
}

fn begin(folder: &Path, more: &str) {
    let data = folder.join("data");
    if data.exists() {
        std::fs::remove_dir_all(&data).unwrap();
    }
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        run(Command::new("chown").arg(ROLE).arg(folder));
    }
    let mut initdb = command("initdb");
    initdb.args(["--username", ROLE, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]);
    run(initdb.arg("--pgdata").arg(&data).stdout(Stdio::null()));
    let settings = format!("{SETTINGS}{more}unix_socket_directories = '{}'\n", folder.display());
    std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
    start(folder);
    let mut watch = Command::new("setsid");
    watch.args(["--fork", "sh", "-c", WATCH, "watch"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    run(&mut watch);
}

fn start(folder: &Path) {
    let mut start = command("pg_ctl");
    start.args(["start", "--wait", "--silent", "--pgdata"]).arg(folder.join("data"));
    run(start.arg("--log").arg(folder.join("data/log")).stdout(Stdio::null()));
}

fn stop(folder: &Path) {
    let mut stop = command("pg_ctl");
    run(stop.args(["stop", "--silent", "--mode", "immediate", "--pgdata"]).arg(folder.join("data")));
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).current_dir("/").status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
