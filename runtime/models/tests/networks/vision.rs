//! Networks that classify images.

use crate::common::fill;
use crate::given::{draw, give, images, layer_agrees};
use candlelab_data::{mnist, signs};
use candlelab_models::{Cnn, CnnConfig, ResNet, ResNetConfig, UNet, UNetConfig, Vit, VitConfig};
use candlelab_nn::*;

#[test]
fn they_are_pytorchs() -> Result<()> {
    let device = Device::Cpu;
    layer_agrees("cnn", &Cnn::new(&CnnConfig::mnist(), &device)?, &images()?)?;
    layer_agrees("resnet training", &ResNet::new(&ResNetConfig::mnist(), &device)?, &images()?)?;
    let resnet = ResNet::new(&ResNetConfig::mnist(), &device)?;
    evaluating(|| layer_agrees("resnet", &resnet, &images()?))?;
    layer_agrees("vit", &Vit::new(&VitConfig::mnist(), &device)?, &images()?)?;
    let config = UNetConfig { widths: vec![4, 6, 8], ..UNetConfig::signs() };
    let x = fill(&[2, 1, 8, 12], 0)?.to_dtype(DType::F32)?;
    evaluating(|| layer_agrees("unet", &UNet::new(&config, &device)?, &x))
}

#[test]
fn they_have_the_parameters_and_shapes_of_the_labs() -> Result<()> {
    let device = Device::Cpu;
    let (cnn, resnet) =
        (Cnn::new(&CnnConfig::mnist(), &device)?, ResNet::new(&ResNetConfig::mnist(), &device)?);
    let vit = Vit::new(&VitConfig::mnist(), &device)?;
    let count = |layer: &dyn Layer| parameter_count(&layer.vars());
    assert_eq!([count(&cnn), count(&resnet), count(&vit)], [28_938, 42_938, 213_642]);
    let x = images()?;
    assert_eq!(cnn.features(&x)?.dims(), [2, 32, 7, 7]);
    assert_eq!(resnet.features(&x)?.dims(), [2, 32, 14, 14]);
    assert_eq!(vit.tokens(&x)?.dims(), [2, 17, 64]);
    for model in [&cnn as &dyn Layer, &resnet, &vit] {
        assert_eq!(model.forward(&x)?.dims(), [2, 10]);
    }
    Ok(())
}

/// Training on eight digits of 14 × 14 pixels until the loss is a tenth of what chance gives, ln 10.
fn overfits(model: &dyn Layer, lr: f64) -> Result<()> {
    let digits = mnist()?;
    let (x, y) = (digits.train_images.narrow(0, 0, 8)?, digits.train_labels.narrow(0, 0, 8)?);
    let x = avg_pool2d(&x, 2, 2)?;
    draw(&model.parameters(), 1)?;
    let mut optimizer = Adam::new(model.vars(), lr);
    let loss = || cross_entropy(&model.forward(&x)?, &y);
    for _ in 0..40 {
        optimizer.backward_step(&loss()?)?;
    }
    let loss = loss()?.to_scalar::<f32>()?;
    assert!(loss < 0.23, "{loss}");
    Ok(())
}

#[test]
fn they_learn_a_batch_by_heart() -> Result<()> {
    let device = Device::Cpu;
    overfits(&Cnn::new(&CnnConfig { image: 14, ..CnnConfig::mnist() }, &device)?, 3e-3)?;
    let config = ResNetConfig { widths: vec![8, 16], blocks: 1, ..ResNetConfig::mnist() };
    overfits(&ResNet::new(&config, &device)?, 1e-2)?;
    overfits(&Vit::new(&VitConfig { image: 14, depth: 2, ..VitConfig::mnist() }, &device)?, 3e-3)
}

#[test]
fn the_unet_finds_the_plus_signs_of_a_batch() -> Result<()> {
    let signs = signs(3, 3, 0.0, 1)?;
    let model =
        UNet::new(&UNetConfig { widths: vec![8, 16], ..UNetConfig::signs() }, &Device::Cpu)?;
    draw(&model.parameters(), 2)?;
    let mut optimizer = Adam::new(model.vars(), 0.03);
    for _ in 0..30 {
        let logits = model.forward(&signs.images)?;
        optimizer.backward_step(&bce_with_logits(&logits, &signs.masks)?)?;
    }
    let found = model.forward(&signs.images)?.gt(0.0)?.to_dtype(DType::F32)?;
    let both = (&found * &signs.masks)?.sum_all()?.to_scalar::<f32>()?;
    let either = found.maximum(&signs.masks)?.sum_all()?.to_scalar::<f32>()?;
    assert!(both / either > 0.9, "{both} of {either}");
    let odd = Tensor::zeros((1, 1, 7, 5), DType::F32, &Device::Cpu)?;
    assert_eq!(model.forward(&odd)?.dims(), odd.dims());
    Ok(())
}

#[test]
fn in_evaluation_an_image_does_not_depend_on_its_batch() -> Result<()> {
    let model = ResNet::new(&ResNetConfig::mnist(), &Device::Cpu)?;
    give(&model.parameters())?;
    let x = images()?;
    let together = model.predict(&x)?.narrow(0, 0, 1)?;
    let alone = model.predict(&x.narrow(0, 0, 1)?)?;
    assert!((together - alone)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-6);
    Ok(())
}

#[test]
fn without_positions_the_order_of_patches_is_lost() -> Result<()> {
    seed(4);
    let config = VitConfig { image: 2, patch: 1, depth: 2, positions: false, ..VitConfig::mnist() };
    let model = Vit::new(&config, &Device::Cpu)?;
    let x = randn(0.0, 1.0, (1, 1, 2, 2), &Device::Cpu)?;
    let turned = x.t()?.contiguous()?; // the same four patches in another order
    assert_ne!(patchify(&x, 1)?.to_vec3::<f32>()?, patchify(&turned, 1)?.to_vec3::<f32>()?);
    let change = |model: &Vit| {
        let change = (model.forward(&x)? - model.forward(&turned)?)?;
        change.abs()?.max_all()?.to_scalar::<f32>()
    };
    assert!(change(&model)? < 1e-5);
    let ordered = Vit::new(&VitConfig { positions: true, ..config.clone() }, &Device::Cpu)?;
    assert!(change(&ordered)? > 1e-3);
    let mean = Vit::new(&VitConfig { class_token: false, ..config }, &Device::Cpu)?;
    assert_eq!(mean.tokens(&x)?.dims(), [1, 4, 64]);
    assert!(change(&mean)? < 1e-5);
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let device = Device::Cpu;
    let vit = |config| Vit::new(&config, &device).unwrap_err().to_string();
    assert!(vit(VitConfig { patch: 5, ..VitConfig::mnist() }).contains("patches of 5"));
    assert!(vit(VitConfig { heads: 3, ..VitConfig::mnist() }).contains("3 heads"));
    let x = Tensor::zeros((1, 1, 14, 14), DType::F32, &device)?;
    let error = Vit::new(&VitConfig::mnist(), &device)?.forward(&x).unwrap_err().to_string();
    assert!(error.contains("[1, 1, 14, 14], made for 28 × 28"), "{error}");
    assert!(Cnn::new(&CnnConfig { kernel: 4, ..CnnConfig::mnist() }, &device).is_err());
    assert!(Cnn::new(&CnnConfig { channels: vec![], ..CnnConfig::mnist() }, &device).is_err());
    assert!(Cnn::new(&CnnConfig { image: 3, ..CnnConfig::mnist() }, &device).is_err());
    assert!(
        ResNet::new(&ResNetConfig { widths: vec![], ..ResNetConfig::mnist() }, &device).is_err()
    );
    Ok(())
}
