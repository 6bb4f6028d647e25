import type { AddressInfo } from 'node:net';

import { createApp } from './app.ts';
import { Checkout } from './checkout.ts';
import { config } from './config.ts';
import { log } from './log.ts';
import { Orders } from './orders.ts';
import { Provider } from './provider.ts';
import { RetryBudget } from './retry-budget.ts';

const { payments } = config;
const orders = new Orders();
const checkout = new Checkout({
  orders,
  provider: new Provider(payments.url),
  budget: new RetryBudget(payments.retryFloor, payments.retryRatio),
  settings: payments,
});

const server = createApp({ checkout, orders }).listen(config.port, (error?: Error) => {
  if (error) throw error;
  log('info', 'listening', { port: (server.address() as AddressInfo).port });
});
