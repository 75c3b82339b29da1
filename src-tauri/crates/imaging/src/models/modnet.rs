//! MODNet, re-written in memory when it is loaded: the same network in well under half of the processor's time.
//!
//! The file stays the authors'; what is run is derived from it, always in the same way:
//!
//! - **Equal by algebra but for the border** (on a frame of short hair alpha differs by 0.003 of a level of 255 on average
//!   and by 3 at most, on wispy hair by 0.05 and 13; in the two outermost pixels by up to 64): in each convolution in front
//!   of a pair of batch and instance normalisation the former is folded in; the 5×5 convolution over 1280 enlarged maps,
//!   the costliest of all, becomes a 1×1 convolution before the enlargement, sums of shifted maps, of which only the last
//!   are taken behind it, a quarter of the multiplications; the last enlargement, of 32 maps to the picture's size, becomes
//!   a part of the convolution after it, whose four results for each pixel stay channels to the end. At the picture's edge
//!   both see a little further than the published network, which has nothing there; the instance normalisations feel that
//!   inside as well.
//! - **Eight bits** for fourteen of the sixteen convolutions of the branches behind the backbone. Weights have
//!   seven bits and a scale per output channel: with eight, processors without VNNI would let sums of products
//!   overflow and the matte would depend on the machine. Activations have eight bits over ranges that were measured
//!   once ([`ranges`]). A channel that goes into an instance normalisation is free to have a scale of its own, since
//!   the normalisation takes it out again: each fills its eight bits. The picture, whose values have a sign, enters as
//!   its positive and its negative part.
//! - **Still in floats**: the backbone and the first look at it.
//!
//! The layer that joins both branches (`conv_f2x`) was the last to go into bytes: an eighth of the network's time for 0.3%
//! more error in the soft band of 32 runs over booth frames and 0.7% of 168 over the same people before other backdrops.

mod kernel;
mod layers;
mod ranges;

use std::collections::HashMap;

use self::layers::{Layers, Value};
use crate::onnx::{Damaged, Model};

pub use self::ranges::Range;

/// The last value of the backbone that is taken over as it is.
const BACKBONE_END: &str = "686";
/// What the backbone knows at half and at a quarter of the picture's sides, with their numbers of channels.
const AT_HALF: (&str, usize) = ("1018", 16);
const AT_QUARTER: (&str, usize) = ("476", 24);

/// How exactly the network is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Eight bits where it does not show.
    #[default]
    Mixed,
    /// The network's own floats, re-arranged.
    Exact,
    /// The file as it is.
    AsPublished,
}

/// The model to run, from the bytes of `modnet.onnx`.
pub fn rewrite(published: &[u8], precision: Precision) -> Result<Vec<u8>, Damaged> {
    match precision {
        Precision::AsPublished => Ok(published.to_vec()),
        Precision::Mixed => Ok(build(published, ranges::RANGES)?.0),
        Precision::Exact => Ok(build(published, &[])?.0),
    }
}

/// The exact network with the values whose ranges are to be measured as further outputs, and what those are.
pub fn watched(published: &[u8]) -> Result<(Vec<u8>, Vec<Watched>), Damaged> {
    build(published, &[])
}

/// A value of the network whose range matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The layer's name.
    pub layer: &'static str,
    /// Whether it is the layer's result, or what goes into its instance normalisation.
    pub result: bool,
    /// So many maps of one size.
    pub channels: usize,
}

fn build(published: &[u8], ranges: &[Range]) -> Result<(Vec<u8>, Vec<Watched>), Damaged> {
    let model = Model::read(published)?;
    let ranges: HashMap<&str, &Range> = ranges.iter().map(|range| (range.layer, range)).collect();
    let watch = ranges.is_empty();
    let mut net = Layers::new(&model, ranges, BACKBONE_END)?;
    let [input] = model.inputs.as_slice() else { return Err(Damaged) };
    let [output] = model.outputs.as_slice() else { return Err(Damaged) };
    net.writer.copied_input(input);
    net.writer.copied_output(output);

    let low16 = net.enlarged_then_normalised("lr_branch.", "conv_lr16x", BACKBONE_END)?;
    let low16 = net.enlarged(&low16);
    let low8 = net.normalised("lr_branch.", "conv_lr8x", &[low16], 1)?;
    let low4 = net.enlarged(&low8);

    let half = Value::floats(AT_HALF.0, AT_HALF.1);
    let half = net.normalised("hr_branch.", "tohr_enc2x", &[half], 1)?;
    let picture = net.picture("input", 0.5);
    let fine = net.normalised("hr_branch.", "conv_enc2x", &[picture, half.clone()], 2)?;
    let quarter = Value::floats(AT_QUARTER.0, AT_QUARTER.1);
    let quarter = net.normalised("hr_branch.", "tohr_enc4x", &[quarter], 1)?;
    let fine = net.normalised("hr_branch.", "conv_enc4x", &[fine, quarter], 1)?;
    let picture = net.picture("input", 0.25);
    let fine = net.normalised("hr_branch.", "conv_hr4x.0", &[fine, low4.clone(), picture], 1)?;
    let fine = net.normalised("hr_branch.", "conv_hr4x.1", &[fine], 1)?;
    let fine = net.normalised("hr_branch.", "conv_hr4x.2", &[fine], 1)?;
    let fine = net.enlarged(&fine);
    let mut fine = net.normalised("hr_branch.", "conv_hr2x.0", &[fine, half], 1)?;
    for layer in ["conv_hr2x.1", "conv_hr2x.2", "conv_hr2x.3"] {
        fine = net.normalised("hr_branch.", layer, &[fine], 1)?;
    }

    let low = net.normalised("f_branch.", "conv_lr4x", &[low4], 1)?;
    let low = net.enlarged(&low);
    let joined = net.normalised("f_branch.", "conv_f2x", &[low, fine], 1)?;
    net.alpha("f_branch.", "conv_f.0", "conv_f.1", &joined, "input", "output")?;
    Ok(net.finish(watch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_refused() {
        assert!(rewrite(b"", Precision::Mixed).is_err());
        assert!(rewrite(&[0x3a, 0x05, 1, 2, 3], Precision::Exact).is_err());
        assert_eq!(rewrite(b"anything", Precision::AsPublished).unwrap(), b"anything");
    }

    #[test]
    fn each_range_is_one() {
        for range in ranges::RANGES {
            assert!(range.top >= 0.0 && range.before.iter().all(|(low, high)| low < high), "{range:?}");
        }
    }
}
