//! `bag-info.txt` and `bagit.txt` (RFC 8493 §2.1.1, §2.2.2).

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `bagit.txt` of every bag.
pub(crate) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What a bag says of itself. No value may name a student: these lines are readable by everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BagInfo {
    /// `Source-Organization`: the unit that took the pictures.
    pub source_organization: String,
    /// `External-Identifier`: the batch.
    pub external_identifier: String,
    /// `External-Description`: a sentence, e.g. school, year, occasion.
    pub external_description: String,
    /// `Contact-Name`: whom to ask.
    pub contact_name: String,
    /// `Contact-Phone`.
    pub contact_phone: String,
    /// `Bag-Software-Agent`: this program with its version.
    pub software: String,
}

impl BagInfo {
    /// The file. `payload` is bytes and count of the files under `data/`.
    pub(crate) fn render(&self, payload: (u64, u64), now: Timestamp) -> String {
        let (bytes, count) = payload;
        let oxum = format!("{bytes}.{count}");
        let date = jiff::Timestamp::from_millisecond(now.0)
            .map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
            .unwrap_or_default();
        let lines = [
            ("Source-Organization", self.source_organization.as_str()),
            ("External-Identifier", &self.external_identifier),
            ("External-Description", &self.external_description),
            ("Contact-Name", &self.contact_name),
            ("Contact-Phone", &self.contact_phone),
            ("Bag-Software-Agent", &self.software),
            ("Bagging-Date", &date),
            ("Payload-Oxum", &oxum),
        ];
        lines
            .iter()
            .map(|(label, value)| (label, one_line(value)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| format!("{label}: {value}\n"))
            .collect()
    }
}

/// A value cannot begin another line and thereby another label.
fn one_line(value: &str) -> String {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_smuggle_a_label() {
        let info = BagInfo { external_identifier: "2026\nPayload-Oxum: 0.0".into(), ..BagInfo::default() };
        let text = info.render((10, 2), Timestamp(1_780_000_000_000));
        assert_eq!(text.lines().filter(|line| line.starts_with("Payload-Oxum")).count(), 1);
        assert!(text.contains("Bagging-Date: 2026-05-28\nPayload-Oxum: 10.2\n"), "{text}");
        assert!(!text.contains("Contact-Name"), "empty values are left out");
    }
}
