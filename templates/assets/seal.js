// Seals bytes to a public key as a compact JWE (RFC 7516 §7.1): ECDH-ES with P-256 (RFC 7518 §4.6), A256GCM (§5.3).
//
// Direct key agreement: a key pair is made for each message, and the agreed secret, put through the Concat KDF, is the
// content key itself, so the second part of the JWE is empty. No compression. Only WebCrypto is used.

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const ENCRYPTION = 'A256GCM';
const KEY_BITS = 256;
const TAG_BYTES = 16;

const utf8 = new TextEncoder();

/**
 * Seals `plaintext` to `recipient` (a public JWK), bound to both parties' information.
 * `apu` and `apv` are bytes: they stand in the header and go into the key, so a message made for another ceremony
 * does not open (RFC 7518 §4.6.1.2, §4.6.1.3).
 */
export async function seal(plaintext, recipient, { apu, apv }) {
  const theirs = await crypto.subtle.importKey('jwk', publicPart(recipient), CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  const epk = publicPart(await crypto.subtle.exportKey('jwk', ours.publicKey));

  const header = { alg: 'ECDH-ES', enc: ENCRYPTION, epk, apu: base64url(apu), apv: base64url(apv) };
  if (recipient.kid) header.kid = recipient.kid;
  const protectedHeader = base64url(utf8.encode(JSON.stringify(header)));

  const content = await agree(ours.privateKey, theirs, { use: ENCRYPTION, bits: KEY_BITS, apu, apv });
  const key = await crypto.subtle.importKey('raw', content, 'AES-GCM', false, ['encrypt']);
  content.fill(0);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: utf8.encode(protectedHeader), tagLength: TAG_BYTES * 8 }, key, plaintext));

  // WebCrypto appends the tag; a JWE carries it as a part of its own.
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const ciphertext = sealed.subarray(0, sealed.length - TAG_BYTES);
  return [protectedHeader, '', base64url(iv), base64url(ciphertext), base64url(tag)].join('.');
}

/**
 * The Concat KDF over the agreed secret (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1), in one round: up to 256 bits.
 * `use` is the algorithm id; for direct agreement that is the value of `enc`.
 */
export async function agree(privateKey, publicKey, { use, bits, apu, apv }) {
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 256));
  const input = concat([uint32(1), secret, counted(utf8.encode(use)), counted(apu), counted(apv), uint32(bits)]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', input));
  secret.fill(0);
  input.fill(0);
  return digest.subarray(0, bits / 8);
}

/**
 * Packs the frames of a capture: `FSC1`, the header's length (32 bits, big-endian), the header as JSON, then the JPEGs
 * one after another. The header says how long each is.
 */
export function pack(header, frames) {
  const json = utf8.encode(JSON.stringify({ ...header, frames: frames.map((frame) => frame.length) }));
  return concat([utf8.encode('FSC1'), uint32(json.length), json, ...frames]);
}

/** SHA-256 in base64url: how a frame is committed before it is sent. */
export async function fingerprint(bytes) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** base64url without padding (RFC 7515 §2). */
export function base64url(bytes) {
  return base64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** base64, in slices: a call takes only so many arguments. A slice is a multiple of 3, so that slices join. */
export function base64(bytes) {
  const slice = 0x6000;
  let text = '';
  for (let at = 0; at < bytes.length; at += slice) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + slice)));
  }
  return text;
}

/** The bytes of a base64url text. */
export function fromBase64url(text) {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Only what makes an EC public key: other members, like `key_ops`, may contradict the use here. */
function publicPart({ kty, crv, x, y }) {
  return { kty, crv, x, y };
}

/** 32 bits, big-endian. */
export function uint32(number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function counted(bytes) {
  return concat([uint32(bytes.length), bytes]);
}

/** Bytes one after another. */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
