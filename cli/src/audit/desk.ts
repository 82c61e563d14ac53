import {
  type Identity,
  loadIdentity,
  PeerChannel,
  RpcError,
  refreshTrustIfThere,
  TrustError,
} from '@causeway/certs/peer';
import {
  type AuditBundle,
  type AuditEntry,
  type AuditReport,
  auditBundleBytes,
  type Digest,
  isDigest,
  readEnvelope,
  treeSizes,
  verifyAudit,
} from '@causeway/evidence';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { CliError } from '../errors.js';
import { homePaths } from '../home.js';
import { type LogNow, lookAtLog } from './log-view.js';
import { type Refusal, ReleaseDesk } from './releases.js';

/** A record as the clearing house shows it; nothing of it is believed before it is verified. */
export interface SeenRecord {
  readonly id: string;
  readonly agreement: string;
  readonly provider: string;
  readonly consumer: string;
  readonly entries: readonly AuditEntry[];
}

/** One record with all that an auditor could get of it, verified. */
export interface Audited {
  readonly seen: SeenRecord;
  /** The bundle, as canonical JSON. */
  readonly bundle: Uint8Array;
  readonly report: AuditReport;
  /** Of the statements that are not in it: what those said who signed them. */
  readonly refusals: readonly Refusal[];
}

/** Pages of one record that are followed, and of a list that is searched. */
const mostPages = 200;
const deadlineMs = 15_000;
const asked = 4;

/** What an auditor does from a home of its own: reads the records it may see, and gets the statements they sign. */
export class AuditDesk implements AsyncDisposable {
  readonly #identity: Identity;
  readonly #log: LogNow;
  readonly #channel: PeerChannel;
  readonly #releases: ReleaseDesk;

  private constructor(identity: Identity, log: LogNow, channel: PeerChannel, releases: ReleaseDesk) {
    this.#identity = identity;
    this.#log = log;
    this.#channel = channel;
    this.#releases = releases;
  }

  /** @throws CliError FAILED, NOT_VERIFIED when the log is not the one it was; TrustError */
  static async open(home: string): Promise<AuditDesk> {
    const identity = await openIdentity(home);
    const { clearingHouse } = identity.trust.bundle;
    if (clearingHouse.vkey === '') {
      throw new CliError('SPACE_INCOMPLETE', 'The data space has no clearing house yet: there is nothing to audit.');
    }
    const expect = { id: clearingHouse.id, role: 'clearing-house' } as const;
    const channel = new PeerChannel({ identity, address: clearingHouse.grpc, expect, messageBytes: 8 * 1_048_576 });
    return new AuditDesk(
      identity,
      await lookAtLog(home, identity.trust.bundle),
      channel,
      await ReleaseDesk.open(identity, home),
    );
  }

  /** Records of the clearing house, oldest first. */
  async page(options: { limit: number; cursor?: string; agreement?: string }) {
    const { limit, cursor = '', agreement = '' } = options;
    const { records, next } = await this.#call(() =>
      this.#channel.unary(ClearingHouse.list, { limit, cursor, agreement }, { deadlineMs }),
    );
    const seen: SeenRecord[] = [];
    for (const record of records) seen.push(await this.#whole(record));
    return { records: seen, next };
  }

  /** A record by its own id, by the digest of its agreement, or by the id of a transfer under it. @throws CliError REFUSED */
  async find(id: string): Promise<Audited> {
    const found = isDigest(id) ? await this.#byDigest(id) : await this.#byTransfer(id);
    if (found) return found;
    throw new CliError(
      'REFUSED',
      `There is no agreement, record or transfer ${id} that you may see. List them: causeway audit list`,
    );
  }

  /** Gets the statements that a record's envelopes sign, and verifies all of it. */
  async audit(seen: SeenRecord): Promise<Audited> {
    const { statements, refusals } = await this.#statements(seen);
    const { note, prove } = this.#log;
    const bundle: AuditBundle = {
      version: '2',
      trust: this.#identity.trust.jws,
      agreement: seen.agreement as Digest,
      statements,
      entries: [...seen.entries],
      checkpoint: note,
      consistency: await prove(treeSizes(seen.entries.map(({ receipt }) => receipt))),
    };
    const bytes = auditBundleBytes(bundle);
    const report = await verifyAudit(bytes, { pins: this.#identity.trust.pins });
    const unreleased = report.story?.unreleased ?? [];
    // Who signs alone can name anybody as the other party: to refuse a statement is the word of those who signed it.
    const named = refusals.filter(({ statement, party }) =>
      unreleased.some((one) => one.statement === statement && one.signers.includes(party)),
    );
    return { seen, bundle: bytes, report, refusals: named };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.close();
    await this.#releases.close();
  }

  async #byDigest(id: Digest): Promise<Audited | undefined> {
    const { records } = await this.page({ limit: 10, agreement: id });
    const [only, ...others] = records;
    if (only && others.length === 0) return this.audit(only);
    if (only) {
      const ids = records.map((record) => record.id).join(', ');
      const message = `There are ${records.length} records under agreement ${id}, whose envelopes name different people. Name one of them: ${ids}`;
      throw new CliError('REFUSED', message);
    }
    try {
      return await this.audit(await this.#whole(await this.#get({ record: id })));
    } catch (error) {
      if (error instanceof RpcError && error.code === 'RECORD_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Looks through all records: who knows of a transfer can tell of it in a record of its own, before the parties do. */
  async #byTransfer(transfer: string): Promise<Audited | undefined> {
    let found: Audited | undefined;
    let cursor = '';
    for (let page = 0; page < mostPages; page += 1) {
      const { records, next } = await this.page({ limit: 100, cursor });
      for (const record of records) {
        const audited = await this.audit(record);
        if (!audited.report.story?.transfers.some((one) => one.transfer === transfer)) continue;
        if (found) {
          const message = `More than one record tells of transfer ${transfer}. Name one of them: ${found.seen.id}, ${record.id}`;
          throw new CliError('REFUSED', message);
        }
        found = audited;
      }
      cursor = next;
      if (cursor === '') break;
    }
    return found;
  }

  #get(request: { record: string; cursor?: string }) {
    return this.#call(() => this.#channel.unary(ClearingHouse.get, { cursor: '', ...request }, { deadlineMs }));
  }

  async #whole(first: causeway.clearing.v1.Record.$Properties): Promise<SeenRecord> {
    const { record: id, agreement, provider, consumer } = { ...first };
    const entries = [...(first.entries ?? [])];
    let cursor = first.next ?? '';
    for (let page = 0; cursor !== '' && page < mostPages; page += 1) {
      const more = await this.#get({ record: id ?? '', cursor });
      entries.push(...more.entries);
      cursor = more.next;
    }
    return {
      ...{ id: id ?? '', agreement: agreement ?? '', provider: provider ?? '', consumer: consumer ?? '' },
      entries: entries.map(({ envelope, keyStatement, receipt }) => ({
        ...{ envelope: envelope ?? '', keyStatement: keyStatement ?? '', receipt: receipt ?? '' },
      })),
    };
  }

  /** In the order in which the entries first name them. */
  async #statements({ entries, provider, consumer }: SeenRecord) {
    const signers = new Map<Digest, string[]>();
    for (const { envelope } of entries) {
      const { statement, signer } = readEnvelope(envelope).envelope;
      signers.set(statement, [...(signers.get(statement) ?? []), signer]);
    }
    const ids = [...signers.keys()];
    const answers = new Map<Digest, string | Refusal[]>();
    const ask = async (): Promise<void> => {
      for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
        // Whoever signed it holds it; the other party does, too, once it was told.
        const parties = [...new Set([...(signers.get(id) ?? []), provider, consumer])];
        answers.set(id, await this.#releases.get(id, parties));
      }
    };
    const wanted = [...ids];
    await Promise.all(Array.from({ length: asked }, ask));
    const given = wanted.map((id) => answers.get(id) ?? []);
    return {
      statements: given.filter((answer) => typeof answer === 'string'),
      refusals: given.flatMap((answer) => (typeof answer === 'string' ? [] : answer)),
    };
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof RpcError && cause.code === 'RECORD_NOT_FOUND') throw cause;
      if (!(cause instanceof RpcError) && !(cause instanceof TrustError)) throw cause;
      throw new CliError('FAILED', `The clearing house gives no records: ${cause.message}`, { cause });
    }
  }
}

/** The identity of an auditor's home, with the newest trust bundle the authority has; the stored one when it is away. */
async function openIdentity(home: string): Promise<Identity> {
  const folder = homePaths(home).identity;
  return refreshTrustIfThere({ identity: await loadIdentity(folder), folder });
}
