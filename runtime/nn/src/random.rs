//! Random numbers that one call seeds.

use candle_core::{Device, Result, Shape, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Candle's generator for the CPU cannot be seeded, so everything random here comes from this one.
/// It is that of `rand`'s `StdRng`, which does not tell how far it has come.
static GENERATOR: LazyLock<Mutex<ChaCha12Rng>> =
    LazyLock::new(|| Mutex::new(ChaCha12Rng::seed_from_u64(0)));

fn with_generator<T>(draw: impl FnOnce(&mut ChaCha12Rng) -> T) -> T {
    draw(&mut GENERATOR.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Makes everything random repeatable: initial weights, [`randn`], [`rand()`], dropout, shuffles.
///
/// ```
/// # use candlelab_nn::{seed, randn, Device};
/// # fn main() -> candle_core::Result<()> {
/// let draw = || randn(0.0, 1.0, 3, &Device::Cpu)?.to_vec1::<f32>();
/// seed(7);
/// let first = draw()?;
/// seed(7);
/// assert_eq!(draw()?, first);
/// # Ok(())
/// # }
/// ```
pub fn seed(seed: u64) {
    with_generator(|generator| *generator = ChaCha12Rng::seed_from_u64(seed));
}

/// A seed drawn from the generator, for whoever keeps one of their own.
pub fn next_seed() -> u64 {
    with_generator(|generator| generator.random())
}

/// How far the generator has come: its key and its position, for a run that is to go on later.
///
/// ```
/// # use candlelab_nn::{next_seed, random_state, set_random_state};
/// let state = random_state();
/// let number = next_seed();
/// set_random_state(state);
/// assert_eq!(next_seed(), number);
/// ```
pub fn random_state() -> [u8; 48] {
    with_generator(|generator| {
        let mut state = [0; 48];
        state[..32].copy_from_slice(&generator.get_seed());
        state[32..].copy_from_slice(&generator.get_word_pos().to_le_bytes());
        state
    })
}

/// Goes on from where [`random_state`] was called.
pub fn set_random_state(state: [u8; 48]) {
    let (mut key, mut position) = ([0; 32], [0; 16]);
    key.copy_from_slice(&state[..32]);
    position.copy_from_slice(&state[32..]);
    with_generator(|generator| {
        *generator = ChaCha12Rng::from_seed(key);
        generator.set_word_pos(u128::from_le_bytes(position));
    });
}

fn tensor(
    shape: impl Into<Shape>,
    device: &Device,
    mut draw: impl FnMut(&mut ChaCha12Rng) -> f32,
) -> Result<Tensor> {
    let shape = shape.into();
    let values: Vec<f32> =
        with_generator(|generator| (0..shape.elem_count()).map(|_| draw(generator)).collect());
    Tensor::from_vec(values, shape, device)
}

/// Draws from the normal distribution `N(mean, std²)`, as f32.
///
/// # Errors
/// If the device has no room.
pub fn randn(mean: f64, std: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    tensor(shape, device, |generator| (mean + std * normal(generator)) as f32)
}

/// The Box–Muller transform: `√(−2 ln u) · cos 2πv` for uniform `u` in (0, 1] and `v` in [0, 1).
fn normal(generator: &mut ChaCha12Rng) -> f64 {
    let u: f64 = 1.0 - generator.random::<f64>();
    let v: f64 = generator.random();
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Draws uniformly from `low..high`, as f32.
///
/// # Errors
/// If the device has no room.
pub fn rand(low: f64, high: f64, shape: impl Into<Shape>, device: &Device) -> Result<Tensor> {
    tensor(shape, device, |generator| (low + (high - low) * generator.random::<f64>()) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_that_of_rand() {
        use rand::rngs::StdRng;
        let (mut ours, mut theirs) = (ChaCha12Rng::seed_from_u64(7), StdRng::seed_from_u64(7));
        assert_eq!(ours.random::<[u64; 4]>(), theirs.random::<[u64; 4]>());
    }

    #[test]
    fn the_normal_distribution_has_its_moments() -> Result<()> {
        let x = randn(2.0, 3.0, 20_000, &Device::Cpu)?;
        let mean = x.mean_all()?.to_scalar::<f32>()?;
        let variance = (x - f64::from(mean))?.sqr()?.mean_all()?.to_scalar::<f32>()?;
        assert!((mean - 2.0).abs() < 0.1 && (variance - 9.0).abs() < 0.4, "{mean} {variance}");
        Ok(())
    }

    #[test]
    fn uniform_numbers_keep_their_bounds() -> Result<()> {
        let values = rand(-1.0, 1.0, 1000, &Device::Cpu)?.to_vec1::<f32>()?;
        assert!(values.iter().all(|value| (-1.0..1.0).contains(value)));
        Ok(())
    }
}
