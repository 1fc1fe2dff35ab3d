//! Boards, and agents with a table.

use crate::common::close;
use crate::{Bandit, reference};
use candle_core::{Device, Result, Tensor};
use candlelab_rl::*;

const LAKE: [&str; 4] = ["S...", ".O.O", "...O", "O..G"];

#[test]
fn value_iteration_is_right_on_gymnasiums_frozen_lake() -> Result<()> {
    let mut lake = GridWorld::new(&LAKE)?;
    (lake.step_reward, lake.hole_reward, lake.slip) = (0.0, 0.0, 2.0 / 3.0);
    let best = value_iteration(16, 4, &|state, action| lake.outcomes(state, action), 0.99)?;
    let values: Vec<f64> = (0..16).map(|state| best.value(state)).collect::<Result<_>>()?;
    close(
        "frozen_lake",
        &Tensor::new(values, &Device::Cpu)?,
        &reference().numbers("frozen_lake"),
        1e-6,
    )
}

#[test]
fn q_learning_finds_the_values_without_the_rules() -> Result<()> {
    let mut grid = GridWorld::new(&["S..#", ".O..", "...G"])?;
    let rules = grid.clone();
    let truth = value_iteration(12, 4, &|state, action| rules.outcomes(state, action), 0.95)?;
    let options =
        QOptions { episodes: 2000, epsilon: Epsilon::constant(0.8), ..QOptions::default() };
    let (table, episodes) = q_learning(&mut grid, 12, &|seen| rules.state(seen), &options)?;
    for (learnt, truth) in table.values.concat().iter().zip(truth.values.concat()) {
        assert!((learnt - truth).abs() < 1e-6, "{learnt} {truth}");
    }
    assert_eq!(episodes.len(), 2000);
    assert!(episodes.iter().all(|episode| episode.steps <= 100 && episode.loss.is_none()));
    let again = q_learning(&mut grid, 12, &|seen| rules.state(seen), &options)?;
    assert_eq!(again.0, table);
    Ok(())
}

#[test]
fn a_walker_slips_as_often_as_the_rules_say() -> Result<()> {
    let mut grid = GridWorld::new(&["...", ".S.", "..."])?;
    grid.slip = 0.4;
    let chances: Vec<(f64, usize)> =
        grid.outcomes(4, 0).iter().map(|outcome| (outcome.probability, outcome.state)).collect();
    assert_eq!(chances, [(0.6, 1), (0.2, 5), (0.2, 3)]);
    let mut counts = [0.0; 9];
    for seed in 0..4000 {
        grid.reset(seed);
        counts[grid.clone().state(&grid.step(0)?.observation)] += 1.0 / 4000.0;
    }
    for (chance, state) in chances {
        assert!((counts[state] - chance).abs() < 0.03, "{counts:?}"); // 4 standard errors
    }
    Ok(())
}

#[test]
fn boards_and_states_that_do_not_fit_are_named() -> Result<()> {
    let error = |rows: &[&str]| GridWorld::new(rows).unwrap_err().to_string();
    assert!(error(&["S.", "."]).contains("one length"));
    assert!(error(&["S?"]).contains("'?'"));
    assert!(error(&[]).contains("one start S, found 0"));
    let mut grid = GridWorld::new(&["SG"])?;
    grid.reset(0);
    grid.step(1)?;
    assert!(grid.step(1).unwrap_err().to_string().contains("the game is over"));
    let lost = q_learning(&mut grid, 2, &|_| 7, &QOptions::default()).unwrap_err();
    assert!(lost.to_string().contains("no state 7 among 2"));
    let mut nothing = Bandit { rewards: Vec::new(), done: true };
    assert!(q_learning(&mut nothing, 1, &|_| 0, &QOptions::default()).is_err());
    let epsilon = Epsilon::constant(1.5);
    let options = QOptions { epsilon, ..QOptions::default() };
    assert!(q_learning(&mut grid, 2, &|_| 0, &options).is_err());
    // Going round in a circle for ever, with γ = 1.
    let round = |_, _| vec![Outcome { probability: 1.0, state: 0, reward: 1.0, done: false }];
    assert!(value_iteration(1, 1, &round, 1.0).unwrap_err().to_string().contains("do not settle"));
    Ok(())
}
