"""Counterparts for demonstrations and tests: programs that are NOT AnSinh and only speak its outer formats.

Nothing here may be imported by `ansinh`, and nothing here imports it: a bank that shared our parser would share our
mistakes.
"""
