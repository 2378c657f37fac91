# SPDX-License-Identifier: Apache-2.0
"""A stub for now: the machine a run wants."""
