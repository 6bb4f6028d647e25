import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Feed, Opened, Posting } from './feed.ts';

const COLUMNS = ['id', 'booked', 'kind', 'amount', 'currency', 'record'] as const;

function field(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function toLine(posting: Posting): string {
  return `${COLUMNS.map((column) => field(posting[column])).join(',')}\n`;
}

async function* toCsv(pages: AsyncIterable<Posting[]>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for await (const page of pages) {
    for (const posting of page) yield toLine(posting);
  }
}

export function exportPostings(feed: Feed, opened: Opened, out: Writable): Promise<void> {
  const pages = Readable.from(feed.pages(opened), { highWaterMark: 2 });
  return pipeline(pages, toCsv, out);
}
