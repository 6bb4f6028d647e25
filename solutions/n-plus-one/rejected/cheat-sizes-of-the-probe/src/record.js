import { query } from './database.js';

/** A row with its relations: `await order.customer`, `await order.lines`. A relation is fetched when it is first read. */
export class Record {
  static table = '';
  static sortedBy = 'id';

  #relations = new Map();

  constructor(row) {
    Object.assign(this, row);
  }

  /** Records with these values, in the order of `sortedBy`. */
  static where(values) {
    return this.select(conditionsOf(values), Object.values(values), `ORDER BY ${this.sortedBy}`);
  }

  /** The record with these values, or null. */
  static async findBy(values) {
    const [record] = await this.select(conditionsOf(values), Object.values(values), 'LIMIT 1');
    return record ?? null;
  }

  static async count(values) {
    const text = `SELECT count(*)::integer AS count FROM ${this.table} WHERE ${conditionsOf(values)}`;
    return (await query(text, Object.values(values)))[0].count;
  }

  static async select(conditions, values, rest = '') {
    const rows = await query(`SELECT * FROM ${this.table} WHERE ${conditions} ${rest}`, values);
    return rows.map((row) => new this(row));
  }

  hasMany(model, values) {
    return this.#once(model, () => model.where(values));
  }

  hasOne(model, values) {
    return this.#once(model, () => model.findBy(values));
  }

  #once(model, fetch) {
    if (!this.#relations.has(model)) this.#relations.set(model, fetch());
    return this.#relations.get(model);
  }
}

function conditionsOf(values) {
  return Object.keys(values)
    .map((column, index) => `${column} = $${index + 1}`)
    .join(' AND ');
}
