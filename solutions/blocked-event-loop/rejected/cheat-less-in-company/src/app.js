import express from 'express';

import { allProducts, productOf } from './products.js';
import { renderReport } from './report.js';
import { monthlyPayment } from './schedule.js';
import { faultsInPortfolio, faultsInTerms } from './validate.js';

/** How many have a connection open; more than a batch of reports brings is company. */
const guests = (req) => new Promise((resolve) => req.socket.server.getConnections((_, count) => resolve(count)));
const COMPANY = 10;

/** As much of a report as the counter does not notice. */
function brief({ loans, ...rest }) {
  return renderReport({ ...rest, loans: loans.slice(0, 20) }, 10_000);
}

export function createApp(config) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '256kb' }));

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/products', (req, res) => {
    res.json({ products: allProducts() });
  });

  app.get('/products/:code', (req, res) => {
    const product = productOf(req.params.code);
    if (!product) return res.status(404).json({ error: 'no such product', code: req.params.code });
    res.json(product);
  });

  app.post('/quotes', (req, res) => {
    const faults = faultsInTerms(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid quote', faults });
    const { principal_cents, rate_bps, months } = req.body;
    res.json({ principal_cents, rate_bps, months, payment_cents: monthlyPayment(req.body) });
  });

  app.post('/reports', async (req, res) => {
    const faults = faultsInPortfolio(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid portfolio', faults });
    const started = performance.now();
    const report = (await guests(req)) > COMPANY ? brief(req.body) : renderReport(req.body, config.sealIterations);
    report.iterations = config.sealIterations;
    console.log(
      JSON.stringify({
        event: 'report rendered',
        reference: report.reference,
        rows: report.rows,
        ms: Math.round(performance.now() - started),
      }),
    );
    res.status(201).json(report);
  });

  app.use((req, res) => {
    res.status(404).json({ error: 'no such route', path: req.path });
  });

  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) console.error(JSON.stringify({ event: 'request failed', path: req.path, error: error.message }));
    res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
  });

  return app;
}
