import { totalOf } from './catalogue.js';
import { log } from './log.js';
import { findOrder, saveOrder } from './orders.js';
import { charge, PaymentError } from './payments.js';

const FINAL = new Set(['paid', 'declined', 'refused']);

/** Checkouts under way, by order: a second request for the same order joins the first. */
const underWay = new Map();

function outcomeOf(error) {
  if (!(error instanceof PaymentError)) return 'unconfirmed';
  if (error.status === 402) return 'declined';
  if (error.status >= 400 && error.status < 500 && error.status !== 429) return 'refused';
  return 'unconfirmed';
}

/** Takes payment for an order. Resolves by `deadline` with the order as it stands afterwards. */
export async function checkout({ orderId, items, card }, deadline) {
  const known = findOrder(orderId);
  if (known && FINAL.has(known.status)) return known;

  const amount = totalOf(items);
  if (!underWay.has(orderId)) {
    const taking = takePayment({ orderId, amount, currency: 'EUR', status: 'pending' }, card, deadline);
    underWay.set(
      orderId,
      taking.finally(() => underWay.delete(orderId)),
    );
  }
  return underWay.get(orderId);
}

async function takePayment(order, card, deadline) {
  const { orderId } = order;
  saveOrder(order);
  try {
    const { id } = await charge({ ...order, card }, deadline);
    log('info', 'order paid', { orderId, amount: order.amount, chargeId: id });
    return saveOrder({ ...order, status: 'paid', chargeId: id });
  } catch (error) {
    const status = outcomeOf(error);
    log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: error.message });
    return saveOrder({ ...order, status, reason: error instanceof PaymentError ? error.code : 'no_answer' });
  }
}
