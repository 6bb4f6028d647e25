"""Random inputs from a printed seed: a fix has nothing constant to key on, and `--seed` replays a run."""

from __future__ import annotations

import os
import random
import string

_ALPHABET = string.ascii_lowercase + string.digits


class Inputs(random.Random):
    """A random source for one criterion of one run; the same seed and criterion give the same inputs."""

    def __init__(self, seed: int, criterion: str) -> None:
        super().__init__(f"{seed}:{criterion}")
        self._seed, self._criterion = seed, criterion
        self.cores = os.cpu_count() or 1

    def apart(self, name: object) -> Inputs:
        """A source of its own for what draws as time passes, or beside others.

        How much is drawn there then changes nothing of what is drawn here, and a seed replays both.
        """
        return Inputs(self._seed, f"{self._criterion}:{name}")

    def token(self, length: int = 12) -> str:
        """A random name of lower-case letters and digits."""
        return "".join(self.choices(_ALPHABET, k=length))
