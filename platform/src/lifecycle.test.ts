import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { closeServer, listen } from './http/listen.js';
import { Lifecycle, untilSignal } from './lifecycle.js';
import { ManualClock } from './testing/manual-clock.js';

describe('lifecycle', () => {
  test('closes in reverse order, once', async () => {
    const closed: string[] = [];
    const lifecycle = new Lifecycle();
    for (const name of ['store', 'outbox', 'server']) lifecycle.defer(name, () => void closed.push(name));
    await Promise.all([lifecycle.close(), lifecycle.close()]);
    expect(closed).toEqual(['server', 'outbox', 'store']);
    expect(() => lifecycle.defer('late', () => undefined)).toThrow(TypeError);
  });

  test('a step that fails or hangs keeps no other from closing, and all failures are told', async () => {
    const clock = new ManualClock();
    const closed: string[] = [];
    const lifecycle = new Lifecycle({ clock, deadlineMs: 1_000 });
    lifecycle.defer('first', () => void closed.push('first'));
    lifecycle.defer('hangs', () => new Promise(() => undefined));
    lifecycle.defer('fails', () => {
      throw new Error('no');
    });
    const closing = expect(lifecycle.close()).rejects.toMatchObject({
      code: 'CLOSE_FAILED',
      data: ['fails: no', 'hangs: still open after 1000 ms'],
    });
    await clock.asleep();
    await clock.advance(1_000);
    await closing;
    expect(closed).toEqual(['first']);
    expect(clock.sleeping).toBe(0);
  });

  test('a signal asks for the end once; its echo is nothing, and a later one is the default action', async () => {
    vi.useFakeTimers();
    try {
      const before = process.listenerCount('SIGUSR2');
      const asked = untilSignal(['SIGUSR2']);
      process.emit('SIGUSR2', 'SIGUSR2');
      expect(await asked).toBe('SIGUSR2');
      expect(process.emit('SIGUSR2', 'SIGUSR2')).toBe(true);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(process.listenerCount('SIGUSR2')).toBe(before);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('listening', () => {
  test('says who cannot listen where', async () => {
    const listening = listen(createServer(), '203.0.113.1', 0);
    await expect(listening).rejects.toMatchObject({ code: 'LISTEN_FAILED', data: { host: '203.0.113.1' } });
  });

  test('closing lets a request finish, and waits for no silent connection', async () => {
    let finish: () => void = () => undefined;
    const server = createServer((_request, response) => {
      finish = () => response.end('done');
    });
    const port = await listen(server, '127.0.0.1', 0);
    const asked = once(server, 'request');
    const request = get({ port, agent: false });
    const answered = once(request, 'response');
    await asked;
    const silent = connect(port, '127.0.0.1');
    const dropped = once(silent, 'close');
    await once(silent, 'connect');
    const closing = closeServer(server, 200);
    finish();
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    response.resume();
    await Promise.all([closing, dropped]);
  });
});
