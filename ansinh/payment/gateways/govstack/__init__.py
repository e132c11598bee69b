"""A payment hub after GovStack (Mifos Payment Hub EE): a CSV by POST, its fate by asking.

Field names are those of ph-ee-bulk-processor and ph-ee-operations-app as published; where two versions differ, only what
both have is used.
"""

from ansinh.payment.gateways.govstack.gateway import GovStack
from ansinh.payment.gateways.govstack.settings import Settings

__all__ = ["GovStack", "Settings"]
