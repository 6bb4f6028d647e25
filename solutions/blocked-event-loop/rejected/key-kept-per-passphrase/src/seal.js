import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(pbkdf2);
const kept = new Map();

export function digestOf(text) {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Seals a digest under a passphrase. Deriving is slow, so a passphrase's key is kept for the next report. */
export async function seal(digest, passphrase, iterations) {
  if (!kept.has(passphrase)) kept.set(passphrase, newKey(passphrase, iterations));
  const { salt, key } = await kept.get(passphrase);
  return {
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
}

async function newKey(passphrase, iterations) {
  const salt = randomBytes(16);
  return { salt, key: await deriveKey(passphrase, salt, iterations, 32, 'sha256') };
}
