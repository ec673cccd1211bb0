//! Staff about staff and their own ways in, asked of the use cases themselves.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

use backboard::form::claim::PasswordForm;
use backboard::form::staff::{DeskSignIn, Invitation, Second};
use backboard::identity::Email;
use backboard::password::Password;
use backboard::refused::Refused;
use backboard::service::desk::Actor;
use backboard::service::desk::second::{code_at, typed_key};
use backboard::service::desk::staff::{By, Decision, Seat};
use backboard::service::{Declined, Token};
use backboard::staff::{Act, Role};
use testkit::fakes::TestPortal;

const PASSWORD: &str = "seven herons over a quiet weir";
const KEY: [u8; 20] = *b"12345678901234567890";

async fn seated(portal: &TestPortal, name: &str, role: Role) -> i64 {
    let (email, password) = (address(name), Password::parse(PASSWORD).unwrap());
    portal.portal.staff_seat(Seat { email: &email, name, role, password: &password, key: &KEY }).await.unwrap()
}

fn address(name: &str) -> Email {
    Email::parse(&format!("{name}@office.example")).unwrap()
}

async fn signed_in(portal: &TestPortal, name: &str) -> Result<Token, Declined> {
    portal.clock.pass(60);
    let visitor = TestPortal::visitor(1);
    let form = DeskSignIn { email: address(name), password: Password::parse(PASSWORD).unwrap() };
    let entry = portal.portal.desk_sign_in(&visitor, &form).await?;
    let second = Second::parse(&code_at(&KEY, portal.portal.now()).unwrap()).unwrap();
    portal.portal.desk_second(&visitor, Some(&entry), &second, None).await
}

/// Somebody at the desk.
async fn at_desk(portal: &TestPortal, name: &str, role: Role) -> Actor {
    seated(portal, name, role).await;
    let session = signed_in(portal, name).await.unwrap();
    portal.portal.desk_session(&session).await.unwrap().unwrap().actor
}

fn why<T: std::fmt::Debug>(declined: Result<T, Declined>) -> Refused {
    match declined.unwrap_err() {
        Declined::Problems(problems) => problems[0].refused,
        Declined::Fault(fault) => panic!("{fault}"),
    }
}

const EVERY: [Decision; 6] = [
    Decision::Role(Role::Helpdesk),
    Decision::ApproveAdmin,
    Decision::RefuseAdmin,
    Decision::MayShow(true),
    Decision::Suspend,
    Decision::Reactivate,
];

#[tokio::test]
async fn the_right_is_checked_where_the_act_is() {
    let portal = TestPortal::default();
    let target = seated(&portal, "target", Role::Helpdesk).await;
    for (name, role) in [("helen", Role::Helpdesk), ("sam", Role::Supervisor)] {
        let actor = at_desk(&portal, name, role).await;
        let by = By::Staff(&actor);
        for decision in EVERY {
            assert_eq!(
                why(portal.portal.staff_decide(by, target, decision).await),
                Refused::NotAllowed,
                "{decision:?}"
            );
        }
        let invitation = Invitation { email: address("new"), name: "New".to_owned(), role: Role::Helpdesk };
        assert_eq!(why(portal.portal.staff_invite(by, &invitation).await), Refused::NotAllowed);
        assert_eq!(why(portal.portal.staff_resend(by, target).await), Refused::NotAllowed);
        assert_eq!(why(portal.portal.staff_reset_second(by, target).await), Refused::NotAllowed);
        assert_eq!(why(portal.portal.staff_list(by).await), Refused::NotAllowed);
        // An actor that claims more than its row says gets no further.
        let forged = Actor { role: Role::Admin, ..actor };
        let decided = portal.portal.staff_decide(By::Staff(&forged), target, Decision::Suspend).await;
        assert_eq!(why(decided), Refused::NotAllowed);
    }
    assert_eq!(portal.portal.staff_list(By::Office).await.unwrap().len(), 3);
}

#[tokio::test]
async fn every_act_asks_for_its_role_and_showing_for_its_right() {
    let portal = TestPortal::default();
    for (name, role) in [("h", Role::Helpdesk), ("s", Role::Supervisor), ("a", Role::Admin)] {
        let actor = at_desk(&portal, name, role).await;
        for act in Act::ALL {
            let may = role.is_at_least(act.least()) && *act != Act::ShowTemporary;
            assert_eq!(actor.may(*act).is_ok(), may, "{role:?} {act:?}");
        }
        let shows = Actor { may_show: true, ..actor };
        shows.may(Act::ShowTemporary).unwrap();
    }
}

#[tokio::test]
async fn nobody_decides_about_oneself_and_the_last_admin_stays() {
    let portal = TestPortal::default();
    let anna = at_desk(&portal, "anna", Role::Admin).await;
    for decision in EVERY {
        let decided = portal.portal.staff_decide(By::Staff(&anna), anna.staff, decision).await;
        assert_eq!(why(decided), Refused::StaffSelf, "{decision:?}");
    }
    for decision in [Decision::Suspend, Decision::Role(Role::Supervisor)] {
        assert_eq!(why(portal.portal.staff_decide(By::Office, anna.staff, decision).await), Refused::StaffLast);
    }
    let arne = at_desk(&portal, "arne", Role::Admin).await;
    portal.portal.staff_decide(By::Staff(&arne), anna.staff, Decision::Suspend).await.unwrap();
    // Who was dismissed meanwhile decides nothing any more.
    assert_eq!(
        why(portal.portal.staff_decide(By::Staff(&anna), arne.staff, Decision::Suspend).await),
        Refused::SessionOver
    );
    assert_eq!(why(signed_in(&portal, "anna").await), Refused::StaffClosed);
}

#[tokio::test]
async fn two_admins_who_dismiss_each_other_at_once_leave_one() {
    for _ in 0..20 {
        let portal = TestPortal::default();
        let (anna, arne) = (at_desk(&portal, "anna", Role::Admin).await, at_desk(&portal, "arne", Role::Admin).await);
        let (one, other) = tokio::join!(
            portal.portal.staff_decide(By::Staff(&anna), arne.staff, Decision::Suspend),
            portal.portal.staff_decide(By::Staff(&arne), anna.staff, Decision::Suspend),
        );
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|done| **done).count(), 1);
    }
}

#[tokio::test]
async fn the_codes_are_those_of_the_standard() {
    // RFC 6238 appendix B, SHA-1, the last six of its eight digits.
    for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
    {
        assert_eq!(code_at(&KEY, backboard::moment::Moment(at)).unwrap(), code);
    }
    assert_eq!(typed_key(&KEY), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
}

#[tokio::test]
async fn a_code_of_one_step_either_way_is_taken_and_of_two_is_not() {
    for (away, taken) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
        let portal = TestPortal::default();
        seated(&portal, "helen", Role::Helpdesk).await;
        let visitor = TestPortal::visitor(1);
        let form = DeskSignIn { email: address("helen"), password: Password::parse(PASSWORD).unwrap() };
        let entry = portal.portal.desk_sign_in(&visitor, &form).await.unwrap();
        let code = code_at(&KEY, portal.portal.now().plus(away)).unwrap();
        let second = portal.portal.desk_second(&visitor, Some(&entry), &Second::parse(&code).unwrap(), None).await;
        assert_eq!(second.is_ok(), taken, "{away}");
    }
}

#[tokio::test]
async fn a_rotation_signs_nobody_out_and_every_way_in_goes_on() {
    let portal = TestPortal::default();
    seated(&portal, "helen", Role::Helpdesk).await;
    let session = signed_in(&portal, "helen").await.unwrap();
    let actor = portal.portal.desk_session(&session).await.unwrap().unwrap().actor;
    let csrf = portal.portal.desk_csrf(&actor);
    portal.vault.rotate();
    let actor = portal.portal.desk_session(&session).await.unwrap().unwrap().actor;
    assert!(portal.portal.is_desk_csrf(&actor, &csrf));
    portal.hasher.rotate();
    signed_in(&portal, "helen").await.unwrap();
    signed_in(&portal, "helen").await.unwrap();
    assert_eq!(portal.hasher.hashed(), 2, "once at the seating, once anew");
}

#[tokio::test]
async fn the_password_of_staff_has_a_policy_of_its_own() {
    let portal = TestPortal::under("[policy]\npreset = \"legacy-state\"\n");
    let actor = at_desk(&portal, "helen", Role::Helpdesk).await;
    let change = async |new: &str| {
        let form = PasswordForm { password: new.to_owned(), password_again: new.to_owned() };
        portal.portal.staff_change_password(&actor, PASSWORD, &form).await
    };
    for (new, refused) in [
        ("Short&1a", Refused::PasswordTooShort),
        ("aaaaaaaaaaaaaaaaaaaa", Refused::PasswordCommon),
        ("my name is helen, you know", Refused::PasswordHasUsername),
        (PASSWORD, Refused::PasswordSame),
    ] {
        assert_eq!(why(change(new).await), refused, "{new}");
    }
    // The profile would want a capital, a number and a mark, and 15 characters at the most.
    change("nine grebes under a loud bridge").await.unwrap();
}
