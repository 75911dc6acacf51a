"""Isolates a server that listens on every interface, and relays connections to it.

Runs inside its own network namespace (`unshare -n`) with a listening socket created outside:
`namespace_relay.py FD PORT COMMAND…`. Connections to that socket are relayed to COMMAND's PORT on
the namespace's loopback interface. Ends, with COMMAND, at the end of its standard input.
"""

import fcntl
import socket
import struct
import subprocess
import sys
import threading
import time

SIOCSIFFLAGS = 0x8914
IFF_UP_RUNNING = 0x41
START_TIMEOUT = 20.0


def main() -> None:
    outside = socket.socket(fileno=int(sys.argv[1]))
    port = int(sys.argv[2])
    bring_loopback_up()
    with subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL) as server:
        threading.Thread(target=relay_all, args=(outside, port), daemon=True).start()
        sys.stdin.read()
        server.terminate()


def bring_loopback_up() -> None:
    """A new namespace's loopback is down; outside one it is up and must not be changed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", IFF_UP_RUNNING)
        try:
            fcntl.ioctl(control, SIOCSIFFLAGS, request)
        except PermissionError:
            return


def relay_all(outside: socket.socket, port: int) -> None:
    while True:
        client, _ = outside.accept()
        server = connect(port)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=copy, args=(source, sink), daemon=True).start()


def connect(port: int) -> socket.socket:
    """Does not probe first: the mock server treats every connection as a request."""
    end = time.monotonic() + START_TIMEOUT
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        sink.close()


if __name__ == "__main__":
    main()
