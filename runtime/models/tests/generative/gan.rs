//! Adversarial games.

use crate::common::{Reference, close, fill};
use crate::seeded::seeded;
use candlelab_data::coin;
use candlelab_models::*;
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

/// `0.1 · fill`, as `tests/reference/gan.py` has it.
fn give(layer: &Sequential) -> Result<()> {
    let vars = layer.vars();
    let mut vars = vars.iter().enumerate();
    vars.try_for_each(|(at, var)| var.set(&small(var.dims(), 3 + at, 0.1)?))
}

fn small(shape: &[usize], start: usize, scale: f64) -> Result<Tensor> {
    (fill(shape, start)? * scale)?.to_dtype(DType::F32)
}

fn gradient_sizes(loss: &Tensor, layer: &Sequential) -> Result<Tensor> {
    let gradients = loss.backward()?;
    let size = |var: &Var| gradients.get(var).expect("a gradient").sqr()?.sum_all()?.sqrt();
    Tensor::stack(&layer.vars().iter().map(size).collect::<Result<Vec<_>>>()?, 0)
}

#[test]
fn a_round_of_the_dcgan_is_pytorchs() -> Result<()> {
    let _guard = seeded(0);
    let reference = Reference::new(include_str!("../../../../tests/reference/gan.json"));
    let agrees = |name: &str, tensor: &Tensor| close(name, tensor, &reference.numbers(name), 1e-4);
    let gan = Gan::dcgan(0, DEVICE)?;
    give(&gan.generator)?;
    give(&gan.discriminator)?;
    let (x, z) = (small(&[2, 1, 28, 28], 0, 1.0)?, small(&[2, 100, 1, 1], 1, 1.0)?);
    let fake = gan.generate(&z, None)?;
    agrees("images", &fake.narrow(0, 0, 1)?.narrow(2, 13, 1)?)?;
    let (real, made_up) = (gan.judge(&x, None)?, gan.judge(&fake.detach(), None)?);
    agrees("logits", &Tensor::cat(&[&real, &made_up], 0)?)?;
    let of_discriminator = discriminator_loss(&real, &made_up)?;
    let of_generator = generator_loss(&gan.judge(&fake, None)?)?;
    agrees("losses", &Tensor::stack(&[&of_discriminator, &of_generator], 0)?)?;
    agrees("discriminator", &gradient_sizes(&of_discriminator, &gan.discriminator)?)?;
    agrees("generator", &gradient_sizes(&of_generator, &gan.generator)?)
}

/// The share of ones among rounded samples, and of samples that round to 0 or 1.
fn heads(samples: &Tensor) -> Result<(f64, f64)> {
    let samples = samples.round()?.flatten_all()?.to_vec1::<f32>()?;
    let share = |value: f32| {
        samples.iter().filter(|sample| **sample == value).count() as f64 / samples.len() as f64
    };
    Ok((share(1.0), share(0.0) + share(1.0)))
}

/// As in the lab, with fewer and larger steps.
#[test]
fn the_coin_gan_tosses_as_its_coin() -> Result<()> {
    let _guard = seeded(1);
    let tosses = coin(256, 0.3, 1)?;
    let options = GanOptions { epochs: 150, lr: 4e-3, beta1: 0.5, ..GanOptions::default() };
    let gan = Gan::coin(DEVICE)?;
    let history = train_gan(&gan, &tosses, None, &options)?;
    assert_eq!((history.discriminator.len(), history.generator.len()), (1200, 1200));
    let epochs: Vec<usize> = history.snapshots.iter().map(|(epoch, _)| *epoch).collect();
    assert_eq!(epochs, [50, 100, 150]);
    assert_eq!(history.snapshots[2].1.dims(), [1000, 1]);
    let late = &history.discriminator[1000..];
    let late = late.iter().sum::<f64>() / 200.0; // ln 2 = .693 if nothing can be told apart
    assert!((0.55..0.72).contains(&late), "{late}");
    let (share, valid) = heads(&gan.sample(2000, None)?)?;
    assert!(valid > 0.95 && (share - 0.3).abs() < 0.1, "{share} {valid}");
    Ok(())
}

#[test]
fn a_conditional_gan_makes_what_it_is_told() -> Result<()> {
    let _guard = seeded(2);
    let y = Tensor::from_iter((0..128u32).map(|at| at % 2), DEVICE)?;
    let side = ((y.to_dtype(DType::F32)? * 4.0)? - 2.0)?.unsqueeze(1)?; // −2 or 2
    let x = (side + randn(0.0, 0.1, (128, 1), DEVICE)?)?;
    let net = |widths: &[usize]| mlp(widths, Activation::LeakyRelu(0.2), DEVICE);
    let gan = Gan::new(net(&[4, 16, 1])?, net(&[3, 16, 1])?, &[2], 2, DEVICE);
    let options = GanOptions { epochs: 100, lr: 5e-3, beta1: 0.5, ..GanOptions::default() };
    let history = train_gan(&gan, &x, Some(&y), &options)?;
    let sides = |samples: &Tensor| samples.gt(0.0)?.flatten_all()?.to_vec1::<u8>();
    let right = |of: &[u8]| {
        (0..).zip(of).filter(|(at, side): &(usize, &u8)| at % 2 == **side as usize).count()
    };
    let told = gan.sample(128, Some(&y))?;
    assert!(right(&sides(&told)?) > 120, "{told}");
    assert!(right(&sides(&history.snapshots[1].1)?) > 900); // classes take turns there
    Ok(())
}

#[test]
fn labels_are_planes_of_images() -> Result<()> {
    let _guard = seeded(0);
    let gan = Gan::dcgan(10, DEVICE)?;
    let labels = Tensor::new(&[3u32, 9], DEVICE)?;
    let images = gan.sample(2, Some(&labels))?;
    assert_eq!(images.dims(), [2, 1, 28, 28]);
    assert_eq!(gan.judge(&images, Some(&labels))?.dims(), [2]);
    let rows = Gan::conditional(10, DEVICE)?.sample(2, Some(&labels))?;
    assert_eq!(rows.dims(), [2, 784]);
    let error = gan.sample(3, Some(&labels)).unwrap_err().to_string();
    assert!(
        error.contains("10 classes (u32), x: [3, 100, 1, 1], labels: Some(([2], U32))"),
        "{error}"
    );
    assert!(gan.sample(2, None).unwrap_err().to_string().contains("labels: None"));
    assert!(gan.sample(1, Some(&Tensor::new(&[10u32], DEVICE)?)).is_err());
    assert!(Gan::coin(DEVICE)?.sample(2, Some(&labels)).is_err());
    Ok(())
}

#[test]
fn a_game_that_diverges_is_stopped() -> Result<()> {
    let _guard = seeded(3);
    let options = GanOptions { lr: f64::INFINITY, ..GanOptions::default() };
    let error = train_gan(&Gan::coin(DEVICE)?, &coin(64, 0.5, 1)?, None, &options).unwrap_err();
    assert!(error.to_string().contains("hint: a smaller learning rate"), "{error}");
    Ok(())
}
