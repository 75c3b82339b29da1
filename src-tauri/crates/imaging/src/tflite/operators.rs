//! One function per TFLite operator (or family): what it is in ONNX.
//!
//! Numbers of operators and slots of their options are those of `schema.fbs`.

use super::TfliteError;
use super::graph::{Graph, Layout};
use super::reader::{Operator, Table};
use crate::onnx::Attribute;

use Layout::{ChannelsFirst, ChannelsLast};

type Done = Result<(), TfliteError>;

/// Writes the ONNX nodes for one operator.
pub fn translate(graph: &mut Graph<'_>, op: &Operator<'_>) -> Done {
    let op = Op { op };
    match op.op.code {
        0 => op.arithmetic(graph, "Add"),
        1 => op.pool(graph, "AveragePool"),
        2 => op.concatenation(graph),
        3 => op.convolution(graph),
        4 => op.depthwise(graph),
        6 => graph.widen(op.input(0)?, op.output()?),
        14 => op.each(graph, "Sigmoid"),
        17 => op.pool(graph, "MaxPool"),
        18 => op.arithmetic(graph, "Mul"),
        19 => op.each(graph, "Relu"),
        22 => op.reshape(graph),
        23 => op.resize(graph, &[("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")], 3),
        25 => op.softmax(graph),
        34 => op.pad(graph),
        39 => op.transpose(graph),
        40 => op.mean(graph),
        41 => op.arithmetic(graph, "Sub"),
        42 => op.arithmetic(graph, "Div"),
        45 => op.strided_slice(graph),
        54 => op.prelu(graph),
        59 => op.each(graph, "Neg"),
        67 => op.transposed_convolution(graph),
        74 => op.sum(graph),
        75 => op.each(graph, "Sqrt"),
        76 => op.reciprocal_root(graph),
        // TFLite's half-pixel nearest neighbour takes floor((i + 0.5) · scale), which for whole factors is what
        // ONNX calls asymmetric with floor; ONNX's own half_pixel would shift the picture by one.
        97 => op.resize(
            graph,
            &[
                ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor"),
            ],
            1,
        ),
        99 => op.squared_difference(graph),
        other => Err(TfliteError::Unsupported(format!("operator {other}"))),
    }
}

struct Op<'a, 'b> {
    op: &'a Operator<'b>,
}

/// Padding rule of windows: SAME keeps ceil(n / stride), the odd pixel going to the end.
fn same_padding(side: usize, stride: usize, window: usize) -> (i64, i64) {
    let out = side.div_ceil(stride);
    let total = (out.saturating_sub(1) * stride + window).saturating_sub(side);
    ((total / 2) as i64, total.div_ceil(2) as i64)
}

fn positive(value: i32) -> Result<usize, TfliteError> {
    match usize::try_from(value) {
        Ok(v) if (1..=4096).contains(&v) => Ok(v),
        _ => Err(TfliteError::Inconsistent(format!("{value} as a stride or size"))),
    }
}

/// Geometry of a window that slides over a picture.
struct Window {
    kernel: [usize; 2],
    strides: [usize; 2],
    dilations: [usize; 2],
    same: bool,
}

impl Window {
    fn pads(&self, picture: [usize; 4]) -> [i64; 4] {
        if !self.same {
            return [0; 4];
        }
        let reach = |i: usize| (self.kernel[i] - 1) * self.dilations[i] + 1;
        let (top, bottom) = same_padding(picture[1], self.strides[0], reach(0));
        let (left, right) = same_padding(picture[2], self.strides[1], reach(1));
        [top, left, bottom, right]
    }
}

fn pair(values: [usize; 2]) -> [i64; 2] {
    values.map(|v| v as i64)
}

/// Re-orders weights: `perm[i]` is the side of `shape` that becomes side `i`.
fn permuted(values: &[f32], shape: [usize; 4], perm: [usize; 4]) -> (Vec<f32>, [usize; 4]) {
    let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
    let to = perm.map(|p| shape[p]);
    let step = perm.map(|p| strides[p]);
    let mut out = Vec::with_capacity(values.len());
    for a in 0..to[0] {
        for b in 0..to[1] {
            for c in 0..to[2] {
                for d in 0..to[3] {
                    out.push(values[a * step[0] + b * step[1] + c * step[2] + d * step[3]]);
                }
            }
        }
    }
    (out, to)
}

impl<'b> Op<'_, 'b> {
    fn input(&self, i: usize) -> Result<i32, TfliteError> {
        let missing = || TfliteError::Inconsistent(format!("operator {} has no input {i}", self.op.code));
        self.op.inputs.get(i).copied().filter(|&t| t >= 0).ok_or_else(missing)
    }

    fn output(&self) -> Result<i32, TfliteError> {
        match self.op.outputs.as_slice() {
            [one] => Ok(*one),
            other => Err(TfliteError::Unsupported(format!("{} outputs of one operator", other.len()))),
        }
    }

    fn options(&self) -> Result<&Table<'b>, TfliteError> {
        let missing = || TfliteError::Inconsistent(format!("operator {} has no options", self.op.code));
        self.op.options.as_ref().ok_or_else(missing)
    }

    /// Registers the output, after the activation that is fused into the operator (option `slot`).
    fn activated(&self, graph: &mut Graph<'_>, name: String, layout: Layout, slot: usize) -> Done {
        let kind = match &self.op.options {
            Some(options) => options.i8(slot, 0)?,
            None => 0,
        };
        let name = match kind {
            0 => name,
            1 => graph.node("Relu", &[&name], &[]),
            3 => {
                let low = graph.constant(&[], &[0.0])?;
                let high = graph.constant(&[], &[6.0])?;
                graph.node("Clip", &[&name, &low, &high], &[])
            }
            other => return Err(TfliteError::Unsupported(format!("fused activation {other}"))),
        };
        graph.computed(self.output()?, layout, name)
    }

    /// The layout in which an element-wise operator is free.
    fn layout(&self, graph: &Graph<'_>) -> Result<Layout, TfliteError> {
        let shape = graph.shape(self.output()?)?;
        let mut inputs = self.op.inputs.iter();
        let free = shape.len() == 4
            && inputs.all(|&i| graph.has_channels_first(i) && graph.shape(i).is_ok_and(|s| s == shape));
        Ok(if free { ChannelsFirst } else { ChannelsLast })
    }

    fn each(&self, graph: &mut Graph<'_>, kind: &str) -> Done {
        let layout = self.layout(graph)?;
        let value = graph.value(self.input(0)?, layout)?;
        let name = graph.node(kind, &[&value], &[]);
        graph.computed(self.output()?, layout, name)
    }

    fn arithmetic(&self, graph: &mut Graph<'_>, kind: &str) -> Done {
        let layout = self.layout(graph)?;
        let left = graph.value(self.input(0)?, layout)?;
        let right = graph.value(self.input(1)?, layout)?;
        let name = graph.node(kind, &[&left, &right], &[]);
        self.activated(graph, name, layout, 0)
    }

    fn squared_difference(&self, graph: &mut Graph<'_>) -> Done {
        let left = graph.value(self.input(0)?, ChannelsLast)?;
        let right = graph.value(self.input(1)?, ChannelsLast)?;
        let difference = graph.node("Sub", &[&left, &right], &[]);
        let name = graph.node("Mul", &[&difference, &difference], &[]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn reciprocal_root(&self, graph: &mut Graph<'_>) -> Done {
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        let root = graph.node("Sqrt", &[&value], &[]);
        let name = graph.node("Reciprocal", &[&root], &[]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    /// a·x + (1 − a)·max(x, 0), the factors as depthwise convolutions: ONNX Runtime runs those in the blocked layout of
    /// the convolutions around them, while its own PReLU leaves that layout and back. The landmarks take 0.4 of the
    /// time.
    fn prelu(&self, graph: &mut Graph<'_>) -> Done {
        let (data, slope) = (self.input(0)?, self.input(1)?);
        let [_, _, _, channels] = graph.picture(data)?;
        let value = graph.value(data, ChannelsFirst)?;
        let Some(slopes) = graph.floats(slope)?.filter(|s| s.len() == channels) else {
            return Err(TfliteError::Unsupported("a slope that is not one number per channel".into()));
        };
        let sides = [channels, 1, 1, 1];
        let rest: Vec<f32> = slopes.iter().map(|a| 1.0 - a).collect();
        let (slopes, rest) = (graph.constant(&sides, &slopes)?, graph.constant(&sides, &rest)?);
        let depthwise = [Attribute::Int("group", channels as i64)];
        let above = graph.node("Relu", &[&value], &[]);
        let above = graph.node("Conv", &[&above, &rest], &depthwise);
        let all = graph.node("Conv", &[&value, &slopes], &depthwise);
        let name = graph.node("Add", &[&all, &above], &[]);
        graph.computed(self.output()?, ChannelsFirst, name)
    }

    /// Four-sided weights of input 1 in the wanted order of sides.
    fn weights(&self, graph: &mut Graph<'_>, perm: [usize; 4]) -> Result<(String, [usize; 4]), TfliteError> {
        let index = self.input(1)?;
        let shape = graph.picture(index)?;
        let Some(values) = graph.floats(index)? else {
            return Err(TfliteError::Unsupported("computed weights".into()));
        };
        let (values, to) = permuted(&values, shape, perm);
        Ok((graph.constant(&to, &values)?, shape))
    }

    fn bias(&self, graph: &mut Graph<'_>, slot: usize) -> Result<Option<String>, TfliteError> {
        match self.op.inputs.get(slot) {
            Some(&index) if index >= 0 => graph.value(index, ChannelsLast).map(Some),
            _ => Ok(None),
        }
    }

    fn convolution(&self, graph: &mut Graph<'_>) -> Done {
        let options = self.options()?;
        let (weights, shape) = self.weights(graph, [0, 3, 1, 2])?;
        let window = Window {
            kernel: [shape[1], shape[2]],
            strides: [positive(options.i32(2, 0)?)?, positive(options.i32(1, 0)?)?],
            dilations: [positive(options.i32(5, 1)?)?, positive(options.i32(4, 1)?)?],
            same: options.i8(0, 0)? == 0,
        };
        self.slide(graph, &weights, &window, 1, 3)
    }

    fn depthwise(&self, graph: &mut Graph<'_>) -> Done {
        let options = self.options()?;
        let [_, _, _, channels] = graph.picture(self.input(0)?)?;
        let (weights, shape) = self.weights(graph, [3, 0, 1, 2])?;
        let window = Window {
            kernel: [shape[1], shape[2]],
            strides: [positive(options.i32(2, 0)?)?, positive(options.i32(1, 0)?)?],
            dilations: [positive(options.i32(6, 1)?)?, positive(options.i32(5, 1)?)?],
            same: options.i8(0, 0)? == 0,
        };
        self.slide(graph, &weights, &window, channels, 4)
    }

    fn slide(
        &self,
        graph: &mut Graph<'_>,
        weights: &str,
        window: &Window,
        groups: usize,
        slot: usize,
    ) -> Done {
        if window.kernel.contains(&0) {
            return Err(TfliteError::Inconsistent("an empty kernel".into()));
        }
        let data = self.input(0)?;
        let picture = graph.picture(data)?;
        let value = graph.value(data, ChannelsFirst)?;
        let bias = self.bias(graph, 2)?;
        let inputs: Vec<&str> = [value.as_str(), weights].into_iter().chain(bias.as_deref()).collect();
        let attributes = [
            Attribute::Ints("kernel_shape", &pair(window.kernel)),
            Attribute::Ints("strides", &pair(window.strides)),
            Attribute::Ints("dilations", &pair(window.dilations)),
            Attribute::Ints("pads", &window.pads(picture)),
            Attribute::Int("group", groups as i64),
        ];
        let name = graph.node("Conv", &inputs, &attributes);
        self.activated(graph, name, ChannelsFirst, slot)
    }

    fn transposed_convolution(&self, graph: &mut Graph<'_>) -> Done {
        let options = self.options()?;
        let strides = [positive(options.i32(2, 0)?)?, positive(options.i32(1, 0)?)?];
        let (weights, shape) = self.weights(graph, [3, 0, 1, 2])?;
        let data = self.input(2)?;
        let ([_, h, w, _], [_, out_h, out_w, _]) = (graph.picture(data)?, graph.picture(self.output()?)?);
        // What the full transposed convolution gives beyond the output is cut off, the odd pixel at the end.
        let cut = |side: usize, stride: usize, kernel: usize, out: usize| {
            let total = (side.saturating_sub(1) * stride + kernel).checked_sub(out);
            total.map(|t| ((t / 2) as i64, t.div_ceil(2) as i64))
        };
        let odd = || TfliteError::Unsupported("a transposed convolution that must be filled up".into());
        let (top, bottom) = cut(h, strides[0], shape[1], out_h).ok_or_else(odd)?;
        let (left, right) = cut(w, strides[1], shape[2], out_w).ok_or_else(odd)?;
        let value = graph.value(data, ChannelsFirst)?;
        let bias = self.bias(graph, 3)?;
        let inputs: Vec<&str> = [value.as_str(), &weights].into_iter().chain(bias.as_deref()).collect();
        let attributes = [
            Attribute::Ints("kernel_shape", &pair([shape[1], shape[2]])),
            Attribute::Ints("strides", &pair(strides)),
            Attribute::Ints("pads", &[top, left, bottom, right]),
        ];
        let name = graph.node("ConvTranspose", &inputs, &attributes);
        self.activated(graph, name, ChannelsFirst, 3)
    }

    fn pool(&self, graph: &mut Graph<'_>, kind: &str) -> Done {
        let options = self.options()?;
        let window = Window {
            kernel: [positive(options.i32(4, 0)?)?, positive(options.i32(3, 0)?)?],
            strides: [positive(options.i32(2, 0)?)?, positive(options.i32(1, 0)?)?],
            dilations: [1, 1],
            same: options.i8(0, 0)? == 0,
        };
        let data = self.input(0)?;
        let picture = graph.picture(data)?;
        let value = graph.value(data, ChannelsFirst)?;
        // Both formats leave the padding out of an average, so that count_include_pad keeps its default.
        let attributes = [
            Attribute::Ints("kernel_shape", &pair(window.kernel)),
            Attribute::Ints("strides", &pair(window.strides)),
            Attribute::Ints("pads", &window.pads(picture)),
        ];
        let name = graph.node(kind, &[&value], &attributes);
        self.activated(graph, name, ChannelsFirst, 5)
    }

    fn pad(&self, graph: &mut Graph<'_>) -> Done {
        let amounts = graph.ints(self.input(1)?)?;
        let data = self.input(0)?;
        graph.picture(data)?;
        let [n0, n1, h0, h1, w0, w1, c0, c1] = amounts[..] else {
            return Err(TfliteError::Unsupported("padding of other than four sides".into()));
        };
        let value = graph.value(data, ChannelsFirst)?;
        let amounts = graph.list(&[n0, c0, h0, w0, n1, c1, h1, w1]);
        let name = graph.node("Pad", &[&value, &amounts], &[]);
        graph.computed(self.output()?, ChannelsFirst, name)
    }

    fn resize(&self, graph: &mut Graph<'_>, modes: &[(&str, &str)], half_pixel_slot: usize) -> Done {
        let options = self.options()?;
        let align_corners = options.flag(half_pixel_slot - 1)?;
        if align_corners || !options.flag(half_pixel_slot)? {
            return Err(TfliteError::Unsupported("a resize that is not by half pixels".into()));
        }
        let data = self.input(0)?;
        let ([n, h, w, c], [_, out_h, out_w, _]) = (graph.picture(data)?, graph.picture(self.output()?)?);
        let nearest = modes.iter().any(|(_, mode)| *mode == "nearest");
        if nearest && (h == 0 || w == 0 || out_h % h != 0 || out_w % w != 0) {
            return Err(TfliteError::Unsupported("a nearest-neighbour resize by a broken factor".into()));
        }
        let value = graph.value(data, ChannelsFirst)?;
        let sizes = graph.list(&[n as i64, c as i64, out_h as i64, out_w as i64]);
        let attributes: Vec<Attribute<'_>> = modes.iter().map(|(k, v)| Attribute::Text(k, v)).collect();
        let name = graph.node("Resize", &[&value, "", "", &sizes], &attributes);
        graph.computed(self.output()?, ChannelsFirst, name)
    }

    fn reshape(&self, graph: &mut Graph<'_>) -> Done {
        // The output's static shape is the answer, however the wanted shape was written down.
        let shape: Vec<i64> = graph.shape(self.output()?)?.iter().map(|&s| s as i64).collect();
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        let shape = graph.list(&shape);
        let name = graph.node("Reshape", &[&value, &shape], &[]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn concatenation(&self, graph: &mut Graph<'_>) -> Done {
        let axis = i64::from(self.options()?.i32(0, 0)?);
        let values: Vec<String> =
            self.op.inputs.iter().map(|&i| graph.value(i, ChannelsLast)).collect::<Result<_, _>>()?;
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let name = graph.node("Concat", &values, &[Attribute::Int("axis", axis)]);
        self.activated(graph, name, ChannelsLast, 1)
    }

    fn transpose(&self, graph: &mut Graph<'_>) -> Done {
        let perm = graph.ints(self.input(1)?)?;
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        let name = graph.node("Transpose", &[&value], &[Attribute::Ints("perm", &perm)]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn mean(&self, graph: &mut Graph<'_>) -> Done {
        let axes = graph.ints(self.input(1)?)?;
        let keep = i64::from(self.options()?.flag(0)?);
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        let attributes = [Attribute::Ints("axes", &axes), Attribute::Int("keepdims", keep)];
        let name = graph.node("ReduceMean", &[&value], &attributes);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn sum(&self, graph: &mut Graph<'_>) -> Done {
        let axes = graph.ints(self.input(1)?)?;
        let keep = i64::from(self.options()?.flag(0)?);
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        // Operator set 13 moved the axes of ReduceSum, and of no other reduction, into an input.
        let axes = graph.list(&axes);
        let name = graph.node("ReduceSum", &[&value, &axes], &[Attribute::Int("keepdims", keep)]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn softmax(&self, graph: &mut Graph<'_>) -> Done {
        if self.options()?.f32(0, 0.0)? != 1.0 {
            return Err(TfliteError::Unsupported("a softmax with a temperature".into()));
        }
        let value = graph.value(self.input(0)?, ChannelsLast)?;
        let name = graph.node("Softmax", &[&value], &[Attribute::Int("axis", -1)]);
        graph.computed(self.output()?, ChannelsLast, name)
    }

    fn strided_slice(&self, graph: &mut Graph<'_>) -> Done {
        let options = self.options()?;
        let (begin_mask, end_mask) = (options.i32(0, 0)?, options.i32(1, 0)?);
        let shrink_mask = options.i32(4, 0)?;
        if options.i32(2, 0)? != 0 || options.i32(3, 0)? != 0 {
            return Err(TfliteError::Unsupported("a slice with an ellipsis or a new axis".into()));
        }
        let data = self.input(0)?;
        let sides = graph.shape(data)?.len();
        let [mut begin, mut end, strides] =
            [graph.ints(self.input(1)?)?, graph.ints(self.input(2)?)?, graph.ints(self.input(3)?)?];
        if begin.len() != sides || end.len() != sides || strides.len() != sides || sides > 8 {
            return Err(TfliteError::Inconsistent("a slice with other sides than its value".into()));
        }
        if strides.iter().any(|&s| s <= 0) {
            return Err(TfliteError::Unsupported("a slice that runs backwards".into()));
        }
        for axis in 0..sides {
            if begin_mask >> axis & 1 == 1 {
                begin[axis] = 0;
            }
            if end_mask >> axis & 1 == 1 {
                end[axis] = i64::from(i32::MAX);
            }
            if shrink_mask >> axis & 1 == 1 {
                end[axis] = begin[axis] + 1;
            }
        }
        let axes: Vec<i64> = (0..sides as i64).collect();
        let value = graph.value(data, ChannelsLast)?;
        let lists = [&begin, &end, &axes, &strides].map(|l| graph.list(l));
        let mut name = graph.node("Slice", &[&value, &lists[0], &lists[1], &lists[2], &lists[3]], &[]);
        let dropped: Vec<i64> = axes.into_iter().filter(|a| shrink_mask >> a & 1 == 1).collect();
        if !dropped.is_empty() {
            let dropped = graph.list(&dropped);
            name = graph.node("Squeeze", &[&name, &dropped], &[]);
        }
        graph.computed(self.output()?, ChannelsLast, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_puts_the_odd_pixel_at_the_end() {
        assert_eq!(same_padding(128, 2, 5), (1, 2));
        assert_eq!(same_padding(128, 1, 3), (1, 1));
        assert_eq!(same_padding(128, 2, 3), (0, 1));
        assert_eq!(same_padding(1, 1, 1), (0, 0));
    }

    #[test]
    fn weights_are_reordered() {
        // O=1, H=2, W=1, I=3
        let (values, shape) = permuted(&[0., 1., 2., 10., 11., 12.], [1, 2, 1, 3], [0, 3, 1, 2]);
        assert_eq!(shape, [1, 3, 2, 1]);
        assert_eq!(values, [0., 10., 1., 11., 2., 12.]);
    }
}
