"""Entry script of certclient.exe, the command line."""

import sys

from certclient.bootstrap import main

sys.exit(main())
