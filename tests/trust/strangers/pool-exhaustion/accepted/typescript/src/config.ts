function number(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, got "${text}"`);
  return value;
}

/** The pool takes whole numbers, and none of them 0. */
const whole = (value: number): number => Math.max(1, Math.floor(value));

export const config = {
  port: number('PORT', 3000),
  instanceId: process.env.INSTANCE_ID ?? 'local',
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432/bookings',
  pool: {
    max: whole(number('POOL_MAX', 10)),
    acquireTimeoutMs: whole(number('POOL_ACQUIRE_TIMEOUT_MS', 2000)),
    idleTimeoutMs: whole(number('POOL_IDLE_TIMEOUT_MS', 10_000)),
  },
} as const;
