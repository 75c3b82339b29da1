//! From live state to the snapshot that the window shows.

use camera::FeedState;
use domain::sitting::{OpenSitting, Phase};
use domain::{PhotoSpec, Text, Timestamp};
use store::OpenReport;

use crate::desk::{Candidate, Desk};
use crate::owner::Owner;
use crate::plate::PlateView;
use crate::view::*;
use crate::words;

/// Portraits on the main screen.
const STRIP: u32 = 14;

/// The snapshot before anything is open.
pub(crate) fn blank(spec: &PhotoSpec) -> StationView {
    StationView {
        seq: 0,
        station: Settings::default().station,
        trouble: None,
        phase: PhaseView::Idle,
        batch: None,
        turn: None,
        hall: None,
        desk_code: None,
        camera: CameraView { chosen: None, demo: false, status: None, message: None },
        spec: spec.clone(),
        counts: Counts::default(),
        strip: Vec::new(),
        plate: PlateView::none(),
        notice: None,
        settings: Settings::default(),
    }
}

/// The snapshot now, or `None` if it is the same as the last. Rows are only read again if `changed`.
pub(crate) fn snapshot(
    owner: &Owner,
    trouble: Option<Trouble>,
    last: &StationView,
    changed: bool,
) -> Option<StationView> {
    let (counts, strip) = if changed { figures(owner) } else { (last.counts.clone(), last.strip.clone()) };
    let (batch, turn) = if changed { day(owner) } else { (last.batch.clone(), last.turn.clone()) };
    let mut next = StationView {
        seq: last.seq,
        station: owner.settings.station.clone(),
        trouble,
        phase: owner.desk.as_ref().map_or(PhaseView::Idle, phase),
        batch,
        turn,
        hall: if changed { crate::hall::head(owner) } else { last.hall.clone() },
        desk_code: owner.eye.newest(),
        camera: camera(owner),
        spec: PhotoSpec::clone(&owner.shared.spec()),
        counts,
        strip,
        plate: owner.plate_view(),
        notice: owner.notice.clone(),
        settings: owner.settings.clone(),
    };
    if next == *last {
        return None;
    }
    next.seq += 1;
    Some(next)
}

fn figures(owner: &Owner) -> (Counts, Vec<StripItem>) {
    let Some(desk) = &owner.desk else { return Default::default() };
    let today = (owner.config.day_start)((owner.config.now)());
    let counts = desk.store().counts(today).map(|c| Counts {
        accepted: c.accepted,
        retaken: c.retaken,
        cancelled: c.cancelled,
        waiting: c.pending_outbox,
        median_seconds: c.median_seconds,
    });
    let log = |what: &str, error: &store::StoreError| tracing::error!(%error, what, "reading");
    let counts = counts.inspect_err(|e| log("counts", e)).unwrap_or_default();
    (counts, strip(desk, today, STRIP).inspect_err(|e| log("strip", e)).unwrap_or_default())
}

fn day(owner: &Owner) -> (Option<BatchHead>, Option<TurnView>) {
    let Some(desk) = &owner.desk else { return Default::default() };
    let read = || -> Result<_, store::StoreError> {
        let Some(open) = desk.store().open_one()? else { return Ok(Default::default()) };
        let turn = desk.store().at_this_booth()?;
        let name =
            turn.as_ref().and_then(|t| t.subject).map(|id| desk.store().masked_name(id)).transpose()?;
        // A code that another booth has read is not here: it is read again at the seat.
        let read_elsewhere = turn.as_ref().is_some_and(|t| t.fingerprint.is_none());
        let head = BatchHead {
            id: open.id,
            school: open.plan.school,
            group: open.plan.group,
            way: open.plan.way,
            double_proof: open.plan.double_proof || read_elsewhere,
        };
        let turn = turn.map(|t| TurnView {
            number: t.number,
            masked_name: name.flatten(),
            seated: matches!(t.ticket.stage(), domain::Stage::Seated { .. }),
            recalls: t.ticket.place.recalls,
            retake: t.retake.is_some(),
            since: t.ticket.place.since,
        });
        Ok((Some(head), turn))
    };
    read().inspect_err(|error| tracing::error!(%error, "reading the batch")).unwrap_or_default()
}

/// Today's portraits, newest first.
pub(crate) fn strip(desk: &Desk, since: Timestamp, limit: u32) -> Result<Vec<StripItem>, store::StoreError> {
    let entries = desk.store().today(since, limit)?;
    Ok(entries
        .into_iter()
        .map(|e| StripItem {
            portrait_id: e.portrait,
            sitting: e.sitting,
            number: e.shot_number,
            fingerprint: e.fingerprint,
            accepted_at: e.accepted_at,
            portrait: format!("portrait/{}", e.portrait_hash),
            original: format!("original/{}", e.original_hash),
            verdict: e.verdict,
            overridden: e.overridden,
            seconds: e.seconds,
        })
        .collect())
}

fn phase(desk: &Desk) -> PhaseView {
    match desk.phase() {
        Phase::Idle => PhaseView::Idle,
        Phase::Interrupted(open) => PhaseView::Interrupted { sitting: sitting(open) },
        Phase::AskRepeat { code, earlier, .. } => PhaseView::AskRepeat {
            fingerprint: code.fingerprint(),
            number: earlier.number,
            accepted_at: earlier.accepted_at,
            station: earlier.station.clone(),
            portrait: earlier
                .portrait
                .and_then(|id| desk.store().portrait(id).ok())
                .map(|p| format!("portrait/{}", p.hash))
                .unwrap_or_default(),
        },
        Phase::Armed(open) => PhaseView::Armed { sitting: sitting(open) },
        Phase::Developing(open) => PhaseView::Developing { sitting: sitting(open) },
        Phase::Reviewing { sitting: open, asking_reason, .. } => match desk.candidate() {
            Some(candidate) => PhaseView::Reviewing {
                sitting: sitting(open),
                shot: shot(candidate),
                asking_reason: *asking_reason,
            },
            None => PhaseView::Developing { sitting: sitting(open) },
        },
    }
}

fn sitting(open: &OpenSitting) -> SittingView {
    SittingView {
        id: open.id,
        number: open.number,
        fingerprint: open.code.fingerprint(),
        source: open.source,
        opened_at: open.opened_at,
        retake: open.retake_of.is_some(),
    }
}

fn shot(candidate: &Candidate) -> ShotView {
    let exposure = &candidate.exposure;
    let file = exposure.portrait.as_ref();
    ShotView {
        id: candidate.shot,
        original: format!("original/{}", candidate.original),
        portrait: format!("candidate/{}", candidate.shot),
        findings: exposure.findings.clone(),
        verdict: exposure.verdict,
        geometry: exposure.geometry,
        bytes: file.map_or(0, |f| f.jpeg.len() as u32),
        quality: file.map_or(0, |f| f.quality),
        ms: exposure.ms,
    }
}

fn camera(owner: &Owner) -> CameraView {
    let status = owner.shared.feed().map(|feed| feed.status());
    let message = match &status {
        Some(status) if status.state == FeedState::Live => None,
        Some(status) => status.problem.as_ref().map(|problem| problem.text.clone()),
        None => Some(Text::new(
            "没有摄像头：按 F2 选择，或用演示摄像头",
            "No camera: press F2 to choose one, or use the demo camera",
        )),
    };
    CameraView {
        chosen: owner.camera.clone(),
        demo: owner.is_demo(),
        status: status.map(|s| CameraStatus {
            state: s.state,
            device: s.device,
            format: s.format,
            fps: s.fps.round() as u32,
            problem: s.problem,
        }),
        message,
    }
}

/// All that is known of one sitting.
pub(crate) fn history(detail: store::SittingDetail) -> SittingHistory {
    let record = detail.sitting;
    let shots = detail
        .shots
        .into_iter()
        .map(|shot| {
            let portrait = detail.portrait.as_ref().filter(|p| p.shot == shot.id);
            PastShot {
                id: shot.id,
                taken_at: shot.taken_at,
                original: format!("original/{}", shot.original),
                portrait: portrait.map(|p| format!("portrait/{}", p.hash)),
                findings: shot.findings,
                verdict: shot.verdict,
                disposition: name_of(&shot.disposition),
                override_reason: portrait.and_then(|p| p.override_reason.clone()),
            }
        })
        .collect();
    SittingHistory {
        sitting: SittingView {
            id: record.id,
            number: record.shot_number,
            fingerprint: record.fingerprint,
            source: record.source,
            opened_at: record.opened_at,
            retake: record.retake_of.is_some(),
        },
        outcome: name_of(&record.outcome),
        station: record.station,
        shots,
        events: detail
            .history
            .into_iter()
            .map(|e| PastEvent { at: e.at, text: words::event(&e.what), what: e.what })
            .collect(),
    }
}

/// The stable name of a value that serialises to one word.
fn name_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What a start found that the operator has to know.
pub(crate) fn report(report: &OpenReport) -> Option<Text> {
    let notes = report.notes();
    let join = |pick: fn(&Text) -> &str| notes.iter().map(pick).collect::<Vec<_>>().join(" ");
    (!notes.is_empty()).then(|| Text::new(join(|n| &n.zh), join(|n| &n.en)))
}
