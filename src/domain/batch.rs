//! A batch of rows as the engine hands it over: Arrow inside, plain values outside.

use std::sync::Arc;

use arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    LargeStringArray, RecordBatch, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{DataType, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::time::Timestamp;
use super::value::Value;

/// Some rows of a result. Cheap to clone: the columns are shared.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch(pub RecordBatch);

impl Batch {
    /// A batch without rows and columns.
    pub fn empty() -> Batch {
        Batch(RecordBatch::new_empty(Arc::new(Schema::empty())))
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.0.num_rows()
    }

    /// How many columns it has.
    pub fn width(&self) -> usize {
        self.0.num_columns()
    }

    /// The columns' names, in order.
    pub fn names(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The place of the column with this name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.0.schema().index_of(name).ok()
    }

    /// Bytes that the columns take in memory.
    pub fn bytes(&self) -> usize {
        self.0.get_array_memory_size()
    }

    /// The first `rows` rows.
    pub fn head(&self, rows: usize) -> Batch {
        Batch(self.0.slice(0, rows.min(self.rows())))
    }

    /// The value at `row` of column `column`; `Null` outside the batch.
    pub fn value(&self, row: usize, column: usize) -> Value {
        if row >= self.rows() || column >= self.width() {
            return Value::Null;
        }
        value_of(self.0.column(column).as_ref(), row)
    }

    /// The value at `row` of the column named `name`; `Null` where there is none.
    pub fn get(&self, row: usize, name: &str) -> Value {
        self.index(name).map_or(Value::Null, |column| self.value(row, column))
    }
}

fn value_of(array: &dyn Array, row: usize) -> Value {
    // A column of the type NULL has no null bits: `is_null` is false for its rows.
    if array.is_null(row) || *array.data_type() == DataType::Null {
        return Value::Null;
    }
    let any = array.as_any();
    macro_rules! read {
        ($($kind:ty => $make:expr),* $(,)?) => {
            $(if let Some(typed) = any.downcast_ref::<$kind>() {
                return $make(typed.value(row));
            })*
        };
    }
    read! {
        StringArray => |text: &str| Value::Text(text.to_owned()),
        LargeStringArray => |text: &str| Value::Text(text.to_owned()),
        Int64Array => |number| Value::Int(i128::from(number)),
        TimestampMicrosecondArray => |micros| Value::Time(Timestamp(micros)),
        Float64Array => Value::Float,
        BooleanArray => Value::Bool,
        Int32Array => |number| Value::Int(i128::from(number)),
        UInt64Array => |number| Value::Int(i128::from(number)),
        Int16Array => |number| Value::Int(i128::from(number)),
        Int8Array => |number| Value::Int(i128::from(number)),
        UInt32Array => |number| Value::Int(i128::from(number)),
        UInt16Array => |number| Value::Int(i128::from(number)),
        UInt8Array => |number| Value::Int(i128::from(number)),
        Float32Array => |number: f32| Value::Float(f64::from(number)),
        TimestampNanosecondArray => |nanos: i64| Value::Time(Timestamp(nanos.div_euclid(1000))),
        TimestampMillisecondArray => |millis: i64| Value::Time(Timestamp(millis.saturating_mul(1000))),
        TimestampSecondArray => |seconds: i64| Value::Time(Timestamp(seconds.saturating_mul(Timestamp::SECOND))),
        Date32Array => |days: i32| Value::Time(Timestamp(i64::from(days).saturating_mul(86_400 * Timestamp::SECOND))),
    }
    if let Some(decimal) = any.downcast_ref::<Decimal128Array>() {
        if decimal.scale() == 0 {
            return Value::Int(decimal.value(row));
        }
        let text = decimal.value_as_string(row);
        return text.parse().map_or_else(|_| Value::Text(text), Value::Float);
    }
    // Lists, structs, maps, enums, times of day, intervals and bytes (in hexadecimal): as text, NULL inside spelled out.
    let options = FormatOptions::new().with_null("NULL");
    let text = ArrayFormatter::try_new(array, &options).and_then(|formatter| formatter.value(row).try_to_string());
    Value::Text(text.unwrap_or_else(|error| format!("cannot show {}: {error}", array.data_type())))
}

#[cfg(test)]
mod tests {
    use arrow::array::ArrayRef;

    use super::*;

    #[test]
    fn values_come_out_with_their_types_and_nothing_outside() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(StringArray::from(vec![Some("a"), None]))),
            ("number", Arc::new(Int64Array::from(vec![1, 2]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![0, 1]))),
            ("huge", Arc::new(Decimal128Array::from(vec![i128::from(i64::MAX) + 1, 0]).with_precision_and_scale(38, 0).unwrap())),
        ];
        let batch = Batch(RecordBatch::try_from_iter(columns).unwrap());
        assert_eq!(batch.get(0, "text"), Value::Text("a".into()));
        assert_eq!(batch.get(1, "text"), Value::Null);
        assert_eq!(batch.get(1, "number"), Value::Int(2));
        assert_eq!(batch.get(0, "at"), Value::Time(Timestamp(0)));
        assert_eq!(batch.get(0, "huge"), Value::Int(i128::from(i64::MAX) + 1));
        assert_eq!(batch.value(2, 0), Value::Null);
        assert_eq!(batch.get(0, "none"), Value::Null);
        assert_eq!(batch.head(1).rows(), 1);
    }
}
