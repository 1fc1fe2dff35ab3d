//! Learning rates that change from step to step.

use std::f64::consts::PI;

/// A learning rate for each step, counted from 0: `optimizer.set_lr(schedule.lr(step))`.
///
/// ```
/// use candlelab_nn::Schedule;
/// let schedule = Schedule::cosine(0.1, 100).with_warm_up(10);
/// assert!(schedule.lr(0) < 0.01); // rises
/// assert_eq!(schedule.lr(10), 0.1); // the top
/// assert!(schedule.lr(110) < 1e-9); // falls to 0
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    curve: Curve,
    warm_up: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Curve {
    Constant { lr: f64 },
    Steps { lr: f64, every: usize, factor: f64 },
    Cosine { lr: f64, steps: usize, least: f64 },
    OneCycle { most: f64, steps: usize },
}

/// Half a wave of the cosine from `from` at 0 to `to` at 1.
fn wave(from: f64, to: f64, at: f64) -> f64 {
    to + (from - to) / 2.0 * (1.0 + (PI * at).cos())
}

impl Schedule {
    fn new(curve: Curve) -> Self {
        Self { curve, warm_up: 0 }
    }

    /// Always the same; of use with [`with_warm_up`](Self::with_warm_up).
    pub fn constant(lr: f64) -> Self {
        Self::new(Curve::Constant { lr })
    }

    /// `lr · factor^⌊t / every⌋`, PyTorch's `StepLR`.
    ///
    /// ```
    /// use candlelab_nn::Schedule;
    /// let schedule = Schedule::steps(0.8, 10, 0.5);
    /// assert_eq!([9, 10, 20].map(|step| schedule.lr(step)), [0.8, 0.4, 0.2]);
    /// ```
    pub fn steps(lr: f64, every: usize, factor: f64) -> Self {
        Self::new(Curve::Steps { lr, every: every.max(1), factor })
    }

    /// `½ lr (1 + cos πt/steps)`, PyTorch's `CosineAnnealingLR` (Loshchilov and Hutter 2017); 0
    /// from `steps` on.
    ///
    /// ```
    /// use candlelab_nn::Schedule;
    /// assert!((Schedule::cosine(0.4, 10).lr(5) - 0.2).abs() < 1e-12); // half way, half the rate
    /// ```
    pub fn cosine(lr: f64, steps: usize) -> Self {
        Self::new(Curve::Cosine { lr, steps: steps.max(1), least: 0.0 })
    }

    /// From `most / 25` up to `most` in the first 30 % of the steps, then down to `most / 250000`,
    /// both in half waves of the cosine: PyTorch's `OneCycleLR` (Smith and Topin 2017), but for
    /// the momentum, which is left alone.
    ///
    /// ```
    /// use candlelab_nn::Schedule;
    /// let schedule = Schedule::one_cycle(1.0, 100);
    /// assert!((schedule.lr(0) - 0.04).abs() < 1e-12 && (schedule.lr(29) - 1.0).abs() < 1e-12);
    /// ```
    pub fn one_cycle(most: f64, steps: usize) -> Self {
        Self::new(Curve::OneCycle { most, steps: steps.max(2) })
    }

    /// Lets a cosine end at `least` instead of 0; other schedules stay as they are.
    pub fn with_least(mut self, least: f64) -> Self {
        if let Curve::Cosine { least: end, .. } = &mut self.curve {
            *end = least;
        }
        self
    }

    /// Puts `steps` steps in front in which the rate rises evenly: `lr · (t + 1) / (steps + 1)`.
    pub fn with_warm_up(mut self, steps: usize) -> Self {
        self.warm_up = steps;
        self
    }

    /// The learning rate of a step, the first being 0.
    pub fn lr(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.curve.lr(0) * (step + 1) as f64 / (self.warm_up + 1) as f64;
        }
        self.curve.lr(step - self.warm_up)
    }
}

impl Curve {
    fn lr(&self, step: usize) -> f64 {
        let t = step as f64;
        match *self {
            Self::Constant { lr } => lr,
            Self::Steps { lr, every, factor } => lr * factor.powf((step / every) as f64),
            Self::Cosine { lr, steps, least } => wave(lr, least, (t / steps as f64).min(1.0)),
            Self::OneCycle { most, steps } => {
                let (start, end) = (most / 25.0, most / 25.0 / 1e4);
                let (top, last) = (0.3 * steps as f64 - 1.0, (steps - 1) as f64);
                if t <= top {
                    wave(start, most, t / top)
                } else {
                    wave(most, end, ((t - top) / (last - top)).min(1.0))
                }
            }
        }
    }
}
