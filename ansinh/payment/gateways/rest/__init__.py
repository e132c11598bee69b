"""A provider that speaks our REST interface (docs/reference/provider-api.yaml): what a bank or wallet can build in a week.

Orders are taken once by their name; results are documents that never change, fetched or sent to a signed webhook.
"""

from ansinh.payment.gateways.rest.gateway import Rest
from ansinh.payment.gateways.rest.settings import Settings

__all__ = ["Rest", "Settings"]
