"""``python -m tensorboard_cnc`` is the command ``tensorboard-cnc``."""

import sys

from tensorboard_cnc.cli import main

if __name__ == "__main__":
    sys.exit(main())
