"""The functions, types and collations that a question in SQL may name; everything else is refused.

Left out on purpose: what makes long values out of short ones (repeat, lpad, range, format), lists and what is made of
them, JSON, what tells of the engine or of the process, and what answers differently each time.
"""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


AGGREGATES = _words(
    "any_value approx_count_distinct approx_quantile arg_max arg_min argmax argmin avg bool_and bool_or corr count"
    " count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat"
    " kurtosis last listagg mad max max_by mean median min min_by mode product quantile_cont quantile_disc regr_avgx"
    " regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness stddev stddev_pop"
    " stddev_samp string_agg sum var_pop var_samp variance weighted_avg wavg"
)
WINDOWS = _words("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value")
NUMBERS = _words(
    "abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees even exp fdiv floor fmod gcd greatest"
    " isfinite isinf isnan lcm least ln log log10 log2 mod pi pow power radians round round_even sign sin"
    " sqrt tan trunc add subtract multiply divide"
)
TEXTS = _words(
    "ascii bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein editdist3"
    " ends_with hamming hash ilike_escape instr jaccard jaro_similarity jaro_winkler_similarity lcase left"
    " left_grapheme len length length_grapheme levenshtein like_escape lower ltrim md5 mismatches nfc_normalize"
    " not_ilike_escape not_like_escape octet_length ord overlay position prefix regexp_extract regexp_full_match"
    " regexp_matches replace reverse right right_grapheme rtrim sha256 split_part starts_with strip_accents strlen"
    " strpos substr substring substring_grapheme suffix translate trim ucase unicode upper regexp_replace"
)
TIMES = _words(
    "age date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname"
    " dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms era hour isodow isoyear julian last_day"
    " make_date make_time make_timestamp microsecond millisecond minute month monthname quarter second strftime"
    " strptime century time_bucket timezone timezone_hour timezone_minute to_days to_hours to_minutes to_months"
    " to_quarters to_seconds"
    " to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek"
)
OTHERS = _words("coalesce if ifnull nullif row typeof")
OPERATORS = _words("+ - * / // % ^ ** || ~~ !~~ ~~* !~~* ~ !~ ~~~ ^@ & | xor")

FUNCTIONS = AGGREGATES | WINDOWS | NUMBERS | TEXTS | TIMES | OTHERS | OPERATORS

TYPES = _words(
    "BIGINT BOOLEAN BOOL DATE DECIMAL NUMERIC DOUBLE FLOAT REAL HUGEINT INTEGER INT INT4 INT8 INT2 SMALLINT TINYINT"
    " LONG SHORT INTERVAL TEXT STRING TIME TIMESTAMP TIMESTAMPTZ DATETIME VARCHAR CHAR BPCHAR UBIGINT UINTEGER"
    " USMALLINT UTINYINT FLOAT4 FLOAT8 SIGNED LOGICAL"
) | {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITHOUT TIME ZONE", "DOUBLE PRECISION"}

COLLATIONS = frozenset({"ja", "en", "nocase", "noaccent", "nfc", "nocase.noaccent", "ja.nocase"})
