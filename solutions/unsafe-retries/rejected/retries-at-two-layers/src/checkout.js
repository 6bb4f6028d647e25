import { totalOf } from './catalogue.js';
import { config } from './config.js';
import { log } from './log.js';
import { findOrder, saveOrder } from './orders.js';
import { charge, PaymentError } from './payments.js';

// What is kept back of the customer's deadline for our own work around the payment.
const OWN_SHARE = 0.05;
const ROUNDS = 3;

function outcomeOf(error) {
  if (!(error instanceof PaymentError)) return 'unconfirmed';
  if (error.status === 402) return 'declined';
  if (error.status >= 400 && error.status < 500 && error.status !== 429) return 'refused';
  return 'unconfirmed';
}

// The provider has bad moments of a second or two; one more round costs little.
async function chargeStubbornly(order, deadline) {
  for (let round = 1; ; round += 1) {
    try {
      return await charge(order, deadline);
    } catch (error) {
      const final = outcomeOf(error) !== 'unconfirmed' || error.retryAfterMs > 0;
      if (round === ROUNDS || final || performance.now() >= deadline) throw error;
    }
  }
}

/** Takes payment for an order. Resolves with the order as it stands afterwards. */
export async function checkout({ orderId, items, card }) {
  const deadline = performance.now() + config.checkoutDeadlineMs * (1 - OWN_SHARE);
  const known = findOrder(orderId);
  if (known?.status === 'paid') return known;

  const order = { orderId, amount: totalOf(items), currency: 'EUR', status: 'pending' };
  saveOrder(order);
  try {
    const { id } = await chargeStubbornly({ ...order, card }, deadline);
    log('info', 'order paid', { orderId, amount: order.amount, chargeId: id });
    return saveOrder({ ...order, status: 'paid', chargeId: id });
  } catch (error) {
    const status = outcomeOf(error);
    log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: error.message });
    return saveOrder({ ...order, status, reason: error.code ?? 'no_answer' });
  }
}
