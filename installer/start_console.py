"""certclient.exe: the command line."""

import sys

from certclient.cli.main import main

sys.exit(main())
