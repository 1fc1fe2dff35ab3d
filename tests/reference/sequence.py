"""Attention and recurrent layers: writes sequence.json for runtime/nn/tests/torch.rs."""

import torch
import torch.nn.functional as F
from common import CASES, case, fill, layer, numbers, write

for queries, keys, causal in [(4, 4, False), (4, 4, True), (2, 5, False)]:
    name = f"attention {queries} {keys} {str(causal).lower()}"
    shapes = [[2, 2, queries, 3], [2, 2, keys, 3], [2, 2, keys, 3]]
    case(name, shapes, lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=causal))

def kernel_attention(kernel):
    def attend(q, k, v):
        weights = kernel(q, k)
        return weights @ v / weights.sum(2, keepdim=True)

    return attend


shapes = [[2, 4, 3], [2, 5, 3], [2, 5, 2]]
squares = lambda q, k: ((q[:, :, None] - k[:, None]) ** 2).sum(3)
case("rbf attention", shapes, kernel_attention(lambda q, k: torch.exp(-0.3 * squares(q, k))))
case("polynomial attention", shapes, kernel_attention(lambda q, k: (q @ k.mT + 0.5) ** 2))

for name, kind in [("rnn", torch.nn.RNN), ("gru", torch.nn.GRU), ("lstm", torch.nn.LSTM)]:
    module = kind(3, 2, batch_first=True)
    own = [module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0, module.bias_hh_l0]
    layer(name, module, [2, 4, 3], lambda module, x: module(x)[0], own)

module = torch.nn.MultiheadAttention(4, 2, batch_first=True)
own = [module.in_proj_weight, module.in_proj_bias, module.out_proj.weight, module.out_proj.bias]
layer("multi-head attention", module, [2, 3, 4], lambda module, x: module(x, x, x)[0], own)

embedding = torch.nn.Embedding(5, 3)
tokens = torch.tensor([[1, 1, 4], [0, 1, 3]])
with torch.no_grad():
    embedding.weight.copy_(fill([5, 3], 0))
y = embedding(tokens)
(y * fill(list(y.shape), 9)).sum().backward()
CASES["embedding"] = {"y": numbers(y), "gradients": [numbers(embedding.weight.grad)]}

write(__file__)
