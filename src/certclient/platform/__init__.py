"""What an operating system has to be asked for: folders, log, tasks, processes, its DLLs."""
