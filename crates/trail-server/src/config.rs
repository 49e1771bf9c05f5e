//! Where settings come from: a file, the environment, the command line; the later of these wins.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trail_catalog::{AlertKind, AlertRule};
use trail_query::Limits;

use crate::serve::Tls;
use crate::settings::Settings;

/// Environment variables with this prefix are settings: `TRAIL_SERVE_IDLE_TIMEOUT=15m`.
pub const ENV_PREFIX: &str = "TRAIL_SERVE_";

/// How a service runs and listens.
#[derive(Clone, Debug)]
pub struct Config {
    /// How it runs.
    pub settings: Settings,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The certificate chain, if not its own.
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key.
    pub tls_key: Option<PathBuf>,
    /// Whether it speaks plain HTTP.
    pub insecure_http: bool,
}

/// What is wrong with a setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no table of settings.
    #[error("failed to understand {}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no such setting.
    #[error("unknown setting {name:?} from {origin}; the settings are {}", NAMES.join(", "))]
    Unknown {
        /// Its name.
        name: String,
        /// Where it was set.
        origin: String,
    },
    /// The value is none of the setting.
    #[error("invalid value {value:?} of {name} from {origin}: expected {expected}")]
    Value {
        /// The setting.
        name: &'static str,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
        /// Where it was set.
        origin: String,
    },
    /// A certificate without a key, or a key without a certificate.
    #[error("tls_cert and tls_key belong together")]
    HalfCertificate,
}

/// The names of all settings.
pub const NAMES: [&str; 40] = [
    "listen",
    "tls_cert",
    "tls_key",
    "insecure_http",
    "idle_timeout",
    "logins_max",
    "snapshot_lifetime",
    "refresh_interval",
    "snapshots_max",
    "page_max",
    "window",
    "users_page_max",
    "score_lifetime",
    "url_len_max",
    "head_len_max",
    "head_timeout",
    "connections_max",
    "upload_idle_timeout",
    "upload_len_max",
    "uploads_max",
    "index_interval",
    "follow_idle_timeout",
    "concurrency",
    "search_timeout",
    "query_len_max",
    "query_nesting_max",
    "query_clauses_max",
    "query_leaves_max",
    "query_wildcards_max",
    "query_expansions_max",
    "regexp_chars_max",
    "regexp_states_max",
    "content_cache",
    "metrics_open",
    "audit_dir",
    "audit_len_max",
    "request_timeout",
    "retention",
    "alert_rules",
    "screenshots_len_max",
];

impl Default for Config {
    fn default() -> Config {
        Config {
            settings: Settings::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            tls_cert: None,
            tls_key: None,
            insecure_http: false,
        }
    }
}

impl Config {
    /// Reads settings: the file's, over them those of the environment, over these the flags'. What is in the environment
    /// under another prefix is nobody's business here.
    ///
    /// # Errors
    /// [`ConfigError`]: a name that is not known is one, wherever it stands.
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        for (name, value) in file.map(from_file).transpose()?.unwrap_or_default() {
            config.set(&name, &value, "the file")?;
        }
        for (variable, value) in environment {
            if let Some(name) = variable.strip_prefix(ENV_PREFIX) {
                config.set(&name.to_ascii_lowercase(), &value, &variable)?;
            }
        }
        for (name, value) in flags {
            config.set(name, value, "the command line")?;
        }
        if config.tls_cert.is_some() != config.tls_key.is_some() {
            return Err(ConfigError::HalfCertificate);
        }
        Ok(config)
    }

    /// How what is said is kept from others.
    pub fn tls(&self) -> Tls {
        match (&self.tls_cert, &self.tls_key) {
            _ if self.insecure_http => Tls::Insecure,
            (Some(certificate), Some(key)) => Tls::Files { certificate: certificate.clone(), key: key.clone() },
            _ => Tls::Own,
        }
    }

    fn set(&mut self, name: &str, text: &str, origin: &str) -> Result<(), ConfigError> {
        let unknown = || ConfigError::Unknown { name: name.to_owned(), origin: origin.to_owned() };
        let name = NAMES.into_iter().find(|known| *known == name).ok_or_else(unknown)?;
        let value = Value { name, text: text.trim(), origin };
        let settings = &mut self.settings;
        match name {
            "listen" => self.listen = value.parse("an address and a port, as 127.0.0.1:8443")?,
            "tls_cert" => self.tls_cert = Some(PathBuf::from(text)),
            "tls_key" => self.tls_key = Some(PathBuf::from(text)),
            "insecure_http" => self.insecure_http = value.parse("true or false")?,
            "idle_timeout" => settings.idle_timeout = value.duration()?,
            "logins_max" => settings.logins_max = value.count()?,
            "snapshot_lifetime" => settings.snapshot_lifetime = value.duration()?,
            "refresh_interval" => settings.refresh_interval = value.duration()?,
            "snapshots_max" => settings.snapshots_max = value.count()?,
            "page_max" => settings.page_max = value.count()?,
            "window" => settings.window = value.count()?,
            "users_page_max" => settings.users_page_max = value.count()?,
            "score_lifetime" => settings.score_lifetime = value.duration()?,
            "url_len_max" => settings.url_len_max = value.count()?,
            "head_len_max" => settings.head_len_max = value.count()?,
            "head_timeout" => settings.head_timeout = value.duration()?,
            "connections_max" => settings.connections_max = value.count()?,
            "upload_idle_timeout" => settings.upload_idle_timeout = value.duration()?,
            "upload_len_max" => settings.upload_len_max = value.bytes()?,
            "uploads_max" => settings.uploads_max = value.count()?,
            "index_interval" => settings.index_interval = value.duration()?,
            "follow_idle_timeout" => settings.follow_idle_timeout = value.duration()?,
            "concurrency" => settings.concurrency = value.count()?,
            "search_timeout" => settings.query_limits.deadline = Some(value.duration()?),
            "query_len_max" => settings.query_limits.text_len = value.count()?,
            "query_nesting_max" => settings.query_limits.nesting = value.count_up_to(Limits::NESTING)?,
            "query_clauses_max" => settings.query_limits.clauses = value.count()?,
            "query_leaves_max" => settings.query_limits.leaves = value.count()?,
            "query_wildcards_max" => settings.query_limits.wildcards = value.count()?,
            "query_expansions_max" => settings.query_limits.expansions = value.count()?,
            "regexp_chars_max" => settings.query_limits.regexp_chars = value.count()?,
            "regexp_states_max" => settings.query_limits.states = value.count()?,
            "metrics_open" => settings.metrics_open = value.parse("true or false")?,
            "audit_dir" => settings.audit_dir = Some(PathBuf::from(text)),
            "audit_len_max" => settings.audit_len_max = value.bytes()?,
            "content_cache" => settings.content_cache = usize::try_from(value.bytes()?).unwrap_or(usize::MAX),
            "request_timeout" => settings.request_timeout = value.duration()?,
            "retention" => {
                settings.retention = if value.text == "forever" { None } else { Some(value.duration()?) };
            }
            "alert_rules" => settings.alert_rules = rules_from_file(Path::new(text))?,
            "screenshots_len_max" => settings.screenshots_len_max = value.bytes()?,
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

/// The rules of a file: a list `rule` of tables with `name`, `kind` (command, title, screen, creditcard) and `pattern`.
fn rules_from_file(path: &Path) -> Result<Vec<AlertRule>, ConfigError> {
    let mut table = read_table(path)?;
    let failed = |source| ConfigError::Syntax { path: path.to_owned(), source };
    let rules = match table.remove("rule") {
        Some(toml::Value::Array(rules)) if table.is_empty() => rules,
        _ => return Err(failed("expected [[rule]] tables and nothing else".into())),
    };
    let rule = |rule: toml::Value| {
        let text = |name: &str| rule.get(name).and_then(toml::Value::as_str);
        let known = ["name", "kind", "pattern"];
        let is_known = rule.as_table().is_some_and(|table| table.keys().all(|key| known.contains(&key.as_str())));
        let kind = match text("kind").filter(|_| is_known) {
            Some("command") => AlertKind::Command,
            Some("title") => AlertKind::WindowTitle,
            Some("screen") => AlertKind::ScreenContent,
            Some("creditcard") => AlertKind::CreditCard,
            _ => {
                return Err(failed(
                    "a rule has a name, a kind (command, title, screen, creditcard) and a pattern".into(),
                ));
            }
        };
        let name = text("name").ok_or_else(|| failed("a rule needs a name".into()))?;
        AlertRule::new(name, kind, text("pattern")).map_err(|error| failed(error.into()))
    };
    rules.into_iter().map(rule).collect()
}

/// The settings of a file, by name.
fn from_file(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let table = read_table(path)?;
    let failed = |source| ConfigError::Syntax { path: path.to_owned(), source };
    let setting = |(name, value): (String, toml::Value)| match value {
        toml::Value::String(text) => Ok((name, text)),
        toml::Value::Integer(_) | toml::Value::Boolean(_) => Ok((name, value.to_string())),
        _ => Err(failed(format!("{name} must be a text, a whole number, true or false").into())),
    };
    table.into_iter().map(setting).collect()
}

fn read_table(path: &Path) -> Result<toml::Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax { path: path.to_owned(), source: error.into() })
}

/// A value as it was written.
struct Value<'v> {
    name: &'static str,
    text: &'v str,
    origin: &'v str,
}

impl Value<'_> {
    fn expected(&self, expected: &'static str) -> ConfigError {
        ConfigError::Value { name: self.name, value: self.text.to_owned(), expected, origin: self.origin.to_owned() }
    }

    fn parse<T: std::str::FromStr>(&self, expected: &'static str) -> Result<T, ConfigError> {
        self.text.parse().map_err(|_| self.expected(expected))
    }

    fn count(&self) -> Result<usize, ConfigError> {
        let count: usize = self.parse("a whole number, 1 or more")?;
        if count > 0 { Ok(count) } else { Err(self.expected("a whole number, 1 or more")) }
    }

    /// A count that has a most: what goes beyond it could end the process.
    fn count_up_to(&self, most: usize) -> Result<usize, ConfigError> {
        self.count().ok().filter(|count| *count <= most).ok_or_else(|| self.expected("a whole number, 1 to 64"))
    }

    fn duration(&self) -> Result<Duration, ConfigError> {
        let ns = trail_query::parse_duration(self.text).filter(|ns| *ns > 0);
        ns.map(Duration::from_nanos).ok_or_else(|| self.expected("a length of time, as 500ms, 10m or 90d"))
    }

    fn bytes(&self) -> Result<u64, ConfigError> {
        const UNITS: [(&str, u32); 5] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("", 0)];
        let expected = "a number of bytes, as 500MiB or 4GiB";
        let found = UNITS.iter().find_map(|(unit, shift)| Some((self.text.strip_suffix(unit)?, shift)));
        let (digits, shift) = found.ok_or_else(|| self.expected(expected))?;
        let number: u64 = digits.trim().parse().map_err(|_| self.expected(expected))?;
        number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(|| self.expected(expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("serve.toml");
        std::fs::write(&path, "idle_timeout = \"1m\"\nsnapshots_max = 3\npage_max = 7\nretention = \"90d\"\n").unwrap();
        let environment =
            pairs(&[("TRAIL_SERVE_IDLE_TIMEOUT", "2m"), ("TRAIL_SERVE_PAGE_MAX", "8"), ("PAGE_MAX", "x")]);
        let config = Config::read(Some(&path), environment, &pairs(&[("page_max", "9")])).unwrap();
        let settings = &config.settings;
        assert_eq!((settings.snapshots_max, settings.idle_timeout.as_secs(), settings.page_max), (3, 120, 9));
        assert_eq!(settings.retention, Some(Duration::from_secs(90 * 86_400)));
        assert_eq!(config.listen.to_string(), "127.0.0.1:8443");
    }

    #[test]
    fn what_is_no_setting_is_told() {
        for (name, value) in [
            ("nothing", "1"),
            ("page_max", "0"),
            ("page_max", "-1"),
            ("idle_timeout", "10"),
            ("idle_timeout", "0s"),
            ("upload_len_max", "4GB"),
            ("upload_len_max", "99999999999TiB"),
            ("listen", "localhost"),
            ("insecure_http", "yes"),
            ("tls_cert", "a.pem"),
        ] {
            assert!(Config::read(None, [], &pairs(&[(name, value)])).is_err(), "{name} = {value}");
        }
        let bytes = Config::read(None, [], &pairs(&[("upload_len_max", "2 MiB")])).unwrap().settings.upload_len_max;
        assert_eq!(bytes, 2 << 20);
    }

    /// Every name can be set, and the page for operators has a line for each.
    #[test]
    fn every_setting_is_known_and_described() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md")).unwrap();
        for name in NAMES {
            let value = match name {
                "listen" => "0.0.0.0:1",
                "insecure_http" | "metrics_open" => "true",
                // A file is needed.
                "alert_rules" => continue,
                "upload_len_max" | "screenshots_len_max" | "content_cache" | "audit_len_max" => "1KiB",
                name if name.contains("time") || name.contains("interval") || name == "retention" => "1s",
                _ => "1",
            };
            assert!(Config::default().set(name, value, "a test").is_ok(), "{name}");
        }
        for name in NAMES {
            assert!(page.contains(&format!("| `{name}` |")), "docs/operations.md has no line for {name}");
        }
    }
}
