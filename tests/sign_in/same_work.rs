//! Whatever is wrong, the work is the same: one password is looked at, the store is asked the same things.

use backboard::account::{AccountState, Frozen, Username};
use backboard::refused::{Problem, Refused};
use testkit::fakes::{Resident, TestPortal};
use testkit::steps::problems;

use super::{RIGHT, WRONG};

const RULES: &str = "[policy]\npreset = \"bridge\"\n";
const DAY: i64 = 24 * 60 * 60;

/// One account of every sort, and a name that nobody has.
async fn everybody() -> (TestPortal, Vec<&'static str>) {
    let portal = TestPortal::under(RULES);
    let now = portal.portal.now();
    let person = |username| Resident {
        username,
        state: AccountState::Active,
        password: Some(RIGHT),
        ssn: None,
        certificate: None,
        ..Resident::default()
    };
    let expired = |username| Resident { password_set: Some(now.plus(-91 * DAY)), ..person(username) };
    portal.settle(person("usual")).await;
    portal.settle(expired("expired")).await;
    portal.settle(expired("expired.twice")).await;
    portal.sign_in("expired.twice", RIGHT).await.unwrap();
    portal.settle(Resident { state: AccountState::Suspended, ..person("suspended") }).await;
    portal.settle(Resident { state: AccountState::Inactive, ..person("inactive") }).await;
    portal.settle(Resident { state: AccountState::External, password: None, ..person("external") }).await;
    portal.settle(Resident { state: AccountState::Unclaimed, password: None, ..person("unclaimed") }).await;
    portal.settle(person("temporary")).await;
    portal.portal.office_temporary_password(&Username::parse("temporary").unwrap()).await.unwrap();
    let frozen = portal.settle(person("frozen")).await;
    let mut unit = portal.unit().await;
    unit.save_frozen(frozen, Some(Frozen::All)).await.unwrap();
    unit.save().await.unwrap();
    let names = vec![
        "nobody.knows",
        "usual",
        "expired",
        "expired.twice",
        "suspended",
        "inactive",
        "external",
        "unclaimed",
        "temporary",
        "frozen",
    ];
    (portal, names)
}

#[tokio::test]
async fn a_wrong_password_is_answered_alike_after_one_look_whatever_the_account() {
    let (portal, names) = everybody().await;
    for name in names {
        let (looked_at, rows) = (portal.hasher.verified(), portal.audit_rows().await.len());
        let answer = problems(portal.sign_in(name, WRONG).await);
        assert_eq!(answer, [Problem::form(Refused::SignInWrong)], "{name}");
        assert_eq!(portal.hasher.verified(), looked_at + 1, "{name}");
        let audit = portal.audit_rows().await;
        assert_eq!(audit.len(), rows + 1, "{name}");
        assert_eq!((audit[rows].action.as_str(), audit[rows].detail.as_str()), ("sign-in-refused", "wrong"), "{name}");
    }
    assert_eq!(portal.hasher.hashed(), 0);
}

#[tokio::test]
async fn the_sixth_wrong_password_waits_alike_whatever_the_account() {
    let (portal, names) = everybody().await;
    for name in names {
        for _ in 0..5 {
            portal.sign_in(name, WRONG).await.unwrap_err();
        }
        assert_eq!(problems(portal.sign_in(name, WRONG).await), [Problem::wait(12 * 60)], "{name}");
        portal.clock.pass(60 * 60);
    }
}

#[tokio::test]
async fn a_right_password_takes_one_look_too() {
    let (portal, _) = everybody().await;
    let temporary = portal.deliver().await[0].temporary();
    for (name, typed) in [
        ("usual", RIGHT),
        ("expired", RIGHT),
        ("expired.twice", RIGHT),
        ("suspended", RIGHT),
        ("frozen", RIGHT),
        ("temporary", temporary.as_str()),
    ] {
        let looked_at = portal.hasher.verified();
        let _ = portal.sign_in(name, typed).await;
        assert_eq!(portal.hasher.verified(), looked_at + 1, "{name}");
    }
}
