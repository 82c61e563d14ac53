import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from './model.js';
import { parsePolicy, readPolicy } from './parse/policy.js';
import { whole } from './testing/whole.js';
import { toJson } from './wire.js';

/** Everything but where it stood: rules of one spelling may be written as several. */
function bare(policy: Policy): unknown {
  return JSON.parse(JSON.stringify(policy, (key, value) => (key === 'path' ? undefined : value)));
}

test('whatever is read and written whole is read as the same again', () => {
  fc.assert(
    fc.property(whole, (json) => {
      const result = parsePolicy(json);
      if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 1));
      const again = toJson(result.policy);
      expect(bare(readPolicy(again))).toEqual(bare(result.policy));
      // And once written it is written the same for ever.
      expect(toJson(readPolicy(again))).toEqual(again);
    }),
    { seed: 5, numRuns: 500 },
  );
});
