//! Agency profiles as TOML.

use backboard::agency::{Agency, Journey};
use backboard::identity::DateOrder;
use backboard::password::Preset;
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
