"""Explanations: writes explain.json for runtime/explain/tests/explain.rs.

Needs torch, scikit-learn and shap.
"""

import numpy as np
import shap
import torch
import torch.nn.functional as F
from common import CASES, fill, numbers, write
from sklearn.linear_model import Ridge, RidgeClassifier


def put(name, values):
    CASES[name] = numbers(torch.as_tensor(np.asarray(values)))


# Weighted ridge regression, with more examples than features and with fewer.
for name, rows, columns in [("ridge", 9, 3), ("ridge_wide", 4, 7)]:
    x, y, weights = fill([rows, columns], 0), fill([rows], 1), fill([rows], 2).abs()
    model = Ridge(alpha=0.7).fit(x.numpy(), y.numpy(), weights.numpy())
    put(name, [model.intercept_, *model.coef_])

for name, width in [("concept", 3), ("concept_wide", 20)]:
    x = torch.cat([fill([6, width], 0) + 0.5, fill([4, width], 1)])
    weights = RidgeClassifier(alpha=1.0).fit(x.numpy(), [1] * 6 + [-1] * 4).coef_.ravel()
    put(name, weights / np.linalg.norm(weights))

# A network of five inputs and two outputs.
w1, w2 = fill([8, 5], 3), fill([2, 8], 4)


def network(x):
    return torch.tanh(x @ w1.T) @ w2.T


def scores(x):
    return network(torch.as_tensor(x)).numpy()


x, background = fill([1, 5], 5), fill([7, 5], 6)
exact = shap.ExactExplainer(scores, shap.maskers.Independent(background.numpy(), max_samples=100))
put("shapley", exact(x.numpy()).values[0, :, 1])
kernel = shap.KernelExplainer(scores, background.numpy())
put("kernel_shap", kernel.shap_values(x.numpy(), nsamples=2**5, l1_reg=0, silent=True)[0, :, 1])
put("shapley_base", [scores(background)[:, 1].mean(), scores(x)[0, 1]])


def slope(x, f):
    x = x.clone().requires_grad_()
    f(x).sum().backward()
    return x.grad


put("saliency", slope(background, lambda x: network(x)[:, 1]).flatten())
steps = [slope(background * (k + 0.5) / 6, lambda x: network(x)[:, 0]) for k in range(6)]
put("integrated_gradients", (background * sum(steps) / 6).flatten())

# Two halves of a convolutional network.
kernel, head = fill([3, 2, 3, 3], 7), fill([4, 3], 8)
images = fill([2, 2, 9, 7], 9)


def features(x):
    return F.relu(F.conv2d(x, kernel, stride=2))


def classify(maps):
    return torch.tanh(maps).mean((2, 3)) @ head.T


maps = features(images)
weights = slope(maps, lambda maps: classify(maps)[:, 2]).mean((2, 3), keepdim=True)
put("grad_cam", F.relu((weights * maps).sum(1)).flatten())

cams = []
for image, channels in zip(images, maps):
    large = F.interpolate(channels[:, None], (9, 7), mode="bilinear")
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    seen = image * torch.where(high > low, (large - low) / (high - low), 0)
    rise = classify(features(seen))[:, 2] - classify(features(0 * image[None]))[0, 2]
    cams.append(F.relu((F.softmax(rise, 0)[:, None, None] * channels).sum(0)))
put("score_cam", torch.stack(cams).flatten())

for name, size in [("resize_up", (7, 12)), ("resize_down", (2, 3))]:
    resized = F.interpolate(fill([1, 2, 4, 5], 0), size, mode="bilinear", align_corners=False, antialias=True)
    put(name, resized.flatten())

# The ⌈(n+1)(1−α)⌉/n quantile.
sample = fill([50], 0).numpy()
levels = [np.ceil(51 * (1 - alpha)) / 50 for alpha in (0.05, 0.1, 0.32, 0.5)]
put("conformal", np.quantile(sample, levels, method="inverted_cdf"))

write(__file__)
