import express from 'express';
import type { NextFunction, Request, Response } from 'express';

import type { Config } from './config.ts';
import { allProducts, productOf } from './products.ts';
import { monthlyPayment } from './schedule.ts';
import type { Portfolio, Rendered } from './types.ts';
import { faultsInPortfolio, faultsInTerms } from './validate.ts';

interface Parts {
  config: Config;
  render: (portfolio: Portfolio, signal: AbortSignal) => Promise<Rendered>;
}

export function createApp({ config, render }: Parts) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '256kb' }));

  app.get('/healthz', (req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/products', (req: Request, res: Response) => {
    res.json({ products: allProducts() });
  });

  app.get('/products/:code', (req: Request<{ code: string }>, res: Response) => {
    const product = productOf(req.params.code);
    if (!product) return res.status(404).json({ error: 'no such product', code: req.params.code });
    res.json(product);
  });

  app.post('/quotes', (req: Request, res: Response) => {
    const faults = faultsInTerms(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid quote', faults });
    const { principal_cents, rate_bps, months } = req.body;
    res.json({ principal_cents, rate_bps, months, payment_cents: monthlyPayment(req.body) });
  });

  app.post('/reports', async (req: Request, res: Response) => {
    const faults = faultsInPortfolio(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid portfolio', faults });

    // A report whose caller has left is not rendered any more, unless that has begun.
    const left = new AbortController();
    res.once('close', () => left.abort());
    let rendered: Rendered;
    try {
      rendered = await render(req.body, left.signal);
    } catch (error) {
      if (left.signal.aborted) return;
      throw error;
    }

    const { report, ms } = rendered;
    console.log(JSON.stringify({ event: 'report rendered', reference: report.reference, rows: report.rows, ms }));
    res.status(201).json(report);
  });

  app.use((req: Request, res: Response) => {
    res.status(404).json({ error: 'no such route', path: req.path });
  });

  app.use((error: Error & { status?: number }, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) console.error(JSON.stringify({ event: 'request failed', path: req.path, error: error.message }));
    res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
  });

  return app;
}
