import { expect, it } from 'vitest';
import { nearness } from './nearness.js';

it.each([
  ['8.8.8.8', 0],
  ['2606:4700::1', 0],
  ['10.1.2.3', 1],
  ['172.31.0.1', 1],
  ['192.168.1.1', 1],
  ['100.64.0.1', 1],
  ['fd00::1', 1],
  ['fec0::1', 1],
  ['127.0.0.1', 2],
  ['::1', 2],
  ['::ffff:127.0.0.1', 2],
  ['::FFFF:10.0.0.1', 1],
  ['0.0.0.0', Number.POSITIVE_INFINITY],
  ['169.254.169.254', Number.POSITIVE_INFINITY],
  ['::ffff:169.254.169.254', Number.POSITIVE_INFINITY],
  ['224.0.0.1', Number.POSITIVE_INFINITY],
  ['255.255.255.255', Number.POSITIVE_INFINITY],
  ['fe80::1', Number.POSITIVE_INFINITY],
  ['::', Number.POSITIVE_INFINITY],
  ['64:ff9b::a00:1', Number.POSITIVE_INFINITY],
  ['64:ff9b:1::a00:1', Number.POSITIVE_INFINITY],
  ['100.100.100.200', Number.POSITIVE_INFINITY],
  ['::ffff:100.100.100.200', Number.POSITIVE_INFINITY],
  ['fd00:ec2::254', Number.POSITIVE_INFINITY],
])('%s is %d near', (address, near) => {
  expect(nearness(address)).toBe(near);
});
