//! GPT: what it learns, how it continues, and GPT-2's weights.

use crate::common::{Reference, close};
use crate::given::{draw, give, layer_agrees};
use candle_core::Result;
use candlelab_data::{Bpe, CharTokenizer, Tokenizer, contexts};
use candlelab_models::{Gpt, GptConfig, MarkovChain, Sampling, bit_gpt, next_token_loss};
use candlelab_nn::{
    Activation, Adam, DType, Device, Layer, Module, Optimizer, Tensor, parameter_count,
};
use std::path::{Path, PathBuf};

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/gpt2.json"))
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/gpt2.safetensors")
}

/// What the script made.
fn tiny() -> GptConfig {
    let sizes =
        GptConfig { vocab: 11, context: 7, layers: 2, heads: 2, width: 8, ..GptConfig::gpt2() };
    GptConfig { dropout: 0.0, ..sizes }
}

#[test]
fn presets_have_their_parameters() -> Result<()> {
    let count = |config: &GptConfig| config.parameter_count();
    assert_eq!((count(&GptConfig::xor()), count(&GptConfig::markov())), (12_640, 12_656));
    assert_eq!(count(&GptConfig { vocab: 3, ..GptConfig::xor() }), 12_656);
    assert_eq!(count(&GptConfig::gpt2()), 124_439_808);
    // nanoGPT prints .80 and 10.65 million for 65 letters, positions and shifts not counted.
    let (small, large) = (GptConfig::nano(65), GptConfig::shakespeare(65));
    assert_eq!(count(&small) - 64 * 128 - 9 * 128, 795_904);
    assert_eq!(count(&large) - 256 * 384 - 13 * 384, 10_646_784);
    for config in [GptConfig::xor(), tiny()] {
        let gpt = Gpt::new(&config, &Device::Cpu)?;
        assert_eq!(parameter_count(&gpt.vars()), count(&config));
    }
    assert_eq!(parameter_count(&bit_gpt(2, &Device::Cpu)?.vars()), 8610);
    Ok(())
}

#[test]
fn gpt2s_weights_give_gpt2s_logits() -> Result<()> {
    let gpt = Gpt::from_gpt2(file(), &tiny(), &Device::Cpu)?;
    let tokens = Tensor::new(&[[3u32, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 10, 7]], &Device::Cpu)?;
    close("logits", &gpt.forward(&tokens)?, &reference().values("logits"), 1e-5)?;
    let greedy = gpt.generate(&[3, 1], 5, &Sampling::greedy())?;
    close("greedy", &Tensor::new(greedy, &Device::Cpu)?, &reference().values("greedy"), 0.0)
}

#[test]
fn what_is_not_gpt2_is_told() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("candlelab-gpt2-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let error = |file: &Path, config: &GptConfig| {
        Gpt::from_gpt2(file, config, &Device::Cpu).unwrap_err().to_string()
    };
    let text = error(&file(), &GptConfig { vocab: 12, ..tiny() });
    assert!(text.contains("its vocabulary has 11 tokens, the configuration's 12"), "{text}");
    let text = error(&file(), &GptConfig { layers: 3, ..tiny() });
    assert!(text.contains("it has no `h.2.ln_1.weight`"), "{text}");
    let text = error(&file(), &GptConfig { layers: 1, ..tiny() });
    assert!(text.contains("its tensor `transformer.h.1."), "{text}");
    let text = error(&file(), &GptConfig { context: 8, ..tiny() });
    assert!(text.contains("`wpe.weight` is [7, 8] there and [8, 8] here"), "{text}");
    let text = error(&file(), &GptConfig { bias: false, ..tiny() });
    assert!(text.contains("has no place in the model"), "{text}");

    let whole = std::fs::read(file())?;
    let bad = folder.join("model.safetensors");
    for bytes in [&whole[..whole.len() - 100], &whole[..20], b"GGUF, not this", &[]] {
        std::fs::write(&bad, bytes)?;
        let text = error(&bad, &tiny());
        assert!(text.contains("model.safetensors is no whole file in the safetensors"), "{text}");
    }
    let foreign = bit_gpt(2, &Device::Cpu)?;
    foreign.parameters().save(&bad)?;
    let text = error(&bad, &tiny());
    assert!(text.contains("it has no `wte.weight`"), "{text}");
    std::fs::remove_dir_all(&folder)?;
    assert!(error(&bad, &tiny()).contains("cannot read the weights"));
    Ok(())
}

#[test]
fn the_caches_change_nothing() -> Result<()> {
    let config = GptConfig { context: 12, layers: 2, bias: true, ..GptConfig::nano(10) };
    let gpt = Gpt::new(&config, &Device::Cpu)?;
    give(&gpt.parameters())?;
    let tokens = Tensor::from_iter((0..24u32).map(|at| at * 7 % 10), &Device::Cpu)?;
    let tokens = tokens.reshape((2, 12))?;
    let whole = gpt.forward(&tokens)?;
    let mut caches = gpt.caches();
    let mut parts = Vec::new();
    for (first, count) in [(0, 5), (5, 1), (6, 1), (7, 5)] {
        parts.push(gpt.read_on(&tokens.narrow(1, first, count)?, &mut caches)?);
    }
    let difference = (whole - Tensor::cat(&parts, 1)?)?.abs()?.max_all()?.to_scalar::<f32>()?;
    assert!(difference < 1e-5, "{difference}");
    assert!(gpt.read_on(&tokens.narrow(1, 0, 1)?, &mut caches).is_err()); // no thirteenth position
    assert!(gpt.read_on(&tokens, &mut caches[..1]).is_err());
    Ok(())
}

/// Also beyond the context, where nanoGPT cuts off the start of the text.
#[test]
fn generation_is_that_of_full_passes() -> Result<()> {
    let gpt = Gpt::new(&GptConfig { context: 6, layers: 2, ..GptConfig::nano(10) }, &Device::Cpu)?;
    give(&gpt.parameters())?;
    let mut text = vec![1u32, 2];
    for _ in 0..12 {
        let seen = &text[text.len().saturating_sub(6)..];
        let logits = gpt.forward(&Tensor::new(seen, &Device::Cpu)?.unsqueeze(0)?)?;
        let last = logits.squeeze(0)?.get(seen.len() - 1)?;
        text.push(last.argmax(0)?.to_scalar()?);
    }
    assert_eq!(gpt.generate(&[1, 2], 12, &Sampling::greedy())?, text[2..]);
    Ok(())
}

#[test]
fn what_comes_later_changes_nothing_before() -> Result<()> {
    let gpt = Gpt::new(&GptConfig::markov(), &Device::Cpu)?;
    give(&gpt.parameters())?;
    let logits = |last: u32| gpt.forward(&Tensor::new(&[[1u32, 0, last]], &Device::Cpu)?);
    let difference = (logits(0)? - logits(1)?)?.abs()?.squeeze(0)?.max(1)?.to_vec1::<f32>()?;
    assert!(difference[..2] == [0.0, 0.0] && difference[2] > 1e-3);
    Ok(())
}

#[test]
fn it_is_nano_gpt() -> Result<()> {
    let sizes = GptConfig { vocab: 7, context: 6, layers: 2, ..GptConfig::xor() };
    let tokens = Tensor::new(&[[1u32, 2, 6, 0, 3], [5, 5, 4, 1, 0]], &Device::Cpu)?;
    layer_agrees("gpt", &Gpt::new(&sizes, &Device::Cpu)?, &tokens)
}

/// Trains on all contexts and the tokens that follow; gives the loss.
fn learn(model: &dyn Layer, (x, y): (Tensor, Tensor), steps: usize) -> Result<f32> {
    let mut optimizer = Adam::new(model.vars(), 3e-3).with_weight_decay(0.1);
    for _ in 0..steps {
        optimizer.backward_step(&next_token_loss(&model.forward(&x)?, &y)?)?;
    }
    next_token_loss(&model.forward(&x)?, &y)?.to_scalar()
}

/// Starts a GPT as it starts itself, but the same every time: what `draw` draws, made smaller.
fn started(config: &GptConfig) -> Result<Gpt> {
    let gpt = Gpt::new(config, &Device::Cpu)?;
    draw(&gpt.parameters(), 1)?;
    for (_, var) in gpt.parameters().tensors().iter().filter(|(_, var)| var.rank() == 2) {
        var.set(&(var.as_detached_tensor() * 0.1)?)?;
    }
    Ok(gpt)
}

/// 00 → 0, 01 → 1, 10 → 1, 11 → 0.
#[test]
fn it_learns_exclusive_or() -> Result<()> {
    let gpt = started(&GptConfig::xor())?;
    let x = Tensor::new(&[[0u32, 0], [0, 1], [1, 0], [1, 1]], &Device::Cpu)?;
    let loss = learn(&gpt, (x, Tensor::new(&[0u32, 1, 1, 0], &Device::Cpu)?), 200)?;
    let p = MarkovChain::new(&gpt, 2, 2)?.next.to_vec2::<f32>()?;
    assert!(loss < 0.05, "{loss}");
    assert!(p[0][0] > 0.95 && p[1][1] > 0.95 && p[2][1] > 0.95 && p[3][0] > 0.95, "{p:?}");
    assert_eq!(gpt.generate(&[1, 0], 7, &Sampling::greedy())?, [1, 1, 0, 1, 1, 0, 1]);
    Ok(())
}

/// After 111 the next bit is a coin; Karpathy's sequence.
#[test]
fn it_is_a_markov_chain() -> Result<()> {
    let bits = [1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0];
    let gpt = started(&GptConfig::markov())?;
    let loss = learn(&gpt, contexts(&bits, 3)?, 100)?;
    assert!((loss - 0.3466).abs() < 0.05, "{loss}"); // ½ ln 2 at best
    let chain = MarkovChain::new(&gpt, 2, 3)?;
    let next = chain.next.to_vec2::<f32>()?;
    assert!((next[7][1] - 0.5).abs() < 0.05 && next[5][1] > 0.9, "{next:?}");
    for sum in chain.matrix()?.sum(1)?.to_vec1::<f32>()? {
        assert!((sum - 1.0).abs() < 1e-6);
    }
    // What the model draws has the chain's frequencies.
    let walk = chain.walk(&[1, 1, 1], 5000, 1)?;
    let sampling = Sampling { seed: Some(1), ..Sampling::default() };
    let drawn = gpt.generate(&[1, 1, 1], 1000, &sampling)?;
    let ones = |bits: &[u32]| bits.iter().sum::<u32>() as f32 / bits.len() as f32;
    assert!((ones(&walk) - ones(&drawn)).abs() < 0.05);
    let after = walk.windows(4).filter(|bits| bits[..3] == [1, 1, 1]);
    let after: Vec<u32> = after.map(|bits| bits[3]).collect();
    assert!((ones(&after) - next[7][1]).abs() < 0.03);
    let cut = MarkovChain { states: chain.states[..7].to_vec(), next: chain.next.clone() };
    assert!(cut.matrix().is_err() && cut.walk(&[1, 1, 0], 1, 0).is_err());
    assert!(chain.walk(&[1, 1], 1, 0).is_err() && MarkovChain::new(&gpt, 2, 30).is_err());
    Ok(())
}

/// Letters and byte pairs; before training every token is as likely as the others.
#[test]
fn any_tokens_will_do() -> Result<()> {
    let text = "to be, or not to be, that is the question";
    let (letters, pairs) = (CharTokenizer::new(text)?, Bpe::train(text, 270)?);
    for tokenizer in [&letters as &dyn Tokenizer, &pairs] {
        let vocab = tokenizer.vocab_size();
        let gpt = started(&GptConfig { layers: 2, width: 32, ..GptConfig::nano(vocab) })?;
        let tokens = tokenizer.encode(text)?;
        let x = Tensor::new(&tokens[..tokens.len() - 1], &Device::Cpu)?.unsqueeze(0)?;
        let y = Tensor::new(&tokens[1..], &Device::Cpu)?.unsqueeze(0)?;
        let loss = next_token_loss(&gpt.forward(&x)?, &y)?.to_scalar::<f32>()?;
        assert!((loss - (vocab as f32).ln()).abs() < 0.1, "{loss}");
        let sampling = Sampling { seed: Some(1), ..Sampling::default() };
        let drawn = gpt.generate(&tokenizer.encode("to")?, 30, &sampling)?;
        assert_eq!(drawn.len(), 30);
        tokenizer.decode(&drawn)?; // all are tokens
    }
    Ok(())
}

#[test]
fn few_tokens_are_kept_as_transformers_keeps_them() -> Result<()> {
    let logits = [0.3, -1.0, 2.0, 1.9, 0.0, -2.5];
    for (temperature, k, p) in [(1.0, 3, 0.0), (0.7, 0, 0.8), (1.5, 4, 0.6), (1.0, 0, 0.2)] {
        let sampling = Sampling {
            temperature,
            top_k: Some(k).filter(|k| *k > 0),
            top_p: Some(p).filter(|p| *p > 0.0),
            ..Sampling::default()
        };
        let name = format!("kept {temperature:?} {k} {p}");
        let kept = Tensor::new(sampling.probabilities(&logits)?, &Device::Cpu)?;
        close(&name, &kept, &reference().values(&name), 1e-6)?;
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let gpt = Gpt::new(&GptConfig::xor(), &Device::Cpu)?;
    let error = |prompt: &[u32], sampling: Sampling| {
        gpt.generate(prompt, 1, &sampling).unwrap_err().to_string()
    };
    assert!(error(&[], Sampling::default()).contains("at least one token"));
    assert!(error(&[2], Sampling::default()).contains("token 2 is none of the model's 2"));
    let cold = Sampling { temperature: -1.0, ..Sampling::default() };
    assert!(error(&[1], cold).contains("got -1"));
    let none = Sampling { top_p: Some(0.0), ..Sampling::default() };
    assert!(error(&[1], none).contains("got 0"));
    assert!(error(&[1], Sampling { top_k: Some(0), ..Sampling::default() }).contains("top_k"));
    assert!(Sampling::default().probabilities(&[f32::NAN, 1.0]).is_err());
    assert!(Sampling::default().probabilities(&[]).is_err());
    let wide = GptConfig { heads: 3, ..GptConfig::xor() };
    assert!(Gpt::new(&wide, &Device::Cpu).unwrap_err().to_string().contains("3 heads"));
    let logits = Tensor::zeros((2, 3, 4), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros((2, 2), DType::U32, &Device::Cpu)?;
    assert!(next_token_loss(&logits, &targets).is_err());
    assert_eq!(gpt.config().activation, Activation::Gelu);
    Ok(())
}
