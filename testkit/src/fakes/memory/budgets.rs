use async_trait::async_trait;
use backboard::limit::Budget;
use backboard::moment::Moment;
use backboard::service::ports::{Budgets, Fault};
use backboard::service::records::Digest;

use super::Unit;

#[async_trait]
impl Budgets for Unit {
    async fn take_budgets(&mut self, budgets: &[(String, Budget)], now: Moment) -> Result<Vec<Result<(), u32>>, Fault> {
        let kept = &mut self.change()?.budgets;
        let taken = budgets.iter().map(|(key, budget)| {
            let full = budget.take(kept.get(key).copied(), now)?;
            kept.insert(key.clone(), full);
            Ok(())
        });
        Ok(taken.collect())
    }

    async fn refill_budget(&mut self, key: &str) -> Result<(), Fault> {
        self.change()?.budgets.remove(key);
        Ok(())
    }

    async fn spend_once(&mut self, digest: &Digest, until: Moment) -> Result<bool, Fault> {
        let spent = &mut self.change()?.spent;
        let new = !spent.contains_key(digest);
        spent.entry(*digest).or_insert(until);
        Ok(new)
    }

    async fn purge_budgets(&mut self, full_before: Moment) -> Result<u64, Fault> {
        let tables = self.change()?;
        let before = tables.budgets.len() + tables.spent.len();
        tables.budgets.retain(|_, full| *full >= full_before);
        tables.spent.retain(|_, until| *until >= full_before);
        Ok((before - tables.budgets.len() - tables.spent.len()) as u64)
    }
}
