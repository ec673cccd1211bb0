//! Mailed links of staff, and setting up an authenticator.

use backboard::refused::{Field, Problem, Refused};
use backboard::staff::{Role, StaffPurpose};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::{more, role_word};
use super::hidden;
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead};
use crate::ui::new_password::new_password;
use crate::ui::node::{el, text};
use crate::ui::sentence::sentence;
use crate::words::{self, Word};

/// A link that works.
#[derive(Clone, Debug)]
pub struct Link {
    pub token: String,
    pub purpose: StaffPurpose,
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// An authenticator that is being set up.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// The QR code, as SVG.
    pub drawing: String,
    /// The key in groups of four.
    pub key: String,
}

impl Link {
    /// The title of its page.
    #[must_use]
    pub const fn title(&self) -> Word {
        match self.purpose {
            StaffPurpose::Invitation => words::STAFF_INVITED_TITLE,
            StaffPurpose::Password => words::STAFF_RESET_TITLE,
            StaffPurpose::Second => words::STAFF_ANEW_TITLE,
        }
    }
}

#[must_use]
pub fn link(link: Link) -> AnyView {
    let title = say(link.title());
    let role = say(role_word(link.role));
    let fill = |word| site().fill(word, &[("name", &link.name), ("role", &role)]);
    let Link { token, purpose, email, .. } = &link;
    let (word, content) = match purpose {
        StaffPurpose::Second => {
            let fields = form("/api/desk/second/begin", say(words::STAFF_ANEW_BUTTON), |state| {
                vec![
                    hidden("token", token.clone()),
                    text_field(state, &[Field::CurrentPassword], Kind::secret("current-password")),
                ]
            });
            (words::STAFF_ANEW_LEAD, fields)
        }
        _ => {
            let labels = [words::STAFF_INVITED_FIRST, words::FIELD_PASSWORD_AGAIN];
            let fields = form("/api/desk/password/set", say(words::STAFF_INVITED_BUTTON), |state| {
                vec![hidden("token", token.clone()), whose(email), new_password(state, email.clone(), labels)]
            });
            let invited = *purpose == StaffPurpose::Invitation;
            (if invited { words::STAFF_INVITED_LEAD } else { words::STAFF_RESET_LEAD }, fields)
        }
    };
    card(title, vec![lead(fill(word)), content])
}

/// The address, for the eye and the password manager: it is not sent.
#[must_use]
pub fn whose(email: &str) -> AnyView {
    let shown = el("input")
        .class("usa-input")
        .id("email")
        .attr("type", "text")
        .attr("autocomplete", "username")
        .flag("readonly", true)
        .attr("value", email.to_owned());
    el("div")
        .class("usa-form-group")
        .child(el("label").class("usa-label").attr("for", "email").text(say(words::FIELD_EMAIL)).view())
        .child(shown.view())
        .view()
}

#[must_use]
pub fn dead(refused: Refused) -> AnyView {
    let said = match refused {
        Refused::LinkSpent => say(words::STAFF_DEAD_SPENT),
        Refused::LinkExpired => say(words::STAFF_DEAD_EXPIRED),
        Refused::LinkUnknown => say(words::STAFF_DEAD_UNKNOWN),
        refused => sentence(&site(), Problem::form(refused)),
    };
    card(
        say(words::STAFF_DEAD_TITLE),
        vec![
            lead(said),
            more("/desk/sign-in".to_owned(), say(words::STAFF_SECOND_AGAIN)),
            more("/desk/forgot".to_owned(), say(words::STAFF_SIGN_IN_FORGOT)),
        ],
    )
}

#[must_use]
pub fn enrol(enrol: Enrol) -> AnyView {
    const CODE: Kind = Kind::digits("one-time-code").label(words::STAFF_ENROL_CODE);
    let picture = el("div").class("bb-qr").attr("role", "img").attr("aria-label", say(words::STAFF_ENROL_PICTURE));
    let typed = el("p")
        .child(text("span", "", say(words::STAFF_ENROL_KEY)))
        .text(" ")
        .child(el("code").class("bb-key").id("key").text(enrol.key).view());
    let fields = form("/api/desk/second/enrol", say(words::STAFF_ENROL_BUTTON), |state| {
        vec![text_field(state, &[Field::Second], CODE)]
    });
    let steps = el("ol")
        .class("bb-desk-steps")
        .child(text("li", "", say(words::STAFF_ENROL_APP)))
        .child(text("li", "", say(words::STAFF_ENROL_SCAN)))
        .child(text("li", "", say(words::STAFF_ENROL_TYPE)));
    card(
        say(words::STAFF_ENROL_TITLE),
        vec![lead(say(words::STAFF_ENROL_LEAD)), steps.view(), picture.drawn(enrol.drawing), typed.view(), fields],
    )
}

/// *Set password* of an invitation or of *Forgot password?*.
#[server(prefix = "/api", endpoint = "desk/password/set", input = PostUrl)]
pub async fn post_desk_password_set(
    #[server(default)] token: String,
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::service::desk::entry::PasswordSet;
    let caller = caller()?;
    let done = async {
        let form = backboard::form::claim::PasswordForm { password, password_again };
        Ok(match caller.portal.staff_set_password(&caller.visitor, &token, &form).await? {
            PasswordSet::SetUp(entry) => Done::to("/desk/enrol").with_entry(&entry),
            PasswordSet::SignIn => Done::to("/desk/sign-in").saved(),
        })
    };
    caller.answer(done.await)
}

/// The password, on the way to another authenticator.
#[server(prefix = "/api", endpoint = "desk/second/begin", input = PostUrl)]
pub async fn post_desk_second_begin(
    #[server(default)] token: String,
    #[server(default)] current_password: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let entry = caller.portal.staff_begin_second(&caller.visitor, &token, &current_password).await?;
        Ok(Done::to("/desk/enrol").with_entry(&entry))
    };
    caller.answer(done.await)
}

/// The first code of the authenticator.
#[server(prefix = "/api", endpoint = "desk/second/enrol", input = PostUrl)]
pub async fn post_desk_second_enrol(#[server(default)] second: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let typed = backboard::form::staff::Second::read(&second)?;
        let old = caller.desk_token.as_ref();
        let set_up = caller.portal.staff_enrol(&caller.visitor, caller.entry.as_ref(), &typed, old).await?;
        Ok(Done::to("/desk/recovery").with_desk(&set_up.session).with_once(&set_up.once).without_entry())
    };
    caller.answer(done.await)
}
