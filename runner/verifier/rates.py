"""How often a verdict is wrong, and how often it may be for all that was seen: exact binomial bounds.

Clopper and Pearson (Biometrika 26, 1934), one-sided: the largest rate at which so few or fewer would still be seen with
a probability of 5 %. Where none was seen this is 1 - 0.05 ** (1 / n), near 3 / n: the rule of three.
"""

from __future__ import annotations

import math

from msgspec import Struct

CONFIDENCE = 0.95
_STEPS = 60


def binomial_cdf(most: int, of: int, rate: float) -> float:
    """The probability of `most` or fewer among `of`, each with probability `rate`."""
    if most >= of or rate <= 0.0:
        return 1.0
    if rate >= 1.0:
        return 0.0
    log_rate, log_rest = math.log(rate), math.log1p(-rate)
    chosen = (math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) for k in range(most + 1))
    return min(1.0, math.fsum(math.exp(c + k * log_rate + (of - k) * log_rest) for k, c in enumerate(chosen)))


def upper_bound(seen: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper bound of a rate of which `seen` among `of` were met; 1 where nothing was looked at."""
    if seen >= of:
        return 1.0
    low, high = seen / of, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if binomial_cdf(seen, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


class Rate(Struct, frozen=True):
    """`seen` of `of`."""

    seen: int
    of: int

    @property
    def share(self) -> float:
        return self.seen / self.of if self.of else 0.0

    @property
    def bound(self) -> float:
        """What the rate is below with a confidence of 95 %."""
        return upper_bound(self.seen, self.of)

    def exceeds(self, limit: float) -> bool:
        """Whether so many would hardly be seen were the rate no higher than `limit`: by chance in one of twenty."""
        return self.seen > 0 and 1 - binomial_cdf(self.seen - 1, self.of, limit) < 1 - CONFIDENCE

    @property
    def text(self) -> str:
        if not self.of:
            return "none judged"
        return f"{self.seen} of {self.of} ({_percent(self.share)}, below {_percent(self.bound)} at 95 %)"


def _percent(share: float) -> str:
    return "0 %" if share == 0 else f"{share * 100:.2g} %" if share < 0.1 else f"{share * 100:.0f} %"
