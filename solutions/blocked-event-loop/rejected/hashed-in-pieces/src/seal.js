import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** Characters that go into the hash at a time: a call for every schedule costs more than the hashing does. */
const PIECE = 16 * 1024;

/** SHA-256 over a text that comes in parts of any length and is never held as a whole. */
export function digestInPieces() {
  const hash = createHash('sha256');
  let pending = '';
  return {
    add(text) {
      pending += text;
      let at = 0;
      for (; pending.length - at >= PIECE; at += PIECE) hash.update(pending.slice(at, at + PIECE), 'utf8');
      if (at > 0) pending = pending.slice(at);
    },
    digest() {
      return hash.update(pending, 'utf8').digest();
    },
  };
}

/** Seals a digest under a passphrase. The salt is fresh for every seal and travels with it. */
export function seal(digest, passphrase, iterations) {
  const salt = randomBytes(16);
  const key = pbkdf2Sync(passphrase, salt, iterations, 32, 'sha256');
  return {
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
}
