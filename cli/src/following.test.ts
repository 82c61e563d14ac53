import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CliError } from './errors.js';
import { settled } from './following.js';

const transfer = { path: '/transfers/t1', request: 't1', home: '/srv/hydraulics', what: 'transfer', seconds: 60 };
const look = 'causeway show t1 --home /srv/hydraulics';

test('Ctrl-C stops the waiting, and says that the transfer goes on and how to look at it', async () => {
  const before = process.listenerCount('SIGINT');
  let answer: (view: { state: string }) => void = () => undefined;
  const get = <T>() => new Promise<T>((resolve) => (answer = (view) => resolve(view as T)));
  const waiting = settled({ ...transfer, api: { get } });
  process.emit('SIGINT', 'SIGINT');
  // npm and npx say it twice.
  process.emit('SIGINT', 'SIGINT');
  await expect(waiting).rejects.toMatchObject({
    code: 'INTERRUPTED',
    message: `You stopped waiting; the transfer goes on in the connector. Look at it: ${look}`,
    data: { request: 't1' },
  });
  answer({ state: 'COMPLETED' });
  await setImmediate();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('a connector that stops meanwhile has saved it', async () => {
  const down = () => Promise.reject(new CliError('SERVICE_DOWN', 'gone'));
  await expect(settled({ ...transfer, api: { get: down } })).rejects.toMatchObject({
    code: 'SERVICE_DOWN',
    message: expect.stringMatching(/^gone\n {2}The transfer is saved .* causeway show t1 --home/),
  });
});

test('waits in bounded steps until nothing can change any more, or until the time is up', async () => {
  const asked: string[] = [];
  const states = ['REQUESTED', 'STARTED', 'COMPLETED'];
  const get = async <T>(path: string) => {
    asked.push(path);
    return { state: states.shift() } as T;
  };
  expect(await settled({ ...transfer, api: { get } })).toEqual({ state: 'COMPLETED' });
  expect(asked).toEqual(Array(3).fill('/transfers/t1?wait=20'));
  const never = async <T>() => ({ state: 'STARTED' }) as T;
  await expect(settled({ ...transfer, seconds: 0, api: { get: never } })).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: `The transfer is STARTED after 0 s and goes on. Look at it: ${look}`,
  });
});

test('what is shown while it goes on is looked at each second, and Ctrl-C says how to wait for it again', async () => {
  const asked: string[] = [];
  const seen: string[] = [];
  const get = async <T>(path: string) => {
    asked.push(path);
    if (asked.length < 2) return { state: 'STARTED' } as T;
    process.emit('SIGINT', 'SIGINT');
    return { state: 'COMPLETED' } as T;
  };
  const again = 'causeway pull --resume t1 --home /srv/hydraulics';
  const waiting = settled({ ...transfer, api: { get }, again, seen: ({ state }) => seen.push(state), seconds: 0 });
  await expect(waiting).rejects.toMatchObject({ code: 'TIMED_OUT', message: expect.stringContaining(again) });
  expect(seen).toEqual(['STARTED']);
  const stopped = settled({ ...transfer, api: { get }, again, seen: () => undefined });
  await expect(stopped).rejects.toMatchObject({
    message: `You stopped waiting; the transfer goes on in the connector. Wait for it again: ${again}`,
  });
  expect(asked).toEqual(['/transfers/t1?wait=0', '/transfers/t1?wait=1']);
});
