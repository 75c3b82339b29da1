//! The retries, in the order in which they pay.
//!
//! Each was kept because it reads frames that no earlier one reads (`examples/scan_report.rs` prints which read what).

use image::GrayImage;

use super::enhance::{Local, Workshop};
use super::locate::Place;
use super::readers::{self, Reading, Threshold};

/// One way of looking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// Dark tones pulled apart: a screen that outshines the room.
    Gamma,
    /// Every pixel against the mean of its wide surroundings: glare that runs across the screen.
    Local,
    /// The likely place at double size, dark tones pulled apart, against near surroundings.
    PlaceDark,
    /// The likely place at double size, sharpened, against near surroundings: small modules, soft focus.
    PlaceSharp,
    /// The same against wide surroundings, for large modules.
    PlaceSharpWide,
    /// The likely place at double size, sharpened, with the reader's own threshold.
    PlaceUp,
    /// 3×3 mean: noise and the moiré of the screen.
    Blur,
    /// Half size: strong noise on large modules.
    Half,
    /// A second, independent reader on the likely place.
    Second,
}

impl Retry {
    pub(super) const ALL: [Self; 9] = [
        Self::Gamma,
        Self::Local,
        Self::PlaceDark,
        Self::PlaceSharp,
        Self::PlaceSharpWide,
        Self::PlaceUp,
        Self::Blur,
        Self::Half,
        Self::Second,
    ];

    /// Whether it works on the likely place instead of the whole frame.
    pub(super) fn looks_at_place(self) -> bool {
        matches!(
            self,
            Self::PlaceDark | Self::PlaceSharp | Self::PlaceSharpWide | Self::PlaceUp | Self::Second
        )
    }

    /// Millions of pixels that it works on; `None` where it needs a place and there is none.
    pub(super) fn pixels(self, luma: &GrayImage, place: Option<Place>) -> Option<f64> {
        let pixels = if self.looks_at_place() {
            f64::from(place?.area())
        } else {
            f64::from(luma.width()) * f64::from(luma.height())
        };
        (pixels > 0.0).then_some(pixels / 1e6)
    }

    /// Seconds for a million pixels before the first measurement, on the slow side.
    pub(super) fn first_guess_of_cost(self) -> f64 {
        match self {
            Self::Gamma | Self::Half | Self::Blur => 0.006,
            Self::Local => 0.012,
            Self::PlaceDark | Self::PlaceSharp | Self::PlaceSharpWide | Self::PlaceUp => 0.05,
            Self::Second => 0.03,
        }
    }

    pub(super) fn run(self, luma: &GrayImage, place: Option<Place>, workshop: &mut Workshop) -> Reading {
        let near = Local { gamma: false, sharpen: 0, radius: 40 };
        match self {
            Self::Gamma => readers::zxing(workshop.gamma(luma), Threshold::LocalAverage),
            Self::Local => readers::zxing(workshop.local(luma, near), Threshold::Fixed),
            Self::Blur => readers::zxing(workshop.blur(luma), Threshold::LocalAverage),
            Self::Half => readers::zxing(workshop.half(luma), Threshold::LocalAverage).scaled(2.0),
            Self::PlaceDark | Self::PlaceSharp | Self::PlaceSharpWide | Self::PlaceUp | Self::Second => {
                place.map(|place| self.run_at(luma, place, workshop)).unwrap_or_default()
            }
        }
    }

    fn run_at(self, luma: &GrayImage, place: Place, workshop: &mut Workshop) -> Reading {
        let origin = place.origin();
        if self == Self::Second {
            return readers::rqrr(workshop.crop(luma, place)).moved(origin);
        }
        let double = |local: Local, workshop: &mut Workshop| {
            readers::zxing(workshop.doubled_local(luma, place, local), Threshold::Fixed)
        };
        let reading = match self {
            Self::PlaceDark => double(Local { gamma: true, sharpen: 0, radius: 22 }, workshop),
            Self::PlaceSharp => double(Local { gamma: false, sharpen: 1, radius: 28 }, workshop),
            Self::PlaceSharpWide => double(Local { gamma: false, sharpen: 1, radius: 60 }, workshop),
            _ => readers::zxing(workshop.doubled_sharp(luma, place), Threshold::LocalAverage),
        };
        reading.scaled(0.5).moved(origin)
    }
}
