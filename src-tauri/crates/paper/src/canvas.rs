//! A page before it is a PDF: things at places, in millimetres from the upper left corner.

use std::sync::Arc;

use krilla::image::Image;
use serde::{Deserialize, Serialize};

use crate::typeface::Line;

/// A rectangle in millimetres; x to the right, y down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Area {
    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Whether both cover a common piece larger than a hundredth of a millimetre either way.
    pub fn overlaps(&self, other: &Area) -> bool {
        const TOUCH: f64 = 0.01;
        self.x + TOUCH < other.right()
            && other.x + TOUCH < self.right()
            && self.y + TOUCH < other.bottom()
            && other.y + TOUCH < self.bottom()
    }

    /// Whether `other` lies wholly inside.
    pub fn holds(&self, other: &Area) -> bool {
        const TOUCH: f64 = 0.01;
        other.x >= self.x - TOUCH
            && other.y >= self.y - TOUCH
            && other.right() <= self.right() + TOUCH
            && other.bottom() <= self.bottom() + TOUCH
    }
}

/// sRGB, 0..=255.
pub(crate) type Ink = [u8; 3];

pub(crate) const BLACK: Ink = [0, 0, 0];
pub(crate) const GREY: Ink = [110, 110, 110];
pub(crate) const RULE: Ink = [170, 170, 170];
pub(crate) const SHADE: Ink = [236, 239, 243];

/// How a line of text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Height of the em in mm.
    pub size: f64,
    pub ink: Ink,
    pub bold: bool,
}

impl Style {
    pub(crate) fn plain(size: f64) -> Self {
        Self { size, ink: BLACK, bold: false }
    }

    pub(crate) fn bold(size: f64) -> Self {
        Self { bold: true, ..Self::plain(size) }
    }

    pub(crate) fn grey(size: f64) -> Self {
        Self { ink: GREY, ..Self::plain(size) }
    }
}

/// One thing on a page.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// Text from its baseline's left end; `turned` reads from the bottom to the top.
    Text { x: f64, y: f64, style: Style, line: Line, turned: bool },
    /// A straight line.
    Rule { from: [f64; 2], to: [f64; 2], width: f64, ink: Ink },
    /// A filled rectangle.
    Fill { area: Area, ink: Ink },
    /// A picture that fills `area`; `turned` lies with its upper edge to the left.
    Picture { area: Area, image: Image, turned: bool },
}

/// One page and what is on it, in the order of drawing.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
}

impl Page {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, marks: Vec::new() }
    }

    pub(crate) fn text(&mut self, x: f64, y: f64, style: Style, line: Line) {
        self.set(x, y, style, line, false);
    }

    /// The same, upwards if `turned`.
    pub(crate) fn set(&mut self, x: f64, y: f64, style: Style, line: Line, turned: bool) {
        if !line.is_empty() {
            self.marks.push(Mark::Text { x, y, style, line, turned });
        }
    }

    pub(crate) fn rule(&mut self, from: [f64; 2], to: [f64; 2], width: f64, ink: Ink) {
        self.marks.push(Mark::Rule { from, to, width, ink });
    }

    pub(crate) fn frame(&mut self, area: Area, width: f64, ink: Ink) {
        let (l, t, r, b) = (area.x, area.y, area.right(), area.bottom());
        for (from, to) in [([l, t], [r, t]), ([r, t], [r, b]), ([r, b], [l, b]), ([l, b], [l, t])] {
            self.rule(from, to, width, ink);
        }
    }

    pub(crate) fn fill(&mut self, area: Area, ink: Ink) {
        self.marks.push(Mark::Fill { area, ink });
    }

    pub(crate) fn picture(&mut self, area: Area, image: &Image, turned: bool) {
        self.marks.push(Mark::Picture { area, image: image.clone(), turned });
    }
}

/// A JPEG as the PDF will carry it, unchanged.
pub(crate) fn jpeg(bytes: Vec<u8>) -> Result<Image, crate::PaperError> {
    Image::from_jpeg(Arc::new(bytes).into(), false).map_err(crate::PaperError::Pdf)
}
