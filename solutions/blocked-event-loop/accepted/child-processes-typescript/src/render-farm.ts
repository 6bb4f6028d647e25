import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Job, Outcome, Portfolio, Report } from './types.ts';

interface Order {
  job: Job;
  resolve: (report: Report) => void;
  reject: (error: Error) => void;
}

const CHILD = fileURLToPath(new URL('./render-child.ts', import.meta.url));

/** A few child processes, each rendering one report at a time; the rest wait in the order they came. */
export class RenderFarm {
  readonly #waiting: Order[] = [];
  readonly #idle: ChildProcess[] = [];
  readonly #busy = new Map<ChildProcess, Order>();

  constructor(size: number) {
    for (let n = 0; n < size; n += 1) this.#hire();
  }

  render(portfolio: Portfolio, iterations: number): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job: { portfolio, iterations }, resolve, reject });
      this.#dispatch();
    });
  }

  #hire(): void {
    const child = fork(CHILD);
    child.on('message', (outcome: Outcome) => this.#finish(child, outcome));
    child.on('exit', (code, signal) => this.#replace(child, `render process ended (${signal ?? code})`));
    this.#idle.push(child);
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const child = this.#idle.shift();
      if (!child) return;
      const order = this.#waiting.shift()!;
      this.#busy.set(child, order);
      child.send(order.job);
    }
  }

  #finish(child: ChildProcess, outcome: Outcome): void {
    const order = this.#busy.get(child);
    this.#busy.delete(child);
    this.#idle.push(child);
    if ('report' in outcome) order?.resolve(outcome.report);
    else order?.reject(new Error(outcome.error));
    this.#dispatch();
  }

  #replace(child: ChildProcess, why: string): void {
    this.#busy.get(child)?.reject(new Error(why));
    this.#busy.delete(child);
    const at = this.#idle.indexOf(child);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#hire();
    this.#dispatch();
  }
}
