export interface Product {
  code: string;
  name: string;
  rate_bps: number;
  max_months: number;
}

const PRODUCTS: Product[] = [
  { code: 'HOME30', name: 'Home loan, 30 years', rate_bps: 415, max_months: 360 },
  { code: 'HOME15', name: 'Home loan, 15 years', rate_bps: 372, max_months: 180 },
  { code: 'FLAT', name: 'Flat share loan', rate_bps: 489, max_months: 300 },
  { code: 'RENO', name: 'Renovation', rate_bps: 655, max_months: 120 },
  { code: 'CAR', name: 'Car', rate_bps: 720, max_months: 84 },
  { code: 'BRIDGE', name: 'Bridging', rate_bps: 899, max_months: 24 },
  { code: 'STUDY', name: 'Study', rate_bps: 290, max_months: 240 },
  { code: 'SOLAR', name: 'Solar and heat pump', rate_bps: 199, max_months: 180 },
];

const BY_CODE = new Map(PRODUCTS.map((product) => [product.code, product] as const));

export function allProducts(): Product[] {
  return PRODUCTS;
}

export function productOf(code: string): Product | undefined {
  return BY_CODE.get(code);
}
