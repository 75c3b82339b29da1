//! 不合格项 and the verdict that follows from them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Text;

/// What was found. The names are part of the command line's output and of the store: never rename one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each name says what it is; the sentences are made where the value is measured
pub enum FindingCode {
    NoFace,
    ManyFaces,
    HeadTop,
    EyeLine,
    FaceWidth,
    Centre,
    Roll,
    Yaw,
    Pitch,
    EyesClosed,
    Gaze,
    MouthOpen,
    Glasses,
    GlassesGlare,
    TintedLenses,
    BrowsCovered,
    EyesCovered,
    EarsHidden,
    HeadCovering,
    ShouldersTilted,
    NeckHidden,
    Sharpness,
    OverExposed,
    UnderExposed,
    LightBalance,
    SkinHighlight,
    ColourCast,
    Upscaled,
    OutsideFrame,
    BackdropUneven,
    BackgroundColour,
    ClothesNearBackground,
    MatteUnsure,
    Border,
    Compression,
    Unreadable,
    NotJpeg,
    Extension,
    Pixels,
    Density,
    Bytes,
    Quality,
    ColourDepth,
    TrailingBytes,
    Metadata,
    FrozenPicture,
    PlateUnfit,
}

/// How sure the station is, and so who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Worth knowing; changes nothing.
    Info,
    /// A person must look.
    Review,
    /// The picture would be sent back: shoot again, or override with a reason.
    Retake,
}

/// The allowed range of a value; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Limit {
    /// Smallest allowed value.
    pub min: Option<f64>,
    /// Largest allowed value.
    pub max: Option<f64>,
}

impl Limit {
    /// Between two values, both allowed.
    pub fn between(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }
    /// At least `min`.
    pub fn at_least(min: f64) -> Self {
        Self { min: Some(min), max: None }
    }
    /// At most `max`.
    pub fn at_most(max: f64) -> Self {
        Self { min: None, max: Some(max) }
    }
    /// Whether `value` is allowed.
    pub fn allows(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

/// One thing that is not as the standard wants it, with its measure and a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// What.
    pub code: FindingCode,
    /// How sure.
    pub class: Class,
    /// The measured value in the unit of its limit; `None` where there is nothing to measure.
    pub value: Option<f64>,
    /// What is allowed.
    pub limit: Option<Limit>,
    /// Chinese sentence for the operator.
    pub message: String,
    /// The same in English.
    pub message_en: String,
}

impl Finding {
    /// A finding with a measured value and its limit.
    pub fn measured(code: FindingCode, class: Class, value: f64, limit: Limit, text: Text) -> Self {
        // Three decimals are more than any of the measures is good for, and keep the records readable.
        let value = (value * 1000.0).round() / 1000.0;
        Self {
            code,
            class,
            value: value.is_finite().then_some(value),
            limit: Some(limit),
            message: text.zh,
            message_en: text.en,
        }
    }

    /// A finding that has no number.
    pub fn plain(code: FindingCode, class: Class, text: Text) -> Self {
        Self { code, class, value: None, limit: None, message: text.zh, message_en: text.en }
    }
}

/// 结论.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against it.
    Pass,
    /// A person must look before it is accepted.
    Review,
    /// To be shot again.
    Retake,
}

impl Verdict {
    /// The worst finding decides.
    pub fn of(findings: &[Finding]) -> Self {
        match findings.iter().map(|f| f.class).max() {
            Some(Class::Retake) => Self::Retake,
            Some(Class::Review) => Self::Review,
            Some(Class::Info) | None => Self::Pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(class: Class) -> Finding {
        Finding::plain(FindingCode::Roll, class, Text::new("歪", "tilted"))
    }

    #[test]
    fn the_worst_finding_decides() {
        assert_eq!(Verdict::of(&[]), Verdict::Pass);
        assert_eq!(Verdict::of(&[finding(Class::Info)]), Verdict::Pass);
        assert_eq!(Verdict::of(&[finding(Class::Info), finding(Class::Review)]), Verdict::Review);
        assert_eq!(Verdict::of(&[finding(Class::Retake), finding(Class::Review)]), Verdict::Retake);
    }

    #[test]
    fn limits_include_their_ends() {
        let limit = Limit::between(50.0, 110.0);
        assert!(limit.allows(50.0) && limit.allows(110.0));
        assert!(!limit.allows(49.9) && !limit.allows(110.1));
        assert!(!limit.allows(f64::NAN));
    }
}
