#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two lines in a training: import gramme, and a with block.

    pip install ./python && python3 examples/track_training.py

The training is a perceptron in plain Python, so that the example needs nothing.
"""
import random

import gramme


def samples(count, seed):
    """Points, and on which side of a line they lie."""
    rng = random.Random(seed)
    points = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(count)]
    return [(x, y, 1 if 2 * x - y > 0.1 else -1) for x, y in points]


def train(epochs, count):
    a = b = c = 0.0
    for _ in range(epochs):
        for x, y, side in samples(count, 1):
            if (a * x + b * y + c) * side <= 0:
                a, b, c = a + side * x, b + side * y, c + side
    test = samples(1000, 2)
    return sum((a * x + b * y + c) * side > 0 for x, y, side in test) / len(test)


with gramme.track("perceptron", experiment="examples") as run:
    accuracy = train(epochs=10, count=20_000)
    run.log(accuracy=accuracy)

print(f"accuracy {accuracy:.3f}")
print(run.summary)
