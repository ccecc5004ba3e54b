"""Credential: header and cookie values and the like, filled from the environment so that no secret stands in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from config.models import Secret
from config.values import ConfigError

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CREDENTIAL = re.compile(r"cookie|authori[sz]ation|token|secret|passw|api-?key", re.IGNORECASE)


def fill(
    value: object, where: str, environ: Mapping[str, str], *, all_secret: bool = False
) -> tuple[tuple[str, str], ...]:
    """A table of names and values with every ``${NAME}`` filled in; what was filled is a Secret.

    ``where`` is the file and key, for messages; they never show a value. Raises ConfigError for a secret that is
    written out, and for a variable that is not set.
    """
    if not isinstance(value, dict):
        raise ConfigError(f"{where} must be a table of names and values")
    return tuple(
        (name, filled(text, f"{where}.{name}", environ, secret=all_secret or is_credential(name)))
        for name, text in value.items()
    )


def is_credential(header: str) -> bool:
    """Whether a header by this name carries what lets one in."""
    return bool(_CREDENTIAL.search(header))


def filled(value: object, where: str, environ: Mapping[str, str], *, secret: bool) -> str:
    """A text with every ``${NAME}`` filled in, as a Secret then. ``secret``: it may not be written out. As fill."""
    if not isinstance(value, str):
        raise ConfigError(f"{where} must be a text")
    names = REFERENCE.findall(value)
    if value.count("${") != len(names):
        raise ConfigError(f"{where} has a '${{' that begins no variable; one is written as ${{NAME}}")
    if not names:
        if secret:
            raise ConfigError(
                f"{where} is written out in the file, where backups and version control would keep it. "
                'Put it into an environment variable and write its name instead: "${NAME}"'
            )
        return value
    for name in names:
        if not environ.get(name):
            raise ConfigError(f"{where} needs the environment variable {name}, which is not set or empty")
    return Secret(REFERENCE.sub(lambda found: environ[found[1]], value), tuple(environ[name] for name in names))
