import { expect, test } from 'vitest';
import { collect } from './pages.js';

interface NumberPage {
  readonly items: readonly number[];
  readonly next?: string;
}

test('short and empty pages are followed to the end, or until there is enough', async () => {
  const pages: Readonly<Record<string, NumberPage>> = {
    '/list?state=new': { items: [1], next: 'a b' },
    '/list?state=new&cursor=a%20b': { items: [], next: 'c' },
    '/list?state=new&cursor=c': { items: [2, 3], next: 'd' },
    '/list?state=new&cursor=d': { items: [] },
  };
  const get = async <T>(path: string) => pages[path] as T;
  const path = '/list?state=new';
  expect(await collect({ get }, path, { most: 2 })).toEqual({ items: [1, 2, 3], next: 'd' });
  expect(await collect({ get }, path, { most: 100 })).toEqual({ items: [1, 2, 3] });
  expect(await collect({ get }, path, { most: 1, cursor: 'd' })).toEqual({ items: [] });
});
