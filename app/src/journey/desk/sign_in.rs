//! The desk's sign-in in two steps, *Sign out*, and *Forgot password?*.

use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::frame::{more, saved};
use crate::answer::{Answer, Broken};
use crate::site::say;
use crate::ui::field::{Kind, text_field};
use crate::ui::form::form;
use crate::ui::frame::{card, lead};
use crate::words;

const EMAIL: Kind = Kind { inputmode: "email", ..Kind::text("username") };

#[must_use]
pub fn sign_in() -> AnyView {
    let fields = form("/api/desk/sign-in", say(words::STAFF_SIGN_IN_BUTTON), |state| {
        vec![
            text_field(state, &[Field::Email], EMAIL),
            text_field(state, &[Field::Password], Kind::secret("current-password")),
        ]
    });
    let said = saved(&[("/api/desk/password/set", words::STAFF_SIGN_IN_PASSWORD_SET)]);
    let mut content: Vec<AnyView> = said.into_iter().collect();
    content.extend([
        lead(say(words::STAFF_SIGN_IN_LEAD)),
        fields,
        more("/desk/forgot".to_owned(), say(words::STAFF_SIGN_IN_FORGOT)),
        more("/sign-in".to_owned(), say(words::STAFF_SIGN_IN_PERSONNEL)),
    ]);
    card(say(words::STAFF_SIGN_IN_TITLE), content)
}

#[must_use]
pub fn second() -> AnyView {
    const CODE: Kind = Kind::text("one-time-code").hint(words::STAFF_SECOND_HINT);
    let fields = form("/api/desk/second", say(words::STAFF_SECOND_BUTTON), |state| {
        vec![text_field(state, &[Field::Second], CODE)]
    });
    card(
        say(words::STAFF_SECOND_TITLE),
        vec![
            lead(say(words::STAFF_SECOND_LEAD)),
            fields,
            crate::ui::node::text("p", "usa-hint", say(words::STAFF_SECOND_LOST)),
            more("/desk/sign-in".to_owned(), say(words::STAFF_SECOND_AGAIN)),
        ],
    )
}

#[must_use]
pub fn forgot() -> AnyView {
    let fields = form("/api/desk/forgot", say(words::STAFF_FORGOT_BUTTON), |state| {
        vec![text_field(state, &[Field::Email], EMAIL)]
    });
    let back = more("/desk/sign-in".to_owned(), say(words::STAFF_SECOND_AGAIN));
    card(say(words::STAFF_FORGOT_TITLE), vec![lead(say(words::STAFF_FORGOT_LEAD)), fields, back])
}

#[must_use]
pub fn forgot_sent() -> AnyView {
    let back = more("/desk/sign-in".to_owned(), say(words::STAFF_SECOND_AGAIN));
    card(say(words::STAFF_FORGOT_TITLE), vec![lead(say(words::STAFF_FORGOT_SENT)), back])
}

/// The first step.
#[server(prefix = "/api", endpoint = "desk/sign-in", input = PostUrl)]
pub async fn post_desk_sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::staff::DeskSignInForm { email, password }.read()?;
        let entry = caller.portal.desk_sign_in(&caller.visitor, &form).await?;
        Ok(Done::to("/desk/second").with_entry(&entry))
    };
    caller.answer(done.await)
}

/// The second step.
#[server(prefix = "/api", endpoint = "desk/second", input = PostUrl)]
pub async fn post_desk_second(#[server(default)] second: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let typed = backboard::form::staff::Second::read(&second)?;
        let old = caller.desk_token.as_ref();
        let session = caller.portal.desk_second(&caller.visitor, caller.entry.as_ref(), &typed, old).await?;
        Ok(Done::to("/desk").with_desk(&session).without_entry())
    };
    caller.answer(done.await)
}

/// *Stay signed in*: the guards have found the session and written down that it was used. Says for how many seconds it goes
/// on.
#[server(prefix = "/api", endpoint = "desk/stay", input = PostUrl)]
pub async fn post_desk_stay() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::Refused;
    let caller = caller()?;
    if caller.wants_page {
        return caller.answer(Ok(Done::to("/desk")));
    }
    let left = async {
        let token = caller.desk_token.as_ref().ok_or(Refused::SessionOver)?;
        let at_desk = caller.portal.desk_session(token).await?.ok_or(Refused::SessionOver)?;
        Ok(at_desk.ends_in.to_string())
    };
    caller.answer_text(left.await)
}

/// *Sign out*.
#[server(prefix = "/api", endpoint = "desk/sign-out", input = PostUrl)]
pub async fn post_desk_sign_out() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        if let Some(actor) = &caller.actor {
            caller.portal.desk_sign_out(actor).await?;
        }
        Ok(Done::to("/desk/sign-in").without_desk())
    };
    caller.answer(done.await)
}

/// *Forgot password?*
#[server(prefix = "/api", endpoint = "desk/forgot", input = PostUrl)]
pub async fn post_desk_forgot(#[server(default)] email: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::refused::{Field, Problem};
    let caller = caller()?;
    let done = async {
        let email = backboard::identity::Email::parse(&email);
        let email = email.map_err(|refused| Problem::at(Field::Email, refused))?;
        caller.portal.staff_forgot(&caller.visitor, &email).await?;
        Ok(Done::to("/desk/forgot/sent"))
    };
    caller.answer(done.await)
}
