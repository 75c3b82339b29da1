//! TensorFlow Lite models, re-written in memory as ONNX, so that one inference library runs everything.
//!
//! The face models arrive only as `.tflite` files. The file is a flatbuffer (`reader`); each of its operators has a
//! counterpart in ONNX (`operators`), which is written as protobuf ([`crate::onnx`]). Shapes are static. TFLite lays
//! pictures out as N,H,W,C and ONNX as N,C,H,W: each value is kept in whichever layout its producer gave it and is
//! transposed only where a consumer needs the other (`graph`).
//!
//! Checked by hand against the LiteRT interpreter on noise and on a portrait, largest difference of any output:
//! detector 7e-5 (of values up to 160), landmarks 5e-4 px of 256, blendshapes 1.3e-6, multiclass logits 3e-5.
//!
//! The bytes may be anything: every offset, length and shape is checked, and what is not understood is an error.

mod graph;
mod operators;
mod reader;

use thiserror::Error;

/// Why a model cannot be translated.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TfliteError {
    /// An offset or a length points outside the file.
    #[error("the file is cut off or damaged at byte {0}")]
    Damaged(usize),
    /// The structure is sound, but the model uses something that is not translated.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The parts of the model contradict each other.
    #[error("inconsistent model: {0}")]
    Inconsistent(String),
}

/// Translates the bytes of a `.tflite` file to the bytes of an ONNX model (opset 13).
///
/// Inputs and outputs keep their order and shapes (N,H,W,C) and are called `input0`, `output0`, `output1` …
pub fn to_onnx(tflite: &[u8]) -> Result<Vec<u8>, TfliteError> {
    let model = reader::Model::read(tflite)?;
    let mut graph = graph::Graph::new(&model, tflite.len())?;
    for operator in &model.operators {
        operators::translate(&mut graph, operator)?;
    }
    graph.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rubbish_is_refused() {
        assert!(to_onnx(b"").is_err());
        assert!(to_onnx(b"TFL3").is_err());
        assert!(to_onnx(&[0xff; 4096]).is_err());
        assert!(to_onnx(&[0; 4096]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer_and_no_panic(mut bytes in proptest::collection::vec(any::<u8>(), 8..600)) {
            bytes[..8].copy_from_slice(&[24, 0, 0, 0, b'T', b'F', b'L', b'3']);
            let _ = to_onnx(&bytes);
        }
    }
}
