//! Diffusion models.

use crate::common::{Reference, close, fill};
use crate::seeded::{distance, mean, number, seeded};
use candlelab_data::{blobs, coin_signal};
use candlelab_models::*;
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/diffusion.json"))
}

fn times(t: &[u32]) -> Result<Tensor> {
    Tensor::new(t, DEVICE)
}

#[test]
fn schedules_have_their_products() -> Result<()> {
    let _guard = seeded(0);
    let linear = NoiseSchedule::linear(50, 1e-4, 0.02)?;
    assert_eq!(linear, NoiseSchedule::coin()?);
    for (name, schedule) in [("linear", linear), ("cosine", NoiseSchedule::cosine(50)?)] {
        let kept = [0, 9, 24, 49].map(|t| schedule.alpha_bars()[t]);
        close(name, &Tensor::new(&kept, DEVICE)?, &reference().numbers(name), 1e-6)?;
    }
    let last = |schedule: NoiseSchedule| schedule.alpha_bars()[schedule.steps() - 1];
    assert!((last(NoiseSchedule::coin()?) - 0.603).abs() < 5e-4); // the fault
    assert!(last(NoiseSchedule::coin_mended()?) < 0.01);
    assert!(last(NoiseSchedule::linear(1000, 1e-4, 0.02)?) < 1e-4);
    Ok(())
}

/// `q(xₜ|x₀)` at once has the mean and variance of step after step.
#[test]
fn noise_at_once_is_noise_step_by_step() -> Result<()> {
    let _guard = seeded(1);
    let schedule = NoiseSchedule::coin_mended()?;
    let (n, t) = (20_000, 20);
    let start = Tensor::full(2f32, (n, 1), DEVICE)?;
    let noise = || randn(0.0, 1.0, (n, 1), DEVICE);
    let mut x = start.clone();
    for beta in &schedule.betas()[..=t] {
        x = ((x * (1.0 - beta).sqrt())? + (noise()? * beta.sqrt())?)?;
    }
    let at_once = schedule.add_noise(&start, &Tensor::full(t as u32, n, DEVICE)?, &noise()?)?;
    let alpha_bar = schedule.alpha_bars()[t];
    let variance = 1.0 - alpha_bar;
    for x in [x, at_once] {
        let average = mean(&x)?; // within three standard errors
        assert!((average - 2.0 * alpha_bar.sqrt()).abs() < 3.0 * (variance / n as f64).sqrt());
        let found = mean(&(x - average)?.sqr()?)?;
        assert!((found - variance).abs() < 3.0 * variance * (2.0 / n as f64).sqrt(), "{found}");
    }
    Ok(())
}

#[test]
fn denoisers_are_pytorchs() -> Result<()> {
    let _guard = seeded(0);
    let config = DiffusionMlpConfig { inputs: 2, hidden: 6, layers: 2, embedding: 4, classes: 3 };
    let mlp = DiffusionMlp::new(&config, DEVICE)?;
    let labels = times(&[2, 0, 1])?;
    let t = times(&[0, 3, 7])?;
    reference()
        .layer_agrees("mlp", &[3, 2], &mlp.vars(), |x| mlp.predict_noise(x, &t, Some(&labels)))?;
    let config = DiffusionUNetConfig { channels: 1, width: 8, embedding: 4, classes: 3 };
    let unet = DiffusionUNet::new(&config, DEVICE)?;
    let (t, labels) = (times(&[1, 40])?, times(&[2, 0])?);
    reference().layer_agrees("unet", &[2, 1, 4, 8], &unet.vars(), |x| {
        unet.predict_noise(x, &t, Some(&labels))
    })
}

/// The share of heads that the best possible denoiser makes of a coin, and how far tosses lie from
/// ±¾.
fn ideal(p: f64, schedule: NoiseSchedule) -> Result<(f64, f64)> {
    let model = IdealCoinDenoiser { p, schedule: schedule.clone() };
    tossed(&ddpm_sample(&model, &schedule, (20_000, 1), None, DEVICE)?)
}

fn tossed(x: &Tensor) -> Result<(f64, f64)> {
    let heads = mean(&x.gt(0.0)?)?;
    Ok((heads, mean(&(x.abs()? - 0.75)?.abs()?)?))
}

/// The numbers of the lab: what the original's schedule does even to a perfect model.
#[test]
fn a_schedule_that_ends_early_bends_the_coin() -> Result<()> {
    let _guard = seeded(2);
    for (p, bent) in [(0.3, 0.403), (0.7, 0.598), (0.1, 0.261)] {
        let (heads, _) = ideal(p, NoiseSchedule::coin()?)?;
        assert!((heads - bent).abs() < 0.012, "{p}: {heads}");
    }
    let hundred = NoiseSchedule::linear(100, 1e-4, 0.1)?;
    for (schedule, expected) in [(NoiseSchedule::coin_mended()?, 0.301), (hundred, 0.3025)] {
        let (heads, off) = ideal(0.3, schedule)?;
        assert!((heads - expected).abs() < 0.012, "{heads}");
        assert!(off < 0.1, "{off}");
    }
    Ok(())
}

#[test]
fn the_ideal_denoiser_has_the_least_loss() -> Result<()> {
    let _guard = seeded(3);
    let (x, schedule) = (coin_signal(4000, 0.3, 1)?, NoiseSchedule::coin_mended()?);
    let loss = |model: &dyn Denoiser| number(&diffusion_loss(model, &schedule, &x, None)?);
    let least = loss(&IdealCoinDenoiser { p: 0.3, schedule: schedule.clone() })?;
    let other = loss(&IdealCoinDenoiser { p: 0.7, schedule: schedule.clone() })?;
    assert!(least < other && least < 0.2, "{least} {other}"); // .17 in the lab
    assert!((loss(&|x: &Tensor, _: &Tensor| x.zeros_like())? - 1.0).abs() < 0.1);
    Ok(())
}

#[test]
fn the_coin_denoiser_learns_the_noise() -> Result<()> {
    let _guard = seeded(4);
    let schedule = NoiseSchedule::coin_mended()?;
    let model = CoinDenoiser::new(schedule.steps(), DEVICE)?;
    let tosses = coin_signal(64, 0.3, 1)?;
    let mut optimizer = Adam::new(model.vars(), 3e-3);
    let mut losses = Vec::new();
    for _ in 0..100 {
        let loss = diffusion_loss(&model, &schedule, &tosses, None)?;
        losses.push(number(&loss)?);
        optimizer.backward_step(&loss)?;
    }
    let late = losses[80..].iter().sum::<f64>() / 20.0;
    assert!(losses[0] > 0.8 && late < 0.35, "{losses:?}"); // .17 at best
    Ok(())
}

#[test]
fn without_noise_the_way_back_is_fixed_and_may_be_short() -> Result<()> {
    let _guard = seeded(5);
    let schedule = NoiseSchedule::cosine(50)?;
    let model = IdealCoinDenoiser { p: 0.3, schedule: schedule.clone() };
    let walk = |steps: usize| {
        seed(6);
        ddim_sample(&model, &schedule, steps, (5000, 1), None, DEVICE)
    };
    let (long, short) = (walk(50)?, walk(25)?);
    assert_eq!(distance(&long, &walk(50)?)?, 0.0);
    for samples in [&long, &short] {
        let (heads, off) = tossed(samples)?;
        assert!((heads - 0.3).abs() < 0.03 && off < 0.1, "{heads} {off}");
    }
    let same = ((long * &short)?.gt(0.0)?).to_dtype(DType::F64)?; // both on the same side
    assert!(mean(&same)? > 0.95, "{}", mean(&same)?);
    assert!(ddim_sample(&model, &schedule, 51, (1, 1), None, DEVICE).is_err());
    assert!(ddpm_step(&model, &schedule, &short, 50, None).is_err());
    Ok(())
}

/// `ddim` with every step and a model that sees the truth comes back to it.
#[test]
fn a_step_of_ddim_keeps_example_and_noise() -> Result<()> {
    let _guard = seeded(7);
    let schedule = NoiseSchedule::coin_mended()?;
    let (x, noise) = (randn(0.0, 1.0, (4, 3), DEVICE)?, randn(0.0, 1.0, (4, 3), DEVICE)?);
    let at = |t: u32| schedule.add_noise(&x, &times(&[t; 4])?, &noise);
    let sees = |_: &Tensor, _: &Tensor| Ok(noise.clone());
    let back = ddim_step(&sees, &schedule, &at(40)?, (40, Some(7)), None)?;
    assert!(distance(&back, &at(7)?)? < 1e-5);
    assert!(distance(&ddim_step(&sees, &schedule, &at(40)?, (40, None), None)?, &x)? < 1e-5);
    Ok(())
}

#[test]
fn guidance_leads_to_a_class() -> Result<()> {
    let _guard = seeded(8);
    let (x, y) = blobs(256, &[[1., 1.], [-1., -1.], [1., -1.], [-1., 1.]], 0.1, 1)?;
    let config = DiffusionMlpConfig {
        hidden: 32,
        layers: 2,
        embedding: 16,
        classes: 4,
        ..DiffusionMlpConfig::plane()
    };
    let model = DiffusionMlp::new(&config, DEVICE)?;
    let schedule = NoiseSchedule::linear(20, 1e-4, 0.5)?;
    let mut optimizer = Adam::new(model.vars(), 5e-3);
    for _ in 0..200 {
        optimizer.backward_step(&diffusion_loss(&model, &schedule, &x, Some(&y))?)?;
    }
    let off = |scale: f64| {
        let labels = Tensor::full(2u32, 100, DEVICE)?;
        let guidance = Guidance { labels, scale };
        let drawn = ddpm_sample(&model, &schedule, (100, 2), Some(&guidance), DEVICE)?;
        mean(&drawn.broadcast_sub(&Tensor::new(&[1f32, -1.0], DEVICE)?)?.abs()?)
    };
    let (plain, guided) = (off(0.0)?, off(1.0)?);
    assert!(plain < 0.4 && guided < 0.4, "{plain} {guided}"); // 1.0 for classes at random
    Ok(())
}

/// The weights of `1 + w` and `−w`, by a model whose noise is 1 without a class and 3 with it.
#[test]
fn guidance_goes_beyond_the_class() -> Result<()> {
    let _guard = seeded(0);
    struct Steps;
    impl Denoiser for Steps {
        fn predict_noise(&self, x: &Tensor, _: &Tensor, y: Option<&Tensor>) -> Result<Tensor> {
            x.ones_like()? * if y.is_some() { 3.0 } else { 1.0 }
        }
    }
    let schedule = NoiseSchedule::new(&[0.75])?; // x₀ = (x − √.75 ε) / .5
    let guidance = Guidance { labels: times(&[0])?, scale: 2.0 };
    let zero = Tensor::zeros((1, 1), DType::F32, DEVICE)?;
    let back = ddpm_step(&Steps, &schedule, &zero, 0, Some(&guidance))?;
    let expected = -(0.75f64.sqrt() * (3.0 * 3.0 - 2.0 * 1.0)) / 0.5;
    assert!((mean(&back)? - expected).abs() < 1e-5, "{back}");
    Ok(())
}

#[test]
fn the_unet_learns_the_noise_of_one_image() -> Result<()> {
    let _guard = seeded(9);
    let config = DiffusionUNetConfig { width: 8, embedding: 8, ..DiffusionUNetConfig::digits() };
    let model = DiffusionUNet::new(&config, DEVICE)?;
    let schedule = NoiseSchedule::linear(10, 1e-4, 0.8)?;
    let image = fill(&[1, 1, 8, 8], 0)?.to_dtype(DType::F32)?.repeat((8, 1, 1, 1))?;
    let mut optimizer = Adam::new(model.vars(), 0.01);
    let mut losses = Vec::new();
    for _ in 0..60 {
        let loss = diffusion_loss(&model, &schedule, &image, None)?;
        losses.push(number(&loss)?);
        optimizer.backward_step(&loss)?;
    }
    let late = losses[50..].iter().sum::<f64>() / 10.0;
    assert!(losses[0] > 0.9 && late < 0.4, "{losses:?}");
    Ok(())
}

#[test]
fn latent_diffusion_draws_codes_as_the_examples_have_them() -> Result<()> {
    let _guard = seeded(10);
    let (points, _) = blobs(200, &[[2., 0.], [-2., 1.]], 0.2, 1)?;
    let x = points.matmul(&randn(0.0, 1.0, (2, 8), DEVICE)?)?; // a plane in eight dimensions
    let config = AutoencoderConfig { inputs: 8, hidden: vec![], code: 2, noise: 0.0 };
    let autoencoder = Autoencoder::new(&config, DEVICE)?;
    autoencoder.centre(&x)?;
    let mut optimizer = Adam::new(autoencoder.vars(), 0.05);
    for _ in 0..200 {
        optimizer.backward_step(&mse(&autoencoder.forward(&x)?, &x)?)?;
    }
    let config = DiffusionMlpConfig { hidden: 32, embedding: 16, ..DiffusionMlpConfig::plane() };
    let denoiser = DiffusionMlp::new(&config, DEVICE)?;
    let model =
        LatentDiffusion::new(autoencoder, denoiser, NoiseSchedule::linear(20, 1e-4, 0.5)?, &x)?;
    let codes = model.codes(&x)?;
    assert!(mean(&codes)?.abs() < 1e-5 && (mean(&codes.sqr()?)? - 1.0).abs() < 1e-4);
    let before = energy_distance(&model.sample_codes(200)?, &codes)?;
    let mut optimizer = Adam::new(model.denoiser.vars(), 5e-3);
    for _ in 0..200 {
        optimizer.backward_step(&model.loss(&codes)?)?;
    }
    let drawn = model.sample_codes(200)?;
    let after = energy_distance(&drawn, &codes)?;
    assert!(after < 0.1 && after < before / 3.0, "{before} {after}");
    let distance = energy_distance(&model.decode(&drawn)?, &x)?;
    assert!(distance < 0.4, "{distance}");
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let _guard = seeded(0);
    assert!(NoiseSchedule::linear(0, 0.1, 0.2).is_err() && NoiseSchedule::cosine(0).is_err());
    let error = NoiseSchedule::linear(3, 0.5, 1.5).unwrap_err().to_string();
    assert!(error.contains("between 0 and 1, got 1"), "{error}");
    assert!(time_embedding(&times(&[1])?, 5).is_err());
    let model = DiffusionMlp::new(&DiffusionMlpConfig::plane(), DEVICE)?;
    let x = Tensor::zeros((2, 3), DType::F32, DEVICE)?;
    let error = model.predict_noise(&x, &times(&[0, 0])?, None).unwrap_err().to_string();
    assert!(error.contains("x: [2, 3], t: [2], made for (batch, 2)"), "{error}");
    let labels = times(&[0, 0])?;
    let error = model.predict_noise(&x.narrow(1, 0, 2)?, &labels, Some(&labels)).unwrap_err();
    assert!(error.to_string().contains("this denoiser has no classes"), "{error}");
    let unet = DiffusionUNet::new(&DiffusionUNetConfig::digits(), DEVICE)?;
    let x = Tensor::zeros((2, 1, 6, 8), DType::F32, DEVICE)?;
    let error = unet.predict_noise(&x, &labels, None).unwrap_err().to_string();
    assert!(error.contains("multiples of 4, x: [2, 1, 6, 8]"), "{error}");
    let config = DiffusionUNetConfig { width: 12, ..DiffusionUNetConfig::digits() };
    assert!(DiffusionUNet::new(&config, DEVICE).is_err());
    let still = Autoencoder::new(&AutoencoderConfig::mnist(), DEVICE)?;
    let x = Tensor::zeros((2, 784), DType::F32, DEVICE)?;
    let model = LatentDiffusion::new(still, model, NoiseSchedule::coin()?, &x);
    assert!(model.unwrap_err().to_string().contains("never changes"));
    Ok(())
}
