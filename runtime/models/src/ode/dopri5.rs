//! The solver of Dormand and Prince, which chooses its steps.
//!
//! Steps are chosen as in Hairer, Nørsett and Wanner 1993, II.4; times between the ends of a step
//! are interpolated as in Shampine 1986, to order 4.

use super::{Slope, move_along};
use candle_core::{DType, Result, Tensor, bail};

/// When each slope is taken, as part of the step.
const C: [f64; 6] = [0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0];

/// How far along the slopes before it each slope is taken.
const A: [&[f64]; 6] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
];

/// The step of order 5.
const B: [f64; 6] =
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0];

/// The step of order 4 less that of order 5.
const E: [f64; 7] = [
    -71.0 / 57600.0,
    0.0,
    71.0 / 16695.0,
    -71.0 / 1920.0,
    17253.0 / 339200.0,
    -22.0 / 525.0,
    1.0 / 40.0,
];

/// The part `u` of a step goes along slope `i` by `Σⱼ P[i][j] uʲ⁺¹`.
const P: [[f64; 4]; 7] = [
    [
        1.0,
        -8048581381.0 / 2820520608.0,
        8663915743.0 / 2820520608.0,
        -12715105075.0 / 11282082432.0,
    ],
    [0.0; 4],
    [
        0.0,
        131558114200.0 / 32700410799.0,
        -68118460800.0 / 10900136933.0,
        87487479700.0 / 32700410799.0,
    ],
    [0.0, -1754552775.0 / 470086768.0, 14199869525.0 / 1410260304.0, -10690763975.0 / 1880347072.0],
    [
        0.0,
        127303824393.0 / 49829197408.0,
        -318862633887.0 / 49829197408.0,
        701980252875.0 / 199316789632.0,
    ],
    [0.0, -282668133.0 / 205662961.0, 2019193451.0 / 616988883.0, -1453857185.0 / 822651844.0],
    [0.0, 40617522.0 / 29380423.0, -110615467.0 / 29380423.0, 69997945.0 / 29380423.0],
];

/// Tries after which the equation is given up.
const PATIENCE: usize = 100_000;

/// How large the error of a step may be.
#[derive(Clone, Copy)]
pub struct Tolerance {
    relative: f64,
    absolute: f64,
}

impl Tolerance {
    pub fn new(relative: f64, absolute: f64) -> Result<Self> {
        let valid = |size: f64| size.is_finite() && size >= 0.0;
        if !valid(relative) || !valid(absolute) || relative + absolute == 0.0 {
            bail!("tolerances are 0 or more and not both 0, got {relative} and {absolute}");
        }
        Ok(Self { relative, absolute })
    }

    /// The mean square root of `error / (absolute + relative · max(|a|, |b|))`; up to 1 is good.
    fn rate(self, error: &Tensor, a: &Tensor, b: &Tensor) -> Result<f64> {
        let number = |x: &Tensor| x.detach().to_dtype(DType::F64);
        let size = number(a)?.abs()?.maximum(&number(b)?.abs()?)?;
        let scale = ((size * self.relative)? + self.absolute)?;
        (number(error)? / scale)?.sqr()?.mean_all()?.sqrt()?.to_scalar()
    }

    /// A first step that moves `x` by about a hundredth of its size.
    fn first_step(self, f: Slope, t: f64, x: &Tensor, slope: &Tensor, span: f64) -> Result<f64> {
        let size = |of: &Tensor| self.rate(of, x, x);
        let (d0, d1) = (size(x)?, size(slope)?);
        let h0 = if d0 < 1e-5 || d1 < 1e-5 { 1e-6 } else { 0.01 * d0 / d1 };
        let h0 = h0.min(span.abs());
        let h0_there = h0 * span.signum();
        let next = f(t + h0_there, &move_along(x, h0_there, &[1.0], std::slice::from_ref(slope))?)?;
        let d2 = size(&(next - slope)?)? / h0;
        let steepest = d1.max(d2);
        let h1 =
            if steepest <= 1e-15 { (h0 * 1e-3).max(1e-6) } else { (0.01 / steepest).powf(0.2) };
        Ok((100.0 * h0).min(h1).min(span.abs()))
    }
}

/// A step from `x` at `t`, with its seven slopes.
struct Step {
    t: f64,
    h: f64,
    x: Tensor,
    slopes: Vec<Tensor>,
}

impl Step {
    /// Computes all slopes from the first one; the last is the first of the next step.
    fn new(f: Slope, t: f64, x: &Tensor, first: &Tensor, h: f64) -> Result<(Self, Tensor)> {
        let mut slopes = vec![first.clone()];
        for (c, a) in C.iter().zip(A).skip(1) {
            slopes.push(f(t + c * h, &move_along(x, h, a, &slopes)?)?);
        }
        let end = move_along(x, h, &B, &slopes)?;
        slopes.push(f(t + h, &end)?);
        Ok((Self { t, h, x: x.clone(), slopes }, end))
    }

    fn error(&self) -> Result<Tensor> {
        move_along(&self.x.zeros_like()?, self.h, &E, &self.slopes)
    }

    /// `x` at a time within the step.
    fn at(&self, time: f64) -> Result<Tensor> {
        let u = (time - self.t) / self.h;
        let power = |row: [f64; 4]| row.iter().rev().fold(0.0, |sum, p| (sum + p) * u);
        move_along(&self.x, self.h, &P.map(power), &self.slopes)
    }
}

/// `x` at all times.
pub fn solve(f: Slope, x: &Tensor, times: &[f64], tolerance: Tolerance) -> Result<Vec<Tensor>> {
    let (mut t, end) = (times[0], times[times.len() - 1]);
    let mut path = vec![x.clone()];
    if t == end {
        return Ok(path);
    }
    let way = (end - t).signum();
    let (mut x, mut slope) = (x.clone(), f(t, x)?);
    let mut h = tolerance.first_step(f, t, &x, &slope, end - t)?;
    let mut refused = false;
    for _ in 0..PATIENCE {
        h = h.min((end - t).abs());
        if t + h * way == t {
            bail!("the steps become too short at t = {t}: the solution may have no end there");
        }
        let (step, next) = Step::new(f, t, &x, &slope, h * way)?;
        let rate = tolerance.rate(&step.error()?, &x, &next)?;
        let best = 0.9 * rate.powf(-0.2); // the error grows with h⁵
        if rate.is_nan() || rate >= 1.0 {
            (h, refused) = (h * best.max(0.2), true);
            continue;
        }
        let reached = if h == (end - t).abs() { end } else { t + h * way };
        while path.len() < times.len() && (times[path.len()] - reached) * way <= 0.0 {
            let time = times[path.len()];
            path.push(if time == reached { next.clone() } else { step.at(time)? });
        }
        if path.len() == times.len() {
            return Ok(path);
        }
        (t, x, slope) = (reached, next, step.slopes[6].clone());
        h *= best.min(if refused { 1.0 } else { 10.0 });
        refused = false;
    }
    bail!(
        "the solver came to t = {t} of {end} in {PATIENCE} steps\nhint: allow for larger errors, \
         or compute in f64"
    )
}
