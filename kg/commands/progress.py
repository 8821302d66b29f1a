"""Progress on a terminal: a bar for what is measured, a word while something is waited for. Nothing in a pipe."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_WORDS = {
    "fetching": "Fetching Neo4j",
    "starting": "Starting the local Neo4j",
    "stopping": "Waiting for the former server to end",
}


_WAITS = ("starting", "stopping")  # their totals are the longest wait, not a measure of work


class StepProgress:
    """Shows what is being done; called with step, done and total (0: not known). Draws only once there is work."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> StepProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, step: str, done: float, total: float) -> None:
        """Draw how far a step has come."""
        from kg.commands.options import State

        if State.quiet or not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = _bar()
            self._bar.start()
        if step not in self._tasks:
            for task in self._tasks.values():
                self._bar.update(task, visible=False)
            measured = total and step not in _WAITS
            self._tasks[step] = self._bar.add_task(_WORDS.get(step, step), total=total if measured else None)
        self._bar.update(self._tasks[step], completed=done)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
