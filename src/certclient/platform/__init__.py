"""Operating system services: folders, log, scheduled tasks, processes, proxies, Windows DLLs."""
