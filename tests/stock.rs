//! A data folder with a sealed batch of many people, made through the store: what the handover's journeys need when
//! no camera and no face is looked at.

use std::path::Path;

use domain::{BatchId, BatchPlan, CaptureCode, CodeSource, ContentHash, Fingerprint, SubjectId, Verdict};
use store::{NewIntake, Store};

use crate::booth::now;

/// The batch, and what is in it.
pub struct Stock {
    /// Its row.
    pub batch: BatchId,
    /// Code and content of every portrait, in the order of the shots.
    pub pictures: Vec<(Fingerprint, ContentHash)>,
}

/// A plan without a fee and without a roster.
pub fn plan(upload_allowed: bool) -> BatchPlan {
    BatchPlan { naming: String::new(), upload_allowed, ..crate::sealed_day::plan() }
}

/// Bytes as large and as incompressible as a portrait's, different for everybody.
pub fn bytes(n: usize) -> Vec<u8> {
    let mut state = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut out = vec![0xff, 0xd8];
    while out.len() < 30_000 + n * 37 % 9_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.extend_from_slice(&[0xff, 0xd9]);
    out
}

/// Makes the folder.
pub fn lay_in(data: &Path, people: usize, upload_allowed: bool) -> Stock {
    let (mut store, _) = Store::open(data, "A-1", now()).expect("a data folder");
    let batch = store.new_batch(&plan(upload_allowed), now()).expect("a batch").id;
    store.open_batch(batch, now()).expect("opened");
    let mut pictures = Vec::new();
    for n in 0..people {
        let code = CaptureCode::new(format!("https://example.invalid/{n:06}").into_bytes()).expect("a code");
        let jpeg = bytes(n);
        pictures.push((code.fingerprint(), ContentHash::of(&jpeg)));
        let new = accepted(batch, &code, None, &jpeg);
        store.take_in(&new, now()).expect("taken in");
    }
    store.seal_batch(batch, None, now()).expect("sealed");
    Stock { batch, pictures }
}

/// A good picture from elsewhere under this code, perhaps of somebody on the roster.
pub fn accepted<'a>(
    batch: BatchId,
    code: &'a CaptureCode,
    subject: Option<SubjectId>,
    jpeg: &'a [u8],
) -> NewIntake<'a> {
    NewIntake {
        batch: Some(batch),
        code,
        source: CodeSource::Hand,
        subject,
        retake_of: None,
        jpeg,
        quality: 90,
        spec_id: "registry-safe",
        verdict: Verdict::Pass,
        findings: Vec::new(),
        origin: "other",
        looked: false,
    }
}
