"""`python -m matchmaker.running [run|demo]`: everything a laptop needs, under one supervisor.

Plain processes and no Django in this one: it starts them, passes on what they say, and stops them.
"""

import argparse
import signal
import sys
from pathlib import Path

from matchmaker.running.supervisor import Stop, Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="matchmaker.running", description=__doc__)
    parser.add_argument("what", choices=["run", "demo"], nargs="?", default="run")
    what = parser.parse_args().what
    # A process started in the background ignores SIGINT; ours is stopped by it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    supervisor = None
    try:
        supervisor = Supervisor(root=Path(__file__).resolve().parents[2])
        return supervisor.run() if what == "run" else supervisor.demo()
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        if supervisor:
            supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
