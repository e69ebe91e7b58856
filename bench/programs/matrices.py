"""Two threads that multiply matrices in numpy, which lets go of the GIL meanwhile, beside one that counts. What it prints: measured.py.

    python matrices.py PRODUCTS COUNT
"""

import os
import sys

# One thread of the library for each of ours.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy

import measured


def multiply(products):
    a = numpy.eye(SIZE) * 2
    b = numpy.arange(SIZE * SIZE, dtype=float).reshape(SIZE, SIZE)
    total = 0.0
    for _ in range(products):
        total += float((a @ b)[-1, -1])
    return total


def count(n):
    while n > 0:
        n -= 1
    return n


SIZE = 200
measured.run(
    [("left", multiply, (int(sys.argv[1]),)), ("right", multiply, (int(sys.argv[1]),)), ("counter", count, (int(sys.argv[2]),))]
)
