//! The nodes under `/dev`, what they are, and what they offer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use domain::Size;
use v4l::capability::Flags;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::{FrameSizeEnum, Stepwise};
use v4l::video::Capture;
use v4l::{Device, FourCC, Fraction};

use super::{failure, fourcc_of, fps_of, pixel_of};
use crate::device::{DeviceId, DeviceInfo};
use crate::{SourceCode, SourceError, StreamFormat, ranked};

pub(super) fn path(index: u32) -> PathBuf {
    format!("/dev/video{index}").into()
}

/// All nodes that capture pictures, in the order of their numbers.
pub(in crate::device) fn list() -> Result<Vec<DeviceInfo>, SourceError> {
    let mut indices: Vec<u32> = std::fs::read_dir("/dev")
        .map_err(|e| failure("list /dev", &e))?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix("video")?.parse().ok())
        .collect();
    indices.sort_unstable();
    Ok(indices.into_iter().filter_map(describe).collect())
}

/// `None` for what is no camera: metadata nodes, encoders, nodes that vanish meanwhile.
fn describe(index: u32) -> Option<DeviceInfo> {
    let refused = |error: SourceError| {
        let name = name_without_opening(index);
        let id = DeviceId { name, bus: String::new() };
        DeviceInfo { id, index, formats: None, problem: Some(error.problem()) }
    };
    let device = match Device::with_path(path(index)) {
        Ok(device) => device,
        Err(error) => {
            let error = failure("open", &error);
            let there = matches!(error.code, SourceCode::NoPermission | SourceCode::Busy);
            return there.then(|| refused(error));
        }
    };
    // The library panics on names that are not UTF-8; such a node is left out rather than all of them.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let caps = device.query_caps().ok()?;
        if !caps.capabilities.contains(Flags::VIDEO_CAPTURE | Flags::STREAMING) {
            return None;
        }
        let id = DeviceId { name: text_of(&caps.card), bus: text_of(&caps.bus) };
        Some(DeviceInfo { id, index, formats: Some(ranked(&formats(&device))), problem: None })
    }));
    read.unwrap_or_else(|_| {
        tracing::warn!(index, "the description of a camera could not be read");
        None
    })
}

fn name_without_opening(index: u32) -> String {
    let name = std::fs::read_to_string(format!("/sys/class/video4linux/video{index}/name"));
    name.map_or_else(|_| path(index).display().to_string(), |name| text_of(&name))
}

/// A name from a device is foreign text: cut at the first NUL, without control characters.
fn text_of(raw: &str) -> String {
    let text = raw.split('\0').next().unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

fn formats(device: &Device) -> Vec<StreamFormat> {
    let mut formats = Vec::new();
    for description in device.enum_formats().unwrap_or_default() {
        let Some(pixel) = pixel_of(description.fourcc) else {
            continue;
        };
        for size in device.enum_framesizes(description.fourcc).unwrap_or_default() {
            for size in sizes(&size.size) {
                let intervals = intervals(device, description.fourcc, size);
                formats.extend(
                    intervals.iter().filter_map(|i| Some(StreamFormat { pixel, size, fps: fps_of(*i)? })),
                );
            }
        }
    }
    formats
}

/// Sizes that are tried where a driver scales to anything.
const USUAL: [Size; 5] = [
    Size { width: 1920, height: 1080 },
    Size { width: 1600, height: 1200 },
    Size { width: 1280, height: 960 },
    Size { width: 1280, height: 720 },
    Size { width: 640, height: 480 },
];

fn sizes(size: &FrameSizeEnum) -> Vec<Size> {
    match size {
        FrameSizeEnum::Discrete(d) => vec![Size { width: d.width, height: d.height }],
        FrameSizeEnum::Stepwise(s) => USUAL.into_iter().filter(|size| reaches(s, *size)).collect(),
    }
}

fn reaches(s: &Stepwise, size: Size) -> bool {
    let on_grid = |value: u32, min: u32, max: u32, step: u32| {
        (min..=max).contains(&value) && (value - min).is_multiple_of(step.max(1))
    };
    on_grid(size.width, s.min_width, s.max_width, s.step_width)
        && on_grid(size.height, s.min_height, s.max_height, s.step_height)
}

/// Rates that are tried where a driver takes anything.
const USUAL_FPS: [u32; 3] = [30, 25, 15];

fn intervals(device: &Device, fourcc: FourCC, size: Size) -> Vec<Fraction> {
    let listed = device.enum_frameintervals(fourcc, size.width, size.height).unwrap_or_default();
    let mut intervals: Vec<Fraction> =
        listed.into_iter().flat_map(|i| interval_choices(&i.interval)).collect();
    if intervals.is_empty() {
        // A driver that lists no rates has one, and sends at that.
        intervals.push(Fraction::new(1, 30));
    }
    intervals
}

fn interval_choices(interval: &FrameIntervalEnum) -> Vec<Fraction> {
    match interval {
        FrameIntervalEnum::Discrete(f) => vec![*f],
        FrameIntervalEnum::Stepwise(s) => {
            let seconds = |f: Fraction| f64::from(f.numerator) / f64::from(f.denominator.max(1));
            let range = seconds(s.min)..=seconds(s.max);
            let usual = USUAL_FPS.into_iter().map(|fps| Fraction::new(1, fps));
            usual.filter(|f| range.contains(&seconds(*f))).collect()
        }
    }
}

/// The exact interval behind a rounded rate.
pub(super) fn interval_of(device: &Device, format: StreamFormat) -> Fraction {
    let listed = intervals(device, fourcc_of(format.pixel), format.size);
    listed.into_iter().find(|i| fps_of(*i) == Some(format.fps)).unwrap_or(Fraction::new(1, format.fps.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaler_offers_the_usual_sizes_within_its_range() {
        let s = Stepwise {
            min_width: 16,
            max_width: 1280,
            step_width: 16,
            min_height: 16,
            max_height: 1024,
            step_height: 16,
        };
        let expected = [
            Size { width: 1280, height: 960 },
            Size { width: 1280, height: 720 },
            Size { width: 640, height: 480 },
        ];
        assert_eq!(sizes(&FrameSizeEnum::Stepwise(s)), expected);
    }

    #[test]
    fn a_continuous_rate_offers_the_usual_ones() {
        let s = v4l::frameinterval::Stepwise {
            min: Fraction::new(1, 28),
            max: Fraction::new(1, 1),
            step: Fraction::new(1, 1),
        };
        let fps: Vec<_> =
            interval_choices(&FrameIntervalEnum::Stepwise(s)).into_iter().filter_map(fps_of).collect();
        assert_eq!(fps, [25, 15]);
    }

    #[test]
    fn names_of_devices_are_cleaned() {
        assert_eq!(text_of("HD Webcam\0\u{1b}[2Jrest"), "HD Webcam");
        assert_eq!(text_of(" Cam\r\n"), "Cam");
    }
}
