/** Settings, all from the environment; see README.md for what each one means. */
export function readConfig(env) {
  return {
    port: integer(env, 'PORT', 3000, 0),
    instanceId: env.INSTANCE_ID ?? 'local',
    sealIterations: integer(env, 'SEAL_ITERATIONS', 600_000, 1),
    renderThreads: integer(env, 'RENDER_THREADS', undefined, 1),
  };
}

function integer(env, name, fallback, least) {
  if (env[name] === undefined || env[name] === '') return fallback;
  const value = Number(env[name]);
  if (!Number.isInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least}, not "${env[name]}"`);
  return value;
}
