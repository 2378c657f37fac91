# SPDX-License-Identifier: Apache-2.0
"""What the assertions raise."""
from __future__ import annotations

from ...._errors import WrongMachine


class CPUAttributeAssertionError(WrongMachine):
    """The processor is another one."""
