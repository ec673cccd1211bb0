//! Load by `wrk`, over a script of our own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::Command;

/// Different bodies at the most: wrk puts them together before it begins.
const NAMES: usize = 10_000;

/// What is asked again and again.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub name: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    /// `{i}` is somebody's number.
    pub body: &'static str,
    pub cookie: &'static str,
    pub connections: u32,
    /// The answer of who is not turned away for being too many.
    pub expected: u16,
}

/// What came of it. Times are in milliseconds.
#[derive(Clone, Debug, Deserialize)]
pub struct Answered {
    pub requests: u64,
    pub seconds: f64,
    pub p50: f64,
    pub p99: f64,
    pub unanswered: u64,
    /// Answers of 503 that did not say when to try again.
    pub mute: u64,
    statuses: BTreeMap<u16, u64>,
}

impl Answered {
    pub fn of(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    pub fn others(&self, expected: u16) -> u64 {
        self.statuses.iter().filter(|(status, _)| **status != expected).map(|(_, count)| count).sum()
    }

    pub fn all(&self) -> u64 {
        self.statuses.values().sum()
    }
}

pub struct Wrk {
    folder: TempDir,
    /// As the portal is known.
    host: SocketAddr,
    people: usize,
}

impl Wrk {
    pub fn new(host: SocketAddr, people: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(script(&folder), include_str!("requests.lua")).unwrap();
        Self { folder, host, people }
    }

    /// Asks for so many seconds.
    pub async fn run(&self, asked: &Asked, server: SocketAddr, seconds: u32) -> Answered {
        let names = self.people.min(NAMES);
        let output = Command::new("wrk")
            .args(["-t1", "--timeout", "20s", &format!("-c{}", asked.connections), &format!("-d{seconds}s"), "-s"])
            .arg(script(&self.folder))
            .arg(format!("http://{server}{}", asked.path))
            .env("LOAD_METHOD", asked.method)
            .env("LOAD_PATH", asked.path)
            .env("LOAD_BODY", asked.body)
            .env("LOAD_COOKIE", asked.cookie)
            .env("LOAD_HOST", self.host.to_string())
            .env("LOAD_ACCEPT", if asked.method == "POST" { "application/json" } else { "text/html" })
            .env("LOAD_NAMES", names.to_string())
            .env("LOAD_STRIDE", (self.people / names).to_string())
            .output()
            .await
            .unwrap_or_else(|error| panic!("wrk cannot be run ({error}); install it"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = said.lines().find_map(|line| line.strip_prefix("JSON "));
        let line = line.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
        serde_json::from_str(line).unwrap()
    }
}

fn script(folder: &TempDir) -> PathBuf {
    folder.path().join("requests.lua")
}
