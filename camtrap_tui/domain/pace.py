"""How fast somebody grades, how long the rest will take, and when a pause is due."""

from __future__ import annotations

from dataclasses import dataclass, field

# A pause longer than this is a pause, not the time that a picture took.
PAUSE_S = 60.0
# A pause of this length is a rest: what follows is another stretch of work.
REST_S = 300.0
# The pace is that of the last so many grades: it follows the grader, and does not jump.
WINDOW = 50


@dataclass(slots=True)
class Pace:
    """Seconds a picture over the latest grades of this session, pauses left out."""

    _seconds: list[float] = field(default_factory=list)
    _last: float | None = None

    def start(self, now: float) -> None:
        """The clock (seconds, any origin) starts with the first picture."""
        self._last = now

    def graded(self, now: float, images: int = 1) -> float | None:
        """Count `images` graded by one command at `now`; return its seconds, None after a pause.

        With 0, the command was on the picture graded last, and its time is that picture's too.
        """
        last, self._last = self._last, now
        if last is None or not 0 <= now - last <= PAUSE_S or images < 0:
            return None
        spent = now - last
        if not images:
            if self._seconds:
                self._seconds[-1] += spent
            return spent
        self._seconds = (self._seconds + [spent / images] * images)[-WINDOW:]
        return spent

    @property
    def per_hour(self) -> float | None:
        """Pictures an hour; None until there is something to go by."""
        total = sum(self._seconds)
        return len(self._seconds) / total * 3600 if total > 0 else None

    @property
    def seconds_each(self) -> float | None:
        """Seconds a picture; None until there is something to go by."""
        rate = self.per_hour
        return 3600 / rate if rate else None

    def hours_left(self, images: int) -> float | None:
        """Return the hours that `images` pictures take at this pace."""
        rate = self.per_hour
        return images / rate if rate else None


@dataclass(slots=True)
class Stretch:
    """Work without a rest: how long it has lasted, and whether that was said."""

    _began: float | None = None
    _last: float = 0.0
    _said: bool = False

    def graded(self, now: float) -> None:
        """Something was graded at `now` (seconds, any origin)."""
        if self._began is None or not 0 <= now - self._last < REST_S:
            self._began, self._said = now, False
        self._last = now

    def is_long(self, minutes: float) -> bool:
        """Tell whether it has lasted so long by the last grade, and nobody has said so yet."""
        return (
            not self._said and self._began is not None and self._last - self._began >= minutes * 60
        )

    def said(self) -> None:
        """It was said: once a stretch is enough."""
        self._said = True


def spell_duration(hours: float) -> str:
    """Return a duration as people say it: `1 h 11`, `7 min`, `under 1 min`."""
    minutes = round(hours * 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    return f"{minutes // (24 * 60)} days"
