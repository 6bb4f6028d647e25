import { Router } from 'express';

import { faultsInPortfolio } from '../validate.js';

export function backOfficeRoutes(backOffice) {
  const router = Router();

  router.post('/reports', async (req, res) => {
    const faults = faultsInPortfolio(req.body ?? null);
    if (faults.length > 0) return res.status(400).json({ error: 'invalid portfolio', faults });
    res.status(201).json(await backOffice.render(req.body));
  });

  return router;
}
