"""`ansinh payment qr TEXT`: what a citizen's VietQR code says, needing neither database nor home.

It promises bank and account exactly as the code holds them, or a refusal that names what is wrong with it.
"""

import argparse
from dataclasses import asdict
from typing import Any

from ansinh.standards import vietqr


def read(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the code `arguments.text` says; what it leaves out is null.

    Raises:
        Refused: what `vietqr.read` refuses.
    """
    return {name: None if value == "" else value for name, value in asdict(vietqr.read(arguments.text)).items()}
