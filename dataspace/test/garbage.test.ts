import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { belowTls } from './support/garbage/below-tls.js';
import { bodyBombs } from './support/garbage/bodies.js';
import { http1 } from './support/garbage/http1.js';
import { http2Garbage } from './support/garbage/http2.js';
import { rpcGarbage } from './support/garbage/rpc.js';
import { beginSlowly, expectEnded } from './support/garbage/slow.js';
import { expectAlive, memory, type Target } from './support/garbage/target.js';
import { ProbedSpace } from './support/probed-space.js';

// Against the services as processes of their own, so that what one of them would die of is seen, and its memory measured.

let target: Target;
let slow: ReturnType<typeof beginSlowly>;
let before: ReadonlyMap<string, number>;

beforeAll(async () => {
  const settings = async (name: string): Promise<Record<string, string>> =>
    name === 'broker' ? { registrationDeadline: '5s' } : {};
  const probed = await ProbedSpace.start([{ name: 'oem', title: 'Manufacturer' }], { settings });
  const { trust } = probed;
  const member = await trust.identity('urn:causeway:member', 'participant');
  target = { probed, member, auditor: await trust.identity('urn:causeway:lens', 'auditor') };
  await expectAlive(target);
  before = memory(target, 'VmRSS');
  slow = beginSlowly(target);
});

afterAll(() => target?.probed[Symbol.asyncDispose]());

describe('below TLS', () => belowTls(() => target));
describe('HTTP/1.1', () => http1(() => target));
describe('bodies', () => bodyBombs(() => target));
describe('gRPC', () => rpcGarbage(() => target));
describe('HTTP/2', () => http2Garbage(() => target));

describe('slowness', () => {
  it('is ended by the service, whoever and wherever it is', async () => {
    await expectEnded(slow);
    await expectAlive(target);
  });
});

describe('memory', () => {
  it('has stayed within bounds through all of it', () => {
    // Unpacked or kept, what was sent would be some GiB. What V8 has not given back yet counts here, too.
    const growth = [...memory(target, 'VmRSS')].map(([role, now]) => [role, now - (before.get(role) ?? 0)] as const);
    for (const [role, mebibytes] of growth) expect(mebibytes, role).toBeLessThan(256);
    for (const [role, most] of memory(target, 'VmHWM')) expect(most, role).toBeLessThan(448);
  });
});
