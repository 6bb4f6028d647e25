export type Config = {
  port: number
  instance: string
  version: string
  warehouseUrl: string
  confirmConcurrency: number
  shutdownGraceMs: number
}

const number = (value: string | undefined, fallback: number): number => {
  const parsed = Number(value ?? fallback)
  if (!Number.isFinite(parsed) || parsed < 0) throw new Error(`not a number: ${value}`)
  return parsed
}

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  if (!env.WAREHOUSE_URL) throw new Error('WAREHOUSE_URL is not set')
  return Object.freeze({
    port: number(env.PORT, 3000),
    instance: env.INSTANCE_ID ?? 'local',
    version: '3.8.2',
    warehouseUrl: env.WAREHOUSE_URL,
    confirmConcurrency: number(env.CONFIRM_CONCURRENCY, 2),
    shutdownGraceMs: number(env.SHUTDOWN_GRACE_MS, 10_000)
  })
}
