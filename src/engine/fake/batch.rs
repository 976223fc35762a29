//! Batches from plain values.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};

use crate::domain::{Batch, Value};

/// Makes a batch from named columns of values. A column has the type of its values: whole numbers become 64-bit numbers (decimals
/// where they do not fit), mixed columns become text, and so do columns of nothing but NULL. Short columns are filled up with NULL.
pub fn batch(columns: &[(&str, Vec<Value>)]) -> Batch {
    let rows = columns.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, values) in columns {
        let filled: Vec<Value> = values.iter().cloned().chain(std::iter::repeat(Value::Null)).take(rows).collect();
        let array = array(&filled);
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    // The columns have been made to fit the schema and each other.
    Batch(RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap_or_else(|_| RecordBatch::new_empty(schema)))
}

fn array(values: &[Value]) -> ArrayRef {
    let present: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    let all = |test: fn(&Value) -> bool| !present.is_empty() && present.iter().all(|value| test(value));
    if all(|value| matches!(value, Value::Bool(_))) {
        let flags = values.iter().map(|value| if let Value::Bool(flag) = value { Some(*flag) } else { None });
        return Arc::new(flags.collect::<BooleanArray>());
    }
    if all(|value| value.as_i64().is_some()) {
        return Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>());
    }
    if all(|value| matches!(value, Value::Int(_))) {
        let numbers = values.iter().map(|value| if let Value::Int(number) = value { Some(*number) } else { None });
        let typed = numbers.collect::<Decimal128Array>().with_data_type(DataType::Decimal128(38, 0));
        return Arc::new(typed);
    }
    if all(|value| value.as_f64().is_some()) {
        return Arc::new(values.iter().map(Value::as_f64).collect::<Float64Array>());
    }
    if all(|value| matches!(value, Value::Time(_))) {
        let times = values.iter().map(|value| value.as_time().map(|time| time.0));
        return Arc::new(times.collect::<TimestampMicrosecondArray>());
    }
    let texts = values.iter().map(|value| if value.is_null() { None } else { Some(value.to_plain()) });
    Arc::new(texts.collect::<StringArray>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn values_come_out_as_they_went_in() {
        let huge = i128::from(u64::MAX) + 1;
        let columns = [
            ("flag", vec![Value::Bool(true), Value::Null]),
            ("number", vec![Value::Int(-1), Value::Int(2)]),
            ("huge", vec![Value::Int(huge), Value::Int(1)]),
            ("real", vec![Value::Float(0.5), Value::Null]),
            ("text", vec![Value::Text("a".into()), Value::Text(String::new())]),
            ("at", vec![Value::Time(Timestamp(7)), Value::Null]),
            ("none", vec![Value::Null]),
        ];
        let batch = batch(&columns);
        assert_eq!(batch.rows(), 2);
        for (name, values) in &columns {
            for (row, value) in values.iter().enumerate() {
                assert_eq!(batch.get(row, name), *value, "{name} {row}");
            }
        }
        assert_eq!(
            super::batch(&[("mixed", vec![Value::Int(1), Value::Text("x".into())])]).get(0, "mixed"),
            Value::Text("1".into())
        );
        assert_eq!(super::batch(&[]).rows(), 0);
    }
}
