//! Numbers of `tests/reference/curves.py`: small networks whose losses follow PyTorch's over fifty
//! steps, from the same weights and with the same batches.
//!
//! PyTorch's curves are f64 and ours are f32. Each step rounds to 6e-8 and training spreads that:
//! the curves are 1e-7 to 5e-5 apart at worst, also where every input is changed by as much as f32
//! rounds. 2e-4 of the larger of 1 and the loss leaves room for other processors, since the learning
//! rates are such that no activation comes near a kink: the script makes sure of that. Small mistakes
//! are larger in at least one of the curves: ten times Adam's ε makes .01, β₂ = .9991 makes .002, a
//! momentum of .11 for running statistics .01, a divisor `n` in their variance .005, a tenth of
//! batch normalisation's ε .02.

use crate::common::Reference;
use candle_core::{DType, Device, Result, Tensor, Var};
use candlelab_nn::*;

const STEPS: usize = 50;
const DEVICE: &Device = &Device::Cpu;

/// `sin(start + 1.7 i²)` at place `i`, f32.
fn noise(shape: &[usize], start: usize) -> Result<Tensor> {
    let count: usize = shape.iter().product();
    let values = (0..count).map(|at| (start as f64 + 1.7 * (at * at) as f64).sin() as f32);
    Tensor::from_iter(values, DEVICE)?.reshape(shape)
}

/// Gives parameters their values, in order.
fn start(parameters: &Parameters) -> Result<Vec<Var>> {
    let all = parameters.tensors().into_iter();
    for (at, (name, var)) in all.filter(|(name, _)| !name.contains("running_")).enumerate() {
        let value = noise(var.dims(), at)?;
        var.set(&match var.dims() {
            [_] => ((value * 0.1)? + f64::from(u8::from(name.ends_with("weight"))))?,
            dims => (value / ((var.elem_count() / dims[0]) as f64).sqrt())?,
        })?;
    }
    Ok(parameters.vars())
}

/// A step down a loss, whose value it gives.
fn step(optimizer: &mut dyn Optimizer, loss: &Tensor) -> Result<f64> {
    optimizer.backward_step(loss)?;
    Ok(f64::from(loss.to_scalar::<f32>()?))
}

/// Compares a curve with PyTorch's.
fn follows(name: &str, losses: &[f64]) {
    let reference = Reference::new(include_str!("../../../../tests/reference/curves.json"));
    let truth = reference.numbers(name);
    assert_eq!(losses.len(), truth.len(), "{name}");
    for (at, (loss, truth)) in losses.iter().zip(truth).enumerate() {
        let allowed = 2e-4 * truth.abs().max(1.0);
        assert!((loss - truth).abs() < allowed, "{name}, step {at}: {loss}, PyTorch has {truth}");
    }
}

/// One of four batches of eight images and their labels.
fn images(at: usize) -> Result<(Tensor, Tensor)> {
    let labels = (0..8).map(|i| ((3 * (at % 4) + i * i) % 4) as u32);
    Ok((noise(&[8, 1, 8, 8], 100 + at % 4)?, Tensor::from_iter(labels, DEVICE)?))
}

/// The losses of a classifier in training, and one in evaluation mode after it.
fn classify<O: Optimizer>(
    name: &str,
    parameters: &Parameters,
    make: impl Fn(Vec<Var>) -> O,
    model: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<()> {
    let mut optimizer = make(start(parameters)?);
    let mut losses = Vec::new();
    for at in 0..STEPS {
        let (x, labels) = images(at)?;
        losses.push(step(&mut optimizer, &cross_entropy(&model(&x)?, &labels)?)?);
    }
    let (x, labels) = images(0)?;
    let loss = cross_entropy(&evaluating(|| model(&x))?, &labels)?;
    losses.push(f64::from(loss.to_scalar::<f32>()?));
    follows(name, &losses);
    Ok(())
}

fn conv(inputs: usize, outputs: usize) -> Result<Conv2d> {
    Conv2d::new(inputs, outputs, 3, 1, DEVICE)
}

#[test]
fn a_convolutional_network_follows_pytorch() -> Result<()> {
    let net = (Sequential::new().add(conv(1, 4)?).add(Activation::Relu).add(MaxPool2d::new(2)))
        .add(conv(4, 8)?)
        .add(Activation::Relu)
        .add(MaxPool2d::new(2))
        .add(Flatten)
        .add(Linear::new(32, 4, DEVICE)?);
    classify("cnn", &net.parameters(), |w| Adam::new(w, 0.01), |x| net.forward(x))
}

#[test]
fn a_residual_network_follows_pytorch() -> Result<()> {
    let net = Sequential::new()
        .add(conv(1, 4)?.without_bias())
        .add(BatchNorm::new(4, DEVICE)?)
        .add(Activation::Relu)
        .add(ResidualBlock::new(4, 4, 1, DEVICE)?)
        .add(ResidualBlock::new(4, 8, 2, DEVICE)?)
        .add(GlobalAvgPool2d)
        .add(Flatten)
        .add(Linear::new(8, 4, DEVICE)?);
    let sgd = |w| Sgd::new(w, 0.024).with_momentum(0.9);
    classify("resnet", &net.parameters(), sgd, |x| net.forward(x))
}

#[test]
fn a_vision_transformer_follows_pytorch() -> Result<()> {
    let block =
        || TransformerBlock::new(BlockConfig { hidden: 16, ..BlockConfig::new(8, 2) }, DEVICE);
    let body = (Sequential::new().add(PatchEmbedding::new(1, 4, 8, DEVICE)?))
        .add(ClassToken::new(8, DEVICE)?)
        .add(Positions::learned(5, 8, DEVICE)?)
        .add(block()?)
        .add(block()?);
    let head = Linear::new(8, 4, DEVICE)?;
    let parameters = Parameters::new().with_layer("body", &body).with_layer("head", &head);
    let adam = |w| Adam::new(w, 0.01).with_weight_decay(0.05);
    classify("vit", &parameters, adam, |x| {
        head.forward(&body.forward(x)?.narrow(1, 0, 1)?.squeeze(1)?)
    })
}

#[test]
fn a_language_model_follows_pytorch() -> Result<()> {
    let config = BlockConfig { hidden: 16, bias: false, causal: true, ..BlockConfig::new(8, 2) };
    let net = (Sequential::new().add(Embedding::new(7, 8, DEVICE)?))
        .add(Positions::learned(6, 8, DEVICE)?)
        .add(TransformerBlock::new(config, DEVICE)?)
        .add(TransformerBlock::new(config, DEVICE)?)
        .add(LayerNorm::new(8, DEVICE)?)
        .add(Linear::new(8, 7, DEVICE)?.without_bias());
    let adam = Adam::new(start(&net.parameters())?, 0.02).with_betas(0.9, 0.95);
    let mut adam = adam.with_weight_decay(0.1).with_clip(0.5);
    let schedule = Schedule::one_cycle(0.02, STEPS);
    let mut losses = Vec::new();
    for at in 0..STEPS {
        let token = |i: usize, j: usize| ((at % 3 + i * i + j * (i + 1)) % 7) as u32;
        let text = (0..4).flat_map(|i| (0..7).map(move |j| token(i, j)));
        let text = Tensor::from_iter(text, DEVICE)?.reshape((4, 7))?;
        let logits = net.forward(&text.narrow(1, 0, 6)?)?.flatten(0, 1)?; // (4 · 6, 7)
        adam.set_lr(schedule.lr(at));
        let loss = cross_entropy(&logits, &text.narrow(1, 1, 6)?.flatten_all()?)?;
        losses.push(step(&mut adam, &loss)?);
    }
    follows("gpt", &losses);
    Ok(())
}

#[test]
fn a_u_net_follows_pytorch() -> Result<()> {
    let inward = DoubleConv::new(1, 4, DEVICE)?;
    let (down, up) = (UNetDown::new(4, 8, DEVICE)?, UNetUp::new(8, 4, DEVICE)?);
    let head = Conv2d::new(4, 1, 1, 0, DEVICE)?;
    let parameters = (Parameters::new().with_layer("inward", &inward).with_layer("down", &down))
        .with_part("up", up.parameters())
        .with_layer("head", &head);
    let mut adam = Adam::new(start(&parameters)?, 0.012);
    let mut losses = Vec::new();
    for at in 0..STEPS {
        let x = noise(&[3, 1, 7, 8], 100 + at % 4)?;
        let y = (&x + x.roll(1, 3)?)?.gt(0.0)?.to_dtype(DType::F32)?;
        let skip = inward.forward(&x)?;
        let logits = head.forward(&up.forward(&down.forward(&skip)?, &skip)?)?;
        losses.push(step(&mut adam, &bce_with_logits(&logits, &y)?)?);
    }
    follows("unet", &losses);
    Ok(())
}

/// Vectors as images of 2×2 pixels.
#[derive(Debug)]
struct Small;

impl Module for Small {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.reshape(((), 8, 2, 2))
    }
}

impl Layer for Small {}

#[test]
fn two_networks_against_each_other_follow_pytorch() -> Result<()> {
    let half = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
    let up = |inputs, outputs| ConvTranspose2d::new(inputs, outputs, 4, half, DEVICE);
    let down = |inputs, outputs| Conv2d::with_options(inputs, outputs, 4, half, DEVICE);
    let generator = (Sequential::new().add(Linear::new(6, 32, DEVICE)?).add(Small))
        .add(up(8, 4)?)
        .add(BatchNorm::new(4, DEVICE)?)
        .add(Activation::Relu)
        .add(up(4, 1)?)
        .add(Activation::Tanh);
    let judge = (Sequential::new().add(down(1, 4)?).add(Activation::LeakyRelu(0.2)))
        .add(down(4, 8)?)
        .add(BatchNorm::new(8, DEVICE)?)
        .add(Activation::LeakyRelu(0.2))
        .add(Flatten)
        .add(Linear::new(32, 1, DEVICE)?);
    let adam = |net: &Sequential| {
        Result::Ok(Adam::new(start(&net.parameters())?, 0.003).with_betas(0.5, 0.999))
    };
    let (mut generates, mut judges) = (adam(&generator)?, adam(&judge)?);
    let says =
        |x: &Tensor, y: f32| bce_with_logits(&judge.forward(x)?, &Tensor::full(y, (8, 1), DEVICE)?);
    let mut losses = Vec::new();
    for at in 0..STEPS {
        let (real, z) = (images(at)?.0, noise(&[8, 6], 200 + at)?);
        let fake = generator.forward(&z)?;
        let loss = (says(&real, 1.0)? + says(&fake.detach(), 0.0)?)?;
        losses.push(step(&mut judges, &loss)?);
        losses.push(step(&mut generates, &says(&fake, 1.0)?)?);
    }
    follows("gan", &losses);
    Ok(())
}

#[test]
fn a_graph_network_follows_pytorch() -> Result<()> {
    let pairs = [(0u32, 1u32), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5)];
    let both = pairs.into_iter().flat_map(|(i, j)| [(i, j), (j, i)]);
    let (from, to): (Vec<u32>, Vec<u32>) = both.unzip();
    let edges = Tensor::from_vec([from, to].concat(), (2, 12), DEVICE)?;
    let (first, second) = (Gcn::new(3, 8, DEVICE)?, Gcn::new(8, 2, DEVICE)?);
    let parameters = Parameters::new().with_part("first", first.parameters());
    let mut adam = Adam::new(start(&parameters.with_part("second", second.parameters()))?, 0.02);
    let (x, labels) = (noise(&[6, 3], 100)?, Tensor::new(&[0u32, 0, 0, 1, 1, 1], DEVICE)?);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        let logits = second.forward(&relu(&first.forward(&x, &edges)?)?, &edges)?;
        losses.push(step(&mut adam, &cross_entropy(&logits, &labels)?)?);
    }
    follows("gcn", &losses);
    Ok(())
}
