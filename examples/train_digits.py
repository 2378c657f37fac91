#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small real training: a neural network learns to read handwritten digits.

Worker processes shift the images at random, as data loaders do, while this process trains;
so the run's energy is that of a tree of processes, not of one. Uses scikit-learn's digits
and numpy where they are installed, else makes its own digits and does without.

    train_digits.py [--epochs N] [--workers N]

Under `gramme run` each epoch is a mark and its accuracy a metric; without it nothing changes.
"""
import argparse
import multiprocessing
import os
import random
import subprocess
import time

try:
    import numpy
    from sklearn.datasets import load_digits
except ImportError:
    numpy = None

SIDE = 8


def tell(*words):
    """gramme mark …, to the run we are inside of. A training never fails for it."""
    if "GRAMME_CONTROL" in os.environ:
        try:
            subprocess.run([os.environ.get("GRAMME", "gramme"), "mark", *words], check=False,
                           timeout=5, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            pass


# --- with numpy: two layers, mini-batches, the gradient by hand ------------------------------

def shifted(job):
    """Images moved by up to a pixel each way, and a little noise: a data loader's work."""
    images, seed = job
    rng = numpy.random.default_rng(seed)
    for at in range(len(images)):
        images[at] = numpy.roll(images[at], rng.integers(-1, 2, size=2), axis=(0, 1))
    return images + rng.normal(0, 0.05, images.shape)


class Network:
    """64 pixels, one hidden layer, 10 digits."""

    def __init__(self, hidden, rng):
        self.w1 = rng.normal(0, 0.1, (SIDE * SIDE, hidden))
        self.b1 = numpy.zeros(hidden)
        self.w2 = rng.normal(0, 0.1, (hidden, 10))
        self.b2 = numpy.zeros(10)

    def forward(self, x):
        h = numpy.maximum(x @ self.w1 + self.b1, 0)
        z = h @ self.w2 + self.b2
        e = numpy.exp(z - z.max(axis=1, keepdims=True))
        return h, e / e.sum(axis=1, keepdims=True)

    def step(self, x, y, rate):
        h, p = self.forward(x)
        p[numpy.arange(len(y)), y] -= 1
        p /= len(y)
        back = (p @ self.w2.T) * (h > 0)
        self.w2 -= rate * h.T @ p
        self.b2 -= rate * p.sum(axis=0)
        self.w1 -= rate * x.T @ back
        self.b1 -= rate * back.sum(axis=0)

    def accuracy(self, x, y):
        return float((self.forward(x)[1].argmax(axis=1) == y).mean())


def train_with_numpy(epochs, pool):
    digits = load_digits()
    images, labels = digits.images / 16.0, digits.target
    rng = numpy.random.default_rng(1)
    order = rng.permutation(len(images))
    test, train = order[:360], order[360:]
    network = Network(256, rng)
    for epoch in range(epochs):
        parts = numpy.array_split(rng.permutation(numpy.tile(train, 16)), 16)
        jobs = [(images[part], 1000 * epoch + i) for i, part in enumerate(parts)]
        for part, moved in zip(parts, pool.imap(shifted, jobs)):
            x, y = moved.reshape(len(part), -1), labels[part]
            for at in range(0, len(part), 32):
                network.step(x[at:at + 32], y[at:at + 32], 0.1)
        yield network.accuracy(images[test].reshape(len(test), -1), labels[test])


# --- without: one layer over digits of our own drawing --------------------------------------

FONT = ("0110100110010110 0010011000100111 1110000101101111 1110011000011110 1001100111110001 "
        "1111111000011110 0110111010010110 1111000100100100 0110011010010110 0110100101110110")


def drawn(job):
    """(pixels, digit) pairs: the font's 4x4 digits with noise."""
    count, seed = job
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        digit = rng.randrange(10)
        made.append(([float(c) + rng.gauss(0, 0.4) for c in FONT.split()[digit]], digit))
    return made


def scores(weights, x):
    return [sum(w * v for w, v in zip(row, x + [1.0])) for row in weights]


def train_without(epochs, pool):
    weights = [[0.0] * 17 for _ in range(10)]
    test = drawn((500, 1))
    for epoch in range(epochs):
        for part in pool.imap(drawn, [(2000, 1000 * epoch + i) for i in range(2, 10)]):
            for x, digit in part:
                z = scores(weights, x)
                best = z.index(max(z))
                if best != digit:
                    for i, v in enumerate(x + [1.0]):
                        weights[digit][i] += 0.01 * v
                        weights[best][i] -= 0.01 * v
        right = sum(max(range(10), key=scores(weights, x).__getitem__) == y for x, y in test)
        yield right / len(test)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    train = train_with_numpy if numpy else train_without
    print(f"training {'on scikit-learn digits' if numpy else 'in plain Python'}: "
          f"{options.epochs} epochs, {options.workers} loaders", flush=True)
    began = time.monotonic()
    with multiprocessing.Pool(options.workers) as pool:
        for epoch, accuracy in enumerate(train(options.epochs, pool), 1):
            print(f"epoch {epoch:2}  accuracy {accuracy:.3f}  {time.monotonic() - began:5.1f} s",
                  flush=True)
            tell(f"epoch-{epoch}")
            tell("--metric", f"{accuracy:.4f}", "accuracy")


if __name__ == "__main__":
    main()
