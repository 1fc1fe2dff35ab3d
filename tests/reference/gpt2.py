"""A tiny GPT-2 with random weights: writes gpt2.safetensors, and its logits to gpt2.json.

Also what the logits become when few tokens are kept. Needs `transformers`.
"""

import pathlib
import tempfile

import torch
from common import CASES, numbers, write
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.generation.logits_process import (
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

torch.manual_seed(0)
config = GPT2Config(vocab_size=11, n_positions=7, n_embd=8, n_layer=2, n_head=2, initializer_range=0.5)
model = GPT2LMHeadModel(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            parameter.add_(0.1 * torch.randn_like(parameter))
    tokens = torch.tensor([[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5, 8, 10, 7]])
    CASES["logits"] = {"y": numbers(model(tokens).logits)}
    text = tokens[:1, :2]
    greedy = model.generate(text, max_new_tokens=5, do_sample=False, pad_token_id=0)
    CASES["greedy"] = {"y": numbers(greedy[0, 2:])}

folder = tempfile.mkdtemp()
model.to(torch.float32).save_pretrained(folder)
file = pathlib.Path(folder, "model.safetensors")
file.rename(pathlib.Path(__file__).with_suffix(".safetensors"))

logits = torch.tensor([[0.3, -1.0, 2.0, 1.9, 0.0, -2.5]])
for temperature, k, p in [(1.0, 3, None), (0.7, None, 0.8), (1.5, 4, 0.6), (1.0, None, 0.2)]:
    warped = TemperatureLogitsWarper(temperature)(None, logits)
    warped = TopKLogitsWarper(k)(None, warped) if k else warped
    warped = TopPLogitsWarper(p)(None, warped) if p else warped
    CASES[f"kept {temperature} {k or 0} {p or 0}"] = {"y": numbers(warped.softmax(-1))}

write(__file__)
