import DataLoader from 'dataloader';

/**
 * Fetches what one request asks for, and forgets it with the request. Whatever the request asks a loader for before it waits is fetched
 * in one statement. `query` runs the statements.
 */
export class Loaders {
  #query;
  #byTable = new Map();

  constructor(query) {
    this.#query = query;
  }

  /** The rows of a statement of one's own. */
  query(text, values) {
    return this.#query(text, values);
  }

  /** The row of `table` whose `column` is `key`, or null. Where other columns are `fixed`, they are the same for the whole request. */
  row(table, column, key, fixed = {}) {
    return this.#loader(`${table} by ${column}`, async (keys) => {
      const rows = new Map((await this.#select(table, column, keys, fixed)).map((row) => [row[column], row]));
      return keys.map((each) => rows.get(each) ?? null);
    }).load(key);
  }

  /** The rows of `table` whose `column` is `key`, in the order of `table.sortedBy`. */
  rows(table, column, key) {
    return this.#loader(`all ${table} by ${column}`, async (keys) => {
      const rows = Map.groupBy(await this.#select(table, column, keys), (row) => row[column]);
      return keys.map((each) => rows.get(each) ?? []);
    }).load(key);
  }

  /** How many rows of `table` have `key` in `column`. */
  count(table, column, key) {
    return this.#loader(`number of ${table} by ${column}`, async (keys) => {
      const counted = await this.#query(
        `SELECT ${column} AS key, count(*)::integer AS number FROM ${table.name} WHERE ${column} = ANY($1::integer[]) GROUP BY ${column}`,
        [keys],
      );
      const numbers = new Map(counted.map(({ key: each, number }) => [each, number]));
      return keys.map((each) => numbers.get(each) ?? 0);
    }).load(key);
  }

  #loader(name, fetch) {
    if (!this.#byTable.has(name)) this.#byTable.set(name, new DataLoader(fetch));
    return this.#byTable.get(name);
  }

  #select(table, column, keys, fixed = {}) {
    const conditions = [
      `${column} = ANY($1::integer[])`,
      ...Object.keys(fixed).map((other, index) => `${other} = $${index + 2}`),
    ].join(' AND ');
    const text = `SELECT ${table.columns.join(', ')} FROM ${table} WHERE ${conditions} ORDER BY ${table.sortedBy}`;
    return this.#query(text, [keys, ...Object.values(fixed)]);
  }
}

/** A table: its name, the columns that this service shows or needs, and the order of its rows. */
export class Table {
  constructor(name, columns, sortedBy = 'id') {
    this.name = name;
    this.columns = columns;
    this.sortedBy = sortedBy;
  }

  toString() {
    return this.name;
  }
}
