"""What a procedure needs after its key is loaded while the key is made, and only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

from certclient.enrollment.procedure import Finished, Pending
from certclient.model.progress import Step
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

_LOAD = """
import sys, threading
{before}
from certclient.bootstrap.loading_ahead import load_ahead
load_ahead()
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join()
print("certclient.ca.pkix.validation" in sys.modules)
"""


def loads(before: str = "") -> tuple[str, str]:
    """What a process says that loads ahead after `before`: whether it has loaded, its errors."""
    program = [sys.executable, "-c", _LOAD.format(before=before)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=600, check=True)
    return done.stdout.strip(), done.stderr


def test_the_library_for_paths_is_loaded_in_a_thread() -> None:
    assert loads() == ("True", "")


def test_a_library_that_cannot_be_loaded_is_no_error_yet() -> None:
    assert loads("sys.modules['pyhanko_certvalidator'] = None") == ("False", "")


def test_without_a_thread_everything_is_loaded_when_it_is_needed() -> None:
    no_thread = """
def start(thread):
    raise RuntimeError("can't start new thread")
threading.Thread.start = start
"""
    assert loads(no_thread) == ("False", "")


@pytest.mark.parametrize("customer", ["nss"], indirect=True)
def test_a_procedure_loads_ahead_once_before_its_key_is_there(customer: CustomerComputer) -> None:
    keys: list[int] = []
    before = customer.count_keys()
    customer.load_ahead = lambda: keys.append(customer.count_keys())
    stopped = customer.renew(ScriptedUser(stop_before=lambda steps: Step.CREATE_KEY in steps))
    assert isinstance(stopped, Pending)
    done = customer.enrollment().resume(stopped.procedure_id, ScriptedUser(pins=[PIN]))
    assert isinstance(done, Finished)
    assert keys == [before], "once for both runs: the second has the key already"
