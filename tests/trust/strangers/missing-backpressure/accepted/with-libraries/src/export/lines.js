import { FeedError } from '../feed/index.js';
import { headerLine, toLine } from './csv.js';

/**
 * The file, a page's worth of text at a time, the header line with the first. Pulled, never pushed: the next page is asked
 * for when the text of the one before has been taken. Ends only after exactly `rows` postings, and throws otherwise.
 */
export async function* linesOf({ feed, snapshot, rows, signal, progress }) {
  let text = headerLine;
  let cursor = '';
  do {
    const page = await feed.page(snapshot, cursor, signal);
    if (page.next && page.next === cursor) throw new FeedError(`listing of ${snapshot} stands still`);
    cursor = page.next;
    progress.sent += page.rows.length;
    if (!(progress.sent <= rows)) throw new FeedError(`listing of ${snapshot} goes beyond its ${rows} rows`);
    if (!cursor && progress.sent !== rows) {
      throw new FeedError(`listing of ${snapshot} ended after ${progress.sent} of ${rows} rows`);
    }
    for (const posting of page.rows) text += toLine(posting);
    if (text !== '') yield text;
    text = '';
  } while (cursor);
}
