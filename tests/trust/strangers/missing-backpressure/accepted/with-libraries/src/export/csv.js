const COLUMNS = ['id', 'booked', 'kind', 'amount', 'currency', 'record'];

const NEEDS_QUOTES = /[",\r\n]/;

function field(value) {
  const text = value === null || value === undefined ? '' : String(value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const headerLine = `${COLUMNS.join(',')}\n`;

export function toLine(posting) {
  return `${COLUMNS.map((column) => field(posting[column])).join(',')}\n`;
}
