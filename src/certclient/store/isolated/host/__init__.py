"""The child process: loads one PKCS#11 module and does what the program asks of its tokens."""
