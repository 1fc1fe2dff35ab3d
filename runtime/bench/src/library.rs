//! The same layers from two libraries: this project's, and Candle's own.

use candle_core::{DType, Device, Module, ModuleT, Result, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};
use candlelab_nn::{
    Activation, Adam, BatchNorm, Conv2d, ConvOptions, ConvTranspose2d, Flatten, GlobalAvgPool2d,
    GroupNorm, Layer, LayerNorm, Linear, MaxPool2d, Residual, Sequential, Sgd, Upsample,
};

/// Where layers come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// `candlelab_nn`.
    Ours,
    /// `candle_nn`.
    Candle,
}

/// The sizes of a convolution.
#[derive(Clone, Copy)]
pub struct Conv {
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub bias: bool,
}

/// Layers one after the other, and what there is to train.
pub struct Net {
    layers: Layers,
    pub vars: Vec<Var>,
}

enum Layers {
    Ours(Sequential),
    Candle(candle_nn::Sequential),
}

/// A rule of either library.
pub enum Optimizer {
    Ours(Box<dyn candlelab_nn::Optimizer>),
    Adam(candle_nn::AdamW),
    Sgd(candle_nn::SGD),
}

impl Library {
    /// No layers yet.
    pub fn net(self) -> Net {
        let layers = match self {
            Self::Ours => Layers::Ours(Sequential::new()),
            Self::Candle => Layers::Candle(candle_nn::seq()),
        };
        Net { layers, vars: Vec::new() }
    }

    /// AdamW with `β₁` and weight decay.
    pub fn adam(self, vars: Vec<Var>, lr: f64, beta1: f64, decay: f64) -> Result<Optimizer> {
        Ok(match self {
            Self::Ours => Optimizer::Ours(Box::new(
                Adam::new(vars, lr).with_betas(beta1, 0.999).with_weight_decay(decay),
            )),
            Self::Candle => {
                let options = candle_nn::ParamsAdamW {
                    lr,
                    beta1,
                    weight_decay: decay,
                    ..candle_nn::ParamsAdamW::default()
                };
                Optimizer::Adam(candle_nn::Optimizer::new(vars, options)?)
            }
        })
    }

    /// Gradient descent.
    pub fn sgd(self, vars: Vec<Var>, lr: f64) -> Result<Optimizer> {
        Ok(match self {
            Self::Ours => Optimizer::Ours(Box::new(Sgd::new(vars, lr))),
            Self::Candle => Optimizer::Sgd(candle_nn::Optimizer::new(vars, lr)?),
        })
    }

    /// The mean cross-entropy of logits.
    pub fn cross_entropy(self, logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::cross_entropy(logits, labels),
            Self::Candle => candle_nn::loss::cross_entropy(logits, labels),
        }
    }

    /// The mean squared error.
    pub fn mse(self, y: &Tensor, target: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::mse(y, target),
            Self::Candle => candle_nn::loss::mse(y, target),
        }
    }

    /// The mean binary cross-entropy of logits.
    pub fn bce(self, logits: &Tensor, target: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::bce_with_logits(logits, target),
            Self::Candle => candle_nn::loss::binary_cross_entropy_with_logit(logits, target),
        }
    }

    /// For each node the sum of its neighbours, times the weights of the edges.
    pub fn neighbour_sum(self, x: &Tensor, edges: &Tensor, weights: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::neighbour_sum(x, edges, Some(weights)),
            Self::Candle => {
                let messages = x.index_select(&edges.get(0)?, 0)?;
                let messages = messages.broadcast_mul(&weights.unsqueeze(1)?)?;
                self.scatter_sum(&messages, &edges.get(1)?, x.dim(0)?)
            }
        }
    }

    /// The sums of the rows that are sent to each of so many places.
    pub fn scatter_sum(self, x: &Tensor, index: &Tensor, rows: usize) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::scatter_sum(x, index, rows),
            Self::Candle => {
                let zeros = Tensor::zeros((rows, x.dim(1)?), DType::F32, &Device::Cpu)?;
                zeros.index_add(index, x, 0)
            }
        }
    }

    pub fn relu(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Ours => candlelab_nn::relu(x),
            Self::Candle => x.relu(),
        }
    }
}

/// A shortcut around Candle's layers.
struct Sum {
    body: candle_nn::Sequential,
    shortcut: Option<candle_nn::Sequential>,
}

impl Module for Sum {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shortcut = self.shortcut.as_ref().map_or(Ok(x.clone()), |net| net.forward(x))?;
        shortcut + self.body.forward(x)?
    }
}

impl Optimizer {
    /// Differentiates the loss and moves the parameters.
    pub fn step(&mut self, loss: &Tensor) -> Result<()> {
        match self {
            Self::Ours(rule) => rule.backward_step(loss),
            Self::Adam(rule) => candle_nn::Optimizer::backward_step(rule, loss),
            Self::Sgd(rule) => candle_nn::Optimizer::backward_step(rule, loss),
        }
    }
}

impl Net {
    /// Appends a layer of ours, or what makes the same of Candle's and variables.
    fn add<L: Layer + 'static, M: Module + 'static>(
        mut self,
        ours: impl FnOnce() -> Result<L>,
        candles: impl FnOnce(VarBuilder<'_>) -> Result<M>,
    ) -> Result<Self> {
        self.layers = match self.layers {
            Layers::Ours(layers) => {
                let layer = ours()?;
                self.vars.extend(layer.vars());
                Layers::Ours(layers.add(layer))
            }
            Layers::Candle(layers) => {
                let map = VarMap::new();
                let layer = candles(VarBuilder::from_varmap(&map, DType::F32, &Device::Cpu))?;
                self.vars.extend(map.all_vars());
                Layers::Candle(layers.add(layer))
            }
        };
        Ok(self)
    }

    pub fn linear(self, inputs: usize, outputs: usize) -> Result<Self> {
        self.add(
            || Linear::new(inputs, outputs, &Device::Cpu),
            |vb| candle_nn::linear(inputs, outputs, vb),
        )
    }

    pub fn conv(self, conv: Conv) -> Result<Self> {
        let Conv { inputs, outputs, kernel, stride, padding, bias } = conv;
        let options = ConvOptions { stride, padding, ..ConvOptions::default() };
        let config = candle_nn::Conv2dConfig { stride, padding, ..Default::default() };
        self.add(
            || {
                let layer = Conv2d::with_options(inputs, outputs, kernel, options, &Device::Cpu)?;
                Ok(if bias { layer } else { layer.without_bias() })
            },
            |vb| match bias {
                true => candle_nn::conv2d(inputs, outputs, kernel, config, vb),
                false => candle_nn::conv2d_no_bias(inputs, outputs, kernel, config, vb),
            },
        )
    }

    /// Without biases.
    pub fn conv_transpose(self, conv: Conv) -> Result<Self> {
        let Conv { inputs, outputs, kernel, stride, padding, .. } = conv;
        let options = ConvOptions { stride, padding, ..ConvOptions::default() };
        let config = candle_nn::ConvTranspose2dConfig { stride, padding, ..Default::default() };
        self.add(
            || {
                ConvTranspose2d::new(inputs, outputs, kernel, options, &Device::Cpu)
                    .map(ConvTranspose2d::without_bias)
            },
            |vb| candle_nn::conv_transpose2d_no_bias(inputs, outputs, kernel, config, vb),
        )
    }

    pub fn batch_norm(self, channels: usize) -> Result<Self> {
        struct Training(candle_nn::BatchNorm);
        impl Module for Training {
            fn forward(&self, x: &Tensor) -> Result<Tensor> {
                self.0.forward_t(x, true)
            }
        }
        self.add(
            || BatchNorm::new(channels, &Device::Cpu),
            |vb| candle_nn::batch_norm(channels, 1e-5, vb).map(Training),
        )
    }

    pub fn group_norm(self, groups: usize, channels: usize) -> Result<Self> {
        self.add(
            || GroupNorm::new(groups, channels, &Device::Cpu),
            |vb| candle_nn::group_norm(groups, channels, 1e-5, vb),
        )
    }

    /// Candle's slow form, since its fast one has no gradient.
    pub fn layer_norm(self, width: usize) -> Result<Self> {
        self.add(
            || LayerNorm::new(width, &Device::Cpu),
            |vb| {
                let norm = candle_nn::layer_norm(width, 1e-5, vb)?;
                Ok(candle_nn::func(move |x| {
                    let bias = norm.bias().expect("a layer norm has shifts");
                    candle_nn::ops::layer_norm_slow(x, norm.weight(), bias, 1e-5)
                }))
            },
        )
    }

    pub fn activation(self, activation: Activation) -> Result<Self> {
        self.add(
            || Ok(activation),
            |_| {
                Ok(candle_nn::func(move |x| match activation {
                    Activation::Relu => x.relu(),
                    Activation::GeluTanh => x.gelu(),
                    Activation::Tanh => x.tanh(),
                    Activation::Silu => x.silu(),
                    Activation::Sigmoid => candle_nn::ops::sigmoid(x),
                    Activation::LeakyRelu(slope) => candle_nn::ops::leaky_relu(x, slope),
                    other => candle_core::bail!("no {other:?} in this benchmark"),
                }))
            },
        )
    }

    /// `shortcut(x) + body(x)`, or `x + body(x)` without a shortcut.
    pub fn residual(mut self, body: Self, shortcut: Option<Self>) -> Self {
        self.vars.extend(body.vars);
        self.vars.extend(shortcut.iter().flat_map(|net| net.vars.clone()));
        self.layers = match (self.layers, body.layers) {
            (Layers::Ours(layers), Layers::Ours(body)) => {
                let block = Residual::new(body);
                Layers::Ours(match shortcut.map(|net| net.layers) {
                    Some(Layers::Ours(shortcut)) => layers.add(block.with_shortcut(shortcut)),
                    _ => layers.add(block),
                })
            }
            (Layers::Candle(layers), Layers::Candle(body)) => {
                let shortcut = match shortcut.map(|net| net.layers) {
                    Some(Layers::Candle(shortcut)) => Some(shortcut),
                    _ => None,
                };
                Layers::Candle(layers.add(Sum { body, shortcut }))
            }
            (layers, _) => layers,
        };
        self
    }

    pub fn max_pool(self) -> Result<Self> {
        self.add(|| Ok(MaxPool2d::new(2)), |_| Ok(candle_nn::func(|x| x.max_pool2d(2))))
    }

    pub fn upsample(self) -> Result<Self> {
        self.add(
            || Ok(Upsample { scale: 2 }),
            |_| {
                Ok(candle_nn::func(|x| {
                    let (_, _, height, width) = x.dims4()?;
                    x.upsample_nearest2d(2 * height, 2 * width)
                }))
            },
        )
    }

    pub fn global_average(self) -> Result<Self> {
        self.add(|| Ok(GlobalAvgPool2d), |_| Ok(candle_nn::func(|x| x.flatten_from(2)?.mean(2))))
    }

    pub fn flatten(self) -> Result<Self> {
        self.add(|| Ok(Flatten), |_| Ok(candle_nn::func(|x| x.flatten_from(1))))
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.layers {
            Layers::Ours(layers) => layers.forward(x),
            Layers::Candle(layers) => layers.forward(x),
        }
    }
}
