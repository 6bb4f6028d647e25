"""Reads and validates course, katas and answer keys into typed values."""
