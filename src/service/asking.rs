//! What every request of a neutral journey passes before its answer, which is the same for everybody: its budgets, its
//! proof, and the rows that it adds. At most four statements, whoever asks (decision 0025).

use super::captcha::{Once, too_many_unproven};
use super::jobs::Work;
use super::known::KnownAs;
use super::ports::{Fault, UnitOfWork};
use super::records::NewFlow;
use super::{Declined, Portal, Token, Visitor, first_refused, keyed};
use crate::limit::Budget;
use crate::link::{LINK_SECONDS, Purpose, Step};
use crate::moment::Moment;
use crate::refused::Problem;

/// The limits of one request.
pub(super) struct Limits {
    /// Of the address, its subnet and everybody.
    pub crowd: Vec<(String, Budget)>,
    /// Of what was typed, which anybody can use up.
    pub typed: (String, Budget),
    /// Where that one alone is empty: the name of the budget of the account that the browser has signed in to.
    pub known: Option<(KnownAs, OwnBudget)>,
}

/// Names the budget of an account's own browsers.
pub(super) type OwnBudget = fn(i64) -> String;

impl Portal {
    /// Takes from the budgets, and spends the proof or takes from those of forms without one.
    ///
    /// That the browser is known is looked up only when it matters.
    pub(super) async fn admit(
        &self,
        work: &mut dyn UnitOfWork,
        visitor: &Visitor,
        Limits { crowd: mut budgets, typed: (typed, budget), known }: Limits,
        proof: Option<Once>,
        now: Moment,
    ) -> Result<(), Declined> {
        let last = budgets.len();
        budgets.push((typed, budget));
        if proof.is_none() {
            budgets.extend(self.unproven(visitor));
        }
        let taken = work.take_budgets(&budgets, now).await?;
        let (asked, unproven) = taken.split_at(budgets.len().min(last + 1));
        if let Some((at, wait)) = first_refused(&budgets, asked, now) {
            let own = known.filter(|_| at == last);
            let account = self.still_known(work, own.map(|(known, _)| known)).await?;
            let Some((account, (_, own))) = account.zip(own) else { return Err(Problem::wait(wait).into()) };
            self.take(work, &[(own(account), budget)], now).await?;
        }
        if let Some(wait) = unproven.iter().find_map(|taken| taken.err()) {
            return Err(too_many_unproven(wait).into());
        }
        match proof {
            Some(proof) => self.spend_proof(work, proof).await,
            None => Ok(()),
        }
    }

    /// Begins the flow of a browser that asks, and queues what is to be done for it; its code will work there alone.
    pub(super) async fn ask(
        &self,
        work: &mut dyn UnitOfWork,
        purpose: Purpose,
        now: Moment,
        job: impl FnOnce(String) -> Work + Send,
    ) -> Result<Token, Fault> {
        let browser = self.token();
        let flow = NewFlow {
            id: self.id(),
            purpose,
            browser: self.vault.digest(keyed::BROWSER, browser.as_str().as_bytes()),
            step: Step::Asked,
            link: None,
            account: None,
            expires: now.plus(LINK_SECONDS),
        };
        let sealed = self.seal_job(&job(flow.id.clone()))?;
        work.add_job_with(&flow, "job", &sealed, now).await?;
        Ok(browser)
    }
}
