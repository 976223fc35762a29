//! The suite over DuckDB.

use std::sync::Arc;

use casebook::engine::duckdb::DuckEngine;
use casebook::engine::{Engine, OpenOptions, Param, Statement};

use super::rig::Rig;
use super::suite::conformance;

struct DuckRig(Arc<DuckEngine>);

fn rig() -> DuckRig {
    DuckRig(Arc::new(DuckEngine::open(&OpenOptions { threads: Some(2), ..OpenOptions::default() }).unwrap()))
}

impl Rig for DuckRig {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::<DuckEngine>::clone(&self.0)
    }

    fn close(&self) {
        self.0.close();
    }

    fn numbers(&self, rows: u64) -> Statement {
        Statement { sql: "SELECT i AS n FROM range($1) t(i)".into(), params: vec![Param::Int(rows.try_into().unwrap())] }
    }

    fn empty(&self) -> Statement {
        Statement::new("SELECT i AS n, 'x' AS name FROM range(10) t(i) WHERE i > 10")
    }

    fn endless(&self) -> Statement {
        // More pairs than any machine counts.
        Statement::new("SELECT count(*) AS n FROM range(10000000000) a(i), range(10000000000) b(j) WHERE hash(i, j) = 7")
    }

    fn endless_rows(&self) -> Statement {
        Statement::new("SELECT i AS n FROM range(1000000000000) t(i)")
    }

    fn broken(&self) -> Statement {
        Statement::new("SELECT no_such_column FROM no_such_table")
    }

    fn fails_later(&self) -> Statement {
        Statement::new("SELECT CASE WHEN i = 2000000 THEN error('boom') ELSE i END AS n FROM range(3000000) t(i)")
    }

    fn echo(&self, params: Vec<Param>) -> Statement {
        // Backwards, so that places and numbers differ.
        let columns: Vec<String> = (1..=params.len()).rev().map(|index| format!("${index} AS p{index}")).collect();
        Statement { sql: format!("SELECT {}", columns.join(", ")), params }
    }
}

conformance!(rig());
