"""The socket to the engine: connect without ever holding the program up, and for the estimated engine send and receive.

Only `_socket` is imported: the `socket` module brings `enum` and `selectors` into the user's program. Every write is
MSG_NOSIGNAL, for a program may have put SIGPIPE back to its default.
"""

import time

import _socket

from . import wire

CONNECT_TIMEOUT_S = 2.0
BUSY_TRIES = 200
BUSY_PAUSE_S = 0.005
# Bytes waiting for a slow engine; events beyond it are dropped and counted.
QUEUE_BOUND = 4 << 20

_NOSIGNAL = getattr(_socket, "MSG_NOSIGNAL", 0)


def connect(path):
    """A connected stream socket, not inherited by children. OSError when nobody answers in time."""
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        sock.settimeout(CONNECT_TIMEOUT_S)
        _connect(sock, path)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect(sock, path):
    """With a timeout set, a queue that is full for the moment (many children at once) is refused instead of waited for."""
    for _ in range(BUSY_TRIES):
        try:
            return sock.connect(path)
        except BlockingIOError:
            time.sleep(BUSY_PAUSE_S)
    sock.connect(path)


class Link:
    """One writer (the estimated engine's thread, or the main thread once that has stopped), one reader (the same)."""

    def __init__(self, sock):
        self._sock = sock
        self._queue = bytearray()
        self._reader = wire.FrameReader()
        self.closed = False

    def offer(self, data, essential=True):
        """Queue a whole frame; False when the queue is full (names and replies may overdraw it a little)."""
        room = QUEUE_BOUND if not essential else QUEUE_BOUND + (1 << 20)
        if self.closed or len(self._queue) + len(data) > room:
            return False
        self._queue += data
        return True

    def room(self):
        return not self.closed and len(self._queue) < QUEUE_BOUND

    def flush(self, timeout_s=0.0):
        """Send what the engine will take now, or within the given time."""
        if not self._queue or self.closed:
            return
        self._sock.settimeout(timeout_s)
        try:
            while self._queue:
                sent = self._sock.send(bytes(self._queue[:65536]), _NOSIGNAL)
                del self._queue[:sent]
        except OSError as error:
            if not _would_block(error):
                self.closed = True

    def receive(self):
        """Frames of the engine that have come. Sets `closed` when it has gone."""
        try:
            self._sock.settimeout(0.0)
            chunk = self._sock.recv(65536)
        except OSError as error:
            if not _would_block(error):
                self.closed = True
            return []
        if not chunk:
            self.closed = True
            return []
        try:
            return self._reader.push(chunk)
        except ValueError:
            self.closed = True
            return []

    def close(self):
        self.closed = True
        try:
            self._sock.close()
        except OSError:
            pass


def _would_block(error):
    return isinstance(error, (BlockingIOError, InterruptedError, _socket.timeout))
