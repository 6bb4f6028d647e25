import { query } from './database.js';

/**
 * A row with its relations: `await order.customer`, `await order.lines`. Relations that are read at the same time are
 * fetched together, by the loaders of the request that the record belongs to.
 */
export class Record {
  static table = '';
  static sortedBy = 'id';

  constructor(row, loaders) {
    Object.assign(this, row);
    Object.defineProperty(this, 'loaders', { value: loaders });
  }

  /** The record with these values, or null. */
  static async findBy(values, loaders) {
    const [record] = await this.select(conditionsOf(values), Object.values(values), 'LIMIT 1', loaders);
    return record ?? null;
  }

  static async select(conditions, values, rest, loaders) {
    const rows = await query(`SELECT * FROM ${this.table} WHERE ${conditions} ${rest}`, values);
    return rows.map((row) => new this(row, loaders));
  }

  /** Those of `model` whose `column` is this record's id. */
  async hasMany(model, column) {
    return (await this.#related(model, column, {}).load(this.id)) ?? [];
  }

  /** The one of `model` whose `column` is `key`, with the values of `scope`; null where there is none. */
  async hasOne(model, key, column = 'id', scope = {}) {
    const [one] = (await this.#related(model, column, scope).load(key)) ?? [];
    return one ?? null;
  }

  #related(model, column, scope) {
    const name = JSON.stringify([model.table, column, scope]);
    return this.loaders.of(name, async (keys) => {
      const conditions = [conditionsOf(scope), `${column} = ANY($${Object.keys(scope).length + 1})`].filter(Boolean);
      const values = [...Object.values(scope), keys];
      const rest = `ORDER BY ${model.sortedBy}`;
      const found = await model.select(conditions.join(' AND '), values, rest, this.loaders);
      return Map.groupBy(found, (record) => record[column]);
    });
  }
}

function conditionsOf(values) {
  return Object.keys(values)
    .map((column, index) => `${column} = $${index + 1}`)
    .join(' AND ');
}
