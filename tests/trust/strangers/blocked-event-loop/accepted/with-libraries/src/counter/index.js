import { Router } from 'express';

import { monthlyPayment } from '../lending.js';
import { faultsInTerms } from '../validate.js';
import { allProducts, productOf } from './products.js';

/** What branch staff use all day. Nothing in here takes longer than a few microseconds. */
export function counterRoutes() {
  const router = Router();

  router.get('/products', (req, res) => {
    res.json({ products: allProducts() });
  });

  router.get('/products/:code', (req, res) => {
    const product = productOf(req.params.code);
    if (!product) return res.status(404).json({ error: 'no such product', code: req.params.code });
    res.json(product);
  });

  router.post('/quotes', (req, res) => {
    const faults = faultsInTerms(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid quote', faults });
    const { principal_cents, rate_bps, months } = req.body;
    res.json({ principal_cents, rate_bps, months, payment_cents: monthlyPayment(req.body) });
  });

  return router;
}
