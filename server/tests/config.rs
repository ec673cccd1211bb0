//! The configuration and the profiles: what is taken, and what is refused with which way out.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use server::config::{Captcha, Config, Database, Mail, Provider, PublicUrl, Tls};
use server::keys::Keys;
use server::profiles;
use tempfile::TempDir;

/// The contract's file, with the keys outside the database's folder as it says.
const WHOLE: &str = r#"
public_url = "https://accounts.example.gov"
listen     = "127.0.0.1:8080"
node       = "a1"
agency     = "michigan-emsis"
[database]
url = "sqlite:data/backboard.db"
[keys]
file = "keys.toml"
[mail]
transport = "smtp"
folder = "mail"
host = "127.0.0.1"
port = 1025
tls = "none"
bounces = "reports"
[proxy]
trusted = ["127.0.0.1/32", "10.1.2.3"]
[admin]
listen = "127.0.0.1:9090"
drain_seconds = 15
[limits]
multiply = 1
[keep]
people_days = 730
[import]
most_bytes = 1000
"#;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn load(text: &str) -> Result<Config, String> {
    load_with(text, &[])
}

fn load_with(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = folder();
    let file = written(&folder, "backboard.toml", text);
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(Some(&file), environment).map_err(|error| error.to_string())
}

/// The sentence that refuses the whole file with one line replaced.
fn refusal(old: &str, new: &str) -> String {
    assert!(WHOLE.contains(old), "{old:?} is not in the file");
    let sentence = load(&WHOLE.replace(old, new)).unwrap_err();
    assert!(sentence.ends_with('.') && !sentence.contains('\n'), "not one sentence: {sentence}");
    sentence
}

#[test]
fn the_whole_file_is_read() {
    let folder = folder();
    let file = written(&folder, "backboard.toml", WHOLE);
    let config = Config::load(Some(&file), []).unwrap();
    assert_eq!(config.public_url.origin(), "https://accounts.example.gov");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.agency.id, "michigan-emsis");
    assert_eq!(config.database, Database::Sqlite(folder.path().join("data/backboard.db")));
    assert_eq!(config.keys_file, folder.path().join("keys.toml"));
    let Mail::Smtp(smtp) = &config.mail else { panic!("{:?}", config.mail) };
    assert_eq!((smtp.host.as_str(), smtp.port, smtp.tls), ("127.0.0.1", 1025, Tls::None));
    assert_eq!(config.bounces, Some(folder.path().join("reports")));
    assert_eq!(
        config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["127.0.0.1/32", "10.1.2.3/32"]
    );
    assert_eq!(config.admin.unwrap().to_string(), "127.0.0.1:9090");
    assert_eq!((config.drain.as_secs(), config.node.as_deref()), (15, Some("a1")));
    assert_eq!((config.multiply, config.people_days, config.captcha), (1, 730, Captcha::Altcha));
    assert_eq!(config.import_bytes, 1_000);
}

#[test]
fn the_environment_goes_over_the_file() {
    let config = load_with(
        WHOLE,
        &[
            ("BACKBOARD__PUBLIC_URL", "http://127.0.0.1:8080"),
            ("BACKBOARD__MAIL__PORT", "2525"),
            ("BACKBOARD__MAIL__HOST", "localhost"),
            ("BACKBOARD__PROXY__TRUSTED", "10.0.0.0/8, fd00::/8"),
            ("BACKBOARD__LIMITS__MULTIPLY", "500"),
            ("BACKBOARD_BIN", "not a key of ours"),
            ("HOME", "/root"),
        ],
    )
    .unwrap();
    assert!(config.public_url.is_loopback());
    let Mail::Smtp(smtp) = &config.mail else { panic!("{:?}", config.mail) };
    assert_eq!((smtp.host.as_str(), smtp.port), ("localhost", 2525));
    assert_eq!((config.trusted_proxies.len(), config.multiply), (2, 500));
}

#[test]
fn the_environment_alone_is_enough() {
    let environment = [
        ("BACKBOARD__PUBLIC_URL", "https://accounts.example.gov"),
        ("BACKBOARD__AGENCY", "demo"),
        ("BACKBOARD__KEYS__FILE", "/etc/backboard/keys.toml"),
        ("BACKBOARD__DATABASE__URL", "sqlite:///var/lib/backboard/backboard.db?mode=rwc"),
        ("BACKBOARD__MAIL__TRANSPORT", "folder"),
        ("BACKBOARD__MAIL__FOLDER", "/var/lib/backboard/mail"),
    ];
    let config = Config::load(None, environment.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    assert_eq!(config.database, Database::Sqlite("/var/lib/backboard/backboard.db".into()));
    assert_eq!(config.mail, Mail::Folder("/var/lib/backboard/mail".into()));
    assert_eq!((config.admin, config.people_days, config.import_bytes), (None, 1_095, 64 * 1024 * 1024));
    assert_eq!((config.drain.as_secs(), config.node), (0, None));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_name() {
    let sentence = refusal("port = 1025", "prot = 1025");
    assert!(
        sentence.contains("line 14") && sentence.contains("mail.prot") && sentence.contains("unknown field"),
        "{sentence}"
    );
    let sentence = refusal("[admin]", "[adnim]");
    assert!(sentence.contains("line 19") && sentence.contains("adnim"), "{sentence}");
    let sentence = load_with(WHOLE, &[("BACKBOARD__MAIL__PROT", "1")]).unwrap_err();
    assert!(sentence.contains("BACKBOARD__MAIL__PROT") && sentence.contains("unknown field"), "{sentence}");
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_with_its_line_and_name() {
    let sentence = refusal("port = 1025", "port = \"smtp\"");
    assert!(sentence.contains("line 14") && sentence.contains("mail.port"), "{sentence}");
    let sentence = refusal("tls = \"none\"", "tls = \"maybe\"");
    assert!(sentence.contains("mail.tls") && sentence.contains("starttls"), "{sentence}");
    assert!(load_with(WHOLE, &[("BACKBOARD__MAIL__PORT", "many")]).unwrap_err().contains("BACKBOARD__MAIL__PORT"));
}

#[test]
fn what_is_missing_is_named_with_its_variable() {
    let sentence = refusal("public_url = \"https://accounts.example.gov\"", "");
    assert!(sentence.contains("public_url") && sentence.contains("BACKBOARD__PUBLIC_URL"), "{sentence}");
    let sentence = refusal("file = \"keys.toml\"", "");
    assert!(sentence.contains("BACKBOARD__KEYS__FILE"), "{sentence}");
    let sentence = refusal("transport = \"smtp\"\nfolder = \"mail\"", "transport = \"folder\"");
    assert!(sentence.contains("BACKBOARD__MAIL__FOLDER"), "{sentence}");
}

#[test]
fn the_public_url_is_an_https_origin_or_loopback() {
    for good in [
        "https://accounts.example.gov",
        "https://accounts.example.gov/",
        "http://127.0.0.1:8080",
        "http://[::1]:80",
        "http://localhost:1",
    ] {
        assert!(PublicUrl::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "accounts.example.gov",
        "/accounts",
        "http://accounts.example.gov",
        "http://127.0.0.1.example.gov",
        "http://localhost.example.gov",
        "ftp://127.0.0.1",
        "https://accounts.example.gov/portal",
        "https://accounts.example.gov/?a=b",
        "https://accounts.example.gov/#a",
        "https://name:word@accounts.example.gov",
        "",
    ] {
        assert!(PublicUrl::parse(bad).is_err(), "{bad}");
    }
    let url = PublicUrl::parse("http://LOCALHOST:8080/").unwrap();
    assert_eq!(
        (url.origin(), url.host(), url.authority().as_str()),
        ("http://localhost:8080", "localhost", "localhost:8080")
    );
    let url = PublicUrl::parse("https://Accounts.Example.gov:443").unwrap();
    assert_eq!((url.origin(), url.authority().as_str()), ("https://accounts.example.gov", "accounts.example.gov"));
    assert!(!url.is_loopback());
}

#[test]
fn larger_limits_are_for_loopback_alone() {
    assert!(refusal("multiply = 1", "multiply = 2").contains("limits.multiply"));
    assert!(refusal("multiply = 1", "multiply = 0").contains("limits.multiply"));
    assert!(refusal("most_bytes = 1000", "most_bytes = 0").contains("import.most_bytes"));
    let local = WHOLE.replace("https://accounts.example.gov", "http://localhost:8080");
    assert_eq!(load(&local.replace("multiply = 1", "multiply = 100")).unwrap().multiply, 100);
}

#[test]
fn readable_smtp_is_for_loopback_alone() {
    let sentence = refusal("host = \"127.0.0.1\"", "host = \"mail.example.gov\"");
    assert!(sentence.contains("mail.tls") && sentence.contains("starttls"), "{sentence}");
    let secure =
        WHOLE.replace("host = \"127.0.0.1\"", "host = \"mail.example.gov\"").replace("\"none\"", "\"implicit\"");
    assert!(load(&secure).is_ok());
}

#[test]
fn keys_in_the_folder_of_the_database_are_refused_however_they_are_named() {
    for file in ["data/keys.toml", "./data/deep/keys.toml", "other/../data/keys.toml"] {
        let sentence = refusal("file = \"keys.toml\"", &format!("file = {file:?}"));
        assert!(sentence.contains("keys.file") && sentence.contains("another folder"), "{sentence}");
    }
    assert!(refusal("sqlite:data/backboard.db", "sqlite:backboard.db").contains("keys.file"));
    let folder = folder();
    fs::create_dir(folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("data"), folder.path().join("elsewhere")).unwrap();
    let text = WHOLE.replace("file = \"keys.toml\"", "file = \"elsewhere/keys.toml\"");
    let file = written(&folder, "backboard.toml", &text);
    assert!(Config::load(Some(&file), []).unwrap_err().to_string().contains("keys.file"));
}

#[test]
fn keys_that_others_may_read_are_refused() {
    let folder = folder();
    let file = written(&folder, "backboard.toml", WHOLE);
    let keys = folder.path().join("keys.toml");
    Keys::create(&keys).unwrap();
    for (mode, taken) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
        fs::set_permissions(&keys, Permissions::from_mode(mode)).unwrap();
        let loaded = Config::load(Some(&file), []);
        assert_eq!((loaded.is_ok(), Keys::read(&keys).is_ok()), (taken, taken), "mode {mode:o}");
        if let Err(error) = loaded {
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }
}

#[test]
fn databases_that_would_forget_or_are_unknown_are_refused() {
    for url in [
        "sqlite::memory:",
        "sqlite:",
        "mysql://localhost/accounts",
        "backboard.db",
        "sqlite:data/a.db?mode=memory",
        "sqlite:data/a.db?cache=shared",
    ] {
        assert!(refusal("sqlite:data/backboard.db", url).contains("database.url"), "{url}");
    }
    let config = load(&WHOLE.replace("sqlite:data/backboard.db", "postgres://portal:hunter42@db/accounts")).unwrap();
    assert!(matches!(config.database, Database::Postgres(_)));
    assert!(!format!("{config:?}").contains("hunter42"));
}

#[test]
fn secrets_come_from_files_and_never_show() {
    let folder = folder();
    written(&folder, "mail-word", "hunter42\n");
    written(&folder, "captcha-word", "hunter43\n");
    let text = WHOLE.replace("[proxy]", "username = \"portal\"\npassword_file = \"mail-word\"\n[proxy]")
        + "[captcha]\nprovider = \"turnstile\"\nsite_key = \"1x00\"\nsecret_file = \"captcha-word\"\n";
    let file = written(&folder, "backboard.toml", &text);
    let config = Config::load(Some(&file), []).unwrap();
    let Mail::Smtp(smtp) = &config.mail else { panic!("{:?}", config.mail) };
    let (name, word) = smtp.login.as_ref().unwrap();
    assert_eq!((name.as_str(), word.reveal()), ("portal", "hunter42"));
    let Captcha::Hosted(hosted) = &config.captcha else { panic!("{:?}", config.captcha) };
    assert_eq!((hosted.provider, hosted.secret.reveal()), (Provider::Turnstile, "hunter43"));
    assert!(!format!("{config:?}").contains("hunter"));
}

#[test]
fn half_a_login_and_half_a_captcha_are_refused() {
    assert!(refusal("[proxy]", "username = \"portal\"\n[proxy]").contains("mail.password_file"));
    assert!(refusal("[proxy]", "password_file = \"missing\"\n[proxy]").contains("cannot be read"));
    for (captcha, named) in [
        ("provider = \"hcaptcha\"\nsite_key = \"1\"", "captcha.secret_file"),
        ("provider = \"hcaptcha\"\nsecret = \"1\"", "captcha.site_key"),
        (
            "provider = \"recaptcha\"\nsite_key = \"1\"\nsecret = \"1\"\nverify_url = \"http://example.com/\"",
            "captcha.verify_url",
        ),
        ("site_key = \"1\"", "captcha.provider"),
    ] {
        let sentence = load(&format!("{WHOLE}[captcha]\n{captcha}\n")).unwrap_err();
        assert!(sentence.contains(named), "{sentence}");
    }
}

#[test]
fn addresses_and_networks_are_refused_when_they_are_none() {
    assert!(refusal("listen     = \"127.0.0.1:8080\"", "listen = \"localhost\"").contains("listen"));
    assert!(refusal("\"127.0.0.1:9090\"", "\"9090\"").contains("admin.listen"));
    assert!(refusal("drain_seconds = 15", "drain_seconds = 301").contains("write at most 300, such as 15"));
    for node in ["", "a 1", "a\\n", "\u{2028}", &"a".repeat(65)] {
        assert!(refusal("\"a1\"", &format!("\"{node}\"")).contains("is no name for the log"), "{node:?}");
    }
    assert!(refusal("\"127.0.0.1/32\"", "\"127.0.0.1/33\"").contains("proxy.trusted"));
}

#[test]
fn every_built_in_profile_can_be_used() {
    let names = profiles::built_in();
    for name in ["demo", "michigan-emsis"] {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
    for name in names {
        let agency = profiles::profile(&name).unwrap();
        assert_eq!(agency.id, name);
        assert!(!agency.journeys.is_empty() && !agency.home.is_empty(), "{name} leads nowhere");
    }
}

#[test]
fn an_unknown_profile_is_refused_with_the_names_there_are() {
    let sentence = refusal("\"michigan-emsis\"", "\"michigan\"");
    assert!(
        sentence.contains("demo, ") && sentence.contains("michigan-emsis") && sentence.contains("./michigan.toml"),
        "{sentence}"
    );
}

#[test]
fn a_profile_of_ones_own_is_read_from_the_folder_of_the_configuration() {
    let folder = folder();
    let own = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../agencies/demo.toml")).unwrap();
    written(&folder, "own.toml", &own.replace("Demo EMS Office", "Our Own Office"));
    let file = written(&folder, "backboard.toml", &WHOLE.replace("michigan-emsis", "own.toml"));
    assert_eq!(Config::load(Some(&file), []).unwrap().agency.name, "Our Own Office");
}

#[test]
fn a_mistake_in_a_profile_of_ones_own_is_refused_with_its_line_and_key() {
    let demo = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../agencies/demo.toml")).unwrap();
    let line = |text: &str, start: &str| text.lines().position(|line| line.starts_with(start)).unwrap() + 1;
    let folder = folder();
    for (old, new, key) in [
        ("phones = ", "phone = ", "contact.phone"),
        ("preset = \"bridge\"", "preset = \"strict\"", "policy"),
        ("journeys = [\"claim\", ", "journeys = [\"fly\", ", "journeys"),
        ("note = \"The office's own system would open here.\"", "note = 5", "home.note"),
    ] {
        let text = demo.replacen(old, new, 1);
        let path = written(&folder, "own.toml", &text);
        let sentence = profiles::profile(path.to_str().unwrap()).unwrap_err();
        let number =
            if key == "policy" { line(&text, "[policy]") } else { line(&text, new.split(' ').next().unwrap()) };
        let place = sentence.contains(&format!("line {number}")) || sentence.contains(&format!("line {}", number + 1));
        assert!(place && sentence.contains(key) && !sentence.contains('\n'), "{sentence}");
    }
    for (old, new, key) in [
        ("help@ems-office.example", "nobody", "contact.email"),
        ("phones = [\"(555) 555-0142\", \"(555) 555-0143\"]", "phones = []", "contact.phones"),
        ("[policy]", "[words.tlh]\n\"common.skip\" = \"yIghoS\"\n[policy]", "words.tlh"),
        ("[policy]", "[words.en]\n\"no.such.sentence\" = \"x\"\n[policy]", "no.such.sentence"),
        ("preset = \"bridge\"", "preset = \"bridge\"\npassword = { shortest = 70 }", "policy.password"),
    ] {
        assert!(demo.contains(old), "{old}");
        let path = written(&folder, "own.toml", &demo.replacen(old, new, 1));
        let sentence = profiles::profile(path.to_str().unwrap()).unwrap_err();
        assert!(sentence.contains(key), "{sentence}");
    }
}
