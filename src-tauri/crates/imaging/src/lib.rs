//! Pure pixels: scan, face, crop, matte, recolor, encode, quality.
//!
//! Invariants: opens no file (models and pictures arrive as bytes), reads no wall clock (stage times are measured
//! with monotonic instants and only reported), never rotates or mirrors a picture, never touches a pixel of the
//! person beyond cropping, uniform scaling and encoding.

pub mod check;
pub mod decode;
pub mod encode;
pub mod engine;
pub mod error;
pub mod face;
mod mask;
pub mod matte;
pub mod models;
mod onnx;
mod parallel;
pub mod plate;
pub mod quality;
pub mod recolor;
pub mod resample;
pub mod scan;
pub mod tflite;
