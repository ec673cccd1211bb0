//! The statements, one file an aggregate. Each database compiles them for itself, with its own rows, connections and
//! transactions under these names, and its own words for what the two call differently (decision 0022).

mod accounts;
mod audit;
mod budgets;
mod cases;
mod challenges;
mod checks;
pub(super) mod columns;
mod email_changes;
mod epochs;
mod flows;
mod import_jobs;
mod imports;
mod jobs;
mod keys;
mod ledgers;
mod links;
mod moves;
mod outbox;
mod outstanding;
mod people;
mod queues;
pub(super) mod reports;
mod roster;
pub(super) mod search;
mod sessions;
mod staff;
mod temporaries;

use super::{Connection, Database, QueryResult, Stored, TableRow, Unit, fault};
