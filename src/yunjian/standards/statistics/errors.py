"""What cannot be computed with, and why."""


class InvalidMeasurement(ValueError):
    """A value cannot be computed with: `field` says which, `reason` is a code for why."""

    def __init__(self, field: str, reason: str, message_zh: str, message_en: str) -> None:
        super().__init__(f"{field}: {message_zh} / {message_en}")
        self.field, self.reason = field, reason
        self.message_zh, self.message_en = message_zh, message_en


class UnitMismatch(InvalidMeasurement):
    """There is no limit in this unit."""

    def __init__(self, unit: str, known: list[str]) -> None:
        units = "、".join(known)
        super().__init__(
            "unit", "unit", f"单位 {unit} 不适用，应为 {units}", f"the unit has to be {units}"
        )
