//! The desk: the state of the sitting and the store behind it, moved on together.
//!
//! Single-threaded and without a clock, so that the window's loop and a replayed folder run the same code.

use std::sync::Arc;

use domain::sitting::{Decision, Developed, EarlierAccept, Effect, Input, OpenSitting, Phase, Sitting};
use domain::{
    CaptureCode, Class, CodeSource, CropPlan, FaceGeometry, Finding, FindingCode, ShotId, SittingId, Text,
    Timestamp, Verdict,
};
use store::{Ending, NewPortrait, NewShot, SittingRecord, Store};

use crate::error::ApiError;
use crate::words;

/// What came of a press of the shutter, before it is stored.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// The frame as the camera gave it (JPEG), or without loss (PNG).
    pub original: Arc<[u8]>,
    /// `jpg` or `png`.
    pub extension: &'static str,
    /// The finished portrait; `None` if there was no face.
    pub portrait: Option<Finished>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What follows.
    pub verdict: Verdict,
    /// What the standard measures.
    pub geometry: Option<FaceGeometry>,
    /// How the portrait was cut.
    pub plan: Option<CropPlan>,
    /// How the portrait was made from the original.
    pub provenance: serde_json::Value,
    /// Shutter to portrait.
    pub ms: f64,
}

/// A finished portrait.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The file.
    pub jpeg: Arc<[u8]>,
    /// Its quality.
    pub quality: u8,
}

/// A stored shot that waits for the operator's word.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Row of the shot.
    pub shot: ShotId,
    /// Name of the original on disk.
    pub original: domain::ContentHash,
    /// What was shot.
    pub exposure: Exposure,
    /// Which standard it was made for.
    pub spec_id: String,
}

/// The sitting and the store.
pub struct Desk {
    store: Store,
    sitting: Sitting,
    candidate: Option<Candidate>,
    frozen: Class,
}

/// What the caller has to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// Take a burst for this sitting and report with [`Desk::developed`].
    Expose(SittingId),
    /// A sitting has been armed.
    Armed,
    /// A picture has been accepted and is on disk.
    Accepted,
}

impl Desk {
    /// Takes over an open store; a sitting that was open when the program ended is asked about.
    pub fn new(store: Store) -> Result<Self, ApiError> {
        let unfinished = match store.unfinished().map_err(words::store)? {
            Some(record) => Some(open_sitting(&store, record)?),
            None => None,
        };
        Ok(Self { store, sitting: Sitting::at_start(unfinished), candidate: None, frozen: Class::Retake })
    }

    /// For frames that come from files, where the same picture may well stand twice in a folder.
    pub fn allow_same_picture(mut self) -> Self {
        self.frozen = Class::Info;
        self
    }

    /// Where the sitting stands.
    pub fn phase(&self) -> &Phase {
        &self.sitting.phase
    }

    /// The shot under review.
    pub fn candidate(&self) -> Option<&Candidate> {
        self.candidate.as_ref()
    }

    /// The store, for reading and for settings.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The same for writing what does not belong to a sitting.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// A code was read or typed.
    pub fn code_read(
        &mut self,
        code: CaptureCode,
        source: CodeSource,
        now: Timestamp,
    ) -> Result<Next, ApiError> {
        let earlier = match self.phase() {
            // Only an idle station looks it up: everything else refuses or ignores the code anyway.
            Phase::Idle => {
                let decision =
                    self.sitting.decide(Input::CodeRead { code: code.clone(), source, earlier: None }, now);
                // A phone that is still in sight after the accept is no queue jumper.
                let lingers = decision.is_ok_and(|d| d.effects.is_empty() && d.next.phase == Phase::Idle);
                if !lingers {
                    // Before the question about a retake: a jumped queue is told first.
                    self.store.may_sit(&code, source).map_err(words::store)?;
                }
                self.earlier(&code)?
            }
            _ => None,
        };
        self.apply(Input::CodeRead { code, source, earlier }, now)
    }

    /// Arms the called ticket with the code that the desk has read, if the batch wants no second scan. A ticket of the
    /// retake list answers the question about the earlier picture by itself.
    pub fn arm_called(&mut self, now: Timestamp) -> Result<Next, ApiError> {
        let Some((code, source, retake)) = self.store.to_arm().map_err(words::store)? else {
            return Ok(Next::Nothing);
        };
        // Whatever lingers before the camera: this was asked for by a key press.
        let source = if source == CodeSource::Camera { CodeSource::Gun } else { source };
        let next = self.code_read(code, source, now)?;
        match self.phase() {
            Phase::AskRepeat { .. } if retake => self.apply(Input::ConfirmRepeat, now),
            _ => Ok(next),
        }
    }

    /// Anything that takes no words: shutter, again, cancel, answers.
    pub fn ask(&mut self, input: Input, now: Timestamp) -> Result<Next, ApiError> {
        self.apply(input, now)
    }

    /// The burst was taken. The original is stored at once, whatever comes of it.
    pub fn developed(
        &mut self,
        mut exposure: Exposure,
        spec_id: &str,
        now: Timestamp,
    ) -> Result<Next, ApiError> {
        let Phase::Developing(sitting) = self.phase() else {
            return Err(words::refusal(domain::sitting::Refusal::OutOfTurn));
        };
        let new = NewShot {
            sitting: sitting.id,
            original: &exposure.original,
            extension: exposure.extension,
            verdict: exposure.verdict,
            findings: exposure.findings.clone(),
            geometry: exposure.geometry,
            plan: exposure.plan.clone(),
            provenance: exposure.provenance.clone(),
        };
        let stored = match self.store.add_shot(&new, now) {
            Ok(stored) => stored,
            Err(error) => {
                self.apply(Input::DevelopFailed, now)?;
                return Err(words::store(error));
            }
        };
        if stored.twin.is_some() {
            exposure.findings.insert(0, frozen(self.frozen));
            exposure.verdict = Verdict::of(&exposure.findings);
        }
        if exposure.portrait.is_none() {
            return self.apply(Input::DevelopFailed, now);
        }
        let report = Developed { shot: stored.id, verdict: exposure.verdict };
        self.candidate = Some(Candidate {
            shot: stored.id,
            original: stored.original,
            exposure,
            spec_id: spec_id.to_owned(),
        });
        self.apply(Input::Developed(report), now)
    }

    /// There was no frame at all.
    pub fn develop_failed(&mut self, now: Timestamp) -> Result<Next, ApiError> {
        self.apply(Input::DevelopFailed, now)
    }

    fn earlier(&self, code: &CaptureCode) -> Result<Option<EarlierAccept>, ApiError> {
        if let Some(here) = self.store.earlier_accept(code).map_err(words::store)? {
            return Ok(Some(here.into()));
        }
        // Another booth of the hall has it: the same question, without its picture.
        let there = self.store.shot_elsewhere(code).map_err(words::store)?;
        Ok(there.map(|shot| EarlierAccept {
            portrait: None,
            number: shot.number,
            accepted_at: shot.at,
            station: shot.booth,
        }))
    }

    fn apply(&mut self, input: Input, now: Timestamp) -> Result<Next, ApiError> {
        let Decision { next, effects } = self.sitting.decide(input, now).map_err(words::refusal)?;
        self.sitting = next;
        let mut todo = Next::Nothing;
        for effect in effects {
            todo = self.perform(effect, now)?;
        }
        Ok(todo)
    }

    fn perform(&mut self, effect: Effect, now: Timestamp) -> Result<Next, ApiError> {
        match effect {
            Effect::Open { code, source, retake_of } => {
                let record = self.store.open_sitting(&code, source, retake_of, now).map_err(words::store)?;
                let opened = open_sitting(&self.store, record)?;
                self.apply(Input::Opened(opened), now)?;
                Ok(Next::Armed)
            }
            Effect::Expose(sitting) => Ok(Next::Expose(sitting)),
            Effect::Reject(shot) => {
                self.candidate = None;
                self.store.reject_shot(shot, now).map_err(words::store)?;
                Ok(Next::Nothing)
            }
            Effect::Commit { sitting, shot, reason } => self.commit(sitting, shot, reason.as_deref(), now),
            Effect::Close { sitting, left_behind } => {
                let ending = if left_behind { Ending::Abandoned } else { Ending::Cancelled };
                self.store.close_sitting(sitting, ending, now).map_err(words::store)?;
                self.candidate = None;
                self.apply(Input::Closed, now)
            }
        }
    }

    fn commit(
        &mut self,
        sitting: SittingId,
        shot: ShotId,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Next, ApiError> {
        let out_of_turn = || words::refusal(domain::sitting::Refusal::OutOfTurn);
        let open = self.sitting.phase.sitting().filter(|open| open.id == sitting).ok_or_else(out_of_turn)?;
        let candidate =
            self.candidate.as_ref().filter(|candidate| candidate.shot == shot).ok_or_else(out_of_turn)?;
        let portrait = candidate.exposure.portrait.as_ref().ok_or_else(out_of_turn)?;
        let new = NewPortrait {
            shot,
            jpeg: &portrait.jpeg,
            quality: portrait.quality,
            spec_id: &candidate.spec_id,
            verdict: candidate.exposure.verdict,
            findings: candidate.exposure.findings.clone(),
            override_reason: reason,
            expected_code: &open.code,
        };
        self.store.accept(&new, now).map_err(words::store)?;
        self.candidate = None;
        self.apply(Input::Committed, now)?;
        Ok(Next::Accepted)
    }
}

fn open_sitting(store: &Store, record: SittingRecord) -> Result<OpenSitting, ApiError> {
    // The label of all that follows is read back from the disk, not kept from the scan.
    let code = store.code_of(record.id).map_err(words::store)?;
    let number = record.shot_number;
    record.with_code(code).ok_or_else(|| {
        ApiError::new(
            "code_mismatch",
            "数据库里的采集码与记录不符，已停止。请不要继续拍摄，联系技术人员。",
            "A stored code does not fit its record. Do not go on shooting; ask for help.",
        )
        .with_story(format!("shot number {number}"))
    })
}

/// The very same bytes under another code: a live camera never gives those, a frozen one shows the person before.
fn frozen(class: Class) -> Finding {
    let text = Text::new(
        "这一帧与另一位学生的原图完全相同：摄像头画面可能卡住了。请检查画面后重拍。",
        "This frame is identical to another student's original: the camera may be frozen. Check it and shoot again.",
    );
    Finding::plain(FindingCode::FrozenPicture, class, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(desk: &mut Desk, original: &[u8], at: i64) -> Vec<FindingCode> {
        let exposure = Exposure {
            original: original.into(),
            extension: "jpg",
            portrait: Some(Finished { jpeg: Arc::from([0xff, 0xd8, 0xff, 0xd9]), quality: 90 }),
            findings: Vec::new(),
            verdict: Verdict::Pass,
            geometry: None,
            plan: None,
            provenance: serde_json::json!({}),
            ms: 0.0,
        };
        desk.ask(Input::Shoot, Timestamp(at)).unwrap();
        desk.developed(exposure, "registry-safe", Timestamp(at)).unwrap();
        let candidate = desk.candidate().unwrap();
        let codes = candidate.exposure.findings.iter().map(|f| f.code).collect();
        assert_eq!(candidate.exposure.verdict, Verdict::of(&candidate.exposure.findings));
        codes
    }

    fn armed(desk: &mut Desk, code: &str, at: i64) {
        let code = CaptureCode::new(code).unwrap();
        assert_eq!(desk.code_read(code, CodeSource::Gun, Timestamp(at)).unwrap(), Next::Armed);
    }

    #[test]
    fn the_same_original_under_another_code_is_a_frozen_camera_and_under_its_own_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(folder.path(), "test", Timestamp(1)).unwrap();
        let mut desk = Desk::new(store).unwrap();
        armed(&mut desk, "first", 1_000);
        assert_eq!(shot(&mut desk, b"one frame", 2_000), []);
        desk.ask(Input::Again, Timestamp(3_000)).unwrap();
        assert_eq!(shot(&mut desk, b"another frame", 4_000), []);
        desk.ask(Input::Cancel, Timestamp(5_000)).unwrap();
        armed(&mut desk, "second", 60_000);
        assert_eq!(shot(&mut desk, b"one frame", 61_000), [FindingCode::FrozenPicture]);
        assert_eq!(desk.candidate().unwrap().exposure.verdict, Verdict::Retake);
        desk.ask(Input::Again, Timestamp(62_000)).unwrap();
        assert_eq!(shot(&mut desk, b"a live frame", 63_000), []);
    }
}
