"""A bank that takes pain.001 files by SFTP and leaves pain.002 and camt.054 files in a folder.

This is how most banks serve a customer with many payments: nothing is asked and answered at once, everything is a file.
"""

from ansinh.payment.gateways.sftp_iso20022.gateway import SftpIso20022
from ansinh.payment.gateways.sftp_iso20022.settings import Settings

__all__ = ["Settings", "SftpIso20022"]
