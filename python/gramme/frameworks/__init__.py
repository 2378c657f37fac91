# SPDX-License-Identifier: Apache-2.0
"""Callbacks for training frameworks, one module a framework, and a wrapper for scikit-learn.

Each module imports its framework; nothing here does. A callback tells the run it is given, else
the run that is active (`gramme.current`), else starts one of its own when training begins and
stops it when training ends. What fails in gramme is a warning; training goes on.
"""
