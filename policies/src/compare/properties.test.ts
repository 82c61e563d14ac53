import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareRequest, compile, decide, factsOf, type Policy, readPolicy, toWire } from '../index.js';
import { offer, requestFor, situations } from '../testing/generate.js';

const seeded = { seed: 20_270_101 };
const pair = offer.chain((base) => fc.tuple(fc.constant(base), fc.oneof(requestFor(base), offer), fc.nat()));

test('whatever an accepted request permits, the offer permits: over 500 random facts a pair', () => {
  let accepted = 0;
  let permitted = 0;
  fc.assert(
    fc.property(pair, ([offered, requested, seed]) => {
      const request = readPolicy(requested);
      const base = readPolicy(offered);
      if (compareRequest(request, base).verdict !== 'within') return;
      accepted += 1;
      const [asked, granted] = [compile(request), compile(base)];
      const next = situations(seed);
      for (let at = 0; at < 500; at++) {
        const { request: act, facts } = next();
        if (!decide(asked, act, facts, { as: 'offer' }).permit) continue;
        permitted += 1;
        if (!decide(granted, act, facts, { as: 'offer' }).permit) {
          expect.fail(`the offer denies ${JSON.stringify({ act, facts, used: facts.counts?.('') })}`);
        }
      }
    }),
    { ...seeded, numRuns: 600 },
  );
  // The property says something only if requests are accepted, and permit.
  expect(accepted).toBeGreaterThan(100);
  expect(permitted).toBeGreaterThan(5_000);
}, 120_000);

test('a refused request differs: its witness is permitted by the request and denied by the offer', () => {
  let witnesses = 0;
  let without = 0;
  fc.assert(
    fc.property(pair, ([offered, requested]) => {
      const request = readPolicy(requested);
      const base = readPolicy(offered);
      const found = compareRequest(request, base);
      if (found.verdict === 'within') return;
      expect(found.reasons.length).toBeGreaterThan(0);
      for (const reason of found.reasons) expect(reason.en.length * reason.zh.length).toBeGreaterThan(0);
      if (!found.witness) {
        without +=
          found.verdict === 'exceeds' && found.reasons.some(({ code }) => code !== 'PROHIBITION_DROPPED') ? 1 : 0;
        return;
      }
      witnesses += 1;
      const facts = factsOf(found.witness);
      expect(decide(compile(request), found.witness.request, facts, { as: 'offer' }).permit).toBe(true);
      expect(decide(compile(base), found.witness.request, facts, { as: 'offer' }).permit).toBe(false);
    }),
    { ...seeded, numRuns: 800 },
  );
  expect(witnesses).toBeGreaterThan(150);
  expect(without).toBe(0);
});

test('a policy is within itself, unless it voids itself', () => {
  fc.assert(
    fc.property(offer, (json) => {
      const policy = readPolicy(json);
      const found = compareRequest(policy, policy);
      if (found.verdict === 'within') return;
      expect(found.reasons[0]?.code).toBe('POLICY_VOID');
    }),
    { ...seeded, numRuns: 1_000 },
  );
});

test('the wire carries a policy unchanged', () => {
  fc.assert(
    fc.property(offer, (json) => {
      const policy = readPolicy(json);
      expect(normal(readPolicy(toWire(policy)))).toEqual(normal(policy));
    }),
    { ...seeded, numRuns: 500 },
  );
});

/** A list of one and the element alone are the same, but have different pointers. */
function normal(policy: Policy): unknown {
  return JSON.parse(JSON.stringify(policy, (name, value) => (name === 'path' ? undefined : value)));
}
