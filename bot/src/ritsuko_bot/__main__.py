"""`python -m ritsuko_bot`."""

import sys

from ritsuko_bot.main import main

sys.exit(main())
