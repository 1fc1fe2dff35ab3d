"""Whole blocks: writes blocks.json for runtime/nn/tests/torch.rs."""

import torch
import torch.nn.functional as F
from common import case, fill, layer, write


def block(name, forward, shape, *shapes):
    parameters = [torch.nn.Parameter(torch.empty(each)) for each in shapes]
    layer(name, parameters, shape, lambda own, x: forward(x, *own), parameters)


def heads(x):
    return x.unflatten(2, (2, -1)).transpose(1, 2)  # (batch, 2, length, width / 2)


def transformer(x, *own, bias, causal=False, scale=None, activation=F.gelu):
    own = iter(own)
    linear = lambda x, bias=bias: F.linear(x, next(own), next(own) if bias else None)
    norm = lambda x: F.layer_norm(x, [4], next(own), next(own))
    q, k, v = map(heads, linear(norm(x), bias and scale is None).chunk(3, 2))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=scale)
    x = x + linear(y.transpose(1, 2).flatten(2))
    return x + linear(activation(linear(norm(x))))


N = [[4], [4]]
encoder = N + [[12, 4], [12], [4, 4], [4]] + N + [[16, 4], [16], [4, 16], [4]]
vit = N + [[12, 4], [4, 4], [4]] + N + [[16, 4], [16], [4, 16], [4]]
decoder = N + [[12, 4], [4, 4]] + N + [[8, 4], [4, 8]]
block("encoder", lambda x, *own: transformer(x, *own, bias=True), [2, 3, 4], *encoder)
block("vit", lambda x, *own: transformer(x, *own, bias=True, scale=0.5), [2, 3, 4], *vit)
block(
    "decoder",
    lambda x, *own: transformer(x, *own, bias=False, causal=True, activation=F.relu),
    [2, 3, 4],
    *decoder,
)


def mlp(x, w1, b1, w2, b2):
    return F.gelu(x @ w1.T + b1) @ w2.T + b2


def mixer(x, *own):
    x = x + mlp(F.layer_norm(x, [4], *own[:2]).mT, *own[2:6]).mT
    return x + mlp(F.layer_norm(x, [4], *own[6:8]), *own[8:])


def gmlp(x, w, b, up, up_bias, gate_w, gate_b, gate, gate_bias, down, down_bias):
    u, v = F.gelu(F.layer_norm(x, [4], w, b) @ up.T + up_bias).chunk(2, 2)
    v = torch.einsum("ts,bsc->btc", gate, F.layer_norm(v, [5], gate_w, gate_b))
    return x + (u * (v + gate_bias[:, None])) @ down.T + down_bias


def attention_free(x, wq, bq, wk, bk, wv, bv, wo, bo, w):
    q, k, v = x @ wq.T + bq, x @ wk.T + bk, x @ wv.T + bv
    powers = torch.exp(k[:, None] + w[None, :, :, None])  # (batch, t, s, width)
    means = (powers * v[:, None]).sum(2) / powers.sum(2)
    return (torch.sigmoid(q) * means) @ wo.T + bo


block("mixer", mixer, [2, 3, 4], [4], [4], [6, 3], [6], [3, 6], [3], [4], [4], [8, 4], [8], [4, 8], [4])
block("gmlp", gmlp, [2, 3, 4], [4], [4], [10, 4], [10], [5], [5], [3, 3], [3], [4, 5], [4])
block("attention_free", attention_free, [2, 3, 4], *[[4, 4], [4]] * 4, [3, 3])


def norm(x, w, b):
    return F.batch_norm(x, None, None, w, b, True)


def residual(x, w1, n1, b1, w2, n2, b2, *shortcut, stride=1):
    y = F.relu(norm(F.conv2d(x, w1, stride=stride, padding=1), n1, b1))
    y = norm(F.conv2d(y, w2, padding=1), n2, b2)
    if shortcut:
        x = norm(F.conv2d(x, shortcut[0], stride=stride), *shortcut[1:])
    return F.relu(y + x)


def double(x, w1, n1, b1, w2, n2, b2):
    x = F.relu(norm(F.conv2d(x, w1, padding=1), n1, b1))
    return F.relu(norm(F.conv2d(x, w2, padding=1), n2, b2))


def up(x, w, b, *own):
    skip = fill([2, 2, 5, 6], 7)
    y = F.pad(F.conv_transpose2d(x, w, b, stride=2), [0, 0, 0, 1])
    return double(torch.cat([skip, y], 1), *own)


norms = lambda n: [[n], [n]]
block("residual", residual, [2, 2, 4, 3], [2, 2, 3, 3], *norms(2), [2, 2, 3, 3], *norms(2))
block(
    "residual 2",
    lambda x, *own: residual(x, *own, stride=2),
    [2, 2, 5, 4],
    *[[3, 2, 3, 3], *norms(3), [3, 3, 3, 3], *norms(3), [3, 2, 1, 1], *norms(3)],
)
block(
    "adapter",
    lambda x, a, b, c, d: x + F.conv2d(F.relu(F.conv2d(x, a, b)), c, d),
    [2, 3, 2, 2],
    *[[1, 3, 1, 1], [1], [3, 1, 1, 1], [3]],
)
block(
    "down",
    lambda x, *own: double(F.max_pool2d(x, 2), *own),
    [2, 2, 5, 6],
    *[[4, 2, 3, 3], *norms(4), [4, 4, 3, 3], *norms(4)],
)
block("up", up, [2, 4, 2, 3], [4, 2, 2, 2], [2], [2, 4, 3, 3], *norms(2), [2, 2, 3, 3], *norms(2))
# A convolution that jumps from patch to patch is an affine map of each patch.
case(
    "patches",
    [[2, 3, 4, 6], [5, 12], [5]],
    lambda x, w, b: F.conv2d(x, w.reshape(5, 3, 2, 2), b, stride=2).flatten(2).mT,
)

write(__file__)
