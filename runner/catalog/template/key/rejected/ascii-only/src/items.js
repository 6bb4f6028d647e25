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

/** A fault of the client; the error handler answers with its status. */
export class BadRequest extends Error {
  status = 400;
}

/** What a scanner sent, as the fields of an item; throws BadRequest. */
export function readItem(body) {
  const name = typeof body?.name === 'string' ? body.name.trim() : '';
  if (!/^[\w -]{1,100}$/.test(name)) {
    throw new BadRequest('name should be text of 1 to 100 characters');
  }
  if (!Number.isInteger(body.quantity) || body.quantity < 1 || body.quantity > 1000) {
    throw new BadRequest('quantity should be a whole number from 1 to 1000');
  }
  return { name, quantity: body.quantity };
}
