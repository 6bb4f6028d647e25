import { totalOf } from './catalogue.js';
import { log } from './log.js';
import { findOrder, saveOrder } from './orders.js';
import { Refusal } from './payments/errors.js';

const FINAL = ['paid', 'declined', 'refused'];

function statusAfter(error) {
  if (!(error instanceof Refusal) || error.transient) return 'unconfirmed';
  if (error.status === 402) return 'declined';
  return error.status >= 400 && error.status < 500 ? 'refused' : 'unconfirmed';
}

export function createCheckout({ payments }) {
  const running = new Map();

  async function run(order, card, deadline) {
    saveOrder(order);
    let outcome;
    try {
      const { id } = await payments.charge({ ...order, card }, deadline);
      outcome = { status: 'paid', chargeId: id };
      log('info', 'order paid', { orderId: order.orderId, amount: order.amount, chargeId: id });
    } catch (error) {
      outcome = { status: statusAfter(error), reason: error.reason ?? 'no_answer' };
      const level = outcome.status === 'unconfirmed' ? 'error' : 'info';
      log(level, `order ${outcome.status}`, { orderId: order.orderId, reason: error.message });
    } finally {
      running.delete(order.orderId);
    }
    return saveOrder({ ...order, ...outcome });
  }

  /** Takes payment for an order; two requests for one order at one time share one payment. */
  return async function checkout({ orderId, items, card }, deadline) {
    const known = findOrder(orderId);
    if (FINAL.includes(known?.status)) return known;
    const amount = totalOf(items);
    let payment = running.get(orderId);
    if (payment === undefined) {
      payment = run({ orderId, amount, currency: 'EUR', status: 'pending' }, card, deadline);
      running.set(orderId, payment);
    }
    return payment;
  };
}
