# SPDX-License-Identifier: Apache-2.0
"""The public interfaces of two other trackers over gramme: a user changes one import line.

    from gramme.compat.codecarbon import EmissionsTracker
    from gramme.compat.experiment_impact_tracker.compute_tracker import ImpactTracker

docs/COMING-FROM.md says what each of their figures is here, and why the numbers differ.
"""
