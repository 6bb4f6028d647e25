import pino from 'pino';
import type { Logger } from 'pino';

import type { Config } from './config.ts';

export type Log = Logger;

export function createLog({ logLevel, instanceId }: Config): Log {
  return pino({ level: logLevel, base: { service: 'statement-exports', instance: instanceId } });
}
