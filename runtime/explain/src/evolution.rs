//! Differential evolution.

use candle_core::{Result, bail};
use candlelab_host::check_interrupt;
use rand::rngs::StdRng;
use rand::seq::index::sample;
use rand::{Rng, SeedableRng};

/// How to search; `Evolution::default()` fills in what is not named, as Su et al. (2019) have it.
///
/// ```
/// use candlelab_explain::Evolution;
/// let search = Evolution { generations: 20, ..Evolution::default() };
/// assert_eq!((search.population, search.generations), (400, 20));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Evolution {
    /// How many candidates live at a time, 4 or more; 400.
    pub population: usize,
    /// How often all of them have a child; 100.
    pub generations: usize,
    /// The factor `F` of a difference; ½.
    pub factor: f64,
    /// The search ends at a value below it; −∞.
    pub target: f64,
    /// Decides all random numbers; 0.
    pub seed: u64,
}

impl Default for Evolution {
    fn default() -> Self {
        Self { population: 400, generations: 100, factor: 0.5, target: f64::NEG_INFINITY, seed: 0 }
    }
}

/// A function to make small, of all candidates of a generation at once.
pub type Objective<'a> = dyn Fn(&[Vec<f64>]) -> Result<Vec<f64>> + 'a;

/// What [`differential_evolution`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Evolved {
    /// The best candidate.
    pub best: Vec<f64>,
    /// Its value.
    pub value: f64,
    /// How many generations it took.
    pub generations: usize,
}

/// Looks for the smallest value of a function that has no gradient (Storn and Price 1997).
///
/// The child of candidate `i` is `a + F (b − c)` of three others, cut to the bounds; it takes the
/// place of its parent if it is no worse. There is no crossover, as in the one-pixel attack.
///
/// `objective` gets all candidates of a generation at once, for a model to compute as one batch,
/// and returns a value for each; NaN counts as worst.
///
/// # Errors
/// If there are fewer than 4 candidates, a bound is not finite or upside down, or the objective
/// fails or returns too few values.
///
/// ```
/// # use candlelab_explain::{Evolution, differential_evolution};
/// # fn main() -> candlelab_nn::Result<()> {
/// let bowl = |all: &[Vec<f64>]| Ok(all.iter().map(|x| (x[0] - 1.0).abs() + x[1].powi(2)).collect());
/// let search = Evolution { population: 20, generations: 200, target: 1e-6, ..Evolution::default() };
/// let found = differential_evolution(&bowl, &[(-5.0, 5.0), (-5.0, 5.0)], &search)?;
/// assert!(found.value < 1e-6 && (found.best[0] - 1.0).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn differential_evolution(
    objective: &Objective<'_>,
    bounds: &[(f64, f64)],
    search: &Evolution,
) -> Result<Evolved> {
    if search.population < 4 {
        bail!(
            "differential evolution needs a population of 4 or more, found {}",
            search.population
        );
    }
    if let Some(bound) =
        bounds.iter().find(|(low, high)| !(low <= high && (high - low).is_finite()))
    {
        bail!("a bound is (low, high), both finite, found {bound:?}");
    }
    let mut rng = StdRng::seed_from_u64(search.seed);
    let mut draw = || bounds.iter().map(|(low, high)| rng.random_range(*low..=*high)).collect();
    let mut members: Vec<Vec<f64>> = (0..search.population).map(|_| draw()).collect();
    let mut values = evaluate(objective, &members)?;
    let mut generations = 0;
    while generations < search.generations && best(&values).1 >= search.target {
        check_interrupt();
        let child = |parent| child(&members, parent, bounds, search.factor, &mut rng);
        let children: Vec<Vec<f64>> = (0..members.len()).map(child).collect();
        for (at, value) in evaluate(objective, &children)?.into_iter().enumerate() {
            if value <= values[at] {
                values[at] = value;
                members[at].clone_from(&children[at]);
            }
        }
        generations += 1;
    }
    let (at, value) = best(&values);
    Ok(Evolved { best: members.swap_remove(at), value, generations })
}

/// `a + F (b − c)` of three members other than the parent, within the bounds.
fn child(
    members: &[Vec<f64>],
    parent: usize,
    bounds: &[(f64, f64)],
    factor: f64,
    rng: &mut StdRng,
) -> Vec<f64> {
    let mut others = sample(rng, members.len(), 4).into_iter().filter(|at| *at != parent);
    let [a, b, c] = [(); 3].map(|()| &members[others.next().unwrap_or(parent)]);
    let mix = |(at, (low, high)): (usize, &(f64, f64))| {
        (a[at] + factor * (b[at] - c[at])).clamp(*low, *high)
    };
    bounds.iter().enumerate().map(mix).collect()
}

fn evaluate(objective: &Objective<'_>, members: &[Vec<f64>]) -> Result<Vec<f64>> {
    let values = objective(members)?;
    if values.len() != members.len() {
        bail!("the objective returned {} values for {} candidates", values.len(), members.len());
    }
    Ok(values.into_iter().map(|value| if value.is_nan() { f64::INFINITY } else { value }).collect())
}

/// The place of the smallest value, and the value.
fn best(values: &[f64]) -> (usize, f64) {
    let smaller = |best: (usize, f64), (at, value): (usize, &f64)| {
        if *value < best.1 { (at, *value) } else { best }
    };
    values.iter().enumerate().fold((0, f64::INFINITY), smaller)
}
