"""Models of codes and densities: writes codes.json for runtime/models/tests/generative.rs."""

import torch
import torch.nn.functional as F
from common import CASES, case, fill, layer, numbers, write
from torch.distributions import Normal, kl_divergence


def model(name, forward, shape, *shapes):
    parameters = [torch.nn.Parameter(torch.empty(each)) for each in shapes]
    layer(name, parameters, shape, lambda own, x: forward(x, *own), parameters)


def autoencoder(x, w1, b1, w2, b2, v1, c1, v2, c2):
    mean = 0.5 * fill([4], 0)
    code = F.linear(F.relu(F.linear(x.flatten(1) - mean, w1, b1)), w2, b2)
    return (F.linear(F.relu(F.linear(code, v1, c1)), v2, c2) + mean).reshape(x.shape)


maps = [[3, 4], [3], [2, 3], [2], [3, 2], [3], [4, 3], [4]]
model("autoencoder", autoencoder, [3, 1, 2, 2], *maps)

case(
    "gaussian kl",
    [[3, 4], [3, 4]],
    lambda mean, log_variance: kl_divergence(
        Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)
    )
    .sum(1)
    .mean(),
)


def vq_vae(x, w1, b1, w2, b2, codebook, v1, c1, v2, c2):
    z = F.linear(F.relu(F.linear(x, w1, b1)), w2, b2)
    codes = torch.cdist(z, codebook).argmin(1)
    e = codebook[codes]
    shares = torch.bincount(codes, minlength=len(codebook)) / len(codes)
    CASES["perplexity"] = [float(torch.distributions.Categorical(shares).entropy().exp())]
    CASES["used codes"] = codes.tolist()
    back = F.linear(F.relu(F.linear(z + (e - z).detach(), v1, c1)), v2, c2)
    return F.mse_loss(back, x) + F.mse_loss(e, z.detach()) + 0.25 * F.mse_loss(z, e.detach())


model("vq-vae", vq_vae, [6, 4], *maps[:4], [5, 2], *maps[4:])


def flow(x, *own):
    """ln p(x) with the determinant of the whole Jacobian, which automatic differentiation gives."""

    def f(x):
        kept = 1
        for at in range(0, len(own), 6):
            w1, b1, w2, b2, w3, b3 = own[at : at + 6]
            a, b = x[:kept], x[kept:]
            h = torch.tanh(w2 @ torch.tanh(w1 @ a + b1) + b2)
            s, t = (w3 @ h + b3).chunk(2)
            x = torch.cat([b * torch.tanh(s).exp() + t, a])
            kept = len(x) - kept
        return x

    def each(x):
        jacobian = torch.func.jacrev(f)(x)
        return Normal(0.0, 1.0).log_prob(f(x)).sum() + torch.linalg.slogdet(jacobian)[1]

    return torch.stack([each(row) for row in x])


def coupling(kept, moved):
    return [[4, kept], [4], [4, 4], [4], [2 * moved, 4], [2 * moved]]


model("flow", flow, [4, 3], *coupling(1, 2), *coupling(2, 1))

write(__file__)
