//! The steps that bring tables up to date, as the library takes them.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name and text of a step.
pub type Step = (i64, &'static str, &'static str);

/// Takes the steps in their order, each once, whoever else does the same; and refuses what a later version has done.
pub fn migrator(steps: &[Step]) -> Migrator {
    let steps = steps.iter().map(|(number, name, text)| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, (*text).into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}
