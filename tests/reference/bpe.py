"""Tokens of GPT-2 for the tests of runtime/data/src/bpe, from the library tokenizers.

pip install tokenizers; python tests/reference/bpe.py [vocab.json of GPT-2, to check the order]
"""

import gzip
import json
import pathlib
import sys

from tokenizers import Tokenizer, models, pre_tokenizers

root = pathlib.Path(__file__).parents[2]
file = root / "runtime/data/data/tokenizers/gpt2_merges.txt.gz"
lines = gzip.open(file, "rt", encoding="utf-8").read().splitlines()[1:]
merges = [tuple(line.split(" ")) for line in lines]
tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + [a + b for a, b in merges] + ["<|endoftext|>"]
vocab = {token: place for place, token in enumerate(tokens)}
if len(sys.argv) > 1:
    opener = gzip.open if sys.argv[1].endswith(".gz") else open
    assert json.load(opener(sys.argv[1], "rt", encoding="utf-8")) == vocab
    print("the vocabulary is GPT-2's")

tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
for sample in [
    "First Citizen:\nBefore we proceed any further, hear me speak.",
    "  two  spaces \n\n and\ttabs  ",
    "I'll don't we've 1234 times -- 3.14!?",
    "naïve Ωmega देवनागरी 你好 🐌🐌 \u00a0\u00ad",
    "aaaaaaaaaaaaa abababab the the the",
]:
    print(tokenizer.encode(sample).ids, len(sample))
