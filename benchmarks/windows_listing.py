"""Measures how long the Windows store takes to list 201 certificates.

    .venv/bin/python -m benchmarks.windows_listing      (root, after `make test-windows`)

One certificate is certclient's; of the 200 others, half have a key. On Linux the module runs itself
with the Windows Python of those tests, under Wine. The goal is 0.2 s, as the window lists the store
after each change. Exits with 1 if the fastest listing takes longer.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

RUNS = 9
FOREIGN = 200
GOAL = 0.2
"""Seconds."""

if sys.platform == "win32":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from certclient.model.keys import KeySpec
    from certclient.store.base import no_pin
    from certclient.store.windows import capi, crypt32, keys
    from certclient.store.windows.container import Container
    from certclient.store.windows.names import StoreNames
    from certclient.store.windows.store import WindowsStore
    from support.pki import customer_name, ec_key, make_lab, spki_of

    def main() -> int:
        """Prints the median of `RUNS` listings of a temporary store; returns the exit code."""
        lab, keyless = make_lab(), spki_of(ec_key())
        names = StoreNames("certclient-bench", "certclient-bench-ca", "certclient-bench-root")
        with crypt32.opened(names.personal, writable=True) as system_store:
            with_key = _anothers_key()
            for number in range(FOREIGN):
                place = with_key if number % 2 else None
                spki = keys.spki(place) if place else keyless
                system_store.add(lab.issue(spki, customer_name(f"ABCD{number:04}")), "", place)
        store = WindowsStore(names)
        with store.open(no_pin) as session:
            key = session.create_key(KeySpec(), "certclient bench")
            session.install(key, lab.issue(session.signer(key).spki), "")
        seconds = [_listing(store) for _ in range(RUNS)]
        median = statistics.median(seconds)
        print(f"Windows' store: {FOREIGN + 1} certificates in {median * 1000:.0f} ms", end="")
        print(f" (fastest {min(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms)")
        return 0 if min(seconds) <= GOAL else 1

    def _anothers_key() -> Container:
        place = capi.container("another program's key")
        capi.delete(place)
        return capi.create(KeySpec(), place.name)

    def _listing(store: WindowsStore) -> float:
        start = time.perf_counter()
        listed = store.certificates()
        took = time.perf_counter() - start
        with_key = len([stored for stored in listed if stored.key])
        if (len(listed), with_key) != (FOREIGN + 1, FOREIGN // 2 + 1):
            raise SystemExit(f"{len(listed)} certificates listed, {with_key} with a key")
        return took

else:
    from tools.prepare import NO_ROOT
    from tools.wine.cache import Cache, default_folder
    from tools.wine.parts import prepare
    from tools.wine.runs import RUNS as WINDOWS_RUNS
    from tools.wine.runs import windows

    def main() -> int:
        """Runs this module under Wine, with keys in CAPI and in CNG; returns the exit code."""
        if os.geteuid() != 0:
            print(NO_ROOT)
            return 0
        cache = Cache(default_folder(os.environ, Path.home()))
        target = windows(prepare(cache), cache)
        worst = 0
        for run in (run for run in WINDOWS_RUNS if not run.screen):
            print(f"{run.name}: ", end="", flush=True)
            process = target.start(run, "-m", "benchmarks.windows_listing")
            print(process.communicate()[0].strip(), flush=True)
            worst = max(worst, process.returncode)
        return worst


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    sys.exit(main())
