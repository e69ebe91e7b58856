"""An http server with a thread for each connection. Writes its port to BENCH_RESULT.port, and what measured.py says when it is asked for /stop; the time
runs from /start. Its load comes from another process (bench/peers/load.ts).
"""

import http.server
import os
import threading

import measured

crew = measured.Crew()
served = []


def page(number):
    """Some work in Python, and an answer that depends on the question."""
    total = sum(i * i for i in range(number % 7 * 300))
    return ("%d %d\n" % (number, total)).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/start":
            crew.begin()
            body = b""
        elif self.path == "/stop":
            body = b""
            threading.Thread(target=self.server.shutdown).start()
        else:
            body = page(int(self.path[1:]))
            served.append(len(body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self):
        super().finish()
        crew.joining(threading.current_thread().name)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    # Threads that are joined when it closes: they tell of themselves first.
    daemon_threads = False


server = Server(("127.0.0.1", 0), Handler)
path = os.environ["BENCH_RESULT"] + ".port"
with open(path + ".part", "w") as file:
    file.write(str(server.server_address[1]))
os.replace(path + ".part", path)
server.serve_forever(poll_interval=0.01)
server.server_close()
crew.tell([len(served), sum(served)])
