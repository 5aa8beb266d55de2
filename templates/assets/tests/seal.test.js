// node --test templates/assets/tests/

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { agree, base64, base64url, fingerprint, fromBase64url, pack, seal } from '../seal.js';

globalThis.crypto ??= webcrypto;
const utf8 = new TextEncoder();

// RFC 7518 Appendix C: Alice's ephemeral key, and Bob's.
const ALICE = {
  kty: 'EC', crv: 'P-256',
  x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
  y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
  d: '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
};
const BOB = {
  kty: 'EC', crv: 'P-256',
  x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
  y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
  d: 'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
};
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const publicKey = ({ kty, crv, x, y }) => crypto.subtle.importKey('jwk', { kty, crv, x, y }, CURVE, false, []);
const privateKey = (jwk) => crypto.subtle.importKey('jwk', jwk, CURVE, false, ['deriveBits']);

test('the key agreement gives the key of RFC 7518 Appendix C, from either side', async () => {
  const info = { use: 'A128GCM', bits: 128, apu: utf8.encode('Alice'), apv: utf8.encode('Bob') };
  const expected = 'VqqN6vgjbSBcIijNcacQGg';
  assert.equal(base64url(await agree(await privateKey(ALICE), await publicKey(BOB), info)), expected);
  assert.equal(base64url(await agree(await privateKey(BOB), await publicKey(ALICE), info)), expected);
});

/** Opens a compact JWE with Bob's key: RFC 7516 §5.2. */
async function unseal(jwe) {
  const [header, encryptedKey, iv, ciphertext, tag] = jwe.split('.');
  assert.equal(encryptedKey, '');
  const { epk, enc, apu, apv } = JSON.parse(Buffer.from(header, 'base64url'));
  const info = { use: enc, bits: 256, apu: fromBase64url(apu), apv: fromBase64url(apv) };
  const key = await crypto.subtle.importKey(
    'raw', await agree(await privateKey(BOB), await publicKey(epk), info), 'AES-GCM', false, ['decrypt']);
  const sealed = Buffer.concat([Buffer.from(ciphertext, 'base64url'), Buffer.from(tag, 'base64url')]);
  const parameters = { name: 'AES-GCM', iv: fromBase64url(iv), additionalData: utf8.encode(header) };
  return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed));
}

test('what is sealed opens, and says how', async () => {
  const plain = utf8.encode('a frame');
  const jwe = await seal(plain, BOB, { apu: utf8.encode('ceremony'), apv: utf8.encode('nonce') });
  const header = JSON.parse(Buffer.from(jwe.split('.')[0], 'base64url'));
  assert.deepEqual(Object.keys(header).sort(), ['alg', 'apu', 'apv', 'enc', 'epk']);
  assert.deepEqual(Object.keys(header.epk).sort(), ['crv', 'kty', 'x', 'y']);
  assert.equal(header.alg, 'ECDH-ES');
  assert.equal(header.enc, 'A256GCM');
  assert.deepEqual(await unseal(jwe), plain);
});

test('no two messages share a key or a nonce', async () => {
  const info = { apu: utf8.encode('ceremony'), apv: utf8.encode('nonce') };
  const [one, other] = [await seal(new Uint8Array(1), BOB, info), await seal(new Uint8Array(1), BOB, info)];
  assert.notEqual(one.split('.')[0], other.split('.')[0]);
  assert.notEqual(one.split('.')[2], other.split('.')[2]);
});

test('a message for another ceremony does not open', async () => {
  const jwe = await seal(new Uint8Array(9), BOB, { apu: utf8.encode('one'), apv: utf8.encode('nonce') });
  const [header, ...rest] = jwe.split('.');
  const other = { ...JSON.parse(Buffer.from(header, 'base64url')), apu: base64url(utf8.encode('two')) };
  const forged = [base64url(utf8.encode(JSON.stringify(other))), ...rest].join('.');
  await assert.rejects(unseal(forged));
});

test('a bundle is its mark, the length of its header, the header and the frames', () => {
  const bundle = pack({ v: 1 }, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
  const json = '{"v":1,"frames":[2,1]}';
  assert.equal(Buffer.from(bundle.subarray(0, 4)).toString(), 'FSC1');
  assert.deepEqual([...bundle.subarray(4, 8)], [0, 0, 0, json.length]);
  assert.equal(Buffer.from(bundle.subarray(8, 8 + json.length)).toString(), json);
  assert.deepEqual([...bundle.subarray(8 + json.length)], [1, 2, 3]);
});

test('base64 joins its slices', () => {
  const bytes = new Uint8Array(100_001).map((_, n) => (n * 7) % 256);
  assert.equal(base64(bytes), Buffer.from(bytes).toString('base64'));
  assert.equal(base64url(bytes), Buffer.from(bytes).toString('base64url'));
  assert.deepEqual(fromBase64url(base64url(bytes)), bytes);
});

test('a fingerprint is SHA-256 in base64url', async () => {
  // FIPS 180-2 Appendix B.1.
  const expected = Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex');
  assert.equal(await fingerprint(utf8.encode('abc')), expected.toString('base64url'));
});
