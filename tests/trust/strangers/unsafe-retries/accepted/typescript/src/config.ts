function number(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, got "${text}"`);
  return value;
}

export interface PaymentSettings {
  readonly url: string;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly retryFloor: number;
  readonly retryRatio: number;
}

export interface Config {
  readonly port: number;
  readonly instanceId: string;
  readonly checkoutDeadlineMs: number;
  readonly payments: PaymentSettings;
}

export const config: Config = {
  port: number('PORT', 3000),
  instanceId: process.env.INSTANCE_ID ?? 'local',
  checkoutDeadlineMs: number('CHECKOUT_DEADLINE_MS', 8000),
  payments: {
    url: process.env.PAYMENTS_URL ?? 'http://127.0.0.1:4010',
    timeoutMs: number('PAYMENTS_TIMEOUT_MS', 2000),
    maxAttempts: number('PAYMENTS_MAX_ATTEMPTS', 4),
    baseDelayMs: number('PAYMENTS_BASE_DELAY_MS', 200),
    retryFloor: number('PAYMENTS_RETRY_FLOOR', 20),
    retryRatio: number('PAYMENTS_RETRY_RATIO', 0.2),
  },
};
