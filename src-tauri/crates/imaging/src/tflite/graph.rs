//! The ONNX graph under construction: which values exist in which layout, and constants as they are needed.

use std::collections::HashMap;

use super::TfliteError;
use super::reader::{Kind, Model, Tensor};
use crate::onnx::{Attribute, Writer};

/// How a four-sided value is laid out in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// N,H,W,C, and the only layout of values that have not four sides.
    ChannelsLast,
    /// N,C,H,W.
    ChannelsFirst,
}

/// Names of one tensor's value in the ONNX graph.
#[derive(Debug, Clone, Default)]
struct Names {
    last: Option<String>,
    first: Option<String>,
}

/// The graph that is being written, beside the model that is being read.
pub struct Graph<'a> {
    model: &'a Model<'a>,
    pub writer: Writer,
    names: Vec<Names>,
    /// Constants that were stored as 16-bit floats: tensor after the conversion → tensor before it.
    halves: HashMap<usize, usize>,
    fresh: usize,
    /// Bytes of constants that may still be written: a small hostile file must not become a huge one.
    budget: usize,
}

impl<'a> Graph<'a> {
    /// An empty graph with the model's inputs declared. `file_len` bounds the size of the constants.
    pub fn new(model: &'a Model<'a>, file_len: usize) -> Result<Self, TfliteError> {
        let names = vec![Names::default(); model.tensors.len()];
        let mut graph = Self {
            model,
            writer: Writer::default(),
            names,
            halves: HashMap::new(),
            fresh: 0,
            budget: 4 * file_len,
        };
        for (i, &input) in model.inputs.iter().enumerate() {
            let (at, tensor) = graph.tensor(input)?;
            let name = format!("input{i}");
            graph.writer.input(&name, &tensor.shape);
            graph.names[at].last = Some(name);
        }
        Ok(graph)
    }

    /// Declares the outputs and gives the model's bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, TfliteError> {
        for (i, &output) in self.model.outputs.iter().enumerate() {
            let value = self.value(output, Layout::ChannelsLast)?;
            let name = format!("output{i}");
            self.writer.node("Identity", &[&value], &name, &[]);
            let shape = &self.tensor(output)?.1.shape;
            self.writer.output(&name, shape);
        }
        Ok(self.writer.finish(13))
    }

    /// A tensor of the model with its place in the list.
    pub fn tensor(&self, index: i32) -> Result<(usize, &'a Tensor<'a>), TfliteError> {
        usize::try_from(index)
            .ok()
            .and_then(|at| self.model.tensors.get(at).map(|t| (at, t)))
            .ok_or_else(|| TfliteError::Inconsistent(format!("no tensor {index}")))
    }

    /// The sides of a tensor.
    pub fn shape(&self, index: i32) -> Result<&'a [usize], TfliteError> {
        Ok(&self.tensor(index)?.1.shape)
    }

    /// The four sides N,H,W,C of a picture-like tensor.
    pub fn picture(&self, index: i32) -> Result<[usize; 4], TfliteError> {
        let shape = self.shape(index)?;
        shape.try_into().map_err(|_| TfliteError::Inconsistent(format!("{shape:?} has not four sides")))
    }

    /// Remembers that `to` is the constant `from` in 32 bits instead of 16.
    pub fn widen(&mut self, from: i32, to: i32) -> Result<(), TfliteError> {
        let (source, tensor) = self.tensor(from)?;
        if tensor.kind != Kind::F16 || tensor.data.is_empty() {
            return Err(TfliteError::Unsupported("dequantizing anything but 16-bit float constants".into()));
        }
        let (target, _) = self.tensor(to)?;
        self.halves.insert(target, source);
        Ok(())
    }

    /// The contents of a constant of floats; `None` if the tensor is computed.
    pub fn floats(&self, index: i32) -> Result<Option<Vec<f32>>, TfliteError> {
        let (at, tensor) = self.tensor(index)?;
        let source = self.halves.get(&at).map_or(tensor, |&source| &self.model.tensors[source]);
        if source.data.is_empty() {
            return Ok(None);
        }
        let values: Vec<f32> = match source.kind {
            Kind::F32 => words(source.data).map(f32::from_le_bytes).collect(),
            Kind::F16 => words(source.data).map(|w| half(u16::from_le_bytes(w))).collect(),
            other => return Err(TfliteError::Unsupported(format!("constants of {other:?}"))),
        };
        same_length(source, values.len())?;
        Ok(Some(values))
    }

    /// The contents of a constant of 32-bit integers.
    pub fn ints(&self, index: i32) -> Result<Vec<i64>, TfliteError> {
        let (_, tensor) = self.tensor(index)?;
        if tensor.kind != Kind::I32 || tensor.data.is_empty() {
            return Err(TfliteError::Unsupported("computed shapes".into()));
        }
        let values: Vec<i64> = words(tensor.data).map(|w| i64::from(i32::from_le_bytes(w))).collect();
        same_length(tensor, values.len())?;
        Ok(values)
    }

    /// The name of a value in the given layout; constants are written and layouts converted on first use.
    pub fn value(&mut self, index: i32, layout: Layout) -> Result<String, TfliteError> {
        let (at, tensor) = self.tensor(index)?;
        let known = self.names[at].clone();
        match (layout, known.last, known.first) {
            (Layout::ChannelsLast, Some(name), _) | (Layout::ChannelsFirst, _, Some(name)) => Ok(name),
            (Layout::ChannelsLast, None, Some(first)) => {
                let name = format!("v{at}");
                self.writer.node("Transpose", &[&first], &name, &[Attribute::Ints("perm", &[0, 2, 3, 1])]);
                self.names[at].last = Some(name.clone());
                Ok(name)
            }
            (Layout::ChannelsFirst, Some(last), None) => {
                self.picture(index)?;
                let name = format!("v{at}_first");
                self.writer.node("Transpose", &[&last], &name, &[Attribute::Ints("perm", &[0, 3, 1, 2])]);
                self.names[at].first = Some(name.clone());
                Ok(name)
            }
            (_, None, None) => {
                let Some(values) = self.floats(index)? else {
                    return Err(TfliteError::Inconsistent(format!(
                        "tensor {at} is used before it is computed"
                    )));
                };
                let name = format!("v{at}");
                self.spend(values.len())?;
                self.writer.floats(&name, &tensor.shape, &values);
                self.names[at].last = Some(name);
                self.value(index, layout)
            }
        }
    }

    /// Whether a value exists with its channels first, so that using it so costs nothing.
    pub fn has_channels_first(&self, index: i32) -> bool {
        self.tensor(index).is_ok_and(|(at, _)| self.names[at].first.is_some())
    }

    /// Says under which name and in which layout a tensor has been computed.
    pub fn computed(&mut self, index: i32, layout: Layout, name: String) -> Result<(), TfliteError> {
        let (at, _) = self.tensor(index)?;
        match layout {
            Layout::ChannelsLast => self.names[at].last = Some(name),
            Layout::ChannelsFirst => self.names[at].first = Some(name),
        }
        Ok(())
    }

    /// Writes a node and gives the fresh name of its output.
    pub fn node(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute<'_>]) -> String {
        let name = self.fresh();
        self.writer.node(kind, inputs, &name, attributes);
        name
    }

    /// Writes a constant of floats under a fresh name.
    pub fn constant(&mut self, shape: &[usize], values: &[f32]) -> Result<String, TfliteError> {
        self.spend(values.len())?;
        let name = self.fresh();
        self.writer.floats(&name, shape, values);
        Ok(name)
    }

    /// Writes a constant list of integers under a fresh name.
    pub fn list(&mut self, values: &[i64]) -> String {
        let name = self.fresh();
        self.writer.ints(&name, values);
        name
    }

    fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("n{}", self.fresh)
    }

    fn spend(&mut self, floats: usize) -> Result<(), TfliteError> {
        let bytes = floats.saturating_mul(4);
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or_else(|| TfliteError::Inconsistent("constants are used over and over".into()))?;
        Ok(())
    }
}

fn words<const N: usize>(data: &[u8]) -> impl Iterator<Item = [u8; N]> {
    data.as_chunks::<N>().0.iter().copied()
}

fn same_length(tensor: &Tensor<'_>, found: usize) -> Result<(), TfliteError> {
    if tensor.len() == found {
        return Ok(());
    }
    Err(TfliteError::Inconsistent(format!("{}: {found} values for {:?}", tensor.name, tensor.shape)))
}

/// IEEE 754 half precision to single.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        e => (1024.0 + fraction) * 2f32.powi(e - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_the_same_numbers() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
    }
}
