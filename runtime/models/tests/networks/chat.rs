//! A quantised Llama, and conversations with it.

use crate::common::{Reference, close};
use crate::given::numbers;
use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Result, Tensor};
use candlelab_models::{Chat, Llama, Sampling};
use std::fs::File;
use std::path::{Path, PathBuf};

const WIDTH: usize = 32;

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("candlelab-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The weights of `tests/reference/llama.py` in the order of their names there: the name in a GGUF
/// file, and the tensor.
fn tensors() -> Result<Vec<(String, Tensor)>> {
    let mut all = vec![("token_embd".to_owned(), vec![13, WIDTH])];
    for layer in 0..2 {
        let parts: [(&str, &[usize]); 9] = [
            ("attn_norm", &[WIDTH]), // input_layernorm
            ("ffn_down", &[WIDTH, 64]),
            ("ffn_gate", &[64, WIDTH]),
            ("ffn_up", &[64, WIDTH]),
            ("ffn_norm", &[WIDTH]), // post_attention_layernorm
            ("attn_k", &[16, WIDTH]),
            ("attn_output", &[WIDTH, WIDTH]), // o_proj
            ("attn_q", &[WIDTH, WIDTH]),
            ("attn_v", &[16, WIDTH]),
        ];
        all.extend(parts.map(|(name, shape)| (format!("blk.{layer}.{name}"), shape.to_vec())));
    }
    all.push(("output_norm".to_owned(), vec![WIDTH]));
    let tensor = |(at, (name, shape)): (usize, (String, Vec<usize>))| {
        let mut value = numbers("weight", &shape, at)?;
        if name.contains("attn_q") || name.contains("attn_k") {
            // Pairs that turn together lie beside each other in a GGUF file, not half a head apart.
            let parts = value.reshape((shape[0] / 8, 2, 4, WIDTH))?.transpose(1, 2)?;
            value = parts.contiguous()?.reshape(shape)?;
        }
        Ok((name + ".weight", value))
    };
    all.into_iter().enumerate().map(tensor).collect()
}

/// Writes them, with the maps in so many bits.
fn write(path: &Path, maps: GgmlDType, architecture: &str) -> Result<()> {
    let number = |value: u32| Value::U32(value);
    let metadata = [
        ("general.architecture", Value::String(architecture.to_owned())),
        ("llama.block_count", number(2)),
        ("llama.context_length", number(64)),
        ("llama.embedding_length", number(WIDTH as u32)),
        ("llama.feed_forward_length", number(64)),
        ("llama.attention.head_count", number(4)),
        ("llama.attention.head_count_kv", number(2)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
        ("llama.rope.freq_base", Value::F32(1000.0)),
    ];
    let metadata: Vec<(&str, &Value)> =
        metadata.iter().map(|(name, value)| (*name, value)).collect();
    let quantise = |(name, tensor): (String, Tensor)| {
        let kind = if tensor.rank() == 2 { maps } else { GgmlDType::F32 };
        Ok((name, QTensor::quantize(&tensor, kind)?))
    };
    let tensors = tensors()?.into_iter().map(quantise).collect::<Result<Vec<_>>>()?;
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut File::create(path)?, &metadata, &tensors)
}

const TOKENIZER: &str = r#"{
  "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
  "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
  "added_tokens": [
    {"id": 0, "content": "<|im_start|>", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true},
    {"id": 1, "content": "<|im_end|>", "single_word": false, "lstrip": false, "rstrip": false,
     "normalized": false, "special": true}
  ],
  "model": {"type": "WordLevel", "unk_token": "?", "vocab": {
    "<|im_start|>": 0, "<|im_end|>": 1, "?": 2, "system": 3, "user": 4, "assistant": 5,
    "hello": 6, "cat": 7, "dog": 8, "and": 9, "or": 10, "not": 11, "be": 12}}
}"#;

#[test]
fn its_logits_are_those_of_transformers() -> Result<()> {
    let reference = Reference::new(include_str!("../../../../tests/reference/llama.json"));
    let folder = Folder::new("llama")?;
    let file = folder.file("model.gguf");
    let tokens = [1, 5, 12, 0, 3, 3, 7, 2, 9];
    for (kind, tolerance) in [(GgmlDType::F32, 1e-5), (GgmlDType::Q8_0, 0.05)] {
        write(&file, kind, "llama")?;
        let llama = Llama::load(&file, &Device::Cpu)?;
        let mut caches = llama.caches();
        let mut logits = Vec::new();
        for token in tokens {
            logits.extend(llama.read_on(&[token], &mut caches)?);
        }
        let last = llama.read_on(&tokens, &mut llama.caches())?;
        let logits = Tensor::new(logits, &Device::Cpu)?;
        close("logits", &logits, &reference.values("logits"), tolerance)?;
        let truth = &reference.values("logits")[8 * 13..];
        close("at once", &Tensor::new(last, &Device::Cpu)?, truth, tolerance)?;
    }
    Ok(())
}

#[test]
fn a_conversation_is_one_text() -> Result<()> {
    let folder = Folder::new("chat")?;
    let (file, tokenizer) = (folder.file("model.gguf"), folder.file("tokenizer.json"));
    write(&file, GgmlDType::Q8_0, "llama")?;
    std::fs::write(&tokenizer, TOKENIZER)?;
    let mut chat = Chat::load(&file, &tokenizer, &Device::Cpu)?;
    chat.system = "be cat".to_owned();
    chat.sampling = Sampling::greedy();
    chat.longest = 4;
    let (first, second) = (chat.reply("hello dog")?, chat.reply("or not")?);

    let words = "<|im_start|> <|im_end|> ? system user assistant hello cat dog and or not be";
    let words: Vec<&str> = words.split(' ').collect();
    let llama = Llama::load(&file, &Device::Cpu)?;
    let mut text = vec![0u32, 3, 12, 7, 1]; // the system
    for (question, answer) in [([6, 8], &first), ([10, 11], &second)] {
        text.extend([0, 4, question[0], question[1], 1, 0, 5]);
        let mut reply = Vec::new();
        for _ in 0..4 {
            let logits = llama.read_on(&text, &mut llama.caches())?;
            let best = (0..13).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap_or(0);
            if best == 1 {
                break;
            }
            text.push(best as u32);
            reply.extend((best > 1).then(|| words[best])); // marks are not shown
        }
        text.push(1);
        assert_eq!(*answer, reply.join(" "));
    }
    assert_eq!(chat.len(), text.len());
    chat.forget();
    assert!(chat.is_empty() && chat.reply("hello dog")? == first);

    chat.longest = 64;
    let error = chat.reply("and").unwrap_err().to_string();
    assert!(error.contains("the model sees 64") && error.contains("chat.forget()"), "{error}");
    Ok(())
}

#[test]
fn what_is_no_llama_is_told() -> Result<()> {
    let folder = Folder::new("no-llama")?;
    let (file, tokenizer) = (folder.file("model.gguf"), folder.file("tokenizer.json"));
    let load = || Chat::load(&file, &tokenizer, &Device::Cpu);
    let error = || load().unwrap_err().to_string();
    assert!(error().contains("cannot read the weights"), "{}", error());
    write(&file, GgmlDType::F32, "gpt2")?;
    assert!(error().contains("of the kind `gpt2`, not `llama`"), "{}", error());
    write(&file, GgmlDType::F32, "llama")?;
    assert!(error().contains("cannot read the tokenizer"), "{}", error());
    std::fs::write(&tokenizer, TOKENIZER)?;
    load()?;
    std::fs::write(&tokenizer, TOKENIZER.replace("im_end", "end"))?;
    assert!(error().contains("it is not of a chat model"), "{}", error());
    std::fs::write(&tokenizer, TOKENIZER.replace(r#""be": 12"#, r#""be": 12, "more": 13"#))?;
    assert!(error().contains("has 14 tokens, but the model 13"), "{}", error());
    let whole = std::fs::read(&file)?;
    for length in [whole.len() - 50, 300, 3, 0] {
        std::fs::write(&file, &whole[..length])?;
        assert!(error().contains("whole"), "{length}: {}", error());
    }
    std::fs::write(&file, b"{\"this\": \"is JSON\"}")?;
    assert!(error().contains("is no whole file in the GGUF format"), "{}", error());
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let folder = Folder::new("misfit")?;
    let file = folder.file("model.gguf");
    write(&file, GgmlDType::F32, "llama")?;
    let llama = Llama::load(&file, &Device::Cpu)?;
    let error =
        |tokens: &[u32]| llama.read_on(tokens, &mut llama.caches()).unwrap_err().to_string();
    assert!(error(&[13]).contains("token 13 is none of the model's 13"));
    assert!(error(&[]).contains("1 to 64 tokens") && error(&[0; 65]).contains("1 to 64 tokens"));
    assert!(llama.read_on(&[1], &mut []).is_err());
    Ok(())
}
