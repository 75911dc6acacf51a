"""Entry script of certclientw.exe: windows, links and reminders, without a console."""

import sys

from certclient.windowed import main

sys.exit(main())
