import { renderReport } from './report.js';

export default function task({ portfolio, iterations }) {
  return renderReport(portfolio, iterations);
}
