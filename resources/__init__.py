"""Icons, texts, licences and profiles: `certclient.resources` once the program is installed."""
