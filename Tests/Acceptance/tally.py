"""What passed and what failed."""
import sys
import time
import traceback


class Tally:
    """Runs checks one by one, says of each how it went, and ends the script with the counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, check):
        began = time.monotonic()
        try:
            check()
            self.passed += 1
            print(f"ok   {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:
            self.failed += 1
            print(f"FAIL {name}", flush=True)
            traceback.print_exc()

    def close(self):
        """Exits 1 when something failed, or nothing was there to pass."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)
