//! Rules about what was on the screen, and the places in sessions where they hold.

use regex::{Regex, RegexBuilder};
use trail_content::{ChannelContent, ContentFile, Kind};
use trail_model::Timestamp;

use crate::store::{Alert, AlertKind, Event};

/// Alerts of one session; more are not kept.
const ALERTS_MAX: usize = 10_000;
/// Bytes of a compiled expression.
const PATTERN_SIZE_MAX: usize = 1 << 20;
/// Digits of the numbers of credit cards.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// What is to be told of.
#[derive(Clone, Debug)]
pub struct AlertRule {
    name: String,
    kind: AlertKind,
    /// What must match, anywhere in the text; nothing for credit cards.
    pattern: Option<Regex>,
}

/// An expression that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the rule {name:?} has no usable expression")]
pub struct RuleError {
    /// The rule.
    pub name: String,
    /// Why, if there is one at all.
    #[source]
    pub source: Option<regex::Error>,
}

impl AlertRule {
    /// A rule of a kind; all but those about credit cards need an expression, in the syntax of the crate `regex`.
    ///
    /// # Errors
    /// [`RuleError`].
    pub fn new(name: &str, kind: AlertKind, pattern: Option<&str>) -> Result<AlertRule, RuleError> {
        let failed = |source| RuleError { name: name.to_owned(), source };
        let pattern = match (kind, pattern) {
            (AlertKind::CreditCard, None) => None,
            (AlertKind::CreditCard, Some(_)) | (_, None) => return Err(failed(None)),
            (_, Some(pattern)) => {
                let built = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE_MAX).build();
                Some(built.map_err(|error| failed(Some(error)))?)
            }
        };
        Ok(AlertRule { name: name.to_owned(), kind, pattern })
    }

    /// Where in a text the rule first holds.
    fn find(&self, text: &str) -> Option<std::ops::Range<usize>> {
        match &self.pattern {
            Some(pattern) => pattern.find(text).map(|found| found.range()),
            None => card_number(text),
        }
    }
}

/// The alerts of a session by time: each command that a rule is about, each text and title once, at the first moment at
/// which what matched had been written.
pub(crate) fn alerts(
    rules: &[AlertRule],
    content: &ContentFile,
    events: &[Event],
    start: Option<Timestamp>,
) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for rule in rules.iter().filter(|rule| rule.kind == AlertKind::Command) {
        let found = events.iter().filter_map(|event| {
            let range = rule.find(&event.action)?;
            Some(alert(rule, event.channel, event.record, event.time_ns, &event.action[range], &event.content))
        });
        alerts.extend(found.take(ALERTS_MAX));
    }
    for channel in content.channels() {
        of_channel(rules, channel, start, &mut alerts);
    }
    alerts.sort_by(|a, b| (a.time_ns, a.record, &a.rule_name).cmp(&(b.time_ns, b.record, &b.rule_name)));
    alerts.truncate(ALERTS_MAX);
    alerts
}

fn of_channel(rules: &[AlertRule], channel: &ChannelContent, start: Option<Timestamp>, alerts: &mut Vec<Alert>) {
    let looks_at = |rule: &&AlertRule| match rule.kind {
        AlertKind::Command => None,
        AlertKind::WindowTitle => Some(Kind::Title),
        AlertKind::ScreenContent | AlertKind::CreditCard => Some(Kind::Line),
    };
    let rules: Vec<(&AlertRule, Kind)> = rules.iter().filter_map(|rule| Some((rule, looks_at(&rule)?))).collect();
    let Ok(moments) = channel.moments() else { return };
    if rules.is_empty() {
        return;
    }
    for block in (0..channel.block_count()).filter_map(|index| channel.block(index).ok()) {
        for (rule, kind) in &rules {
            for item in block.range_of(*kind).map(|index| block.item(index)) {
                let Some(range) = rule.find(item.text()) else { continue };
                let Some(span) = item.spans().next() else { continue };
                // A line that stood since before the block was told of there.
                if alerts.len() >= 2 * ALERTS_MAX || (span.begin == block.first() && block.first() > 0) {
                    continue;
                }
                let step = span.growth.partition_point(|step| (step.len as usize) < range.end);
                let moment = span.growth.get(step).map_or(span.begin, |step| step.at);
                let time = start.map(|start| start.plus(moments.start_time(moment)).0);
                let record = moments.record(moment).0;
                alerts.push(alert(rule, channel.id().0, record, time, &item.text()[range], item.text()));
            }
        }
    }
}

fn alert(rule: &AlertRule, channel: u32, record: u64, time_ns: Option<i64>, matched: &str, whole: &str) -> Alert {
    // What alerts is not to be copied about where it is a secret itself.
    let hide = |text: &str| match rule.kind {
        AlertKind::CreditCard => text.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect(),
        _ => text.to_owned(),
    };
    Alert {
        kind: rule.kind,
        channel,
        matched_action: hide(matched),
        matched_content: hide(whole),
        matched_regexp: rule.pattern.as_ref().map_or("", Regex::as_str).to_owned(),
        record,
        rule_name: rule.name.clone(),
        time_ns,
    }
}

/// The first number of a credit card in a text: digits, alone or in groups with single blanks or hyphens between, whose
/// check digit fits (Luhn).
fn card_number(text: &str) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (begin, mut digits) = (at, Vec::new());
        let mut end = at;
        while at < bytes.len() {
            match bytes[at] {
                digit if digit.is_ascii_digit() => {
                    digits.push(digit - b'0');
                    end = at + 1;
                }
                b' ' | b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
                _ => break,
            }
            at += 1;
        }
        if CARD_DIGITS.contains(&digits.len()) && passes_luhn(&digits) {
            return Some(begin..end);
        }
    }
    None
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that card companies publish for tests, and what is none.
    #[test]
    fn card_numbers() {
        for (text, expected) in [
            ("pay with 4111 1111 1111 1111 now", Some("4111 1111 1111 1111")),
            ("5500-0055-5555-5559", Some("5500-0055-5555-5559")),
            ("x378282246310005y", Some("378282246310005")),
            ("4111 1111 1111 1112", None),
            ("0000000000000000", None),
            ("1234", None),
            ("41111111111111111111111111111111", None),
            ("", None),
            ("é4222222222222", Some("4222222222222")),
        ] {
            assert_eq!(card_number(text).map(|range| &text[range]), expected, "{text}");
        }
    }

    #[test]
    fn rules_need_what_they_need() {
        assert!(AlertRule::new("a", AlertKind::Command, Some("^sudo")).is_ok());
        assert!(AlertRule::new("a", AlertKind::CreditCard, None).is_ok());
        assert!(AlertRule::new("a", AlertKind::Command, None).is_err());
        assert!(AlertRule::new("a", AlertKind::ScreenContent, Some("(")).is_err());
        assert!(AlertRule::new("a", AlertKind::ScreenContent, Some(r"(\w{1000}){1000}")).is_err());
    }
}
