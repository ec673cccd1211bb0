//! Sign in and sign out.

use backboard::agency::Journey;
use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::contact::HelpBox;
use crate::ui::field::{Kind, TextField};
use crate::ui::form::Form;
use crate::ui::frame::Card;
use crate::words;

#[component]
pub fn SignIn() -> impl IntoView {
    let claims = site().agency().has(Journey::Claim);
    let claim = claims.then(|| {
        view! {
            <section class="bb-claim-offer" aria-labelledby="claim-offer">
                <div>
                    <h2 id="claim-offer" class="bb-claim-offer__heading">{say(words::SIGN_IN_CLAIM_HEADING)}</h2>
                    <p>{say(words::SIGN_IN_CLAIM_TEXT)}</p>
                </div>
                <a class="usa-button bb-yes" href="/claim">
                    {say(words::SIGN_IN_CLAIM_BUTTON)}" "
                    <span class="usa-sr-only">{say(words::SIGN_IN_CLAIM_HEADING)}</span>
                </a>
            </section>
        }
    });
    let create = claims.then(|| {
        view! {
            <a class="usa-button usa-button--outline bb-form__button" href="/claim">{say(words::SIGN_IN_CREATE_BUTTON)}</a>
            <p class="usa-hint">{say(words::SIGN_IN_CREATE_HINT)}</p>
        }
    });
    view! {
        {claim}
        <Card heading=say(words::SIGN_IN_HEADING)>
            <Form action="/api/sign-in/password" button=say(words::SIGN_IN_BUTTON)>
                <TextField field=Field::Username kind=Kind::text("username")/>
                <TextField field=Field::Password kind=Kind::secret("current-password", "text") show=words::FIELD_SHOW_PASSWORD/>
            </Form>
            {create}
        </Card>
        <HelpBox/>
    }
}

/// *Login*.
#[server(prefix = "/api", endpoint = "sign-in/password", input = PostUrl)]
pub async fn sign_in(
    #[server(default)] username: String,
    #[server(default)] password: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::sign_in::SignInForm { username, password }.read()?;
        let session = caller.portal.sign_in(&caller.visitor, &form, caller.session_token.as_ref()).await?;
        Ok(Done::to("/home").with_session(&session))
    };
    caller.answer(done.await)
}

/// *Sign out*.
#[server(prefix = "/api", endpoint = "sign-in/out", input = PostUrl)]
pub async fn sign_out() -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        if let Some(session) = &caller.session {
            caller.portal.sign_out(session).await?;
        }
        Ok(Done::to("/sign-in").without_session())
    };
    caller.answer(done.await)
}
