//! The suite over the scripted engine.

use std::sync::Arc;

use casebook::domain::Value;
use casebook::engine::fake::{FakeEngine, Script, Step, batch};
use casebook::engine::{Engine, EngineError, Param, Statement};

use super::rig::Rig;
use super::suite::conformance;

struct FakeRig(Arc<FakeEngine>);

fn ints(from: u64, to: u64) -> Step {
    Step::Rows(batch(&[("n", (from..to).map(|n| Value::Int(n.into())).collect())]))
}

fn numbers(rows: u64) -> Script {
    Script((0..rows).step_by(2048).map(|from| ints(from, rows.min(from + 2048))).collect())
}

fn script(statement: &Statement) -> Option<Script> {
    let mut words = statement.sql.split(' ');
    match (words.next()?, words.next()) {
        ("numbers", Some(rows)) => Some(numbers(rows.parse().ok()?)),
        ("empty", _) => Some(Script::rows(batch(&[("n", vec![]), ("name", vec![])]))),
        ("endless", _) => Some(Script::wait()),
        ("endless_rows", _) => Some(numbers(5000).then(Step::Wait)),
        ("fails_later", _) => Some(numbers(5000).then(Step::Fail(EngineError::Query("boom".into())))),
        ("echo", _) => {
            let names: Vec<String> = (1..=statement.params.len()).map(|index| format!("p{index}")).collect();
            let values = statement.params.iter().map(|param| match param {
                Param::Null => Value::Null,
                Param::Bool(flag) => Value::Bool(*flag),
                Param::Int(number) => Value::Int((*number).into()),
                Param::Float(number) => Value::Float(*number),
                Param::Text(text) => Value::Text(text.clone()),
                Param::Time(time) => Value::Time(*time),
            });
            let columns: Vec<(&str, Vec<Value>)> =
                names.iter().map(String::as_str).zip(values.map(|value| vec![value])).collect();
            Some(Script::rows(batch(&columns)))
        }
        _ => None,
    }
}

fn rig() -> FakeRig {
    let engine = FakeEngine::threaded();
    engine.on(script);
    FakeRig(Arc::new(engine))
}

impl Rig for FakeRig {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::<FakeEngine>::clone(&self.0)
    }

    fn close(&self) {
        self.0.close();
    }

    fn numbers(&self, rows: u64) -> Statement {
        Statement::new(format!("numbers {rows}"))
    }

    fn empty(&self) -> Statement {
        Statement::new("empty")
    }

    fn endless(&self) -> Statement {
        Statement::new("endless")
    }

    fn endless_rows(&self) -> Statement {
        Statement::new("endless_rows")
    }

    fn broken(&self) -> Statement {
        Statement::new("no such statement")
    }

    fn fails_later(&self) -> Statement {
        Statement::new("fails_later")
    }

    fn echo(&self, params: Vec<Param>) -> Statement {
        Statement { sql: "echo".into(), params }
    }
}

conformance!(rig());
