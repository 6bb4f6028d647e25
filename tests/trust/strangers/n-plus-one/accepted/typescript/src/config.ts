export const config = Object.freeze({
  port: Number(process.env.PORT ?? 3000),
  instanceId: process.env.INSTANCE_ID ?? 'local',
  databaseUrl: process.env.DATABASE_URL ?? 'postgres://localhost/packing',
  pageSize: 20,
  largestPage: 100,
});
