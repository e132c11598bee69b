"""Formats: golden files, real bank files, hostile files, and independent readers of what we write.

No database and no network.
"""
