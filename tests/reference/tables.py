"""Numbers that the tests of runtime/data compare with: scikit-learn's own tables.

pip install numpy scikit-learn; python tests/reference/tables.py
"""

import numpy as np
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

np.set_printoptions(precision=6, suppress=True, linewidth=100)

for load in [datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_digits]:
    data = load()
    x = data.data.astype(np.float64)
    if load is datasets.load_digits:
        x = x / 16
    print(load.__name__, x.shape, "counts", np.bincount(data.target))
    print("  first row ", x[0, :4])
    print("  column sums", x.sum(0)[:13].tolist())
    print("  sum", x.sum())

iris = datasets.load_iris().data
scaler = StandardScaler().fit(iris)
print("iris mean", scaler.mean_, "deviation", scaler.scale_)
print("first row", scaler.transform(iris)[0])
