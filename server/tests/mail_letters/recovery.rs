//! The mails that lead back in, and those that say why nothing does.

use backboard::agency::Agency;
use backboard::challenge::Asking;
use backboard::service::mail::Message;
use mail_parser::MessageParser;

use super::bench::*;

fn say(agency: &Agency, message: Message) -> String {
    text(&render(agency, message))
}

fn subject(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).unwrap().subject().unwrap().to_owned()
}

fn named(kind: &str) -> Message {
    serde_json::from_value(serde_json::json!({ kind: { "username": "ada.black" } })).unwrap()
}

#[test]
fn a_reset_mail_holds_the_link_the_code_their_lifetime_and_where_to_ask_again() {
    let bytes = render(&full_agency(), reset_link(false, &[]));
    let link = format!("{URL}/link/{}", token().as_str());
    let text = text(&bytes);
    for needed in ["ada.black", "\n    1234 5678\n", "60 minutes", &format!("\nReset your password\n{link}\n")] {
        assert!(text.contains(needed), "{needed}: {text}");
    }
    assert!(text.contains(&format!("Ask again here:\n\n{URL}/forgot-password\n")), "{text}");
    assert!(links(&html(&bytes)).contains(&link));
}

#[test]
fn a_reset_mail_names_the_products_it_is_for() {
    for (products, sentence) in [
        (&["eICS"][..], "This changes your password for eICS."),
        (&["eICS", "EMTrack"], "This changes your password for eICS and EMTrack."),
        (&["eICS", "EMResource", "EMTrack"], "This changes your password for eICS, EMResource and EMTrack."),
    ] {
        let text = say(&full_agency(), reset_link(false, products));
        assert!(text.contains(&format!("\n{sentence}\n")), "{text}");
    }
    assert!(!say(&full_agency(), reset_link(false, &[])).contains("This changes your password for"));
}

#[test]
fn who_shares_a_username_is_told_that_the_others_are_locked_out() {
    let warning = "Everyone who shares it will be locked out until they know the new password";
    assert!(say(&full_agency(), reset_link(true, &[])).contains(warning));
    assert!(!say(&full_agency(), reset_link(false, &[])).contains(warning));
}

#[test]
fn the_security_question_is_announced_where_the_profile_asks_one() {
    for (asking, announced) in [(Asking::Required, true), (Asking::Optional, true), (Asking::Off, false)] {
        let mut agency = full_agency();
        agency.policy.challenge.asking = asking;
        let text = say(&agency, reset_link(false, &[]));
        assert_eq!(text.contains("password security question"), announced, "{text}");
    }
}

#[test]
fn a_temporary_password_arrives_as_it_was_drawn() {
    let long = "Kd&4".repeat(32);
    for secret in [
        SECRET,
        "Kdm&W7t!qH#r$xn@",
        "a&amp;b&#64;c<b>d</b>\"e'f",
        "=3D=41=\u{e9}x9!A",
        ".starts.with.a.dot",
        "From here-- ",
        "--",
        "{reach}{ask}",
        &long,
    ] {
        let bytes = render(&full_agency(), temporary(secret, 24));
        let (text, html) = (text(&bytes), html(&bytes));
        assert!(text.lines().any(|line| line == secret), "{secret}: {text}");
        assert_eq!(text.matches(secret).count(), 1, "{secret}");
        let block = html.split_once("white-space:nowrap").unwrap().1.split_once("\">").unwrap().1;
        let block = block.split_once("</span></p>").unwrap().0;
        let bare = block.replace("<span>", "").replace("</span>", "");
        assert!(!bare.contains(['<', '>', '\n']), "{bare}");
        assert_eq!(html_escape::decode_html_entities(&bare), secret);
        assert!(!html.contains("<b>d"), "{html}");
    }
}

#[test]
fn a_temporary_password_is_selected_whole_and_never_broken_over_lines() {
    let html = html(&render(&full_agency(), temporary(SECRET, 24)));
    let style = html.split("Your temporary password:").nth(1).unwrap().split('>').nth(1).unwrap();
    for needed in ["monospace", "white-space:nowrap", "user-select:all"] {
        assert!(style.contains(needed), "{style}");
    }
}

#[test]
fn a_temporary_password_comes_with_what_the_office_tells_people_about_it() {
    let text = say(&full_agency(), temporary(SECRET, 168));
    for needed in [
        "Please enter it as it is shown, with uppercase and lowercase letters: it is case sensitive.",
        "The username is not case sensitive.",
        &format!("\nGo to the login page\n{URL}/sign-in\n"),
        "“Your password has expired, please change the password to proceed.”",
        "Save Password",
        "until the password has been changed",
        "Each temporary password works, in any order.",
        &format!("\n{URL}/forgot-password\n"),
    ] {
        assert!(text.contains(needed), "{needed}: {text}");
    }
    // Where there is no such page, nobody is sent to it.
    let text = say(&agency(), temporary(SECRET, 168));
    assert!(!text.contains("/forgot-password") && !text.contains("Ask for another one"), "{text}");
}

#[test]
fn how_long_a_temporary_password_works_is_said_in_whole_days_or_hours() {
    for (hours, lasts) in [
        (1, "1 hour"),
        (2, "2 hours"),
        (24, "24 hours"),
        (36, "36 hours"),
        (48, "2 days"),
        (168, "7 days"),
        (169, "169 hours"),
    ] {
        let bytes = render(&full_agency(), temporary(SECRET, hours));
        assert!(text(&bytes).contains(&format!("works for {lasts} from the time this mail was sent")), "{hours}");
        assert!(preview(&html(&bytes)).contains(&format!("It works for {lasts}.")), "{hours}");
    }
}

#[test]
fn an_account_that_nobody_claimed_is_sent_to_claim_it() {
    for agency in agencies() {
        let text = say(&agency, named("unclaimed"));
        assert!(text.contains(&format!("\nClaim Your Account\n{URL}/claim\n")), "{text}");
    }
    let mut agency = full_agency();
    agency.journeys.retain(|journey| *journey != backboard::agency::Journey::Claim);
    let text = say(&agency, named("unclaimed"));
    assert!(!text.contains("/claim") && text.contains("The office can help you with the first password."), "{text}");
}

#[test]
fn who_never_set_a_security_question_is_told_whom_to_contact() {
    for agency in agencies() {
        let text = say(&agency, named("no-question"));
        assert!(text.contains("A password security question was never set up"), "{text}");
        let whom = "You must contact your administrator to reset your password. Please phone the office: 517-555-0123.";
        assert!(text.contains(whom), "{text}");
    }
}

#[test]
fn a_stopped_account_is_told_so_and_whom_to_phone() {
    for agency in agencies() {
        let bytes = render(&agency, named("frozen"));
        let text = text(&bytes);
        assert!(text.contains("Nothing can be reset until the office has looked"), "{text}");
        assert!(text.contains("Please phone the office: 517-555-0123."), "{text}");
        let portal: Vec<String> = links(&html(&bytes)).into_iter().filter(|href| href.starts_with(URL)).collect();
        assert!(portal.is_empty(), "there is nothing to do on the portal: {portal:?}");
    }
}

#[test]
fn a_reminder_counts_days_in_the_right_number() {
    for (days, when) in [(14, "in 14 days"), (7, "in 7 days"), (2, "in 2 days"), (1, "within a day")] {
        let bytes = render(&full_agency(), expires(days));
        let text = text(&bytes);
        assert_eq!(subject(&bytes), format!("Example Portal: your password expires {when}"));
        assert!(text.contains(&format!("account expires {when}.")), "{text}");
        assert!(text.contains("choose Change Password:"), "{text}");
        assert!(text.contains(&format!("\nGo to the login page\n{URL}/sign-in\n")), "{text}");
        assert!(text.contains("Passwords have to be changed every 90 days."), "{text}");
        assert!(!text.contains("1 days") && !text.contains("/forgot-password"), "{text}");
    }
}

#[test]
fn an_expired_password_may_be_used_once_more_and_then_there_is_forgot_password() {
    let bytes = render(&full_agency(), expires(0));
    let text = text(&bytes);
    assert_eq!(subject(&bytes), "Example Portal: your password has expired");
    for needed in [
        "You can log in with the expired password one more time",
        &format!("\n{URL}/sign-in\n"),
        &format!("Use Forgot Password:\n\n{URL}/forgot-password\n"),
    ] {
        assert!(text.contains(needed), "{needed}: {text}");
    }
    let text = say(&agency(), expires(0));
    assert!(!text.contains("/forgot-password") && text.contains("Please phone the office: 517-555-0123."), "{text}");
    assert!(!text.contains("have to be changed every"), "this policy asks for no change: {text}");
}

#[test]
fn a_password_kept_elsewhere_is_reset_there_where_the_profile_names_the_place() {
    let bytes = render(&full_agency(), named("external"));
    let text = text(&bytes);
    assert!(text.contains("You should reset your password in Example Login Services."), "{text}");
    assert!(text.contains(&format!("\nGo to Example Login Services\n{SERVICE_URL}\n")), "{text}");
    let html = html(&bytes);
    assert!(links(&html).iter().any(|href| href == SERVICE_URL));
    assert!(html.contains("from=portal&amp;to=password") && !html.contains("portal&to"), "{html}");

    let text = say(&agency(), named("external"));
    assert!(text.contains("Ask the office and tell them your username.") && !text.contains("Go to"), "{text}");
}

#[test]
fn an_already_claimed_account_is_sent_to_sign_in_and_to_forgot_password_where_there_is_one() {
    let text = say(&full_agency(), named("already-claimed"));
    assert!(text.contains(&format!("\n{URL}/sign-in\n")), "{text}");
    assert!(text.contains(&format!("Forgot Password:\n\n{URL}/forgot-password\n")), "{text}");
    let text = say(&agency(), named("already-claimed"));
    assert!(text.contains(&format!("\n{URL}/sign-in\n")), "{text}");
    assert!(text.contains("Forgot the password? The office will help you."), "{text}");
    assert!(!text.contains("/forgot-password"), "{text}");
}

#[test]
fn what_closes_an_account_is_said_alike_for_a_claim_and_for_a_forgotten_password() {
    for kind in ["inactive", "suspended", "external", "already-claimed"] {
        for agency in agencies() {
            let text = say(&agency, named(kind));
            assert!(text.contains("You asked for help to get into your Example Portal account."), "{kind}: {text}");
        }
    }
}

#[test]
fn who_has_many_usernames_is_asked_which_and_led_back_to_ask_again() {
    let usernames = ["ada.black", "unit.7"];
    let message = serde_json::from_value(serde_json::json!({ "which-username": { "usernames": usernames } })).unwrap();
    let bytes = render(&full_agency(), message);
    let text = text(&bytes);
    assert!(usernames.iter().all(|username| text.contains(&format!("\n    {username}\n"))), "{text}");
    assert!(text.contains("type that username in place of the mail address:\n\nForgot Password\n"), "{text}");
    assert!(links(&html(&bytes)).contains(&format!("{URL}/forgot-password")), "{text}");
    // Nothing in it opens or stops an account.
    assert!(!text.contains("/link/") && !text.contains("/not-me/"), "{text}");
}
