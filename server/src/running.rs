//! A portal put together and run: pages, worker, health, until it is told to stop.

use std::fs::DirBuilder;
use std::future::Future;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::site;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use backboard::agency::Agency;
use backboard::service::Portal;
use backboard::service::ports::{Clock, Entropy, Hasher, Robots, Store, Vault};
use backboard::service::roster::RosterStore;
use http::HeaderValue;
use http::header::CONNECTION;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::clock::{SystemClock, SystemEntropy};
use crate::config::{Captcha, Config, Database, Mail, Smtp, Tls};
use crate::hasher::Argon2Hasher;
use crate::health::{Health, Heartbeat};
use crate::imports::{self, Importer, Imports};
use crate::keys::Keys;
use crate::mail::{Bounces, Credentials, Folder, Patience, Relay, RelayAt, Stationery, Transport, Worker};
use crate::metrics::outstanding::Asked;
use crate::robots::{robots, widget};
use crate::store::Sqlite;
use crate::vault::KeyVault;
use crate::web::{Reach, Web, router, serve};
use crate::{admin, mail, safety};

/// Seconds the worker may take to finish the mail in hand after the word to stop.
const WORKER_SECONDS: u64 = 10;

/// Over how long the mails of one moment leave: long against what one account's mail costs more than another's.
const SPREAD: Duration = Duration::from_secs(2);

/// Where health and figures are answered.
#[derive(Debug)]
pub struct Admin {
    pub listener: TcpListener,
    /// How long visitors are still taken after the word to stop, while `/readyz` says that no more should be sent.
    pub drain: Duration,
}

/// What a portal is made of.
pub struct Parts {
    pub agency: Agency,
    pub keys: Keys,
    pub store: Arc<Sqlite>,
    pub transport: Transport,
    /// The folder that reports of mails that came back are put into.
    pub bounces: Option<PathBuf>,
    pub captcha: Captcha,
    /// `https://accounts.example.gov`
    pub origin: String,
    pub trusted: Vec<IpNet>,
    pub multiply: u32,
    /// Days after which people who left the roster are forgotten; 0: never.
    pub people_days: u32,
    /// Where rosters lie that the desk imports.
    pub imports: Imports,
}

impl Parts {
    /// Opens everything that the configuration names.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub async fn open(config: &Config) -> Result<Self, String> {
        let Database::Sqlite(path) = &config.database else {
            return Err("database.url: this version keeps its data in SQLite; write sqlite:FILE.".to_owned());
        };
        safety::refuse(config)?;
        if let Some(folder) = path.parent() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let mut keys = Keys::read(&config.keys_file).map_err(|error| error.to_string())?;
        let store = Sqlite::open(path).await.map_err(|fault| fault.to_string())?;
        for begun in store.find_begun().await.map_err(|fault| fault.to_string())? {
            keys.make_with(begun.ring, begun.key, &begun.mark);
        }
        Ok(Self {
            keys,
            store: Arc::new(store),
            transport: transport(&config.mail)?,
            bounces: config.bounces.clone(),
            agency: config.agency.clone(),
            captcha: config.captcha.clone(),
            origin: config.public_url.origin().to_owned(),
            trusted: config.trusted_proxies.clone(),
            multiply: config.multiply,
            people_days: config.people_days,
            imports: Imports::of(imports::Folder::beside(path, config.import_bytes)),
        })
    }

    /// From now on things are made with the newest keys, by this portal and by every command beside it.
    ///
    /// # Errors
    /// One sentence: the database failed.
    pub async fn begin_keys(&mut self) -> Result<(), String> {
        self.keys.make_with_newest();
        let begun = self.store.begin_keys(&self.keys, SystemClock.now()).await.map_err(|fault| fault.to_string())?;
        for ring in begun {
            tracing::info!(ring = ring.name(), key = self.keys.ring(ring).newest().0, "key in use");
        }
        Ok(())
    }

    /// The use cases over these parts.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub fn portal(&self) -> Result<Arc<Portal>, String> {
        let vault: Arc<dyn Vault> = Arc::new(KeyVault::new(&self.keys));
        let robots: Arc<dyn Robots> = robots(&self.captcha, &vault).map_err(|fault| fault.to_string())?;
        let hasher: Arc<dyn Hasher> = Arc::new(Argon2Hasher::new(&self.keys).map_err(|fault| fault.to_string())?);
        Ok(Arc::new(Portal {
            agency: self.agency.clone(),
            store: Arc::clone(&self.store) as Arc<dyn Store>,
            clock: Arc::new(SystemClock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy) as Arc<dyn Entropy>,
            hasher,
            vault,
            robots,
            multiply: self.multiply,
            people_days: self.people_days,
        }))
    }
}

/// Runs until `stop` resolves; then finishes requests and the mail in hand, and closes the store.
///
/// # Errors
/// One sentence: an address that is taken, a profile that names unknown words.
pub async fn run(
    parts: Parts,
    portal: Arc<Portal>,
    listener: TcpListener,
    admin: Option<Admin>,
    stop: impl Future<Output = ()>,
) -> Result<(), String> {
    let queued = Arc::new(Notify::new());
    let hosted = widget(&parts.captcha);
    let reach = Reach {
        origin: parts.origin.clone(),
        trusted: parts.trusted,
        widget: hosted.as_ref().map(|hosted| site::Widget {
            class: hosted.class.to_owned(),
            site_key: hosted.site_key.clone(),
            script: hosted.script.to_owned(),
        }),
        hosted,
        imports: parts.imports.clone(),
    };
    let web = Arc::new(Web::new(Arc::clone(&portal), Arc::clone(&queued), reach)?);
    let stationery = Stationery::new(&portal.agency, &parts.origin).map_err(|error| error.to_string())?;
    let heartbeat = Heartbeat::default();
    let worker = Worker::new(Arc::clone(&portal), stationery, parts.transport, Arc::clone(&queued))
        .with_spread(SPREAD)
        .with_heartbeat(heartbeat.clone());
    let health = Arc::new(Health::new(Arc::clone(&portal), heartbeat));

    let (stopping, stopped) = watch::channel(false);
    let working = tokio::spawn(worker.run(stopped.clone()));
    let importer = Importer::new(
        Arc::clone(&portal),
        Arc::clone(&parts.store) as Arc<dyn RosterStore>,
        parts.imports,
        Arc::clone(&queued),
    );
    let importing = tokio::spawn(importer.run(stopped.clone()));
    let housekeeping = tokio::spawn(crate::housekeeping::run(Arc::clone(&portal), queued, stopped.clone()));
    let reports = parts.bounces.map(Bounces::at);
    let reading = reports.map(|reports| tokio::spawn(reports.run(Arc::clone(&portal), stopped.clone())));
    let drain = admin.as_ref().map_or(Duration::ZERO, |admin| admin.drain);
    if let Some(Admin { listener, .. }) = admin {
        let store = Arc::clone(&parts.store);
        let asked = Asked::new(Arc::clone(&health), move || store.pools());
        tokio::spawn(serve(listener, admin::router(Arc::clone(&health), asked), until(stopped.clone())));
    }
    let drained = async {
        stop.await;
        health.drain();
        if !drain.is_zero() {
            tracing::info!(seconds = drain.as_secs(), "draining: visitors are taken on, and none should be sent");
            tokio::time::sleep(drain).await;
        }
    };
    let public = router(web).layer(from_fn_with_state(Arc::clone(&health), take_leave));
    serve(listener, public, drained).await;

    let _ = stopping.send(true);
    for task in [working, importing, housekeeping].into_iter().chain(reading) {
        if tokio::time::timeout(Duration::from_secs(WORKER_SECONDS), task).await.is_err() {
            tracing::warn!("the worker was still busy after {WORKER_SECONDS} s; its lease ends by itself");
        }
    }
    parts.store.close().await;
    Ok(())
}

/// While it drains, each connection ends with its next answer: a proxy that keeps connections open would else send a
/// post over one in the moment in which it is closed, and must not send it a second time.
async fn take_leave(State(health): State<Arc<Health>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if health.is_draining() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Binds an address of the portal.
///
/// # Errors
/// One sentence with the way out.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| taken(address, &error))
}

/// Resolves at SIGTERM or Ctrl-C. Either is heard from the call on, not from the first poll: told to stop right after it
/// said that it serves, a program finishes what is under way all the same.
pub fn told_to_stop() -> impl Future<Output = ()> {
    let (terminated, interrupted) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        tokio::select! {
            () = heard(terminated) => {}
            () = heard(interrupted) => {}
        }
    }
}

/// Never, where the system lets nobody listen for it.
async fn heard(signal: std::io::Result<Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn taken(address: SocketAddr, error: &std::io::Error) -> String {
    format!("{address} cannot be listened on ({error}); stop what uses it, or choose another with listen.")
}

fn transport(mail: &Mail) -> Result<Transport, String> {
    match mail {
        Mail::Folder(folder) => {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| format!("mail.folder {}: {error}", folder.display()))?;
            Ok(Transport::Folder(Folder::at(folder)))
        }
        Mail::Smtp(smtp) => Ok(Transport::Smtp(Relay::new(relay_at(smtp)).map_err(|error| error.to_string())?)),
    }
}

/// The mail server as the configuration names it.
#[must_use]
pub fn relay_at(smtp: &Smtp) -> RelayAt {
    RelayAt {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            Tls::None => mail::Tls::None,
            Tls::Starttls => mail::Tls::Starttls,
            Tls::Implicit => mail::Tls::Implicit,
        },
        credentials: smtp.login.as_ref().map(|(username, password)| Credentials {
            username: username.clone(),
            password: password.reveal().to_owned(),
        }),
        ca_file: smtp.ca_file.clone(),
        patience: Patience::default(),
    }
}
