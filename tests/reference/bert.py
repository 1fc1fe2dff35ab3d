"""A tiny BERT with random weights in the folder bert/, and the vectors of sentences in bert.json.

Needs `transformers`.
"""

import pathlib

import torch
from common import CASES, numbers, write
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

torch.manual_seed(0)
words = "[PAD] [UNK] [CLS] [SEP] a the cat sleep ##s kit ##ten nap fell stock .".split()
vocab = {word: at for at, word in enumerate(words)}
tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
)
tokenizer.enable_padding(length=10)  # as published ones have it
folder = pathlib.Path(__file__).parent / "bert"
folder.mkdir(exist_ok=True)
tokenizer.save(str(folder / "tokenizer.json"), pretty=False)

config = BertConfig(
    vocab_size=len(words),
    hidden_size=8,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=9,
    initializer_range=0.4,
)
torch.set_default_dtype(torch.float32)
model = BertModel(config).eval()
with torch.no_grad():
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))
model.save_pretrained(folder)

sentences = ["A cat sleeps.", "The kitten", "Stocks fell, the cats nap. A cat. The cat. Nap."]
tokenizer.enable_padding()
tokenizer.enable_truncation(9)
encodings = tokenizer.encode_batch(sentences)
tokens = torch.tensor([encoding.ids for encoding in encodings])
mask = torch.tensor([encoding.attention_mask for encoding in encodings])
with torch.no_grad():
    hidden = model(tokens, attention_mask=mask).last_hidden_state
mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
CASES["sentences"] = {"y": numbers(torch.nn.functional.normalize(mean, dim=1))}
write(__file__)
