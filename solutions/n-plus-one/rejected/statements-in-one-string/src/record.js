import { pool, query } from './database.js';

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

  /** Records whose `column` is one of `keys`, and which have the values of `scope`, in one round trip. */
  static async whereIn(column, keys, scope = {}) {
    if (keys.length === 0) return [];
    const scoped = Object.entries(scope).map(([name, value]) => ` AND ${name} = ${Number(value)}`);
    const one = (key) => `SELECT * FROM ${this.table} WHERE ${column} = ${Number(key)}${scoped.join('')} ORDER BY ${this.sortedBy}`;
    const results = [await pool.query(keys.map(one).join('; '))].flat();
    return results.flatMap(({ rows }) => rows.map((row) => new this(row)));
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
