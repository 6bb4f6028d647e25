import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const MOST_ITERATIONS = 10_000;

export function digestOf(text) {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Seals a digest under a passphrase. The salt is fresh for every seal and travels with it. */
export function seal(digest, passphrase, iterations) {
  const salt = randomBytes(16);
  const key = pbkdf2Sync(passphrase, salt, Math.min(iterations, MOST_ITERATIONS), 32, 'sha256');
  return {
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
}
