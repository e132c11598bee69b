"""AnSinh runs a province's social protection from decree to đồng.

The rooms of this package and who may import whom are described in ARCHITECTURE.md.
"""

__version__ = "0.1.0"
