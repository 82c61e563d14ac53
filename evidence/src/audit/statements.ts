import type { Digest } from '../digest.js';
import type { Parties } from '../record/envelope.js';
import { parseStatement, type Statement } from '../record/statement.js';
import { validAt, validUntil } from '../trust/key-statement.js';
import type { AuditBundle } from './bundle.js';
import type { SignedEntry } from './entries.js';
import type { Findings } from './report.js';

/** A statement that at least one envelope of the bundle signs as what it is. */
export interface ReleasedStatement {
  /** `bundle#/statements/<n>` */
  readonly where: string;
  readonly id: Digest;
  readonly statement: Statement;
  readonly entries: readonly SignedEntry[];
}

/** One of a known type. */
export type Released<S> = Omit<ReleasedStatement, 'statement'> & { readonly statement: S };

/** Reads every released statement and finds the envelopes over it. */
export async function readStatements(
  bundle: AuditBundle,
  entries: readonly SignedEntry[],
  findings: Findings,
): Promise<ReleasedStatement[]> {
  const released: ReleasedStatement[] = [];
  let after = -1;
  for (const [index, text] of bundle.statements.entries()) {
    const where = `bundle#/statements/${index}`;
    const parsed = await findings.attempt('STATEMENT_INVALID', where, () => parseStatement(text));
    if (!parsed) continue;
    const { id, statement } = parsed;
    const over = entries.filter(({ envelope }) => envelope.statement === id && envelope.type === statement.type);
    const [first] = over;
    if (!first) {
      findings.add('STATEMENT_UNSIGNED', where, `expected an envelope over this ${statement.type} (${id}), got none`);
      continue;
    }
    const place = entries.indexOf(first);
    if (place <= after) {
      findings.add('ORDER_WRONG', where, 'expected each statement once, in the order in which the entries name them');
    }
    after = Math.max(after, place);
    released.push({ where, id, statement, entries: over });
  }
  return released;
}

/**
 * Each key was valid when it signed. The time of a statement is the provider's, so of a consumer, who signs a little later,
 * it says only that the key had not expired before.
 */
export function checkKeyTimes(statements: readonly ReleasedStatement[], parties: Parties, findings: Findings): void {
  for (const { statement, entries } of statements) {
    const at = Date.parse(statement.time);
    for (const { where, envelope, key } of entries) {
      if (envelope.signer === parties.provider ? validAt(key, at) : validUntil(key, at)) continue;
      const message = `expected a key valid at ${statement.time}, got one of ${key.notBefore} to ${key.notAfter}`;
      findings.add('KEY_STATEMENT_INVALID', `${where}/keyStatement`, message);
    }
  }
}
