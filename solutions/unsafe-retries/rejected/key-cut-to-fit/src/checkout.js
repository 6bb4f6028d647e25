import { totalOf } from './catalogue.js';
import { config } from './config.js';
import { log } from './log.js';
import { findOrder, saveOrder } from './orders.js';
import { charge, PaymentError } from './payments.js';

// What is kept back of the customer's deadline for our own work around the payment.
const OWN_SHARE = 0.05;

function outcomeOf(error) {
  if (!(error instanceof PaymentError)) return 'unconfirmed';
  if (error.status === 402) return 'declined';
  if (error.status >= 400 && error.status < 500 && error.status !== 429) return 'refused';
  return 'unconfirmed';
}

/** Takes payment for an order. Resolves with the order as it stands afterwards. */
export async function checkout({ orderId, items, card }) {
  const deadline = performance.now() + config.checkoutDeadlineMs * (1 - OWN_SHARE);
  const known = findOrder(orderId);
  if (known?.status === 'paid') return known;

  const order = { orderId, amount: totalOf(items), currency: 'EUR', status: 'pending' };
  saveOrder(order);
  try {
    const { id } = await charge({ ...order, card }, deadline);
    log('info', 'order paid', { orderId, amount: order.amount, chargeId: id });
    return saveOrder({ ...order, status: 'paid', chargeId: id });
  } catch (error) {
    const status = outcomeOf(error);
    log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: error.message });
    return saveOrder({ ...order, status, reason: error.code ?? 'no_answer' });
  }
}
