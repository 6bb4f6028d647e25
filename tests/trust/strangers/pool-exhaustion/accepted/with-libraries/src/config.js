function number(name, fallback, least = 0) {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new Error(`${name} must be a number from ${least}, got "${text}"`);
  return value;
}

export const config = Object.freeze({
  port: number('PORT', 3000),
  instanceId: process.env.INSTANCE_ID ?? 'local',
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432/bookings',
  pool: Object.freeze({
    max: Math.floor(number('POOL_MAX', 10, 1)),
    acquireTimeoutMs: Math.max(1, number('POOL_ACQUIRE_TIMEOUT_MS', 2000)),
    idleTimeoutMs: number('POOL_IDLE_TIMEOUT_MS', 10_000),
  }),
});
