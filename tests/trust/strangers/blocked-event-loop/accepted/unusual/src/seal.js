import { createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(pbkdf2);

/** Seals a digest under a passphrase. The salt is fresh for every seal and travels with it. */
export async function seal(digest, passphrase, iterations) {
  const salt = randomBytes(16);
  const key = await deriveKey(passphrase, salt, iterations, 32, 'sha256');
  return {
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
}
