import DataLoader from 'dataloader';

/** The loaders of one request, made as they are needed. */
export class Loaders {
  #byName = new Map();

  /** `fetch` gets several keys and resolves with a Map of what it found. */
  of(name, fetch) {
    if (!this.#byName.has(name)) this.#byName.set(name, new DataLoader((keys) => inOrder(keys, fetch)));
    return this.#byName.get(name);
  }
}

async function inOrder(keys, fetch) {
  const found = await fetch([...keys]);
  return keys.map((key) => found.get(key) ?? null);
}
