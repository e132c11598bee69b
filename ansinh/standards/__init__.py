"""Bytes to plain values and back: the formats in which banks speak. Pure; no database, no network, no Django.

Strict in what it writes, tolerant in what it reads: a schema violation of a bank is evidence, never a lost result.
"""
