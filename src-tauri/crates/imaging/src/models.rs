//! The models and the inference library that runs them.
//!
//! Files arrive as bytes and must be the very ones that this build was measured with; the only thing opened here is
//! the inference library, which the operating system's loader can take only by path.

mod modnet;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::ImagingError;
use crate::tflite;

pub use modnet::{Precision, Range, Watched};

/// MODNet, portrait matting.
const MODNET_SHA256: &str = "07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9";
/// Google's face landmarker: detector, 478 landmarks, 52 blendshapes.
const FACE_LANDMARKER_SHA256: &str = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff";
/// ONNX Runtime 1.31.1 for CPU: Linux x86-64, Windows x86-64.
const RUNTIME_SHA256: [&str; 2] = [
    "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
    "e45f61e50d8650885452be538a00bb14a715e46a1bc3691000ce947e89ed0306",
];

/// File name of the inference library on the platform of this build, as `assets/models/models.toml` names it.
pub const RUNTIME_LIBRARY: &str = if cfg!(windows) { "onnxruntime.dll" } else { "libonnxruntime.so" };

/// Largest part of the face landmarker's archive that is unpacked.
const LARGEST_PART: u64 = 16 << 20;

/// What [`Models::load`] needs.
pub struct ModelFiles {
    /// Bytes of `modnet.onnx`.
    pub modnet: Vec<u8>,
    /// Bytes of `face_landmarker.task`.
    pub face_landmarker: Vec<u8>,
    /// Where the inference library lies. Check its bytes with [`verify_runtime`] first.
    pub runtime_library: PathBuf,
}

/// One loaded model. Each of its sessions, mostly one, serves one run at a time, so that a model can be shared by threads.
#[derive(Debug)]
pub struct Network {
    name: &'static str,
    sessions: Vec<Mutex<Session>>,
}

/// All models, ready to run, to be shared by reference.
#[derive(Debug)]
pub struct Models {
    /// `[1,3,H,W]` → alpha `[1,1,H,W]`; H and W multiples of 32, values x/127.5−1.
    pub matting: Network,
    /// `[1,128,128,3]` → 896 × 16 regressors, 896 logits; values x/127.5−1.
    pub detector: Network,
    /// `[1,256,256,3]` → 478 × 3 points, presence logit, tongue score; values x/255.
    pub landmarks: Network,
    /// `[1,146,2]` points in pixels → 52 scores.
    pub blendshapes: Network,
}

impl Models {
    /// Checks the model files and makes them ready to run with up to `threads` threads each.
    ///
    /// May be called any number of times; the inference library is loaded by the first call and stays, so a later
    /// call with another `runtime_library` keeps using the first one.
    ///
    /// # Errors
    /// [`ImagingError::ModelAltered`] if a model is not the expected file, [`ImagingError::Inference`] if the library
    /// or a model cannot be loaded.
    pub fn load(files: ModelFiles, threads: usize) -> Result<Self, ImagingError> {
        Self::load_at(files, threads, Precision::default())
    }

    /// Like [`Self::load`], with the matting at a precision of the caller's choice: for comparisons.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_at(files: ModelFiles, threads: usize, precision: Precision) -> Result<Self, ImagingError> {
        expect_hash("modnet.onnx", &files.modnet, MODNET_SHA256)?;
        expect_hash("face_landmarker.task", &files.face_landmarker, FACE_LANDMARKER_SHA256)?;
        let environment = environment(&files.runtime_library)?;
        let several = |name: &'static str, onnx: &[u8], threads: usize, sessions: usize| {
            let one = |_| session(&environment, onnx, threads).map(Mutex::new);
            let sessions = (0..sessions).map(one).collect::<Result<_, _>>();
            sessions
                .map(|sessions| Network { name, sessions })
                .map_err(|e| ImagingError::Inference(format!("{name}: {e}")))
        };
        let open = |name: &'static str, onnx: &[u8], threads: usize| several(name, onnx, threads, 1);
        let ModelFiles { modnet, face_landmarker, .. } = files;
        let rewritten = matting(&modnet, precision)?;
        // Each copy of the weights is gone before the runtime makes its own.
        drop(modnet);
        // Two looks at a time, each on half of the threads: together they are done sooner than one after the other on
        // all of them, since most of the network's layers are too small to be shared well.
        let looks = threads.clamp(1, 2);
        let matting = several("matting", &rewritten, (threads / looks).max(1), looks)?;
        drop(rewritten);
        let part = |entry: &str| -> Result<Vec<u8>, ImagingError> {
            let bytes = unpack(&face_landmarker, entry)?;
            tflite::to_onnx(&bytes).map_err(|e| ImagingError::Inference(format!("{entry}: {e}")))
        };
        Ok(Self {
            matting,
            // The face models are done in milliseconds; more threads would only wake up.
            // It looks at several pieces of a frame, two at a time.
            detector: several("face detector", &part("face_detector.tflite")?, 1, 2)?,
            landmarks: open("face landmarks", &part("face_landmarks_detector.tflite")?, 1)?,
            blendshapes: open("blendshapes", &part("face_blendshapes.tflite")?, 1)?,
        })
    }
}

/// The exact matting network that also gives the values whose ranges its eight-bit twin must know, in the order of
/// the second part, after the alpha: for `examples/measure_ranges.rs`.
///
/// # Errors
/// As [`Models::load`].
pub fn watched_matting(files: &ModelFiles, threads: usize) -> Result<(Network, Vec<Watched>), ImagingError> {
    expect_hash("modnet.onnx", &files.modnet, MODNET_SHA256)?;
    let failed = |e: &dyn std::fmt::Display| ImagingError::Inference(format!("matting: {e}"));
    let (onnx, watched) = modnet::watched(&files.modnet).map_err(|e| failed(&e))?;
    let session =
        session(&environment(&files.runtime_library)?, &onnx, threads.max(1)).map_err(|e| failed(&e))?;
    Ok((Network { name: "matting", sessions: vec![Mutex::new(session)] }, watched))
}

impl Network {
    /// Runs the model on one tensor of floats and gives each of its outputs, flattened.
    ///
    /// # Errors
    /// [`ImagingError::Inference`] if the shape does not suit the model or the run fails.
    pub fn run(&self, shape: &[usize], values: &[f32]) -> Result<Vec<Vec<f32>>, ImagingError> {
        self.run_locked(first_free(self.sessions.iter()), shape, values)
    }

    /// Like [`Self::run`], for the smaller of two runs at a time: each keeps memory of its own size.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_beside(&self, shape: &[usize], values: &[f32]) -> Result<Vec<Vec<f32>>, ImagingError> {
        self.run_locked(first_free(self.sessions.iter().rev()), shape, values)
    }

    /// Like [`Self::run`], but `None` at once if another thread is using the model.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn try_run(&self, shape: &[usize], values: &[f32]) -> Result<Option<Vec<Vec<f32>>>, ImagingError> {
        let session = idle(self.sessions.iter().rev());
        session.map(|session| self.run_locked(session, shape, values)).transpose()
    }

    fn run_locked(
        &self,
        mut session: MutexGuard<'_, Session>,
        shape: &[usize],
        values: &[f32],
    ) -> Result<Vec<Vec<f32>>, ImagingError> {
        let failed = |e: ort::Error| ImagingError::Inference(format!("{}: {e}", self.name));
        let input = TensorRef::from_array_view((shape, values)).map_err(failed)?;
        let outputs = session.run(ort::inputs![input]).map_err(failed)?;
        outputs
            .values()
            .map(|value| value.try_extract_tensor::<f32>().map(|(_, values)| values.to_vec()).map_err(failed))
            .collect()
    }
}

/// The first of some sessions that serves nobody.
fn idle<'s>(mut sessions: impl Iterator<Item = &'s Mutex<Session>>) -> Option<MutexGuard<'s, Session>> {
    sessions.find_map(|session| match session.try_lock() {
        Ok(session) => Some(session),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// The same, or the first of all as soon as it is done.
fn first_free<'s>(mut sessions: impl Iterator<Item = &'s Mutex<Session>> + Clone) -> MutexGuard<'s, Session> {
    idle(sessions.clone()).unwrap_or_else(|| {
        let first = sessions.next().expect("each network has a session");
        first.lock().unwrap_or_else(PoisonError::into_inner)
    })
}

/// Checks that the bytes of an inference library are those of a release that this build was measured with.
///
/// # Errors
/// [`ImagingError::ModelAltered`] if they are not.
pub fn verify_runtime(bytes: &[u8]) -> Result<(), ImagingError> {
    let found = sha256(bytes);
    if RUNTIME_SHA256.contains(&found.as_str()) {
        return Ok(());
    }
    Err(ImagingError::ModelAltered { name: "onnxruntime".into(), found })
}

/// How the matting model is run and its matte refined, for the record: a change of either changes this.
const MATTING: &str = "mixed-7";

/// What a portrait was made with, for the record beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versions {
    /// SHA-256 of the matting model.
    pub modnet: &'static str,
    /// How it is run.
    pub matting: &'static str,
    /// SHA-256 of the face models.
    pub face_landmarker: &'static str,
    /// Release of ONNX Runtime.
    pub onnxruntime: &'static str,
}

/// The models and the runtime that this build accepts.
pub fn versions() -> Versions {
    Versions {
        modnet: MODNET_SHA256,
        matting: MATTING,
        face_landmarker: FACE_LANDMARKER_SHA256,
        onnxruntime: "1.31.1",
    }
}

fn matting(published: &[u8], precision: Precision) -> Result<Vec<u8>, ImagingError> {
    modnet::rewrite(published, precision).map_err(|e| ImagingError::Inference(format!("matting: {e}")))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn expect_hash(name: &str, bytes: &[u8], wanted: &str) -> Result<(), ImagingError> {
    let found = sha256(bytes);
    if found == wanted { Ok(()) } else { Err(ImagingError::ModelAltered { name: name.into(), found }) }
}

fn unpack(archive: &[u8], entry: &str) -> Result<Vec<u8>, ImagingError> {
    let broken = |e: String| ImagingError::Inference(format!("{entry}: {e}"));
    let mut archive =
        zip::ZipArchive::new(std::io::Cursor::new(archive)).map_err(|e| broken(e.to_string()))?;
    let file = archive.by_name(entry).map_err(|e| broken(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_PART).read_to_end(&mut bytes).map_err(|e| broken(e.to_string()))?;
    Ok(bytes)
}

/// The process-wide environment: ONNX Runtime allows one, for good.
fn environment(library: &Path) -> Result<Environment, ImagingError> {
    static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);
    let mut slot = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = slot.as_ref() {
        return Ok(environment.clone());
    }
    let failed = |e: &dyn std::fmt::Display| ImagingError::Inference(format!("inference library: {e}"));
    let builder = ort::init_from(library).map_err(|e| failed(&e))?;
    let environment = builder.with_name("gradbooth").with_telemetry(false).build().map_err(|e| failed(&e))?;
    environment.set_log_level(ort::logging::LogLevel::Error);
    *slot = Some(environment.clone());
    Ok(environment)
}

fn session(environment: &Environment, onnx: &[u8], threads: usize) -> ort::Result<Session> {
    let mut builder = Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads)?
        // Threads that spin between runs would take the processor from the camera and the live picture.
        .with_intra_op_spinning(false)?
        // Planned memory is kept per input shape; the matting model is run with several.
        .with_memory_pattern(false)?
        .with_deterministic_compute(true)?;
    builder.commit_from_memory(onnx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_model_is_refused_before_anything_is_loaded() {
        let files = ModelFiles {
            modnet: b"not a model".to_vec(),
            face_landmarker: Vec::new(),
            runtime_library: PathBuf::from("absent"),
        };
        match Models::load(files, 1).unwrap_err() {
            ImagingError::ModelAltered { name, found } => {
                assert_eq!(name, "modnet.onnx");
                assert_eq!(found, sha256(b"not a model"));
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn an_unknown_inference_library_is_refused() {
        assert!(matches!(verify_runtime(b"\x7fELF"), Err(ImagingError::ModelAltered { .. })));
    }

    #[test]
    fn hashes_are_written_as_the_lists_write_them() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
