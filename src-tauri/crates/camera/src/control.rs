//! Exposure, focus, white balance and zoom of a device.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What can be adjusted, in the order in which the settings screen shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// How long the sensor collects light; units differ by device (V4L2: 100 µs).
    Exposure,
    /// Distance at which the picture is sharp; units differ by device.
    Focus,
    /// Colour temperature of the light, in kelvin where the device says so.
    WhiteBalance,
    /// Magnification; units differ by device.
    Zoom,
}

/// One control of a device as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Control {
    /// What it adjusts.
    pub kind: ControlKind,
    /// Whether the device adjusts it by itself; `None` if it never can.
    pub auto: Option<bool>,
    /// Present value. While `auto` is on, some devices do not keep it up to date.
    #[ts(type = "number")]
    pub value: i64,
    /// Smallest value.
    #[ts(type = "number")]
    pub min: i64,
    /// Largest value.
    #[ts(type = "number")]
    pub max: i64,
    /// Distance between values, at least 1.
    #[ts(type = "number")]
    pub step: i64,
}

impl Control {
    /// The nearest value that the device accepts.
    pub fn nearest(&self, value: i64) -> i64 {
        let step = self.step.max(1);
        let clamped = value.clamp(self.min, self.max.max(self.min));
        let steps = (clamped - self.min + step / 2) / step;
        let rounded = self.min + steps * step;
        if rounded > self.max { rounded - step } else { rounded }
    }
}

/// A wish for one control; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ControlSetting {
    /// What to adjust.
    pub kind: ControlKind,
    /// Let the device adjust it (`true`), or hold it (`false`).
    pub auto: Option<bool>,
    /// Value to hold; brought to the nearest one that the device accepts. Setting it turns `auto` off.
    #[ts(type = "number | null")]
    pub value: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_brought_to_the_nearest_that_the_device_accepts() {
        let c = Control { kind: ControlKind::Focus, auto: None, value: 0, min: 0, max: 252, step: 5 };
        for (wish, got) in [(-9, 0), (0, 0), (2, 0), (3, 5), (252, 250), (999, 250), (i64::MAX, 250)] {
            assert_eq!(c.nearest(wish), got, "{wish}");
        }
        let stepless = Control { step: 0, ..c };
        assert_eq!(stepless.nearest(77), 77);
    }

    #[test]
    fn a_setting_reads_back_from_json() {
        let setting =
            ControlSetting { kind: ControlKind::WhiteBalance, auto: Some(false), value: Some(5600) };
        let json = serde_json::to_string(&setting).unwrap();
        assert_eq!(json, r#"{"kind":"white_balance","auto":false,"value":5600}"#);
        assert_eq!(serde_json::from_str::<ControlSetting>(&json).unwrap(), setting);
    }
}
