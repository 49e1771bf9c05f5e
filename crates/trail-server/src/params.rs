//! The parameters of a request's query string. Every one of them is a stranger's.

use serde_json::{Map, Value};

use crate::api_error::{ApiError, ErrorType};

/// The parameters that say what is searched for or taken away.
const SEARCHES: [&str; 8] = ["q", "content", "highlight", "start", "end", "record_ids", "format", "snapshot"];

/// The parameters that are times.
const TIMES: [&str; 3] = ["start", "end", "start_time"];

/// The parameters as they came, percent-decoded, in order.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads the query string of a URL.
    pub fn parse(query: &str) -> Params {
        let as_meant = |(name, value): (String, String)| match TIMES.contains(&name.as_str()) {
            true => (name, with_zone(value)),
            false => (name, value),
        };
        Params(form_urlencoded::parse(query.as_bytes()).into_owned().map(as_meant).collect())
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter, if it is not blank.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// What was searched for, for the records: the parameters that say so, as they came.
    pub(crate) fn searched(&self) -> Map<String, Value> {
        let searched = self.0.iter().filter(|(name, _)| SEARCHES.contains(&name.as_str())).rev();
        searched.map(|(name, value)| (name.clone(), value.as_str().into())).collect()
    }

    /// The first of `names` that is given more than once.
    pub fn duplicated<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.0.iter().filter(|(key, _)| key == name).count() > 1)
    }

    /// The parts of a comma-separated parameter, trimmed, without empty ones.
    pub fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).unwrap_or("").split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// A number that is not negative, or `default` if it is not given.
    ///
    /// # Errors
    /// `InvalidQuery` if it is something else.
    pub fn number(&self, name: &str, default: usize) -> Result<usize, ApiError> {
        let Some(text) = self.filled(name) else { return Ok(default) };
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err(ApiError::with(ErrorType::InvalidQuery, format!("{name} must be a number, 0 or greater")));
        }
        // What does not fit is larger than every limit.
        Ok(text.parse().unwrap_or(usize::MAX))
    }

    /// `true` or `false`, or `false` if it is not given.
    ///
    /// # Errors
    /// `InvalidQuery` if it is something else.
    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.filled(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::with(ErrorType::InvalidQuery, format!("{name} must be true or false"))),
        }
    }
}

/// A time whose zone begins with a plus sign that was not escaped, as the published examples have it: it came as a blank.
fn with_zone(time: String) -> String {
    match time.split_once(' ') {
        Some((before, zone)) if before.contains('T') && zone.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{before}+{zone}")
        }
        _ => time,
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn a_plus_sign_of_a_zone_may_be_as_it_is() {
        for (query, expected) in [
            ("start=2017-01-25T11:11:52.000+01:00", "2017-01-25T11:11:52.000+01:00"),
            ("start=2017-01-25T11:11:52.000%2B01:00", "2017-01-25T11:11:52.000+01:00"),
            ("start=2017-01-25+11:11", "2017-01-25 11:11"),
            ("start=2017-01-25T11:11", "2017-01-25T11:11"),
            ("start=T+x", "T x"),
        ] {
            assert_eq!(Params::parse(query).get("start"), Some(expected), "{query}");
        }
        assert_eq!(Params::parse("q=T+1").get("q"), Some("T 1"));
    }
}
