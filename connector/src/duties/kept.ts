import type { JsonObject } from '../model.js';
import { isReason, readTerms } from '../negotiation/terms.js';
import { refusal } from '../reasons.js';
import { unkeptDuties } from './capabilities.js';

/**
 * Demands terms under which this connector, as consumer, keeps everything that is owed after delivery: it neither asks for nor
 * signs what it would break.
 *
 * @throws ConnectorError POLICY_INVALID with the path of each duty
 */
export function demandKept(json: JsonObject, kind: 'Agreement' | 'Offer' | 'Request', provider: string): void {
  const terms = readTerms(json, kind);
  if (isReason(terms)) throw refusal('POLICY_INVALID', terms.en, terms.zh);
  const problems = unkeptDuties(terms, provider);
  if (problems.length === 0) return;
  const paths = problems.map(({ path }) => path).join('、');
  throw refusal(
    'POLICY_INVALID',
    `This connector would not keep what is owed after delivery: ${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    `本连接器无法履行交付后的义务：${paths}`,
  );
}
