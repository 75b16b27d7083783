// A third AMQP client that nobody here wrote (amqplib), used as a vendor's system would use it: token over REST, login with SASL
// EXTERNAL and the client certificate, a standing consumer, acknowledgements.
//
// Usage: node bfo_client.js SETTINGS
//
// SETTINGS: JSON; ca, certificate (PEM files), token_certificate (the one that the token is asked for with and bound to), host,
// broker_port, token_port, applies_to, cvr, queue, count. Prints what came as JSON: {messages: [[body's length, SHA-256, redelivered]]},
// or {error: text} when the broker refuses.
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const { createHash, X509Certificate } = require('node:crypto');
const amqp = require('amqplib');

const settings = JSON.parse(fs.readFileSync(process.argv[2]));
// The key stands behind the certificate, in the same file.
const tls = (file) => ({ ca: [fs.readFileSync(settings.ca)], cert: fs.readFileSync(file), key: fs.readFileSync(file) });

function token() {
  const certificate = fs.readFileSync(settings.token_certificate);
  const order = JSON.stringify({
    TokenType: 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0',
    RequestType: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue',
    KeyType: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey',
    AnvenderKontekst: { Cvr: settings.cvr },
    UseKey: new X509Certificate(certificate).raw.toString('base64'),
    AppliesTo: { EndpointReference: { Address: settings.applies_to } },
    OnBehalfOf: null,
  });
  return new Promise((resolve, reject) => {
    const request = https.request({
      ...tls(settings.token_certificate), host: settings.host, port: settings.token_port, method: 'POST',
      path: '/runtime/api/rest/wstrust/v1/issue', headers: { 'Content-Type': 'application/json' }, timeout: 30000,
    }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts).toString();
        if (answer.statusCode !== 200) reject(new Error(`HTTP ${answer.statusCode}: ${body}`));
        else resolve(Buffer.from(JSON.parse(body).RequestedSecurityToken.Assertion, 'base64'));
      });
    });
    request.on('error', reject);
    request.end(order);
  });
}

async function fetch() {
  const assertion = await token();
  const connection = await amqp.connect(
    { protocol: 'amqps', hostname: settings.host, port: settings.broker_port, vhost: 'BF' },
    { ...tls(settings.certificate), timeout: 30000, credentials: { mechanism: 'EXTERNAL', response: () => assertion } },
  );
  const channel = await connection.createChannel();
  await channel.prefetch(10);
  const messages = [];
  await new Promise((resolve, reject) => {
    connection.on('error', reject);
    channel.on('error', reject);
    channel.consume(settings.queue, (message) => {
      if (message === null) return reject(new Error('the consumer was cancelled'));
      const digest = createHash('sha256').update(message.content).digest('hex');
      messages.push([message.content.length, digest, message.fields.redelivered]);
      channel.ack(message);
      return messages.length === settings.count ? resolve() : undefined;
    }).catch(reject);
  });
  await channel.close();
  await connection.close();
  return { messages };
}

fetch().catch((error) => ({ error: String(error.message) })).then((result) => {
  process.stdout.write(JSON.stringify(result));
  process.exit(0);
});
