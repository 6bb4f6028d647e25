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

/** What a scanner sent, as the fields of an item. */
export function readItem(body) {
  return { name: body.name.trim(), quantity: body.quantity };
}
