# What ca/pkix/validation.py uses of asn1crypto, which has no types of its own.
from typing import Self

class Certificate:
    @classmethod
    def load(cls, encoded_data: bytes, strict: bool = False) -> Self: ...
    @property
    def critical_extensions(self) -> set[str]: ...
    @property
    def max_path_length(self) -> int | None: ...
