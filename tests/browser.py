"""A real Chromium for tests, and a record of everything it asked for.

    with chromium() as browser, visit(browser, width=375) as (page, requests):
        page.goto(url)

Without Chromium the test is skipped; where ``CI`` is true it fails, so that it can't stay away unseen. ``CHROMIUM``
names the executable, else /usr/bin/chromium is taken, else what playwright has installed itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def absent(reason: str):
    """Skip the test; or fail it, where it has to run."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}, and CI is set")
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator:
    """A headless Chromium."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        absent("playwright is not installed")
    named = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    executable = named if Path(named).exists() else None
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        except Error as error:
            absent(f"Chromium can't be started: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@contextmanager
def visit(browser, *, width: int = 1280, height: int = 900, dark: bool = False, **options) -> Iterator:
    """A page in a context of its own, and the growing list of the URLs it requests and the dialogs it opens.

    ``options``: others of playwright's, as ``java_script_enabled`` and ``timezone_id``.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        service_workers="block",
        **options,
    )
    page, requests = context.new_page(), []
    context.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.on("dialog", lambda dialog: (requests.append(f"dialog:{dialog.message}"), dialog.dismiss()))
    yield page, requests
    context.close()
