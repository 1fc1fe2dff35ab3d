"""What Pillow, NumPy and SciPy make of a small image, for the tests of runtime/data.

pip install numpy scipy pillow; python tests/reference/augment.py
"""

import json
import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from scipy import ndimage

HEIGHT, WIDTH = 5, 6
pixels = ((37 * np.arange(HEIGHT * WIDTH)) % 200).astype(np.uint8).reshape(HEIGHT, WIDTH)
image = Image.fromarray(pixels)
cases = {"image": pixels}

padded = ImageOps.expand(image, border=2, fill=0)
for top, left in [(0, 0), (4, 1), (2, 2), (1, 4)]:
    cases[f"crop {top} {left}"] = padded.crop((left, top, left + WIDTH, top + HEIGHT))
cases["flip"] = ImageOps.mirror(image)
cases["brightness 1.2"] = ImageEnhance.Brightness(image).enhance(1.2)
cases["contrast 0.6"] = ImageEnhance.Contrast(image).enhance(0.6)

cut = pixels.copy()
cut[1:4, 2:5] = 0  # side 3 around (2, 3)
cases["cutout 3 2 3"] = cut
cut = pixels.copy()
cut[0:2, 3:6] = 0  # side 4 around (0, 5): rows -2..2, columns 3..7
cases["cutout 4 0 5"] = cut

middle = np.array([HEIGHT - 1, WIDTH - 1]) / 2
for degrees in [30, -75, 180]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.array([[cos, sin], [-sin, cos]])  # where a pixel comes from
    cases[f"rotate {degrees}"] = ndimage.affine_transform(
        pixels.astype(float), matrix, middle - matrix @ middle, order=1, mode="grid-constant"
    )
cases["square"] = pixels[:, :5]
cases["square turned by 90"] = np.rot90(pixels[:, :5])

lines = [
    f'  "{name}": {[round(float(value), 4) for value in np.asarray(values).ravel()]}'
    for name, values in cases.items()
]
text = "{\n" + ",\n".join(lines) + "\n}\n"
json.loads(text)
pathlib.Path(__file__).with_suffix(".json").write_text(text)
