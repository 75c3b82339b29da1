//! ONNX files (protobuf), as far as re-writing models in memory needs them: a reader that copies nothing, a writer.

mod reader;
mod writer;

pub use reader::{Damaged, Model};
pub use writer::{Attribute, Writer};
