//! The same merges and tokens as the library `tokenizers`.

use super::*;
use crate::shakespeare;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{TokenizerBuilder, normalizers, pre_tokenizers, processors};

const SAMPLES: [&str; 6] = [
    "",
    "First Citizen:\nBefore we proceed any further, hear me speak.",
    "  two  spaces \n\n and\ttabs  ",
    "I'll don't we've 1234 times -- 3.14!?",
    "naïve Ωmega देवनागरी 你好 🐌🐌 \u{a0}\u{ad}",
    "aaaaaaaaaaaaa abababab the the the",
];

/// The library's tokenizer, trained on `text`.
fn reference(text: &str, size: usize) -> impl Fn(&str) -> Vec<u32> {
    let mut tokenizer = TokenizerBuilder::<
        BPE,
        normalizers::NormalizerWrapper,
        pre_tokenizers::PreTokenizerWrapper,
        processors::PostProcessorWrapper,
        tokenizers::DecoderWrapper,
    >::new()
    .with_model(BPE::default())
    .with_pre_tokenizer(Some(ByteLevel::new(false, true, true).into()))
    .build()
    .unwrap();
    let mut trainer = BpeTrainer::builder()
        .vocab_size(size)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    tokenizer.train(&mut trainer, [text].into_iter()).unwrap();
    move |text| tokenizer.encode(text, false).unwrap().get_ids().to_vec()
}

#[test]
fn training_gives_the_tokens_of_the_library_tokenizers() {
    let text = &shakespeare().unwrap()[..200_000];
    let (bpe, reference) = (Bpe::train(text, 1000).unwrap(), reference(text, 1000));
    assert_eq!(bpe.vocab_size(), 1000);
    for sample in SAMPLES.into_iter().chain([&text[..20_000]]) {
        let tokens = bpe.encode(sample).unwrap();
        assert_eq!(tokens, reference(sample), "{sample:?}");
        assert_eq!(bpe.decode(&tokens).unwrap(), sample);
    }
}

/// From tests/reference/bpe.py.
#[test]
fn gpt2_gives_its_own_tokens() {
    let bpe = Bpe::gpt2().unwrap();
    assert_eq!(bpe.vocab_size(), 50257);
    assert_eq!(bpe.decode(&[50256]).unwrap(), "<|endoftext|>");
    let expected: [&[u32]; 6] = [
        &[],
        &[5962, 22307, 25, 198, 8421, 356, 5120, 597, 2252, 11, 3285, 502, 2740, 13],
        &[220, 734, 220, 9029, 220, 628, 290, 197, 8658, 82, 220, 220],
        &[40, 1183, 836, 470, 356, 1053, 1105, 2682, 1661, 1377, 513, 13, 1415, 22857],
        &[
            2616, 38776, 7377, 102, 13731, 28225, 99, 24231, 229, 11976, 113, 11976, 101, 48077,
            11976, 245, 11976, 108, 24231, 222, 220, 19526, 254, 25001, 121, 12520, 238, 234, 8582,
            238, 234, 220, 1849, 3907,
        ],
        &[24794, 24794, 24794, 64, 450, 397, 397, 397, 262, 262, 262],
    ];
    for (sample, expected) in SAMPLES.into_iter().zip(expected) {
        assert_eq!(bpe.encode(sample).unwrap(), expected, "{sample:?}");
        assert_eq!(bpe.decode(expected).unwrap(), sample);
    }
}

#[test]
fn training_ends_when_nothing_is_left_to_merge() {
    let bpe = Bpe::train("ab ab", 10_000).unwrap();
    assert_eq!(format!("{bpe:?}"), "Bpe: 258 tokens, 2 merges");
    assert_eq!(bpe.pieces("ab ab abc").unwrap(), ["ab", " ab", " ab", "c"]);
}

#[test]
fn what_cannot_be_learnt_read_or_decoded_is_an_error() {
    assert!(Bpe::train("", 300).is_err());
    let text = Bpe::train("a", 255).unwrap_err().to_string();
    assert!(text.contains("expected at least 256 tokens, found 255"), "{text}");
    let text = Bpe::from_merges("#version: 0.2\nt h\nthe r\n").unwrap_err().to_string();
    assert!(text.starts_with("merges, line 3: expected two tokens"), "{text}");
    assert!(Bpe::from_merges("th\n").is_err());
    assert!(Bpe::train("a", 256).unwrap().decode(&[256]).is_err());
}
