// node --test templates/assets/tests/

import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { beforeEach, test } from 'node:test';

import { deviceKey, signed } from '../device.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();
const ADA = { name: 'ada', revoked: [] };

/** As much of IndexedDB as is used, in memory; `kept` outlives a page as a profile does. */
function storage(kept = new Map()) {
  const later = (request, result) => {
    queueMicrotask(() => {
      request.result = result();
      request.onsuccess?.();
    });
    return request;
  };
  const store = { get: (name) => later({}, () => kept.get(name)), put: (value, name) => kept.set(name, value) };
  const transaction = () => {
    const change = { objectStore: () => store };
    setTimeout(() => change.oncomplete?.());
    return change;
  };
  const database = { transaction, close() {}, createObjectStore() {} };
  return { kept, open: () => later({}, () => database) };
}

beforeEach(() => {
  globalThis.indexedDB = storage();
});

test('a browser has one key for an account, and keeps it', async () => {
  const [first, second] = [await deviceKey(ADA), await deviceKey(ADA)];
  assert.equal(first.thumbprint, second.thumbprint);
  const other = await deviceKey({ name: 'bob', revoked: [] });
  assert.notEqual(other.thumbprint, first.thumbprint);
});

test('two windows of one browser agree on one key', async () => {
  const [one, other] = await Promise.all([deviceKey(ADA), deviceKey(ADA)]);
  assert.equal(one.thumbprint, other.thumbprint);
});

test('the private key cannot be taken out', async () => {
  // Web Cryptography API §13.4: a key that is not extractable is not exported.
  const { privateKey, jwk } = await deviceKey(ADA);
  assert.equal(privateKey.extractable, false);
  assert.deepEqual(privateKey.usages, ['sign']);
  await assert.rejects(crypto.subtle.exportKey('jwk', privateKey));
  assert.deepEqual(Object.keys(jwk).sort(), ['crv', 'kty', 'x', 'y']);
});

test('the thumbprint is over the members in order', async () => {
  // RFC 7638 §3.3
  const { jwk: { crv, kty, x, y }, thumbprint } = await deviceKey(ADA);
  const text = `{"crv":"${crv}","kty":"${kty}","x":"${x}","y":"${y}"}`;
  assert.equal(thumbprint, createHash('sha256').update(text).digest('base64url'));
});

test('a revoked key is replaced by a fresh one', async () => {
  const before = await deviceKey(ADA);
  const after = await deviceKey({ ...ADA, revoked: [before.thumbprint] });
  assert.notEqual(after.thumbprint, before.thumbprint);
  assert.equal((await deviceKey(ADA)).thumbprint, after.thumbprint);
});

test('where no key can be kept there is none', async () => {
  globalThis.indexedDB = undefined;
  assert.equal(await deviceKey(ADA), null);
  globalThis.indexedDB = { open: () => { throw new DOMException('', 'SecurityError'); } };
  assert.equal(await deviceKey(ADA), null);
});

test('a browser whose storage never answers has no key', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  globalThis.indexedDB = { open: () => ({}) };
  const waiting = deviceKey(ADA);
  context.mock.timers.tick(3000);
  assert.equal(await waiting, null);
});

test('a proof states the bundle and verifies by the key that it carries', async () => {
  // RFC 7515 §5.2, RFC 7518 §3.4
  const bundle = utf8.encode('FSC1 and so on');
  const sent = await signed(bundle, await deviceKey(ADA), { ceremony: 'c1', nonce: 'n1' });
  assert.equal(Buffer.from(sent.subarray(0, 4)).toString(), 'FSD1');
  const length = new DataView(sent.buffer).getUint32(4);
  assert.deepEqual(sent.subarray(8 + length), bundle);
  const [header, statement, signature] = Buffer.from(sent.subarray(8, 8 + length)).toString().split('.');
  const { typ, alg, jwk, ...rest } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.deepEqual([typ, alg, rest], ['facestep-capture', 'ES256', {}]);
  assert.deepEqual(JSON.parse(Buffer.from(statement, 'base64url')), {
    ceremony: 'c1',
    nonce: 'n1',
    bundle: createHash('sha256').update(bundle).digest('base64url'),
  });
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const verified = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), utf8.encode(`${header}.${statement}`));
  assert.ok(verified);
});
