//! Which of a camera's formats to ask for.

use std::cmp::Reverse;

use domain::{PixelFormat, Size};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One way in which a source can send its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct StreamFormat {
    /// Layout of a packet.
    pub pixel: PixelFormat,
    /// Size of a picture.
    pub size: Size,
    /// Frames a second as the source states them, rounded to a whole number.
    pub fps: u32,
}

/// Slowest rate at which a photographer can still follow a student's movement in the preview.
const ENOUGH_FPS: u32 = 15;
/// Nothing above full HD is needed for 480×640 pixels, and larger packets cost frames per second.
const ENOUGH: Size = Size { width: 1920, height: 1080 };

/// The format to ask for: the best of [`ranked`]; `None` if nothing can be read.
pub fn choose(formats: &[StreamFormat]) -> Option<StreamFormat> {
    ranked(formats).first().copied()
}

/// All formats that can be read, the best first.
///
/// Fast enough (15 frames a second) goes before slow, up to 1920×1080 before larger, MJPEG before YUYV before
/// NV12 before RGB, then the larger picture (the smaller one among those above 1920×1080), then the faster.
pub fn ranked(formats: &[StreamFormat]) -> Vec<StreamFormat> {
    let mut usable: Vec<StreamFormat> =
        formats.iter().copied().filter(|f| f.fps > 0 && f.size.area() > 0).collect();
    usable.sort_by_key(|f| {
        let slow = f.fps < ENOUGH_FPS;
        let huge = f.size.width.max(f.size.height) > ENOUGH.width || f.size.area() > ENOUGH.area();
        let area = if huge { f.size.area() } else { u64::MAX - f.size.area() };
        // A slow format is ranked by its speed before its size: 5 frames of half the size serve better than 1.
        let speed_first = if slow { Reverse(f.fps) } else { Reverse(0) };
        (slow, speed_first, huge, preference(f.pixel), area, Reverse(f.fps))
    });
    usable.dedup();
    usable
}

fn preference(pixel: PixelFormat) -> u8 {
    match pixel {
        PixelFormat::Mjpeg => 0,
        PixelFormat::Yuyv => 1,
        PixelFormat::Nv12 => 2,
        PixelFormat::Rgb8 => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelFormat::{Mjpeg, Nv12, Rgb8, Yuyv};

    fn f(pixel: PixelFormat, width: u32, height: u32, fps: u32) -> StreamFormat {
        StreamFormat { pixel, size: Size { width, height }, fps }
    }

    #[test]
    fn the_choice_over_a_table_of_cameras() {
        let table: &[(&str, &[StreamFormat], Option<StreamFormat>)] = &[
            ("nothing", &[], None),
            ("no speed", &[f(Mjpeg, 640, 480, 0)], None),
            ("no area", &[f(Mjpeg, 0, 480, 30)], None),
            (
                "a usual webcam",
                &[
                    f(Yuyv, 640, 480, 30),
                    f(Yuyv, 1920, 1080, 5),
                    f(Mjpeg, 1280, 720, 30),
                    f(Mjpeg, 1920, 1080, 30),
                ],
                Some(f(Mjpeg, 1920, 1080, 30)),
            ),
            (
                "same size at two rates",
                &[f(Mjpeg, 1280, 720, 15), f(Mjpeg, 1280, 720, 60), f(Mjpeg, 1280, 720, 30)],
                Some(f(Mjpeg, 1280, 720, 60)),
            ),
            (
                "4K beside full HD",
                &[f(Mjpeg, 3840, 2160, 30), f(Mjpeg, 1920, 1080, 30), f(Mjpeg, 640, 480, 30)],
                Some(f(Mjpeg, 1920, 1080, 30)),
            ),
            (
                "only larger than full HD: the smallest of them",
                &[f(Mjpeg, 3840, 2160, 30), f(Mjpeg, 2560, 1440, 30)],
                Some(f(Mjpeg, 2560, 1440, 30)),
            ),
            (
                "a 4:3 sensor",
                &[f(Mjpeg, 1600, 1200, 30), f(Mjpeg, 1280, 720, 30)],
                Some(f(Mjpeg, 1600, 1200, 30)),
            ),
            (
                "large MJPEG too slow",
                &[f(Mjpeg, 1920, 1080, 5), f(Mjpeg, 1280, 720, 30)],
                Some(f(Mjpeg, 1280, 720, 30)),
            ),
            (
                "small MJPEG goes before large YUYV",
                &[f(Yuyv, 1920, 1080, 30), f(Mjpeg, 640, 480, 30)],
                Some(f(Mjpeg, 640, 480, 30)),
            ),
            (
                "a capture card without MJPEG",
                &[f(Nv12, 1920, 1080, 60), f(Yuyv, 1280, 720, 60), f(Yuyv, 1920, 1080, 30)],
                Some(f(Yuyv, 1920, 1080, 30)),
            ),
            ("NV12 alone", &[f(Nv12, 1280, 720, 30), f(Rgb8, 1920, 1080, 30)], Some(f(Nv12, 1280, 720, 30))),
            (
                "fast YUYV before slow MJPEG",
                &[f(Mjpeg, 1920, 1080, 10), f(Yuyv, 640, 480, 30)],
                Some(f(Yuyv, 640, 480, 30)),
            ),
            (
                "all slow: the fastest",
                &[f(Yuyv, 1920, 1080, 1), f(Yuyv, 1280, 720, 9)],
                Some(f(Yuyv, 1280, 720, 9)),
            ),
        ];
        for (name, formats, expected) in table {
            assert_eq!(choose(formats), *expected, "{name}");
            let mut reversed = formats.to_vec();
            reversed.reverse();
            assert_eq!(choose(&reversed), *expected, "{name}, listed the other way round");
        }
    }

    #[test]
    fn the_ranking_keeps_every_usable_format_once() {
        let all = [f(Mjpeg, 640, 480, 30), f(Mjpeg, 640, 480, 30), f(Yuyv, 640, 480, 30), f(Yuyv, 1, 1, 0)];
        assert_eq!(ranked(&all), [f(Mjpeg, 640, 480, 30), f(Yuyv, 640, 480, 30)]);
    }
}
