import type { AuditReport } from '@causeway/evidence';
import { describePolicy, type JsonValue, parsePolicy } from '@causeway/policies';
import type { Words } from '../language.js';

/** The terms of a record's agreement in plain words; undefined when its statement was not released. */
export function termsOf({ record }: AuditReport): Words | undefined {
  const said = record?.statements.find(({ statement }) => statement.type === 'agreement')?.statement;
  if (said?.type !== 'agreement') return undefined;
  const parsed = parsePolicy(said.agreement as JsonValue, { kind: 'Agreement' });
  if (!parsed.ok) {
    return { en: 'Its policy is not understood here.', zh: '此处无法理解其策略。' };
  }
  return { en: describePolicy(parsed.policy, 'en'), zh: describePolicy(parsed.policy, 'zh') };
}
