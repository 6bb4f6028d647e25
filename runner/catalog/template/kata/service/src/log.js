/** Writes one JSON line to standard output. */
export function log(level, message, fields = {}) {
  const line = { time: new Date().toISOString(), level, message, ...fields };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
