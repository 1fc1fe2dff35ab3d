//! Sentences as vectors.

use crate::common::{Reference, close};
use candle_core::{Device, Result};
use candlelab_models::{Bert, BertConfig, SentenceEncoder};
use candlelab_nn::parameter_count;
use std::path::{Path, PathBuf};

const SENTENCES: [&str; 3] =
    ["A cat sleeps.", "The kitten", "Stocks fell, the cats nap. A cat. The cat. Nap."];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/bert")
}

#[test]
fn sentences_are_those_of_transformers() -> Result<()> {
    let reference = Reference::new(include_str!("../../../../tests/reference/bert.json"));
    let encoder = SentenceEncoder::load(folder(), &Device::Cpu)?;
    let vectors = encoder.encode(&SENTENCES)?;
    assert_eq!(vectors.dims(), [3, 8]);
    close("sentences", &vectors, &reference.values("sentences"), 1e-5)?;
    let alone = encoder.encode(&SENTENCES[1..2])?; // without filling
    close("alone", &alone, &reference.values("sentences")[8..16], 1e-5)
}

#[test]
fn mini_lm_has_its_parameters() -> Result<()> {
    let tokens = BertConfig { vocab_size: 1, ..BertConfig::mini_lm() };
    let count = parameter_count(&Bert::new(&tokens, &Device::Cpu)?.parameters().vars());
    // 22,713,216 in the checkpoint, 384² + 384 of them for the pooler, which is not used.
    assert_eq!(count + 30_521 * 384, 22_713_216 - 147_840);
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let encoder = SentenceEncoder::load(folder(), &Device::Cpu)?;
    assert!(encoder.encode(&[]).unwrap_err().to_string().contains("at least one sentence"));

    let copy = std::env::temp_dir().join(format!("candlelab-bert-{}", std::process::id()));
    std::fs::create_dir_all(&copy)?;
    let error = || SentenceEncoder::load(&copy, &Device::Cpu).unwrap_err().to_string();
    let file = |name: &str| copy.join(name);
    let change = |name: &str, change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        for name in ["config.json", "tokenizer.json", "model.safetensors"] {
            std::fs::write(file(name), std::fs::read(folder().join(name))?)?;
        }
        std::fs::write(file(name), change(std::fs::read(file(name))?))
    };
    let replace = |from: &'static str, to: &'static str| {
        move |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(from, to).into_bytes()
    };
    change("config.json", &replace("\"hidden_size\"", "\"size\""))?;
    assert!(error().contains("config.json does not describe a BERT: missing field `hidden_size`"));
    change("config.json", &replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1"))?;
    assert!(error().contains("encoder.layer.1."), "{}", error());
    change("config.json", &replace("\"gelu\"", "\"relu\""))?;
    assert!(error().contains("got `relu`"));
    change("config.json", &replace("\"vocab_size\": 15", "\"vocab_size\": 14"))?;
    assert!(error().contains("has 15 tokens, but the model 14"), "{}", error());
    change("tokenizer.json", &|bytes| bytes[..50].to_vec())?;
    assert!(error().contains("tokenizer.json is no tokenizer"));
    change("model.safetensors", &|bytes| bytes[..bytes.len() - 9].to_vec())?;
    assert!(error().contains("model.safetensors is no whole file"));
    std::fs::remove_dir_all(&copy)?;
    assert!(error().contains("cannot read the configuration"));
    Ok(())
}
