"""A provider that is served by hand: a sheet out with its cover, the provider's list of results back.

A person says when the sheet was handed over and a second person agrees to what came back; until then nothing is certain.
"""

from ansinh.payment.gateways.spreadsheet.gateway import Spreadsheet
from ansinh.payment.gateways.spreadsheet.settings import Settings

__all__ = ["Settings", "Spreadsheet"]
