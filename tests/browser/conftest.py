"""One Chromium for all browser tests of a process, each with a fresh profile. Skipped where there is none.

Playwright keeps an event loop running in its thread, and Django refuses the database to such a thread: so the browser
has a thread of its own, in which the tests that ask for `page` run. What they need of the database is made by fixtures.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
CHROMIUM = next((path for path in map(shutil.which, NAMES) if path), None)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
LAUNCH_MS, WAIT_MS = 120_000, 60_000


class BrowserThread:
    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="browser")
        self.playwright: Playwright = self.run(lambda: sync_playwright().start())
        self.browser: Browser = self.run(
            self.playwright.chromium.launch, executable_path=CHROMIUM, args=FLAGS, timeout=LAUNCH_MS
        )

    def run(self, call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        return self.executor.submit(call, *arguments, **more).result()

    def stop(self) -> None:
        self.run(self.browser.close)
        self.run(self.playwright.stop)
        self.executor.shutdown()


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[BrowserThread]:
    if CHROMIUM is None:
        pytest.skip(f"no Chromium was found on the PATH ({', '.join(NAMES)})")
    expect.set_options(timeout=WAIT_MS)
    thread = BrowserThread()
    yield thread
    thread.stop()


@pytest.fixture
def page(browser_thread: BrowserThread) -> Iterator[Page]:
    """An empty tab of a browser that has been nowhere yet."""
    context = browser_thread.run(browser_thread.browser.new_context, viewport={"width": 1360, "height": 900})
    context.set_default_timeout(WAIT_MS)
    yield browser_thread.run(context.new_page)
    browser_thread.run(context.close)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if "page" not in pyfuncitem.fixturenames:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    thread: BrowserThread = pyfuncitem.funcargs["browser_thread"]
    thread.run(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in names})
    return True
