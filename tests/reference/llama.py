"""Logits of a tiny Llama whose weights the Rust test can make too: writes llama.json.

Needs `transformers`.
"""

import torch
from common import CASES, fill, numbers, write
from transformers import LlamaConfig, LlamaForCausalLM

config = LlamaConfig(
    vocab_size=13,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=16,
    rms_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    tie_word_embeddings=True,
)
model = LlamaForCausalLM(config).eval()
with torch.no_grad():
    parameters = dict(model.model.named_parameters())
    for at, name in enumerate(sorted(parameters)):
        shape = list(parameters[name].shape)
        value = fill(shape, at)
        scaled = value / shape[1] ** 0.5 if len(shape) > 1 else 1 + 0.1 * value
        parameters[name].copy_(scaled)
    tokens = torch.tensor([[1, 5, 12, 0, 3, 3, 7, 2, 9]])
    CASES["logits"] = {"y": numbers(model(tokens).logits[0])}
write(__file__)
