//! Webcams and capture cards.
//!
//! Two backends. Linux talks V4L2 through the `v4l` crate; everywhere else, and in tests, it is `nokhwa`. The
//! reason for the second one: nokhwa's `frame()` on V4L2 waits for ever, gives the whole buffer with what an
//! older frame left in it (half of one student and half of the next pass as one JPEG), drops the error flag,
//! and shares one handle per node within the process, so that a stalled camera cannot be opened again until it
//! sends. All of that is lost in nokhwa's interface and cannot be put right from outside.

mod identity;
mod nokhwa;
#[cfg(target_os = "linux")]
mod v4l2;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{FrameSource, Opener, Problem, SourceCode, SourceError, StreamFormat};
use identity::Remembered;

/// By what a camera is known again after it was unplugged; its number may change, this does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct DeviceId {
    /// Name as the camera states it.
    pub name: String,
    /// Where it is plugged in (V4L2: bus, Windows: symbolic link).
    pub bus: String,
}

/// A camera that is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceInfo {
    /// Identity, to be stored as the operator's choice.
    pub id: DeviceId,
    /// Number of the node at the moment; never store it.
    pub index: u32,
    /// What it can send that this program can read, the best first; `None` if only opening would tell.
    pub formats: Option<Vec<StreamFormat>>,
    /// Why it cannot be used, as far as listing tells.
    pub problem: Option<Problem>,
}

/// The cameras that are connected, without metadata nodes. Opens none of them for capture, so it may be called
/// while one is streaming.
pub fn list() -> Result<Vec<DeviceInfo>, SourceError> {
    NATIVE.list()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Backend {
    #[cfg(target_os = "linux")]
    V4l2,
    Nokhwa,
}

/// The backend of this operating system.
#[cfg(target_os = "linux")]
const NATIVE: Backend = Backend::V4l2;
#[cfg(not(target_os = "linux"))]
const NATIVE: Backend = Backend::Nokhwa;

impl Backend {
    fn list(self) -> Result<Vec<DeviceInfo>, SourceError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::V4l2 => v4l2::list(),
            Self::Nokhwa => nokhwa::list(),
        }
    }

    fn open(self, device: &DeviceInfo) -> Result<Box<dyn FrameSource>, SourceError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::V4l2 => Ok(Box::new(v4l2::V4l2Source::open(device)?)),
            Self::Nokhwa => Ok(Box::new(nokhwa::NokhwaSource::open(device)?)),
        }
    }
}

/// Opens a camera, and the same one again after it was away.
pub struct DeviceOpener {
    backend: Backend,
    format: Option<StreamFormat>,
    remembered: Mutex<Remembered>,
}

impl DeviceOpener {
    /// The first camera that can be used. Once it has been open, only that one.
    pub fn any() -> Self {
        Self { backend: NATIVE, format: None, remembered: Mutex::new(Remembered::default()) }
    }

    /// One certain camera.
    pub fn of(id: DeviceId) -> Self {
        Self { remembered: Mutex::new(Remembered::of(id)), ..Self::any() }
    }

    /// Asks for one certain format instead of the best.
    pub fn with_format(mut self, format: StreamFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Uses nokhwa where another backend is native, to try it out.
    pub fn through_nokhwa(mut self) -> Self {
        self.backend = Backend::Nokhwa;
        self
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opener for DeviceOpener {
    fn name(&self) -> String {
        self.remembered().wanted().map_or_else(|| "camera".into(), |id| id.name.clone())
    }

    fn open(&self) -> Result<Box<dyn FrameSource>, SourceError> {
        let devices = self.backend.list()?;
        let candidates: Vec<DeviceInfo> = {
            let remembered = self.remembered();
            remembered.candidates(&devices)?.into_iter().cloned().collect()
        };
        let mut unusable = None;
        for mut device in candidates {
            if let Some(format) = self.format {
                device.formats = Some(vec![format]);
            }
            match self.backend.open(&device) {
                Ok(source) => {
                    self.remembered().opened(&device.id, &devices);
                    return Ok(source);
                }
                // Only now is it known to be a metadata node or an infrared camera; any other failure is that
                // of the right camera, and no reason to turn to a wrong one.
                Err(error) if error.code == SourceCode::NoUsableFormat => {
                    unusable.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(unusable.unwrap_or_else(|| SourceError::new(SourceCode::NoDevice, "nothing to try")))
    }
}

/// No format could be used: the words for the log.
fn unusable(device: &DeviceInfo, why: impl std::fmt::Display) -> SourceError {
    SourceError::new(SourceCode::NoUsableFormat, format!("{}: {why}", device.id.name))
}
