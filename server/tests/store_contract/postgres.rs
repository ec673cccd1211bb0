//! PostgreSQL is held to the contract, on a server of the tests' own.

use std::sync::Arc;

use server::store::Postgres;
use sqlx::Postgres as Database;
use sqlx::postgres::PgPoolOptions;
use testkit::cluster::OwnDatabase;
use testkit::contract::Bench;

#[path = "seed.rs"]
mod seed;

type Place = OwnDatabase;

testkit::store_contract!(crate::postgres::bench);

pub async fn bench() -> Bench {
    let own = OwnDatabase::new();
    let store = Postgres::open(&own.url()).await.unwrap();
    let pool = PgPoolOptions::new().max_connections(1).connect(&own.url()).await.unwrap();
    Bench { store: Arc::new(store), seed: Arc::new(seed::BackDoor { pool, _place: own }) }
}
