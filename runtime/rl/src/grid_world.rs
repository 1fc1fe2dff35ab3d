//! A board with a goal.

use crate::environment::check_action;
use crate::{Environment, Step};
use candle_core::{Result, bail};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Up, right, down, left: what each action adds to row and column.
const MOVES: [[isize; 2]; 4] = [[-1, 0], [0, 1], [1, 0], [0, -1]];

/// A board whose walker looks for the goal.
///
/// Actions 0 to 3 go up, right, down and left; a move into a wall or off the board stays where it
/// is. With chance `slip` the walker goes to one of the two sides instead. The game ends at the
/// goal and in a hole.
///
/// Observations are `[row, column]`; states are counted row by row, see [`state`](Self::state).
#[derive(Clone, Debug)]
pub struct GridWorld {
    /// What a step brings that ends in neither goal nor hole; −0.04.
    pub step_reward: f64,
    /// What the goal brings; 1.
    pub goal_reward: f64,
    /// What a hole brings; −1.
    pub hole_reward: f64,
    /// The chance to slip to a side, 0 to 1; 0.
    pub slip: f64,
    cells: Vec<char>,
    columns: usize,
    at: usize,
    rng: StdRng,
}

/// What may come of an action in a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// How probable it is.
    pub probability: f64,
    /// The next state.
    pub state: usize,
    /// What it brings.
    pub reward: f64,
    /// Whether the game ends.
    pub done: bool,
}

impl GridWorld {
    /// Reads a board: `S` is the start, `G` a goal, `O` a hole, `#` a wall, `.` free.
    ///
    /// # Errors
    /// If the rows differ in length, a sign is none of these, or there is not one start.
    ///
    /// ```
    /// use candlelab_rl::{Environment, GridWorld};
    /// # fn main() -> candlelab_nn::Result<()> {
    /// let mut grid = GridWorld::new(&["S.", "#G"])?;
    /// assert_eq!(grid.reset(0), [0.0, 0.0]);
    /// assert_eq!(grid.step(2)?.observation, [0.0, 0.0]); // down is a wall
    /// assert_eq!(grid.step(1)?.reward, -0.04);
    /// let step = grid.step(2)?;
    /// assert_eq!((step.observation, step.reward, step.done), (vec![1.0, 1.0], 1.0, true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(rows: &[&str]) -> Result<Self> {
        let columns = rows.first().map_or(0, |row| row.chars().count());
        if rows.iter().any(|row| row.chars().count() != columns) {
            bail!("the rows of a board have one length, found {rows:?}");
        }
        let cells: Vec<char> = rows.iter().flat_map(|row| row.chars()).collect();
        if let Some(sign) = cells.iter().find(|cell| !"SGO#.".contains(**cell)) {
            bail!("a board is made of S, G, O, # and ., found {sign:?}");
        }
        let starts = cells.iter().filter(|cell| **cell == 'S').count();
        if starts != 1 {
            bail!("a board has one start S, found {starts}");
        }
        Ok(Self {
            step_reward: -0.04,
            goal_reward: 1.0,
            hole_reward: -1.0,
            slip: 0.0,
            cells,
            columns,
            at: 0,
            rng: StdRng::seed_from_u64(0),
        })
    }

    /// How many cells there are.
    pub fn states(&self) -> usize {
        self.cells.len()
    }

    /// The number of an observation's cell, `row · columns + column`; for another observation,
    /// what is no cell.
    pub fn state(&self, observation: &[f64]) -> usize {
        match *observation {
            [row, column] => row as usize * self.columns + column as usize,
            _ => self.states(),
        }
    }

    /// All that may come of an action: the rules of the game, which
    /// [`value_iteration`](crate::value_iteration) takes. Nothing comes of a state where the game
    /// is over.
    pub fn outcomes(&self, state: usize, action: usize) -> Vec<Outcome> {
        if matches!(self.cells.get(state), None | Some('G' | 'O' | '#')) {
            return Vec::new();
        }
        let side = 0.5 * self.slip;
        let ways = [(action, 1.0 - self.slip), (action + 1, side), (action + 3, side)];
        let possible = ways.into_iter().filter(|(_, probability)| *probability > 0.0);
        possible.map(|(way, probability)| self.outcome(state, way % 4, probability)).collect()
    }

    fn outcome(&self, state: usize, way: usize, probability: f64) -> Outcome {
        let state = self.neighbour(state, MOVES[way]).unwrap_or(state);
        let (reward, done) = match self.cells[state] {
            'G' => (self.goal_reward, true),
            'O' => (self.hole_reward, true),
            _ => (self.step_reward, false),
        };
        Outcome { probability, state, reward, done }
    }

    /// The cell next to another one, if there is one that can be entered.
    fn neighbour(&self, state: usize, [down, right]: [isize; 2]) -> Option<usize> {
        let row = (state / self.columns).checked_add_signed(down)?;
        let column = (state % self.columns).checked_add_signed(right)?;
        let next = row * self.columns + column;
        let free = column < self.columns && self.cells.get(next).is_some_and(|cell| *cell != '#');
        free.then_some(next)
    }

    fn observation(&self) -> Vec<f64> {
        vec![(self.at / self.columns) as f64, (self.at % self.columns) as f64]
    }
}

impl Environment for GridWorld {
    fn actions(&self) -> usize {
        MOVES.len()
    }

    fn width(&self) -> usize {
        2
    }

    fn reset(&mut self, seed: u64) -> Vec<f64> {
        self.rng = StdRng::seed_from_u64(seed);
        self.at = self.cells.iter().position(|cell| *cell == 'S').unwrap_or(0);
        self.observation()
    }

    fn step(&mut self, action: usize) -> Result<Step> {
        check_action(action, self.actions())?;
        let mut chance: f64 = self.rng.random();
        for outcome in self.outcomes(self.at, action) {
            chance -= outcome.probability;
            if chance < 1e-12 {
                self.at = outcome.state;
                let Outcome { reward, done, .. } = outcome;
                return Ok(Step { observation: self.observation(), reward, done });
            }
        }
        bail!("the game is over\nhint: call reset to begin anew, and keep slip between 0 and 1")
    }
}
