# SPDX-License-Identifier: Apache-2.0
"""Our statistics against SciPy's, or against what a definition gives when written out.

GRAMME_BUILD names the build folder; without it `build` is taken. Every case is made up from a
fixed seed.
"""
import itertools
import math
import os
import pathlib
import subprocess

import pytest

np = pytest.importorskip("numpy", reason="NumPy is not installed: python3-scipy")
scipy = pytest.importorskip("scipy", reason="SciPy is not installed: python3-scipy")
from scipy import special, stats  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("GRAMME_BUILD", ROOT / "build")) / "tests/stat/stat-tool"
CASES = 50
CLOSE = 1e-9


@pytest.fixture(scope="session", autouse=True)
def built():
    if not TOOL.exists():
        pytest.skip(f"stat-tool is not built ({TOOL})")


def words(values):
    return " ".join(repr(float(v)) for v in values)


def ask(name, cases):
    """The tool's answers to (given, a, b) each: numbers, or the errno's name."""
    lines = [f"{name} {words(given)} : {words(a)} : {words(b)}\n" for given, a, b in cases]
    done = subprocess.run([TOOL], input="".join(lines), capture_output=True, text=True,
                          check=True)
    answers = [line if line.startswith("E") else [float(w) for w in line.split()]
               for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def close(got, want, part=CLOSE):
    return got == want or abs(got - want) <= part * abs(want)


def t_quantile(p, df):
    """SciPy's, which is good to 1e-8, made as good as its cdf by two of Newton's steps."""
    t = stats.t.ppf(p, df)
    for _ in range(2):
        t -= (special.stdtr(df, t) - p) / stats.t.pdf(t, df)
    return t


def sides(seed, least=2, most=30, digits=None):
    """Fifty pairs of sides of any size, scale and shape; rounded to digits they have ties."""
    made = np.random.default_rng(seed)
    pairs = []
    for _ in range(CASES):
        scale = 10 ** made.uniform(-3, 6)
        pair = []
        for _ in range(2):
            n = made.integers(least, most + 1)
            values = made.choice([made.normal(10, made.uniform(0.1, 3), n),
                                  made.lognormal(2, 0.4, n)])
            pair.append(np.round(values, digits) if digits is not None else values * scale)
        pairs.append(pair)
    return pairs


def named(name, pairs):
    return ask(name, [((), a, b) for a, b in pairs])


# --- distributions ---------------------------------------------------------------------------

def test_the_normal_distribution_is_scipy_s_to_twelve_digits():
    made = np.random.default_rng(1)
    z = np.concatenate([made.uniform(-37, 8, CASES), made.normal(0, 1, CASES)])
    for (got,), want in zip(ask("normal-cdf", [((v,), (), ()) for v in z]), special.ndtr(z)):
        assert close(got, want, 1e-12)


def test_the_normal_quantile_is_scipy_s_to_twelve_digits():
    made = np.random.default_rng(2)
    p = np.concatenate([10 ** made.uniform(-300, -1, CASES), made.uniform(0, 1, CASES),
                        0.5 + made.normal(0, 1e-6, CASES)])
    answers = ask("normal-quantile", [((v,), (), ()) for v in p])
    for (got,), want in zip(answers, special.ndtri(p)):
        assert close(got, want, 1e-12)


def t_cases(seed):
    made = np.random.default_rng(seed)
    df = np.concatenate([made.integers(1, 40, CASES), 10 ** made.uniform(0, 9, CASES)])
    t = np.concatenate([made.normal(0, 3, CASES), 10 ** made.uniform(-6, 1.2, CASES)])
    return list(zip(t, df))


def test_student_s_distribution_is_scipy_s_to_twelve_digits():
    cases = t_cases(3)
    for (got,), (t, df) in zip(ask("t-cdf", [(c, (), ()) for c in cases]), cases):
        assert close(got, special.stdtr(df, t), 1e-12)
    for (got,), (t, df) in zip(ask("t-two-sided", [(c, (), ()) for c in cases]), cases):
        assert close(got, 2 * special.stdtr(df, -abs(t)), 1e-12)


def test_student_s_tails_are_right_where_scipy_s_formula_is_exact():
    """One and two degrees of freedom have closed forms, far out too."""
    t = [10.0 ** e for e in range(1, 200, 7)]
    for (got,), v in zip(ask("t-two-sided", [((v, 1), (), ()) for v in t]), t):
        assert close(got, 2 / math.pi * math.atan(1 / v), 1e-12)
    for (got,), v in zip(ask("t-two-sided", [((v, 2), (), ()) for v in t if v < 1e150]), t):
        root = math.hypot(v, math.sqrt(2))
        assert close(got, 2 / (root * (root + v)), 1e-12)


def test_student_s_quantile_is_scipy_s_and_comes_back():
    made = np.random.default_rng(4)
    cases = [(p, df) for p, df in zip(
        np.concatenate([made.uniform(0, 1, CASES), 10 ** made.uniform(-60, -1, CASES)]),
        np.concatenate([made.integers(1, 40, CASES), 10 ** made.uniform(0, 8, CASES)]))]
    for (got,), (p, df) in zip(ask("t-quantile", [(c, (), ()) for c in cases]), cases):
        assert close(special.stdtr(df, got), p, 1e-13 * max(10, got * got))
        assert p < 1e-8 or close(got, t_quantile(p, df), 1e-11)


def test_a_quantile_far_out_is_the_closed_form_s():
    for (got,), p in zip(ask("t-quantile", [((10.0 ** -e, 1), (), ()) for e in range(1, 250, 9)]),
                         (10.0 ** -e for e in range(1, 250, 9))):
        assert close(got, -1 / math.tan(math.pi * p), 1e-12)


# --- one side --------------------------------------------------------------------------------

def test_a_side_s_mean_and_deviation_are_numpy_s():
    pairs = sides(5)
    for (mean, sd, sem), (a, _) in zip(named("describe", pairs), pairs):
        assert close(mean, a.mean(), 1e-14) and close(sd, a.std(ddof=1), 1e-12)
        assert close(sem, stats.sem(a), 1e-12)


def test_a_quantile_of_values_is_numpy_s():
    made = np.random.default_rng(6)
    cases = [((made.uniform(),), np.sort(a), ()) for a, _ in sides(6, least=1)]
    for (got,), (p, a, _) in zip(ask("quantile", cases), cases):
        assert close(got, np.quantile(a, p[0]), 1e-12)


# --- two sides -------------------------------------------------------------------------------

@pytest.mark.parametrize("name, equal", [("t-test", True), ("Welch_t-test", False)])
def test_a_t_test_is_scipy_s(name, equal):
    pairs = sides(7)
    for (t, df, p, _), (a, b) in zip(named(name, pairs), pairs):
        want = stats.ttest_ind(a, b, equal_var=equal)
        assert close(t, want.statistic) and close(p, want.pvalue)
        assert not equal or df == len(a) + len(b) - 2


@pytest.mark.parametrize("least, most, digits, exact", [
    (1, 8, None, True), (9, 40, None, False), (1, 8, 0, None), (9, 40, 0, False),
    (1, 30, None, None)])
def test_mann_whitney_is_scipy_s(least, most, digits, exact):
    pairs = sides(8, least, most, digits)
    for answer, (a, b) in zip(named("Mann-Whitney", pairs), pairs):
        if len(np.unique(np.concatenate([a, b]))) == 1:
            assert answer == "ENODATA"
            continue
        u, _, p, was_exact = answer
        want = stats.mannwhitneyu(a, b, method="auto")
        assert close(u, want.statistic) and close(p, want.pvalue)
        assert exact is None or bool(was_exact) == exact


def test_an_uneven_mann_whitney_is_still_counted_exactly():
    made = np.random.default_rng(9)
    pairs = [(made.normal(0, 1, n), made.normal(0.3, 1, 400)) for n in (1, 3, 5, 8)]
    for (_, _, p, exact), (a, b) in zip(named("Mann-Whitney", pairs), pairs):
        assert exact == 1 and close(p, stats.mannwhitneyu(a, b, method="exact").pvalue)


@pytest.mark.filterwarnings("ignore:Precision loss")
@pytest.mark.parametrize("digits", [None, 0])
def test_the_ranked_t_test_is_student_s_on_scipy_s_ranks(digits):
    pairs = sides(10, digits=digits)
    for answer, (a, b) in zip(named("Ranked_t-test", pairs), pairs):
        ranks = stats.rankdata(np.concatenate([a, b]))
        want = stats.ttest_ind(ranks[:len(a)], ranks[len(a):])
        if not np.isfinite(want.pvalue):
            assert answer == "ENODATA"
        else:
            assert close(answer[0], want.statistic) and close(answer[2], want.pvalue)


def mean_difference(x, y, axis):
    return np.mean(x, axis=axis) - np.mean(y, axis=axis)


@pytest.mark.parametrize("digits", [None, 1])
def test_the_permutation_test_is_scipy_s(digits):
    pairs = sides(11, 2, 7, digits)
    for (statistic, _, p, exact), (a, b) in zip(named("permutation", pairs), pairs):
        # SciPy takes sums for equal up to 1e-14: so that they are, it gets values near 1.
        scale = max(np.abs(a).max(), np.abs(b).max()) if digits is None else 1
        x, y = (a / scale, b / scale) if digits is None else (np.round(a * 10), np.round(b * 10))
        want = stats.permutation_test((x, y), mean_difference, vectorized=True,
                                      n_resamples=np.inf)
        assert exact == 1 and close(p, want.pvalue)
        assert close(statistic, a.mean() - b.mean(), 1e-12)


def test_every_split_is_counted_where_there_are_less_than_200000():
    made = np.random.default_rng(12)
    a, b = made.normal(0, 1, 10), made.normal(0.8, 1, 10)
    both = np.concatenate([a, b])
    chosen = np.array(list(itertools.combinations(range(20), 10)))
    sums = both[chosen].sum(axis=1)
    seen, near = a.sum(), 1e-12
    want = 2 * min((sums <= seen + near).sum(), (sums >= seen - near).sum()) / len(sums)
    (_, _, p, exact), = named("permutation", [(a, b)])
    assert exact == 1 and close(p, want)


def test_drawn_splits_come_close_to_all_of_them():
    made = np.random.default_rng(13)
    pairs = [(made.normal(0, 1, 15), made.normal(0.1 * i, 1, 15)) for i in range(8)]
    for (_, _, p, exact), (a, b) in zip(named("permutation", pairs), pairs):
        want = stats.ttest_ind(a, b).pvalue
        assert exact == 0 and abs(p - want) < 0.01 and p > 1e-5


def test_equal_splits_of_decimals_count_as_equal():
    """0.1 + 0.2 is not 0.3 to a processor, and is to a reader."""
    a, b = [0.1, 0.2, 0.6], [0.3, 0.4, 0.5]
    whole = named("permutation", [([1, 2, 6], [3, 4, 5])])
    assert named("permutation", [(a, b)])[0][2] == whole[0][2]


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_interval_of_a_difference_is_welch_s(level):
    pairs = sides(14)
    answers = ask("difference", [((level,), a, b) for a, b in pairs])
    for (value, low, high), (a, b) in zip(answers, pairs):
        va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
        df = (va + vb) ** 2 / (va ** 2 / (len(a) - 1) + vb ** 2 / (len(b) - 1))
        half = t_quantile((1 + level) / 2, df) * math.sqrt(va + vb)
        want = a.mean() - b.mean()
        assert abs(value - want) < CLOSE * half
        assert abs(low - want + half) < CLOSE * half
        assert abs(high - want - half) < CLOSE * half


def test_equivalence_is_the_larger_of_two_one_sided_welch_tests():
    pairs = sides(15)
    made = np.random.default_rng(15)
    margins = [made.uniform(0.1, 2) * (a.std() + b.std()) for a, b in pairs]
    answers = ask("equivalence", [((m,), a, b) for m, (a, b) in zip(margins, pairs)])
    for (p,), m, (a, b) in zip(answers, margins, pairs):
        above = stats.ttest_ind(a + m, b, equal_var=False, alternative="greater").pvalue
        below = stats.ttest_ind(a - m, b, equal_var=False, alternative="less").pvalue
        assert close(p, max(above, below))


def delta_by_hand(a, b, level):
    """Cliff 1993, from the matrix of who is above whom."""
    d = np.sign(np.subtract.outer(a, b))
    n, m = d.shape
    delta = d.mean()
    t = t_quantile((1 + level) / 2, n + m - 2)
    if abs(delta) == 1:
        z = stats.norm.ppf((1 + level) / 2)
        bound = (min(n, m) - z ** 2) / (min(n, m) + z ** 2)
        return (delta, bound, 1) if delta > 0 else (delta, -1, -bound)
    si = ((d.mean(axis=1) - delta) ** 2).sum() / (n - 1)
    sj = ((d.mean(axis=0) - delta) ** 2).sum() / (m - 1)
    sij = ((d - delta) ** 2).sum() / ((n - 1) * (m - 1))
    v = ((m - 1) * si + (n - 1) * sj + sij) / (n * m)
    half = t * math.sqrt(v * (1 - 2 * delta ** 2 + delta ** 4 + t ** 2 * v))
    scale = 1 - delta ** 2 + t ** 2 * v
    return (delta, max(-1, (delta - delta ** 3 - half) / scale),
            min(1, (delta - delta ** 3 + half) / scale))


@pytest.mark.parametrize("digits", [None, 0])
def test_cliff_s_delta_is_what_its_matrix_gives(digits):
    pairs = sides(16, digits=digits)
    answers = ask("cliffs-delta", [((0.95,), a, b) for a, b in pairs])
    for got, (a, b) in zip(answers, pairs):
        for g, w in zip(got, delta_by_hand(a, b, 0.95)):
            assert abs(g - w) < CLOSE


def test_holm_s_adjustment_is_its_two_lines():
    made = np.random.default_rng(17)
    lists = [np.round(made.uniform(0, 1, made.integers(1, 12)) ** 3, 3) for _ in range(CASES)]
    for got, p in zip(ask("holm", [((), p, ()) for p in lists]), lists):
        order = np.argsort(p, kind="stable")
        want = np.empty(len(p))
        want[order] = np.minimum(1, np.maximum.accumulate(
            p[order] * (len(p) - np.arange(len(p)))))
        assert all(close(g, w) for g, w in zip(got, want))


# --- the bootstrap ---------------------------------------------------------------------------

def test_the_bootstrap_interval_is_scipy_s_within_what_draws_leave_open():
    made = np.random.default_rng(18)
    pairs = [(made.lognormal(1, 0.5, n), made.lognormal(1.1, 0.3, m))
             for n, m in ((12, 9), (20, 25), (6, 7), (40, 15))]
    answers = ask("bca", [((0.95,), a, b) for a, b in pairs])
    for (value, low, high), (a, b) in zip(answers, pairs):
        want = stats.bootstrap((a, b), mean_difference, vectorized=True, n_resamples=50000,
                               method="BCa", random_state=1).confidence_interval
        width = want.high - want.low
        assert abs(low - want.low) < 0.03 * width and abs(high - want.high) < 0.03 * width
        assert close(value, a.mean() - b.mean())


def test_the_bootstrap_test_rejects_where_its_interval_leaves_0_out():
    """The predecessor's rule, told by scipy's basic interval at level 1 - p."""
    made = np.random.default_rng(19)
    pairs = [(made.normal(0, 1, 15), made.normal(0.15 * i, 1, 12)) for i in range(1, 7)]
    for (statistic, _, p, _), (a, b) in zip(named("bootstrap", pairs), pairs):
        if p < 0.002:
            continue
        edge = stats.bootstrap((a, b), mean_difference, vectorized=True, n_resamples=20000,
                               method="basic", confidence_level=1 - p,
                               random_state=2).confidence_interval
        nearer = min(abs(edge.low), abs(edge.high))
        assert nearer < 0.06 * (edge.high - edge.low)


# --- planning --------------------------------------------------------------------------------

def power_of(n, shift, sd_a, sd_b):
    v = sd_a ** 2 + sd_b ** 2
    df = (n - 1) * v ** 2 / (sd_a ** 4 + sd_b ** 4)
    t = stats.t.ppf(0.975, df)
    away = shift / math.sqrt(v / n)
    return stats.nct.sf(t, df, away) + stats.nct.cdf(-t, df, away)


def test_runs_needed_are_those_of_the_noncentral_t_to_a_run():
    made = np.random.default_rng(20)
    cases = [(made.uniform(0.3, 3), made.uniform(0.5, 1.5), made.uniform(0.5, 1.5), 0.8)
             for _ in range(CASES)]
    for (got,), (d, sa, sb, power) in zip(ask("runs-needed", [(c, (), ()) for c in cases]), cases):
        want = next(n for n in range(2, 400) if power_of(n, d, sa, sb) >= power)
        assert abs(got - want) <= 1


# --- what has no answer ----------------------------------------------------------------------

@pytest.mark.parametrize("name", ["t-test", "Welch_t-test", "Ranked_t-test", "bootstrap"])
@pytest.mark.parametrize("a, b", [([1], [2, 3]), ([], [1, 2]), ([5, 5, 5], [5, 5]),
                                  ([0.1] * 7, [0.1] * 9)])
def test_too_few_or_no_variation_is_no_p(name, a, b):
    assert named(name, [(a, b)]) == ["ENODATA"]


@pytest.mark.parametrize("name", ["Mann-Whitney", "permutation"])
@pytest.mark.parametrize("a, b", [([], [1, 2]), ([5, 5, 5], [5, 5]), ([0.1] * 7, [0.1] * 9)])
def test_nothing_to_put_in_order_is_no_p(name, a, b):
    assert named(name, [(a, b)]) == ["ENODATA"]
