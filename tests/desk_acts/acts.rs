//! Each act: what it does, whom it tells, what it leaves in the audit, and when it is refused.

use backboard::account::Frozen;
use backboard::challenge::Question;
use backboard::link::Purpose;
use backboard::refused::Refused;
use backboard::service::desk::acts::ACTS;
use backboard::service::desk::reason::Why;
use backboard::service::ports::Clock as _;
use backboard::service::records::SessionKind;
use testkit::steps::{wait, why};

use super::*;

/// Makes the account one to which the act can be done, and its caller checked.
async fn ready(portal: &TestPortal, actor: &Actor, act: Act, account: i64) {
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    if act == Act::Reactivate {
        portal.seed.save_state(account, AccountState::Suspended).await;
    }
    check(portal, actor, account).await;
}

#[tokio::test]
async fn every_act_writes_one_row_with_its_reason_and_mails_everybody_on_file() {
    for done in PLAIN_ACTS {
        let (portal, account) = settle(PLAIN, Resident { shared: true, ..ada() }).await;
        portal.join(account, Resident { email: Some("grace@example.org"), ssn: None, ..ada() }).await;
        let actor = member(&portal, Role::Supervisor).await;
        ready(&portal, &actor, done, account).await;
        let checked = portal.clock.now();
        portal.clock.pass(60);
        act(&portal, &actor, done, account).await.unwrap();

        let rows = rows(&portal).await;
        let [row] = rows.as_slice() else { panic!("{done:?}: {rows:?}") };
        assert_eq!((row.action.as_str(), row.account), (done.code(), Some(account)));
        assert_eq!(row.actor, actor.name());
        assert!(row.detail.contains(&format!("caller=code@{}", checked.0)), "{done:?}: {}", row.detail);
        assert!(!row.detail.contains("phone"), "{done:?}: {}", row.detail);
        let kept = portal.portal.desk_reason(&actor, &row.detail).await.unwrap();
        assert!(kept == Some(Why::Words("lost her phone on a call".to_owned())), "{done:?}: {kept:?}");

        let received = portal.deliver().await;
        let to: Vec<&str> = received.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["ada@example.org", "grace@example.org"], "{done:?}");
    }
}

#[tokio::test]
async fn no_act_is_possible_below_its_role_or_without_its_check() {
    for done in PLAIN_ACTS {
        for role in [Role::Helpdesk, Role::Supervisor] {
            let (portal, account) = settled(PLAIN).await;
            let actor = member(&portal, role).await;
            ready(&portal, &actor, done, account).await;
            let unchecked = member(&portal, role).await;
            let told = act(&portal, &actor, done, account).await;
            if role.is_at_least(done.least()) {
                told.unwrap();
                continue;
            }
            assert_eq!(why(told), [Refused::NotAllowed], "{done:?} {role:?}");
            // Nor with a role that the page had before.
            let before = Actor { role: Role::Admin, ..actor };
            assert_eq!(why(act(&portal, &before, done, account).await), [Refused::NotAllowed], "{done:?} {role:?}");
            assert_eq!(why(act(&portal, &unchecked, done, account).await), [Refused::NotAllowed]);
            assert_eq!(rows(&portal).await, []);
        }
        if done.needs_caller() {
            let (portal, account) = settled(PLAIN).await;
            let actor = member(&portal, Role::Admin).await;
            ready(&portal, &actor, done, account).await;
            let unchecked = member(&portal, Role::Admin).await;
            assert_eq!(why(act(&portal, &unchecked, done, account).await), [Refused::CallerUnchecked], "{done:?}");
            assert_eq!(rows(&portal).await, []);
        }
    }
}

#[tokio::test]
async fn who_was_suspended_or_signed_out_meanwhile_does_nothing_any_more() {
    for done in PLAIN_ACTS {
        let (portal, account) = settled(PLAIN).await;
        let (gone, out) = (member(&portal, Role::Supervisor).await, member(&portal, Role::Supervisor).await);
        ready(&portal, &gone, done, account).await;
        check(&portal, &out, account).await;
        let mut unit = portal.portal.store.begin().await.unwrap();
        let rights = unit.find_member(gone.staff).await.unwrap().unwrap().rights();
        unit.save_rights(gone.staff, Rights { state: StaffState::Suspended, ..rights }).await.unwrap();
        unit.end_staff_session(&out.session).await.unwrap();
        unit.save().await.unwrap();
        for actor in [&gone, &out] {
            assert_eq!(why(act(&portal, actor, done, account).await), [Refused::SessionOver], "{done:?}");
            assert_eq!(why(portal.portal.desk_mail_code(actor, account).await), [Refused::SessionOver]);
        }
        assert_eq!(rows(&portal).await, []);
        assert!(portal.deliver().await.is_empty(), "{done:?}");
    }
}

#[tokio::test]
async fn an_account_that_a_colleague_changed_is_left_alone() {
    let (portal, account) = settled(PLAIN).await;
    let (one, two) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Helpdesk).await);
    check(&portal, &one, account).await;
    let shown = version(&portal, account).await;
    act_at(&portal, &one, Act::Unlock, account, shown).await.unwrap();
    assert_eq!(why(act_at(&portal, &two, Act::Suspend, account, shown).await), [Refused::AccountChanged]);
    // Back and the button once more: nothing is done twice.
    assert_eq!(why(act_at(&portal, &one, Act::Unlock, account, shown).await), [Refused::AccountChanged]);
    assert_eq!(rows(&portal).await.len(), 1);
    assert_eq!(portal.account(account).await.state, AccountState::Active);
    act(&portal, &two, Act::Suspend, account).await.unwrap();
}

#[tokio::test]
async fn a_link_of_the_office_sets_a_password_in_any_browser() {
    for (state, purpose) in [(AccountState::Active, Purpose::Reset), (AccountState::Unclaimed, Purpose::Claim)] {
        let password = (state == AccountState::Active).then_some(PASSWORD);
        let (portal, account) = settle(PLAIN, Resident { state, password, ..ada() }).await;
        let actor = member(&portal, Role::Helpdesk).await;
        act(&portal, &actor, Act::SendLink, account).await.unwrap();
        let received = portal.deliver().await;
        let [mail] = received.as_slice() else { panic!("{received:?}") };
        assert_eq!(mail.message.kind(), "office-link");
        let token = mail.message.link().unwrap().as_str();
        assert_eq!(portal.portal.link_purpose(token).await.unwrap(), Some(purpose));
        portal.portal.link(token).await.unwrap();
        // A fourth one takes the place of the first, as when the owner asks.
        for _ in 0..3 {
            act(&portal, &actor, Act::SendLink, account).await.unwrap();
        }
        assert_eq!(why(portal.portal.link(token).await), [Refused::LinkSuperseded]);
    }
}

#[tokio::test]
async fn where_a_question_is_required_and_missing_a_link_needs_the_caller_checked() {
    let (portal, account) = settled(REQUIRED).await;
    let actor = member(&portal, Role::Helpdesk).await;
    assert_eq!(why(act(&portal, &actor, Act::SendLink, account).await), [Refused::CallerUnchecked]);
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    act(&portal, &actor, Act::SendLink, account).await.unwrap();
    let mut unit = portal.portal.store.begin().await.unwrap();
    unit.remove_challenge(account).await.unwrap();
    unit.save().await.unwrap();
    check(&portal, &actor, account).await;
    act(&portal, &actor, Act::SendLink, account).await.unwrap();
}

#[tokio::test]
async fn a_link_to_a_journey_that_is_off_is_not_sent() {
    let portal = TestPortal::under(PLAIN);
    let account = portal.settle(ada()).await;
    let actor = member(&portal, Role::Helpdesk).await;
    assert_eq!(why(act(&portal, &actor, Act::SendLink, account).await), [Refused::LinkOff]);
    assert!(portal.deliver().await.is_empty());
}

#[tokio::test]
async fn a_temporary_password_of_the_office_opens_the_account_once_it_is_mailed_or_shown() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    check(&portal, &actor, account).await;
    act(&portal, &actor, Act::SendTemporary, account).await.unwrap();
    let mailed = portal.deliver().await.remove(0).temporary();
    let why = reason();
    let order = Order { account, version: version(&portal, account).await, reason: &why };
    let shown = portal.portal.desk_show_temporary(&actor, order).await.unwrap();
    assert_eq!(shown.expires, portal.clock.now().plus(24 * 60 * 60));
    let notice = portal.deliver().await.remove(0);
    assert_eq!(notice.message.kind(), "office-temporary-shown");
    for typed in [mailed.as_str(), shown.password.typed()] {
        assert_eq!(portal.sign_in("ada.lovelace", typed).await.unwrap().kind, SessionKind::ChangeOnly);
    }
    let ledger = portal.portal.store.read().await.unwrap().find_temporaries_of(account).await.unwrap();
    let issuers: Vec<(&str, &str)> = ledger.iter().map(|row| (row.issuer.as_str(), row.why.as_str())).collect();
    assert!(
        issuers.contains(&("staff 1", "shown")) && issuers.contains(&("staff 1", "asked-the-office")),
        "{issuers:?}"
    );
    assert!(!format!("{shown:?}").contains(shown.password.typed()));
    let rows = portal.audit_rows().await;
    assert!(rows.iter().all(|row| !row.detail.contains(shown.password.typed())));
}

#[tokio::test]
async fn showing_needs_its_own_right() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Admin).await;
    check(&portal, &actor, account).await;
    let mut unit = portal.portal.store.begin().await.unwrap();
    let rights = unit.find_member(actor.staff).await.unwrap().unwrap().rights();
    unit.save_rights(actor.staff, Rights { may_show: false, ..rights }).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(why(act(&portal, &actor, Act::ShowTemporary, account).await), [Refused::NotAllowed]);
    act(&portal, &actor, Act::SendTemporary, account).await.unwrap();
}

#[tokio::test]
async fn a_closed_account_is_refused_with_what_to_do_about_it() {
    let closed = [
        (AccountState::Inactive, Refused::ClosedInactive),
        (AccountState::Suspended, Refused::ClosedSuspended),
        (AccountState::External, Refused::ClosedExternal),
    ];
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Admin).await;
    check(&portal, &actor, account).await;
    for (state, refused) in closed {
        portal.seed.save_state(account, state).await;
        for done in [Act::SendLink, Act::SendTemporary, Act::ShowTemporary, Act::Unlock] {
            assert_eq!(why(act(&portal, &actor, done, account).await), [refused], "{done:?}");
        }
    }
    assert_eq!(why(act(&portal, &actor, Act::Suspend, account).await), [Refused::ClosedExternal]);
    assert_eq!(why(act(&portal, &actor, Act::Reactivate, account).await), [Refused::ClosedExternal]);
    assert_eq!(why(act(&portal, &actor, Act::MarkExternal, account).await), [Refused::NothingToDo]);
    portal.seed.save_state(account, AccountState::Active).await;
    freeze(&portal, account, Frozen::Resets).await;
    for done in [Act::SendLink, Act::SendTemporary, Act::ShowTemporary, Act::Unlock] {
        assert_eq!(why(act(&portal, &actor, done, account).await), [Refused::ClosedFrozen], "{done:?}");
    }
    assert_eq!(rows(&portal).await, []);
}

#[tokio::test]
async fn what_is_so_already_is_said_and_not_done_again() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Admin).await;
    check(&portal, &actor, account).await;
    for done in [Act::Reactivate, Act::ClearQuestion, Act::EndSessions] {
        assert_eq!(why(act(&portal, &actor, done, account).await), [Refused::NothingToDo], "{done:?}");
    }
    act(&portal, &actor, Act::Suspend, account).await.unwrap();
    assert_eq!(why(act(&portal, &actor, Act::Suspend, account).await), [Refused::NothingToDo]);
    assert_eq!(rows(&portal).await.len(), 1);
    assert_eq!(portal.deliver().await.len(), 1);
}

#[tokio::test]
async fn nobody_and_no_address_are_said() {
    let (portal, account) = settle(PLAIN, Resident { email: None, ..ada() }).await;
    let actor = member(&portal, Role::Helpdesk).await;
    assert_eq!(why(act(&portal, &actor, Act::SendLink, account).await), [Refused::NoAddress]);
    assert_eq!(why(act(&portal, &actor, Act::SendLink, account + 1).await), [Refused::AccountGone]);
    assert_eq!(why(portal.portal.desk_mail_code(&actor, account + 1).await), [Refused::AccountGone]);
}

#[tokio::test]
async fn unlocking_gives_back_every_try_that_was_used_up() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    while !told_to_wait(&portal.sign_in("ada.lovelace", "twelve loud ambulances").await) {}
    while !told_to_wait(&portal.ask_reset("ada.lovelace").await) {}
    while !told_to_wait(&portal.ask_reset("ada@example.org").await) {}
    portal.deliver().await;
    check(&portal, &actor, account).await;
    act(&portal, &actor, Act::Unlock, account).await.unwrap();
    portal.sign_in("ada.lovelace", PASSWORD).await.unwrap();
    portal.ask_reset("ada.lovelace").await.unwrap();
    portal.ask_reset("ada@example.org").await.unwrap();
    let kinds: Vec<&str> = portal.deliver().await.iter().map(|mail| mail.message.kind()).collect();
    assert_eq!(kinds, ["office-unlocked", "reset-link", "reset-link"]);
}

#[tokio::test]
async fn what_lay_ready_to_open_the_account_is_dead_when_the_office_closes_it() {
    for done in [Act::Suspend, Act::MarkExternal] {
        let (portal, account) = settled(PLAIN).await;
        let actor = member(&portal, Role::Supervisor).await;
        check(&portal, &actor, account).await;
        act(&portal, &actor, Act::SendLink, account).await.unwrap();
        act(&portal, &actor, Act::SendTemporary, account).await.unwrap();
        let session = portal.sign_in("ada.lovelace", PASSWORD).await.unwrap().session;
        let received = portal.deliver().await;
        act(&portal, &actor, done, account).await.unwrap();
        assert!(portal.portal.session(&session).await.unwrap().is_none(), "{done:?}");
        let token = received.iter().find_map(|mail| mail.message.link()).unwrap();
        portal.portal.link(token.as_str()).await.unwrap_err();
        let typed = received.iter().find(|mail| mail.message.kind() == "temporary-password").unwrap().temporary();
        for typed in [PASSWORD, typed.as_str()] {
            portal.sign_in("ada.lovelace", typed).await.unwrap_err();
        }
        assert_eq!(portal.account(account).await.password_hash.is_none(), done == Act::MarkExternal);
    }
}

#[tokio::test]
async fn reactivating_opens_what_was_stopped_as_the_command_line_does() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Supervisor).await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    freeze(&portal, account, Frozen::All).await;
    check(&portal, &actor, account).await;
    act(&portal, &actor, Act::Reactivate, account).await.unwrap();
    let found = portal.account(account).await;
    assert_eq!((found.frozen, found.password_hash), (None, None));
    assert!(portal.portal.store.read().await.unwrap().find_challenge(account).await.unwrap().is_none());
    let rows = rows(&portal).await;
    assert!(rows[0].detail.starts_with("unfrozen all caller=code@"), "{rows:?}");
}

#[tokio::test]
async fn a_question_that_is_cleared_takes_links_that_wait_at_it_along() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    portal.put_question(account, Question::FirstPet, ANSWER).await;
    portal.ask_reset("ada.lovelace").await.unwrap();
    let (token, _) = portal.deliver().await.remove(0).reset_link();
    check(&portal, &actor, account).await;
    act(&portal, &actor, Act::ClearQuestion, account).await.unwrap();
    assert_eq!(why(portal.portal.link(&token).await), [Refused::LinkSuperseded]);
    assert!(portal.portal.store.read().await.unwrap().find_challenge(account).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_does_the_same_hundreds_of_times_an_hour() {
    let (portal, _) = settled(PLAIN).await;
    let (actor, other) = (member(&portal, Role::Helpdesk).await, member(&portal, Role::Helpdesk).await);
    let account = portal.settle(Resident { username: "grace", email: None, ssn: None, ..ada() }).await;
    for actor in [&actor, &other] {
        let heard = heard(&portal, ("2", "29", "1984"), "EMT-1001");
        portal.portal.desk_check_facts(actor, account, &heard).await.unwrap();
    }
    for _ in 0..ACTS.burst {
        act(&portal, &actor, Act::Unlock, account).await.unwrap();
    }
    // All acts count together.
    for act_ in [Act::Unlock, Act::Suspend] {
        assert!(wait(act(&portal, &actor, act_, account).await) > 0);
    }
    act(&portal, &other, Act::Unlock, account).await.unwrap();
}

#[tokio::test]
async fn a_reason_that_was_changed_or_taken_away_is_found_out() {
    let (portal, account) = settled(PLAIN).await;
    let actor = member(&portal, Role::Helpdesk).await;
    act(&portal, &actor, Act::SendLink, account).await.unwrap();
    let detail = rows(&portal).await[0].detail.clone();
    let mark = detail.strip_prefix("reset caller=unchecked reason=").unwrap();
    let kept = portal.portal.store.read().await.unwrap().find_reason(mark).await.unwrap().unwrap();
    assert_eq!(portal.portal.desk_reason(&actor, "code-right").await.unwrap(), None);
    let gone = detail.replace("reason=1.", "reason=1.x");
    assert_eq!(portal.portal.desk_reason(&actor, &gone).await.unwrap(), Some(Why::Gone));
    // The same row under other words: a store from which everything else was copied.
    let (second, copied) = settled(PLAIN).await;
    let looker = member(&second, Role::Helpdesk).await;
    let mut unit = second.portal.store.begin().await.unwrap();
    let words = "gave it to a friend".to_owned();
    unit.add_reason(&backboard::service::desk::checks::Because { words, account: copied, ..kept }).await.unwrap();
    unit.save().await.unwrap();
    assert_eq!(second.portal.desk_reason(&looker, &detail).await.unwrap(), Some(Why::Changed));
}

fn told_to_wait<T>(told: &Result<T, Declined>) -> bool {
    let Err(Declined::Problems(problems)) = told else { return false };
    problems.iter().any(|problem| problem.refused == Refused::TooManyTries)
}

async fn freeze(portal: &TestPortal, account: i64, frozen: Frozen) {
    let mut unit = portal.portal.store.begin().await.unwrap();
    unit.save_frozen(account, Some(frozen)).await.unwrap();
    unit.save().await.unwrap();
}
