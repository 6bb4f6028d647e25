export const config = {
  port: Number(process.env.PORT ?? 3000),
  instance: process.env.INSTANCE_ID ?? 'local',
  bodyLimit: '16kb',
};
