"""A reverse proxy such as stands before a team's TensorBoard."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.tensorboard_host import DEADLINE_SECONDS

# What belongs to one connection, and not to what it carries.
_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def reverse_proxy(behind: str, prefix: str, *, strips: bool) -> Iterator[str]:
    """The address of `prefix` on a proxy of `behind`, which passes paths with it or without."""
    host = urlsplit(behind).netloc

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._pass_on(None)

        def _pass_on(self, sent: bytes | None) -> None:
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            path = self.path.removeprefix(prefix) if strips else self.path
            connection = http.client.HTTPConnection(host, timeout=DEADLINE_SECONDS)
            connection.request(self.command, path, sent, dict(self.headers.items()))
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{prefix}"
    finally:
        server.shutdown()
        server.server_close()
