//! Differential equations.

use crate::common::{Reference, check, close, fill, half, random};
use crate::seeded::{distance, mean, number, seeded};
use candlelab_models::*;
use candlelab_nn::*;
use std::cell::Cell;

const DEVICE: &Device = &Device::Cpu;
const TIMES: [f64; 6] = [0.0, 0.13, 0.5, 0.9, 1.7, 2.0];

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/ode.json"))
}

fn state(x: [f64; 2]) -> Result<Tensor> {
    Tensor::new(&x, DEVICE)
}

/// `dx/dt = (v + cos 3t, −x v)`
fn driven(t: f64, x: &Tensor) -> Result<Tensor> {
    let (x, v) = (x.narrow(0, 0, 1)?, x.narrow(0, 1, 1)?);
    Tensor::cat(&[(&v + (3.0 * t).cos())?, (x * v)?.neg()?], 0)
}

#[test]
fn the_error_falls_with_the_order_of_the_method() -> Result<()> {
    let error = |solver| {
        let path = odeint(|_, x| Ok(x.clone()), &Tensor::new(1f64, DEVICE)?, &[0.0, 1.0], solver)?;
        Ok((path.to_vec1::<f64>()?[1] - 1f64.exp()).abs())
    };
    let gain = |coarse: Result<f64>, fine: Result<f64>| Result::Ok(coarse? / fine?);
    let euler = |steps| error(Solver::Euler { steps });
    let rk4 = |steps| error(Solver::Rk4 { steps });
    assert!((gain(euler(100), euler(200))? - 2.0).abs() < 0.1);
    assert!((gain(rk4(10), rk4(20))? - 16.0).abs() < 1.0);
    Ok(())
}

#[test]
fn dopri5_makes_the_steps_of_scipy() -> Result<()> {
    let back = [0.9, 0.5, 0.13, 0.0];
    let cases = [
        ("pendulum", [0.1, 0.0], &TIMES[..], (1e-6, 1e-8)),
        ("driven", [0.5, -1.0], &TIMES[..], (1e-3, 1e-6)),
        ("driven back", [0.5, -1.0], &back, (1e-3, 1e-6)),
    ];
    for (name, start, times, (relative, absolute)) in cases {
        let slopes = Cell::new(0.0);
        let f = |t: f64, x: &Tensor| {
            slopes.set(slopes.get() + 1.0);
            if name == "pendulum" { pendulum(t, x) } else { driven(t, x) }
        };
        let path = odeint(f, &state(start)?, times, Solver::Dopri5 { relative, absolute })?;
        close(name, &path, &reference().numbers(name), 1e-10)?;
        assert_eq!(slopes.get(), reference().numbers(&format!("{name} slopes"))[0]);
    }
    Ok(())
}

#[test]
fn small_tolerances_give_the_solution() -> Result<()> {
    let solver = Solver::Dopri5 { relative: 1e-9, absolute: 1e-9 };
    let path = odeint(pendulum, &state([0.1, 0.0])?, &TIMES, solver)?;
    close("exact", &path, &reference().numbers("exact"), 1e-7)?;
    let back: Vec<f64> = TIMES.iter().rev().copied().collect();
    let start = odeint(pendulum, &path.get(5)?, &back, solver)?.get(5)?;
    assert!(distance(&start, &state([0.1, 0.0])?)? < 1e-5);
    let single =
        odeint(pendulum, &state([0.1, 0.0])?.to_dtype(DType::F32)?, &TIMES, Solver::dopri5())?;
    assert!(distance(&single.to_dtype(DType::F64)?, &path)? < 1e-3);
    Ok(())
}

#[test]
fn gradients_go_back_through_the_steps() -> Result<()> {
    let _guard = seeded(1);
    for solver in [
        Solver::Euler { steps: 2 },
        Solver::rk4(),
        Solver::Dopri5 { relative: 1e-3, absolute: 1e-3 },
    ] {
        let times = [0.0, 0.1, 0.3];
        check("odeint", random(2)?, |x| odeint(driven, x, &times, solver))?;
    }
    Ok(())
}

#[test]
fn a_solution_and_its_gradients_are_pytorchs() -> Result<()> {
    reference().agrees("rk4", &[&[3, 2], &[4, 2], &[4], &[2, 4], &[2]], |inputs| {
        let [x, w1, b1, w2, b2] = inputs else { unreachable!() };
        let field = |_: f64, x: &Tensor| linear(&linear(x, w1, Some(b1))?.tanh()?, w2, Some(b2));
        odeint(field, x, &[0.0, 0.2, 0.4, 0.6], Solver::Rk4 { steps: 2 })
    })
}

/// The gradients of a loss of the whole trajectory, of the start and of all parameters.
fn gradients(solver: Solver, gradient: OdeGradient) -> Result<Vec<Tensor>> {
    let config = NeuralOdeConfig { hidden: 5, solver, gradient, ..NeuralOdeConfig::plane() };
    let model = NeuralOde::new(&config, DEVICE)?;
    for (at, var) in model.vars().iter().enumerate() {
        var.set(&half(var.dims(), 3 + at)?)?;
    }
    let x = Var::from_tensor(&fill(&[3, 2], 0)?.to_dtype(DType::F32)?)?;
    let path = model.trajectory(&x, &[0.0, 0.2, 0.5, 1.0])?;
    let loss = (&path * fill(path.dims(), 9)?.to_dtype(DType::F32)?)?.sum_all()?;
    let gradients = loss.backward()?;
    let all = std::iter::once(x).chain(model.vars());
    Ok(all.map(|var| gradients.get(&var).expect("a gradient").clone()).collect())
}

#[test]
fn the_adjoint_is_the_gradient_through_the_steps() -> Result<()> {
    let _guard = seeded(2);
    for solver in [Solver::Rk4 { steps: 4 }, Solver::Dopri5 { relative: 1e-5, absolute: 1e-6 }] {
        let truth = gradients(solver, OdeGradient::Backprop)?;
        for (adjoint, truth) in gradients(solver, OdeGradient::Adjoint)?.iter().zip(&truth) {
            let size = number(&truth.abs()?.max_all()?)?;
            assert!(distance(adjoint, truth)? < 1e-3 * size, "{adjoint} {truth}");
        }
    }
    Ok(())
}

/// As in the lab, for fewer steps; the lab reaches .014.
#[test]
fn a_neural_ode_learns_the_pendulum() -> Result<()> {
    let _guard = seeded(3);
    let times: Vec<f64> = (0..100).map(|at| at as f64 * 0.004).collect();
    let start = state([0.1, 0.0])?.to_dtype(DType::F32)?;
    let path = odeint(pendulum, &start, &times, Solver::rk4())?;
    for (gradient, steps) in [(OdeGradient::Backprop, 60), (OdeGradient::Adjoint, 60)] {
        let model =
            NeuralOde::new(&NeuralOdeConfig { gradient, ..NeuralOdeConfig::plane() }, DEVICE)?;
        let mut optimizer = Adam::new(model.vars(), 0.05);
        let loss = || {
            let windows = trajectory_windows(&path, 6, 20)?;
            l1(&model.trajectory(&windows.get(0)?, &times[..6])?, &windows)
        };
        let before = number(&loss()?)?;
        for _ in 0..steps {
            optimizer.backward_step(&loss()?)?;
        }
        let after = number(&loss()?)?;
        assert!(after < before / 2.0, "{gradient:?}: {before} {after}");
    }
    Ok(())
}

#[test]
fn what_cannot_be_solved_is_named() -> Result<()> {
    let x = state([0.1, 0.0])?;
    let error = odeint(pendulum, &x, &[0.0, 1.0, 1.0], Solver::rk4()).unwrap_err().to_string();
    assert!(error.contains("times that rise"), "{error}");
    assert!(odeint(pendulum, &x, &[], Solver::rk4()).is_err());
    assert!(odeint(pendulum, &x, &[0.0, 1.0], Solver::Rk4 { steps: 0 }).is_err());
    let error = odeint(|_, x| x.get(0), &x, &[0.0, 1.0], Solver::rk4()).unwrap_err().to_string();
    assert!(error.contains("x: [2], f(t, x): []"), "{error}");
    let bad = Solver::Dopri5 { relative: -1.0, absolute: 0.0 };
    assert!(odeint(pendulum, &x, &[0.0, 1.0], bad).is_err());
    let explodes = |_: f64, x: &Tensor| x.sqr()?.sqr(); // infinite before t = 1
    let path = odeint(explodes, &Tensor::new(2f64, DEVICE)?, &[0.0, 1.0], Solver::dopri5());
    let error = path.unwrap_err().to_string();
    assert!(error.contains("too short at t = 0.0416"), "{error}"); // 1 / (3 · 2³)
    assert!(trajectory_windows(&Tensor::zeros((3, 2), DType::F32, DEVICE)?, 4, 1).is_err());
    assert_eq!(mean(&odeint(pendulum, &x, &[0.5], Solver::dopri5())?)?, 0.05);
    Ok(())
}
