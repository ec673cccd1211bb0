//! `backboard doctor`, and `backboard serve` and the others that refuse with the same sentence.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Safe as it stands: nothing here is refused.
const SAFE: &str = r#"
public_url = "https://accounts.example.gov"
listen = "127.0.0.1:0"
agency = "office.toml"
[database]
url = "sqlite:data/backboard.db"
[keys]
file = "secrets/keys.toml"
[mail]
transport = "folder"
folder = "mail"
[proxy]
trusted = ["127.0.0.1/32"]
[admin]
listen = "127.0.0.1:9090"
"#;

/// A folder with keys, a database and a configuration, all as they should be.
struct Office {
    folder: TempDir,
}

impl Office {
    fn settled() -> Self {
        let office = Self { folder: tempfile::tempdir().unwrap() };
        let agency = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../agencies/demo.toml")).unwrap();
        office.write("office.toml", &agency, 0o644);
        office.write("backboard.toml", SAFE, 0o644);
        office.write(
            "roster.csv",
            "person_id,last_name,first_name,date_of_birth\nP-1,Lovelace,Ada,1984-02-29\n",
            0o600,
        );
        assert!(office.run(&["keys", "new"]).status.success());
        let imported = office.run(&["import", "roster.csv"]);
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        self.mode(name, mode);
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// The configuration with some of its text replaced.
    fn change(&self, changes: &[(&str, &str)]) {
        let mut text = SAFE.to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replace(old, new);
        }
        self.write("backboard.toml", &text, 0o600);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backboard"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    /// What doctor says: its status and its lines.
    fn doctor(&self) -> (i32, Vec<String>) {
        let output = self.run(&["doctor"]);
        let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        (output.status.code().unwrap(), lines)
    }

    fn dangers(&self) -> Vec<String> {
        let (status, lines) = self.doctor();
        let dangers: Vec<String> = lines.iter().filter(|line| line.starts_with("danger ")).cloned().collect();
        assert_eq!(status, i32::from(!dangers.is_empty()), "{lines:#?}");
        let count = lines.last().unwrap();
        let expected = match dangers.len() {
            1 => "1 danger, ".to_owned(),
            number => format!("{number} dangers, "),
        };
        assert!(count.starts_with(&expected), "{lines:#?}");
        dangers
    }
}

/// What stands behind the columns of a line.
fn sentence(line: &str) -> &str {
    line[30..].trim_start()
}

#[test]
fn a_portal_that_is_set_up_well_has_no_danger() {
    let office = Office::settled();
    let (status, lines) = office.doctor();
    assert_eq!(status, 0, "{lines:#?}");
    assert!(lines.last().unwrap().starts_with("0 dangers, "), "{lines:#?}");
    for setting in ["public_url", "listen", "proxy.trusted", "admin.listen", "keys.file", "database.url", "audit"] {
        assert!(lines.iter().any(|line| line.starts_with("ok ") && line.contains(setting)), "{setting}: {lines:#?}");
    }
    // The profile is the demo's, which reaches nobody.
    let warned = |text: &str| lines.iter().any(|line| line.starts_with("warning ") && line.contains(text));
    assert!(warned("made up") && warned("mail.transport"), "{lines:#?}");
}

#[test]
fn colours_of_the_offices_own_are_held_against_what_stands_on_them() {
    let office = Office::settled();
    let agency = fs::read_to_string(office.path("office.toml")).unwrap();
    let said = |look: &str| {
        office.write("office.toml", &format!("{agency}\n[look]\n{look}\n"), 0o644);
        let (status, lines) = office.doctor();
        assert_eq!(status, 0, "a colour is no danger: {lines:#?}");
        lines.into_iter().filter(|line| line.contains("agency.look")).collect::<Vec<_>>()
    };
    let [header, accent] = &*said("header = \"#7a1f2b\"\naccent = \"#7a1f2b\"") else { panic!("two lines") };
    assert!(header.starts_with("ok ") && header.contains("#ffffff on #7a1f2b, 10.2 to 1"), "{header}");
    assert!(accent.starts_with("ok ") && accent.contains("#7a1f2b on white, 10.2 to 1"), "{accent}");
    let [accent] = &*said("accent = \"#ffcc00\"") else { panic!("one line") };
    assert!(accent.starts_with("warning ") && accent.contains("#ffcc00 reaches 1.5 to 1"), "{accent}");
    assert!(accent.contains("write that, or a darker one, under [look]"), "{accent}");
}

#[test]
fn five_faults_are_five_lines_each_with_its_mend() {
    let office = Office::settled();
    office.change(&[
        ("https://accounts.example.gov", "http://accounts.example.gov"),
        ("127.0.0.1/32", "0.0.0.0/0"),
        ("127.0.0.1:9090", "0.0.0.0:9090"),
        ("transport = \"folder\"", "transport = \"smtp\"\nhost = \"mail.example.gov\"\ntls = \"none\""),
    ]);
    office.mode("secrets/keys.toml", 0o644);
    let dangers = office.dangers();
    assert_eq!(dangers.len(), 5, "{dangers:#?}");
    for (setting, mend) in [
        ("public_url", "must begin with https://"),
        ("keys.file", "chmod 600"),
        ("mail", "\"starttls\" or \"implicit\""),
        ("proxy.trusted", "10.1.2.3/32"),
        ("admin.listen", "127.0.0.1:9090"),
    ] {
        let found = dangers.iter().filter(|line| line.split_whitespace().nth(1) == Some(setting)).collect::<Vec<_>>();
        assert!(found.len() == 1 && found[0].contains(mend), "{setting}: {dangers:#?}");
    }
}

#[test]
fn k05_serve_and_the_others_refuse_each_danger_in_the_doctors_words() {
    let office = Office::settled();
    let database = "data/backboard.db";
    type Fault = (&'static str, fn(&Office), fn(&Office));
    let faults: [Fault; 16] = [
        ("no proxy", |o| o.change(&[("127.0.0.1:0", "0.0.0.0:0"), ("trusted = [\"127.0.0.1/32\"]", "")]), |_| {}),
        ("everybody is a proxy", |o| o.change(&[("127.0.0.1/32", "::/0")]), |_| {}),
        ("health outside", |o| o.change(&[("127.0.0.1:9090", "[::]:9090")]), |_| {}),
        ("readable keys", |o| o.mode("secrets/keys.toml", 0o640), |o| o.mode("secrets/keys.toml", 0o600)),
        ("keys to replace", |o| o.mode("secrets", 0o777), |o| o.mode("secrets", 0o700)),
        (
            "broken keys",
            |o| {
                fs::copy(o.path("secrets/keys.toml"), o.path("kept")).unwrap();
                o.write("secrets/keys.toml", "[[ssn]]\nid = 1\nkey = \"x\"\n", 0o600);
            },
            |o| {
                fs::copy(o.path("kept"), o.path("secrets/keys.toml")).unwrap();
                o.mode("secrets/keys.toml", 0o600);
            },
        ),
        ("no keys", |o| o.change(&[("secrets/keys.toml", "secrets/none.toml")]), |_| {}),
        ("readable database", |o| o.mode("data/backboard.db", 0o644), |o| o.mode("data/backboard.db", 0o600)),
        ("its group reads", |o| o.mode("data/backboard.db", 0o640), |o| o.mode("data/backboard.db", 0o600)),
        (
            "readable log",
            |o| o.write("data/backboard.db-wal", "", 0o644),
            |o| {
                fs::remove_file(o.path("data/backboard.db-wal")).unwrap();
            },
        ),
        (
            "readable copy",
            |o| o.write("data/backboard.db.2026-11-01", "", 0o604),
            |o| {
                fs::remove_file(o.path("data/backboard.db.2026-11-01")).unwrap();
            },
        ),
        (
            "readable backup",
            |o| o.write("data/yesterday.bak", "", 0o644),
            |o| {
                fs::remove_file(o.path("data/yesterday.bak")).unwrap();
            },
        ),
        ("database to replace", |o| o.mode("data", 0o757), |o| o.mode("data", 0o700)),
        ("profile of everybody", |o| o.mode("office.toml", 0o646), |o| o.mode("office.toml", 0o644)),
        (
            "readable password",
            |o| {
                o.write("password", "hunter42", 0o644);
                let smtp = "transport = \"smtp\"\nhost = \"127.0.0.1\"\ntls = \"none\"\nport = 9\nusername = \"portal\"\n\
                            password_file = \"password\"";
                o.change(&[("transport = \"folder\"", smtp)]);
            },
            |_| {},
        ),
        (
            "readable secret in the configuration",
            |o| {
                let text =
                    format!("{SAFE}[captcha]\nprovider = \"turnstile\"\nsite_key = \"1\"\nsecret = \"hunter43\"\n");
                o.write("backboard.toml", &text, 0o644);
            },
            |_| {},
        ),
    ];
    for (what, make, mend) in faults {
        make(&office);
        let mut dangers = office.dangers();
        // The mail server of one of them is not there, which only doctor asks.
        dangers.retain(|line| !line.contains("takes no mail from us"));
        assert_eq!(dangers.len(), 1, "{what}: {dangers:#?}");
        assert!(!dangers[0].contains("hunter"), "{what}: {dangers:#?}");
        for arguments in [&["serve"][..], &["import", "roster.csv"], &["account", "show", "ada.lovelace"]] {
            let refused = office.run(arguments);
            let said = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(1), "{what}, {arguments:?}: {said}");
            assert!(said.contains(sentence(&dangers[0])), "{what}, {arguments:?}: {said}\n{}", dangers[0]);
            assert_eq!(said.lines().count(), 1, "{what}, {arguments:?}: {said}");
        }
        mend(&office);
        office.change(&[]);
        assert_eq!(office.dangers(), [""; 0], "{what}, mended");
    }
    assert!(office.path(database).exists());
}

#[test]
fn what_is_not_written_down_is_found_too() {
    let office = Office::settled();
    let output = office.command(&["doctor"]).env("RUST_LOG", "info,sqlx=trace").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().any(|line| line.starts_with("warning") && line.contains("RUST_LOG=info")), "{said}");

    office.change(&[("secrets/keys.toml", "secrets/keys.toml\"\n[limits]\nmultiply = \"1")]);
    let (status, lines) = office.doctor();
    assert_eq!(status, 1, "{lines:#?}");
    assert!(lines[0].contains("limits.multiply"), "a number is no text: {lines:#?}");

    fs::remove_file(office.path("backboard.toml")).unwrap();
    let (status, lines) = office.doctor();
    assert_eq!((status, lines.len()), (1, 2), "{lines:#?}");
    assert!(lines[0].contains("--config"), "{lines:#?}");
}

#[test]
fn people_who_left_and_are_kept_for_good_or_hardly_at_all_are_warned_of() {
    let office = Office::settled();
    for (days, weight, said) in
        [("1095", "ok", "1095 days"), ("0", "warning", "records schedule"), ("89", "warning", "write 90 or more")]
    {
        let keep = format!("secrets/keys.toml\"\n[keep]\npeople_days = {days} # \"");
        office.change(&[("secrets/keys.toml\"", keep.as_str())]);
        let (status, lines) = office.doctor();
        let line = lines.iter().find(|line| line.contains("keep.people_days")).unwrap();
        assert!(status == 0 && line.starts_with(weight) && line.contains(said), "{lines:#?}");
    }
}

#[test]
fn a_mailbox_of_reports_that_cannot_be_used_is_named_and_stops_nothing() {
    let office = Office::settled();
    office.change(&[("folder = \"mail\"", "folder = \"mail\"\nbounces = \"reports\"")]);
    let line = || {
        let (status, lines) = office.doctor();
        assert_eq!(status, 0, "{lines:#?}");
        lines.into_iter().find(|line| line.contains("mail.bounces")).unwrap()
    };
    let missing = line();
    assert!(missing.starts_with("warning") && missing.contains("reports cannot be used"), "{missing}");
    fs::create_dir_all(office.path("reports/new")).unwrap();
    assert!(line().contains("reports/cur cannot be used"), "a Maildir without cur");
    fs::create_dir(office.path("reports/cur")).unwrap();
    assert!(line().starts_with("ok"));
    fs::remove_dir_all(office.path("reports")).unwrap();
    office.write("reports", "a file", 0o600);
    assert!(line().starts_with("warning"));
}

/// A dump of the memory would hold the keys. The shell allows them here; the program does not.
#[test]
fn no_command_leaves_a_core_dump() {
    let office = Office::settled();
    let output = Command::new("sh")
        .args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$0\" doctor", env!("CARGO_BIN_EXE_backboard")])
        .current_dir(office.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().any(|line| line.starts_with("ok ") && line.contains("core dumps")), "{said}");
}

#[test]
fn a_database_of_another_version_is_told_before_it_is_touched() {
    let office = Office::settled();
    let listing =
        || fs::read_dir(office.path("data")).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    let before = (fs::read(office.path("data/backboard.db")).unwrap(), listing());
    assert!(office.doctor().1.iter().any(|line| line.contains("tables up to date")));
    let after = (fs::read(office.path("data/backboard.db")).unwrap(), listing());
    assert!(after == before, "looking changes nothing: {:?}", after.1);
    fs::write(office.path("data/backboard.db"), "no database").unwrap();
    let dangers = office.dangers();
    assert!(dangers.len() == 1 && dangers[0].contains("cannot be read"), "{dangers:#?}");
}
