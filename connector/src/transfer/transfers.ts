import type { Commit, Stored } from '@causeway/platform';
import { type ControlContext, newPid, stampOf } from '../control.js';
import { addressIn } from '../dsp/data-address.js';
import { draft, processBody, textMember } from '../dsp/messages.js';
import { extension, type Format, formats, grpcPull, httpPull } from '../dsp/vocabulary.js';
import { ConnectorError } from '../errors.js';
import { fileSink } from '../exchange/file-sink.js';
import type { Agreement, Answer, JsonObject, Reason, Transfer, TransferState } from '../model.js';
import { demandInForce } from '../negotiation/agreement-end.js';
import type { Caller, DataPlane } from '../ports.js';
import type { Stamp } from '../process/act.js';
import type { Processes } from '../process/processes.js';
import { knownPids } from '../process/receive.js';
import { answered, answerTo, begin, sending, unparked } from '../process/record.js';
import type { Decision, Next } from '../process/work.js';
import { refusal } from '../reasons.js';
import { intendCompletion, intendResumption, intendSuspension } from './act.js';
import { receiveTransfer, type TransferMessage } from './receive.js';
import { startTransfer } from './start.js';
import { terminating } from './usage.js';

/** What a management client asks for. */
export interface TransferRequest {
  /** Chosen by the client: the same again creates nothing. */
  readonly request: string;
  readonly agreement: Agreement['digest'];
  /** Absolute path of the file to make. */
  readonly to: string;
  readonly purpose?: string;
  /** `GrpcData-PULL` unless told. */
  readonly format?: Format;
}

/** As the start statement takes it. */
const longestPurpose = 1_000;

/** Transfer processes, both roles (Dataspace Protocol 2025-1, Transfer Process Protocol). */
export class Transfers {
  readonly #context: ControlContext;
  readonly #processes: Processes<Transfer>;
  readonly #dataPlane: () => DataPlane;

  constructor(context: ControlContext, processes: Processes<Transfer>, dataPlane: () => DataPlane) {
    this.#context = context;
    this.#processes = processes;
    this.#dataPlane = dataPlane;
  }

  /**
   * Consumer: asks for the data of an agreement; the request is saved before it is sent.
   *
   * @throws ConnectorError NOT_FOUND, AGREEMENT_INVALID, AGREEMENT_ENDED, REQUEST_INVALID, QUEUE_FULL
   */
  async request(asked: TransferRequest): Promise<{ record: Transfer; created: boolean }> {
    const { clock, random, records, dspBase } = this.#context;
    const agreement = (await records.agreements.get(asked.agreement))?.value;
    if (agreement === undefined) throw new ConnectorError('NOT_FOUND', `There is no agreement ${asked.agreement}.`);
    if (agreement.role !== 'consumer' || agreement.finalized === undefined) {
      throw new ConnectorError('AGREEMENT_INVALID', `Expected a finalized agreement under which we are the consumer.`);
    }
    demandInForce(agreement, agreement.digest);
    const purpose = purposeIn(asked.purpose, 'REQUEST_INVALID');
    const format = asked.format ?? grpcPull;
    const pid = newPid(random);
    const record: Transfer = {
      ...begin<TransferState>(
        { pid, role: 'consumer', peer: agreement.peer, address: agreement.address },
        'REQUESTED',
        clock.now(),
      ),
      agreement: agreement.digest,
      dataset: agreement.dataset,
      format,
      ...(purpose === undefined ? {} : { purpose }),
      request: asked.request,
      sink: fileSink(asked.to, pid),
    };
    const message = draft('TransferRequestMessage', newPid(random), {
      agreementId: agreement.id,
      format,
      callbackAddress: dspBase(),
      ...(purpose === undefined ? {} : { [extension.purpose]: purpose }),
    });
    const next = sending(record, 'transfer', message, 'REQUESTED');
    const { writes } = this.#listed(record);
    const also = { writes: [...writes, records.partials.put([pid], { pid })] };
    return this.#processes.create(['request', asked.request], { ...next, also });
  }

  /** Provider: TransferRequestMessage. The same again, by message id or by the consumer's pid, creates nothing. */
  async open(caller: Caller, message: JsonObject): Promise<Answer> {
    const { clock, random, records, checked } = this.#context;
    checked.demand();
    const agreementId = textMember(message, 'agreementId') ?? '';
    const peerPid = textMember(message, 'consumerPid') ?? '';
    const named = await records.agreementIds.get(caller.id, agreementId);
    const agreement = named && (await records.agreements.get(named.value.digest))?.value;
    if (agreement?.finalized === undefined || agreement.role !== 'provider') {
      throw await this.#unknown(agreementId);
    }
    demandInForce(agreement, agreementId);
    const format = formatIn(message);
    // The one exception to I4, and only where the offer says so.
    const unbound = format === httpPull && caller.fingerprint === undefined;
    if (unbound && agreement.policy[extension.unboundTokens] !== true) {
      const words = `Expected a certificate to bind a token to, or an offer that allows unbound tokens.`;
      throw refusal('POLICY_DENIED', words, '要约不允许不绑定证书的令牌，而对方没有出示证书。');
    }
    const id = textMember(message, '@id');
    const purpose = purposeIn(textMember(message, extension.purpose), 'MESSAGE_INVALID');
    const record: Transfer = {
      ...begin<TransferState>(
        {
          pid: newPid(random),
          role: 'provider',
          peer: caller.id,
          peerPid,
          address: textMember(message, 'callbackAddress') ?? '',
        },
        'REQUESTED',
        clock.now(),
      ),
      agreement: agreement.digest,
      dataset: agreement.dataset,
      format,
      ...(purpose === undefined ? {} : { purpose }),
      ...(caller.fingerprint === undefined ? {} : { fingerprint: caller.fingerprint }),
      ...(unbound ? { unbound } : {}),
    };
    const answer: Answer = { status: 201, body: processBody('transfer', record) };
    const next = { record: answered(record, id, answer) };
    const result = await this.#processes.create([caller.id, peerPid], { ...next, also: this.#listed(record) });
    if (result.created) return answer;
    if (result.record.agreement !== agreement.digest) {
      throw new ConnectorError('STATE_INVALID', `Pid ${peerPid} belongs to a transfer under another agreement.`);
    }
    return answerTo(result.record, id) ?? { status: 201, body: processBody('transfer', result.record) };
  }

  /** A message about a transfer that exists; `pid` is ours, out of the path. */
  async receive(caller: Caller, type: TransferMessage, pid: string, message: JsonObject): Promise<Answer> {
    this.#context.checked.demand();
    const id = textMember(message, '@id');
    let started: Transfer | undefined;
    const at = { pid, ...(id === undefined ? {} : { id }) };
    const answer = await this.#processes.receive(caller, at, async (record) => {
      started = undefined;
      const received = await receiveTransfer(this.#context, this.#known(caller, record, message), type, message);
      if (received.next?.record.state === 'STARTED' && record.role === 'consumer') started = received.next.record;
      return received;
    });
    // The token is in this message only and never stored; without one the data plane renews.
    if (started !== undefined) this.#dataPlane().pull(started, addressIn(message).token);
    return answer;
  }

  /** GET: where the transfer stands. @throws ConnectorError NOT_FOUND */
  async show(caller: Caller, pid: string): Promise<Answer> {
    const found = await this.#processes.get(pid);
    if (found === undefined || found.value.peer !== caller.id) {
      throw new ConnectorError('NOT_FOUND', `There is no transfer ${pid} of yours here.`);
    }
    return { status: 200, body: processBody('transfer', found.value) };
  }

  /** @throws ConnectorError NOT_FOUND, STATE_INVALID */
  terminate(pid: string, reason: Reason): Promise<Transfer> {
    return this.#intend(pid, 'TERMINATED', (record) => terminating(this.#context, record, reason));
  }

  suspend(pid: string, reason: Reason): Promise<Transfer> {
    return this.#intend(pid, 'SUSPENDED', async (record, stamp) => intendSuspension(record, reason, stamp));
  }

  complete(pid: string): Promise<Transfer> {
    return this.#intend(pid, 'COMPLETED', async (record, stamp) => intendCompletion(record, stamp));
  }

  resume(pid: string): Promise<Transfer> {
    return this.#intend(pid, 'STARTED', async (record, stamp) => intendResumption(record, stamp));
  }

  /** The change that a decision about a transfer makes; undefined when nothing changes. */
  async apply(stored: Stored<Transfer>, decision: Decision): Promise<Next<Transfer> | undefined> {
    const record = stored.value;
    const stamp = stampOf(this.#context);
    switch (decision.move) {
      case 'terminate':
        return terminating(this.#context, record, decision.reason);
      case 'suspend':
        return intendSuspension(record, { code: 'DECIDED', en: 'Suspended by decision.', zh: '按决定暂停。' }, stamp);
      case 'complete':
        return intendCompletion(record, stamp);
      case 'proceed':
        if (record.role === 'provider' && record.state === 'REQUESTED')
          return startTransfer(this.#context, stored, stamp);
        return record.state === 'SUSPENDED' ? intendResumption(record, stamp) : undefined;
      default:
        return undefined;
    }
  }

  async #intend(
    pid: string,
    to: TransferState,
    intend: (record: Transfer, stamp: Stamp) => Promise<Next<Transfer>>,
  ): Promise<Transfer> {
    this.#context.checked.demand();
    return this.#processes.change(pid, async ({ value }) => {
      const there = value.intent === undefined ? value.state === to : value.intent.state === to;
      return there && value.parked === undefined ? undefined : intend(unparked(value), stampOf(this.#context));
    });
  }

  /** Whoever relies on an agreement that a restored store has lost is told what to do. */
  async #unknown(agreementId: string): Promise<ConnectorError> {
    const restored = (await this.#context.records.restoration.get('store'))?.value;
    const words = `There is no agreement ${agreementId} of yours here.`;
    if (restored === undefined) return new ConnectorError('NOT_FOUND', words);
    return refusal(
      'AGREEMENT_UNKNOWN',
      `${words} This connector went on from an older back-up and has lost what was agreed after it: ask for the contract again.`,
      `本方没有与您的合约 ${agreementId}。本连接器从较早的备份恢复，此后签订的合约已经丢失，请重新请求。`,
    );
  }

  /** The provider binds tokens to the certificate that its consumer used last. */
  #known(caller: Caller, record: Transfer, message: JsonObject): Transfer {
    const known = knownPids(record, message);
    if (known.role === 'consumer' || caller.fingerprint === undefined) return known;
    return { ...known, fingerprint: caller.fingerprint };
  }

  #listed({ agreement, pid }: Transfer): Commit {
    return { writes: [this.#context.records.transfersOf.put([agreement, pid], { pid })] };
  }
}

function formatIn(message: JsonObject): Format {
  const named = textMember(message, 'format') ?? '';
  const format = formats.find((one) => one === named);
  if (format !== undefined) return format;
  throw new ConnectorError('MESSAGE_INVALID', `Expected one of the formats ${formats.join(', ')}; got ${named}.`);
}

/** Refused rather than cut: a decision is about the purpose that was declared, and it is signed. */
function purposeIn(text: string | undefined, code: 'MESSAGE_INVALID' | 'REQUEST_INVALID'): string | undefined {
  if (text === undefined || (text.length <= longestPurpose && !/\p{Surrogate}/u.test(text))) return text;
  throw new ConnectorError(code, `Expected a purpose of Unicode text, of at most ${longestPurpose} UTF-16 code units.`);
}
