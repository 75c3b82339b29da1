//! A run over many people: one picture at a time in, PDFs in parts out.
//!
//! Memory: while a run goes on, one frame is held (the caller's, dropped after its prints are cut), and the JPEGs of
//! the part that is being filled. A part is handed over as soon as its packet ends or it has
//! [`Parts::most_pages`] pages, and is forgotten then.

use std::collections::BTreeSet;

use domain::{PortraitId, Shortfall};
use thiserror::Error;

use crate::canvas::Page;
use crate::error::PaperError;
use crate::pdf::{self, Imprint};
use crate::people::Group;
use crate::size::PrintSize;
use crate::typeface::{Notes, Typeface};

/// When a run begins a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// A file of its own for each class.
    pub by_group: bool,
    /// Pages of one file at most, at least 1.
    pub most_pages: u32,
}

impl Default for Parts {
    /// Files of 100 pages, whatever the class: about 25 MB of prints, and the same in memory.
    fn default() -> Self {
        Self { by_group: false, most_pages: 100 }
    }
}

/// One finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1, in order of packing.
    pub ordinal: u32,
    /// The class of its first page.
    pub group: Group,
    /// Pages in the file.
    pub pages: u32,
    /// Whose prints are in it, in order.
    pub people: Vec<PortraitId>,
    /// The file.
    pub pdf: Vec<u8>,
}

/// What somebody should look at before the scissors come out.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// There was no picture: nothing is printed of this person.
    NoPicture {
        /// Who.
        portrait: PortraitId,
    },
    /// The print misses its size's own head rule, or pixels were invented.
    Crop {
        /// Who.
        portrait: PortraitId,
        /// Which print.
        size: PrintSize,
        /// Printed dots for one pixel of the frame; above 1 pixels were invented.
        scale: f64,
        /// What the frame could not give.
        shortfalls: Vec<Shortfall>,
    },
    /// The points of the face are no face: nothing is printed of this person.
    NoFace {
        /// Who.
        portrait: PortraitId,
    },
    /// The caption was too long for its box and ends in an ellipsis.
    CaptionCut {
        /// Who.
        portrait: PortraitId,
    },
    /// The caption holds characters that the font lacks, printed as 〓: to be written by hand.
    NoGlyph {
        /// Who.
        portrait: PortraitId,
        /// The characters.
        characters: Vec<char>,
    },
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Files handed over.
    pub parts: u32,
    /// Pages in all, separators included.
    pub pages: u32,
    /// People printed.
    pub people: u32,
    /// What to look at.
    pub remarks: Vec<Remark>,
}

/// Why a run ended early. Parts handed over before are whole.
#[derive(Debug, Error)]
pub enum RunError<E> {
    /// The caller's own failure: a picture did not load, a part was not taken, or it was cancelled.
    #[error("the run was ended by its caller")]
    Caller(E),
    /// Nothing could be printed.
    #[error(transparent)]
    Paper(#[from] PaperError),
}

/// Fills parts page by page and hands them over.
pub(crate) struct Binder<'a, D> {
    face: &'a Typeface,
    imprint: &'a Imprint,
    parts: Parts,
    deliver: D,
    group: Group,
    pages: Vec<Page>,
    people: Vec<PortraitId>,
    pub summary: Summary,
}

impl<'a, E, D: FnMut(Part) -> Result<(), E>> Binder<'a, D> {
    pub(crate) fn new(face: &'a Typeface, imprint: &'a Imprint, parts: Parts, deliver: D) -> Self {
        Self {
            face,
            imprint,
            parts,
            deliver,
            group: Group::default(),
            pages: Vec::new(),
            people: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Says that the pages to come are of this class.
    pub(crate) fn begin(&mut self, group: &Group) -> Result<(), RunError<E>> {
        if self.parts.by_group {
            self.flush()?;
        }
        if self.pages.is_empty() {
            self.group = group.clone();
        }
        Ok(())
    }

    pub(crate) fn page(
        &mut self,
        page: Page,
        people: &[PortraitId],
        group: &Group,
    ) -> Result<(), RunError<E>> {
        if self.pages.len() >= self.parts.most_pages.max(1) as usize {
            self.flush()?;
        }
        if self.pages.is_empty() {
            self.group = group.clone();
        }
        self.pages.push(page);
        self.people.extend_from_slice(people);
        self.summary.pages += 1;
        self.summary.people += people.len() as u32;
        Ok(())
    }

    /// What was met while a person's text was set.
    pub(crate) fn note(&mut self, portrait: PortraitId, notes: Notes) {
        if notes.cut {
            self.summary.remarks.push(Remark::CaptionCut { portrait });
        }
        let characters: BTreeSet<char> = notes.missing;
        if !characters.is_empty() {
            let characters = characters.into_iter().take(20).collect();
            self.summary.remarks.push(Remark::NoGlyph { portrait, characters });
        }
    }

    fn flush(&mut self) -> Result<(), RunError<E>> {
        if self.pages.is_empty() {
            return Ok(());
        }
        let ordinal = self.summary.parts + 1;
        let imprint = Imprint {
            title: format!("{} {ordinal}", self.imprint.title),
            id: format!("{}/{ordinal}", self.imprint.id),
            made: self.imprint.made,
        };
        let pages = std::mem::take(&mut self.pages);
        let pdf = pdf::write(self.face, &imprint, &pages)?;
        let part = Part {
            ordinal,
            group: self.group.clone(),
            pages: pages.len() as u32,
            people: std::mem::take(&mut self.people),
            pdf,
        };
        drop(pages);
        (self.deliver)(part).map_err(RunError::Caller)?;
        self.summary.parts = ordinal;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Summary, RunError<E>> {
        self.flush()?;
        Ok(self.summary)
    }
}
