//! Mixed pairs of examples.

use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_distr::Beta;

/// Mixes each example of a batch with another one, answers too (Zhang and others 2018):
/// `x = λ xᵢ + (1 − λ) xⱼ`, `y = λ yᵢ + (1 − λ) yⱼ` with `λ ~ Beta(α, α)`, drawn for each pair.
///
/// `j` goes through a shuffled batch. With a small α most examples stay nearly as they are, α = 1 is
/// uniform. The answers become probabilities of the classes, for which the cross-entropy is
/// `−Σ y log_softmax(logits)`, the mean over the batch.
///
/// # Shapes
/// - `x`: `(n, …)`, floats; `y`: `(n)`, classes below `classes`
/// - result: `(n, …)` and `(n, classes)`, f32
///
/// # Errors
/// If `x` and `y` do not fit, a label is no class, or `alpha` is not positive.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let x = Tensor::new(&[[10f32], [20.]], &Device::Cpu)?;
/// let y = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let (x, y) = candlelab_data::mixup(&x, &y, 2, 1.0, 42)?;
/// for (x, y) in x.to_vec2::<f32>()?.iter().zip(y.to_vec2::<f32>()?) {
///     assert!((x[0] - (10.0 * y[0] + 20.0 * y[1])).abs() < 1e-5);
/// }
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn mixup(
    x: &Tensor,
    y: &Tensor,
    classes: usize,
    alpha: f64,
    seed: u64,
) -> Result<(Tensor, Tensor)> {
    let n = y.elem_count();
    if y.rank() != 1 || !y.dtype().is_int() || x.dims().first() != Some(&n) || n == 0 {
        return Err(wrong(
            "(n, …) examples and (n) classes".to_owned(),
            format!("{:?} and {:?}, {:?}", x.dims(), y.dims(), y.dtype()),
        ));
    }
    let labels = y.to_dtype(DType::I64)?.to_vec1::<i64>()?;
    if let Some(row) = labels.iter().position(|label| !(0..classes as i64).contains(label)) {
        let found = format!("class {} in row {row}", labels[row]);
        return Err(wrong(format!("labels below {classes}, the number of classes"), found));
    }
    let shares = match Beta::new(alpha, alpha) {
        Ok(shares) if alpha.is_finite() => shares,
        _ => return Err(wrong("a positive alpha".to_owned(), alpha.to_string())),
    };
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut others: Vec<u32> = (0..n as u32).collect();
    others.shuffle(rng);
    let shares: Vec<f32> = (0..n).map(|_| rng.sample(shares) as f32).collect();
    let mut answers = vec![0f32; n * classes];
    for (row, (share, other)) in shares.iter().zip(&others).enumerate() {
        answers[row * classes + labels[row] as usize] += share;
        answers[row * classes + labels[*other as usize] as usize] += 1. - share;
    }
    let column: Vec<usize> = (0..x.rank()).map(|dim| if dim == 0 { n } else { 1 }).collect();
    let share = Tensor::from_vec(shares, column, x.device())?.to_dtype(x.dtype())?; // (n, 1, …)
    let other = x.contiguous()?.index_select(&Tensor::new(others, x.device())?, 0)?;
    let mixed = (other.broadcast_add(&(x - &other)?.broadcast_mul(&share)?))?; // xⱼ + λ (xᵢ − xⱼ)
    Ok((mixed, Tensor::from_vec(answers, (n, classes), &Device::Cpu)?.to_device(y.device())?))
}

fn wrong(expected: String, found: String) -> Error {
    let hint = "mixup(&x, &y, 10, 0.2, seed) mixes a batch of ten classes";
    Error::invalid("mixup".to_owned(), expected, found, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes 0, 1, … in turns, and their one-hot codes.
    fn codes(n: usize, classes: usize) -> (Tensor, Tensor) {
        let y: Vec<u32> = (0..n).map(|row| (row % classes) as u32).collect();
        let y = Tensor::new(y, &Device::Cpu).unwrap();
        (Tensor::eye(classes, DType::F32, &Device::Cpu).unwrap().index_select(&y, 0).unwrap(), y)
    }

    #[test]
    fn examples_and_answers_are_mixed_in_the_same_way() {
        let (x, y) = codes(60, 3);
        let (mixed, answers) = mixup(&x.reshape((60, 3, 1, 1)).unwrap(), &y, 3, 0.7, 1).unwrap();
        assert_eq!(mixed.dims(), [60, 3, 1, 1]);
        let difference = (mixed.flatten_from(1).unwrap() - &answers).unwrap().abs().unwrap();
        assert!(difference.max_all().unwrap().to_scalar::<f32>().unwrap() < 1e-6);
        let sums = answers.sum(1).unwrap().to_vec1::<f32>().unwrap();
        assert!(sums.iter().all(|sum| (sum - 1.).abs() < 1e-6));
        assert!(
            (&answers - x).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap()
                > 0.2
        );
    }

    /// The variance of Beta(α, α) is 1/(4(2α + 1)).
    #[test]
    fn the_shares_have_the_moments_of_beta() {
        for alpha in [0.2, 1., 4.] {
            let n = 20_000;
            let x = Tensor::arange(0f64, n as f64, &Device::Cpu).unwrap();
            let x = Tensor::stack(&[x.ones_like().unwrap(), x], 1).unwrap();
            let y = Tensor::zeros(n, DType::U32, &Device::Cpu).unwrap();
            let (mixed, _) = mixup(&x, &y, 1, alpha, 3).unwrap();
            let others = {
                let mut others: Vec<u32> = (0..n as u32).collect();
                others.shuffle(&mut StdRng::seed_from_u64(3));
                others
            };
            let mixed = mixed.to_vec2::<f64>().unwrap();
            let shares: Vec<f64> = (0..n)
                .filter(|row| others[*row] != *row as u32)
                .map(|row| {
                    assert_eq!(mixed[row][0], 1.);
                    let (own, other) = (row as f64, f64::from(others[row]));
                    (mixed[row][1] - other) / (own - other)
                })
                .collect();
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>()
                / shares.len() as f64;
            let expected = 1. / (4. * (2. * alpha + 1.));
            assert!((mean - 0.5).abs() < 0.015, "{alpha}: {mean}");
            assert!((variance / expected - 1.).abs() < 0.05, "{alpha}: {variance} {expected}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let (x, y) = codes(20, 4);
        let draw = |seed| mixup(&x, &y, 4, 1., seed).unwrap().0.to_vec2::<f32>().unwrap();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn what_cannot_be_mixed_is_an_error() {
        let (x, y) = codes(6, 3);
        let message = |x: &Tensor, y: &Tensor, classes, alpha| {
            mixup(x, y, classes, alpha, 0).unwrap_err().to_string()
        };
        assert!(
            message(&x, &y, 2, 1.)
                .contains("labels below 2, the number of classes, found class 2 in row 2")
        );
        let below = (y.to_dtype(DType::I64).unwrap()
            - Tensor::ones(6, DType::I64, &Device::Cpu).unwrap())
        .unwrap();
        assert!(message(&x, &below, 3, 1.).contains("found class -1 in row 0"));
        for alpha in [0., -1., f64::NAN, f64::INFINITY] {
            assert!(message(&x, &y, 3, alpha).contains("expected a positive alpha"), "{alpha}");
        }
        assert!(message(&x.narrow(0, 0, 5).unwrap(), &y, 3, 1.).contains("[5, 3] and [6], U32"));
        assert!(message(&x, &x, 3, 1.).contains("(n) classes"));
    }
}
