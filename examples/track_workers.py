#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Worker processes belong to the run that started them: their joules are in it, once.

    pip install ./python && python3 examples/track_workers.py

Counts primes in a pool. Workers may tell the run of marks and metrics; only the process that
started it ends it.
"""
import multiprocessing

import gramme

PARTS = [(at, at + 20_000) for at in range(0, 160_000, 20_000)]


def primes(part):
    first, last = part
    numbers = range(max(first, 2), last)
    found = sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in numbers)
    gramme.current().log(found=found)  # a forked worker tells its parent's run, others nobody
    return found


def main():
    with gramme.track("primes", experiment="examples") as run:
        with multiprocessing.Pool(2) as pool:
            found = sum(pool.map(primes, PARTS, chunksize=1))
        run.work(numbers=PARTS[-1][1])
    print(f"{found} primes")
    print(run.summary)
    if run.summary:
        print(f"{run.summary.activity.cpu_s:.2f} s of CPU, the workers' included")


if __name__ == "__main__":
    main()
