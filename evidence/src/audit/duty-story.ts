import type { DutyStatement, StartStatement } from '../record/statement.js';
import type { DutyStory, Findings } from './report.js';
import type { Released } from './statements.js';

/**
 * Checks that what the consumer says of its duties fits the rest of the record, and tells it.
 *
 * @param starts of the record; undefined when not all of them were released
 */
export function tellDuties(
  duties: readonly Released<DutyStatement>[],
  starts: readonly Released<StartStatement>[] | undefined,
  findings: Findings,
): DutyStory[] {
  const closed = new Set<string>();
  for (const { where, statement, entries } of duties) {
    const { transfer, duty, result } = statement;
    if (entries.some(({ envelope }) => envelope.agreement !== statement.agreement)) {
      findings.add('CHAIN_BROKEN', `${where}/agreement`, 'expected the agreement that the envelope names');
    }
    if (transfer !== undefined && starts?.every((start) => start.statement.transfer !== transfer)) {
      findings.add('CHAIN_BROKEN', `${where}/transfer`, `expected a transfer that was started, got ${transfer}`);
    }
    // Only of a file that could not be removed yet is spoken again.
    const name = JSON.stringify([transfer ?? null, duty]);
    if (closed.has(name)) findings.add('STORY_DIFFERS', where, `expected one answer for ${duty}`);
    if (result !== 'kept') closed.add(name);
  }
  return duties.map(({ statement }) => toldOf(statement));
}

function toldOf({ duty, action, transfer, outcome, result, due, time }: DutyStatement): DutyStory {
  return {
    ...{ duty, action, outcome, result, time },
    ...(transfer === undefined ? {} : { transfer }),
    ...(due === undefined ? {} : { due }),
  };
}
