export interface DatabaseConfig {
  url: string
  connections: number
  acquireTimeoutMs: number
  idleTimeoutMs: number
}

export interface Config {
  port: number
  instanceId: string
  database: DatabaseConfig
}

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const number = (name: string, fallback: number, least = 0): number => {
    const text = env[name] ?? ''
    const value = text === '' ? fallback : Number(text)
    if (!Number.isFinite(value) || value < least) throw new Error(`${name} must be a number from ${least}, got "${text}"`)
    return value
  }
  return {
    port: number('PORT', 3000),
    instanceId: env['INSTANCE_ID'] ?? 'local',
    database: {
      url: env['DATABASE_URL'] ?? 'postgres://127.0.0.1:5432/bookings',
      connections: number('POOL_MAX', 10, 1),
      acquireTimeoutMs: number('POOL_ACQUIRE_TIMEOUT_MS', 2000, 1),
      idleTimeoutMs: number('POOL_IDLE_TIMEOUT_MS', 10_000),
    },
  }
}
