import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export function digestInParts() {
  const hash = createHash('sha256');
  return {
    add: (text) => hash.update(text, 'utf8'),
    digest: () => hash.digest(),
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
