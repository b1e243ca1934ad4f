"""A back end over TLS for end-to-end tests. It shows each name its own certificate, and keeps one secret for
its session tickets: a session made under one name could be resumed under every other, if the client let it."""

import http.server
import ssl
import threading

from upstream import Upstream, Handler


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def finish_request(self, request, client_address):
        """Shakes hands on the connection's own thread."""
        try:
            secured = self.tls.wrap_socket(request, server_side=True)
        except OSError as error:  # ssl.SSLError is one
            self.refused.append(str(error))
            return
        self.connections.append({"name": self.names.pop(threading.get_ident(), None),
                                 "resumed": secured.session_reused})
        try:
            super().finish_request(secured, client_address)
        finally:
            secured.close()


class TlsUpstream(Upstream):
    """Serves while the block runs. `certificates` maps names to files with certificate and key; None is for
    clients that send no name, or an unknown one.

    `connections` lists {"name", "resumed"} of every handshake that succeeded, `refused` why others did not.
    """

    def __init__(self, certificates):
        self.connections = []
        self.refused = []
        self._contexts = {name: self._context(path) for name, path in certificates.items()}

    @staticmethod
    def _context(path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _make_server(self):
        server = _Server(("127.0.0.1", 0), Handler)
        server.connections = self.connections
        server.refused = self.refused
        server.names = {}
        server.tls = self._contexts[None]

        def choose(connection, name, _):
            server.names[threading.get_ident()] = name
            connection.context = self._contexts.get(name, self._contexts[None])

        server.tls.sni_callback = choose
        return server

    def url_for(self, host):
        return f"https://{host}:{self.port}"
