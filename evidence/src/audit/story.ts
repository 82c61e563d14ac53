import type { Digest } from '../digest.js';
import { auditorsMember, auditorsOf } from '../record/auditors.js';
import type { Parties } from '../record/envelope.js';
import type { AgreementStatement, DutyStatement, EndStatement, StartStatement } from '../record/statement.js';
import type { AgreementEndStatement, TransferStopStatement } from '../record/stopping.js';
import { tellDuties } from './duty-story.js';
import type { SignedEntry } from './entries.js';
import type { Findings, Story, TransferStory, Unreleased } from './report.js';
import type { Released, ReleasedStatement } from './statements.js';
import { checkStop, tellEnds, toldOfStop } from './stop-story.js';

/** Checks that the statements follow from each other, and tells what both sides say happened. */
export function tellStory(
  entries: readonly SignedEntry[],
  statements: readonly ReleasedStatement[],
  parties: Parties,
  findings: Findings,
): Story {
  const { agreement, starts, ends, stops, over, duties } = sort(statements);
  if (agreement) checkAgreement(agreement, parties, findings);
  for (const start of starts) checkStart(start, agreement?.statement, findings);
  const startIds = new Set(signedAs('transfer-start', entries));
  for (const end of ends) checkEnd(end, startIds, starts, parties, findings);
  const started = new Map([...startIds].map((id) => [id, starts.find((start) => start.id === id)?.statement.transfer]));
  const unbound = new Set(starts.flatMap(({ id, statement }) => (statement.token === 'unbound' ? [id] : [])));
  const stopped = new Map<string, TransferStopStatement>();
  for (const stop of stops) {
    const others = new Set([...ends.map(({ statement }) => statement.start), ...stopped.keys()]);
    checkStop(stop, started, others, parties, findings);
    stopped.set(stop.statement.start, stop.statement);
  }

  const released = new Set(statements.map(({ id }) => id));
  const endsUnknown = [...signedAs('transfer-end', entries), ...signedAs('transfer-stop', entries)].some(
    (id) => !released.has(id),
  );
  checkTransfersDistinct(starts, findings);
  const transfers = [...startIds].map((start) => {
    const own = ends.filter(({ statement }) => statement.start === start);
    const stop = stopped.get(start);
    const transfer = started.get(start) ?? own[0]?.statement.transfer ?? stop?.transfer;
    const story = stop && own.length === 0 ? 'stopped' : storyOf(own, endsUnknown, findings);
    return {
      ...(transfer === undefined ? {} : { transfer }),
      ...{ start, story },
      ...(unbound.has(start) ? { token: 'unbound' as const } : {}),
      ...(stop ? { stopped: toldOfStop(stop) } : {}),
    };
  });
  const startsUnknown = [...startIds].some((id) => !released.has(id));
  const signers = new Set(
    entries.filter(({ envelope }) => envelope.type === 'agreement').map(({ envelope }) => envelope.signer),
  );
  return {
    agreement: signers.size === 2 ? 'agreed' : 'one-sided',
    transfers,
    ended: tellEnds(over, entries, findings),
    duties: tellDuties(duties, startsUnknown ? undefined : starts, findings),
    unreleased: unreleasedOf(entries, released),
  };
}

function unreleasedOf(entries: readonly SignedEntry[], released: ReadonlySet<Digest>): Unreleased[] {
  const missing = new Map<Digest, Unreleased>();
  for (const { envelope } of entries) {
    const { statement, type, signer } = envelope;
    if (released.has(statement)) continue;
    const signers = missing.get(statement)?.signers ?? [];
    missing.set(statement, { statement, type, signers: [...signers, signer] });
  }
  return [...missing.values()];
}

function sort(statements: readonly ReleasedStatement[]) {
  let agreement: Released<AgreementStatement> | undefined;
  const starts: Released<StartStatement>[] = [];
  const ends: Released<EndStatement>[] = [];
  const stops: Released<TransferStopStatement>[] = [];
  const over: Released<AgreementEndStatement>[] = [];
  const duties: Released<DutyStatement>[] = [];
  for (const { statement, ...rest } of statements) {
    if (statement.type === 'agreement') agreement = { ...rest, statement };
    else if (statement.type === 'transfer-start') starts.push({ ...rest, statement });
    else if (statement.type === 'transfer-end') ends.push({ ...rest, statement });
    else if (statement.type === 'transfer-stop') stops.push({ ...rest, statement });
    else if (statement.type === 'agreement-end') over.push({ ...rest, statement });
    else duties.push({ ...rest, statement });
  }
  return { agreement, starts, ends, stops, over, duties };
}

function signedAs(
  type: 'transfer-start' | 'transfer-end' | 'transfer-stop',
  entries: readonly SignedEntry[],
): Digest[] {
  return entries.flatMap(({ envelope }) => (envelope.type === type ? envelope.statement : []));
}

function checkAgreement(
  { where, statement }: Released<AgreementStatement>,
  parties: Parties,
  findings: Findings,
): void {
  const { agreement, provider, consumer } = statement;
  const expected = [
    ['/provider', provider, parties.provider],
    ['/consumer', consumer, parties.consumer],
    // A policy may leave them out; when it names them, it names these.
    ['/agreement/assigner', agreement.assigner ?? provider, provider],
    ['/agreement/assignee', agreement.assignee ?? consumer, consumer],
  ] as const;
  for (const [pointer, got, wanted] of expected) {
    if (got !== wanted)
      findings.add('AGREEMENT_MISMATCH', `${where}${pointer}`, `expected ${wanted}, got ${String(got)}`);
  }
  // Whom the parties did not agree on was not to see any of it.
  const [named, shown] = [auditorsOf(agreement).join(', '), parties.auditors.join(', ')];
  if (named === shown) return;
  const message = `expected the auditors that the envelopes name (${shown || 'none'}), got ${named || 'none'}`;
  findings.add('AGREEMENT_MISMATCH', `${where}/agreement/${auditorsMember}`, message);
}

function checkStart(
  { where, statement, entries }: Released<StartStatement>,
  agreement: AgreementStatement | undefined,
  findings: Findings,
): void {
  if (entries.some(({ envelope }) => envelope.agreement !== statement.agreement)) {
    findings.add('CHAIN_BROKEN', `${where}/agreement`, 'expected the agreement that the envelope names');
  }
  const target = agreement?.agreement.target ?? statement.dataset;
  if (target !== statement.dataset) {
    findings.add(
      'CHAIN_BROKEN',
      `${where}/dataset`,
      `expected the agreement's target ${String(target)}, got ${statement.dataset}`,
    );
  }
}

/** A restarted or resumed stream goes on under the same start, so a transfer has one. */
function checkTransfersDistinct(starts: readonly Released<StartStatement>[], findings: Findings): void {
  const seen = new Set<string>();
  for (const { where, statement } of starts) {
    if (seen.has(statement.transfer)) {
      findings.add('CHAIN_BROKEN', `${where}/transfer`, `expected one start of ${statement.transfer}`);
    }
    seen.add(statement.transfer);
  }
}

function checkEnd(
  { where, statement, entries }: Released<EndStatement>,
  startIds: ReadonlySet<Digest>,
  starts: readonly Released<StartStatement>[],
  parties: Parties,
  findings: Findings,
): void {
  const wrong = (member: string, message: string) => findings.add('CHAIN_BROKEN', `${where}/${member}`, message);
  if (entries.some(({ envelope }) => envelope.agreement !== statement.agreement)) {
    wrong('agreement', 'expected the agreement that the envelope names');
  }
  if (!startIds.has(statement.start)) wrong('start', `expected a start that was signed, got ${statement.start}`);
  const start = starts.find(({ id }) => id === statement.start)?.statement;
  if (start && start.transfer !== statement.transfer) wrong('transfer', `expected ${start.transfer}`);
  if (statement.outcome === 'complete') {
    if (start && start.size !== statement.bytes) wrong('bytes', `expected the ${start.size} bytes of the start`);
    return;
  }
  if (statement.signer !== parties.consumer) wrong('signer', `expected the consumer ${parties.consumer} to dispute`);
  if (entries.some(({ envelope }) => envelope.signer !== statement.signer)) {
    wrong('signer', `expected nobody else to sign what ${String(statement.signer)} disputes`);
  }
}

function storyOf(ends: readonly Released<EndStatement>[], endsUnknown: boolean, findings: Findings): TransferStory {
  const signers = ends.flatMap(({ entries }) => entries.map(({ envelope }) => envelope.signer));
  const complete = ends.filter(({ statement }) => statement.outcome === 'complete');
  const [, second] = complete;
  if (second)
    findings.add('STORY_DIFFERS', second.where, 'expected one end of the transfer that both sign, or a dispute');
  if (new Set(signers).size !== signers.length) {
    const where = ends.at(-1)?.where ?? 'bundle#/statements';
    findings.add('STORY_DIFFERS', where, 'expected each party to sign one end of the transfer');
  }
  if (ends.length > complete.length || second) return 'disputed';
  if (endsUnknown) return 'unknown';
  if (ends.length === 0) return 'running';
  return signers.length === 2 ? 'agreed' : 'one-sided';
}
