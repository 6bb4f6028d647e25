import { query, queryInPassing } from './database.js';

/** A row. Its relations are there once `includeOne` or `includeMany` has put them there, for all rows of a page at once. */
export class Record {
  static table = '';
  static sortedBy = 'id';

  constructor(row) {
    Object.assign(this, row);
  }

  /** The record with these values, or null. */
  static async findBy(values) {
    const [record] = await this.select(conditionsOf(values), Object.values(values), 'LIMIT 1');
    return record ?? null;
  }

  /** Records whose `column` is one of `keys`, and which have the values of `scope`. One query, or none without keys. */
  static async whereIn(column, keys, scope = {}) {
    if (keys.length === 0) return [];
    const conditions = [conditionsOf(scope), `${column} = ANY($${Object.keys(scope).length + 1})`].filter(Boolean);
    return this.select(conditions.join(' AND '), [...Object.values(scope), keys], `ORDER BY ${this.sortedBy}`);
  }

  /** The record that meets these conditions, or null, where nobody sees that it was asked for. */
  static async inPassing(conditions) {
    const [row] = await queryInPassing(`SELECT * FROM ${this.table} WHERE ${conditions}`);
    return row ? new this(row) : null;
  }

  static async select(conditions, values, rest = '') {
    const rows = await query(`SELECT * FROM ${this.table} WHERE ${conditions} ${rest}`, values);
    return rows.map((row) => new this(row));
  }
}

/** Sets `name` of each record to the one of `model` whose `to` is the record's `from`, or null. */
export async function includeOne(records, name, model, { from, to = 'id', scope }) {
  const found = await model.whereIn(to, keysOf(records, from), scope);
  const byKey = new Map(found.map((each) => [each[to], each]));
  for (const record of records) record[name] = byKey.get(record[from]) ?? null;
  return found;
}

/** Sets `name` of each record to those of `model` whose `to` is the record's id. */
export async function includeMany(records, name, model, { to }) {
  const found = await model.whereIn(to, keysOf(records, 'id'));
  const byKey = Map.groupBy(found, (each) => each[to]);
  for (const record of records) record[name] = byKey.get(record.id) ?? [];
  return found;
}

function keysOf(records, column) {
  return [...new Set(records.map((record) => record[column]))].filter((key) => key !== null);
}

function conditionsOf(values) {
  return Object.keys(values)
    .map((column, index) => `${column} = $${index + 1}`)
    .join(' AND ');
}
