"""A small client of the management API: JSON over HTTP, signed with Signature Version 4."""

import configparser
import datetime
import hashlib
import hmac
import http.client
import json
import ssl
import urllib.parse

from trouble import Trouble


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Management:
    """Calls operations of the installation's own control plane. One thread."""

    def __init__(self, layout):
        self._url = urllib.parse.urlsplit(layout.shell_settings()["AWS_ENDPOINT_URL"])
        self._region = layout.region
        self._ca_file = layout.ca_file
        credentials = configparser.ConfigParser()
        if not credentials.read(layout.credentials_file):
            raise Trouble(f"{layout.credentials_file} is missing: the control plane has not started yet")
        self._key_id = credentials["default"]["aws_access_key_id"]
        self._secret = credentials["default"]["aws_secret_access_key"]

    def call(self, method, path, body=None, query=""):
        """The decoded answer. Trouble with the service's message if it is an error.

        body: bytes as they are, anything else as JSON. query: in the order of signing, names sorted.
        """
        if isinstance(body, bytes):
            payload = body
        else:
            payload = b"" if body is None else json.dumps(body).encode()
        target = f"{path}?{query}" if query else path
        connection = self._connect()
        try:
            connection.request(method, target, payload, self._signed_headers(method, path, query, payload))
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except OSError as problem:
            raise Trouble(f"the management API does not answer: {problem}") from problem
        finally:
            connection.close()
        if response.status >= 300:
            raise Trouble(f"{method} {target} answered {response.status}: {text[:300]}")
        return json.loads(text) if text else {}

    def _connect(self):
        if self._url.scheme == "https":
            context = ssl.create_default_context(cafile=self._ca_file)
            return http.client.HTTPSConnection(self._url.hostname, self._url.port, timeout=10, context=context)
        return http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=10)

    def _signed_headers(self, method, path, query, payload):
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self._region}/apigateway/aws4_request"
        canonical = "\n".join([method, urllib.parse.quote(path, safe="/-._~"), query,
                               f"host:{self._url.netloc}", f"x-amz-date:{stamp}", "",
                               "host;x-amz-date", hashlib.sha256(payload).hexdigest()])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self._secret).encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        return {"Host": self._url.netloc, "X-Amz-Date": stamp, "Accept": "application/json",
                "Content-Type": "application/json",
                "Authorization": f"AWS4-HMAC-SHA256 Credential={self._key_id}/{scope}, "
                                 f"SignedHeaders=host;x-amz-date, Signature={signature}"}
