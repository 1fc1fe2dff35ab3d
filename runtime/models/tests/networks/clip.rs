//! Images and texts that find each other.

use crate::given::{agrees, draw, images};
use candle_core::{Result, Tensor};
use candlelab_data::mnist;
use candlelab_models::{Clip, ClipConfig, CnnConfig, GptConfig};
use candlelab_nn::{Adam, Device, Optimizer, parameter_count};

#[test]
fn it_is_pytorchs() -> Result<()> {
    let text = GptConfig { vocab: 5, context: 6, layers: 2, ..GptConfig::xor() };
    let model = Clip::new(&ClipConfig { vision: CnnConfig::mnist(), text }, &Device::Cpu)?;
    let texts = Tensor::new(&[[1u32, 2, 4, 0], [3, 1, 2, 4]], &Device::Cpu)?;
    agrees("clip", &model.parameters(), || model.loss(&images()?, &texts))
}

/// Tokens: 0 filling, 1 to 10 the digits, 11 the end.
#[test]
fn digits_find_their_names() -> Result<()> {
    let digits = mnist()?;
    let labels = digits.train_labels.narrow(0, 0, 200)?.to_vec1::<u32>()?;
    let first = |digit: &u32| labels.iter().position(|label| label == digit).expect("a digit");
    let places: Vec<u32> = (0..6).map(|digit| first(&digit) as u32).collect();
    let images = digits.train_images.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?;
    let texts: Vec<u32> = (0..6).flat_map(|digit| [digit + 1, 11, 0]).collect();
    let texts = Tensor::from_vec(texts, (6, 3), &Device::Cpu)?;

    let model = Clip::new(&ClipConfig::digits(12), &Device::Cpu)?;
    assert_eq!(parameter_count(&model.vars()), 13_248 + 50_208 + 25_792 + 32 * 32 + 1);
    draw(&model.parameters(), 1)?;
    let mut optimizer = Adam::new(model.vars(), 5e-3);
    for _ in 0..40 {
        optimizer.backward_step(&model.loss(&images, &texts)?)?;
    }
    let loss = model.loss(&images, &texts)?.to_scalar::<f32>()?;
    assert!(loss < 0.1, "{loss}");
    let found = model.logits(&images, &texts)?.argmax(1)?.to_vec1::<u32>()?;
    assert_eq!(found, [0, 1, 2, 3, 4, 5]);
    let lengths = model.encode_texts(&texts)?.sqr()?.sum(1)?.to_vec1::<f32>()?;
    assert!(lengths.iter().all(|length| (length - 1.0).abs() < 1e-5));
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let model = Clip::new(&ClipConfig::digits(5), &Device::Cpu)?;
    let endless = Tensor::new(&[[1u32, 4], [2, 3]], &Device::Cpu)?;
    let error = model.encode_texts(&endless).unwrap_err().to_string();
    assert!(error.contains("the last token of the vocabulary, 4"), "{error}");
    let three = Tensor::new(&[[1u32, 4], [2, 4], [3, 4]], &Device::Cpu)?;
    let error = model.loss(&images()?, &three).unwrap_err().to_string();
    assert!(error.contains("got 2 images and 3 texts"), "{error}");
    Ok(())
}
