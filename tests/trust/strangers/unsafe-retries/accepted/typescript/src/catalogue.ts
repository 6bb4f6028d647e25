const PRICES = new Map<string, number>([
  ['BK-1041', 1290],
  ['BK-2207', 1850],
  ['BK-3310', 2400],
  ['ST-0115', 450],
  ['ST-0892', 799],
  ['GF-5000', 5000],
]);

export interface Item {
  sku: string;
  quantity: number;
}

export class UnknownItem extends Error {
  readonly sku: string;

  constructor(sku: string) {
    super(`no item ${sku} in the catalogue`);
    this.sku = sku;
  }
}

/** Total in cents. */
export function totalOf(items: Item[]): number {
  let total = 0;
  for (const { sku, quantity } of items) {
    const price = PRICES.get(sku);
    if (price === undefined) throw new UnknownItem(sku);
    total += price * quantity;
  }
  return total;
}
