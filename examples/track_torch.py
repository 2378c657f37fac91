#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recipe for a training loop in plain PyTorch, alone or on several ranks.

    pip install ./python torch && python3 examples/track_torch.py
    torchrun --nproc-per-node 2 examples/track_torch.py    # the node's joules, once

Loaders in worker processes are in the run. Under torchrun, mpirun or Slurm the first rank of
each node tracks that node; on the others `run` does nothing.
"""
import os

try:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset
except ImportError as error:
    raise SystemExit(f"skipped: this example needs PyTorch ({error})") from None

import gramme

EPOCHS = 4


def data(seed):
    noise = torch.Generator().manual_seed(seed)
    x = torch.randn(4096, 16, generator=noise)
    return TensorDataset(x, (x[:, :4].sum(1) > 0).float())


def evaluate(model, loader):
    with torch.no_grad():
        right = sum(((model(x).squeeze(1) > 0) == (y > 0)).sum().item() for x, y in loader)
    return right / len(loader.dataset)


def main():
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    if ranks > 1:
        torch.distributed.init_process_group("gloo")
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 1))
    step_model = nn.parallel.DistributedDataParallel(model) if ranks > 1 else model
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    lossy = nn.BCEWithLogitsLoss()
    train, test = DataLoader(data(1), 128, shuffle=True), DataLoader(data(2), 512)

    with gramme.track("torch-recipe", experiment="examples") as run:
        for _ in run.epochs(range(EPOCHS)):
            total = torch.zeros(())
            with run.section("train"):
                for x, y in train:
                    optimizer.zero_grad(set_to_none=True)
                    loss = lossy(step_model(x).squeeze(1), y)
                    loss.backward()
                    optimizer.step()
                    total += loss.detach()  # no .item() in the loop: on a GPU it would wait
            run.work(samples=len(train.dataset), steps=len(train))
            with run.section("eval"):
                run.log(loss=total / len(train), accuracy=evaluate(model, test))

    if run.summary:
        print(run.summary)
    if ranks > 1:
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
