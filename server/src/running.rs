//! A portal put together and run: pages, worker, health, until it is told to stop.

use std::fs::DirBuilder;
use std::future::Future;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use app::site;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use backboard::agency::Agency;
use backboard::service::Portal;
use backboard::service::epoch::{Epoch, Restored};
use backboard::service::ports::{Clock, Entropy, Hasher, Robots, Store, Vault};
use backboard::service::roster::RosterStore;
use http::HeaderValue;
use http::header::CONNECTION;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::audit_lines::at;
use crate::clock::{SystemClock, SystemEntropy};
use crate::config::{Captcha, Config, Database, Mail, Smtp, Tls};
use crate::hasher::Argon2Hasher;
use crate::health::{Health, Heartbeat};
use crate::hold::Hold;
use crate::imports::{self, Importer, Imports};
use crate::keys::Keys;
use crate::keys::fit::find_misfit;
use crate::mail::{Bounces, Credentials, Folder, Patience, Relay, RelayAt, Stationery, Transport, Worker};
use crate::metrics::outstanding::Asked;
use crate::robots::{robots, widget};
use crate::store::{self, AnyStore};
use crate::vault::KeyVault;
use crate::web::{Reach, Web, router, serve};
use crate::{admin, housekeeping, leading, mail, safety};

/// Seconds the worker may take to finish the mail in hand after the word to stop.
const WORKER_SECONDS: u64 = 10;

/// Connections that wait until they are taken. With the library's 128, of five hundred who come at once most would hear
/// nothing for a second, or three, until their system asks again. The system's own limit stands above it
/// (`net.core.somaxconn`, 4096).
const AT_THE_DOOR: u32 = 1024;

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
    pub store: Arc<dyn AnyStore>,
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
    /// Which life of the data this is.
    pub epoch: Epoch,
    /// As long as it lasts no other database is put in the place of this one.
    pub hold: Option<Hold>,
}

impl Parts {
    /// Opens everything that the configuration names, to work with it: where the database is a copy that was put back,
    /// what was outstanding when it was taken is void first.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub async fn open(config: &Config) -> Result<Self, String> {
        let mut parts = Self::open_as_it_is(config).await?;
        parts.settle_copy().await?;
        Ok(parts)
    }

    /// The same to look at it alone.
    ///
    /// # Errors
    /// One sentence with the way out.
    pub async fn open_as_it_is(config: &Config) -> Result<Self, String> {
        safety::refuse(config)?;
        let hold = match &config.database {
            Database::Sqlite(path) => Some(Hold::shared(path)?),
            Database::Postgres(_) => None,
        };
        let mut keys = Keys::read(&config.keys_file).map_err(|error| error.to_string())?;
        let store = store::open(&config.database).await.map_err(|fault| fault.to_string())?;
        for begun in store.find_begun().await.map_err(|fault| fault.to_string())? {
            keys.make_with(begun.ring, begun.key, &begun.mark);
        }
        let epoch = epoch_of(&*store).await?;
        Ok(Self {
            keys,
            epoch,
            hold,
            store,
            transport: transport(&config.mail)?,
            bounces: config.bounces.clone(),
            agency: config.agency.clone(),
            captcha: config.captcha.clone(),
            origin: config.public_url.origin().to_owned(),
            trusted: config.trusted_proxies.clone(),
            multiply: config.multiply,
            people_days: config.people_days,
            imports: Imports::of(imports::Folder::at(config.import_folder.clone(), config.import_bytes)),
        })
    }

    /// Where the database is a copy that nobody has worked with: voids what was outstanding when it was taken.
    ///
    /// # Errors
    /// One sentence with the way out; the database is as it was then.
    async fn settle_copy(&mut self) -> Result<(), String> {
        if self.epoch.copied.is_none() {
            return Ok(());
        }
        if let Some(misfit) = find_misfit(&*self.store, &self.keys).await.map_err(|fault| fault.to_string())? {
            return Err(format!(
                "The database is a backup that was put back, and the key file is not the one that belongs to it: {misfit}. \
                 Put that key file back; if it is lost for good, run: backboard restore --in-place --force"
            ));
        }
        let restored = self.portal()?.settle_copy().await.map_err(|fault| fault.to_string())?;
        if let Some(restored) = restored {
            log_restored(&restored);
        }
        self.epoch = epoch_of(&*self.store).await?;
        Ok(())
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
        let robots: Arc<dyn Robots> = robots(&self.captcha, &vault, &self.epoch).map_err(|fault| fault.to_string())?;
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

/// What is done now and then, by one node.
struct Scheduled {
    portal: Arc<Portal>,
    store: Arc<dyn AnyStore>,
    imports: Imports,
    bounces: Option<PathBuf>,
    /// Wakes whoever sends mails.
    queued: Arc<Notify>,
}

impl Scheduled {
    fn begin(&self, stopped: &watch::Receiver<bool>) -> Vec<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let (portal, queued) = (|| Arc::clone(&self.portal), || Arc::clone(&self.queued));
        let store = Arc::clone(&self.store) as Arc<dyn RosterStore>;
        let mut importer = Importer::new(portal(), store, self.imports.clone(), queued());
        if self.store.is_shared() {
            importer = importer.shared();
        }
        let mut tasks: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> = vec![
            Box::pin(importer.run(stopped.clone())),
            Box::pin(housekeeping::run(portal(), queued(), stopped.clone())),
        ];
        if let Some(folder) = &self.bounces {
            tasks.push(Box::pin(Bounces::at(folder.clone()).run(portal(), stopped.clone())));
        }
        tasks
    }
}

/// Which life of its data a store is in.
///
/// # Errors
/// One sentence: the database failed.
pub async fn epoch_of(store: &dyn Store) -> Result<Epoch, String> {
    let found = async { store.read().await?.find_epoch().await };
    found.await.map_err(|fault| fault.to_string())
}

/// Says in the log that a new epoch began, as the audit does.
pub fn log_restored(restored: &Restored) {
    let copied = restored.epoch.source.map(at);
    tracing::warn!(epoch = restored.epoch.number, copied, voided = %restored.voided, "a backup was put back");
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
    let health = Arc::new(Health::new(Arc::clone(&portal), heartbeat, parts.store.newest_step()));

    let (stopping, stopped) = watch::channel(false);
    let working = tokio::spawn(worker.run(stopped.clone()));
    let scheduled = Scheduled {
        portal: Arc::clone(&portal),
        store: Arc::clone(&parts.store),
        imports: parts.imports,
        bounces: parts.bounces,
        queued,
    };
    let leading = leading::run(Arc::clone(&parts.store), stopped.clone(), move |stopped| scheduled.begin(&stopped));
    let leading = tokio::spawn(leading);
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
    for task in [working, leading] {
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
pub fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(AT_THE_DOOR)
    };
    bind().map_err(|error| taken(address, &error))
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
