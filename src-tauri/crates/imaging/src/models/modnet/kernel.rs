//! The weights of one convolution, brought into the forms in which they are run.

use crate::onnx::Damaged;

/// Largest weight: seven bits with their sign.
const LARGEST_WEIGHT: f32 = 63.0;
/// Pixels that come of one when sides are doubled.
pub const FOUR: usize = 4;

/// Weights `[to, from, side, side]` and bias of a convolution.
#[derive(Clone)]
pub struct Kernel {
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
    pub from: usize,
    pub side: usize,
    /// So many of the outputs are batch-normalised, which is folded in; the others go into an instance normalisation.
    pub folded: usize,
}

impl Kernel {
    pub fn each(&self) -> usize {
        self.from * self.side * self.side
    }

    pub fn shape(&self, to: usize) -> [usize; 4] {
        [to, self.from, self.side, self.side]
    }

    /// Only the inputs in this range.
    pub fn of_inputs(&self, range: std::ops::Range<usize>) -> Self {
        let area = self.side * self.side;
        let rows = self.weights.chunks_exact(self.each());
        let weights = rows.flat_map(|row| &row[range.start * area..range.end * area]).copied().collect();
        Self { weights, from: range.len(), ..self.clone() }
    }

    /// The kernel of this one on maps that were enlarged to twice their sides, applied to them before that: four outputs
    /// for each, the pixels that come of one from left to right and from top to bottom. Enlarged linearly, those have
    /// three quarters of the nearest pixel and a quarter of the next.
    pub fn enlarging(&self) -> Result<Self, Damaged> {
        /// For the upper (left) pixel and the lower (right) one: what each of three places of the kernel takes from each of
        /// three pixels.
        const SHARES: [[[f32; 3]; 3]; 2] = [
            [[0.75, 0.25, 0.0], [0.25, 0.75, 0.75], [0.0, 0.0, 0.25]],
            [[0.25, 0.0, 0.0], [0.75, 0.75, 0.25], [0.0, 0.25, 0.75]],
        ];
        self.spread(3, |py, px, row, column, small| {
            let share = |y: usize, x: usize| SHARES[py][row][y] * SHARES[px][column][x];
            (0..9).map(|at| share(at / 3, at % 3) * small[at]).sum()
        })
    }

    /// The kernel that gives the four pixels of each square of two by two at once, with a stride of two.
    pub fn in_fours(&self) -> Result<Self, Damaged> {
        self.spread(4, |py, px, row, column, small| match (row.checked_sub(py), column.checked_sub(px)) {
            (Some(y @ 0..3), Some(x @ 0..3)) => small[y * 3 + x],
            _ => 0.0,
        })
    }

    /// Four outputs for each, with kernels of `side` that `weight` tells from the place of the output (row and column, 0
    /// or 1), the place in the kernel and the kernel of three by three.
    fn spread(
        &self,
        side: usize,
        weight: impl Fn(usize, usize, usize, usize, &[f32]) -> f32,
    ) -> Result<Self, Damaged> {
        if self.side != 3 {
            return Err(Damaged);
        }
        let mut weights = Vec::with_capacity(self.bias.len() * FOUR * self.from * side * side);
        for of_output in self.weights.chunks_exact(self.each()) {
            for place in 0..FOUR {
                for small in of_output.chunks_exact(9) {
                    let at =
                        (0..side * side).map(|at| weight(place / 2, place % 2, at / side, at % side, small));
                    weights.extend(at);
                }
            }
        }
        let bias = self.bias.iter().flat_map(|&bias| [bias; FOUR]).collect();
        Ok(Self { weights, bias, from: self.from, side, folded: self.folded * FOUR })
    }

    /// Seven-bit weights and the scale of each output.
    pub fn coded(&self) -> (Vec<i8>, Vec<f32>) {
        let mut codes = Vec::with_capacity(self.weights.len());
        let mut scales = Vec::with_capacity(self.bias.len());
        for row in self.weights.chunks_exact(self.each()) {
            let scale = weight_scale(row);
            codes.extend(row.iter().map(|w| (w / scale).round_ties_even() as i8));
            scales.push(scale);
        }
        (codes, scales)
    }
}

/// What one step of a seven-bit weight stands for.
pub fn weight_scale(weights: &[f32]) -> f32 {
    weights.iter().fold(1e-8f32, |most, w| most.max(w.abs())) / LARGEST_WEIGHT
}
