"""Scope as SQL: the condition on a row of ``feeds`` or ``links`` that it is part of what a run works on."""

from __future__ import annotations

import json

from archive.models import Scope


def within(scope: Scope) -> tuple[str, dict[str, str]]:
    """The condition on ``source`` and ``url`` that a scope is, with its named arguments."""
    if scope.everything:
        # Row by row: a set of 10,000 names would be made anew for each site that is looked at, 0.5 ms each time.
        return "(SELECT configured FROM sources WHERE name = source)", {}
    return (
        "(source IN (SELECT value FROM json_each(:sources)) OR url IN (SELECT value FROM json_each(:urls)))",
        {"sources": json.dumps(sorted(scope.sources)), "urls": json.dumps(sorted(scope.urls))},
    )
