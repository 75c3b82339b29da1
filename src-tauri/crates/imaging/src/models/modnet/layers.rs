//! Writing MODNet's branches layer by layer, each in floats or in eight bits.

use std::collections::HashMap;

use super::kernel::{FOUR, Kernel, weight_scale};
use super::{Range, Watched};
use crate::onnx::{Attribute, Damaged, Model, Writer};

/// Steps of a channel on its way into an instance normalisation, from 0 to either end of its range.
const STEPS: f32 = 127.0;
/// The backbone's results end here: ReLU6.
const BACKBONE_TOP: f32 = 6.0;
/// Side of the kernel over the backbone's last maps.
const SUMMED_SIDE: usize = 5;
/// ONNX's number of the type.
const FLOATS: i64 = 1;
/// Of the normalisations.
const EPSILON: f32 = 1e-5;
/// The same for channels that were brought to a range of −1..1.
const SMALL_EPSILON: f32 = 1e-7;

/// A value of the graph: maps of one size.
#[derive(Debug, Clone)]
pub struct Value {
    name: String,
    /// Whether it is coded in bytes, 255 standing for `top`.
    coded: bool,
    top: f32,
    channels: usize,
    /// Values have a sign: the picture itself.
    signed: bool,
}

impl Value {
    /// Maps in floats.
    pub fn floats(name: &str, channels: usize) -> Self {
        Self { name: name.to_owned(), coded: false, top: 0.0, channels, signed: false }
    }
}

/// A graph that grows layer by layer.
pub struct Layers<'a> {
    model: &'a Model<'a>,
    ranges: HashMap<&'a str, &'a Range>,
    pub writer: Writer,
    made: usize,
    watched: Vec<(Watched, String)>,
}

impl<'a> Layers<'a> {
    /// Starts with the nodes up to the one that makes `end`.
    pub fn new(
        model: &'a Model<'a>,
        ranges: HashMap<&'a str, &'a Range>,
        end: &str,
    ) -> Result<Self, Damaged> {
        let mut writer = Writer::default();
        let last = model.nodes.iter().position(|node| node.outputs.contains(&end)).ok_or(Damaged)?;
        let mut constants = std::collections::BTreeSet::new();
        for node in &model.nodes[..=last] {
            writer.copied_node(node.raw);
            constants.extend(node.inputs.iter().copied().filter(|name| model.constants.contains_key(name)));
        }
        for name in constants {
            writer.copied_constant(model.constants[name].raw);
        }
        Ok(Self { model, ranges, writer, made: 0, watched: Vec::new() })
    }

    /// The model's bytes, and what its outputs after the first are if there are any.
    pub fn finish(mut self, watch: bool) -> (Vec<u8>, Vec<Watched>) {
        let mut all = Vec::new();
        if watch {
            for (watched, name) in self.watched {
                self.writer.open_output(&name);
                all.push(watched);
            }
        }
        // The published model's version.
        (self.writer.finish(11), all)
    }

    /// Twice as many rows and columns.
    pub fn enlarged(&mut self, value: &Value) -> Value {
        let name = self.in_floats(value);
        Value { name: self.resized(&name, 2.0), coded: false, ..value.clone() }
    }

    /// The picture, smaller.
    pub fn picture(&mut self, input: &str, scale: f32) -> Value {
        Value { name: self.resized(input, scale), coded: false, top: 1.0, channels: 3, signed: true }
    }

    /// Convolution, both normalisations, ReLU.
    pub fn normalised(
        &mut self,
        branch: &str,
        layer: &'static str,
        from: &[Value],
        stride: i64,
    ) -> Result<Value, Damaged> {
        let kernel = self.kernel(branch, layer)?;
        match self.ranges.get(layer).copied().filter(|range| !range.before.is_empty()) {
            Some(range) => self.normalised_in_bytes(kernel, range, from, stride),
            None => self.normalised_in_floats(kernel, layer, from, stride),
        }
    }

    /// [`Self::normalised`] of the enlarged maps `from`, in another order: both steps are linear, and the enlargement
    /// treats all maps alike, so that channels can be mixed before it.
    pub fn enlarged_then_normalised(
        &mut self,
        branch: &str,
        layer: &'static str,
        from: &str,
    ) -> Result<Value, Damaged> {
        let kernel = self.kernel(branch, layer)?;
        if kernel.side != SUMMED_SIDE {
            return Err(Damaged);
        }
        let (to, area) = (kernel.bias.len(), kernel.side * kernel.side);
        // One map for each output and each place of the kernel.
        let mut mixing = Vec::with_capacity(kernel.weights.len());
        for row in kernel.weights.chunks_exact(kernel.each()) {
            for place in 0..area {
                mixing.extend((0..kernel.from).map(|input| row[input * area + place]));
            }
        }
        let mixed = match self.ranges.get(layer) {
            Some(_) => self.mixed_in_bytes(from, &mixing, kernel.from),
            None => {
                let weights =
                    self.constant(|w, name| w.floats(name, &[to * area, kernel.from, 1, 1], &mixing));
                self.node("Conv", &[from, &weights], &[])
            }
        };
        let summed = self.summed_and_enlarged(&mixed, to, &kernel.bias);
        let folded = self.channels(&summed, 0, kernel.folded);
        let free = self.channels(&summed, kernel.folded, to);
        Ok(self.joined_in_floats(layer, &folded, &free, kernel.folded, to))
    }

    /// The sums of five by five `maps` for each of `to` outputs, enlarged and each shifted to its place in the kernel.
    ///
    /// A shift by two enlarged pixels is one by a single pixel before: only what is left of it, one or none along either
    /// side, is done on enlarged maps, of which there are four for each output instead of 25. In the second and third row
    /// and column from the border that is not quite the same: a quarter of the outermost values lies one pixel further in.
    fn summed_and_enlarged(&mut self, maps: &str, to: usize, bias: &[f32]) -> String {
        const SIDE: usize = SUMMED_SIDE;
        // What is left of a shift, and by how much the small maps are shifted, counted from one to the left.
        let parts: [(usize, usize); SIDE] = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)];
        // Columns: five maps to two. Rows: five pairs to two.
        let (mut across, mut down) = (vec![0.0; 2 * SIDE * 3], vec![0.0; 4 * SIDE * 2 * 3]);
        for (place, (left, shift)) in parts.into_iter().enumerate() {
            across[(left * SIDE + place) * 3 + shift] = 1.0;
            for pair in 0..2 {
                down[((left * 2 + pair) * SIDE * 2 + place * 2 + pair) * 3 + shift] = 1.0;
            }
        }
        // What is left along the rows and along the columns: the four enlarged maps to one.
        let mut rest = [0.0; 4 * 4];
        for place in 0..4 {
            rest[place * 4 + place] = 1.0;
        }
        let one_row = [0, 1, 0, 1];
        let across = self.grouped(maps, to * SIDE, [2, SIDE, 1, 3], &across, one_row);
        let down = self.grouped(&across, to, [4, SIDE * 2, 3, 1], &down, [1, 0, 1, 0]);
        let large = self.resized(&down, 2.0);
        let rest = self.constant(|w, n| w.floats(n, &[to, 4, 2, 2], &rest.repeat(to)));
        let bias = self.constant(|w, n| w.floats(n, &[to], bias));
        let how = [Attribute::Int("group", to as i64), Attribute::Ints("pads", &[0, 0, 1, 1])];
        self.node("Conv", &[&large, &rest, &bias], &how)
    }

    /// A convolution of so many groups of channels, each with the same kernel.
    fn grouped(
        &mut self,
        maps: &str,
        groups: usize,
        shape: [usize; 4],
        kernel: &[f32],
        pads: [i64; 4],
    ) -> String {
        let [to, from, height, width] = shape;
        let weights =
            self.constant(|w, n| w.floats(n, &[to * groups, from, height, width], &kernel.repeat(groups)));
        let how = [Attribute::Int("group", groups as i64), Attribute::Ints("pads", &pads)];
        self.node("Conv", &[maps, &weights], &how)
    }

    /// Sums of the backbone's last maps, of which so many are `from`, by rows of `weights`: those in bytes, the sums in
    /// floats.
    fn mixed_in_bytes(&mut self, maps: &str, weights: &[f32], from: usize) -> String {
        let step = BACKBONE_TOP / 255.0;
        let to = weights.len() / from;
        let (mut codes, mut scales) = (vec![0; weights.len()], Vec::with_capacity(to));
        for (row, weights) in weights.chunks_exact(from).enumerate() {
            let scale = weight_scale(weights);
            for (input, weight) in weights.iter().enumerate() {
                codes[input * to + row] = (weight / scale).round_ties_even() as i8;
            }
            scales.push(scale * step);
        }
        let maps = self.encoded(maps, step);
        let last = self.node("Transpose", &[&maps], &[Attribute::Ints("perm", &[0, 2, 3, 1])]);
        let codes = self.constant(|w, name| w.signed_bytes(name, &[from, to], &codes));
        let sums = self.node("MatMulInteger", &[&last, &codes], &[]);
        let sums = self.node("Cast", &[&sums], &[Attribute::Int("to", FLOATS)]);
        let scales = self.constant(|w, name| w.floats(name, &[to], &scales));
        let sums = self.node("Mul", &[&sums, &scales], &[]);
        self.node("Transpose", &[&sums], &[Attribute::Ints("perm", &[0, 3, 1, 2])])
    }

    /// The last layers, on the maps, which the network enlarges to twice their sides first, and the picture: alpha.
    ///
    /// Nothing is enlarged: each of the four pixels that come of one has a kernel of its own on the maps as they are, which
    /// both steps make up together ([`Kernel::enlarging`]), and they stay four channels until alpha is spread over the
    /// picture. Beyond the picture's edge the maps go on as they end, where the network has nothing: that is seen in the
    /// outermost pixels only.
    pub fn alpha(
        &mut self,
        branch: &str,
        layer: &'static str,
        last: &str,
        maps: &Value,
        picture: &str,
        output: &str,
    ) -> Result<(), Damaged> {
        let kernel = self.kernel(branch, layer)?;
        let to = kernel.bias.len();
        let mut of_maps = kernel.of_inputs(0..maps.channels).enlarging()?;
        of_maps.bias.fill(0.0);
        let mut of_picture = kernel.of_inputs(maps.channels..kernel.from).in_fours()?;
        // In units of each channel's range; for the folded ones the last layer takes that out again.
        let mut units = vec![1.0; to];
        let from_maps = match self.ranges.get(layer).copied() {
            Some(range) if range.before.len() == to => {
                let before: Vec<_> = range.before.iter().flat_map(|&range| [range; FOUR]).collect();
                for ((&(low, high), unit), bias) in
                    range.before.iter().zip(&mut units).zip(of_picture.bias.chunks_exact_mut(FOUR))
                {
                    *unit = (high - low) / 2.0;
                    bias.iter_mut().for_each(|bias| *bias = (*bias + (low + high) / 2.0) / *unit);
                }
                let each = of_picture.each() * FOUR;
                for (i, w) in of_picture.weights.iter_mut().enumerate() {
                    *w /= units[i / each];
                }
                let coded = self.in_bytes(maps, maps.top);
                let coded = self.framed(&coded);
                self.equalised(&of_maps, &coded, maps.top, &before)
            }
            _ => {
                let weights = self.constant(|w, n| w.floats(n, &of_maps.shape(to * FOUR), &of_maps.weights));
                let name = self.in_floats(maps);
                let name = self.framed(&name);
                let sum = self.node("Conv", &[&name, &weights], &[]);
                let joined = self.in_channels(&sum, to);
                self.watched.push((Watched { layer, result: false, channels: to }, joined));
                sum
            }
        };
        let weights = self.constant(|w, n| w.floats(n, &of_picture.shape(to * FOUR), &of_picture.weights));
        let bias = self.constant(|w, n| w.floats(n, &[to * FOUR], &of_picture.bias));
        let how = [Attribute::Ints("pads", &[1; 4]), Attribute::Ints("strides", &[2, 2])];
        let from_picture = self.node("Conv", &[picture, &weights, &bias], &how);
        let sum = self.node("Add", &[&from_maps, &from_picture], &[]);
        let folded = self.channels(&sum, 0, kernel.folded * FOUR);
        let folded = self.node("Relu", &[&folded], &[]);
        let free = self.channels(&sum, kernel.folded * FOUR, to * FOUR);
        let free = self.normalised_in_fours(&free, to - kernel.folded);
        let free = self.node("Relu", &[&free], &[]);
        let mut kernel = self.plain_kernel(&format!("{branch}{last}.layers.0"))?;
        for (w, unit) in kernel.weights.iter_mut().zip(&units[..units.len() / 2]) {
            *w *= unit;
        }
        let (of_folded, of_free) = kernel.weights.split_at(units.len() / 2);
        let bias = self.constant(|w, n| w.floats(n, &[FOUR], &[kernel.bias[0]; FOUR]));
        let of_folded = self.each_of_four(&folded, of_folded, Some(&bias));
        let of_free = self.each_of_four(&free, of_free, None);
        let logit = self.node("Add", &[&of_folded, &of_free], &[]);
        let alpha = self.node("Sigmoid", &[&logit], &[]);
        self.writer.node("DepthToSpace", &[&alpha], output, &[Attribute::Int("blocksize", 2)]);
        Ok(())
    }

    /// One more value around every map: its outermost ones again.
    fn framed(&mut self, maps: &str) -> String {
        let pads = self.constant(|w, n| w.ints(n, &[0, 0, 1, 1, 0, 0, 1, 1]));
        self.node("Pad", &[maps, &pads], &[Attribute::Text("mode", "edge")])
    }

    /// Instance normalisation of maps that lie in four channels each.
    fn normalised_in_fours(&mut self, maps: &str, channels: usize) -> String {
        let shape = self.node("Shape", &[maps], &[]);
        let joined = self.in_channels(maps, channels);
        let normalised = self.instance_normalised(&joined, channels, EPSILON);
        self.node("Reshape", &[&normalised, &shape], &[])
    }

    fn in_channels(&mut self, maps: &str, channels: usize) -> String {
        let shape = self.constant(|w, n| w.ints(n, &[1, channels as i64, -1]));
        self.node("Reshape", &[maps, &shape], &[])
    }

    /// The sum of maps that lie in four channels each, by their `weights`: four channels.
    fn each_of_four(&mut self, maps: &str, weights: &[f32], bias: Option<&str>) -> String {
        let channels = weights.len() * FOUR;
        let mut kernel = vec![0.0; FOUR * channels];
        for (channel, weight) in weights.iter().enumerate() {
            for place in 0..FOUR {
                kernel[place * channels + channel * FOUR + place] = *weight;
            }
        }
        let kernel = self.constant(|w, n| w.floats(n, &[FOUR, channels, 1, 1], &kernel));
        let inputs: Vec<&str> = [maps, &kernel].into_iter().chain(bias).collect();
        self.node("Conv", &inputs, &[])
    }

    fn normalised_in_floats(
        &mut self,
        kernel: Kernel,
        layer: &'static str,
        from: &[Value],
        stride: i64,
    ) -> Result<Value, Damaged> {
        let names: Vec<String> = from.iter().map(|value| self.in_floats(value)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let joined = match names.as_slice() {
            [one] => (*one).to_owned(),
            many => self.node("Concat", many, &[Attribute::Int("axis", 1)]),
        };
        let to = kernel.bias.len();
        let pad = [(kernel.side / 2) as i64; 4];
        let how = [Attribute::Ints("pads", &pad), Attribute::Ints("strides", &[stride, stride])];
        let weights = self.constant(|w, n| w.floats(n, &kernel.shape(to), &kernel.weights));
        let bias = self.constant(|w, n| w.floats(n, &[to], &kernel.bias));
        let all = self.node("Conv", &[&joined, &weights, &bias], &how);
        let folded = self.channels(&all, 0, kernel.folded);
        let free = self.channels(&all, kernel.folded, to);
        Ok(self.joined_in_floats(layer, &folded, &free, kernel.folded, to))
    }

    fn joined_in_floats(
        &mut self,
        layer: &'static str,
        folded: &str,
        free: &str,
        of_folded: usize,
        to: usize,
    ) -> Value {
        self.watched.push((Watched { layer, result: false, channels: to - of_folded }, free.to_owned()));
        let folded = self.node("Relu", &[folded], &[]);
        let free = self.instance_normalised(free, to - of_folded, EPSILON);
        let free = self.node("Relu", &[&free], &[]);
        let name = self.node("Concat", &[&folded, &free], &[Attribute::Int("axis", 1)]);
        self.watched.push((Watched { layer, result: true, channels: to }, name.clone()));
        let top = self.ranges.get(layer).map_or(0.0, |range| range.top);
        Value { name, coded: false, top, channels: to, signed: false }
    }

    fn normalised_in_bytes(
        &mut self,
        kernel: Kernel,
        range: &Range,
        from: &[Value],
        stride: i64,
    ) -> Result<Value, Damaged> {
        let to = kernel.bias.len();
        let folded = kernel.folded;
        if range.before.len() != to - folded {
            return Err(Damaged);
        }
        let (kernel, maps, top) = self.in_one_code(kernel, from);
        let pad = [(kernel.side / 2) as i64; 4];
        let how = [Attribute::Ints("pads", &pad), Attribute::Ints("strides", &[stride, stride])];
        // Codes below 0 do not exist: that is the ReLU.
        let step = range.top / 255.0;
        let mut kernel = kernel;
        let mut gains = vec![1.0 / step; folded];
        for (bias, (low, high)) in kernel.bias[folded..].iter_mut().zip(range.before) {
            let gain = STEPS * 2.0 / (high - low);
            *bias += 128.0 / gain - (low + high) / 2.0;
            gains.push(gain);
        }
        let codes = self.quantised(&kernel, &maps, top, &gains, (1.0, 0), &how);
        let sure = self.channels(&codes, 0, folded);
        let free = self.channels(&codes, folded, to);
        let unit = self.scalar(1.0 / STEPS);
        let zero = self.byte(128);
        let free = self.node("DequantizeLinear", &[&free, &unit, &zero], &[]);
        let free = self.instance_normalised(&free, to - folded, SMALL_EPSILON);
        let free = self.encoded(&free, step);
        let name = self.node("Concat", &[&sure, &free], &[Attribute::Int("axis", 1)]);
        Ok(Value { name, coded: true, top: range.top, channels: to, signed: false })
    }

    /// Convolution of bytes whose results are brought to −1..1 within the ranges `before`, in floats.
    fn equalised(&mut self, kernel: &Kernel, maps: &str, top: f32, before: &[(f32, f32)]) -> String {
        let mut kernel = kernel.clone();
        for (bias, (low, high)) in kernel.bias.iter_mut().zip(before) {
            *bias -= (low + high) / 2.0;
        }
        let gains: Vec<f32> = before.iter().map(|(low, high)| 2.0 / (high - low)).collect();
        let codes = self.quantised(&kernel, maps, top, &gains, (1.0 / STEPS, 128), &[]);
        let step = self.scalar(1.0 / STEPS);
        let zero = self.byte(128);
        self.node("DequantizeLinear", &[&codes, &step, &zero], &[])
    }

    /// The outputs of a convolution of bytes, times `gains`, in bytes of `code` (step, code of 0).
    fn quantised(
        &mut self,
        kernel: &Kernel,
        maps: &str,
        top: f32,
        gains: &[f32],
        code: (f32, u8),
        how: &[Attribute<'_>],
    ) -> String {
        let step = top / 255.0;
        let (codes, scales) = kernel.coded();
        let bias: Vec<i32> = kernel
            .bias
            .iter()
            .zip(&scales)
            .map(|(bias, scale)| (bias / (step * scale)).round_ties_even() as i32)
            .collect();
        let scales: Vec<f32> = scales.iter().zip(gains).map(|(scale, gain)| scale * gain).collect();
        let to = scales.len();
        let inputs = [
            maps.to_owned(),
            self.scalar(step),
            self.byte(0),
            self.constant(|w, n| w.signed_bytes(n, &kernel.shape(to), &codes)),
            self.constant(|w, n| w.floats(n, &[to], &scales)),
            self.constant(|w, n| w.signed_bytes(n, &[to], &vec![0; to])),
            self.scalar(code.0),
            self.byte(code.1),
            self.constant(|w, n| w.short_ints(n, &bias)),
        ];
        self.node("QLinearConv", &inputs.each_ref().map(String::as_str), how)
    }

    /// All values in one code, and the kernel that suits them.
    fn in_one_code(&mut self, kernel: Kernel, from: &[Value]) -> (Kernel, String, f32) {
        let top = from.iter().filter(|value| !value.signed).map(|value| value.top).fold(0.0, f32::max);
        let mut names = Vec::new();
        let mut parts: Vec<(std::ops::Range<usize>, f32)> = Vec::new();
        let mut at = 0;
        for value in from {
            let inputs = at..at + value.channels;
            at = inputs.end;
            // Each fills the whole range; the weights take that out again.
            if value.signed {
                names.push(self.signed_in_bytes(&value.name, value.top));
                parts.push((inputs.clone(), value.top / top));
                parts.push((inputs, -value.top / top));
            } else {
                names.push(self.in_bytes(value, value.top));
                parts.push((inputs, value.top / top));
            }
        }
        let each = kernel.each();
        let area = kernel.side * kernel.side;
        let mut weights = Vec::new();
        for row in kernel.weights.chunks_exact(each) {
            for (inputs, factor) in &parts {
                weights.extend(row[inputs.start * area..inputs.end * area].iter().map(|w| w * factor));
            }
        }
        let from = parts.iter().map(|(inputs, _)| inputs.len()).sum();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let joined = match names.as_slice() {
            [one] => (*one).to_owned(),
            many => self.node("Concat", many, &[Attribute::Int("axis", 1)]),
        };
        (Kernel { weights, from, ..kernel }, joined, top)
    }

    fn signed_in_bytes(&mut self, name: &str, top: f32) -> String {
        let above = self.node("Relu", &[name], &[]);
        let below = self.node("Neg", &[name], &[]);
        let below = self.node("Relu", &[&below], &[]);
        let both = self.node("Concat", &[&above, &below], &[Attribute::Int("axis", 1)]);
        self.encoded(&both, top / 255.0)
    }

    fn in_bytes(&mut self, value: &Value, top: f32) -> String {
        if value.coded && value.top.to_bits() == top.to_bits() {
            return value.name.clone();
        }
        let floats = self.in_floats(value);
        self.encoded(&floats, top / 255.0)
    }

    fn in_floats(&mut self, value: &Value) -> String {
        if !value.coded {
            return value.name.clone();
        }
        let step = self.scalar(value.top / 255.0);
        let zero = self.byte(0);
        self.node("DequantizeLinear", &[&value.name, &step, &zero], &[])
    }

    fn encoded(&mut self, floats: &str, step: f32) -> String {
        let step = self.scalar(step);
        let zero = self.byte(0);
        self.node("QuantizeLinear", &[floats, &step, &zero], &[])
    }

    fn resized(&mut self, name: &str, scale: f32) -> String {
        let none = self.constant(|w, n| w.floats(n, &[0], &[]));
        let scales = self.constant(|w, n| w.floats(n, &[4], &[1.0, 1.0, scale, scale]));
        let how = [
            Attribute::Text("mode", "linear"),
            Attribute::Text("coordinate_transformation_mode", "pytorch_half_pixel"),
        ];
        self.node("Resize", &[name, &none, &scales], &how)
    }

    fn channels(&mut self, name: &str, from: usize, to: usize) -> String {
        let from = self.constant(|w, n| w.ints(n, &[from as i64]));
        let to = self.constant(|w, n| w.ints(n, &[to as i64]));
        let axis = self.constant(|w, n| w.ints(n, &[1]));
        self.node("Slice", &[name, &from, &to, &axis], &[])
    }

    fn instance_normalised(&mut self, name: &str, channels: usize, epsilon: f32) -> String {
        let ones = self.constant(|w, n| w.floats(n, &[channels], &vec![1.0; channels]));
        let zeros = self.constant(|w, n| w.floats(n, &[channels], &vec![0.0; channels]));
        self.node("InstanceNormalization", &[name, &ones, &zeros], &[Attribute::Float("epsilon", epsilon)])
    }

    /// The convolution of a layer with the batch normalisation of its first outputs folded in.
    fn kernel(&self, branch: &str, layer: &str) -> Result<Kernel, Damaged> {
        let place = format!("{branch}{layer}.layers");
        let mut kernel = self.plain_kernel(&format!("{place}.0"))?;
        let of = |what: &str| self.floats(&format!("{place}.1.bnorm.{what}")).map(|(values, _)| values);
        let (gain, shift) = (of("weight")?, of("bias")?);
        let (mean, spread) = (of("running_mean")?, of("running_var")?);
        kernel.folded = gain.len();
        let each = kernel.each();
        if [&shift, &mean, &spread].iter().any(|v| v.len() != gain.len()) || gain.len() > kernel.bias.len() {
            return Err(Damaged);
        }
        for i in 0..gain.len() {
            let scale = gain[i] / (spread[i] + EPSILON).sqrt();
            kernel.weights[i * each..(i + 1) * each].iter_mut().for_each(|w| *w *= scale);
            kernel.bias[i] = (kernel.bias[i] - mean[i]) * scale + shift[i];
        }
        Ok(kernel)
    }

    fn plain_kernel(&self, place: &str) -> Result<Kernel, Damaged> {
        let (weights, shape) = self.floats(&format!("{place}.weight"))?;
        let (bias, _) = self.floats(&format!("{place}.bias"))?;
        match *shape {
            [to, from, side, across] if to == bias.len() && side == across && side > 0 => {
                Ok(Kernel { weights, bias, from, side, folded: 0 })
            }
            _ => Err(Damaged),
        }
    }

    fn floats(&self, name: &str) -> Result<(Vec<f32>, &[usize]), Damaged> {
        let tensor = self.model.constants.get(name).ok_or(Damaged)?;
        Ok((tensor.floats()?, &tensor.shape))
    }

    fn node(&mut self, kind: &str, inputs: &[&str], how: &[Attribute<'_>]) -> String {
        let name = self.fresh();
        self.writer.node(kind, inputs, &name, how);
        name
    }

    fn scalar(&mut self, value: f32) -> String {
        self.constant(|w, name| w.floats(name, &[], &[value]))
    }

    fn byte(&mut self, value: u8) -> String {
        self.constant(|w, name| w.bytes(name, &[], &[value]))
    }

    fn constant(&mut self, write: impl FnOnce(&mut Writer, &str)) -> String {
        let name = self.fresh();
        write(&mut self.writer, &name);
        name
    }

    /// A name that the published model, whose names are numbers and words with dots, has not.
    fn fresh(&mut self) -> String {
        self.made += 1;
        format!("made_{}", self.made)
    }
}
