//! Explanations of a small network that finds a pattern planted in noise.

use crate::alone;
use candlelab_data::{Planted, planted};
use candlelab_explain::*;
use candlelab_nn::{
    Activation, Adam, Conv2d, Device, Flatten, GlobalAvgPool2d, Linear, MaxPool2d, Module, Result,
    Sequential, Tensor, seed,
};
use candlelab_train::{evaluate, fit};
use std::sync::OnceLock;

/// The two halves of the network, and images that it has not seen.
struct Trained {
    features: Sequential,
    head: Sequential,
    test: Planted,
}

fn cross() -> Result<Tensor> {
    let row =
        |at: usize| (0..5).map(move |column| if column == 2 || at == 2 { 1f32 } else { -1.0 });
    Tensor::from_iter((0..5).flat_map(row), &Device::Cpu)?.reshape((5, 5))
}

fn train() -> Result<Trained> {
    seed(3);
    let device = Device::Cpu;
    let features = Sequential::new()
        .add(Conv2d::new(1, 6, 5, 2, &device)?)
        .add(Activation::Relu)
        .add(MaxPool2d::new(2));
    let head = Sequential::new().add(GlobalAvgPool2d).add(Flatten).add(Linear::new(6, 2, &device)?);
    let model = Sequential::new().add(features.clone()).add(head.clone());
    let data = planted(400, 16, &cross()?, 0.5, 1)?;
    let mut optimizer = Adam::new(model.vars(), 0.03);
    fit(&model, &mut optimizer, &data.images, &data.labels, 6, 20)?;
    let test = planted(40, 16, &cross()?, 0.5, 2)?;
    assert!(evaluate(&model, &test.images, &test.labels)? > 0.95);
    Ok(Trained { features, head, test })
}

fn trained() -> &'static Trained {
    static TRAINED: OnceLock<Trained> = OnceLock::new();
    TRAINED.get_or_init(|| train().unwrap())
}

/// The fraction of images with the pattern in which the map's peak lies within it.
fn hits(peak: impl Fn(&Tensor) -> Result<(f64, f64)>) -> Result<f64> {
    let test = &trained().test;
    let places = test.places.to_vec2::<u32>()?;
    let mut hits = 0;
    for (image, place) in places.iter().enumerate().skip(1).step_by(2) {
        let (row, column) = peak(&test.images.narrow(0, image, 1)?)?;
        let within = |at: f64, first: u32| (0.0..5.0).contains(&(at - f64::from(first)));
        hits += usize::from(within(row, place[0]) && within(column, place[1]));
    }
    Ok(hits as f64 / 20.0)
}

/// Row and column of the largest number of a map, in pixels of an image of 16.
fn peak(map: &Tensor) -> Result<(f64, f64)> {
    let (rows, columns) = map.dims2()?;
    let at = map.flatten_all()?.argmax(0)?.to_scalar::<u32>()? as usize;
    let pixel = |at: usize, of: usize| (at as f64 + 0.5) * 16.0 / of as f64;
    Ok((pixel(at / columns, rows), pixel(at % columns, columns)))
}

#[test]
fn class_activation_maps_peak_on_the_pattern() -> Result<()> {
    let _alone = alone();
    let Trained { features, head, .. } = trained();
    let share = hits(|image| peak(&grad_cam(features, head, image, 1)?.squeeze(0)?))?;
    assert!(share >= 0.9, "Grad-CAM {share}");
    let share = hits(|image| peak(&score_cam(features, head, image, 1)?.squeeze(0)?))?;
    assert!(share >= 0.9, "Score-CAM {share}");
    Ok(())
}

#[test]
fn hiding_the_pattern_costs_most() -> Result<()> {
    let _alone = alone();
    let Trained { features, head, .. } = trained();
    let model = |x: &Tensor| head.forward(&features.forward(x)?);
    let share = hits(|image| {
        let fall = occlusion(&model, image, 1, 5, 1, 0.0)?.squeeze(0)?;
        let at = fall.flatten_all()?.argmax(0)?.to_scalar::<u32>()? as usize;
        Ok(((at / 12) as f64 + 2.5, (at % 12) as f64 + 2.5)) // the window's middle
    })?;
    assert!(share >= 0.9, "occlusion {share}");
    let share =
        hits(|image| peak(&lime_image(&model, &image.squeeze(0)?, 1, 2, 0.0, 250, 1)?.weights))?;
    assert!(share >= 0.9, "LIME {share}");
    assert!(occlusion(&model, &trained().test.images, 1, 17, 1, 0.0).is_err());
    Ok(())
}
