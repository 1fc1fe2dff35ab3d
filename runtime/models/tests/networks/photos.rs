//! A network that others have trained.

use crate::common::{close, fill};
use crate::given::{draw, layer_agrees, reference};
use candlelab_data::photo;
use candlelab_models::{EfficientNet, EfficientNetConfig, Stage};
use candlelab_nn::*;
use std::path::{Path, PathBuf};

fn tiny() -> EfficientNetConfig {
    let stage =
        |blocks, kernel, stride, expand, width| Stage { blocks, kernel, stride, expand, width };
    let stages = vec![stage(1, 3, 1, 1, 4), stage(2, 5, 2, 6, 6), stage(1, 3, 2, 2, 8)];
    EfficientNetConfig { image: 23, stem: 4, stages, head: 10, classes: 5 }
}

#[test]
fn efficientnet_is_pytorchs() -> Result<()> {
    let model = EfficientNet::new(&tiny(), &Device::Cpu)?;
    let x = (fill(&[2, 3, 23, 23], 0)? * 8.0)?.to_dtype(DType::F32)?;
    layer_agrees("efficientnet", &model, &x)
}

#[test]
fn efficientnet_learns_a_batch_by_heart() -> Result<()> {
    let model = EfficientNet::new(&tiny(), &Device::Cpu)?;
    draw(&model.parameters(), 1)?;
    let x = fill(&[4, 3, 23, 23], 0)?.sin()?.to_dtype(DType::F32)?;
    let y = Tensor::new(&[0u32, 3, 1, 4], &Device::Cpu)?;
    let mut optimizer = Adam::new(model.vars(), 0.02);
    let loss = || cross_entropy(&model.forward(&x)?, &y);
    for _ in 0..60 {
        optimizer.backward_step(&loss()?)?;
    }
    let loss = loss()?.to_scalar::<f32>()?;
    assert!(loss < 0.16, "{loss}"); // a tenth of ln 5
    Ok(())
}

#[test]
fn resize_is_pytorchs() -> Result<()> {
    let image = fill(&[1, 2, 9, 7], 0)?.to_dtype(DType::F32)?;
    for (height, width) in [(4, 5), (12, 21)] {
        let name = format!("resize {height} {width}");
        close(&name, &resize(&image, height, width)?, &reference().values(&name), 1e-5)?;
    }
    assert!(resize(&image, 0, 4).is_err());
    Ok(())
}

/// Where the weights are, if anywhere: they are too large to be part of the project.
fn weights() -> Option<PathBuf> {
    let named = std::env::var_os("CANDLELAB_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../data");
    let file = "models/efficientnet_lite0_f16.safetensors";
    named.into_iter().chain([beside]).map(|folder| folder.join(file)).find(|path| path.is_file())
}

#[test]
fn the_cat_is_an_egyptian_cat() -> Result<()> {
    let Some(file) = weights() else { return Ok(()) };
    let model = EfficientNet::load(file, &EfficientNetConfig::lite0(), &Device::Cpu)?;
    let guesses = model.guesses(&photo()?, 3)?;
    assert_eq!(guesses[0].0, "Egyptian cat");
    assert!((guesses[0].1 - 0.599).abs() < 0.02, "{guesses:?}"); // PyTorch's, from PIL's pixels
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let model = EfficientNet::new(&tiny(), &Device::Cpu)?;
    assert_eq!(model.prepare(&photo()?)?.dims(), [1, 3, 23, 23]);
    assert!(model.guesses(&photo()?, 1).unwrap_err().to_string().contains("1000 classes"));
    let two = Tensor::zeros((1, 2, 8, 8), DType::F32, &Device::Cpu)?;
    assert!(model.prepare(&two).unwrap_err().to_string().contains("[1, 2, 8, 8]"));
    let mut still = tiny();
    still.stages[1].stride = 0;
    assert!(EfficientNet::new(&still, &Device::Cpu).unwrap_err().to_string().contains("stride: 0"));
    let file = std::env::temp_dir().join(format!("candlelab-lite-{}", std::process::id()));
    model.parameters().save(&file)?;
    let again = EfficientNet::load(&file, &tiny(), &Device::Cpu)?;
    let x = model.prepare(&photo()?)?;
    let difference = (model.forward(&x)? - again.forward(&x)?)?.abs()?.max_all()?;
    assert_eq!(difference.to_scalar::<f32>()?, 0.0);
    let lite0 = EfficientNetConfig::lite0();
    let error = EfficientNet::load(&file, &lite0, &Device::Cpu).unwrap_err().to_string();
    assert!(
        error.contains("`_conv_stem.weight` is [4, 3, 3, 3] there and [32, 3, 3, 3]"),
        "{error}"
    );
    std::fs::remove_file(file)?;
    Ok(())
}
