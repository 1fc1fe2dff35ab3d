//! What is trained: the models that the course teaches, each in a small size.

mod cores;
mod diffusion;
mod gan;
mod graph;
mod images;
mod small;
mod transformers;

use crate::library::Library;
use crate::measure::Measured;
use candle_core::{Device, Result, Tensor, bail};

/// Times so many seconds of a workload.
pub fn run(name: &str, library: Library, seconds: f64) -> Result<Measured> {
    match name {
        "mlp_sgd" => small::mlp(library, false, seconds),
        "mlp_adam" => small::mlp(library, true, seconds),
        "xor" => small::xor(library, seconds),
        "cnn" => images::cnn(library, seconds),
        "resnet" => images::resnet(library, seconds),
        "unet" => images::unet(library, seconds),
        "vit7" => transformers::vit(library, 7, seconds),
        "vit4" => transformers::vit(library, 4, seconds),
        "gpt64" => transformers::gpt(library, 64, 12, seconds),
        "gpt128" => transformers::gpt(library, 128, 32, seconds),
        "gptgen" => transformers::generation(library, seconds),
        "dcgan" => gan::dcgan(library, seconds),
        "diffmlp" => diffusion::mlp(library, seconds),
        "gcn" => graph::gcn(library, seconds),
        "gemm" => cores::gemm(seconds),
        "handover" => cores::handover(seconds),
        other => bail!("no workload `{other}`"),
    }
}

/// Normal random numbers.
fn noise(shape: &[usize]) -> Result<Tensor> {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu)
}

/// Random labels.
fn labels(count: usize, classes: usize) -> Result<Tensor> {
    Tensor::rand(0f32, classes as f32, count, &Device::Cpu)?.to_dtype(candle_core::DType::U32)
}

/// Batch number `step` of so many examples.
fn batch(x: &Tensor, step: usize, size: usize) -> Result<Tensor> {
    let batches = x.dim(0)? / size;
    x.narrow(0, step % batches * size, size)
}
