function number(name, fallback) {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, got "${text}"`);
  return value;
}

function atLeastOne(name, fallback) {
  const value = number(name, fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1`);
  return value;
}

export const config = Object.freeze({
  port: number('PORT', 3000),
  instanceId: process.env.INSTANCE_ID ?? 'local',
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432/bookings',
  pool: Object.freeze({
    max: atLeastOne('POOL_MAX', 10),
    acquireTimeoutMs: number('POOL_ACQUIRE_TIMEOUT_MS', 2000),
    idleTimeoutMs: number('POOL_IDLE_TIMEOUT_MS', 10_000),
  }),
});
