//! The network that writes letter by letter.

use crate::given::{draw, layer_agrees};
use candle_core::Result;
use candlelab_models::{CharRnn, CharRnnConfig, CharWriter, Sampling};
use candlelab_nn::{
    Adam, Device, Layer, Module, Optimizer, Tensor, cross_entropy, parameter_count,
};

#[test]
fn it_is_pytorchs() -> Result<()> {
    let model = CharRnn::new(CharRnnConfig { vocab: 7, width: 5, hidden: 4 }, &Device::Cpu)?;
    let letters = Tensor::new(&[[1u32, 2, 6, 0, 3], [0, 0, 4, 1, 5]], &Device::Cpu)?;
    layer_agrees("char rnn", &model, &letters)
}

#[test]
fn it_learns_a_batch_by_heart() -> Result<()> {
    let model = CharRnn::new(CharRnnConfig { vocab: 5, width: 8, hidden: 8 }, &Device::Cpu)?;
    draw(&model.parameters(), 1)?;
    let x = Tensor::new(&[[1u32, 2, 3], [3, 2, 1], [2, 2, 4], [4, 1, 1]], &Device::Cpu)?;
    let y = Tensor::new(&[4u32, 0, 1, 2], &Device::Cpu)?;
    let mut optimizer = Adam::new(model.vars(), 0.03);
    let loss = || cross_entropy(&model.forward(&x)?, &y);
    for _ in 0..60 {
        optimizer.backward_step(&loss()?)?;
    }
    let loss = loss()?.to_scalar::<f32>()?;
    assert!(loss < 0.16, "{loss}"); // a tenth of ln 5
    Ok(())
}

#[test]
fn a_writer_sees_forty_letters() -> Result<()> {
    let config = CharRnnConfig { vocab: 5, width: 3, hidden: 2 };
    let model = CharRnn::new(config, &Device::Cpu)?;
    draw(&model.parameters(), 1)?;
    let file = |end: &str| {
        let name = format!("candlelab-rnn-{}{end}", std::process::id());
        std::env::temp_dir().join(name)
    };
    let (weights, letters) = (file(".safetensors"), file(".json"));
    model.parameters().save(&weights)?;
    std::fs::write(&letters, r#"{"a": 1, "b": 2, "c": 3, "<s>": 4}"#)?;
    let load = |config| CharWriter::load(&weights, &letters, config, &Device::Cpu);
    let writer = load(config)?;
    let mut text = [vec![0u32; 39], vec![4, 1, 2]].concat(); // <s> a b
    let mut expected = String::new();
    for _ in 0..3 {
        let seen = Tensor::new(&text[text.len() - 40..], &Device::Cpu)?.unsqueeze(0)?;
        let token: u32 = model.forward(&seen)?.squeeze(0)?.argmax(0)?.to_scalar()?;
        match token {
            1..=3 => expected.push(['a', 'b', 'c'][token as usize - 1]),
            _ => break, // the text is over
        }
        text.push(token);
    }
    assert_eq!((writer.write("ab", 3, &Sampling::greedy())?, expected.len()), (expected, 3));

    let error = writer.write("xy", 1, &Sampling::greedy()).unwrap_err().to_string();
    assert!(error.contains("does not know the letter \"x\""), "{error}");
    let error = load(CharRnnConfig { hidden: 8, ..config }).unwrap_err().to_string();
    assert!(error.contains("there and"), "{error}");
    std::fs::write(&letters, r#"{"a": 9}"#)?;
    assert!(load(config).unwrap_err().to_string().contains("token 9 is none of the 5"));
    std::fs::write(&letters, "a b c")?;
    assert!(load(config).unwrap_err().to_string().contains("does not tell letters' tokens"));
    std::fs::remove_file(weights)?;
    std::fs::remove_file(&letters)?;
    Ok(())
}

/// All values of the published file.
#[test]
fn textgenrnn_has_its_parameters() -> Result<()> {
    let model = CharRnn::new(CharRnnConfig::textgenrnn(), &Device::Cpu)?;
    let lstms = 512 * (100 + 128 + 2) + 512 * (128 + 128 + 2);
    assert_eq!(parameter_count(&model.vars()), 46_500 + lstms + 356 + 465 * 356 + 465);
    Ok(())
}
