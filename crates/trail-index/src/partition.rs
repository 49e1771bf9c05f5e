//! Partitions: the month in which a recording began.

use trail_model::Timestamp;

/// The partition of recordings that do not say when they began.
pub const UNDATED: &str = "undated";

/// The partition of a recording: `YYYY-MM` in UTC, or [`UNDATED`].
pub fn partition_of(start: Option<Timestamp>) -> String {
    let Some(Timestamp(ns)) = start else { return UNDATED.to_owned() };
    let (year, month) = year_month(ns.div_euclid(86_400_000_000_000));
    format!("{year:04}-{month:02}")
}

/// Year and month of a day counted from 1970-01-01, by [Howard Hinnant's `civil_from_days`].
///
/// [Howard Hinnant's `civil_from_days`]: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
fn year_month(day: i64) -> (i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(secs: i64, expected: &str) {
        assert_eq!(partition_of(Some(Timestamp(secs * 1_000_000_000))), expected);
    }

    #[test]
    fn a_partition_is_a_month_in_utc() {
        check(0, "1970-01");
        check(-1, "1969-12");
        check(951_782_399, "2000-02");
        check(951_868_800, "2000-03");
        check(1_767_225_599, "2025-12");
        check(1_767_225_600, "2026-01");
        assert_eq!(partition_of(None), "undated");
        assert_eq!(partition_of(Some(Timestamp(i64::MAX))), "2262-04");
        assert_eq!(partition_of(Some(Timestamp(i64::MIN))), "1677-09");
    }
}
