//! Agency profiles as TOML.

use backboard::agency::{Agency, Asks, ChallengePolicy, Journey, Mails, PasswordText, Recovery};
use backboard::challenge::Asking;
use backboard::identity::DateOrder;
use backboard::password::{Password, PasswordPolicy, Preset};
use proptest::prelude::*;

const PROFILE: &str = r#"id = "example"
name = "Example Bureau of EMS"
system = "Example Portal"
journeys = ["claim"]

[contact]
phones = ["555 0100"]
email = "help@example.gov"
hours = "Monday to Friday, 8 to 4"

[sender]
name = "Example Bureau of EMS"
address = "noreply@example.gov"
"#;

#[test]
fn a_short_profile_gets_the_modern_policy() {
    let agency = Agency::from_toml(PROFILE).unwrap();
    assert_eq!(agency.policy.password, Preset::Modern.password());
    assert_eq!(agency.date_order, DateOrder::MonthDayYear);
    assert!(agency.has(Journey::Claim) && !agency.has(Journey::SignIn));
}

#[test]
fn errors_name_the_line_and_the_key() {
    for (from, to, line, key) in [
        ("system =", "sytem =", "line 3", "sytem"),
        ("[\"claim\"]", "[\"clam\"]", "line 4", "clam"),
        ("hours =", "open =", "line 9", "open"),
        ("address =", "adress =", "line 13", "adress"),
    ] {
        let said = Agency::from_toml(&PROFILE.replace(from, to)).unwrap_err();
        assert!(said.contains(line) && said.contains(key), "{said}");
    }
    let said = Agency::from_toml(&format!("{PROFILE}[policy.password]\nshortest = -1\n")).unwrap_err();
    assert!(said.contains("shortest"), "{said}");
    let said = Agency::from_toml(&PROFILE.replace("name = \"Example Bureau of EMS\"\nsystem", "system")).unwrap_err();
    assert!(said.contains("name"), "{said}");
}

proptest! {
    #[test]
    fn a_value_of_its_own_stands_over_the_preset_and_the_others_stay(
        preset in prop::sample::select(vec![("legacy-state", Preset::LegacyState), ("modern", Preset::Modern), ("bridge", Preset::Bridge)]),
        shortest in prop::option::of(1_u32..20), expires in prop::option::of(0_u32..400), digit in prop::option::of(any::<bool>())
    ) {
        let (name, preset) = preset;
        let mut text = format!("{PROFILE}[policy]\npreset = \"{name}\"\n[policy.password]\n");
        let mut asked = preset.password();
        if let Some(shortest) = shortest {
            text += &format!("shortest = {shortest}\n");
            asked.shortest = shortest;
        }
        if let Some(expires) = expires {
            text += &format!("expires_days = {expires}\n");
            asked.expires_days = expires;
        }
        if let Some(digit) = digit {
            text += &format!("digit = {digit}\n");
            asked.digit = digit;
        }
        let agency = Agency::from_toml(&text).unwrap();
        prop_assert_eq!(agency.policy.preset, preset);
        prop_assert_eq!(&agency.policy.password, &asked);
        // The browser gets the whole profile, so it must come back as it went.
        let wire = serde_json::to_string(&agency).unwrap();
        prop_assert_eq!(serde_json::from_str::<Agency>(&wire).unwrap(), agency);
    }

    #[test]
    fn arbitrary_text_is_refused_and_never_panics(text in any::<String>()) {
        prop_assert!(Agency::from_toml(&text).is_err());
    }
}

/// Values of a product's own.
fn own_rules() -> impl Strategy<Value = PasswordText> {
    let number = |to: u32| prop::option::of(0..to);
    let yes = || prop::option::of(any::<bool>());
    let marks = prop::option::of(prop::sample::select(vec!["", "!", "!@", "!#$", "@!&"]));
    (number(20), prop::option::of(15_u32..90), yes(), yes(), yes(), marks, yes(), number(200)).prop_map(
        |(shortest, longest, uppercase, lowercase, digit, special, blocklist, expires_days)| PasswordText {
            shortest,
            longest,
            uppercase,
            lowercase,
            digit,
            special: special.map(str::to_owned),
            blocklist,
            expires_days,
        },
    )
}

fn policy_text(preset: &str, products: &[PasswordText]) -> String {
    let mut text = format!("{PROFILE}[policy]\npreset = \"{preset}\"\n");
    for (place, own) in products.iter().enumerate() {
        text += &format!("[[policy.products]]\nname = \"Product {place}\"\n[policy.products.password]\n");
        let values = [
            own.shortest.map(|value| format!("shortest = {value}\n")),
            own.longest.map(|value| format!("longest = {value}\n")),
            own.uppercase.map(|value| format!("uppercase = {value}\n")),
            own.lowercase.map(|value| format!("lowercase = {value}\n")),
            own.digit.map(|value| format!("digit = {value}\n")),
            own.special.as_ref().map(|value| format!("special = \"{value}\"\n")),
            own.blocklist.map(|value| format!("blocklist = {value}\n")),
            own.expires_days.map(|value| format!("expires_days = {value}\n")),
        ];
        text.extend(values.into_iter().flatten());
    }
    text
}

/// A product's own values over those that all share.
fn over(base: &PasswordPolicy, own: &PasswordText) -> PasswordPolicy {
    PasswordPolicy {
        shortest: own.shortest.unwrap_or(base.shortest),
        longest: own.longest.unwrap_or(base.longest),
        uppercase: own.uppercase.unwrap_or(base.uppercase),
        lowercase: own.lowercase.unwrap_or(base.lowercase),
        digit: own.digit.unwrap_or(base.digit),
        special: own.special.clone().unwrap_or_else(|| base.special.clone()),
        blocklist: own.blocklist.unwrap_or(base.blocklist),
        expires_days: own.expires_days.unwrap_or(base.expires_days),
    }
}

proptest! {
    #[test]
    fn a_password_that_meets_the_strictest_of_all_products_meets_each(
        preset in prop::sample::select(vec![("legacy-state", Preset::LegacyState), ("modern", Preset::Modern), ("bridge", Preset::Bridge)]),
        products in prop::collection::vec(own_rules(), 0..4), typed in "[a-zA-Z]{2}[a-zA-Z0-9!@#$&]{6,60}"
    ) {
        let (name, base) = (preset.0, preset.1.password());
        let agency = Agency::from_toml(&policy_text(name, &products)).unwrap();
        let strictest = &agency.policy.password;
        let password = Password::parse(&typed).unwrap();
        let met = strictest.check(&password, "").is_ok();
        for each in products.iter().map(|own| over(&base, own)).chain([base.clone()]) {
            prop_assert!(!met || each.check(&password, "").is_ok(), "{typed} meets {strictest:?} and not {each:?}");
            prop_assert!(strictest.shortest >= each.shortest && strictest.longest <= each.longest);
            prop_assert!(each.expires_days == 0 || (1..=each.expires_days).contains(&strictest.expires_days));
            prop_assert!(strictest.blocklist || !each.blocklist);
            prop_assert!(each.special.is_empty() || !strictest.special.is_empty());
        }
        // Only these have their own rules; all of them are what the password is for.
        prop_assert_eq!(agency.policy.products.len(), products.len());
        let wire = serde_json::to_string(&agency).unwrap();
        prop_assert_eq!(serde_json::from_str::<Agency>(&wire).unwrap(), agency);
    }

    #[test]
    fn the_strictest_is_no_stricter_than_some_product_asks(products in prop::collection::vec(own_rules(), 0..4)) {
        let base = Preset::Bridge.password();
        let all: Vec<PasswordPolicy> = products.iter().map(|own| over(&base, own)).chain([base.clone()]).collect();
        let strictest = Agency::from_toml(&policy_text("bridge", &products)).unwrap().policy.password;
        prop_assert!(all.iter().any(|each| each.shortest == strictest.shortest));
        prop_assert!(all.iter().any(|each| each.longest == strictest.longest));
        prop_assert!(all.iter().any(|each| each.expires_days == strictest.expires_days));
        prop_assert_eq!(strictest.uppercase, all.iter().any(|each| each.uppercase));
        prop_assert_eq!(strictest.lowercase, all.iter().any(|each| each.lowercase));
        prop_assert_eq!(strictest.digit, all.iter().any(|each| each.digit));
        prop_assert_eq!(strictest.special.is_empty(), all.iter().all(|each| each.special.is_empty()));
    }
}

#[test]
fn marks_that_no_two_products_share_are_still_asked_and_travel_as_they_are() {
    let own = |special: &str| PasswordText { special: Some(special.to_owned()), ..PasswordText::default() };
    for (preset, products, asked) in [
        ("legacy-state", vec![own("!%")], "!"),
        ("legacy-state", vec![own("")], "!@#$&"),
        ("legacy-state", vec![own("%")], "!@#$&"),
        ("legacy-state", vec![own("%"), own("&")], "&"),
        ("modern", vec![own("%^"), own("^")], "^"),
        ("modern", vec![own("%"), own("^")], "%"),
    ] {
        let agency = Agency::from_toml(&policy_text(preset, &products)).unwrap();
        assert_eq!(agency.policy.password.special, asked, "{products:?}");
        let wire = serde_json::to_string(&agency).unwrap();
        assert_eq!(serde_json::from_str::<Agency>(&wire).unwrap(), agency);
    }
}

#[test]
fn a_profile_that_says_nothing_recovers_by_link_and_asks_no_question() {
    let agency = Agency::from_toml(PROFILE).unwrap();
    assert_eq!(agency.recovery, Recovery { asks: Asks::Login, mails: Mails::Link });
    assert_eq!(agency.external, None);
    assert_eq!(agency.policy.challenge, ChallengePolicy { asking: Asking::Off, confirm_days: 0 });
    assert_eq!(agency.policy.temporary.hours, 24);
    assert_eq!(agency.policy.products, []);
    let legacy = Agency::from_toml(&policy_text("legacy-state", &[])).unwrap();
    assert_eq!(legacy.policy.temporary.hours, 7 * 24);
}

#[test]
fn a_profile_says_how_people_get_back_in() {
    let text = format!(
        "{}{}",
        PROFILE.replace("[\"claim\"]", "[\"claim\", \"username\", \"reset\", \"sign-in\", \"security\"]"),
        r#"[recovery]
asks = "identity"
mails = "temporary-password"

[external]
name = "Example Sign-in"
url = "https://login.example.gov/"

[policy]
preset = "legacy-state"

[policy.challenge]
asking = "required"
confirm_days = 365

[policy.temporary]
hours = 48

[[policy.products]]
name = "eICS"

[[policy.products]]
name = "EMTrack"
[policy.products.password]
shortest = 12
special = "!#"
"#
    );
    let agency = Agency::from_toml(&text).unwrap();
    assert!(agency.has(Journey::Reset) && agency.has(Journey::Security));
    assert_eq!(agency.recovery, Recovery { asks: Asks::Identity, mails: Mails::TemporaryPassword });
    assert_eq!(agency.external.as_ref().unwrap().url, "https://login.example.gov/");
    assert_eq!(agency.policy.challenge, ChallengePolicy { asking: Asking::Required, confirm_days: 365 });
    assert_eq!(agency.policy.temporary.hours, 48);
    let products: Vec<&str> = agency.policy.products.iter().map(|product| product.name.as_str()).collect();
    assert_eq!(products, ["eICS", "EMTrack"]);
    assert_eq!((agency.policy.password.shortest, agency.policy.password.special.as_str()), (12, "!#"));
    assert_eq!(agency.policy.password.longest, 15);
    // Each of the new values may be left out alone.
    let wire = serde_json::to_string(&agency).unwrap();
    assert_eq!(serde_json::from_str::<Agency>(&wire).unwrap(), agency);
    for line in
        ["asks = \"identity\"", "mails = \"temporary-password\"", "confirm_days = 365", "hours = 48", "shortest = 12"]
    {
        assert!(Agency::from_toml(&text.replace(line, "")).is_ok(), "{line}");
    }
}

#[test]
fn errors_in_the_ways_back_in_name_the_line_and_the_key() {
    for (wrong, key) in [
        ("[recovery]\nask = \"login\"", "ask"),
        ("[recovery]\nasks = \"e-mail\"", "asks"),
        ("[recovery]\nmails = \"password\"", "mails"),
        ("[external]\nurl = \"https://login.example.gov/\"", "name"),
        ("[external]\nname = \"Example\"", "url"),
        ("[external]\nname = \"Example\"\nurl = \"https://login.example.gov/\"\nlogo = \"x\"", "logo"),
        ("[policy.challenge]\nasking = \"always\"", "asking"),
        ("[policy.challenge]\nconfirm_days = -1", "confirm_days"),
        ("[policy.challenge]\nconfirm = 1", "confirm"),
        ("[policy.temporary]\nhours = \"24\"", "hours"),
        ("[policy.temporary]\ndays = 1", "days"),
        ("[[policy.products]]\npassword = {}", "name"),
        ("[[policy.products]]\nname = \"eICS\"\nurl = \"x\"", "url"),
        ("[[policy.products]]\nname = \"eICS\"\n[policy.products.password]\nlongest = -1", "longest"),
        ("[[policy.products]]\nname = \"eICS\"\n[policy.products.password]\nlength = 8", "length"),
    ] {
        let said = Agency::from_toml(&format!("{PROFILE}{wrong}\n")).unwrap_err();
        assert!(said.contains("line ") && said.contains(key), "{wrong}: {said}");
        let line: usize = said.split("line ").nth(1).and_then(|rest| rest.split(',').next()).unwrap().parse().unwrap();
        let first = PROFILE.lines().count() + 1;
        assert!((first..first + wrong.lines().count()).contains(&line), "{wrong}: {said}");
    }
}
