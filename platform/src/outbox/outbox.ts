import type { Write } from '../store/store.js';
import type { OutboxOptions, Work } from './types.js';
export class Outbox<P, R> {
  constructor(options: OutboxOptions<P, R>) {
    void options;
  }
  write(work: Work<P>, options: { readonly ending?: boolean } = {}): Write {
    void work;
    void options;
    throw new Error('being written');
  }
  async start(): Promise<void> {}
  nudge(peer?: string): void {
    void peer;
  }
  async idle(options: { readonly withRetries?: boolean } = {}): Promise<void> {
    void options;
  }
  async stop(): Promise<void> {}
  depth(): number {
    return 0;
  }
  oldestMs(): number {
    return 0;
  }
}
