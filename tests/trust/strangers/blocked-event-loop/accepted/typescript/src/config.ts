import { availableParallelism } from 'node:os';

export interface Config {
  port: number;
  instanceId: string;
  sealIterations: number;
  renderers: number;
}

type Env = Record<string, string | undefined>;

/** Settings, all from the environment; see README.md for what each one means. */
export function readConfig(env: Env): Config {
  return {
    port: integer(env, 'PORT', 3000, 0),
    instanceId: env.INSTANCE_ID ?? 'local',
    sealIterations: integer(env, 'SEAL_ITERATIONS', 600_000, 1),
    // The pod has two cores; a third renderer would only make the other two slower, and the counter with them.
    renderers: Math.min(availableParallelism(), 2),
  };
}

function integer(env: Env, name: string, fallback: number, least: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least}, not "${text}"`);
  return value;
}
