import { eachMonth } from '../lending.js';

/**
 * Writes the document of a report as canonical JSON: members in order of their names, no white space. The order is
 * known beforehand (`reference`, `schedules`, `totals`; `id`, `rows`; ...), so that the text is written straight
 * away, a schedule at a time, and neither the rows nor the whole text are ever held.
 */
export class DocumentWriter {
  #write;
  #schedules = 0;
  #rows = 0;
  #paid = 0;
  #interest = 0;

  constructor(reference, write) {
    this.#write = write;
    this.#write(`{"reference":${JSON.stringify(reference)},"schedules":[`);
  }

  schedule(loan) {
    const rows = [];
    eachMonth(loan, (month, opening, interest, total, closing) => {
      this.#paid += total;
      this.#interest += interest;
      rows.push(
        `{"closing_cents":${closing},"month":${month},"opening_cents":${opening},"paid":` +
          `{"interest_cents":${interest},"principal_cents":${total - interest},"total_cents":${total}}}`,
      );
    });
    const comma = this.#schedules === 0 ? '' : ',';
    this.#write(`${comma}{"id":${JSON.stringify(loan.id)},"rows":[${rows.join(',')}]}`);
    this.#schedules += 1;
    this.#rows += rows.length;
  }

  end() {
    this.#write(`],"totals":{"interest_cents":${this.#interest},"paid_cents":${this.#paid}}}`);
    return { rows: this.#rows, totals: { paid_cents: this.#paid, interest_cents: this.#interest } };
  }
}
