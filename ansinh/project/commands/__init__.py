"""The table of commands, by room."""

from pathlib import Path

from ansinh.project.commands import area, law, ledger, payment, payroll, people, system
from ansinh.project.commands.command import Argument, Command

__all__ = ["COMMANDS", "LAWS_FOLDER", "Argument", "Command", "find"]

COMMANDS: tuple[Command, ...] = (
    *system.COMMANDS,
    *law.COMMANDS,
    *area.COMMANDS,
    *people.COMMANDS,
    *payroll.COMMANDS,
    *payment.COMMANDS,
    *ledger.COMMANDS,
)
LAWS_FOLDER = Path(__file__).resolve().parents[3] / "laws"


def find(name: str) -> Command:
    """Return the command of that name; the tests of the documentation use it."""
    return next(command for command in COMMANDS if command.name == name)
