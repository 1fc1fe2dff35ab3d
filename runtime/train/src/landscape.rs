//! The loss around what a model has learnt.

use candle_core::{Device, Result, Tensor, Var, bail};
use candlelab_host::{Bundle, Rich, check_interrupt};
use candlelab_nn::{evaluating, randn, random_state, seed, set_random_state};
use candlelab_plot::{Chart, contour_of, surface_of};

/// The loss along two random directions; made by [`loss_landscape`].
#[derive(Clone, Debug)]
pub struct Landscape {
    /// How far it reaches to each side of the model, in lengths of its filters.
    pub radius: f64,
    /// `(steps, steps)`, f64; the model stands in the middle.
    pub losses: Tensor,
}

/// The loss on a square of parameters around the present ones, which are put back in the end.
///
/// The square is spanned by two random directions; in each, every filter (row of a weight) is as
/// long as the model's own, and parameters with one dimension stay, so that landscapes of different
/// models can be compared (Li et al. 2018). `loss` is computed `steps²` times in
/// [evaluation mode](candlelab_nn::evaluating()).
///
/// # Errors
/// If `radius` is not above 0, `steps` is not odd and at least 3, or `loss` fails or is not one
/// number.
///
/// ```
/// # use candlelab_nn::{Device, Layer, Linear, Module, Result, cross_entropy};
/// use candlelab_train::loss_landscape;
/// # fn main() -> Result<()> {
/// let (x, y) = candlelab_data::moons(20, 0.1, 1)?;
/// let model = Linear::new(2, 2, &Device::Cpu)?;
/// let loss = || cross_entropy(&model.forward(&x)?, &y);
/// let landscape = loss_landscape(&model.vars(), 1.0, 5, 0, loss)?;
/// let middle = landscape.losses.get(2)?.get(2)?.to_scalar::<f64>()?;
/// assert!((middle - f64::from(loss()?.to_scalar::<f32>()?)).abs() < 1e-9);
/// # Ok(())
/// # }
/// ```
pub fn loss_landscape(
    vars: &[Var],
    radius: f64,
    steps: usize,
    directions: u64,
    loss: impl Fn() -> Result<Tensor>,
) -> Result<Landscape> {
    if !(radius > 0.0 && radius.is_finite()) || steps < 3 || steps.is_multiple_of(2) {
        bail!(
            "loss_landscape: it takes a radius above 0 and an odd number of steps from 3, found {radius} and {steps}"
        );
    }
    let place = Place::keep(vars)?;
    let before = random_state();
    seed(directions);
    let [first, second] = [place.direction(), place.direction()];
    set_random_state(before);
    let (first, second) = (first?, second?);
    let at = |i: usize| radius * (2.0 * i as f64 / (steps - 1) as f64 - 1.0);
    let mut losses = Vec::with_capacity(steps * steps);
    for row in 0..steps {
        for column in 0..steps {
            check_interrupt();
            place.go(&first, at(column), &second, at(row))?;
            losses.push(crate::evaluate::number(&evaluating(&loss)?)?);
        }
    }
    Ok(Landscape { radius, losses: Tensor::from_vec(losses, (steps, steps), &Device::Cpu)? })
}

/// Parameters that return to where they were, also after an error or an interrupt.
struct Place<'a> {
    vars: &'a [Var],
    values: Vec<Tensor>,
}

impl<'a> Place<'a> {
    fn keep(vars: &'a [Var]) -> Result<Self> {
        let values = vars.iter().map(|var| Ok(var.copy()?.detach())).collect::<Result<_>>()?;
        Ok(Self { vars, values })
    }

    /// A random direction, each filter as long as the parameters' own.
    fn direction(&self) -> Result<Vec<Tensor>> {
        let direction = |value: &Tensor| {
            if value.rank() < 2 {
                return value.zeros_like();
            }
            let random = randn(0.0, 1.0, value.shape(), value.device())?.to_dtype(value.dtype())?;
            let length = |tensor: &Tensor| tensor.flatten_from(1)?.sqr()?.sum_keepdim(1)?.sqrt();
            let scale = length(value)?.div(&length(&random)?)?; // (rows, 1)
            random.flatten_from(1)?.broadcast_mul(&scale)?.reshape(value.shape())
        };
        self.values.iter().map(direction).collect()
    }

    /// To `value + a · first + b · second`.
    fn go(&self, first: &[Tensor], a: f64, second: &[Tensor], b: f64) -> Result<()> {
        for (i, var) in self.vars.iter().enumerate() {
            var.set(&((&self.values[i] + (&first[i] * a)?)? + (&second[i] * b)?)?)?;
        }
        Ok(())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        for (var, value) in self.vars.iter().zip(&self.values) {
            let _ = var.set(value); // shape and type are its own
        }
    }
}

impl Landscape {
    /// A map with contours; the ring in the middle is the model.
    ///
    /// # Errors
    /// If no loss is finite.
    pub fn contour(&self) -> candlelab_plot::Result<Chart> {
        contour_of("loss", self.extent(), &self.losses, &[(0.0, 0.0)])
    }

    /// A surface in space.
    ///
    /// # Errors
    /// If no loss is finite.
    pub fn surface(&self) -> candlelab_plot::Result<Chart> {
        surface_of("loss", self.extent(), &self.losses)
    }

    fn extent(&self) -> [f64; 4] {
        [-self.radius, self.radius, -self.radius, self.radius]
    }
}

impl Rich for Landscape {
    fn rich(&self) -> Bundle {
        self.contour().map_or_else(|error| Bundle::text(error.to_string()), |chart| chart.rich())
    }
}
