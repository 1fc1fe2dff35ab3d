//! Rules of the environments.

use crate::common::close;
use crate::reference;
use candle_core::{Device, Result, Tensor};
use candlelab_rl::*;
use std::f64::consts::FRAC_PI_4;

/// One step of [`Maglev`] from `[v, x]`.
fn maglev(start: [f64; 2], action: usize) -> Result<Step> {
    let mut maglev = Maglev { start: Some(start), ..Maglev::default() };
    assert_eq!(maglev.reset(0), start);
    maglev.step(action)
}

#[test]
fn the_magnet_pulls_and_gravity_pulls_back() -> Result<()> {
    for (action, v, x) in [(1, -0.902, 2.99049), (0, -1.098, 2.98951)] {
        let step = maglev([-1.0, 3.0], action)?;
        assert!((step.observation[0] - v).abs() < 1e-12, "{step:?}");
        assert!((step.observation[1] - x).abs() < 1e-12 && !step.done, "{step:?}");
        assert!((step.reward - (x - 5.0)).abs() < 1e-12, "{step:?}");
    }
    let reward = |start| Ok::<_, candle_core::Error>(maglev(start, 1)?.reward);
    assert!((reward([0.0, 4.6])? - (2.0 - 0.39951)).abs() < 1e-9); // near
    assert!((reward([25.0, 5.0])? - (2.0 - 0.25049 - 1.0)).abs() < 1e-9); // near, but too fast
    assert!((reward([0.0, 10.0])? - (-5.00049 - 1.0)).abs() < 1e-9); // just outside
    Ok(())
}

#[test]
fn a_ball_starts_at_a_whole_height() {
    let mut maglev = Maglev::default();
    let starts: Vec<Vec<f64>> = (0..300).map(|seed| maglev.reset(seed)).collect();
    let heights: Vec<f64> = starts.iter().map(|start| start[1]).collect();
    assert!((0..=10).all(|height| heights.contains(&f64::from(height))));
    assert!(heights.iter().all(|height| height.fract() == 0.0 && (0.0..=10.0).contains(height)));
    assert!(starts.iter().all(|start| start[0].abs() <= 20.0));
    assert_eq!(maglev.reset(7), starts[7]);
}

/// The controller that the lab compares with ends 0.01 from the target.
#[test]
fn a_simple_controller_holds_the_ball() -> Result<()> {
    let mut maglev = Maglev { start: Some([-1.0, 3.0]), ..Maglev::default() };
    let mut policy = |s: &[f64]| Ok(usize::from(5.0 - s[1] - 0.5 * s[0] > 0.0));
    let run = rollout(&mut maglev, &mut policy, 0, 500)?;
    assert_eq!((run.actions.len(), run.observations.len(), run.done), (500, 501, false));
    let error = (run.series(1)?[500] - 5.0).abs();
    assert!((error - 0.01).abs() < 0.005, "{error}");
    assert!((run.total() - run.rewards.iter().sum::<f64>()).abs() < 1e-12);
    assert!(run.series(2).unwrap_err().to_string().contains("there is no 2"));
    Ok(())
}

#[test]
fn the_pole_falls_as_gymnasiums() -> Result<()> {
    let truth = reference().numbers("cart_pole");
    let mut pole = CartPole { state: [0.03, -0.2, 0.05, 0.4] };
    let mut actions = [1, 1, 0, 1, 0, 0, 0, 1, 0].into_iter().chain([1; 20]);
    let mut states = Vec::new();
    loop {
        let step = pole.step(actions.next().expect("the pole has fallen"))?;
        states.extend(step.observation);
        assert_eq!(step.reward, 1.0);
        if step.done {
            break;
        }
    }
    close("cart_pole", &Tensor::new(states, &Device::Cpu)?, &truth, 1e-6)?; // and no later
    assert!(pole.reset(3).iter().all(|number| number.abs() <= 0.05));
    Ok(())
}

/// The direction that leads away from the cat.
fn away(observation: &[f64]) -> Result<usize> {
    let angle = (-observation[3]).atan2(-observation[2]);
    Ok(((angle / FRAC_PI_4).round() as i64).rem_euclid(8) as usize)
}

#[test]
fn a_dash_away_from_the_cat_wins_if_the_cat_is_slow() -> Result<()> {
    let wins = |speed| -> Result<usize> {
        let mut pond = CatMouse { speed, ..CatMouse::default() };
        let mut wins = 0;
        for seed in 0..500 {
            let run = rollout(&mut pond, &mut away, seed, 1000)?;
            assert!(run.done && run.actions.len() <= 500);
            wins += usize::from(pond.escaped());
        }
        Ok(wins)
    };
    assert_eq!(wins(2.5)?, 500);
    assert!((450..500).contains(&wins(3.0)?)); // eight directions are a little too few
    assert_eq!(wins(3.5)?, 0);
    Ok(())
}

#[test]
fn the_rules_of_the_pond() -> Result<()> {
    let mut pond = CatMouse { speed: 2.0, ..CatMouse::default() };
    pond.reset(0);
    (pond.cat, pond.mouse) = (0.0, [0.0, 0.5]);
    let step = pond.step(2)?; // up, away from the cat, which runs 0.1 towards it
    assert!((pond.mouse[1] - 0.55).abs() < 1e-12 && (pond.cat - 0.1).abs() < 1e-12);
    let (dx, dy) = (0.1f64.cos(), 0.1f64.sin() - 0.55);
    let expected = [0.55, 2.0 / 500.0, dx, dy];
    for (number, expected) in step.observation.iter().zip(expected) {
        assert!((number - expected).abs() < 1e-12, "{step:?}");
    }
    let terms = [0.0, 0.5 * dx.hypot(dy), 1.0 - 1.0 / 500.0, 0.0, 1.0, 0.0];
    assert!(pond.terms().iter().zip(terms).all(|(term, truth)| (term - truth).abs() < 1e-12));
    assert!((step.reward - terms.iter().sum::<f64>()).abs() < 1e-12 && !step.done);

    pond.mouse = [0.0, 0.96];
    let step = pond.step(2)?; // out, far from the cat
    assert!(step.done && pond.escaped());
    assert_eq!(pond.terms().map(|term| term == 1.0), [true, false, false, true, true, true]);
    let [_, distance, health, ..] = pond.terms();
    assert!((step.reward - (3.0 + distance + health + 3.0)).abs() < 1e-12);

    (pond.cat, pond.mouse) = (1.5, [0.0, 0.96]);
    let step = pond.step(2)?; // the cat is there
    assert!(step.done && pond.eaten() && !pond.escaped());
    assert_eq!(pond.terms().map(|term| term == 1.0), [false, false, false, true, false, false]);
    Ok(())
}

#[test]
fn a_mouse_that_swims_in_circles_drowns() -> Result<()> {
    let mut pond = CatMouse { anywhere: true, ..CatMouse::default() };
    let mut place = pond.reset(5);
    assert!(place[0] > 0.0 && place[0] < 1.0);
    assert_eq!(place[1], 1.0 / 500.0);
    let mut time = 0;
    let run = rollout(
        &mut pond,
        &mut |s| {
            time += 1;
            place = s.to_vec();
            Ok(time % 2 * 4)
        },
        5,
        1000,
    )?;
    assert!(run.done && run.actions.len() == 500 && !pond.outside());
    assert_eq!(pond.terms()[2], 0.0); // no health is left
    Ok(())
}

#[test]
fn what_is_no_action_is_an_error() {
    let mut grid = GridWorld::new(&["S.G"]).unwrap();
    let environments: [&mut dyn Environment; 4] =
        [&mut Maglev::default(), &mut CatMouse::default(), &mut CartPole::default(), &mut grid];
    for environment in environments {
        assert_eq!(environment.reset(1).len(), environment.width());
        let actions = environment.actions();
        let error = environment.step(actions).unwrap_err().to_string();
        assert!(error.starts_with(&format!("there is no action {actions} among {actions}")));
        assert!(environment.step(actions - 1).is_ok());
    }
}
