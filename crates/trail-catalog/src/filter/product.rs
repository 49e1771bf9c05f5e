//! The fields of the audit API: canonical names, and the two older generations of names.

use super::date::DateForms;
use super::schema::{FieldDef, FieldType, Normal, Schema};

/// Other names of verdicts.
const VERDICTS: &[(&str, &str)] = &[("accept_terminated", "terminated"), ("accepted", "accept")];

const WORD: FieldType = FieldType::Keyword { normal: Normal::Fold, split: false };
const CODE: FieldType = FieldType::Keyword { normal: Normal::Code(VERDICTS), split: false };
const DATE: FieldType = FieldType::Date(DateForms::Short);
const ADDRESS: FieldType = FieldType::Address { as_text: true };

/// Every documented field by its canonical name.
const FIELDS: &[(&str, FieldType)] = &[
    ("active", FieldType::Boolean),
    ("analytics.bucketed_duration", WORD),
    ("analytics.bucketed_starting_hour", WORD),
    ("analytics.interesting_events", WORD),
    ("analytics.score.aggregated", FieldType::Integer),
    ("analytics.score.details.command.score", FieldType::Integer),
    ("analytics.score.details.fis.score", FieldType::Integer),
    ("analytics.score.details.hostlogin.score", FieldType::Integer),
    ("analytics.score.details.keystroke.score", FieldType::Integer),
    ("analytics.score.details.logintime.score", FieldType::Integer),
    ("analytics.score.details.mouse.score", FieldType::Integer),
    ("analytics.score.details.windowtitle.score", FieldType::Integer),
    ("analytics.score.time", DATE),
    ("analytics.scripted", FieldType::Boolean),
    ("analytics.similar_sessions", WORD),
    ("analytics.tags", WORD),
    ("client.ip", ADDRESS),
    ("client.name", WORD),
    ("client.port", FieldType::Integer),
    ("creation_time", DATE),
    ("duration", FieldType::Long),
    ("end_time", DATE),
    ("hidden", FieldType::Boolean),
    ("log.adapter_name", WORD),
    ("log.auth_method", WORD),
    ("log.syslog_time", DATE),
    ("node_id", WORD),
    ("origin", CODE),
    ("phantom", FieldType::Boolean),
    ("protocol", WORD),
    ("recording.archive.date", DATE),
    ("recording.archive.path", WORD),
    ("recording.archive.policy", WORD),
    ("recording.archive.server", WORD),
    ("recording.archived", FieldType::Boolean),
    ("recording.auth_method", WORD),
    ("recording.channel_policy", WORD),
    ("recording.command_extracted", FieldType::Boolean),
    ("recording.connection_policy", WORD),
    ("recording.connection_policy_id", WORD),
    ("recording.content_reference_id", FieldType::Long),
    ("recording.deny_reason", WORD),
    ("recording.has_accepted_channel", FieldType::Boolean),
    ("recording.index_status", CODE),
    ("recording.network_id", WORD),
    ("recording.server_local.ip", ADDRESS),
    ("recording.server_local.name", WORD),
    ("recording.server_local.port", FieldType::Integer),
    ("recording.session_id", WORD),
    ("recording.target.ip", ADDRESS),
    ("recording.target.name", WORD),
    ("recording.target.port", FieldType::Integer),
    ("recording.verdict", CODE),
    ("recording.window_title_extracted", FieldType::Boolean),
    ("revision", FieldType::Long),
    ("screen.content", FieldType::Content),
    ("server.id", WORD),
    ("server.ip", ADDRESS),
    ("server.name", WORD),
    ("server.port", FieldType::Integer),
    ("start_time", DATE),
    ("trail_download_link", WORD),
    ("user.gateway_username_domain", WORD),
    ("user.id", WORD),
    ("user.name", WORD),
    ("user.name_domain", WORD),
    ("user.server_username", WORD),
    ("user.server_username_domain", WORD),
    ("verdict", CODE),
];

/// Older names, without the prefix `psm.` that each may carry, and what they mean.
const OLDER: &[(&str, &[&str])] = &[
    ("archived", &["recording.archived"]),
    ("auth_method", &["recording.auth_method"]),
    ("channel_policy", &["recording.channel_policy"]),
    ("connection_policy", &["recording.connection_policy", "recording.connection_policy_id"]),
    ("session_id", &["recording.session_id"]),
    ("server_local.address", &["recording.server_local.ip", "recording.server_local.name"]),
    ("server_local.ip", &["recording.server_local.ip"]),
    ("server_local.port", &["recording.server_local.port"]),
    ("target.address", &["recording.target.ip", "recording.target.name"]),
    ("target.ip", &["recording.target.ip"]),
    ("target.name", &["recording.target.name"]),
    ("target.port", &["recording.target.port"]),
    ("client.address", &["client.ip", "client.name"]),
    ("server.address", &["server.ip", "server.name"]),
    ("recording.server_local.address", &["recording.server_local.ip", "recording.server_local.name"]),
    ("recording.target.address", &["recording.target.ip", "recording.target.name"]),
    ("port", &["server.port"]),
    ("name", &["user.gateway_username"]),
    ("gateway_username", &["user.gateway_username"]),
    ("server_username", &["user.server_username"]),
    ("index_status", &["recording.index_status"]),
    ("interesting_events", &["analytics.interesting_events"]),
];

impl Schema {
    /// The fields of the audit API.
    ///
    /// `user.gateway_username` is the user's name where nobody logged in at the gateway. A name that stands for an
    /// address and a host name matches either. Every name may carry the prefix `psm.`.
    pub fn audit() -> Schema {
        let gateway_user = FieldDef {
            name: "user.gateway_username".to_owned(),
            paths: vec!["user.gateway_username".to_owned(), "user.name".to_owned()],
            kind: WORD,
        };
        let key = FieldDef::new("key", FieldType::Key);
        let documented = FIELDS.iter().map(|(name, kind)| FieldDef::new(name, *kind));
        let mut schema = Schema::new(documented.chain([gateway_user, key]));
        for (older, fields) in OLDER {
            schema = schema.alias(older, fields).alias(&format!("psm.{older}"), fields);
        }
        let documented = FIELDS.iter().filter(|(_, kind)| *kind != FieldType::Content).map(|(name, _)| *name);
        for name in documented.chain(["user.gateway_username"]) {
            schema = schema.alias(&format!("psm.{name}"), &[name]);
        }
        schema
    }
}
