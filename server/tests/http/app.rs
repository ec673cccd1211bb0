//! A whole portal behind a real listener, with SQLite in a folder of its own and its clock in the test's
//! hand.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use backboard::agency::Agency;
use backboard::keep::PEOPLE_DAYS;
use backboard::moment::Moment;
use backboard::service::Portal;
use backboard::service::ports::{Hasher, Robots, Store, Vault};
use backboard::service::roster::{Imported, RosterStore};
use http::Request;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use server::cli::import::{ImportArguments, run as import};
use server::clock::SystemEntropy;
use server::hasher::Argon2Hasher;
use server::imports::{Folder, Importer, Imports, MOST_BYTES};
use server::keys::Keys;
use server::mail::{Delivered, Stationery, Transport, Worker};
use server::profiles::profile;
use server::robots::Altcha;
use server::store::Sqlite;
use server::vault::KeyVault;
use server::web::{Reach, Web, router, serve};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlitePool};
use tempfile::TempDir;
use testkit::fakes::{PlainHasher, TestClock, TestRobots};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot, watch};

use crate::answer::Answer;
use crate::browser::Browser;
use crate::mail::Mail;
use crate::people::{HEADER, Person};

/// The public address: as behind a proxy that ends TLS.
pub const ORIGIN: &str = "https://accounts.example.gov";
pub const HOST: &str = "accounts.example.gov";
/// 15 January 2027, 08:00:00 UTC.
pub const START: Moment = Moment(1_800_000_000);

/// What a test wants otherwise than usual.
pub struct Setup {
    /// `None`: the real proof of work.
    pub robots: Option<Arc<dyn Robots>>,
    /// Argon2id instead of a hash that costs nothing.
    pub argon2: bool,
    pub trusted: Vec<IpNet>,
    /// Instead of either.
    pub hasher: Option<Arc<dyn Hasher>>,
    pub agency: Agency,
    /// How long a request may take; `None`: as long as usual.
    pub patience: Option<Duration>,
    /// The most bytes of a roster that the desk takes.
    pub import_bytes: u64,
    /// Bytes that stay free on the disk besides it.
    pub spare_bytes: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            robots: Some(Arc::new(TestRobots)),
            argon2: false,
            trusted: Vec::new(),
            hasher: None,
            // Every journey is on.
            agency: profile("demo").unwrap(),
            patience: None,
            import_bytes: MOST_BYTES,
            spare_bytes: 0,
        }
    }
}

impl Setup {
    /// Nothing of the portal is a stand-in but the clock.
    pub fn real() -> Self {
        Self { robots: None, argon2: true, ..Self::default() }
    }

    /// Another agency's portal.
    pub fn of(agency: &str) -> Self {
        Self { agency: profile(agency).unwrap(), ..Self::default() }
    }

    /// The test's own connections count as a trusted proxy's, so `X-Forwarded-For` names the visitor.
    pub fn behind_proxy() -> Self {
        Self::behind_proxy_of("demo")
    }

    pub fn behind_proxy_of(agency: &str) -> Self {
        Self { trusted: vec!["127.0.0.1/32".parse().unwrap()], ..Self::of(agency) }
    }
}

pub struct App {
    pub portal: Arc<Portal>,
    pub clock: Arc<TestClock>,
    pub address: SocketAddr,
    /// The database as another process sees it.
    pub back_door: SqlitePool,
    /// What was typed and must never come back.
    pub secrets: Mutex<HashSet<String>>,
    store: Arc<Sqlite>,
    nonces: Mutex<HashSet<String>>,
    worker: tokio::sync::Mutex<Worker>,
    pub importer: Importer,
    pub imports: Imports,
    delivered: Arc<Mutex<Vec<Delivered>>>,
    folder: TempDir,
    _stop: oneshot::Sender<()>,
}

impl App {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backboard.db");
        let store = Arc::new(Sqlite::open(&path).await.unwrap());
        let options = SqliteConnectOptions::new().filename(&path).foreign_keys(true);
        let back_door = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();

        let keys = Keys::random();
        let vault: Arc<dyn Vault> = Arc::new(KeyVault::new(&keys));
        let clock = Arc::new(TestClock::at(START));
        let cheap = || Arc::new(PlainHasher::default()) as Arc<dyn Hasher>;
        let real = || Arc::new(Argon2Hasher::new(&keys).unwrap()) as Arc<dyn Hasher>;
        let portal = Arc::new(Portal {
            agency: setup.agency,
            store: Arc::clone(&store) as Arc<dyn Store>,
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            hasher: setup.hasher.unwrap_or_else(|| if setup.argon2 { real() } else { cheap() }),
            robots: setup.robots.unwrap_or_else(|| Arc::new(Altcha::new(Arc::clone(&vault)))),
            vault,
            multiply: 1,
            people_days: PEOPLE_DAYS,
        });
        let queued = Arc::new(Notify::new());
        let delivered = Arc::new(Mutex::new(Vec::new()));
        let stationery = Stationery::new(&portal.agency, ORIGIN).unwrap();
        let transport = Transport::Memory(Arc::clone(&delivered));
        let worker = Worker::new(Arc::clone(&portal), stationery, transport, Arc::clone(&queued));

        let imports = Imports::of(Folder::beside(&path, setup.import_bytes).sparing(setup.spare_bytes));
        let importer = Importer::new(
            Arc::clone(&portal),
            Arc::clone(&store) as Arc<dyn RosterStore>,
            imports.clone(),
            Arc::clone(&queued),
        );
        let reach = Reach {
            origin: ORIGIN.to_owned(),
            trusted: setup.trusted,
            widget: None,
            hosted: None,
            imports: imports.clone(),
        };
        let mut web = Web::new(Arc::clone(&portal), queued, reach).unwrap();
        web.patience = setup.patience.unwrap_or(web.patience);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(serve(listener, router(Arc::new(web)), async {
            let _ = stopped.await;
        }));
        Self {
            portal,
            clock,
            address,
            back_door,
            secrets: Mutex::default(),
            store,
            nonces: Mutex::default(),
            worker: tokio::sync::Mutex::new(worker),
            importer,
            imports,
            delivered,
            folder,
            _stop: stop,
        }
    }

    /// A browser that was never here before.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Puts people on the roster through an import, then gives their accounts the state they are to have.
    pub async fn settle(&self, people: &[Person]) {
        let rows: String = people.iter().map(Person::row).collect();
        let imported = self.import(&format!("{HEADER}{rows}")).await;
        let rejects = std::fs::read_to_string(self.folder.path().join("roster.rejects.csv")).unwrap_or_default();
        assert_eq!(imported.added, people.len() as u64, "{rejects}");
        for person in people {
            self.save_state(person.username, person.state).await;
        }
    }

    /// Imports a roster as the command line does.
    pub async fn import(&self, text: &str) -> Imported {
        let roster = self.folder.path().join("roster.csv");
        std::fs::write(&roster, text).unwrap();
        let arguments = ImportArguments { roster, dry_run: false, rejects: None };
        import(&arguments, &self.portal, &*self.store, &mut std::io::sink()).await.unwrap()
    }

    /// Does the imports that wait, and removes the files that nobody needs.
    pub async fn do_imports(&self) {
        let (_working, stop) = watch::channel(false);
        while self.importer.round(&stop).await.unwrap() {}
        self.importer.tidy().await.unwrap();
    }

    /// The names of the files in the folder of imports.
    pub fn import_files(&self) -> Vec<String> {
        let Ok(listing) = self.imports.folder.path().read_dir() else { return Vec::new() };
        listing.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Does the queued jobs, sends the queued mails, and gives those that are new.
    pub async fn deliver(&self) -> Vec<Mail> {
        let (_working, stop) = watch::channel(false);
        self.worker.lock().await.round(&stop).await.unwrap();
        let delivered = std::mem::take(&mut *self.delivered.lock().unwrap());
        delivered.iter().map(|mail| Mail::read(&mail.recipient, &mail.bytes)).collect()
    }

    /// Sends one request over a connection of its own. Whatever is asked, the answer must be one that this
    /// portal may give: see [`Answer::check`].
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap();
        drop(sender);
        let _ = connection.await.unwrap();
        let answer = Answer { asked, status: parts.status, headers: parts.headers, body: body.to_vec() };
        let nonce = answer.check();
        let fresh = nonce.is_none_or(|nonce| self.nonces.lock().unwrap().insert(nonce));
        assert!(fresh, "{}: a nonce came twice", answer.asked);
        for secret in &*self.secrets.lock().unwrap() {
            assert!(!answer.holds(secret), "{}: a secret came back", answer.asked);
        }
        answer
    }

    /// Every row of every table.
    pub async fn dump(&self) -> String {
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                .fetch_all(&self.back_door)
                .await
                .unwrap();
        let mut dump = String::new();
        for table in tables {
            let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&self.back_door)
                .await
                .unwrap();
            let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            let query = format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || '|' || "));
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&self.back_door).await.unwrap();
            for row in rows {
                dump.push_str(&format!("{table}: {row}\n"));
            }
        }
        dump
    }

    /// A single number from the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.back_door).await.unwrap()
    }

    /// What the audit says happened, oldest first.
    pub async fn actions(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT action FROM audit ORDER BY id").fetch_all(&self.back_door).await.unwrap()
    }
}
