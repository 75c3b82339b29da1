//! Cameras through nokhwa: Windows and macOS, and Linux on request.

use std::time::{Duration, Instant};

use domain::{PixelFormat, RawFrame, Size};
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, ControlValueDescription, ControlValueSetter, FrameFormat,
    KnownCameraControl, KnownCameraControlFlag, RequestedFormat, RequestedFormatType, Resolution,
};
use nokhwa::{Camera, NokhwaError};

use super::{DeviceId, DeviceInfo, unusable};
use crate::platform::{code_of_errno, code_of_hresult};
use crate::{Control, ControlKind, ControlSetting, FrameSource, SourceCode, SourceError, StreamFormat};
use crate::{packet, ranked};

/// What can be read. nokhwa's automatic choices pick among all that a camera lists, and then fail.
const READABLE: [FrameFormat; 4] =
    [FrameFormat::MJPEG, FrameFormat::YUYV, FrameFormat::NV12, FrameFormat::RAWRGB];
/// Formats that are tried before the camera is called unusable.
const TRIES: usize = 4;
/// See the same constant of the V4L2 backend.
const SETTLING: u32 = 8;

/// The connected cameras; their formats are only told by opening, which disturbs one that streams. On Linux
/// the metadata nodes are among them: opening one tells.
pub(super) fn list() -> Result<Vec<DeviceInfo>, SourceError> {
    let cameras = ::nokhwa::query(ApiBackend::Auto).map_err(|e| failure(&e))?;
    let described = cameras.into_iter().filter_map(|camera| {
        let index = camera.index().as_index().ok()?;
        let id = DeviceId { name: camera.human_name(), bus: camera.misc() };
        Some(DeviceInfo { id, index, formats: None, problem: None })
    });
    let mut devices: Vec<DeviceInfo> = described.collect();
    // In the order of the directory otherwise, which puts metadata nodes before their camera.
    devices.sort_by_key(|d| d.index);
    Ok(devices)
}

/// One open camera. Lives on one thread, as Windows wants it.
pub(super) struct NokhwaSource {
    name: String,
    format: StreamFormat,
    camera: Camera,
    seq: u64,
}

impl NokhwaSource {
    pub(super) fn open(info: &DeviceInfo) -> Result<Self, SourceError> {
        let any = RequestedFormat::with_formats(RequestedFormatType::None, &READABLE);
        let mut camera = Camera::new(CameraIndex::Index(info.index), any).map_err(|e| failure(&e))?;
        let formats = match &info.formats {
            Some(formats) => formats.clone(),
            None => listed_formats(&mut camera)?,
        };
        let mut refusal = unusable(info, "no format that can be read");
        for format in formats.into_iter().take(TRIES) {
            match start(&mut camera, format) {
                Ok(()) => {
                    return Ok(Self { name: info.id.name.clone(), format, camera, seq: 0 });
                }
                Err(error) if error.code == SourceCode::Other => {
                    refusal = unusable(info, format!("{format:?}: {}", error.detail));
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }
}

fn listed_formats(camera: &mut Camera) -> Result<Vec<StreamFormat>, SourceError> {
    let listed = camera.compatible_camera_formats().map_err(|e| failure(&e))?;
    let readable = listed.iter().filter_map(|f| {
        let size = Size { width: f.width(), height: f.height() };
        Some(StreamFormat { pixel: pixel_of(f.format())?, size, fps: f.frame_rate() })
    });
    Ok(ranked(&readable.collect::<Vec<_>>()))
}

/// `Exact` is the only request that does what it says: `Closest` and the `Highest` ones mix up sizes and rates.
fn start(camera: &mut Camera, format: StreamFormat) -> Result<(), SourceError> {
    let wanted = CameraFormat::new(
        Resolution::new(format.size.width, format.size.height),
        frame_format_of(format.pixel),
        format.fps,
    );
    if camera.camera_format() != wanted {
        let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(wanted), &READABLE);
        camera.set_camera_requset(exact).map_err(|e| failure(&e))?;
    }
    camera.open_stream().map_err(|e| failure(&e))
}

impl FrameSource for NokhwaSource {
    /// Blocks until there is a frame, whatever the patience: the feed watches over it.
    fn next(&mut self, _patience: Duration) -> Result<RawFrame, SourceError> {
        let buffer = self.camera.frame().map_err(|e| failure(&e))?;
        let at = Instant::now();
        self.seq += 1;
        let StreamFormat { pixel, size, .. } = self.format;
        let packet = packet::whole_packet(buffer.buffer(), pixel, size)?.into();
        Ok(RawFrame { seq: self.seq, at, format: pixel, size, packet })
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn format(&self) -> StreamFormat {
        self.format
    }

    fn settling(&self) -> u32 {
        SETTLING
    }

    fn controls(&mut self) -> Vec<Control> {
        KINDS.iter().filter_map(|(kind, known)| control(&self.camera, *kind, *known)).collect()
    }

    /// nokhwa sets values only: it writes back whatever flag it finds, so the automatic cannot be switched.
    fn set_control(&mut self, setting: ControlSetting) -> Result<(), SourceError> {
        let refuse = |why| SourceError::new(SourceCode::Other, format!("{:?}: {why}", setting.kind));
        let known = KINDS.iter().find(|(kind, _)| *kind == setting.kind).map(|(_, known)| *known);
        let known = known.ok_or_else(|| refuse("unknown"))?;
        let present =
            control(&self.camera, setting.kind, known).ok_or_else(|| refuse("not on this camera"))?;
        if setting.auto.is_some() && setting.auto != present.auto {
            return Err(refuse("the automatic cannot be switched on this system"));
        }
        let Some(value) = setting.value else { return Ok(()) };
        let value = ControlValueSetter::Integer(present.nearest(value));
        self.camera.set_camera_control(known, value).map_err(|e| failure(&e))
    }
}

const KINDS: [(ControlKind, KnownCameraControl); 4] = [
    (ControlKind::Exposure, KnownCameraControl::Exposure),
    (ControlKind::Focus, KnownCameraControl::Focus),
    (ControlKind::WhiteBalance, KnownCameraControl::WhiteBalance),
    (ControlKind::Zoom, KnownCameraControl::Zoom),
];

fn control(camera: &Camera, kind: ControlKind, known: KnownCameraControl) -> Option<Control> {
    let control = camera.camera_control(known).ok()?;
    let &ControlValueDescription::IntegerRange { min, max, value, step, .. } = control.description() else {
        return None;
    };
    let has = |flag| control.flag().contains(&flag);
    let auto = match (has(KnownCameraControlFlag::Automatic), has(KnownCameraControlFlag::Manual)) {
        (false, false) => None,
        (auto, _) => Some(auto),
    };
    Some(Control { kind, auto, value, min, max, step: step.max(1) })
}

/// nokhwa keeps of an error only its words. The number that the operating system puts at their end is the one
/// part of them that no translation changes, so that is read; where there is none, the variant has to do.
fn failure(error: &NokhwaError) -> SourceError {
    let words = error.to_string();
    let by_number = os_error(&words).map(code_of_errno).or_else(|| hresult(&words).map(code_of_hresult));
    let code = by_number.filter(|code| *code != SourceCode::Other).unwrap_or(match error {
        NokhwaError::OpenDeviceError(..) => SourceCode::NoDevice,
        NokhwaError::GetPropertyError { property, .. } if property == "CameraFormat" => {
            SourceCode::NoUsableFormat
        }
        _ => SourceCode::Other,
    });
    SourceError::new(code, words)
}

/// The number in "… (os error 16)".
fn os_error(words: &str) -> Option<i32> {
    words.rsplit_once("(os error ")?.1.split_once(')')?.0.parse().ok()
}

/// The number in "… (0x80070005)".
fn hresult(words: &str) -> Option<u32> {
    let digits = words.rsplit_once("(0x")?.1.split_once(')')?.0;
    u32::from_str_radix(digits, 16).ok()
}

fn pixel_of(format: FrameFormat) -> Option<PixelFormat> {
    match format {
        FrameFormat::MJPEG => Some(PixelFormat::Mjpeg),
        FrameFormat::YUYV => Some(PixelFormat::Yuyv),
        FrameFormat::NV12 => Some(PixelFormat::Nv12),
        FrameFormat::RAWRGB => Some(PixelFormat::Rgb8),
        FrameFormat::GRAY | FrameFormat::RAWBGR => None,
    }
}

fn frame_format_of(pixel: PixelFormat) -> FrameFormat {
    match pixel {
        PixelFormat::Mjpeg => FrameFormat::MJPEG,
        PixelFormat::Yuyv => FrameFormat::YUYV,
        PixelFormat::Nv12 => FrameFormat::NV12,
        PixelFormat::Rgb8 => FrameFormat::RAWRGB,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: NokhwaError) -> SourceCode {
        failure(&error).code
    }

    #[test]
    fn failures_are_told_by_the_number_at_their_end() {
        let open = |words: &str| NokhwaError::OpenDeviceError("0".into(), words.into());
        assert_eq!(code(open("V4L2 Error: 权限不够 (os error 13)")), SourceCode::NoPermission);
        assert_eq!(code(open("V4L2 Error: No such file or directory (os error 2)")), SourceCode::NoDevice);
        assert_eq!(code(open("拒绝访问。 (0x80070005)")), SourceCode::NoPermission);
        assert_eq!(code(open("Not Found")), SourceCode::NoDevice);
        let read = |words: &str| NokhwaError::ReadFrameError(words.into());
        assert_eq!(code(read("No such device (os error 19)")), SourceCode::Gone);
        assert_eq!(code(read("(0xC00D3EA2)")), SourceCode::Gone);
        assert_eq!(code(read("busy")), SourceCode::Other, "words are not believed");
    }

    #[test]
    fn a_request_that_nothing_fulfils_is_a_matter_of_formats() {
        let error = "Failed to Fufill".into();
        let error = NokhwaError::GetPropertyError { property: "CameraFormat".into(), error };
        assert_eq!(code(error), SourceCode::NoUsableFormat);
    }

    #[test]
    fn listing_without_a_camera_is_no_failure() {
        assert!(list().is_ok());
    }
}
