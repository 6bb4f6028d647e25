import { Payment } from './payment.js';
import { createRetryBudget } from './retry-budget.js';

const LIMIT = 10_000;

/** The payments of the orders this copy has seen lately. */
export function createPayments(settings) {
  const budget = createRetryBudget({ floor: settings.retryFloor, ratio: settings.retryRatio });
  const payments = new Map();

  return {
    find(orderId) {
      return payments.get(orderId);
    },

    /** The payment of an order, begun where there is none yet. The one asked for last is forgotten last. */
    open({ orderId, amount, currency }) {
      const payment = payments.get(orderId) ?? new Payment({ orderId, amount, currency, status: 'pending' }, { settings, budget });
      payments.delete(orderId);
      payments.set(orderId, payment);
      if (payments.size > LIMIT) payments.delete(payments.keys().next().value);
      return payment;
    },
  };
}
