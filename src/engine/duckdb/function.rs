//! Functions of the program's own in SQL: DuckDB hands over the texts of a chunk, the function answers.

use std::error::Error;
use std::sync::Arc;

use arrow::array::{Array, Int64Array, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::DataType;
use duckdb::Connection;
use duckdb::vscalar::{ArrowFunctionSignature, VArrowScalar};

use super::super::api::{Functions, TextFunction};

/// Makes functions known to all connections of a database.
pub(super) fn register(connection: &Connection, functions: &Functions) -> duckdb::Result<()> {
    for function in &functions.0 {
        connection.register_scalar_function_with_state::<Caller>(function.name(), &Called(Some(Arc::clone(function))))?;
    }
    Ok(())
}

/// What is called: there always, but the crate wants a default.
#[derive(Clone, Default)]
struct Called(Option<Arc<dyn TextFunction>>);

struct Caller;

impl VArrowScalar for Caller {
    type State = Called;

    fn invoke(called: &Called, input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let function = called.0.as_ref().ok_or("the function is gone")?;
        let [texts, numbers] = input.columns() else { return Err("a text and a number are wanted".into()) };
        let texts = texts.as_any().downcast_ref::<StringArray>().ok_or("the first argument is no text")?;
        let numbers = numbers.as_any().downcast_ref::<Int64Array>().ok_or("the second argument is no number")?;
        if !function.may_apply(texts.value_data(), numbers.values()) {
            return Ok(Arc::new(StringArray::new_null(texts.len())));
        }
        let mut answers = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
        for (text, number) in texts.iter().zip(numbers) {
            let answer = text.zip(number).and_then(|(text, number)| function.apply(text, number));
            answers.append_option(answer);
        }
        Ok(Arc::new(answers.finish()))
    }

    /// What it notes on the way is to be noted for every row.
    fn volatile() -> bool {
        true
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(vec![DataType::Utf8, DataType::Int64], DataType::Utf8)]
    }
}
