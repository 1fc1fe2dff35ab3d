//! Each change against Pillow's, NumPy's or SciPy's (`tests/reference/augment.py`); each draw in its
//! bounds.

use super::*;
use std::collections::HashMap;

const SIZE: Size = Size { height: 5, width: 6 };

fn reference() -> HashMap<String, Vec<f32>> {
    let json = include_str!("../../../../tests/reference/augment.json");
    serde_json::from_str(json).unwrap()
}

/// Changes the reference image and compares; values of Pillow's are rounded to whole numbers.
fn check(name: &str, tolerance: f32, change: impl Fn(&mut [f32])) {
    let mut image = reference()["image"].clone();
    change(&mut image);
    close(name, &image, &reference()[name], tolerance);
}

fn close(name: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{name}: {found} {expected}");
    }
}

/// `n` images of ones, the second channel twos.
fn ones(n: usize, height: usize, width: usize) -> Tensor {
    let one = Tensor::ones((n, 1, height, width), DType::F32, &Device::Cpu).unwrap();
    Tensor::cat(&[&one, &(&one * 2.).unwrap()], 1).unwrap()
}

/// Each image's values after one step.
fn changed(x: &Tensor, step: Augment, seed: u64) -> Vec<Vec<f32>> {
    augment(x, &[step], seed).unwrap().flatten_from(1).unwrap().to_vec2().unwrap()
}

#[test]
fn a_crop_is_that_of_pillow() {
    for (top, left) in [(0, 0), (4, 1), (2, 2), (1, 4)] {
        check(&format!("crop {top} {left}"), 0., |image| crop(image, SIZE, 2, top, left));
    }
}

#[test]
fn brightness_and_contrast_are_those_of_pillow() {
    check("brightness 1.2", 1., |image| scale(image, 0., 1.2)); // Pillow cuts the fraction off
    check("contrast 0.6", 1., |image| {
        let mean = image.iter().sum::<f32>() / image.len() as f32;
        scale(image, mean.into(), 0.6);
    });
}

#[test]
fn a_square_is_cut_out_and_the_border_cuts_it() {
    check("cutout 3 2 3", 0., |image| cut_out(image, SIZE, 3, [2, 3]));
    check("cutout 4 0 5", 0., |image| cut_out(image, SIZE, 4, [0, 5]));
}

#[test]
fn a_rotation_is_that_of_scipy_and_numpy() {
    for degrees in [30, -75, 180] {
        let radians = f64::from(degrees).to_radians();
        check(&format!("rotate {degrees}"), 2e-3, |image| rotate(image, SIZE, radians));
    }
    let mut square = reference()["square"].clone();
    rotate(&mut square, Size { height: 5, width: 5 }, 90f64.to_radians());
    close("90 degrees", &square, &reference()["square turned by 90"], 2e-3);
}

#[test]
fn half_of_the_images_are_flipped_as_pillow_does() {
    let image = reference()["image"].clone();
    let x = Tensor::from_vec(image.repeat(400), (400, 1, 5, 6), &Device::Cpu).unwrap();
    let images = changed(&x, Augment::Flip, 1);
    let flipped = images.iter().filter(|one| **one == reference()["flip"]).count();
    let same = images.iter().filter(|one| **one == image).count();
    assert_eq!(flipped + same, 400);
    assert!((160..240).contains(&flipped), "{flipped}");
}

#[test]
fn a_crop_moves_all_channels_by_every_distance() {
    let mut seen = HashMap::new();
    for image in changed(&ones(2000, 3, 3), Augment::Crop { padding: 1 }, 2) {
        let (first, second) = image.split_at(9);
        close("channels", second, &first.iter().map(|x| 2. * x).collect::<Vec<_>>(), 0.);
        *seen.entry(first.iter().map(|x| *x as u8).collect::<Vec<_>>()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 9); // up, down and none, left, right and none
    assert!(seen.values().all(|n| (160..290).contains(n)), "{seen:?}"); // 222 ± 4 deviations
}

#[test]
fn brightness_is_uniform_over_its_range() {
    let factors: Vec<f32> = changed(&ones(4000, 1, 1), Augment::Brightness { range: 0.3 }, 3)
        .into_iter()
        .map(|image| {
            assert!((image[1] - 2. * image[0]).abs() < 1e-6);
            image[0]
        })
        .collect();
    let below = |limit| factors.iter().filter(|factor| **factor < limit).count();
    assert_eq!((below(0.7), below(1.3001)), (0, 4000));
    assert!((900..1100).contains(&below(0.85)) && (1880..2120).contains(&below(1.)));
}

#[test]
fn contrast_keeps_the_mean_of_each_image() {
    let images = changed(&ones(500, 2, 2), Augment::Contrast { range: 0.5 }, 4);
    for image in &images {
        let mean = image.iter().sum::<f32>() / 8.;
        assert!((mean - 1.5).abs() < 1e-6 && (0.249..0.751).contains(&(1.5 - image[0])));
    }
    assert!(images.iter().any(|image| image[0] < 0.9) && images.iter().any(|image| image[0] > 1.1));
}

#[test]
fn noise_is_normal_and_has_its_deviation() {
    let x = Tensor::zeros((10, 1, 40, 50), DType::F32, &Device::Cpu).unwrap();
    let noise = changed(&x, Augment::Noise { deviation: 0.2 }, 5).concat();
    let moment = |power| noise.iter().map(|e| f64::from(*e).powi(power)).sum::<f64>() / 20_000.;
    assert!(moment(1).abs() < 0.006 && (moment(2) / 0.04 - 1.).abs() < 0.05);
    assert!((moment(4) / moment(2).powi(2) - 3.).abs() < 0.2); // that of the normal distribution
}

#[test]
fn a_rotation_stays_in_its_bounds_and_goes_both_ways() {
    // one bright pixel, 8 right of the middle
    let mut image = vec![0f32; 21 * 21];
    image[10 * 21 + 18] = 1.;
    let x = Tensor::from_vec(image.repeat(300), (300, 1, 21, 21), &Device::Cpu).unwrap();
    let angles: Vec<f32> = changed(&x, Augment::Rotate { degrees: 20. }, 6)
        .iter()
        .map(|image| {
            let weigh = |f: fn(usize) -> usize| {
                let sum: f32 = image.iter().enumerate().map(|(at, x)| f(at) as f32 * x).sum();
                sum / image.iter().sum::<f32>() - 10.
            };
            (-weigh(|at| at / 21)).atan2(weigh(|at| at % 21)).to_degrees() // up is positive
        })
        .collect();
    assert!(angles.iter().all(|angle| angle.abs() < 21.5), "{angles:?}");
    let count = |from: f32, to| angles.iter().filter(|angle| (from..to).contains(*angle)).count();
    assert!(count(-21., -10.) > 50 && count(-10., 0.) > 50 && count(10., 21.) > 50);
}

#[test]
fn the_square_of_a_cutout_may_be_anywhere() {
    let mut zeros = [0; 16];
    for image in changed(&ones(1000, 4, 4), Augment::Cutout { size: 2 }, 7) {
        let (first, second) = image.split_at(16);
        close("channels", second, &first.iter().map(|x| 2. * x).collect::<Vec<_>>(), 0.);
        let holes: Vec<usize> = (0..16).filter(|at| first[*at] == 0.).collect();
        assert!(matches!(holes.len(), 1 | 2 | 4), "{holes:?}");
        holes.into_iter().for_each(|at| zeros[at] += 1);
    }
    assert!(zeros.iter().all(|n| *n > 40), "{zeros:?}");
}

#[test]
fn the_seed_decides_and_each_image_has_its_own_draw() {
    let steps = [Augment::Crop { padding: 3 }, Augment::Flip, Augment::Noise { deviation: 0.1 }];
    let x = ones(6, 8, 8);
    let draw = |seed| {
        let all = augment(&x, &steps, seed).unwrap();
        all.flatten_from(1).unwrap().to_vec2::<f32>().unwrap()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert_ne!(draw(1)[0], draw(1)[1]);
}

#[test]
fn no_step_and_no_strength_change_nothing() {
    let x = (Tensor::arange(0f64, 60., &Device::Cpu).unwrap() / 7.).unwrap();
    let x = x.reshape((2, 1, 5, 6)).unwrap();
    let none = [
        Augment::Crop { padding: 0 },
        Augment::Rotate { degrees: 0. },
        Augment::Brightness { range: 0. },
        Augment::Contrast { range: 0. },
        Augment::Noise { deviation: 0. },
    ];
    for steps in [&none[..], &[]] {
        let same = augment(&x, steps, 0).unwrap();
        let error = (&same - &x).unwrap().abs().unwrap().max_all().unwrap();
        assert!(same.dtype() == DType::F64 && error.to_scalar::<f64>().unwrap() < 1e-6);
    }
}

#[test]
fn what_makes_no_sense_is_an_error() {
    let message = |x: &Tensor, step| augment(x, &[step], 0).unwrap_err().to_string();
    let text = message(&ones(2, 3, 3).flatten_from(1).unwrap(), Augment::Flip);
    assert!(text.contains("expected (n, channels, height, width), floats, found [2, 18], F32"));
    let text = message(&ones(2, 3, 3).to_dtype(DType::U8).unwrap(), Augment::Flip);
    assert!(text.contains("U8"), "{text}");
    for step in [
        Augment::Rotate { degrees: f64::NAN },
        Augment::Brightness { range: 1.5 },
        Augment::Contrast { range: -0.1 },
        Augment::Noise { deviation: f64::INFINITY },
        Augment::Cutout { size: 0 },
    ] {
        let text = message(&ones(1, 2, 2), step);
        assert!(text.starts_with("an augmentation: expected "), "{text}");
        assert!(text.contains(&format!("found {step:?}")), "{text}");
    }
}
