import pino from 'pino';

export function createLog({ logLevel, instanceId }) {
  return pino({ level: logLevel, base: { service: 'statement-exports', instance: instanceId } });
}
