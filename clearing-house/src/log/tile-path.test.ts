import { describe, expect, it } from 'vitest';
import { parseTilePath, pathOf } from './tile-path.js';

describe('tile paths', () => {
  it.each([
    ['tile/0/000', { kind: 'hashes', level: 0, index: 0n, width: 256 }],
    ['tile/63/x001/x234/067', { kind: 'hashes', level: 63, index: 1_234_067n, width: 256 }],
    ['tile/1/x001/000.p/255', { kind: 'hashes', level: 1, index: 1_000n, width: 255 }],
    ['tile/entries/007.p/1', { kind: 'entries', level: 0, index: 7n, width: 1 }],
  ])('%s is read and written back', (path, request) => {
    expect(parseTilePath(path)).toEqual(request);
    expect(pathOf(parseTilePath(path))).toBe(path);
  });

  it.each([
    '',
    'checkpoint',
    'tile/0',
    'tile/64/000',
    'tile/00/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/1000',
    'tile/0/x000/001',
    'tile/0/001/x002',
    'tile/0/x00a/001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p',
    'tile/0/000/',
    'tile/0/../000',
    'tile/0/%2e%2e/000',
    'tile/0/.000.5d.tmp',
    'tile/entries/000?x',
    'tile/0/000\n',
    `tile/0/${'x001/'.repeat(9)}000`,
    '../log.key.pem',
  ])('%j is refused', (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'TILE_PATH_INVALID' }));
  });
});
