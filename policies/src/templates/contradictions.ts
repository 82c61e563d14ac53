import { qualityOf } from '../compare/quality.js';
import type { Policy, Problem } from '../model.js';

/** Why an offer of one permission permits nothing at all, with the places. */
export function contradictions(policy: Policy): Problem[] {
  return qualityOf(policy).filter(
    ({ code, path }) => code === 'POLICY_VOID' || (code === 'UNREALISABLE' && whole.test(path)),
  );
}

/** The permission, or a condition of it that must hold whatever else does. */
const whole = /^\/permission\/\d+(?:\/constraint\/\d+)?$/;
