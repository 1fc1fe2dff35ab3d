//! Images with signs planted in them: where they are is known.

use crate::toys::normal_pair;
use crate::{Error, Result};
use candle_core::{Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const SIZE: usize = 32;
const PLUS: [[f32; 3]; 3] = [[0., 1., 0.], [1., 1., 1.], [0., 1., 0.]];
const MINUS: [[f32; 3]; 3] = [[0., 0., 0.], [1., 1., 1.], [0., 0., 0.]];

/// Images of plus and minus signs, with the places of the plus signs.
#[derive(Clone, Debug)]
pub struct Signs {
    /// `(n, 1, 32, 32)`, f32, 0 = background, 1 = sign, plus the noise.
    pub images: Tensor,
    /// `(n, 1, 32, 32)`, f32, 1 at the centre of each plus sign.
    pub centres: Tensor,
    /// `(n, 1, 32, 32)`, f32, 1 on each pixel of a plus sign.
    pub masks: Tensor,
}

/// Draws `n` images of `count` plus and `count` minus signs of 3 × 3 pixels, which never touch.
///
/// Centres lie 3 pixels or more from the edge; normal noise of standard deviation `noise` is added.
///
/// # Errors
/// If `n` or `count` is 0, `count` is more than 6, or `noise` is negative or not finite.
///
/// ```
/// let signs = candlelab_data::signs(2, 3, 0.0, 42)?;
/// assert_eq!(signs.images.dims(), [2, 1, 32, 32]);
/// assert_eq!(signs.centres.sum_all()?.to_scalar::<f32>()?, 6.0); // 2 images, 3 plus signs each
/// assert_eq!(signs.masks.sum_all()?.to_scalar::<f32>()?, 30.0); // of 5 pixels
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn signs(n: usize, count: usize, noise: f64, seed: u64) -> Result<Signs> {
    if n == 0 || !(1..=6).contains(&count) || !(noise.is_finite() && noise >= 0.) {
        return Err(Error::invalid(
            "images of signs".to_owned(),
            "an image or more, 1 to 6 signs of a kind, noise of 0 or more".to_owned(),
            format!("{n} images, {count} signs, noise {noise}"),
            "more signs do not fit beside each other",
        ));
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    let [mut images, mut centres, mut masks] = [(); 3].map(|()| vec![0f32; n * SIZE * SIZE]);
    for image in 0..n {
        let at = |[row, column]: [usize; 2]| (image * SIZE + row) * SIZE + column;
        for (place, centre) in apart(2 * count, rng).into_iter().enumerate() {
            let plus = place < count;
            centres[at(centre)] = f32::from(u8::from(plus));
            for (row, pixels) in if plus { PLUS } else { MINUS }.iter().enumerate() {
                for (column, pixel) in pixels.iter().enumerate() {
                    let at = at([centre[0] + row - 1, centre[1] + column - 1]);
                    images[at] = *pixel;
                    masks[at] = if plus { *pixel } else { 0. };
                }
            }
        }
    }
    if noise > 0. {
        images.iter_mut().for_each(|pixel| *pixel += (noise * normal_pair(rng)[0]) as f32);
    }
    let tensor = |all| Tensor::from_vec(all, (n, 1, SIZE, SIZE), &Device::Cpu);
    Ok(Signs { images: tensor(images)?, centres: tensor(centres)?, masks: tensor(masks)? })
}

/// So many centres that the signs around them do not touch.
fn apart(count: usize, rng: &mut StdRng) -> Vec<[usize; 2]> {
    let mut centres: Vec<[usize; 2]> = Vec::new();
    while centres.len() < count {
        let new = [(); 2].map(|()| rng.random_range(3..=SIZE - 4));
        let far = |old: &[usize; 2]| old[0].abs_diff(new[0]) > 3 || old[1].abs_diff(new[1]) > 3;
        if centres.iter().all(far) {
            centres.push(new);
        }
    }
    centres
}

/// Noisy images, half of which hide a pattern at a known place.
#[derive(Clone, Debug)]
pub struct Planted {
    /// `(n, 1, size, size)`, f32.
    pub images: Tensor,
    /// `(n)`, u32, 1 = the pattern is there; 0 and 1 take turns.
    pub labels: Tensor,
    /// `(n, 2)`, u32, row and column of the pattern's first pixel, also where it was left out.
    pub places: Tensor,
}

/// Draws `n` images of `size` × `size` pixels of normal noise (standard deviation `noise`), and
/// writes `pattern` over a random place of every second one.
///
/// # Shapes
/// - `pattern`: `(h, w)`, f32, h and w at most `size`
///
/// # Errors
/// If `n` is 0, the pattern is larger than the image, or `noise` is negative or not finite.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let pattern = Tensor::ones((3, 3), candle_core::DType::F32, &Device::Cpu)?;
/// let planted = candlelab_data::planted(2, 16, &pattern, 0.0, 42)?;
/// assert_eq!(planted.images.sum((1, 2, 3))?.to_vec1::<f32>()?, [0., 9.]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn planted(n: usize, size: usize, pattern: &Tensor, noise: f64, seed: u64) -> Result<Planted> {
    let (height, width) = pattern.dims2()?;
    let fits = (1..=size).contains(&height) && (1..=size).contains(&width);
    if n == 0 || !fits || !(noise.is_finite() && noise >= 0.) {
        return Err(Error::invalid(
            "planted patterns".to_owned(),
            "an image or more, a pattern that fits, noise of 0 or more".to_owned(),
            format!("{n} images of [{size}, {size}], pattern {:?}, noise {noise}", pattern.dims()),
            "make the image larger or the pattern smaller",
        ));
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    let pattern = pattern.to_vec2::<f32>()?;
    let mut images: Vec<f32> =
        (0..n * size * size).map(|_| (noise * normal_pair(rng)[0]) as f32).collect();
    let mut places = Vec::with_capacity(2 * n);
    for image in 0..n {
        let top = rng.random_range(0..=size - height);
        let left = rng.random_range(0..=size - width);
        places.extend([top as u32, left as u32]);
        if image % 2 == 1 {
            for (row, pixels) in pattern.iter().enumerate() {
                let from = (image * size + top + row) * size + left;
                images[from..from + width].copy_from_slice(pixels);
            }
        }
    }
    let labels: Vec<u32> = (0..n as u32).map(|image| image % 2).collect();
    Ok(Planted {
        images: Tensor::from_vec(images, (n, 1, size, size), &Device::Cpu)?,
        labels: Tensor::from_vec(labels, n, &Device::Cpu)?,
        places: Tensor::from_vec(places, (n, 2), &Device::Cpu)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn each_image_has_its_signs_apart() {
        let signs = signs(50, 6, 0., 3).unwrap();
        assert!(
            signs
                .images
                .sum((1, 2, 3))
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
                .iter()
                .all(|ink| *ink == 48.)
        );
        assert!(
            signs
                .masks
                .sum((1, 2, 3))
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
                .iter()
                .all(|ink| *ink == 30.)
        );
        assert!(
            numbers(&signs.masks)
                .iter()
                .zip(numbers(&signs.images))
                .all(|(mask, image)| *mask <= image)
        );
    }

    #[test]
    fn a_plus_stands_around_each_centre() {
        let signs = signs(1, 1, 0., 0).unwrap();
        let centre = numbers(&signs.centres).iter().position(|centre| *centre == 1.).unwrap();
        let image = numbers(&signs.images);
        let around = [centre - SIZE, centre - 1, centre, centre + 1, centre + SIZE];
        assert!(around.iter().all(|place| image[*place] == 1.));
        assert_eq!(image[centre - SIZE - 1], 0.);
    }

    #[test]
    fn the_seed_decides_and_noise_is_added() {
        let draw = |noise, seed| numbers(&signs(4, 3, noise, seed).unwrap().images);
        assert_eq!(draw(0.1, 1), draw(0.1, 1));
        assert_ne!(draw(0., 1), draw(0., 2));
        let (clean, noisy) = (draw(0., 1), draw(0.2, 1));
        let error: f32 = clean.iter().zip(&noisy).map(|(a, b)| (a - b).powi(2)).sum();
        assert!(((error / 4096.).sqrt() - 0.2).abs() < 0.01);
    }

    #[test]
    fn a_planted_pattern_is_where_it_is_said_to_be() {
        let pattern = Tensor::new(&[[5f32, 6.]], &Device::Cpu).unwrap();
        let planted = planted(40, 8, &pattern, 0.5, 1).unwrap();
        let places = planted.places.to_vec2::<u32>().unwrap();
        for (image, place) in places.iter().enumerate() {
            let row = planted.images.get(image).unwrap().get(0).unwrap();
            let row = row.get(place[0] as usize).unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(row[place[1] as usize..][..2] == [5., 6.], image % 2 == 1);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(signs(0, 1, 0., 0).is_err() && signs(1, 7, 0., 0).is_err());
        assert!(signs(1, 1, -1., 0).is_err());
        let large = Tensor::zeros((9, 1), candle_core::DType::F32, &Device::Cpu).unwrap();
        let text = planted(1, 8, &large, 0., 0).unwrap_err().to_string();
        assert!(text.contains("images of [8, 8], pattern [9, 1]"), "{text}");
    }
}
