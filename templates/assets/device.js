// The device key: one for each account that uses this browser, made here and never leaving it (RFC 8176 §2, `swk`).
//
// It is an ECDSA key on P-256 whose private half WebCrypto will not give out, kept in IndexedDB beside its thumbprint and
// nothing else. Where a browser cannot keep one, as in some private windows, the capture goes on without.

import { base64url, concat, fingerprint, uint32 } from './seal.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const DATABASE = 'facestep';
const KEYS = 'device-keys';
/** What a proof says that it is for; nothing else that is signed by the key may say so. */
const TYPE = 'facestep-capture';
/** A browser whose storage does not answer in this time, in milliseconds, has no key. */
const PATIENCE = 3000;

const utf8 = new TextEncoder();

/**
 * This browser's key for an account; made where there is none, or where the one that it has was revoked. Null where none
 * can be kept.
 */
export async function deviceKey({ name, revoked }) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, null);
  });
  const found = findOrMake(name, (kept) => kept !== undefined && !revoked.includes(kept.thumbprint)).catch(() => null);
  return Promise.race([found, late]).finally(() => clearTimeout(timer));
}

async function findOrMake(name, counts) {
  const database = await open();
  try {
    const kept = await ask(database, 'readonly', (keys) => keys.get(name));
    return counts(kept) ? kept : await keep(database, name, await make(), counts);
  } finally {
    database.close();
  }
}

/** A fresh key and its thumbprint (RFC 7638 §3). */
async function make() {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const thumbprint = await fingerprint(utf8.encode(JSON.stringify({ crv, kty, x, y })));
  return { privateKey, jwk: { kty, crv, x, y }, thumbprint };
}

/** Keeps a fresh key, unless another window of this browser was faster: then the key is that one. */
function keep(database, name, made, counts) {
  return new Promise((resolve, reject) => {
    const change = database.transaction(KEYS, 'readwrite');
    const keys = change.objectStore(KEYS);
    let key = made;
    const request = keys.get(name);
    request.onsuccess = () => {
      if (counts(request.result)) key = request.result;
      else keys.put(made, name);
    };
    // Only what is kept may be used: a key that is gone with the page would be bound for nothing.
    change.oncomplete = () => resolve(key);
    change.onerror = change.onabort = () => reject(change.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

function ask(database, mode, question) {
  return new Promise((resolve, reject) => {
    const request = question(database.transaction(KEYS, mode).objectStore(KEYS));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * A bundle behind its proof: `FSD1`, the proof's length (32 bits, big-endian), the proof, the bundle. The proof is a compact
 * JWS (RFC 7515 §7.1) by ES256 that states which bundle is for which ceremony, and carries the public key.
 */
export async function signed(bundle, { privateKey, jwk }, { ceremony, nonce }) {
  const header = { typ: TYPE, alg: 'ES256', jwk };
  const statement = { ceremony, nonce, bundle: await fingerprint(bundle) };
  const input = [header, statement].map((part) => base64url(utf8.encode(JSON.stringify(part)))).join('.');
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, utf8.encode(input));
  const proof = utf8.encode(`${input}.${base64url(new Uint8Array(signature))}`);
  return concat([utf8.encode('FSD1'), uint32(proof.length), proof, bundle]);
}
