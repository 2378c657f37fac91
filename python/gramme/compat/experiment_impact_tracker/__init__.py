# SPDX-License-Identifier: Apache-2.0
"""experiment-impact-tracker's interface (0.1.9) over gramme; module paths are theirs.

    from experiment_impact_tracker.compute_tracker import ImpactTracker                # before
    from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker  # after

A run is kept in gramme's ledger. What lies in the log folder is a small JSON file that names it
and holds its result, so that a folder can be copied and read elsewhere (`data_interface`).
"""
