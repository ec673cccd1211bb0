//! What new keys do to what was made before: nothing that its holder could notice.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use std::sync::Arc;

use backboard::account::{AccountState, Frozen, Username};
use backboard::challenge::{Answer, Question};
use backboard::form::claim::LookupForm;
use backboard::form::reset::AnswerForm;
use backboard::link::Step;
use backboard::refused::Refused;
use backboard::service::Token;
use backboard::service::mail::Message;
use backboard::service::ports::{Hasher as _, Vault as _};
use testkit::fakes::{PlainHasher, Resident, TestPortal, password};
use testkit::steps::{other_than, proof, why};
use tokio::task::JoinSet;

const OLD: &str = "twelve calm helicopters";
const NEW: &str = "eleven quiet ambulances";
const ANSWER: &str = "Rover the Second";
const PLAIN: &str = "[policy]\npreset = \"bridge\"\n";
const QUESTION: &str = "[policy]\npreset = \"bridge\"\n[policy.challenge]\nasking = \"required\"\n";
/// Rotations between making and finding: any key of the ring may be the one.
const ROTATIONS: [u8; 3] = [0, 1, 3];

fn ada() -> Resident {
    Resident { state: AccountState::Active, password: Some(OLD), ..Resident::default() }
}

async fn settled(rules: &str) -> (TestPortal, i64) {
    let portal = TestPortal::under(rules);
    let account = portal.settle(ada()).await;
    (portal, account)
}

fn rotate(portal: &TestPortal, times: u8) {
    (0..times).for_each(|_| portal.vault.rotate());
}

fn answer(typed: &str) -> Answer {
    AnswerForm { answer: typed.to_owned() }.read().unwrap()
}

#[tokio::test]
async fn who_is_signed_in_stays_so_and_can_sign_out() {
    for times in ROTATIONS {
        let (portal, account) = settled(PLAIN).await;
        let (kept, left) =
            (portal.sign_in("ada.lovelace", OLD).await.unwrap(), portal.sign_in("ada.lovelace", OLD).await.unwrap());
        let before = portal.session(&kept.session).await.unwrap();
        let csrf = portal.portal.csrf(&before);
        rotate(&portal, times);
        let session = portal.session(&kept.session).await.unwrap();
        assert_eq!(session.account, account);
        // The form that was open carries the token of before.
        assert!(
            portal.portal.is_csrf(&session, &csrf) && portal.portal.is_csrf(&session, &portal.portal.csrf(&session))
        );
        assert!(!portal.portal.is_csrf(&session, "") && !portal.portal.is_csrf(&session, &format!("{csrf}A")));

        // Its last use is written down under the key it lies under.
        portal.clock.pass(120);
        portal.session(&kept.session).await.unwrap();
        assert_eq!(portal.session(&kept.session).await.unwrap().seen, portal.portal.now());
        // Signing in again from the same browser ends the one from before.
        let form =
            backboard::form::sign_in::SignInForm { username: "ada.lovelace".to_owned(), password: OLD.to_owned() };
        let visitor = TestPortal::visitor(1);
        let new = portal.portal.sign_in(&visitor, &form.read().unwrap(), Some(&left.session)).await.unwrap();
        assert!(portal.session(&left.session).await.is_none());
        portal.portal.sign_out(&session).await.unwrap();
        assert!(portal.session(&kept.session).await.is_none());
        portal.session(&new.session).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_and_a_code_that_were_mailed_lead_on_and_so_does_the_journey_they_began() {
    for times in ROTATIONS {
        let (portal, _) = settled(PLAIN).await;
        let asked = portal.ask_reset("ada.lovelace").await.unwrap();
        let (token, code) = portal.deliver().await.remove(0).reset_link();
        let mark = portal.portal.flow_mark(&asked);
        rotate(&portal, times);
        assert!(portal.portal.is_flow_mark(&asked, &mark) && !portal.portal.is_flow_mark(&asked, "mark"));
        assert_eq!(why(portal.type_reset_code(&asked, &other_than(&code)).await), [Refused::CodeWrong]);
        assert_eq!(portal.type_reset_code(&asked, &code).await.unwrap(), Step::Password);
        assert!(portal.portal.link_purpose(&token).await.unwrap().is_some());
        let opened = portal.open_reset(&token).await.unwrap().browser;
        rotate(&portal, times);
        assert!(portal.portal.stands_at(Some(&asked)).await.unwrap().is_some());
        portal.set_up(&opened, NEW).await.unwrap();
        assert_eq!(why(portal.set_up(&asked, NEW).await), [Refused::LinkSpent]);
        portal.sign_in("ada.lovelace", NEW).await.unwrap();
    }
}

#[tokio::test]
async fn a_temporary_password_that_was_mailed_signs_in_and_can_be_changed() {
    for times in ROTATIONS {
        let (portal, _) = settled(PLAIN).await;
        portal.portal.office_temporary_password(&Username::parse("ada.lovelace").unwrap()).await.unwrap();
        let received = portal.deliver().await.remove(0);
        let typed = received.temporary();
        let Message::TemporaryPassword { username, password, .. } = &received.message else { panic!("{received:?}") };
        rotate(&portal, times);
        assert!(portal.portal.is_temporary(username, password).await.unwrap());
        let signed_in = portal.sign_in("ada.lovelace", &typed).await.unwrap();
        let session = portal.session(&signed_in.session).await.unwrap();
        rotate(&portal, times);
        // Kept as one's own it would outlive the change, whatever key it lies under.
        assert_eq!(why(portal.change(&session, &typed, &typed).await), [Refused::PasswordSame]);
        portal.change(&session, &typed, NEW).await.unwrap();
    }
}

#[tokio::test]
async fn this_wasnt_me_stops_the_account_from_a_mail_of_before() {
    for times in ROTATIONS {
        let (portal, account) = settled(PLAIN).await;
        portal.ask_reset("ada.lovelace").await.unwrap();
        let mail = portal.deliver().await.remove(0);
        let token = portal.portal.not_me_token(&mail.id);
        rotate(&portal, times);
        let (visitor, forged) = (TestPortal::visitor(1), format!("{}.{}", mail.id, "A".repeat(43)));
        assert_eq!(why(portal.portal.freeze(&visitor, &forged).await), [Refused::NotMeOver]);
        portal.portal.freeze(&visitor, &token).await.unwrap();
        assert_eq!(portal.account(account).await.frozen, Some(Frozen::Resets));
    }
}

fn lookup(ssn: &str) -> LookupForm {
    let [birth_month, birth_day, birth_year] = ["2", "29", "1984"].map(str::to_owned);
    let (last_name, ssn) = ("Lovelace".to_owned(), ssn.to_owned());
    LookupForm {
        birth_month,
        birth_day,
        birth_year,
        last_name,
        ssn,
        certificate: String::new(),
        robot: "on".to_owned(),
    }
}

async fn claims(portal: &TestPortal, ssn: &str) -> Token {
    let form = lookup(ssn).read(portal.portal.agency.date_order, portal.portal.now().day()).unwrap();
    portal.portal.claim_lookup(&TestPortal::visitor(1), &form, &proof()).await.unwrap()
}

#[tokio::test]
async fn a_person_is_found_by_an_ssn_under_any_key_also_where_the_keys_change_before_the_worker_looks() {
    for (before, between) in [(0, 0), (1, 0), (3, 0), (0, 1), (1, 1)] {
        let portal = TestPortal::under(PLAIN);
        portal.settle(Resident::default()).await;
        rotate(&portal, before);
        claims(&portal, "900-01-0001").await;
        rotate(&portal, between);
        assert_eq!(portal.deliver().await.len(), 1, "{before} {between}");
        claims(&portal, "900-01-0009").await;
        assert!(portal.deliver().await.is_empty());
    }
}

#[tokio::test]
async fn two_people_of_one_ssn_under_two_keys_are_a_duplicate_for_the_desk_as_ever() {
    let portal = TestPortal::under(PLAIN);
    portal.settle(Resident::default()).await;
    rotate(&portal, 1);
    let twin = Resident {
        username: "ada.second",
        email: Some("second@example.org"),
        certificate: None,
        ..Resident::default()
    };
    portal.settle(twin).await;
    claims(&portal, "900-01-0001").await;
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn a_job_of_an_earlier_version_names_one_digest_alone_and_is_still_done() {
    let portal = TestPortal::under(PLAIN);
    portal.settle(Resident::default()).await;
    let ssn = backboard::identity::Ssn::parse("900-01-0001").unwrap();
    let form = lookup("900-01-0001").read(portal.portal.agency.date_order, portal.portal.now().day()).unwrap();
    let job = serde_json::json!({ "identity": {
        "purpose": backboard::link::Purpose::Claim, "flow": "flow", "language": "en",
        "identity": { "born": form.born, "last_name": "Lovelace",
                      "ssn": portal.vault.ssn(&ssn), "certificate": null },
    } });
    let sealed = portal.vault.seal("job", b"", &serde_json::to_vec(&job).unwrap());
    let mut unit = portal.portal.store.begin().await.unwrap();
    unit.add_job("job", &sealed, portal.portal.now()).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn an_outdated_hash_is_made_anew_by_the_right_password_alone_and_once() {
    let (portal, account) = settled(PLAIN).await;
    let before = portal.account(account).await;
    portal.hasher.rotate();
    why(portal.sign_in("ada.lovelace", NEW).await);
    assert_eq!(portal.account(account).await, before);
    assert_eq!(portal.hasher.hashed(), 0);

    portal.clock.pass(60);
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
    let after = portal.account(account).await;
    assert!(!portal.hasher.is_outdated(after.password_hash.as_deref().unwrap()));
    let (password_hash, language) = (before.password_hash.clone(), before.language.clone());
    let same = backboard::service::records::Account { password_hash, language, ..after.clone() };
    assert_eq!(same, before, "only the hash changes, beside the language that somebody used");
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
    assert_eq!((portal.account(account).await, portal.hasher.hashed()), (after, 1));
}

#[tokio::test]
async fn a_closed_account_keeps_its_hash_whoever_knows_the_password() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(Resident { state: AccountState::Suspended, ..ada() }).await;
    let before = portal.account(account).await;
    portal.hasher.rotate();
    assert_eq!(why(portal.sign_in("ada.lovelace", OLD).await), [Refused::AccountSuspended]);
    assert_eq!(portal.account(account).await, before);
}

#[tokio::test]
async fn two_who_sign_in_at_once_under_an_outdated_hash_are_both_let_in() {
    let (portal, account) = settled(PLAIN).await;
    portal.hasher.rotate();
    let portal = Arc::new(portal);
    // Both have read the old hash before either writes the new one: each waits for the other while it hashes.
    portal.hasher.meet(2);
    let mut both = JoinSet::new();
    for _ in 0..2 {
        let portal = Arc::clone(&portal);
        both.spawn(async move {
            let signed_in = portal.sign_in("ada.lovelace", OLD).await;
            portal.hasher.part();
            signed_in
        });
    }
    // Whoever is second compares the password with the hash that the first one wrote, alone.
    let hashed = Arc::clone(&portal);
    let parting = tokio::spawn(async move {
        while hashed.hasher.hashed() < 2 {
            tokio::task::yield_now().await;
        }
        hashed.hasher.part();
    });
    while let Some(signed_in) = both.join_next().await {
        signed_in.unwrap().unwrap();
    }
    parting.await.unwrap();
    assert!(!portal.hasher.is_outdated(portal.account(account).await.password_hash.as_deref().unwrap()));
    portal.sign_in("ada.lovelace", OLD).await.unwrap();
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_not_let_in_by_the_hash_it_had() {
    let (portal, account) = settled(PLAIN).await;
    portal.hasher.rotate();
    let portal = Arc::new(portal);
    portal.hasher.meet(2);
    let signing = tokio::spawn({
        let portal = Arc::clone(&portal);
        async move { portal.sign_in("ada.lovelace", OLD).await }
    });
    // Its first verification is on: it has read the hash. Now another one takes its place.
    while portal.hasher.verified() < 1 {
        tokio::task::yield_now().await;
    }
    let now = portal.portal.now();
    let mut unit = portal.portal.store.begin().await.unwrap();
    let hash = PlainHasher::hash_of(&password(NEW));
    unit.save_password(account, &hash, now, backboard::expiry::Schedule::NEVER).await.unwrap();
    unit.save().await.unwrap();
    // Whoever else hashes lets it go on.
    let company = async {
        loop {
            portal.hasher.verify(&password(OLD), None).await.unwrap();
        }
    };
    let told = tokio::select! {
        told = signing => told.unwrap(),
        () = company => unreachable!("it goes on"),
    };
    assert_eq!(why(told), [Refused::SignInWrong]);
    assert_eq!(portal.account(account).await.password_hash, Some(hash));
}

#[tokio::test]
async fn an_outdated_answer_is_made_anew_where_the_right_one_is_given() {
    // In a reset, and where who is signed in gives it again.
    for signed_in in [false, true] {
        let (portal, account) = settled(QUESTION).await;
        portal.put_question(account, Question::FirstPet, ANSWER).await;
        let challenge = async || portal.unit().await.find_challenge(account).await.unwrap().unwrap();
        let before = challenge().await;
        portal.hasher.rotate();
        if signed_in {
            let session = portal.sign_in("ada.lovelace", OLD).await.unwrap().session;
            let session = portal.session(&session).await.unwrap();
            why(portal.portal.confirm_question(&session, &answer("Nobody at all")).await);
            assert_eq!(challenge().await, before);
            portal.portal.confirm_question(&session, &answer(ANSWER)).await.unwrap();
        } else {
            portal.ask_reset("ada.lovelace").await.unwrap();
            let (token, _) = portal.deliver().await.remove(0).reset_link();
            let browser = portal.open_reset(&token).await.unwrap().browser;
            assert_eq!(why(portal.answer(&browser, "Nobody at all").await), [Refused::AnswerWrong]);
            assert_eq!(challenge().await, before);
            portal.answer(&browser, ANSWER).await.unwrap();
        }
        let after = challenge().await;
        assert!(!portal.hasher.is_outdated(&after.answer_hash));
        assert_eq!((after.question, after.confirmed), (before.question, before.confirmed));
        let secret = answer(ANSWER).secret().unwrap();
        assert!(portal.hasher.verify(&secret, Some(&after.answer_hash)).await.unwrap());
    }
}
