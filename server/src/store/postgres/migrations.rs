//! The steps that bring a database's tables up to date. A step that has shipped is never edited.

use backboard::service::ports::Fault;
use sqlx::PgPool;

use crate::store::steps::{self, Step};

/// Number, name and text of every step, oldest first.
const STEPS: [Step; 2] = [
    (1, "start", include_str!("../../../migrations/postgres/0001_start.sql")),
    (2, "language", include_str!("../../../migrations/postgres/0002_language.sql")),
];

/// The number of the newest step.
pub const NEWEST: i64 = {
    let [.., (number, ..)] = STEPS;
    number
};

pub async fn run(pool: &PgPool) -> Result<(), Fault> {
    steps::migrator(&STEPS).run(pool).await.map_err(Fault::other)
}
