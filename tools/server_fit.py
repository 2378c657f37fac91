"""The fit that fit-server-model writes down: a Gaussian process on the logarithm of a server's watts over
its chips' design power, all eleven levels with one kernel. docs/METHOD.md E-22."""
import math

import numpy as np
from scipy.optimize import minimize

FEATURES = ["chips", "cores", "threads", "mhz", "memory", "tdp", "year", "amd"]
LENGTHS = len(FEATURES)
# Amplitudes: near (Matern 3/2), linear, maker, generation, cpu, noise; and years of a maker.
AMPLITUDES = ["near", "linear", "maker", "generation", "cpu", "noise"]
YEARS = LENGTHS + len(AMPLITUDES)
START = np.log([7, 6, 2, 12, 3, 6, 1, 10] + [0.4, 0.5, 0.2, 0.07, 0.03, 0.08] + [0.65])
PRIOR_WEIGHT = 0.04  # of a parameter's distance from START: keeps what data do not tell at rest
HEAD = """\
# title: the model of servers' power, fitted
# source: own, tools/fit-server-model, from server_model_row
# year: 2004-2022
# licence: Apache-2.0
# attribution: none asked
# taken: 2026-11
# about: METHOD E-22. mean and scale: of a feature (logarithms of chips, cores a chip, threads a core, MHz, GB a chip, TDP watts; year; amd); length: of the kernel, in scales; amplitude: of its parts; level: mean and scale of log(watts / chips x TDP) at a load in per cent; low, high: what 5 and 95, 2.5 and 97.5 %% of the errors of processors left out are under, in standard deviations; correlation: of two features.
# columns: name:key fitted:text
# rows: %d
name,fitted
"""


def features_of(row):
    chips, cores, threads = float(row["chips"]), float(row["cores"]), float(row["threads"])
    tdp = float(row["design_w"] or 0)
    return [math.log(chips), math.log(cores / chips), math.log(threads / cores), math.log(float(row["mhz"])),
            math.log(float(row["memory_gb"]) / chips), math.log(tdp) if tdp else math.nan,
            float(row["year"]), float(row["amd"])]


def rounded(value):
    return float(f"{value:.3g}")


class Data:
    def __init__(self, rows, levels):
        raw = np.array([features_of(row) for row in rows])
        whole = ~np.isnan(raw).any(axis=1)
        self.mean = np.array([float(f"{v:.6g}") for v in raw[whole].mean(0)])
        self.scale = np.array([rounded(v) for v in raw[whole].std(0)])
        x = (raw - self.mean) / self.scale
        self.correlation = np.round(np.corrcoef(x[whole, :7].T), 3)
        for i in np.where(~whole)[0]:  # E-22: what is not known, from what is
            self.fill(x[i])
        self.x = x
        self.base = x[:, 0] * self.scale[0] + self.mean[0] + x[:, 5] * self.scale[5] + self.mean[5]
        y = np.log([[float(row[level]) for level in levels] for row in rows]) - self.base[:, None]
        self.level_mean = np.array([float(f"{v:.6g}") for v in y.mean(0)])
        self.level_scale = np.array([rounded(v) for v in (y - self.level_mean).std(0)])
        self.y = (y - self.level_mean) / self.level_scale
        self.weight = np.array([float(row["members"]) for row in rows])
        self.distance2 = (x[:, None, :] - x[None, :, :]) ** 2
        self.linear = x @ x.T
        self.same = [np.equal.outer(v, v).astype(float)
                     for v in (np.array([row[k] for row in rows]) for k in ("maker", "generation", "key"))]
        self.keys = np.array([row["key"] for row in rows])

    def fill(self, x):
        gone = np.isnan(x[:7])
        c = self.correlation
        x[:7][gone] = c[np.ix_(gone, ~gone)] @ np.linalg.solve(c[np.ix_(~gone, ~gone)], x[:7][~gone])

    def kernel(self, t):
        lengths, a = np.exp(t[:LENGTHS]), np.exp(2 * t[LENGTHS:YEARS])
        r = math.sqrt(3) * np.sqrt((self.distance2 / lengths**2).sum(-1))
        years = np.exp(-self.distance2[:, :, 6] / (2 * math.exp(2 * t[YEARS])))
        maker, generation, cpu = self.same
        k = (a[0] * (1 + r) * np.exp(-r) + a[1] * self.linear + a[2] * maker * years + a[3] * generation
             + a[4] * cpu + 1)
        return k + a[5] * np.eye(len(k))

    def left_out(self, t, groups):
        """Guess of each row, and its standard deviation, when its group was not there."""
        inverse = np.linalg.inv(self.kernel(t))
        weights = inverse @ self.y
        guess, deviation = np.zeros_like(self.y), np.zeros(len(self.y))
        for i in groups:
            block = np.linalg.inv(inverse[np.ix_(i, i)])
            guess[i] = self.y[i] - block @ weights[i]
            deviation[i] = np.sqrt(np.diag(block))
        return guess, deviation


def parameters(data, start=START, steps=60, which=(0, 3, 6, 10)):
    groups = [np.where(data.keys == key)[0] for key in np.unique(data.keys)]
    which = list(which)

    def cost(t):
        try:
            guess, deviation = data.left_out(t, groups)
        except np.linalg.LinAlgError:
            return 1e9
        if not np.all(deviation > 0):
            return 1e9
        z = ((data.y - guess) / deviation[:, None])[:, which]
        size = np.sqrt(np.average(z**2, axis=0, weights=data.weight))
        # Student's t of 4 degrees: a few published results are odd, and must not rule
        each = np.log(deviation[:, None] * size) + 2.5 * np.log1p((z / size) ** 2 / 4)
        return np.average(each.mean(1), weights=data.weight) + PRIOR_WEIGHT * np.sum((t - START) ** 2)

    found = minimize(cost, start, method="L-BFGS-B", options={"maxiter": steps})
    return np.log([rounded(v) for v in np.exp(found.x)])


def quantile(values, weights, ratio):
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(np.interp(ratio * sums[-1], sums - weights[order] / 2, values[order]))


def errors_of_results(data, results, rows, levels, guess, deviation):
    """Of every result, as those alike differ among themselves too; in standard deviations."""
    same = ("key", "maker", "chips", "cores", "threads", "mhz", "memory_gb", "design_w")
    row_of = {tuple(row[name] for name in same): i for i, row in enumerate(rows)}
    z = []
    for result in results:
        i = row_of[tuple({**result, "design_w": result["tdp_w"] or "0"}[name] for name in same)]
        y = np.log([float(result[level]) for level in levels]) - data.base[i]
        z.append(((y - data.level_mean) / data.level_scale - guess[i]) / deviation[i])
    return np.array(z)


def fit(results, rows, levels):
    data = Data(rows, levels)
    t = parameters(data)
    groups = [np.where(data.keys == key)[0] for key in np.unique(data.keys)]
    guess, deviation = data.left_out(t, groups)
    z = errors_of_results(data, results, rows, levels, guess, deviation)
    every = np.ones(len(z))
    out = []
    for i, name in enumerate(FEATURES):
        out += [(f"mean.{name}", data.mean[i]), (f"scale.{name}", data.scale[i]),
                (f"length.{name}", math.exp(t[i]))]
    out += [(f"amplitude.{name}", math.exp(t[LENGTHS + i])) for i, name in enumerate(AMPLITUDES)]
    out.append(("length.maker-years", math.exp(t[YEARS])))
    for i in range(7):
        out += [(f"correlation.{FEATURES[j]}.{FEATURES[i]}", data.correlation[j, i]) for j in range(i)]
    for i, load in enumerate(range(0, 101, 10)):
        out += [(f"level.{load:03}.mean", data.level_mean[i]), (f"level.{load:03}.scale", data.level_scale[i])]
        out += [(f"level.{load:03}.{name}", rounded(quantile(z[:, i], every, ratio)))
                for name, ratio in (("low90", 0.05), ("high90", 0.95), ("low95", 0.025), ("high95", 0.975))]
    out.sort()
    return HEAD % len(out) + "".join(f"{name},{value:.7g}\n" for name, value in out)
