//! What the live picture needs many times a second: where the head is, and which frame of a burst is the best.

use std::time::{Duration, Instant};

use domain::geometry::plan_crop;
use domain::guidance::LiveReading;
use domain::{PhotoSpec, Size};
use image::RgbImage;
use serde::Serialize;

use super::PortraitEngine;
use crate::error::ImagingError;
use crate::face::Face;
use crate::matte;
use crate::quality;

/// How often the top of the hair is measured anew; in between it moves with the head.
const HAIR_PERIOD: Duration = Duration::from_millis(800);
/// How often people are counted anew.
const COUNT_PERIOD: Duration = Duration::from_millis(300);

/// What is remembered from one live frame to the next.
#[derive(Debug, Clone, Default)]
pub struct LiveState {
    face: Option<Face>,
    people: usize,
    counted: Option<Instant>,
    /// Head top above the eyes, in parts of the distance from eyes to chin.
    hair: Option<f64>,
    hair_measured: Option<Instant>,
}

/// How good one frame of a burst is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BurstScore {
    /// Whether there is a face and both its eyes are open.
    pub eyes_open: bool,
    /// Detail around the eyes; only for comparing frames of one burst. 0 without a face.
    pub sharpness: f64,
}

impl PortraitEngine {
    /// Reads one live frame: some 25 ms, 100 ms twice a second. A failing model reads as nobody there.
    pub fn live(
        &self,
        frame: &RgbImage,
        spec: &PhotoSpec,
        state: &mut LiveState,
        now: Instant,
    ) -> LiveReading {
        match self.follow(frame, state, now) {
            Ok(Some(face)) => {
                let size = Size { width: frame.width(), height: frame.height() };
                let plan = plan_crop(&face.points(state.head_top(&face)), size, spec);
                LiveReading {
                    faces: state.people.max(1),
                    plan: Some(plan),
                    yaw_deg: face.yaw_deg,
                    pitch_deg: face.pitch_deg,
                    eye_shut: quality::eye_shut(&face),
                }
            }
            Ok(None) => nobody(),
            Err(error) => {
                tracing::warn!(%error, "live reading");
                *state = LiveState::default();
                nobody()
            }
        }
    }

    /// Scores one frame of a burst: some 30 ms. A failing model scores as no face.
    pub fn burst_score(&self, frame: &RgbImage) -> BurstScore {
        match self.faces().glance(frame) {
            Ok(Some(face)) => BurstScore {
                eyes_open: !quality::eye_shut(&face),
                sharpness: quality::eye_detail(frame, &face),
            },
            _ => BurstScore { eyes_open: false, sharpness: 0.0 },
        }
    }

    fn follow(
        &self,
        frame: &RgbImage,
        state: &mut LiveState,
        now: Instant,
    ) -> Result<Option<Face>, ImagingError> {
        let finder = self.faces();
        let mut face = match state.face.take() {
            Some(previous) => finder.track(frame, &previous)?,
            None => None,
        };
        let due =
            |last: Option<Instant>, period| last.is_none_or(|t| now.saturating_duration_since(t) >= period);
        if face.is_none() || due(state.counted, COUNT_PERIOD) {
            let boxes = finder.boxes(frame)?;
            state.people = boxes.len();
            state.counted = Some(now);
            // The nearest person is the one who is photographed; whoever was followed may have left.
            let still_nearest = match (&face, boxes.first()) {
                (Some(face), Some(nearest)) => face.is_at(nearest),
                (Some(_), None) => true,
                (None, _) => false,
            };
            if !still_nearest {
                face = finder.glance(frame)?;
                (state.hair, state.hair_measured) = (None, None);
            }
        }
        if let Some(face) = &face
            && due(state.hair_measured, HAIR_PERIOD)
            && let Some(top) = matte::rough_head_top(&self.models, frame, face)?
        {
            state.hair = Some((face.eye_line() - top) / face.eyes_to_chin());
            state.hair_measured = Some(now);
        }
        state.face = face.clone();
        Ok(face)
    }
}

impl LiveState {
    fn head_top(&self, face: &Face) -> f64 {
        match self.hair {
            Some(hair) => face.eye_line() - hair * face.eyes_to_chin(),
            None => face.estimated_head_top(),
        }
    }
}

fn nobody() -> LiveReading {
    LiveReading { faces: 0, plan: None, yaw_deg: 0.0, pitch_deg: 0.0, eye_shut: false }
}
