"""Convolutions, pooling and upsampling: writes convolution.json for runtime/nn/tests/torch.rs."""

import torch.nn.functional as F
from common import case, write

for stride, padding, dilation, groups in [(1, 0, 1, 1), (2, 1, 1, 1), (3, 2, 1, 1), (1, 2, 2, 1), (2, 1, 1, 2), (1, 0, 1, 4)]:
    case(
        f"conv2d s{stride} p{padding} d{dilation} g{groups}",
        [[2, 4, 5, 7], [4, 4 // groups, 3, 2], [4]],
        lambda x, w, b: F.conv2d(x, w, b, stride, padding, dilation, groups),
    )
    case(
        f"conv1d s{stride} p{padding} d{dilation} g{groups}",
        [[2, 4, 9], [4, 4 // groups, 3], [4]],
        lambda x, w, b: F.conv1d(x, w, b, stride, padding, dilation, groups),
    )
    case(
        f"conv3d s{stride} p{padding} d{dilation} g{groups}",
        [[1, 4, 4, 5, 4], [4, 4 // groups, 2, 3, 2], [4]],
        lambda x, w, b: F.conv3d(x, w, b, stride, padding, dilation, groups),
    )
for stride, padding, dilation, groups, extra in [(1, 0, 1, 1, 0), (2, 1, 1, 1, 1), (3, 1, 1, 1, 2), (2, 1, 2, 1, 0), (2, 0, 1, 2, 1), (1, 0, 2, 1, 1)]:
    case(
        f"conv_transpose2d s{stride} p{padding} d{dilation} g{groups} o{extra}",
        [[2, 4, 3, 2], [4, 2, 3, 2], [2 * groups]],
        lambda x, w, b: F.conv_transpose2d(x, w, b, stride, padding, extra, groups, dilation),
    )
for kernel, stride in [(2, 2), (3, 2), (2, 3), (3, 1)]:
    case(f"max_pool2d k{kernel} s{stride}", [[1, 2, 7, 5]], lambda x: F.max_pool2d(x, kernel, stride))
    case(f"avg_pool2d k{kernel} s{stride}", [[1, 2, 7, 5]], lambda x: F.avg_pool2d(x, kernel, stride))
for kernel, stride, padding in [(3, 2, 1), (2, 1, 1)]:
    name = f"k{kernel} s{stride} p{padding}"
    case(f"max_pool2d {name}", [[1, 2, 6, 5]], lambda x: F.max_pool2d(x, kernel, stride, padding))
    case(f"avg_pool2d {name}", [[1, 2, 6, 5]], lambda x: F.avg_pool2d(x, kernel, stride, padding))
    case(f"max_pool1d {name}", [[2, 2, 7]], lambda x: F.max_pool1d(x, kernel, stride, padding))
    case(f"avg_pool1d {name}", [[2, 2, 7]], lambda x: F.avg_pool1d(x, kernel, stride, padding))
for size in [(1, 1), (3, 2), (7, 5), (9, 4)]:
    case(f"adaptive_avg_pool2d {size[0]} {size[1]}", [[1, 2, 7, 5]], lambda x: F.adaptive_avg_pool2d(x, size))
case("global_avg_pool2d", [[2, 2, 3, 4]], lambda x: F.adaptive_avg_pool2d(x, 1))
case("upsample_nearest2d", [[1, 2, 2, 3]], lambda x: F.interpolate(x, scale_factor=2, mode="nearest"))

write(__file__)
