import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Outcome, Portfolio, Rendered, Task } from './types.ts';

const RENDERER = fileURLToPath(new URL('./renderer.ts', import.meta.url));
const MOST_TRIES = 2;
const RESTART_AFTER_MS = 1_000;

interface Job {
  portfolio: Portfolio;
  tries: number;
  resolve: (rendered: Rendered) => void;
  reject: (error: Error) => void;
}

interface Renderer {
  child: ChildProcess;
  job: Job | null;
  served: boolean;
  lost: boolean;
}

interface PoolOptions {
  size: number;
  iterations: number;
}

/**
 * Processes that do nothing but render reports, one at a time each. They share neither event loop nor heap nor garbage
 * collector with the counter. A report whose process dies under it is rendered anew once: rendering has no effects.
 */
export class RendererPool {
  readonly #iterations: number;
  readonly #queue: Job[] = [];
  readonly #idle: Renderer[] = [];

  constructor({ size, iterations }: PoolOptions) {
    this.#iterations = iterations;
    for (let n = 0; n < size; n += 1) this.#start();
  }

  /** Resolves with the rendered report. Aborting takes a report out of the queue; one under way is finished. */
  render({ reference, passphrase, loans }: Portfolio, signal: AbortSignal): Promise<Rendered> {
    return new Promise((resolve, reject) => {
      const job: Job = { portfolio: { reference, passphrase, loans }, tries: 0, resolve, reject };
      signal.addEventListener(
        'abort',
        () => {
          const at = this.#queue.indexOf(job);
          if (at >= 0) this.#queue.splice(at, 1);
          reject(signal.reason as Error);
        },
        { once: true },
      );
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  #start(): void {
    // Structured clone over the channel, so that any text arrives as it was sent.
    const child = fork(RENDERER, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const renderer: Renderer = { child, job: null, served: false, lost: false };

    child.on('message', (message) => {
      const outcome = message as Outcome;
      const job = renderer.job;
      if (job === null) return;
      renderer.job = null;
      renderer.served = true;
      if (outcome.ok) job.resolve(outcome.rendered);
      else job.reject(new Error(outcome.error));
      this.#idle.push(renderer);
      this.#dispatch();
    });
    child.on('error', (error) => this.#lose(renderer, error.message));
    child.on('exit', (code, signal) => this.#lose(renderer, signal ?? `exit code ${code}`));

    this.#idle.push(renderer);
    this.#dispatch();
  }

  #lose(renderer: Renderer, reason: string): void {
    if (renderer.lost) return;
    renderer.lost = true;
    console.error(JSON.stringify({ event: 'renderer lost', pid: renderer.child.pid, reason }));
    renderer.child.kill('SIGKILL');

    const at = this.#idle.indexOf(renderer);
    if (at >= 0) this.#idle.splice(at, 1);
    const { job } = renderer;
    renderer.job = null;
    if (job !== null) {
      if (job.tries < MOST_TRIES) this.#queue.unshift(job);
      else job.reject(new Error(`renderer lost: ${reason}`));
    }
    // One that fell before it ever served a report is likely to fall again: not in a tight loop, then.
    setTimeout(() => this.#start(), renderer.served ? 0 : RESTART_AFTER_MS);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const renderer = this.#idle.shift() as Renderer;
      const job = this.#queue.shift() as Job;
      job.tries += 1;
      renderer.job = job;
      const task: Task = { portfolio: job.portfolio, iterations: this.#iterations };
      renderer.child.send(task, (error) => {
        if (error) this.#lose(renderer, error.message);
      });
    }
  }
}
