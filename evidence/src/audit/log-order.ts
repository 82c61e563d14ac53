import type { Findings, LoggedEntry } from './report.js';
import type { ReleasedStatement } from './statements.js';

/**
 * What allows a transfer is in the log before any byte leaves, so it stands there before whatever ends the transfer: both
 * agreement envelopes and the start. The order in the log is nobody's word.
 */
export function checkLogOrder(
  entries: readonly LoggedEntry[],
  statements: readonly ReleasedStatement[],
  findings: Findings,
): void {
  const agreed = entries.filter(({ envelope }) => envelope.type === 'agreement');
  for (const { statement, entries: over } of statements) {
    if (statement.type !== 'transfer-end' && statement.type !== 'transfer-stop') continue;
    const started = entries.filter(({ envelope }) => envelope.statement === statement.start);
    for (const { where, index } of entriesOf(entries, over)) {
      for (const before of [...agreed, ...started]) {
        if (index === undefined || before.index === undefined || before.index < index) continue;
        const message = `expected the ${before.envelope.type} of ${before.envelope.signer} before this in the log, got it at ${before.index} after ${index}`;
        findings.add('START_LATE', `${where}/envelope`, message);
      }
    }
  }
}

function entriesOf(entries: readonly LoggedEntry[], over: ReleasedStatement['entries']): LoggedEntry[] {
  return entries.filter(({ where }) => over.some((one) => one.where === where));
}
