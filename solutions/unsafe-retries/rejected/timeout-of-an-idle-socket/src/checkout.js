import { totalOf } from './catalogue.js';
import { config } from './config.js';
import { log } from './log.js';
import { findOrder, saveOrder } from './orders.js';
import { charge, PaymentError } from './payments.js';

const MARGIN_MS = 50;

function outcomeOf(error) {
  if (!(error instanceof PaymentError)) return 'unconfirmed';
  if (error.status === 402) return 'declined';
  if (error.status >= 400 && error.status < 500 && error.status !== 429) return 'refused';
  return 'unconfirmed';
}

/** Takes payment for an order. Resolves with the order as it stands afterwards. */
export async function checkout({ orderId, items, card }) {
  const known = findOrder(orderId);
  if (known?.status === 'paid') return known;

  const order = { orderId, amount: totalOf(items), currency: 'EUR', status: 'pending' };
  saveOrder(order);
  const leftMs = Math.max(1, config.checkoutDeadlineMs - MARGIN_MS);
  const limit = { deadline: AbortSignal.timeout(leftMs), endsAt: performance.now() + leftMs };
  try {
    const { id } = await charge({ ...order, card }, limit);
    log('info', 'order paid', { orderId, amount: order.amount, chargeId: id });
    return saveOrder({ ...order, status: 'paid', chargeId: id });
  } catch (error) {
    const status = outcomeOf(error);
    log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: error.message });
    return saveOrder({ ...order, status, reason: error.code ?? 'no_answer' });
  }
}
