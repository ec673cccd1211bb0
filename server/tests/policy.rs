//! `backboard policy explain`, and the profiles that come with the program.

#![expect(clippy::unwrap_used, reason = "what cannot be set up has failed")]

use std::collections::BTreeMap;
use std::process::{Command, Output};

use app::words::Catalog;
use backboard::agency::{Agency, Asks, Journey, Mails};
use backboard::challenge::Asking;
use backboard::password::{Password, Preset};
use server::profiles;

fn backboard(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_backboard"))
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap()
}

fn explained(arguments: &[&str]) -> String {
    let output = backboard(&[&["policy", "explain"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_built_in_profile_is_explained_in_aligned_plain_text() {
    let keys = serde_json::to_value(Preset::Modern.password()).unwrap();
    for name in profiles::built_in() {
        let text = explained(&["--agency", &name]);
        assert!(text.starts_with(&format!("{}, profile {name}, preset ", profiles::profile(&name).unwrap().name)));
        assert!(!text.contains('\u{1b}') && !text.contains('\t'), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 100 && line == line.trim_end(), "{line:?}");
        }
        for key in keys.as_object().unwrap().keys().map(String::as_str).chain(["challenge", "temporary"]) {
            let line = text.lines().find(|line| line.split(' ').next() == Some(key)).unwrap_or_else(|| panic!("{key}"));
            assert!(line.chars().nth(15) == Some(' ') && line.chars().nth(16) != Some(' '), "not aligned: {line:?}");
        }
        for fixed in ["Argon2id, 19 MiB", "works 60 minutes", "3 of an account", "8 digits, 5 tries", "8 hours"] {
            assert!(text.contains(fixed), "{name} does not say {fixed:?}");
        }
        let departs = text.matches("\n  departs from").count();
        assert!(departs == 0 || text.contains("\n  instead"), "{text}");
    }
}

#[test]
fn what_departs_stands_with_its_control_and_is_named_at_the_end() {
    let text = explained(&["--agency", "louisiana-bems"]);
    assert!(text.contains("longest         15 characters\n  departs from  NIST SP 800-63B-4 3.1.1.2 (2): "), "{text}");
    assert!(text.contains("\n  instead       A longer password is refused in words and never cut off."), "{text}");
    assert!(
        text.split_whitespace().collect::<Vec<_>>().join(" ").contains(
            "12 values depart from a requirement: shortest, longest, uppercase, lowercase, digit, special, expires_days, temporary, mailed link, mailed code, mailed password, sign-in tries."
        ),
        "{text}"
    );
    let text = explained(&["--agency", "emresource"]);
    assert!(text.contains("5 values depart from a requirement: challenge, mailed link, mailed code, mailed"), "{text}");
    assert!(
        text.contains("One password for eICS, EMResource, EMTrack: the strictest of their policies applies."),
        "{text}"
    );
    assert!(text.contains("\n  departs from  NIST SP 800-63B-4 3.1.1.2 (8): "), "{text}");
    assert!(
        text.contains("  instead       The question only adds to the mailed link, is never shown before it,"),
        "{text}"
    );
    assert!(!text.contains("asked by"), "no product has rules of its own: {text}");
}

/// The built-in profile with some of its text replaced, in a file of its own.
fn changed(name: &str, changes: &[(&str, &str)]) -> (tempfile::TempDir, String) {
    let mut text = std::fs::read_to_string(format!("{}/../agencies/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?} is not in {name}");
        text = text.replacen(from, to, 1);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn each_value_names_the_product_that_asks_for_it() {
    let eics = "name = \"eICS\"\npassword = { shortest = 16, digit = true }";
    let (_folder, path) = changed("emresource", &[("name = \"eICS\"", eics)]);
    let text = explained(&["--agency", &path]);
    assert!(text.contains("shortest        16 characters (asked by eICS)\n"), "{text}");
    assert!(text.contains("digit           at least one (asked by eICS)\n"), "{text}");
    assert_eq!(text.matches("asked by").count(), 2);
}

#[test]
fn a_policy_that_nobody_can_meet_is_refused_with_its_key() {
    let eics = |rules: &str| format!("name = \"eICS\"\npassword = {{ {rules} }}");
    let product = |rules: &str| ("name = \"eICS\"".to_owned(), eics(rules));
    let base =
        |rules: &str| ("preset = \"modern\"".to_owned(), format!("preset = \"modern\"\npassword = {{ {rules} }}"));
    let with = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    for (change, key, said) in [
        (vec![product("longest = 14")], "policy.products", "15 to 14 characters"),
        (vec![product("shortest = 129")], "policy.products", "129 to 128 characters"),
        (vec![base("longest = 500")], "policy.password.longest", "500 is more than the 128"),
        (vec![base("shortest = 0")], "policy.password", "0 to 128 characters"),
        (vec![base("special = \"!\""), product("special = \"?\"")], "policy.products", "share none"),
        (
            vec![
                product("special = \"!?\""),
                with("name = \"EMTrack\"", "name = \"EMTrack\"\npassword.special = \"@#\""),
            ],
            "policy.products",
            "share none",
        ),
        (
            vec![base("shortest = 1, longest = 2"), product("uppercase = true, lowercase = true, digit = true")],
            "policy.products",
            "2 characters cannot be of 3 kinds",
        ),
        (vec![base("special = \"\\u0007\"")], "policy.password.special", "nobody can type"),
        (vec![with("name = \"EMTrack\"", "name = \"emresource \"")], "policy.products.name", "twice"),
        (vec![with("name = \"EMTrack\"", "name = \" \"")], "policy.products.name", "empty"),
        (
            vec![with("[policy.challenge]", "[policy.temporary]\nhours = 0\n[policy.challenge]")],
            "policy.temporary.hours",
            "0 is not",
        ),
        (
            vec![with("[policy.challenge]", "[policy.temporary]\nhours = 8761\n[policy.challenge]")],
            "policy.temporary.hours",
            "8761 is not from 1 to 8760",
        ),
        (vec![with(", \"security\"]", "]")], "policy.challenge.asking", "security"),
        (vec![with("https://login.juvare.com/", "http://login.juvare.com/")], "external.url", "https://"),
        (vec![with("https://login.juvare.com/", "login.juvare.com")], "external.url", "https://"),
        (vec![with("https://login.juvare.com/", "https://a:b@login.juvare.com")], "external.url", "password in it"),
        (vec![with("name = \"Juvare Login Services\"", "name = \"\"")], "external.name", "empty"),
    ] {
        let changes: Vec<(&str, &str)> = change.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let (_folder, path) = changed("emresource", &changes);
        let refused = profiles::profile(&path).unwrap_err();
        assert!(refused.contains(&format!("key {key}: ")) && refused.contains(said), "{key}: {refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
    // The bounds themselves will do, and so does a mark that one alone asks for.
    for change in [
        vec![with("[policy.challenge]", "[policy.temporary]\nhours = 8760\n[policy.challenge]")],
        vec![product("shortest = 128")],
        vec![product("special = \"?\"")],
        vec![base("special = \"!?\""), product("special = \"\"")],
    ] {
        let changes: Vec<(&str, &str)> = change.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let (_folder, path) = changed("emresource", &changes);
        profiles::profile(&path).unwrap();
    }
}

#[test]
fn every_profile_has_every_journey_and_its_own_way_back_in() {
    use Journey::{Claim, Reset, Security, SignIn, Username};
    for (name, asks, mails, asking, confirm_days, external) in [
        ("demo", Asks::Login, Mails::Link, Asking::Optional, 365, Some("Demo Login Services")),
        ("emresource", Asks::Login, Mails::Link, Asking::Required, 365, Some("Juvare Login Services")),
        ("louisiana-bems", Asks::Login, Mails::TemporaryPassword, Asking::Off, 0, None),
        ("michigan-emsis", Asks::Identity, Mails::Link, Asking::Off, 0, None),
    ] {
        let agency = profiles::profile(name).unwrap();
        assert_eq!(agency.journeys, [Claim, Username, Reset, SignIn, Security], "{name}");
        assert_eq!((agency.recovery.asks, agency.recovery.mails), (asks, mails), "{name}");
        let challenge = agency.policy.challenge;
        assert_eq!((challenge.asking, challenge.confirm_days), (asking, confirm_days), "{name}");
        assert_eq!(agency.external.as_ref().map(|external| external.name.as_str()), external, "{name}");
    }
    let products = profiles::profile("emresource").unwrap().policy.products;
    assert_eq!(
        products.iter().map(|product| product.name.as_str()).collect::<Vec<_>>(),
        ["eICS", "EMResource", "EMTrack"]
    );
    assert_eq!(profiles::profile("louisiana-bems").unwrap().policy.temporary.hours, 7 * 24);
}

#[test]
fn the_agency_of_the_configuration_is_explained_with_its_own_values_marked() {
    let folder = tempfile::tempdir().unwrap();
    let own = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../agencies/demo.toml")).unwrap();
    let own = own.replacen("preset = \"bridge\"", "preset = \"bridge\"\npassword = { shortest = 12 }", 1);
    std::fs::write(folder.path().join("own.toml"), own).unwrap();
    let config = folder.path().join("backboard.toml");
    let text = "public_url = \"https://accounts.example.gov\"\nagency = \"./own.toml\"\n\
                keys.file = \"keys.toml\"\nmail = { transport = \"folder\", folder = \"mail\" }\n";
    std::fs::write(&config, text).unwrap();
    let text = explained(&["--config", config.to_str().unwrap()]);
    assert!(text.contains("shortest        12 characters (the profile's own, over its preset)"), "{text}");
    // And the question, which the demo asks; no value is marked beside these two.
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("every 365 days (the profile's own, over its preset)"), "{text}");
    assert_eq!(joined.matches("over its preset").count(), 2, "{text}");
}

#[test]
fn without_a_configuration_it_is_refused_with_the_way_out() {
    for (arguments, status, said) in [
        (&["policy", "explain"][..], 1, "--agency"),
        (&["policy", "explain", "--agency", "nowhere"], 1, "louisiana-bems"),
        (&["policy", "explain", "--agency", "demo", "--config", "x.toml"], 2, "--config"),
        (&["policy"], 2, "explain"),
    ] {
        let output = backboard(arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said) && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    }
}

/// One sentence of the profile's own, where each of them stands on a page.
fn own_sentence(agency: &Agency, key: &str) -> String {
    let words = agency.words.get("en").unwrap();
    let own = Catalog::of(agency, "en").unwrap();
    let plain = Catalog::of(&Agency { words: BTreeMap::new(), ..agency.clone() }, "en").unwrap();
    let changed = own.page_sentences().iter().zip(plain.page_sentences()).filter(|(own, plain)| own != plain).count();
    let on_pages = words.keys().filter(|key| !key.starts_with("mail.")).count();
    assert_eq!(changed, on_pages, "not every word of {} stands on a page", agency.id);
    words.get(key).unwrap().clone()
}

#[test]
fn louisiana_has_its_contacts_its_sender_its_rules_and_its_words() {
    let agency = profiles::profile("louisiana-bems").unwrap();
    assert_eq!(agency.contact.phones, ["225-925-4022", "225-925-7216"]);
    assert_eq!(agency.contact.email, "EMS.Credentialing@la.gov");
    assert_eq!(agency.sender.address, "EML-SVC-PROD-BEMS@LA.GOV");
    assert_eq!(agency.policy.password, Preset::LegacyState.password());
    assert_eq!(own_sentence(&agency, "field.username"), "Login ID");
    assert_eq!(own_sentence(&agency, "field.login"), "Email or Login ID");
    // What the office's page recommends is what anyone tries first.
    for typed in ["Welcome1!", "Welcome2!", "Labems2026!", "Louisiana1$"] {
        let password = Password::parse(typed).unwrap();
        assert!(agency.policy.password.check_beside(&password, "ada", &agency.names()).is_err(), "{typed}");
    }
}

#[test]
fn emresource_has_its_words_a_contact_of_nobody_and_the_modern_rules() {
    let agency = profiles::profile("emresource").unwrap();
    assert_eq!(own_sentence(&agency, "sign-in.button"), "Log In");
    assert_eq!(own_sentence(&agency, "sign-in.forgot-username"), "forgot username?");
    assert_eq!(own_sentence(&agency, "sign-in.forgot-password"), "forgot password?");
    assert!(agency.contact.email.ends_with(".example") && agency.sender.address.ends_with(".example"));
    assert!(agency.contact.phones.iter().all(|phone| phone.contains("555-01")));
    assert_eq!(agency.policy.password, Preset::Modern.password());
}

#[test]
fn a_mistake_in_a_built_in_profiles_copy_is_refused_with_its_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["louisiana-bems", "emresource"] {
        let file = format!("{}/../agencies/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).unwrap();
        for (old, new, key) in [
            ("hours = ", "hour = ", "contact.hour"),
            ("address = ", "adress = ", "sender.adress"),
            ("preset = ", "presets = ", "policy"),
            ("journeys = [", "journeys = [\"fly\", ", "journeys"),
        ] {
            let line = text.lines().position(|line| line.starts_with(old)).unwrap() + 1;
            let path = folder.path().join("own.toml");
            let copy: Vec<String> = text
                .lines()
                .map(|line| line.strip_prefix(old).map_or_else(|| line.to_owned(), |rest| format!("{new}{rest}")))
                .collect();
            std::fs::write(&path, copy.join("\n")).unwrap();
            let said = profiles::profile(path.to_str().unwrap()).unwrap_err();
            // A table that is read as a whole is named by the line of its heading.
            let named = [line, line - 1].iter().any(|line| said.contains(&format!("line {line}")));
            assert!(named && said.contains(key) && !said.contains('\n'), "{name}: {said}");
        }
        let path = folder.path().join("words.toml");
        std::fs::write(&path, format!("{text}\"no.such.sentence\" = \"x\"\n")).unwrap();
        let said = profiles::profile(path.to_str().unwrap()).unwrap_err();
        assert!(said.contains("key words.e") && said.contains("no.such.sentence"), "{said}");
    }
}
