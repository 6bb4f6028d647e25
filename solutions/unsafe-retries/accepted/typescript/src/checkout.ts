import { setTimeout as sleep } from 'node:timers/promises';

import { totalOf, type Item } from './catalogue.ts';
import { config } from './config.ts';
import { log } from './log.ts';
import { findOrder, saveOrder, type Order } from './orders.ts';
import { Planner } from './planner.ts';
import { ask, type Charge, type Outcome } from './provider.ts';

const { url, timeoutMs, ...limits } = config.payments;
const planner = new Planner(limits);
const ownShareMs = Math.min(100, config.checkoutDeadlineMs / 10);

export interface Request {
  orderId: string;
  items: Item[];
  card: string;
}

async function settle(charge: Charge, endsAt: number): Promise<Outcome> {
  const trip = planner.begin(endsAt);
  for (;;) {
    trip.attempts += 1;
    const leftMs = Math.max(1, Math.floor(endsAt - performance.now()));
    const outcome = await ask(url, charge, AbortSignal.timeout(Math.min(timeoutMs, leftMs)));
    const waitMs = planner.next(trip, outcome);
    if (waitMs === null) return outcome;
    log('warn', 'asking again', { orderId: charge.order, attempt: trip.attempts, outcome: outcome.kind, waitMs });
    await sleep(waitMs);
  }
}

function closed(order: Order, outcome: Outcome): Order {
  switch (outcome.kind) {
    case 'charged':
      return { ...order, status: 'paid', chargeId: outcome.chargeId };
    case 'permanent':
      return { ...order, status: outcome.status === 402 ? 'declined' : 'refused', reason: outcome.code };
    default:
      return { ...order, status: 'unconfirmed', reason: outcome.code };
  }
}

/** Takes payment for an order. Resolves with the order as it stands afterwards. */
export async function checkout({ orderId, items, card }: Request): Promise<Order> {
  const endsAt = performance.now() + config.checkoutDeadlineMs - ownShareMs;
  const known = findOrder(orderId);
  if (known?.status === 'paid') return known;

  const order = saveOrder({ orderId, amount: totalOf(items), currency: 'EUR', status: 'pending' });
  const { amount, currency } = order;
  const settled = saveOrder(closed(order, await settle({ order: orderId, amount, currency, card }, endsAt)));
  log('info', `order ${settled.status}`, { orderId, chargeId: settled.chargeId, reason: settled.reason });
  return settled;
}
