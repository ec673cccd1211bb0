//! An office with a configuration, a roster and a profile of its own, and the commands as it types them.
//!
//! A command holds the test's own thread up until it is done, so the store of a test has another thread to work on: what a
//! dropped unit did is undone there.

use std::process::{Child, Command};

use tempfile::TempDir;

const ROSTER: &str = "\
person_id,last_name,first_name,date_of_birth,email,username,status
P-1,Lovelace,Ada,1984-02-29,ada@example.org,ada.lovelace,active
P-2,Crew,One,1984-02-29,one@example.org,engine7,active
P-3,Crew,Two,1984-02-29,two@example.net,engine7,active
P-4,Elsewhere,Eve,1984-02-29,eve@example.org,eve.elsewhere,external
P-5,Mute,Max,1984-02-29,,max.mute,active
P-6,Retired,Rita,1984-02-29,rita@example.org,rita.retired,inactive
P-7,Lovelace,Ada,1984-02-29,ADA@example.org,ada.second,
";
const PROFILE: &str = r#"
id = "own"
name = "Own Office"
system = "Own Accounts"
journeys = ["claim", "sign-in", "reset"]
policy = { preset = "bridge" }
external = { name = "Other Logins", url = "https://login.example/" }
[contact]
phones = ["(555) 555-0142"]
email = "help@office.example"
hours = "always"
[sender]
name = "Own Office"
address = "accounts@office.example"
"#;

pub struct Office {
    pub folder: TempDir,
}

/// A portal that ends with its test, also with one that fails.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a command said.
pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Office {
    pub fn new() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        let config = "public_url = \"http://127.0.0.1:1\"\nlisten = \"127.0.0.1:0\"\nagency = \"./own.toml\"\n\
                      [database]\nurl = \"sqlite:data/backboard.db\"\n[keys]\nfile = \"keys/keys.toml\"\n\
                      [mail]\ntransport = \"folder\"\nfolder = \"mail\"\n";
        for (name, text) in [("backboard.toml", config), ("own.toml", PROFILE), ("roster.csv", ROSTER)] {
            std::fs::write(office.folder.path().join(name), text).unwrap();
        }
        office
    }

    pub fn with_roster() -> Self {
        let office = Self::new();
        for arguments in [&["keys", "new"][..], &["import", "roster.csv"]] {
            let said = office.run(arguments);
            assert_eq!(said.status, 0, "{}", said.err);
        }
        office
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backboard"));
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("RUST_LOG", "off");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        Said {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
