"""An AMQP client that nobody here wrote (pika), used as a vendor's system would use it: token over REST, login with SASL
EXTERNAL, messages, acknowledgements, publishing with direct reply-to.

Usage: bfo_client.py SETTINGS     does the steps and prints what came of each, as a JSON list

SETTINGS: JSON; ca, certificate, key (PEM files), host, broker_port, token_port, steps. A step is a list: its name and arguments.
"""

import base64
import http.client
import json
import logging
import ssl
import sys
import uuid

import pika
import pika.credentials
import pika.exceptions

logging.disable(logging.CRITICAL)


class TokenCredentials:
    """SASL EXTERNAL with the token's XML text as response (D.09.03)."""

    TYPE = "EXTERNAL"
    erase_on_connect = False

    def __init__(self, token, mechanism="EXTERNAL"):
        self.token = token
        self.mechanism = mechanism

    def response_for(self, start):
        if self.mechanism == "PLAIN":
            return "PLAIN", b"\0token\0" + self.token
        return self.mechanism, self.token

    def erase_credentials(self):
        pass


pika.credentials.VALID_TYPES.append(TokenCredentials)


class Client:
    def __init__(self, settings):
        self.settings = settings
        self.token = b""
        self.connection = None
        self.channel = None
        self.last_tag = None

    def tls(self):
        context = ssl.create_default_context(cafile=self.settings["ca"])
        if self.settings.get("certificate"):
            context.load_cert_chain(self.settings["certificate"], self.settings["key"])
        return context

    def step_token(self, applies_to, cvr, path="/runtime/api/rest/wstrust/v1/issue"):
        with open(self.settings["certificate"]) as file:
            pem = file.read().partition("-----END CERTIFICATE-----")
        use_key = base64.b64encode(ssl.PEM_cert_to_DER_cert(pem[0] + pem[1])).decode()
        order = {
            "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
            "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
            "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
            "AnvenderKontekst": {"Cvr": cvr},
            "UseKey": use_key,
            "AppliesTo": {"EndpointReference": {"Address": applies_to}},
            "OnBehalfOf": None,
        }
        connection = http.client.HTTPSConnection(
            self.settings["host"], self.settings["token_port"], context=self.tls(), timeout=30)
        connection.request("POST", path, json.dumps(order), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = json.loads(response.read())
        if response.status == 200:
            self.token = base64.b64decode(body["RequestedSecurityToken"]["Assertion"])
        return [response.status, body.get("Lifetime") or body.get("message")]

    def step_post(self, port, path, body, content_type):
        """Posts as it is; gives status and body."""
        connection = http.client.HTTPSConnection(
            self.settings["host"], self.settings[port], context=self.tls(), timeout=30)
        connection.request("POST", path, body.encode(), {"Content-Type": content_type})
        response = connection.getresponse()
        return [response.status, response.read().decode()]

    def step_pad(self, size):
        """Makes the token as long as real ones may be: white space after the document element is no part of what is signed."""
        self.token = self.token.ljust(size)
        return len(self.token)

    def step_use_token(self, text):
        self.token = text.encode()
        return len(self.token)

    def step_show_token(self):
        return self.token.decode()

    def step_connect(self, mechanism="EXTERNAL", vhost="BF", heartbeat=None):
        parameters = pika.ConnectionParameters(
            host=self.settings["host"],
            port=self.settings["broker_port"],
            virtual_host=vhost,
            credentials=TokenCredentials(self.token, mechanism),
            ssl_options=pika.SSLOptions(self.tls(), self.settings["host"]),
            heartbeat=heartbeat,
            socket_timeout=30,
            stack_timeout=30,
            blocked_connection_timeout=30,
        )
        self.connection = pika.BlockingConnection(parameters)
        self.channel = self.connection.channel()
        return "open"

    def step_declare(self, queue):
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def step_consume(self, queue, count, what="ack", seconds=20):
        """Takes messages from a standing consumer; gives body, redelivered and message-id of each."""
        self.channel.basic_qos(prefetch_count=10)
        found = []
        for method, properties, body in self.channel.consume(queue, inactivity_timeout=seconds):
            if method is None:
                break
            found.append([body.decode(), method.redelivered, properties.message_id])
            self.last_tag = method.delivery_tag
            if what == "ack":
                self.channel.basic_ack(method.delivery_tag)
            elif what == "nack":
                self.channel.basic_nack(method.delivery_tag, requeue=True)
            elif what == "drop-message":
                self.channel.basic_reject(method.delivery_tag, requeue=False)
            if len(found) == count:
                break
        if what != "keep":
            self.channel.cancel()
        return found

    def step_get(self, queue, auto_ack=False):
        method, properties, body = self.channel.basic_get(queue, auto_ack=auto_ack)
        if method is None:
            return None
        self.last_tag = method.delivery_tag
        return [body.decode(), method.redelivered]

    def step_ack(self, tag=None, multiple=False):
        self.channel.basic_ack(self.last_tag if tag is None else tag, multiple)
        self.connection.process_data_events(0.2)
        return "acked"

    def step_wait(self, seconds):
        """Waits for the broker to end the connection."""
        if self.connection.is_closed:
            raise pika.exceptions.StreamLostError("closed already")
        self.connection.sleep(seconds)
        return "still open"

    def step_publish(self, body, exchange="AFSEND_BESKED_EXCHANGE", token=True, seconds=20):
        """Publishes as KOMBIT's sample does and gives the reply."""
        replies = []
        channel = self.connection.channel()
        channel.confirm_delivery()
        channel.basic_consume(
            "amq.rabbitmq.reply-to", lambda _c, _m, p, b: replies.append([b.decode(), p.correlation_id]), auto_ack=True)
        correlation = str(uuid.uuid4())
        properties = pika.BasicProperties(
            headers={"token": self.token.decode()} if token else {},
            correlation_id=correlation,
            message_id=str(uuid.uuid4()),
            reply_to="amq.rabbitmq.reply-to",
        )
        channel.basic_publish(exchange, "", body.encode(), properties, mandatory=True)
        for _ in range(seconds * 10):
            if replies:
                break
            self.connection.process_data_events(0.1)
        channel.close()
        return [replies[0][0], replies[0][1] == correlation] if replies else None

    def step_abandon(self):
        """Goes away without a word."""
        self.connection._impl._transport.abort()
        return "gone"

    def step_close(self):
        self.connection.close()
        return "closed"


def main():
    with open(sys.argv[1]) as file:
        settings = json.load(file)
    client = Client(settings)
    results = []
    for name, *arguments in settings["steps"]:
        try:
            results.append(getattr(client, "step_" + name.replace("-", "_"))(*arguments))
        except pika.exceptions.AMQPError as error:
            code = getattr(error, "reply_code", None)
            results.append({"error": type(error).__name__, "code": code, "text": str(error)[:300]})
        except OSError as error:
            results.append({"error": type(error).__name__, "code": None, "text": str(error)[:300]})
    print(json.dumps(results))


main()
