//! Sizes of prints and papers, and where each size wants the head.

use domain::Size;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Dots per inch of everything that is printed.
pub const DPI: f64 = 300.0;

/// Millimetres as whole dots at [`DPI`].
pub(crate) fn dots(mm: f64) -> u32 {
    (mm / 25.4 * DPI).round() as u32
}

/// A size that prints are cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub enum PrintSize {
    /// 一寸, 25×35 mm.
    #[serde(rename = "25x35")]
    OneInch,
    /// 小二寸 of diplomas and passports, 33×48 mm.
    #[serde(rename = "33x48")]
    Small33x48,
    /// 小二寸 in its other usage, 35×45 mm.
    #[serde(rename = "35x45")]
    Small35x45,
    /// 二寸, 35×49 mm.
    #[serde(rename = "35x49")]
    TwoInch,
}

/// Which of its two usages 小二寸 has in a batch: agreed with the school.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum SmallTwoInch {
    /// 33×48 mm.
    #[default]
    #[serde(rename = "33x48")]
    W33H48,
    /// 35×45 mm.
    #[serde(rename = "35x45")]
    W35H45,
}

/// A share of the print's height: what is allowed, and what is aimed at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Smallest allowed.
    pub min: f64,
    /// Aimed at.
    pub aim: f64,
    /// Largest allowed.
    pub max: f64,
}

/// Where a print wants the head. The head goes from the top of the hair to the chin, and stands in the middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadRule {
    /// Room above the head.
    pub above: Share,
    /// The head itself.
    pub head: Share,
    /// Least room below the chin, as a share of the height.
    pub below_min: f64,
    /// How far the middle of the face may be from the middle of the print, as a share of the width.
    pub off_centre: f64,
    /// Where the numbers come from.
    pub source: &'static str,
}

/// 33×48 mm: the travel document's picture asks for a head of 28–33 mm, 3–5 mm above it and at least 7 mm below the
/// chin. Aims are the middles.
const TRAVEL: HeadRule = HeadRule {
    above: Share { min: 3.0 / 48.0, aim: 4.0 / 48.0, max: 5.0 / 48.0 },
    head: Share { min: 28.0 / 48.0, aim: 30.5 / 48.0, max: 33.0 / 48.0 },
    below_min: 7.0 / 48.0,
    off_centre: 0.05,
    source: "33×48 mm pictures of Chinese travel documents; centring inferred",
};

/// 35×45 mm: the head takes 70–80% of the height (ICAO Doc 9303, ISO/IEC 19794-5). Room above and below is inferred
/// from what that leaves.
const ICAO: HeadRule = HeadRule {
    above: Share { min: 2.0 / 45.0, aim: 4.0 / 45.0, max: 6.0 / 45.0 },
    head: Share { min: 0.70, aim: 0.73, max: 0.80 },
    below_min: 3.0 / 45.0,
    off_centre: 0.05,
    source: "ICAO Doc 9303 for the head; room above and below inferred",
};

/// 一寸 and 二寸 have no rule of their own. Inferred: composed like the delivered 480×640 picture, whose standard puts
/// the head's top 50–110 px from the edge (aim 80) and whose aimed face width of 240 px makes a head of about 390 px.
const DELIVERED: HeadRule = HeadRule {
    above: Share { min: 50.0 / 640.0, aim: 80.0 / 640.0, max: 110.0 / 640.0 },
    head: Share { min: 0.50, aim: 0.61, max: 0.70 },
    below_min: 0.12,
    off_centre: 0.05,
    source: "inferred from the delivered picture (教毕指〔2017〕99号)",
};

impl PrintSize {
    /// All sizes, smallest first.
    pub const ALL: [PrintSize; 4] = [Self::OneInch, Self::Small33x48, Self::Small35x45, Self::TwoInch];

    /// Width and height in millimetres.
    pub fn mm(self) -> (f64, f64) {
        match self {
            Self::OneInch => (25.0, 35.0),
            Self::Small33x48 => (33.0, 48.0),
            Self::Small35x45 => (35.0, 45.0),
            Self::TwoInch => (35.0, 49.0),
        }
    }

    /// Width and height in dots at 300 dpi: 295×413, 390×567, 413×531, 413×579.
    pub fn dots(self) -> Size {
        let (w, h) = self.mm();
        Size { width: dots(w), height: dots(h) }
    }

    /// Its usual name, for the operator.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneInch => "一寸 25×35",
            Self::Small33x48 => "小二寸 33×48",
            Self::Small35x45 => "小二寸 35×45",
            Self::TwoInch => "二寸 35×49",
        }
    }

    /// Where it wants the head.
    pub fn rule(self) -> HeadRule {
        match self {
            Self::OneInch | Self::TwoInch => DELIVERED,
            Self::Small33x48 => TRAVEL,
            Self::Small35x45 => ICAO,
        }
    }
}

/// A paper that sheets are printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum PaperSize {
    /// 102×152 mm, 6 inch (4R).
    #[serde(rename = "102x152")]
    W102H152,
    /// 89×127 mm, 5 inch (3R).
    #[serde(rename = "89x127")]
    W89H127,
    /// 210×297 mm.
    #[serde(rename = "a4")]
    A4,
}

impl PaperSize {
    /// Width and height of the upright sheet in millimetres.
    pub fn mm(self) -> (f64, f64) {
        match self {
            Self::W102H152 => (102.0, 152.0),
            Self::W89H127 => (89.0, 127.0),
            Self::A4 => (210.0, 297.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_those_that_the_trade_names() {
        let dots = PrintSize::ALL.map(|size| (size.dots().width, size.dots().height));
        assert_eq!(dots, [(295, 413), (390, 567), (413, 531), (413, 579)]);
    }

    #[test]
    fn every_rule_can_be_met() {
        for size in PrintSize::ALL {
            let rule = size.rule();
            for share in [rule.above, rule.head] {
                assert!(share.min < share.aim && share.aim < share.max, "{size:?}");
            }
            assert!(rule.above.aim + rule.head.aim + rule.below_min <= 1.0, "{size:?}");
            assert!(!rule.source.is_empty());
        }
    }
}
