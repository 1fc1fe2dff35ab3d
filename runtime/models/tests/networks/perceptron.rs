//! The learning rule: what a line separates is learnt, what none separates never.

use candlelab_data::{and, four_points, xor};
use candlelab_models::{Perceptron, mlp};
use candlelab_nn::*;

#[test]
fn it_learns_and_from_every_start_and_xor_from_none() -> Result<()> {
    seed(1);
    for _ in 0..100 {
        let model = Perceptron::new(2, &Device::Cpu)?;
        let (x, y) = and()?;
        let history = model.learn(&x, &y, 0.1, 200)?;
        assert!(history.converged && accuracy(&model.forward(&x)?, &y)? == 1.0);
        assert_eq!(history.mistakes.iter().sum::<usize>(), history.updates.len());
        let (x, y) = xor()?;
        let history = model.learn(&x, &y, 0.1, 200)?;
        assert!(!history.converged && history.mistakes.len() == 200);
        assert!(accuracy(&model.forward(&x)?, &y)? <= 0.75);
    }
    Ok(())
}

/// By hand: (−1, 0) of the lower class gives w = (1, 0), b = −1, which fits the others too.
#[test]
fn the_rule_moves_the_line_by_the_example() -> Result<()> {
    let model = Perceptron::new(2, &Device::Cpu)?;
    model.vars()[0].set(&Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?)?;
    let (x, y) = four_points()?;
    let history = model.learn(&x, &y, 1.0, 10)?;
    assert_eq!(history.mistakes, [1, 0]);
    let update = &history.updates[0];
    assert_eq!((update.epoch, update.example, update.bias), (0, 0, -1.0));
    assert_eq!(update.weights, [1.0, 0.0]);
    assert_eq!(model.weight().to_vec2::<f32>()?, [[1.0, 0.0]]);
    assert_eq!(model.bias().to_vec1::<f32>()?, [-1.0]);
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let model = Perceptron::new(3, &Device::Cpu)?;
    let (x, y) = and()?;
    let error = model.learn(&x, &y, 0.1, 1).unwrap_err().to_string();
    assert!(error.contains("x: [4, 2], y: [4], weights: [1, 3]"), "{error}");
    let y = Tensor::new(&[0u32, 1, 2, 1], &Device::Cpu)?;
    let error = Perceptron::new(2, &Device::Cpu)?.learn(&x, &y, 0.1, 1).unwrap_err().to_string();
    assert!(error.contains("got 2"), "{error}");
    assert!(mlp(&[1], Activation::Relu, &Device::Cpu).is_err());
    Ok(())
}

/// The networks of the labs on digits, on waves, and of both games.
#[test]
fn multi_layer_perceptrons_have_the_parameters_of_the_labs() -> Result<()> {
    let count = |widths: &[usize]| {
        Ok::<_, candle_core::Error>(parameter_count(
            &mlp(widths, Activation::Relu, &Device::Cpu)?.vars(),
        ))
    };
    assert_eq!(count(&[784, 500, 10])?, 397_510);
    assert_eq!((count(&[1, 128, 1])?, count(&[1, 32, 8, 1])?), (385, 337));
    assert_eq!((count(&[2, 200, 2])?, count(&[4, 64, 8])?), (1002, 840));
    Ok(())
}
