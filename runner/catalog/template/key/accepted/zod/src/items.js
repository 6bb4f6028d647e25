import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Item = z.object({
  name: z.string().trim().min(1).max(100),
  quantity: z.number().int().min(1).max(1000),
});

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

/** What a scanner sent, as the fields of an item; throws a ZodError. */
export function readItem(body) {
  return Item.parse(body);
}
