import { randomUUID } from 'node:crypto';

/** The items of this instance, oldest first. */
export class Items {
  #byId = new Map();

  add({ name, quantity }) {
    const item = { id: randomUUID(), name, quantity, addedAt: new Date().toISOString() };
    this.#byId.set(item.id, item);
    return item;
  }

  find(id) {
    return this.#byId.get(id);
  }

  all() {
    return [...this.#byId.values()];
  }
}

/** What a scanner sent: `{ item }` or `{ problem }`; never throws. */
export function readItem(body) {
  const name = String(body?.name ?? '').trim();
  const quantity = body?.quantity;
  if (typeof body?.name !== 'string' || name === '' || name.length > 100) {
    return { problem: 'name should be text of 1 to 100 characters' };
  }
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 1000) {
    return { problem: 'quantity should be a whole number from 1 to 1000' };
  }
  return { item: { name, quantity } };
}
