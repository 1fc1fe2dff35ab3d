"""Milliseconds of forward and backward passes in PyTorch, for runtime/nn/examples/speed.rs."""

import time

import torch
import torch.nn.functional as F

torch.set_num_threads(2)


def row(name, f, *shapes):
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    best, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < 0.5:
        begin = time.perf_counter()
        f(*inputs).sum().backward()
        best = min(best, time.perf_counter() - begin)
        for input in inputs:
            input.grad = None
    print(f"{name:<34} {best * 1e3:9.3f} ms")


row("conv2d 32>64 3x3 26px b64", F.conv2d, [64, 32, 26, 26], [64, 32, 3, 3])
row("conv_transpose2d 128>64 4x4 s2 b64", lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), [64, 128, 7, 7], [128, 64, 4, 4])
row("max_pool2d 64ch 24px b64", lambda x: F.max_pool2d(x, 2), [64, 64, 24, 24])
row("relu 2.4 M", F.relu, [64, 64, 24, 24])
row("batch_norm 16ch 28px b64", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [64, 16, 28, 28], [16], [16])
row("layer_norm 768x128", lambda x, w, b: F.layer_norm(x, [128], w, b), [768, 128], [128], [128])
row("linear 768x128>512", F.linear, [768, 128], [512, 128], [512])
row("gelu 393 k", F.gelu, [768, 512])
row("tanh 393 k", torch.tanh, [768, 512])
row("softmax 48x64x64", lambda x: F.softmax(x, 2), [48, 64, 64])
row("attention b12 h4 t64 w32", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), *[[12, 4, 64, 32]] * 3)
row("cross_entropy 768x65", lambda x: F.cross_entropy(x, torch.arange(768) % 65), [768, 65])
