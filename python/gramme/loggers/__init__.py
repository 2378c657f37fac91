# SPDX-License-Identifier: Apache-2.0
"""Experiment trackers that take a run's summary: ``gramme.track(report_to=["mlflow"])``.

One module a tracker, with ``log(summary)``; each imports its tracker when it is called.
"""
