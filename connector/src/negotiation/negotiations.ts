import { canonicalJson } from '@causeway/evidence';
import { type ControlContext, newPid, stampOf } from '../control.js';
import { draft, objectMember, processBody, textMember } from '../dsp/messages.js';
import { demandKept } from '../duties/kept.js';
import { ConnectorError } from '../errors.js';
import type { Agreement, Answer, JsonObject, Negotiation, NegotiationState, Reason } from '../model.js';
import type { Caller } from '../ports.js';
import type { Processes } from '../process/processes.js';
import { knownPids } from '../process/receive.js';
import { answered, answerTo, begin, sending, unparked } from '../process/record.js';
import type { Decision } from '../process/work.js';
import { refusal } from '../reasons.js';
import { intendTermination } from './act.js';
import { makeAgreementEnd } from './agreement-end.js';
import { applyDecision } from './decide.js';
import {
  receiveAgreement,
  receiveEvent,
  receiveOffer,
  receiveRequest,
  receiveTermination,
  receiveVerification,
} from './receive.js';
import { demandTerms } from './terms.js';

const transitions = {
  ContractRequestMessage: { role: 'provider', receive: receiveRequest },
  ContractOfferMessage: { role: 'consumer', receive: receiveOffer },
  ContractAgreementMessage: { role: 'consumer', receive: receiveAgreement },
  ContractAgreementVerificationMessage: { role: 'provider', receive: receiveVerification },
  ContractNegotiationEventMessage: { role: undefined, receive: receiveEvent },
  ContractNegotiationTerminationMessage: { role: undefined, receive: receiveTermination },
} as const;
/** In characters. Larger terms could not be agreed: a statement over them is at most 256 KiB. */
const longestTerms = 262_144;

export type NegotiationMessage = keyof typeof transitions;

/** What a management client asks for. */
export interface NegotiationRequest {
  /** Chosen by the client: the same again creates nothing. */
  readonly request: string;
  readonly provider: string;
  readonly address: string;
  readonly dataset: string;
  /** The offer to ask for, with its `@id`. */
  readonly offer: JsonObject;
  /** That offer as the client named it, by which its repetition is known. */
  readonly wanted?: string | JsonObject;
}

/** Contract negotiation, both roles (Dataspace Protocol 2025-1, Contract Negotiation Protocol). */
export class Negotiations {
  readonly #context: ControlContext;
  readonly #processes: Processes<Negotiation>;
  /** Whether this caller may know of a dataset. */
  readonly #visible: (dataset: string, caller: string) => Promise<boolean>;

  constructor(
    context: ControlContext,
    processes: Processes<Negotiation>,
    visible: (dataset: string, caller: string) => Promise<boolean>,
  ) {
    this.#context = context;
    this.#processes = processes;
    this.#visible = visible;
  }

  /**
   * Consumer: asks a provider for a contract; the request is saved before it is sent.
   *
   * @throws ConnectorError POLICY_INVALID with the path in the offer: what is not understood is not asked for
   */
  async request(asked: NegotiationRequest): Promise<{ record: Negotiation; created: boolean }> {
    const { clock, random, dspBase } = this.#context;
    const offer = { ...asked.offer, '@type': 'Offer', target: asked.dataset };
    demandKept(offer, 'Request', asked.provider);
    const record: Negotiation = {
      ...begin<NegotiationState>(
        { pid: newPid(random), role: 'consumer', peer: asked.provider, address: asked.address },
        'REQUESTED',
        clock.now(),
      ),
      dataset: asked.dataset,
      offer,
      request: asked.request,
      ...(asked.wanted === undefined ? {} : { wanted: asked.wanted }),
    };
    const message = draft('ContractRequestMessage', newPid(random), { offer, callbackAddress: dspBase() });
    return this.#processes.create(['request', asked.request], sending(record, 'negotiation', message, 'REQUESTED'));
  }

  /** Either side, by a person. @throws ConnectorError NOT_FOUND, STATE_INVALID */
  async terminate(pid: string, reason: Reason): Promise<Negotiation> {
    return this.#processes.change(pid, async ({ value }) => {
      const ending = value.state === 'TERMINATED' || value.intent?.state === 'TERMINATED';
      if (ending && value.parked === undefined) return undefined;
      return intendTermination(unparked(value), reason, stampOf(this.#context));
    });
  }

  /**
   * Consumer, by a person: takes the offer that the provider made instead. What is not understood, or would not be kept, is not taken.
   *
   * @throws ConnectorError NOT_FOUND, STATE_INVALID, POLICY_INVALID
   */
  async accept(pid: string): Promise<Negotiation> {
    return this.#processes.change(pid, async (stored) => {
      const { role, state, peer, offer, intent } = stored.value;
      if (role === 'consumer' && state === 'ACCEPTED') return undefined;
      if (role !== 'consumer' || state !== 'OFFERED' || intent !== undefined) {
        throw refusal('STATE_INVALID', `Expected an offer of the provider to accept; negotiation ${pid} is ${state}.`);
      }
      demandKept(offer, 'Offer', peer);
      return applyDecision(this.#context, stored, { move: 'accept' });
    });
  }

  /** A decision that was left to people. @throws ConnectorError NOT_FOUND, STATE_INVALID */
  async decide(pid: string, decision: Decision): Promise<Negotiation> {
    return this.#processes.change(pid, (stored) => applyDecision(this.#context, stored, decision));
  }

  /** GET: where the negotiation stands. @throws ConnectorError NOT_FOUND */
  async show(caller: Caller, pid: string): Promise<Answer> {
    const found = await this.#processes.get(pid);
    if (found === undefined || found.value.peer !== caller.id) {
      throw new ConnectorError('NOT_FOUND', `There is no negotiation ${pid} of yours here.`);
    }
    return { status: 200, body: processBody('negotiation', found.value) };
  }

  /**
   * A first message: ContractRequestMessage from a consumer, or ContractOfferMessage from a provider that opens the
   * negotiation itself. The same again, by message id or by the peer's pid, creates nothing.
   */
  async open(
    caller: Caller,
    type: 'ContractRequestMessage' | 'ContractOfferMessage',
    message: JsonObject,
  ): Promise<Answer> {
    const role = type === 'ContractRequestMessage' ? 'provider' : 'consumer';
    const peerPid = textMember(message, role === 'provider' ? 'consumerPid' : 'providerPid');
    const address = textMember(message, 'callbackAddress');
    const offer = objectMember(message, 'offer');
    boundTerms(message);
    if (peerPid === undefined || address === undefined || offer === undefined) {
      throw new ConnectorError(
        'MESSAGE_INVALID',
        `A first ${type} names a callbackAddress and no pid of the receiver.`,
      );
    }
    const dataset = await this.#datasetOf(offer);
    if (dataset === undefined || (role === 'provider' && !(await this.#visible(dataset, caller.id)))) {
      // Named as the caller named it: an offer that is not for it must not tell which dataset it is on.
      const named = textMember(offer, 'target') ?? textMember(offer, '@id') ?? '';
      throw new ConnectorError('NOT_FOUND', `There is no ${named} for you here.`);
    }
    demandTerms(offer);
    const { clock, random } = this.#context;
    const id = textMember(message, '@id');
    const record: Negotiation = {
      ...begin<NegotiationState>(
        { pid: newPid(random), role, peer: caller.id, peerPid, address },
        role === 'provider' ? 'REQUESTED' : 'OFFERED',
        clock.now(),
      ),
      dataset,
      offer,
    };
    const answer: Answer = { status: 201, body: processBody('negotiation', record) };
    const next = { record: answered(record, id, answer) };
    const result = await this.#processes.create([caller.id, peerPid], next);
    return result.created ? answer : repeated(result.record, id, offer, dataset);
  }

  /** A message about a negotiation that exists; `pid` is ours, out of the path. */
  async receive(caller: Caller, type: NegotiationMessage, pid: string, message: JsonObject): Promise<Answer> {
    const { role, receive } = transitions[type];
    const id = textMember(message, '@id');
    const event = message['eventType'];
    const expected = event === 'ACCEPTED' ? 'provider' : event === 'FINALIZED' ? 'consumer' : role;
    boundTerms(message);
    const at = { pid, ...(expected === undefined ? {} : { role: expected }), ...(id === undefined ? {} : { id }) };
    let agreement: Agreement['digest'] | undefined;
    const answer = await this.#processes.receive(caller, at, async (record) => {
      agreement = record.agreement;
      const known = knownPids(record, message);
      return receive(this.#context, known, message);
    });
    if (type === 'ContractNegotiationTerminationMessage' && agreement !== undefined) {
      this.#context.usage.agreementChanged(agreement);
    }
    return answer;
  }

  /**
   * Either side, by a person: ends an agreement. Nothing begins under it any more, and what runs is stopped, on the other side
   * as soon as it hears of it. An agreement that has ended, by whomever, stays as it is.
   *
   * @throws ConnectorError NOT_FOUND, AGREEMENT_INVALID
   */
  async endAgreement(digest: string, reason: Reason): Promise<Agreement> {
    const { agreements } = this.#context.records;
    const need = async (): Promise<Agreement> => {
      const found = (await agreements.get(digest))?.value;
      if (found !== undefined) return found;
      throw new ConnectorError('NOT_FOUND', `There is no agreement ${digest}.`);
    };
    const { negotiation } = await need();
    await this.#processes.change(negotiation, ({ value }) =>
      makeAgreementEnd(this.#context, value, reason, stampOf(this.#context)),
    );
    // A crash before this line loses nothing: whatever is open is looked at when the connector starts.
    this.#context.usage.agreementChanged(digest);
    return need();
  }

  async #datasetOf(offer: JsonObject): Promise<string | undefined> {
    const target = textMember(offer, 'target');
    if (target !== undefined) return target;
    return (await this.#context.records.offers.get(textMember(offer, '@id') ?? ''))?.value.dataset;
  }
}

/** Terms are kept with the process, so a peer does not send any size of them. */
function boundTerms(message: JsonObject): void {
  for (const name of ['offer', 'agreement']) {
    const { length } = JSON.stringify(message[name] ?? null);
    if (length <= longestTerms) continue;
    throw new ConnectorError(
      'MESSAGE_INVALID',
      `Expected an ${name} of at most ${longestTerms} characters, got ${length}.`,
    );
  }
}

/** A first message for a negotiation that exists already: a repetition, or another request under a pid that is taken. */
function repeated(record: Negotiation, id: string | undefined, offer: JsonObject, dataset: string): Answer {
  const kept = answerTo(record, id);
  if (kept !== undefined) return kept;
  const same = record.dataset === dataset && canonicalJson(record.offer) === canonicalJson(offer);
  if (same) return { status: 201, body: processBody('negotiation', record) };
  throw new ConnectorError(
    'STATE_INVALID',
    `Pid ${record.peerPid ?? ''} belongs to a negotiation about something else.`,
  );
}
