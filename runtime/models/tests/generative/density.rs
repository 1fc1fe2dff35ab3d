//! Densities.

use crate::common::{Reference, close, fill};
use crate::seeded::{mean, number, seeded};
use candlelab_data::{blobs, coin};
use candlelab_models::*;
use candlelab_nn::*;

const DEVICE: &Device = &Device::Cpu;

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/density.json"))
}

fn agrees(name: &str, tensor: &Tensor) -> Result<()> {
    close(name, tensor, &reference().numbers(name), 1e-7)
}

/// The examples of `tests/reference/density.py`.
fn examples() -> Result<Tensor> {
    let raised = (0..80).map(|at| if at % 6 == 1 { 2.0 } else { 0.0 });
    fill(&[40, 2], 0)? + Tensor::from_iter(raised, DEVICE)?.reshape((40, 2))?
}

#[test]
fn expectation_and_maximisation_are_those_of_scikit_learn() -> Result<()> {
    let x = examples()?;
    let mut gmm = Gmm {
        weights: Tensor::new(&[0.5, 0.3, 0.2], DEVICE)?,
        means: Tensor::new(&[[0.5, 0.5], [-0.5, 1.0], [0.0, 2.5]], DEVICE)?,
        covariances: Tensor::eye(2, DType::F64, DEVICE)?.repeat((3, 1, 1))?,
    };
    for step in 1..=10 {
        gmm = gmm.step(&x)?;
        if step == 1 || step == 10 {
            agrees(&format!("weights {step}"), &gmm.weights)?;
            agrees(&format!("means {step}"), &gmm.means)?;
            agrees(&format!("covariances {step}"), &gmm.covariances)?;
            agrees(&format!("log density {step}"), &gmm.log_density(&x)?)?;
        }
    }
    agrees("responsibilities", &gmm.responsibilities(&x)?)
}

#[test]
fn the_likelihood_never_falls() -> Result<()> {
    let _guard = seeded(1);
    let x = examples()?.to_dtype(DType::F32)?;
    for components in 1..=5 {
        let (gmm, likelihoods) = Gmm::fit(&x, components, 40)?;
        assert!(likelihoods.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9), "{likelihoods:?}");
        assert!((number(&gmm.weights.sum_all()?)? - 1.0).abs() < 1e-9);
    }
    Ok(())
}

#[test]
fn a_mixture_draws_what_it_was_fitted_to() -> Result<()> {
    let _guard = seeded(2);
    let (x, _) = blobs(600, &[[-3., 0.], [3., 1.]], 0.5, 1)?;
    let (gmm, _) = Gmm::fit(&x, 2, 50)?;
    let drawn = gmm.sample(600)?;
    assert!(energy_distance(&drawn, &x)? < 0.02);
    let difference = gmm.log_likelihood(&drawn)? - gmm.log_likelihood(&x)?;
    assert!(difference.abs() < 0.2, "{difference}");
    Ok(())
}

#[test]
fn bumps_are_those_of_scipy_and_scikit_learn() -> Result<()> {
    let x = examples()?;
    let places: Vec<f64> = (0..9).map(|at| at as f64 / 2.0 - 2.0).collect();
    let of_one = Kde::scott(&x.narrow(1, 0, 1)?)?;
    assert!((of_one.bandwidth() - reference().numbers("scott")[0]).abs() < 1e-9);
    agrees("kde 1", &of_one.density(&Tensor::new(places.as_slice(), DEVICE)?.unsqueeze(1)?)?)?;
    let pairs: Vec<Vec<f64>> = places.iter().map(|at| vec![*at, -*at]).collect();
    agrees("kde 2", &Kde::new(&x, 0.3)?.density(&Tensor::new(pairs, DEVICE)?)?)
}

#[test]
fn bumps_integrate_to_one_and_can_be_drawn_from() -> Result<()> {
    let _guard = seeded(3);
    let x = examples()?;
    let kde = Kde::scott(&x.narrow(1, 0, 1)?)?;
    let grid = Tensor::arange_step(-3.0, 3.0, 0.01, DEVICE)?.unsqueeze(1)?;
    let total = number(&kde.density(&grid)?.sum_all()?)? * 0.01;
    assert!((total - 1.0).abs() < 1e-2, "{total}");
    let drawn = kde.sample(20_000)?;
    let variance = number(&drawn.var(0)?.sum_all()?)?; // that of the examples and that of the bumps
    let of_examples = number(&x.narrow(1, 0, 1)?.var(0)?.sum_all()?)? * 39.0 / 40.0;
    assert!((variance - of_examples - kde.bandwidth().powi(2)).abs() < 0.02, "{variance}");
    Ok(())
}

#[test]
fn the_likeliest_coin_is_the_share_of_heads() -> Result<()> {
    let tosses = coin(2000, 0.7, 1)?;
    let p = coin_mle(&tosses)?;
    assert!((p - 0.7).abs() < 0.03, "{p}");
    let at = |p| coin_log_likelihood(&tosses, p);
    assert!(at(p)? > at(p - 1e-3)? && at(p)? > at(p + 1e-3)?);
    let fair = coin_log_likelihood(&tosses, 0.5)?;
    assert!((fair + 2000.0 * 2f64.ln()).abs() < 1e-9);
    assert_eq!(at(1.0)?, f64::NEG_INFINITY);
    assert!(coin_mle(&Tensor::new(&[0.5f32], DEVICE)?).is_err());
    assert!(at(1.5).is_err());
    Ok(())
}

#[test]
fn draws_have_the_density_that_was_inverted() -> Result<()> {
    let _guard = seeded(4);
    let x: Vec<f64> = (0..2001).map(|at| at as f64 * 0.01).collect();
    let density: Vec<f64> = x.iter().map(|x| 3.0 * (-x).exp()).collect();
    let inverse = InverseCdf::new(&x, &density)?;
    for u in [0.1, 0.5, 0.9] {
        assert!((inverse.at(u) + (1.0f64 - u).ln()).abs() < 1e-3); // F⁻¹ = −ln(1 − u)
    }
    let drawn = inverse.sample(10_000)?;
    assert!((mean(&drawn)? - 1.0).abs() < 0.03); // 3 standard errors of 1/√10000
    let hole = InverseCdf::new(&[0.0, 1.0, 2.0, 3.0], &[1.0, 0.0, 0.0, 1.0])?;
    assert_eq!((hole.at(0.5), hole.at(-1.0), hole.at(2.0)), (1.0, 0.0, 3.0));
    assert!(InverseCdf::new(&[0.0, 0.0], &[1.0, 1.0]).is_err());
    assert!(InverseCdf::new(&[0.0, 1.0], &[0.0, 0.0]).is_err());
    assert!(InverseCdf::new(&[0.0, 1.0], &[1.0, -1.0]).is_err());
    Ok(())
}

/// As in the lab: the pendulum's equation out of its path, whose slopes are differences.
#[test]
fn the_pendulum_tells_its_equation() -> Result<()> {
    let h = 0.002;
    let times: Vec<f64> = (0..500).map(|at| at as f64 * h).collect();
    let start = Tensor::new(&[2f64, 0.0], DEVICE)?;
    let path = odeint(pendulum, &start, &times, Solver::rk4())?; // (500, 2)
    let change = ((path.narrow(0, 2, 498)? - path.narrow(0, 0, 498)?)? / (2.0 * h))?;
    let middle = path.narrow(0, 1, 498)?;
    let (x, v) = (middle.narrow(1, 0, 1)?, middle.narrow(1, 1, 1)?);
    let names = ["1", "x", "v", "sin x", "cos x", "x v"];
    let terms = [&x.ones_like()?, &x, &v, &x.sin()?, &x.cos()?, &(&x * &v)?];
    let terms = Tensor::cat(&terms, 1)?;
    let c = sparse_regression(&terms, &change.narrow(1, 1, 1)?.squeeze(1)?, 1.0)?;
    assert!((c[3] / -200.0 - 1.0).abs() < 0.02 && (c[2] / -3.0 - 1.0).abs() < 0.02, "{c:?}");
    let text = formula(&names, &c);
    assert!(text.starts_with("-") && text.ends_with(" sin x") && text.contains(" v - "), "{text}");
    let of_angle = sparse_regression(&terms, &change.narrow(1, 0, 1)?.squeeze(1)?, 0.5)?;
    assert!(
        (of_angle[2] - 1.0).abs() < 0.02 && of_angle.iter().filter(|c| **c != 0.0).count() == 1
    );
    let none = sparse_regression(&terms, &x.zeros_like()?.squeeze(1)?, 0.5)?;
    assert_eq!(formula(&names, &none), "0");
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let _guard = seeded(5);
    let x = examples()?;
    assert!(Gmm::fit(&x, 0, 1).is_err() && Gmm::fit(&x, 41, 1).is_err());
    let wide = Tensor::zeros((3, 3), DType::F64, DEVICE)?;
    let error = Gmm::start(&x, 2)?.log_density(&wide).unwrap_err().to_string();
    assert!(error.contains("x: [3, 3], means: [2, 2]"), "{error}");
    assert!(Kde::new(&x, 0.0).is_err() && Kde::new(&wide.narrow(0, 0, 0)?, 1.0).is_err());
    assert!(Kde::scott(&wide).is_err()); // no width
    assert!(Kde::new(&x, 1.0)?.density(&wide).is_err());
    let missing = Tensor::new(&[[f64::NAN, 0.0]], DEVICE)?;
    assert!(Gmm::start(&missing, 1).is_err());
    let twice = Tensor::cat(&[&x, &x], 1)?;
    let error = sparse_regression(&twice, &x.narrow(1, 0, 1)?.squeeze(1)?, 0.1).unwrap_err();
    assert!(error.to_string().contains("has no root"), "{error}");
    assert!(sparse_regression(&x, &wide, 0.1).is_err());
    Ok(())
}
