//! What a playbook may call: functions that look at nothing but their arguments. Whatever is not named here is refused, so that a
//! function that reads a file, the environment or the engine's own tables need not be known to be kept out.

/// The words that may stand before a bracket without being the name of a function.
const WORDS: &[&str] = &[
    "all", "and", "any", "array", "as", "asc", "between", "by", "case", "cast", "columns", "cube", "desc", "distinct", "else",
    "except", "exclude", "exists", "filter", "from", "group", "having", "ilike", "in", "intersect", "is", "join", "key", "lateral", "like",
    "limit", "materialized", "not", "offset", "on", "or", "order", "over", "partition", "qualify", "rename", "replace", "rollup", "row",
    "sample", "select", "sets", "some", "then", "try_cast", "union", "using", "values", "when", "where", "window", "within", "with",
];

/// Types that are written with brackets.
const TYPES: &[&str] = &["decimal", "numeric", "varchar", "char", "struct", "map", "list"];

/// Functions that stand in the place of a table.
const TABLES: &[&str] = &["generate_series", "range", "unnest"];

/// Functions of values, of groups and of windows.
const FUNCTIONS: &[&str] = &[
    // Numbers.
    "abs", "acos", "asin", "atan", "atan2", "bit_count", "cbrt", "ceil", "ceiling", "cos", "cot", "degrees", "div", "divide", "even", "exp",
    "factorial", "fdiv", "floor", "fmod", "gamma", "gcd", "greatest", "greatest_common_divisor", "isfinite", "isinf", "isnan", "lcm", "least",
    "lgamma", "ln", "log", "log10", "log2", "mod", "multiply", "pi", "pow", "power", "radians", "round", "round_even", "sign", "signbit",
    "sin", "sqrt", "subtract", "add", "tan", "trunc", "xor",
    // Texts.
    "array_extract", "ascii", "bar", "base64", "bin", "bit_length", "char_length", "character_length", "chr", "concat", "concat_ws", "contains",
    "damerau_levenshtein", "decode", "encode", "ends_with", "format", "formatreadablesize", "from_base64", "from_hex", "hamming", "hash", "hex",
    "instr", "jaccard", "jaro_similarity", "jaro_winkler_similarity", "lcase", "left", "left_grapheme", "len", "length", "length_grapheme",
    "levenshtein", "like_escape", "ilike_escape", "lower", "lpad", "ltrim", "md5", "md5_number", "nfc_normalize", "not_like_escape", "ord",
    "overlay", "parse_filename", "position", "prefix", "printf", "regexp_escape", "regexp_extract", "regexp_extract_all", "regexp_full_match",
    "regexp_matches", "regexp_replace", "regexp_split_to_array", "repeat", "replace", "reverse", "right", "right_grapheme", "rpad", "rtrim",
    "sha1", "sha256", "split", "split_part", "starts_with", "str_split", "str_split_regex", "string_split", "string_split_regex",
    "string_to_array", "strip_accents", "strlen", "strpos", "substr", "substring", "substring_grapheme", "suffix", "to_base", "to_base64",
    "to_hex", "translate", "trim", "ucase", "unbin", "unhex", "unicode", "upper", "url_decode", "url_encode",
    // Times.
    "age", "century", "date_add", "date_diff", "date_part", "date_sub", "date_trunc", "datediff", "datepart", "datesub", "datetrunc", "day",
    "dayname", "dayofmonth", "dayofweek", "dayofyear", "decade", "epoch", "epoch_ms", "epoch_ns", "epoch_us", "era", "extract", "hour",
    "isodow", "isoyear", "julian", "last_day", "make_date", "make_time", "make_timestamp", "microsecond", "millennium", "millisecond", "minute",
    "month", "monthname", "quarter", "second", "strftime", "strptime", "time_bucket", "to_days", "to_hours", "to_microseconds",
    "to_milliseconds", "to_minutes", "to_months", "to_seconds", "to_timestamp", "to_weeks", "to_years", "try_strptime", "week", "weekday",
    "weekofyear", "year", "yearweek",
    // Lists, structs, maps, JSON.
    "aggregate", "apply", "array_agg", "array_aggregate", "array_append", "array_apply", "array_cat", "array_concat", "array_contains",
    "array_distinct", "array_filter", "array_has", "array_has_all", "array_has_any", "array_intersect", "array_length", "array_position",
    "array_prepend", "array_reduce", "array_reverse", "array_slice", "array_sort", "array_to_string", "array_transform", "array_unique",
    "array_value", "cardinality", "element_at", "flatten", "from_json", "json", "json_array", "json_array_length", "json_contains",
    "json_exists", "json_extract", "json_extract_path", "json_extract_path_text", "json_extract_string", "json_keys", "json_object",
    "json_type", "json_valid", "json_value", "list_aggregate", "list_any_value", "list_append", "list_apply", "list_avg", "list_cat", "list_concat",
    "list_contains", "list_count", "list_distinct", "list_element", "list_extract", "list_filter", "list_first", "list_has", "list_has_all",
    "list_has_any", "list_intersect", "list_last", "list_max", "list_median", "list_min", "list_pack", "list_position", "list_prepend",
    "list_reduce", "list_resize", "list_reverse", "list_reverse_sort", "list_select", "list_slice", "list_sort", "list_sum", "list_transform",
    "list_unique", "list_value", "list_where", "list_zip", "map_entries", "map_extract", "map_from_entries", "map_keys", "map_values",
    "reduce", "row_to_json", "struct_extract", "struct_insert", "struct_pack", "to_json",
    // Groups.
    "any_value", "approx_count_distinct", "approx_quantile", "approx_top_k", "arbitrary", "arg_max", "arg_max_null", "arg_min", "arg_min_null",
    "argmax", "argmin", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "corr", "count", "count_if", "count_star", "countif",
    "covar_pop", "covar_samp", "entropy", "favg", "first", "fsum", "geomean", "geometric_mean", "grouping", "group_concat", "histogram", "kurtosis",
    "kahan_sum", "last", "list", "listagg", "mad", "max", "max_by", "mean", "median", "min", "min_by", "mode", "percentile_cont",
    "percentile_disc", "product", "quantile", "quantile_cont", "quantile_disc", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept",
    "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "reservoir_quantile", "sem", "skewness", "stddev", "stddev_pop", "stddev_samp",
    "string_agg", "sum", "sum_no_overflow", "sumkahan", "var_pop", "var_samp", "variance",
    // Windows.
    "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile", "percent_rank", "rank", "rank_dense", "row_number",
    // Choices.
    "coalesce", "if", "ifnull", "nullif", "try", "typeof",
    // Of an address, as the filter language has them.
    "host", "family", "netmask", "network", "broadcast",
];

fn has(words: &[&str], name: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether a bracket may follow this word because it is no function at all.
pub(super) fn is_word(name: &str) -> bool {
    has(WORDS, name) || has(TYPES, name)
}

/// Whether a function of this name may be called.
pub(super) fn is_function(name: &str) -> bool {
    has(FUNCTIONS, name) || has(TABLES, name)
}

/// Whether a function of this name may stand in the place of a table.
pub(super) fn is_table(name: &str) -> bool {
    has(TABLES, name)
}
