"""Densities of scikit-learn and SciPy: writes density.json for runtime/models/tests/generative.rs.

Needs torch, scipy and sklearn.
"""

import numpy as np
from common import CASES, fill, write
from scipy.stats import gaussian_kde
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity


def keep(name, values):
    CASES[name] = [float(f"{value:.10g}") for value in np.asarray(values).flatten()]


x = fill([40, 2], 0).numpy() + np.array([0.0, 2.0]) * (np.arange(40)[:, None] % 3 == 0)
means = np.array([[0.5, 0.5], [-0.5, 1.0], [0.0, 2.5]])
start = dict(means_init=means, weights_init=[0.5, 0.3, 0.2], precisions_init=[np.eye(2)] * 3)
for steps in (1, 10):
    gmm = GaussianMixture(3, max_iter=steps, tol=0.0, reg_covar=1e-6, **start).fit(x)
    keep(f"weights {steps}", gmm.weights_)
    keep(f"means {steps}", gmm.means_)
    keep(f"covariances {steps}", gmm.covariances_)
    keep(f"log density {steps}", gmm.score_samples(x))
keep("responsibilities", gmm.predict_proba(x))

places = np.linspace(-2, 2, 9)
kde = gaussian_kde(x[:, 0])
keep("scott", kde.factor * x[:, 0].std(ddof=1))
keep("kde 1", kde(places))
kde = KernelDensity(bandwidth=0.3).fit(x)
keep("kde 2", np.exp(kde.score_samples(np.stack([places, places[::-1]], 1))))

write(__file__)
