const required = (env, name) => {
  if (!env[name]) throw new Error(`${name} is not set`)
  return env[name]
}

const number = (value, fallback) => {
  const parsed = Number(value ?? fallback)
  if (!Number.isFinite(parsed) || parsed <= 0) throw new Error(`not a number above zero: ${value}`)
  return parsed
}

export function loadConfig(env) {
  return Object.freeze({
    port: number(env.PORT, 3000),
    instance: env.INSTANCE_ID ?? 'local',
    version: '2.6.0',
    directoryUrl: required(env, 'DIRECTORY_URL'),
    redisUrl: env.REDIS_URL || 'redis://127.0.0.1:6379',
    sessionTtlS: number(env.SESSION_TTL_S, 1800),
    storeTimeoutMs: number(env.STORE_TIMEOUT_MS, 500),
    sessionSecret: env.SESSION_SECRET
  })
}
