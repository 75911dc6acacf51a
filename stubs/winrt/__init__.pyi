"""WinRT (pywinrt), which can be installed on Windows only: what this project uses of it."""
