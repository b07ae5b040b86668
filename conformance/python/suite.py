"""Checks with names, the calls they really make, and what no check has called."""

import inspect
import sys
import threading
import time
import traceback


class Suite:
    """Runs checks one after the other. methods is what methods_of returns: the
    functions that some check must call; excused says why a name may
    stay uncalled."""

    def __init__(self, title, methods, excused=None):
        self.title, self.methods, self.excused = title, methods, excused or {}
        self.called = {}  # name of a method: title of the first check that called it
        self.passed = self.failed = 0

    def check(self, title):
        """Decorates a function, which is run at once."""

        def run(body):
            def watch(frame, event, _arg):
                if event == "call":
                    name = self.methods.get(id(frame.f_code))
                    if name:
                        self.called.setdefault(name, title)

            began = time.monotonic()
            sys.setprofile(watch)
            threading.setprofile(watch)
            try:
                body()
                sys.setprofile(None)
                self.passed += 1
                print(f"ok    {self.title}: {title} ({(time.monotonic() - began) * 1000:.0f} ms)", flush=True)
            except BaseException as err:
                sys.setprofile(None)
                if isinstance(err, KeyboardInterrupt):
                    raise
                self.failed += 1
                print(f"FAIL  {self.title}: {title}")
                print("      " + traceback.format_exc().strip().replace("\n", "\n      "), flush=True)
            finally:
                threading.setprofile(None)
            return body

        return run

    def close(self):
        """Judges the coverage, prints the closing line and ends the program."""

        @self.check("every method of the package is called by a check")
        def _():
            missing = sorted(set(self.methods.values()) - set(self.called) - set(self.excused))
            assert not missing, "no check calls " + ", ".join(missing)
            stale = sorted(set(self.excused) & set(self.called))
            assert not stale, "called and excused: " + ", ".join(stale)

        if "--list" in sys.argv:
            for name in sorted(self.called):
                print(f"      {name} <- {self.called[name]}")
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def methods_of(cls, prefix):
    """The public functions a class defines itself, by the identity of their code.
    Decorators share theirs, so they are looked through."""
    found = {}
    for name, member in vars(cls).items():
        if not name.startswith("_") and inspect.isfunction(member):
            found[id(inspect.unwrap(member).__code__)] = f"{prefix}.{name}"
    return found


def rejects(kind, text, run, patience=8):
    """Checks that something fails in a certain way, and quickly: clients hide
    fifteen seconds of retries behind some failures."""
    began = time.monotonic()
    try:
        run()
    except kind as err:
        assert text in str(err), f"{text!r} is not in {err}"
        assert time.monotonic() - began < patience, f"it took more than {patience} seconds"
        return err
    raise AssertionError(f"it did not fail with {kind}")
