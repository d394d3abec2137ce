"""What is printed of credentials, marks, keys and the policy."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Step(TypedDict):
    """A C2PA action. source: its digital source type. when: ISO 8601."""

    action: str
    source: str
    when: str


class Verified(TypedDict):
    """What `credentials.Credential` says; inputs have the same form, without a path.

    title, relation: of an input to the file that was made of it. frame: its number and of how many, in a folder of
    frames. clip: of such a frame, what it shares with the others, and the digest of the record beside them.
    """

    path: str
    state: Literal["intact"]
    title: str
    relation: str
    frame: list[int] | None
    clip: list[str]
    where: Literal["inside", "beside"]
    signer: str
    name: str
    problems: list[str]
    maker: str
    steps: list[Step]
    recipe: dict[str, Any]
    stamped: str
    inputs: list[dict[str, Any]]


class Way(TypedDict):
    """One way of detection, and its answer. z: the score in standard deviations; None = it has none."""

    name: str
    answer: Literal["detected", "not detected", "cannot tell"]
    why: str
    z: float | None


class Detected(TypedDict):
    """Whether sora made a file. detected: by any way."""

    path: str
    detected: bool
    lines: list[Way]


class Identity(TypedDict):
    """A key that signs. authority: short digest of the certificate that vouches. begins, expires: ISO 8601."""

    authority: str
    begins: str
    expires: str


class Keys(TypedDict):
    """The keys of this installation, and those that they replaced."""

    folder: str
    current: Identity
    retired: list[Identity]


class Exported(TypedDict):
    """The file that a certificate was written to."""

    path: str


class Certificate(TypedDict):
    """The certificate of `sora keys export` on standard output. certificate: PEM."""

    certificate: str


class Passed(TypedDict):
    """policy: the version and digest of the policy that was asked."""

    passes: Literal[True]
    policy: str
    notes: NotRequired[list[str]]
    tests: NotRequired[int]


class RuleRow(TypedDict):
    """A rule of the policy. surfaces: what it is asked of. exemplars: how many texts it compares meanings with."""

    rule: str
    category: str
    title: str
    about: str
    by: Literal["words", "meaning"]
    surfaces: list[str]
    exemplars: int


class PolicyShown(TypedDict):
    """The policy that holds. policy: its version and short digest."""

    path: str
    policy: str
    sha256: str
    rules: list[RuleRow]
