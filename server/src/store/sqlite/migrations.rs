//! The steps that bring a file's tables up to date. A step that has shipped is never edited.

use backboard::service::ports::Fault;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};

/// Number, name and text of every step, oldest first.
const STEPS: [(i64, &str, &str); 2] = [
    (1, "start", include_str!("../../../migrations/sqlite/0001_start.sql")),
    (2, "back in", include_str!("../../../migrations/sqlite/0002_back_in.sql")),
];

pub async fn run(pool: &SqlitePool) -> Result<(), Fault> {
    let steps = STEPS.map(|(number, name, text)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.into()).run(pool).await.map_err(Fault::other)
}
