//! *Who is calling?*: the check of a caller, as a page of its own and as the first step of an act.

use backboard::agency::Fact;
use backboard::refused::Field;
use backboard::service::desk::checks::Passed;
use backboard::service::desk::offers::Calling;
use backboard::service::desk::person::Dossier;
use backboard::staff::{Act, CALLER_SECONDS, CallerCheck};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::acts::{back_to, whose};
use super::parts::time;
use super::{hidden, visit};
use crate::answer::{Answer, Broken};
use crate::site::{say, site};
use crate::ui::field::{Kind, birth_fields, text_field};
use crate::ui::form::{FormState, form};
use crate::ui::frame::{card, lead, notice, notice_text};
use crate::ui::node::{el, text};
use crate::words;

/// What the page of a check shows.
#[derive(Clone, Debug)]
pub struct Called {
    pub dossier: Dossier,
    pub calling: Calling,
}

#[must_use]
pub fn called(called: &Called) -> AnyView {
    let dossier = &called.dossier;
    let mut content = vec![lead(say(words::ACT_CALLER_LEAD)), whose(dossier), how_far(called.calling)];
    let account = dossier.account;
    if called.calling.mailed {
        content.push(form("/api/desk/caller/code", say(words::ACT_CALLER_CHECK), move |state| {
            vec![hidden("account", account.to_string()), code_field(state)]
        }));
    }
    content.push(mail(dossier, called.calling.mailed, None));
    content.push(text("h2", "bb-card__second", say(words::ACT_CALLER_FACTS)));
    content.push(facts(account));
    content.push(back_to(account));
    card(say(words::ACT_CALLER_TITLE), content)
}

/// In one line: checked how and until when, or not.
#[must_use]
pub fn how_far(calling: Calling) -> AnyView {
    let Some(Passed { by, at }) = calling.passed else {
        let word = if calling.mailed { words::ACT_CALLER_MAILED } else { words::ACT_CALLER_UNCHECKED };
        return notice("info", vec![notice_text(say(word))]);
    };
    let word = match by {
        CallerCheck::Code => words::ACT_CALLER_BY_CODE,
        CallerCheck::Facts => words::ACT_CALLER_BY_FACTS,
    };
    let values = [("time", &*clock(time(at))), ("until", &*clock(time(at.plus(CALLER_SECONDS))))];
    notice("success", vec![notice_text(site().fill(word, &values))])
}

/// The hour of a time that is today's.
fn clock(time: String) -> String {
    time.rsplit(' ').next().unwrap_or_default().to_owned()
}

/// *Mail a code*; afterwards the page of this act is shown again.
#[must_use]
pub fn mail(dossier: &Dossier, again: bool, act: Option<Act>) -> AnyView {
    if dossier.people.iter().all(|who| who.address.is_none()) {
        return text("p", "", say(words::ACT_CALLER_NO_ADDRESS));
    }
    let account = dossier.account.to_string();
    let word = if again { words::ACT_CALLER_MAIL_AGAIN } else { words::ACT_CALLER_MAIL };
    let form = form("/api/desk/caller/mail", say(word), move |_| {
        let mut fields = vec![hidden("account", account), hidden("act", act.map_or("", Act::code))];
        if !again {
            fields.push(text("p", "usa-hint", say(words::ACT_CALLER_MAIL_HINT)));
        }
        fields
    });
    // The second choice on its page.
    if again { el("div").class("bb-desk-again").child(form).view() } else { form }
}

/// The code that is read back.
#[must_use]
pub fn code_field(state: FormState) -> AnyView {
    let kind = Kind::digits("off").label(words::ACT_CALLER_CODE).hint(words::ACT_CALLER_CODE_HINT);
    text_field(state, &[Field::Code], kind)
}

fn facts(account: i64) -> AnyView {
    let asked = site().agency().desk.facts.clone();
    if asked.is_empty() {
        return text("p", "", say(words::ACT_CALLER_FACTS_OFF));
    }
    form("/api/desk/caller/facts", say(words::ACT_CALLER_FACTS_BUTTON), move |state| {
        let mut fields = vec![
            hidden("account", account.to_string()),
            el("p").class("usa-hint").text(say(words::ACT_CALLER_FACTS_HINT)).view(),
        ];
        fields.extend(asked.into_iter().map(|fact| match fact {
            Fact::DateOfBirth => birth_fields(state, false),
            Fact::CertificateNumber => text_field(state, &[Field::Certificate], Kind::text("off")),
            Fact::CertificationLevel => text_field(state, &[Field::Level], Kind::text("off")),
        }));
        fields
    })
}

/// What the last step of a check said, for the page it leads back to.
#[must_use]
pub fn said() -> Option<AnyView> {
    let saved = visit().saved?;
    let passed = ["/api/desk/caller/code", "/api/desk/caller/facts"].contains(&&*saved);
    passed.then(|| notice("success", vec![notice_text(say(words::ACT_CALLER_PASSED))]))
}

/// *Mail a code*. Back to the page of the act that it is for.
#[server(prefix = "/api", endpoint = "desk/caller/mail", input = PostUrl)]
pub async fn post_desk_caller_mail(
    #[server(default)] account: String,
    #[server(default)] act: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    let caller = caller()?;
    let done = async {
        let account = backboard::form::act::account(&account)?;
        caller.portal.desk_mail_code(caller.actor()?, account).await?;
        let act = Act::from_code(&act).filter(|act| Act::DEEDS.contains(act));
        Ok(Done::to_within("/desk/account/", account, act.map_or("caller", Act::code)))
    };
    caller.answer(done.await)
}

/// *Check*.
#[server(prefix = "/api", endpoint = "desk/caller/code", input = PostUrl)]
pub async fn post_desk_caller_code(
    #[server(default)] account: String,
    #[server(default)] code: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::link::Code;
    use backboard::refused::Problem;
    let caller = caller()?;
    let done = async {
        let account = backboard::form::act::account(&account)?;
        let code = Code::parse(&code).map_err(|refused| Problem::at(Field::Code, refused))?;
        caller.portal.desk_enter_code(caller.actor()?, account, &code).await?;
        Ok(Done::to_number("/desk/account/", account).saved())
    };
    caller.answer(done.await)
}

/// *Compare*.
#[server(prefix = "/api", endpoint = "desk/caller/facts", input = PostUrl)]
pub async fn post_desk_caller_facts(
    #[server(default)] account: String,
    #[server(default)] birth_month: String,
    #[server(default)] birth_day: String,
    #[server(default)] birth_year: String,
    #[server(default)] certificate: String,
    #[server(default)] level: String,
) -> Result<Answer, Broken> {
    use crate::request::{Done, caller};
    use backboard::form::caller::HeardForm;
    let caller = caller()?;
    let done = async {
        let account = backboard::form::act::account(&account)?;
        let (portal, form) =
            (&caller.portal, HeardForm { birth_month, birth_day, birth_year, certificate, certification_level: level });
        let heard = form.read(&portal.agency.desk.facts, portal.agency.date_order, portal.now().day())?;
        portal.desk_check_facts(caller.actor()?, account, &heard).await?;
        Ok(Done::to_number("/desk/account/", account).saved())
    };
    caller.answer(done.await)
}
