//! Claim: *Find Username*, the mail is on its way, the typed code, *Create a password*.

use backboard::refused::Field;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::answer::{Answer, Broken};
use crate::journey::missing::{Dead, Missing};
use crate::site::{say, site};
use crate::ui::contact::HelpBox;
use crate::ui::field::{BirthFields, Kind, TextField};
use crate::ui::form::{Form, form_state};
use crate::ui::frame::Card;
use crate::ui::new_password::NewPassword;
use crate::ui::robot::Robot;
use crate::ui::steps::Steps;
use crate::visit::{Page, visit};
use crate::words::{self, Word};

const STEPS: &[Word] = &[words::CLAIM_STEP_LOOKUP, words::CLAIM_STEP_MAIL, words::CLAIM_STEP_PASSWORD];

#[component]
pub fn Claim() -> impl IntoView {
    view! {
        <Card heading=say(words::CLAIM_HEADING)>
            <Steps names=STEPS now=0/>
            <p class="usa-intro bb-lead">{say(words::CLAIM_LEAD)}</p>
            <Form action="/api/claim/lookup" button=say(words::CLAIM_LOOKUP_BUTTON)>
                <BirthFields/>
                <TextField field=Field::LastName kind=Kind::text("family-name") hint=words::CLAIM_LAST_NAME_HINT/>
                <TextField field=Field::Ssn kind=Kind::secret("off", "numeric") hint=words::CLAIM_SSN_NOTICE show=words::FIELD_SHOW_SSN width="bb-input-medium"/>
                <Alternative/>
                <Robot/>
            </Form>
            <p class="bb-card__more"><a href="/code">{say(words::CLAIM_HAVE_CODE)}</a></p>
            <p class="bb-card__more"><a href="/sign-in">{say(words::CLAIM_BACK_TO_SIGN_IN)}</a></p>
        </Card>
        <HelpBox/>
    }
}

/// The certificate number in place of the SSN. Open when something was typed there or is wrong there: a
/// problem inside a closed part would not be seen.
#[component]
fn Alternative() -> impl IntoView {
    let state = form_state();
    let kept = !state.kept(Field::Certificate).is_empty();
    view! {
        <details class="bb-alternative" open=move || kept || state.is_wrong(Field::Certificate)>
            <summary>{say(words::CLAIM_ALTERNATIVE)}</summary>
            <TextField field=Field::Certificate kind=Kind::text("off") hint=words::CLAIM_CERTIFICATE_HINT width="bb-input-medium"/>
        </details>
    }
}

/// The same page whoever was looked up.
#[component]
pub fn ClaimSent() -> impl IntoView {
    let sender = site().agency().sender.address.clone();
    view! {
        <Card heading=say(words::CLAIM_SENT_HEADING)>
            <Steps names=STEPS now=1/>
            <p class="usa-intro bb-lead">{say(words::CLAIM_SENT_LEAD)}</p>
            <ul class="usa-list">
                <li>{say(words::CLAIM_SENT_WHERE)}</li>
                <li>{say(words::CLAIM_SENT_SPAM)}" "<strong>{sender}</strong></li>
                <li>{say(words::CLAIM_SENT_HOW_LONG)}</li>
                <li>{say(words::CLAIM_SENT_NOTHING)}</li>
            </ul>
            <h2 class="bb-card__second">{say(words::CLAIM_CODE_HEADING)}</h2>
            <CodeForm/>
            <p class="bb-card__more"><a href="/claim">{say(words::CLAIM_SENT_AGAIN)}</a></p>
        </Card>
        <HelpBox/>
    }
}

#[component]
pub fn TypedCode() -> impl IntoView {
    view! {
        <Card heading=say(words::CLAIM_CODE_HEADING)>
            <Steps names=STEPS now=1/>
            <CodeForm/>
            <p class="bb-card__more"><a href="/claim">{say(words::CLAIM_SENT_AGAIN)}</a></p>
        </Card>
        <HelpBox/>
    }
}

#[component]
fn CodeForm() -> impl IntoView {
    view! {
        <Form action="/api/claim/code" button=say(words::CLAIM_CODE_BUTTON)>
            <TextField field=Field::Code kind=Kind::digits("one-time-code") hint=words::CLAIM_CODE_HINT width="bb-input-medium"/>
        </Form>
    }
}

#[component]
pub fn ClaimPassword() -> impl IntoView {
    match visit().page {
        Page::Choosing { username, shared } => view! { <Choose username shared/> }.into_any(),
        Page::Dead { refused } => view! { <Dead refused/> }.into_any(),
        _ => view! { <Missing/> }.into_any(),
    }
}

#[component]
fn Choose(username: String, shared: bool) -> impl IntoView {
    let warning = shared.then(|| {
        view! {
            <div class="usa-alert usa-alert--warning usa-alert--slim">
                <div class="usa-alert__body"><p class="usa-alert__text">{say(words::CLAIM_PASSWORD_SHARED)}</p></div>
            </div>
        }
    });
    view! {
        <Card heading=say(words::CLAIM_PASSWORD_HEADING)>
            <Steps names=STEPS now=2/>
            {warning}
            <Form action="/api/claim/password" button=say(words::CLAIM_PASSWORD_BUTTON)>
                <div class="usa-form-group">
                    <label class="usa-label" for="username">{say(words::FIELD_USERNAME)}</label>
                    <p class="usa-hint" id="username-hint">{say(words::CLAIM_PASSWORD_USERNAME_HINT)}</p>
                    // Read only and without a name: for the eye and the password manager, not for the server.
                    <input class="usa-input" id="username" type="text" autocomplete="username" readonly value=username.clone() aria-describedby="username-hint"/>
                </div>
                <NewPassword username/>
            </Form>
        </Card>
        <HelpBox/>
    }
}

/// *Lookup*.
#[server(prefix = "/api", endpoint = "claim/lookup", input = PostUrl)]
pub async fn claim_lookup(
    #[server(default)] birth_month: String,
    #[server(default)] birth_day: String,
    #[server(default)] birth_year: String,
    #[server(default)] last_name: String,
    #[server(default)] ssn: String,
    #[server(default)] certificate: String,
    #[server(default)] robot: String,
    #[server(default)] captcha: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let form =
        backboard::form::claim::LookupForm { birth_month, birth_day, birth_year, last_name, ssn, certificate, robot };
    let done = async {
        let lookup = form.read(caller.portal.agency.date_order, caller.portal.now().day())?;
        let browser = caller.portal.claim_lookup(&caller.visitor, &lookup, &captcha).await?;
        Ok(Done::to("/claim/sent").with_browser(&browser))
    };
    caller.answer(done.await)
}

/// The typed code.
#[server(prefix = "/api", endpoint = "claim/code", input = PostUrl)]
pub async fn claim_code(#[server(default)] code: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let code = backboard::form::claim::CodeForm { code }.read()?;
        caller.portal.claim_code(&caller.visitor, caller.browser.as_ref(), &code).await?;
        Ok(Done::to("/claim/password"))
    };
    caller.answer(done.await)
}

/// The button of the link page.
#[server(prefix = "/api", endpoint = "claim/start", input = PostUrl)]
pub async fn claim_start(#[server(default)] token: String) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let browser = caller.portal.claim_start(&caller.visitor, &token).await?;
        Ok(Done::to("/claim/password").with_browser(&browser))
    };
    caller.answer(done.await)
}

/// *Create a password*, **Submit**: signs in.
#[server(prefix = "/api", endpoint = "claim/password", input = PostUrl)]
pub async fn claim_password(
    #[server(default)] password: String,
    #[server(default)] password_again: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let form = backboard::form::claim::PasswordForm { password, password_again };
        let claimed = caller.portal.claim_password(&caller.visitor, caller.browser.as_ref(), &form).await?;
        Ok(Done::to("/home").with_session(&claimed.session).without_browser())
    };
    caller.answer(done.await)
}
