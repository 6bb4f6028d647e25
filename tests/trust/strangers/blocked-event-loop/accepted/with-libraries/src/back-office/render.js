// Runs in the threads of the pool only; nothing that the counter serves may import it.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

import { DocumentWriter } from './document-writer.js';

export default function render({ reference, passphrase, loans, iterations }) {
  const started = performance.now();

  const hash = createHash('sha256');
  const document = new DocumentWriter(reference, (text) => hash.update(text, 'utf8'));
  for (const loan of loans) document.schedule(loan);
  const { rows, totals } = document.end();
  const digest = hash.digest();

  const salt = randomBytes(16);
  const key = pbkdf2Sync(passphrase, salt, iterations, 32, 'sha256');
  const report = {
    reference,
    rows,
    ...totals,
    digest: digest.toString('hex'),
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
  return { report, ms: Math.round(performance.now() - started) };
}
