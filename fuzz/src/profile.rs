//! Agency profiles in TOML.

use backboard::agency::Agency;
use backboard::identity::Email;
use backboard::password::LONGEST_TYPED;
use server::mail::Stationery;
use server::profiles::parse;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let agency = match parse("profile.toml", text) {
        Ok(agency) => agency,
        Err(refused) => return crate::assert_one_line(&refused),
    };
    assert!(Email::parse(&agency.contact.email).is_ok() && Email::parse(&agency.sender.address).is_ok());
    assert!(!agency.contact.phones.is_empty());
    let password = &agency.policy.password;
    assert!((1..=password.longest).contains(&password.shortest) && password.longest as usize <= LONGEST_TYPED);
    // The browser gets it as JSON, and an operator may print it.
    let json = serde_json::to_string(&agency).expect("a profile is JSON");
    assert_eq!(serde_json::from_str::<Agency>(&json).as_ref().ok(), Some(&agency), "the browser reads another profile");
    let printed = toml::to_string(&agency).expect("a profile is TOML");
    assert_eq!(parse("printed.toml", &printed).as_ref(), Ok(&agency), "{printed}");
    // What is accepted must start.
    let stationery = Stationery::new(&agency, "https://accounts.example.gov");
    assert!(stationery.is_ok(), "no mail can be written: {:?}", stationery.err().map(|wrong| wrong.to_string()));
}
