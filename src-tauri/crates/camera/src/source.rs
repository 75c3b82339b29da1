//! What a feed needs from anything that gives frames.

use std::time::Duration;

use domain::RawFrame;

use crate::{Control, ControlSetting, SourceCode, SourceError, StreamFormat};

/// Something that gives frames, one after the other, while it is open.
///
/// A source lives and dies on the thread that opened it (Windows' camera objects must not move to another);
/// dropping it closes it.
pub trait FrameSource {
    /// The next frame. Its `seq` counts from the opening of this source; a gap says that frames were lost.
    ///
    /// Returns within `patience` where the source can: [`SourceCode::Stalled`] if nothing came,
    /// [`SourceCode::Broken`] for one unreadable packet (the next may be good), anything else if it is over.
    fn next(&mut self, patience: Duration) -> Result<RawFrame, SourceError>;

    /// Name on the screen.
    fn name(&self) -> &str;

    /// What it sends.
    fn format(&self) -> StreamFormat;

    /// How many frames to throw away after the opening, until exposure and white balance have settled.
    fn settling(&self) -> u32 {
        0
    }

    /// The controls it has, with their present values.
    fn controls(&mut self) -> Vec<Control> {
        Vec::new()
    }

    /// Changes one control; [`SourceCode::Other`] if it has none of that kind or refuses.
    fn set_control(&mut self, setting: ControlSetting) -> Result<(), SourceError> {
        Err(SourceError::new(SourceCode::Other, format!("{} has no {:?} control", self.name(), setting.kind)))
    }
}

/// Opens a source, again and again if it must: a camera that was unplugged comes back through here.
pub trait Opener: Send + Sync {
    /// What is opened, for the screen, before it is open.
    fn name(&self) -> String;

    /// Opens it, on the thread that is going to read from it. May block; the feed gives up on an opening that
    /// takes too long.
    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError>;
}
