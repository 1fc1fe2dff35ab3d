//! Autoencoders, and a flow.

use crate::common::{Reference, fill, half};
use crate::seeded::{distance, mean, number, seeded};
use candlelab_data::{blobs, mnist, moons};
use candlelab_models::*;
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/codes.json"))
}

fn small() -> AutoencoderConfig {
    AutoencoderConfig { inputs: 4, hidden: vec![3], code: 2, noise: 0.0 }
}

#[test]
fn the_autoencoder_is_pytorchs() -> Result<()> {
    let _guard = seeded(0);
    let model = Autoencoder::new(&small(), DEVICE)?;
    model.centre(&half(&[1, 4], 0)?)?; // the mean of a single example
    let forward = |x: &Tensor| model.forward(x);
    reference().layer_agrees("autoencoder", &[3, 1, 2, 2], &model.vars(), forward)
}

#[test]
fn parameter_counts_are_those_of_the_labs() -> Result<()> {
    let _guard = seeded(0);
    let autoencoder = Autoencoder::new(&AutoencoderConfig::mnist(), DEVICE)?;
    assert_eq!(parameter_count(&autoencoder.vars()), 2_823_286);
    let vae = Vae::new(&VaeConfig::mnist(), DEVICE)?; // as the example of PyTorch
    assert_eq!(parameter_count(&vae.vars()), 652_824);
    Ok(())
}

#[test]
fn codes_of_two_numbers_keep_what_the_mean_image_does_not() -> Result<()> {
    let _guard = seeded(1);
    let digits = avg_pool2d(&mnist()?.train_images.narrow(0, 0, 100)?, 2, 2)?;
    let config = AutoencoderConfig { inputs: 196, hidden: vec![50], ..AutoencoderConfig::mnist() };
    let model = Autoencoder::new(&config, DEVICE)?;
    model.centre(&digits)?;
    let variance = digits.broadcast_sub(&digits.mean_keepdim(0)?)?.sqr()?;
    let mut optimizer = Adam::new(model.vars(), 0.01);
    for _ in 0..60 {
        optimizer.backward_step(&mse(&model.forward(&digits)?, &digits)?)?;
    }
    let error = number(&mse(&model.predict(&digits)?, &digits)?)?;
    assert!(error < 0.6 * mean(&variance)?, "{error} of {}", mean(&variance)?);
    Ok(())
}

#[test]
fn noise_is_for_training_only() -> Result<()> {
    let _guard = seeded(2);
    let model = Autoencoder::new(&AutoencoderConfig { noise: 0.5, ..small() }, DEVICE)?;
    let x = randn(0.0, 1.0, (3, 4), DEVICE)?;
    assert!(distance(&model.forward(&x)?, &model.forward(&x)?)? > 1e-3);
    assert_eq!(distance(&model.predict(&x)?, &model.predict(&x)?)?, 0.0);
    Ok(())
}

#[test]
fn the_divergence_is_pytorchs() -> Result<()> {
    let _guard = seeded(0);
    reference()
        .agrees("gaussian kl", &[&[3, 4], &[3, 4]], |inputs| gaussian_kl(&inputs[0], &inputs[1]))
}

#[test]
fn drawn_codes_have_their_mean_and_variance_and_gradients() -> Result<()> {
    let _guard = seeded(3);
    let var = |value: f32| Var::from_tensor(&Tensor::full(value, (20_000, 1), DEVICE)?);
    let (mu, log_variance) = (var(2.0)?, var(9f32.ln())?);
    let z = reparameterise(&mu, &log_variance)?;
    assert!((mean(&z)? - 2.0).abs() < 0.06); // 3 standard errors of 3/√20000
    assert!((mean(&(&z - 2.0)?.sqr()?)? - 9.0).abs() < 0.27);
    let gradients = z.sum_all()?.backward()?;
    let of_mean = gradients.get(&mu).expect("a gradient of μ");
    assert_eq!(distance(of_mean, &of_mean.ones_like()?)?, 0.0);
    let of_variance = gradients.get(&log_variance).expect("a gradient of ln σ²"); // ½ (z − μ)
    assert!(distance(of_variance, &((z - 2.0)? * 0.5)?.detach())? < 1e-5);
    Ok(())
}

#[test]
fn a_vae_learns_two_patterns() -> Result<()> {
    let _guard = seeded(4);
    let patterns = Tensor::new(&[[1f32, 1., 0., 0.], [0., 0., 1., 1.]], DEVICE)?;
    let x = patterns.repeat((16, 1))?;
    let config = VaeConfig { inputs: 4, hidden: vec![16], latent: 1 };
    let model = Vae::new(&config, DEVICE)?;
    let mut optimizer = Adam::new(model.vars(), 0.02);
    for _ in 0..400 {
        optimizer.backward_step(&model.loss(&x)?.total)?;
    }
    assert!(distance(&model.predict(&patterns)?, &patterns)? < 0.1);
    let loss = number(&model.loss(&x)?.total)?; // 2.77 without codes, .69 for the one bit
    assert!((0.6..2.0).contains(&loss), "{loss}");
    let samples = model.sample(200)?.round()?.to_vec2::<f32>()?;
    let good = samples.iter().filter(|row| row[0] == row[1] && row[0] + row[2] == 1.0).count();
    assert!(good > 150, "{good} of 200");
    Ok(())
}

#[test]
fn the_vq_vae_is_pytorchs() -> Result<()> {
    let _guard = seeded(0);
    let config = VqVaeConfig { inputs: 4, hidden: vec![3], latent: 2, codes: 5, commitment: 0.25 };
    let model = VqVae::new(&config, DEVICE)?;
    let forward = |x: &Tensor| Ok(model.loss(x)?.total);
    reference().layer_agrees("vq-vae", &[6, 4], &model.vars(), forward)?;
    let x = fill(&[6, 4], 0)?.to_dtype(DType::F32)?;
    let quantised = model.loss(&x)?.quantised;
    let codes: Vec<f64> = quantised.codes.to_vec1::<u32>()?.into_iter().map(f64::from).collect();
    assert_eq!(codes, reference().numbers("used codes"));
    assert!((quantised.perplexity - reference().numbers("perplexity")[0]).abs() < 1e-9);
    Ok(())
}

#[test]
fn four_clusters_need_four_codes() -> Result<()> {
    let _guard = seeded(5);
    let (x, _) = blobs(256, &[[-4., -4.], [-4., 4.], [4., -4.], [4., 4.]], 0.3, 1)?;
    let model = VqVae::new(&VqVaeConfig::clusters(), DEVICE)?;
    let mut optimizer = Adam::new(model.vars(), 0.01);
    for _ in 0..400 {
        optimizer.backward_step(&model.loss(&x)?.total)?;
    }
    let loss = model.loss(&x)?;
    let error = number(&loss.reconstruction)?;
    assert!(error < 0.5, "{error}"); // 16 without codes, .09 within the clusters
    assert!(loss.quantised.perplexity > 3.9, "{}", loss.quantised.perplexity);
    Ok(())
}

#[test]
fn the_density_of_a_flow_has_the_determinant_of_its_jacobian() -> Result<()> {
    let _guard = seeded(0);
    let flow = Flow::new(&FlowConfig { inputs: 3, layers: 2, hidden: 4 }, DEVICE)?;
    reference().layer_agrees("flow", &[4, 3], &flow.vars(), |x| flow.log_density(x))
}

/// The Riemann sum of the density over the square of `±size`.
fn integral(flow: &Flow, size: f64) -> Result<f64> {
    let (steps, width) = (80, size / 40.0);
    let place = |at: usize| ((at as f64 + 0.5) * width - size) as f32;
    let grid = (0..steps * steps).flat_map(|at| [place(at / steps), place(at % steps)]);
    let grid = Tensor::from_iter(grid, DEVICE)?.reshape((steps * steps, 2))?;
    let density = flow.log_density(&grid)?.to_dtype(DType::F64)?.exp()?;
    Ok(number(&density.sum_all()?)? * width * width)
}

#[test]
fn a_flow_integrates_to_one_before_and_after_it_learns_moons() -> Result<()> {
    let _guard = seeded(6);
    let (x, _) = moons(100, 0.1, 1)?;
    let flow = Flow::new(&FlowConfig { hidden: 16, ..FlowConfig::plane() }, DEVICE)?;
    assert!((integral(&flow, 8.0)? - 1.0).abs() < 0.01);
    let mut optimizer = Adam::new(flow.vars(), 0.02);
    let before = number(&flow.loss(&x)?)?;
    for _ in 0..300 {
        optimizer.backward_step(&flow.loss(&x)?)?;
    }
    let after = number(&flow.loss(&x)?)?;
    assert!(after < 1.5 && after < before - 0.5, "{before} {after}"); // a normal has 2.1
    let total = integral(&flow, 6.0)?;
    assert!((total - 1.0).abs() < 0.02, "{total}");
    let again = flow.inverse(&flow.forward(&x)?.0)?;
    assert!(distance(&again, &x)? < 1e-3);
    let drawn = number(&flow.loss(&flow.sample(500)?)?)?; // the entropy, about that of the moons
    assert!((drawn - after).abs() < 0.4, "{drawn} {after}");
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let _guard = seeded(0);
    let flow = Flow::new(&FlowConfig::plane(), DEVICE)?;
    let error = flow.log_density(&Tensor::zeros((4, 3), DType::F32, DEVICE)?).unwrap_err();
    assert!(error.to_string().contains("x: [4, 3], made for (batch, 2)"), "{error}");
    assert!(Flow::new(&FlowConfig { inputs: 1, ..FlowConfig::plane() }, DEVICE).is_err());
    assert!(Vae::new(&VaeConfig { hidden: vec![], ..VaeConfig::mnist() }, DEVICE).is_err());
    assert!(VqVae::new(&VqVaeConfig { codes: 0, ..VqVaeConfig::clusters() }, DEVICE).is_err());
    let wrong = Tensor::zeros((3, 5), DType::F32, DEVICE)?;
    assert!(Autoencoder::new(&small(), DEVICE)?.centre(&wrong).is_err());
    let logits = Tensor::new(&[0f32, f32::NAN], DEVICE)?;
    assert!(categorical(&logits).unwrap_err().to_string().contains("must be numbers"));
    Ok(())
}

#[test]
fn classes_are_drawn_by_their_probabilities() -> Result<()> {
    let _guard = seeded(7);
    let logits = Tensor::new(&[[0f32, 3f32.ln()], [50.0, -50.0]], DEVICE)?;
    let drawn = categorical(&logits.unsqueeze(0)?.broadcast_as((3000, 2, 2))?)?;
    let shares = drawn.to_dtype(DType::F64)?.mean(0)?.to_vec1::<f64>()?;
    assert!((shares[0] - 0.75).abs() < 0.024, "{shares:?}"); // 3 standard errors
    assert_eq!(shares[1], 0.0);
    Ok(())
}
