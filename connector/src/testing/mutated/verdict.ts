import { canonicalJson } from '@causeway/evidence';
import { dspContext } from '../../dsp/vocabulary.js';
import type { JsonObject } from '../../model.js';
import type { Effect } from './ledger.js';
import type { Reply } from './line.js';
import type { Original } from './original.js';
import type { Specimen, Standing } from './specimen.js';

/** The schemas of the standard, where they are at hand: what is wrong with a message or an answer, empty when nothing is. */
export type Official = (message: JsonObject) => string;

/** Statuses with which Node's HTTP server refuses what is no HTTP, before anybody could write a body. */
const refusedByHttp = [400, 408, 413, 414, 417, 431, 501, 505];

/** A message, and what came of it. `standing` is that of the message as it went out, whoever judged it: never the product. */
export interface Judged {
  readonly specimen: Specimen;
  readonly standing: Standing;
  readonly reply: Reply;
  readonly effects: readonly Effect[];
  /** Whether its receiver has gone on by itself since. */
  readonly deciding: boolean;
}

/** What is wrong with how a message was taken: undefined when nothing is. */
export function misconduct(judged: Judged, official: Official | undefined): string | undefined {
  const { specimen, standing, reply, effects } = judged;
  const { original } = specimen;
  const moved = wrongEffect(judged);
  if (moved !== undefined) return moved;
  if (reply.kind !== 'answer') return specimen.http ? undefined : `no answer: ${reply.kind}`;
  const { status } = reply;
  if (status >= 500) {
    return specimen.http && refusedByHttp.includes(status) && reply.body.length === 0
      ? undefined
      : `answered ${status}`;
  }
  if (status >= 400) {
    if (standing === 'valid' && !specimen.replayed && ['moves', 'opens', 'asks'].includes(original.meaning)) {
      return `a valid message is refused with ${status} ${reply.body.toString('utf8').slice(0, 300)}`;
    }
    return illFormed(specimen, reply.body, status, official);
  }
  if (effects.length === 0 && !specimen.replayed && specimen.method === original.method) {
    if (standing === 'invalid') return `an invalid message is answered with ${status}`;
    if (original.meaning === 'illegal' && !specimen.http && standing === 'valid')
      return `an illegal message is answered with ${status}`;
    if (standing === 'valid' && (original.meaning === 'moves' || original.meaning === 'opens'))
      return `answered with ${status}, and nothing happened`;
  }
  return undefined;
}

/** Only what its original does may be done, to that process, and nothing at all by what is invalid or not legal. */
function wrongEffect({ specimen, standing, effects, deciding }: Judged): string | undefined {
  const { original } = specimen;
  if (effects.length === 0) return undefined;
  const told = effects.map(tell).join('; ');
  if (standing === 'invalid') return `an invalid message changed ${told}`;
  const processes = effects.filter(({ collection }) => collection === 'negotiation' || collection === 'transfer');
  switch (original.meaning) {
    case 'opens':
      return processes.length === 1 &&
        processes[0]?.before === undefined &&
        (deciding || stateOf(processes[0]?.after) === original.to)
        ? undefined
        : `what opens a process changed ${told}`;
    case 'moves':
    case 'crosses': {
      const [only] = processes;
      if (only === undefined || processes.length !== 1 || only.key !== original.pid || only.before === undefined)
        return `changed ${told}`;
      const [before, after] = [stateOf(only.before), stateOf(only.after)];
      const signed = effects.find(({ collection }) => collection === 'agreement');
      if (after === 'VERIFIED' && original.to === 'AGREED' && !sameAgreement(original, signed)) {
        return 'signed an agreement that was not the one that had been signed';
      }
      if (deciding) return undefined;
      // Signed wrongly, or by nobody who can: it is refused, and the negotiation ends at the hand of who refused it.
      const ended = original.to === 'VERIFIED' && after === 'TERMINATED';
      if (after === original.to || ended || (original.meaning === 'crosses' && after === before)) return undefined;
      return `moved from ${before} to ${after} by what leads to ${original.to}: ${told}`;
    }
    case 'repeats': {
      const [only] = processes;
      // Both have suspended it: from then on the provider resumes it, and no consumer can say so to its own advantage.
      const same = effects.length === 1 && stateOf(only?.before) === stateOf(only?.after);
      const shared = original.side === 'consumer' && original.to === 'SUSPENDED' && same;
      return shared ? undefined : `a repetition changed ${told}`;
    }
    default:
      return `${original.meaning === 'asks' ? 'a question' : 'an illegal message'} changed ${told}`;
  }
}

/** A signature is over the agreement as it was, to the last character. */
function sameAgreement(original: Original, signed: Effect | undefined): boolean {
  const value = signed?.after?.['value'];
  const policy = value !== null && typeof value === 'object' && !Array.isArray(value) ? value['policy'] : undefined;
  const sent = original.body?.['agreement'];
  return policy !== undefined && sent !== undefined && canonicalJson(policy) === canonicalJson(sent);
}

function stateOf(stored: JsonObject | undefined): string | undefined {
  const value = stored?.['value'];
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? String(value['state']) : undefined;
}

function tell({ collection, key, before, after }: Effect): string {
  return `${collection} ${key.slice(0, 80)} ${stateOf(before) ?? (before ? '' : 'new')}>${stateOf(after) ?? (after ? '' : 'gone')}`;
}

/** A refusal names its code, and its reason in both languages, in the error of the protocol it is about. */
function illFormed(
  specimen: Specimen,
  bytes: Buffer,
  status: number,
  official: Official | undefined,
): string | undefined {
  if (specimen.method === 'HEAD') return undefined;
  if (specimen.http && bytes.length === 0 && refusedByHttp.includes(status)) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return `refused with ${status} and no JSON: ${bytes.toString('utf8').slice(0, 200)}`;
  }
  const error = body as JsonObject;
  const type = error['@type'];
  const known = ['CatalogError', 'ContractNegotiationError', 'TransferError'].some((one) => one === type);
  const context = error['@context'];
  if (!known || !Array.isArray(context) || !context.includes(dspContext))
    return `refused with ${status} and no DSP error: ${JSON.stringify(error).slice(0, 200)}`;
  if (typeof error['code'] !== 'string' || error['code'] === '') return `refused with ${status} without a code`;
  const reasons = error['reason'];
  const languages = Array.isArray(reasons) ? reasons.map((one) => (one as JsonObject)['@language']) : [];
  if (!languages.includes('en') || !languages.includes('zh'))
    return `refused with ${status} without a reason in both languages`;
  if (
    type !== 'CatalogError' &&
    !(typeof error['providerPid'] === 'string' && typeof error['consumerPid'] === 'string')
  ) {
    return `refused with ${status} without pids`;
  }
  const wrong = official?.(error) ?? '';
  return wrong === '' ? undefined : `refused with ${status} against the schema: ${wrong}`;
}
