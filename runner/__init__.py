"""Prodrill: broken Node.js services, and the verifier that says whether a fix holds in production."""

from __future__ import annotations

__version__ = "0.1.0"
