//! What the models reach with the recipes of the labs, by name of the topic.
//!
//! `cargo run --release -p candlelab-models --example generative -- autoencoder coin-gan …`

#![allow(clippy::print_stdout)] // A program of its own.

use candlelab_data::{batches, blobs, coin, coin_signal, mnist, moons, slides, solubility};
use candlelab_models::*;
use candlelab_nn::*;
use std::time::Instant;

const CPU: &Device = &Device::Cpu;

/// A topic of the labs, and what it measures.
type Topic = (&'static str, fn() -> Result<()>);

const TOPICS: [Topic; 10] = [
    ("autoencoder", autoencoder),
    ("vq-vae", vq_vae),
    ("flow", flow),
    ("coin-gan", coin_gan),
    ("conditional-gan", conditional_gan),
    ("coin-diffusion", coin_diffusion),
    ("neural-ode", neural_ode),
    ("xor-gnn", xor_gnn),
    ("molecules", molecules),
    ("slides", slide_classes),
];

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, measure) in TOPICS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            let start = Instant::now();
            println!("{name}");
            measure()?;
            println!("  {:.1} s", start.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

fn number(x: &Tensor) -> Result<f64> {
    x.to_dtype(DType::F64)?.mean_all()?.to_scalar()
}

/// An epoch of steps.
fn learn(
    optimizer: &mut Adam,
    (x, y): (&Tensor, &Tensor),
    size: usize,
    loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<()> {
    for batch in batches(x, y, size, next_seed())? {
        let (x, y) = batch?;
        optimizer.backward_step(&loss(&x, &y)?)?;
    }
    Ok(())
}

fn autoencoder() -> Result<()> {
    seed(1);
    let digits = mnist()?;
    let x = digits.train_images.narrow(0, 0, 5000)?;
    let model = Autoencoder::new(&AutoencoderConfig::mnist(), CPU)?;
    model.centre(&x)?;
    let mut optimizer = Adam::new(model.vars(), 1e-3);
    for epoch in 1..=5 {
        learn(&mut optimizer, (&x, &x), 64, |x, _| mse(&model.forward(x)?, x))?;
        let error = number(&mse(&model.predict(&digits.test_images)?, &digits.test_images)?)?;
        println!("  epoch {epoch}: test error {error:.4}");
    }
    Ok(())
}

fn vq_vae() -> Result<()> {
    seed(1);
    let (x, _) = blobs(2500, &[[-4., -4.], [-4., 4.], [4., -4.], [4., 4.]], 0.5, 1)?;
    let model = VqVae::new(&VqVaeConfig::clusters(), CPU)?;
    let mut optimizer = Adam::new(model.vars(), 1e-3);
    for _ in 0..400 {
        learn(&mut optimizer, (&x, &x), 256, |x, _| Ok(model.loss(x)?.total))?;
    }
    let loss = model.loss(&x)?;
    let error = number(&loss.reconstruction)?;
    println!("  error {error:.3}, perplexity {:.2}", loss.quantised.perplexity);
    Ok(())
}

fn flow() -> Result<()> {
    seed(1);
    let (x, _) = moons(2000, 0.1, 1)?;
    let (test, _) = moons(2000, 0.1, 2)?;
    let model = Flow::new(&FlowConfig::plane(), CPU)?;
    let mut optimizer = Adam::new(model.vars(), 5e-3);
    for _ in 0..100 {
        learn(&mut optimizer, (&x, &x), 200, |x, _| model.loss(x))?;
    }
    println!("  test loss {:.3} nats", number(&model.loss(&test)?)?);
    Ok(())
}

fn coin_gan() -> Result<()> {
    let tosses = coin(1024, 0.3, 1)?;
    let share = number(&tosses)?;
    for at in 1..=3 {
        seed(at);
        let gan = Gan::coin(CPU)?;
        let history = train_gan(&gan, &tosses, None, &GanOptions::default())?;
        let late = |losses: &[f64]| losses.iter().rev().take(320).sum::<f64>() / 320.0;
        let (d, g) = (late(&history.discriminator), late(&history.generator));
        let heads = number(&gan.sample(5000, None)?.round()?.eq(1.0)?)?;
        println!("  seed {at}: D {d:.3}, G {g:.3}, heads {heads:.3} of {share:.3}");
    }
    Ok(())
}

/// How many of the labels that a GAN is told an independent classifier sees in its digits.
fn conditional_gan() -> Result<()> {
    seed(1);
    let digits = mnist()?;
    let (x, y) = (digits.train_images.flatten_from(1)?, &digits.train_labels);
    let classifier = mlp(&[784, 500, 10], Activation::Relu, CPU)?;
    let mut optimizer = Adam::new(classifier.vars(), 1e-3);
    for _ in 0..5 {
        learn(&mut optimizer, (&x, y), 100, |x, y| cross_entropy(&classifier.forward(x)?, y))?;
    }
    let gan = Gan::conditional(10, CPU)?;
    let options = GanOptions { epochs: 20, ..GanOptions::dcgan() };
    train_gan(&gan, &x.affine(2.0, -1.0)?, Some(y), &options)?;
    let labels = Tensor::from_iter((0..1000u32).map(|at| at % 10), CPU)?;
    let made = gan.sample(1000, Some(&labels))?.affine(0.5, 0.5)?;
    println!("  right labels {:.3}", accuracy(&classifier.predict(&made)?, &labels)?);
    Ok(())
}

fn coin_diffusion() -> Result<()> {
    let tosses = coin_signal(12_000, 0.3, 1)?;
    for (name, schedule) in
        [("original", NoiseSchedule::coin()?), ("mended", NoiseSchedule::coin_mended()?)]
    {
        for at in 1..=3 {
            seed(at);
            let model = CoinDenoiser::new(schedule.steps(), CPU)?;
            let mut optimizer = Adam::new(model.vars(), 1e-3);
            for _ in 0..60 {
                let loss = |x: &Tensor, _: &Tensor| diffusion_loss(&model, &schedule, x, None);
                learn(&mut optimizer, (&tosses, &tosses), 512, loss)?;
            }
            let x = ddpm_sample(&model, &schedule, (10_000, 1), None, CPU)?;
            let (heads, off) = (number(&x.gt(0.0)?)?, number(&(x.abs()? - 0.75)?.abs()?)?);
            println!("  {name}, seed {at}: heads {heads:.3}, {off:.3} off");
        }
    }
    Ok(())
}

fn neural_ode() -> Result<()> {
    let times: Vec<f64> = (0..500).map(|at| at as f64 * 2.0 / 499.0).collect();
    let start = Tensor::new(&[0.1f32, 0.0], CPU)?;
    let paths = [
        ("free fall", odeint(free_fall, &start, &times, Solver::rk4())?),
        ("pendulum", odeint(pendulum, &start, &times, Solver::rk4())?),
    ];
    for (name, path) in paths {
        for gradient in [OdeGradient::Backprop, OdeGradient::Adjoint] {
            seed(1);
            let config = NeuralOdeConfig { gradient, ..NeuralOdeConfig::plane() };
            let model = NeuralOde::new(&config, CPU)?;
            let mut optimizer = Adam::new(model.vars(), 0.01);
            for _ in 0..1000 {
                let windows = trajectory_windows(&path, 10, 20)?;
                let found = model.trajectory(&windows.get(0)?, &times[..10])?;
                optimizer.backward_step(&l1(&found, &windows)?)?;
            }
            let error = number(&l1(&model.trajectory(&start, &times)?, &path)?)?;
            println!("  {name}, {gradient:?}: mean error {error:.4}");
        }
    }
    Ok(())
}

fn xor_gnn() -> Result<()> {
    let (graphs, labels) = xor_graphs(CPU)?;
    let convs = [
        GraphConv::EdgeConv { hidden: 16 },
        GraphConv::Gat { heads: 2 },
        GraphConv::Gcn,
        GraphConv::Gin { hidden: 16 },
    ];
    for conv in convs {
        let mut solved = 0;
        for at in 0..100 {
            seed(at);
            let model = GraphNet::new(&GraphNetConfig::xor(conv), CPU)?;
            let mut optimizer = Adam::new(model.vars(), 0.01);
            for _ in 0..500 {
                optimizer.backward_step(&cross_entropy(&model.forward(&graphs)?, &labels)?)?;
            }
            solved += usize::from(accuracy(&model.forward(&graphs)?, &labels)? == 1.0);
        }
        println!("  {conv:?}: {solved} of 100 seeds");
    }
    Ok(())
}

fn molecules() -> Result<()> {
    seed(1);
    let (train, test) = solubility()?;
    let batches = train.chunks(64).map(molecule_batch).collect::<Result<Vec<_>>>()?;
    let (graphs, y) = molecule_batch(&test)?;
    let model = GraphNet::new(&GraphNetConfig::molecules(), CPU)?;
    let mut optimizer = Adam::new(model.vars(), 1e-3);
    let error = || Result::Ok(number(&mse(&model.forward(&graphs)?, &y)?)?.sqrt());
    for epoch in 1..=60 {
        for (graphs, y) in &batches {
            optimizer.backward_step(&mse(&model.forward(graphs)?, y)?)?;
        }
        if epoch % 20 == 0 {
            println!("  epoch {epoch}: test RMSE {:.3} log mol/l", error()?);
        }
    }
    let spread = number(&y.broadcast_sub(&y.mean_keepdim(0)?)?.sqr()?)?.sqrt();
    println!("  standard deviation {spread:.3}");
    Ok(())
}

fn slide_classes() -> Result<()> {
    seed(1);
    let all = slides(200, 60, 1)?;
    let (train, y) = slide_batch(&all[..100])?;
    let (test, labels) = slide_batch(&all[100..])?;
    let model = GraphNet::new(&GraphNetConfig::slides(), CPU)?;
    let mut optimizer = Adam::new(model.vars(), 0.01);
    for _ in 0..60 {
        optimizer.backward_step(&cross_entropy(&model.forward(&train)?, &y)?)?;
    }
    println!("  test accuracy {:.3}", accuracy(&model.forward(&test)?, &labels)?);
    Ok(())
}
