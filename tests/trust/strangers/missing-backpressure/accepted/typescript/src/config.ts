export interface Config {
  port: number;
  feedUrl: string;
  pageRows: number;
  logLevel: string;
  instanceId: string;
}

type Env = Record<string, string | undefined>;

function integer(env: Env, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a positive integer, not "${text}"`);
  return value;
}

export function readConfig(env: Env): Config {
  if (!env.FEED_URL) throw new Error('FEED_URL is not set: the address of the ledger feed');
  return {
    port: integer(env, 'PORT', 3000),
    feedUrl: env.FEED_URL,
    pageRows: integer(env, 'PAGE_ROWS', 1000),
    logLevel: env.LOG_LEVEL ?? 'info',
    instanceId: env.INSTANCE_ID ?? 'local',
  };
}
