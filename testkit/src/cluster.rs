//! A PostgreSQL server of the tests' own, from Debian's `postgresql`: on a socket in a folder of its own, open to nobody
//! else, durable to no crash, or, for who measures, as durable as it comes. The test processes of one run share it, each
//! test in a database of its own; when none of them has been there for a minute, it is stopped and its folder removed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The role that owns everything; the socket asks for no password.
const ROLE: &str = "postgres";
const SETTINGS: &str =
    "listen_addresses = ''\nmax_connections = 300\nshared_buffers = 64MB\nlog_min_messages = fatal\n";
/// What tests do without: nothing of theirs outlives them.
const FLEETING: &str = "fsync = off\nfull_page_writes = off\nautovacuum = off\n";
/// Stops the server when nobody has held `users` for twelve looks in a row; `start` keeps out who is about to begin.
const WATCH: &str = r#"
idle=0
while [ "$idle" -lt 12 ]; do
  sleep 5
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
}

impl OwnDatabase {
    /// An empty one, on the server that is there or is begun now.
    #[must_use]
    pub fn new() -> Self {
        Self::on(folder("postgres"), FLEETING)
    }

    /// The same on a server that keeps what it has said is saved, with PostgreSQL's own settings.
    #[must_use]
    pub fn durable() -> Self {
        Self::on(folder("postgres-durable"), "")
    }

    fn on(folder: PathBuf, settings: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        DirBuilder::new().recursive(true).mode(0o755).create(&folder).unwrap();
        let user = lock_file(&folder.join("users"));
        user.lock_shared().unwrap();
        let start = lock_file(&folder.join("start"));
        start.lock().unwrap();
        if !folder.join("data/postmaster.pid").exists() || !is_ready(&folder) {
            begin(&folder, settings);
        }
        drop(start);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let database = Self { name, folder, _user: user };
        database.ask("postgres", &format!("DROP DATABASE IF EXISTS {0} WITH (FORCE)", database.name));
        database.ask("postgres", &format!("CREATE DATABASE {} TEMPLATE template0", database.name));
        database
    }

    /// As `database.url` has it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{ROLE}@localhost/{}?host={}", self.name, self.folder.display())
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
        if !std::thread::panicking() {
            self.ask("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// One for each user of the machine: a server runs as whoever began it.
fn folder(name: &str) -> PathBuf {
    let owner = std::fs::metadata("/proc/self").unwrap().uid();
    std::env::temp_dir().join(format!("backboard-{name}-{owner}"))
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

fn begin(folder: &Path, settings: &str) {
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
    let settings = format!("{SETTINGS}{settings}unix_socket_directories = '{}'\n", folder.display());
    std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
    let mut start = command("pg_ctl");
    start.args(["start", "--wait", "--silent", "--pgdata"]).arg(&data).arg("--log").arg(folder.join("data/log"));
    run(start.stdout(Stdio::null()));
    let mut watch = Command::new("setsid");
    watch.args(["--fork", "sh", "-c", WATCH, "watch"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    run(&mut watch);
}

fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).current_dir("/").status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
