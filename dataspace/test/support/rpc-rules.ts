import type { Identity, Role } from '@causeway/certs/peer';
import {
  buildHead,
  digestOf,
  type EntryTree,
  emptyRoot,
  entryTree,
  isDigest,
  type SignedHead,
  signEnvelope,
  signHead,
  writeStatement,
} from '@causeway/evidence';
import { Broker, ClearingHouse, Evidence, Exchange } from '@causeway/proto';
import type { Endpoint } from './probed-space.js';
import { callRpc, type Outcome, type RpcProbe, shown, unframed } from './probes.js';
import { type Request, type Rule, type Rules, routeName, type Scene } from './scene.js';

interface Call extends Pick<RpcProbe, 'messages' | 'metadata' | 'firstAnswer'> {
  readonly caller: Identity;
  readonly at: Endpoint;
}

const ok = (outcome: Outcome) => outcome.kind === 'rpc' && outcome.status === 0;

function rule(path: string, { roles, good = ok }: Expected, call: (scene: Scene) => Promise<Call>): Rule {
  return {
    roles,
    async request(scene): Promise<Request> {
      const { caller, at, metadata, ...rest } = await call(scene);
      return {
        ...{ caller, at, good },
        send: ({ credentials = shown(caller), port = at.port, headers } = {}) =>
          callRpc({ ...rest, path, port, credentials, metadata: { ...metadata, ...headers } }),
      };
    },
  };
}

const brokerAt = ({ probed }: Scene) => probed.endpoint(probed.space.broker.home, 'broker');
const clearingAt = ({ probed }: Scene) => probed.endpoint(probed.space.clearingHouse.home, 'clearing-house');
const exchangeAt = ({ probed }: Scene) => probed.endpoint(probed.space.connector('oem').home, 'exchange');

let lastSequence = Date.now();

/** A head of now, over these entries. */
export async function headOf(publisher: Identity, tree: Pick<EntryTree, 'entries' | 'root'>): Promise<SignedHead> {
  lastSequence += 1;
  const now = Date.now();
  const { entries, root } = tree;
  const head = buildHead({
    ...{ publisher: publisher.id, dsp: 'https://localhost:9/dsp/2025-1', sequence: lastSequence, root },
    ...{ issued: now, expires: now + 60_000, count: entries.length },
  });
  return { head: await signHead(head, publisher.signing), keyStatement: publisher.signing.keyStatement };
}

export function oneEntry({ id }: Identity): EntryTree {
  return entryTree(id, [{ version: '1', id: `${id}:probe`, title: { en: 'probe' }, keywords: [], formats: ['probe'] }]);
}

/** A registration of one dataset. */
export async function registration(publisher: Identity): Promise<Buffer[]> {
  const tree = oneEntry(publisher);
  return [
    Broker.register.requestSerialize({ head: await headOf(publisher, tree) }),
    ...tree.entries.map((entry) => Broker.register.requestSerialize({ entry })),
  ];
}

/** An envelope about an agreement that nobody heard of before. */
export async function agreementEnvelope(signer: Identity, consumer: Identity): Promise<string> {
  lastSequence += 1;
  const agreement = digestOf(`probe ${lastSequence}`);
  const parties = { provider: signer.id, consumer: consumer.id, auditors: [] };
  return signEnvelope(
    { version: '1', type: 'agreement', statement: agreement, agreement, sequence: '1', signer: signer.id, parties },
    signer.signing,
  );
}

/** A record that hydraulics may see. */
export async function recordOf(scene: Scene): Promise<string> {
  const request = ClearingHouse.list.requestSerialize({ agreement: scene.story.agreement.digest });
  const listed = await callRpc({
    ...{ port: clearingAt(scene).port, path: ClearingHouse.list.path },
    ...{ credentials: shown(scene.story.hydraulics), messages: [request] },
  });
  if (listed.kind !== 'rpc') throw new TypeError(`expected a list of records; the call was ${listed.kind}`);
  return ClearingHouse.list.responseDeserialize(unframed(listed.body)).records[0]?.record ?? '';
}

/** A transfer token of that consumer. */
export async function transferToken(scene: Scene, consumer: Identity, transfer: string): Promise<string> {
  const renewed = await callRpc({
    ...{ port: exchangeAt(scene).port, path: Exchange.renew.path },
    ...{ credentials: shown(consumer), messages: [Exchange.renew.requestSerialize({ transfer })] },
  });
  if (renewed.kind !== 'rpc') throw new TypeError(`expected a token; the call was ${renewed.kind}`);
  return Exchange.renew.responseDeserialize(unframed(renewed.body)).token;
}

/** A well-formed report of a duty that nobody owes. */
async function dutyReport({ id, signing }: Identity, agreed: string, transfer: string): Promise<Buffer> {
  const agreement = isDigest(agreed) ? agreed : digestOf(agreed);
  const { bytes, id: statement } = writeStatement({
    ...{ version: '1', type: 'duty', agreement, duty: 'obligation/0', action: 'inform', transfer },
    ...{ outcome: 'fulfilled', result: 'informed', time: new Date().toISOString(), salt: 'A'.repeat(22) },
  });
  const envelope = await signEnvelope(
    { version: '1', type: 'duty', statement, agreement, sequence: '2', signer: id },
    signing,
  );
  const { keyStatement } = signing;
  return Exchange.reportDuty.requestSerialize({ statement: bytes, envelope, keyStatement, receipt: 'none' });
}

const publishers: readonly Role[] = ['participant'];
const members: readonly Role[] = ['participant', 'auditor'];

interface Expected {
  readonly roles: readonly Role[];
  call(scene: Scene): Promise<Omit<Call, 'at'>>;
  /** Whether that is the answer to a caller that may call; success unless told. */
  readonly good?: (outcome: Outcome) => boolean;
}

const broker: Readonly<Record<string, Expected>> = {
  [Broker.register.path]: {
    roles: publishers,
    call: async ({ newcomer }) => ({ caller: newcomer, messages: await registration(newcomer) }),
  },
  [Broker.heartbeat.path]: {
    roles: publishers,
    async call({ newcomer }) {
      const head = await headOf(newcomer, oneEntry(newcomer));
      return { caller: newcomer, messages: [Broker.heartbeat.requestSerialize({ head })] };
    },
  },
  [Broker.deregister.path]: {
    roles: publishers,
    async call({ newcomer }) {
      const head = await headOf(newcomer, { entries: [], root: emptyRoot });
      return { caller: newcomer, messages: [Broker.deregister.requestSerialize({ head })] };
    },
  },
  [Broker.search.path]: {
    roles: members,
    call: async ({ newcomer }) => ({
      caller: newcomer,
      messages: [Broker.search.requestSerialize({ query: 'secret' })],
    }),
  },
  [Broker.resolve.path]: {
    roles: members,
    call: async ({ newcomer, story }) => ({
      ...{ caller: newcomer, messages: [Broker.resolve.requestSerialize({ id: story.secret })] },
    }),
  },
  [Broker.describe.path]: {
    roles: members,
    call: async ({ newcomer, story }) => ({
      ...{ caller: newcomer, messages: [Broker.describe.requestSerialize({ participant: story.oem.id })] },
    }),
  },
};

const clearingHouse: Readonly<Record<string, Expected>> = {
  [ClearingHouse.submit.path]: {
    roles: publishers,
    async call({ newcomer, story }) {
      const envelope = await agreementEnvelope(newcomer, story.oem);
      const { keyStatement } = newcomer.signing;
      return { caller: newcomer, messages: [ClearingHouse.submit.requestSerialize({ id: 1, envelope, keyStatement })] };
    },
  },
  [ClearingHouse.get.path]: {
    roles: members,
    async call(scene) {
      const record = await recordOf(scene);
      return { caller: scene.story.hydraulics, messages: [ClearingHouse.get.requestSerialize({ record })] };
    },
  },
  [ClearingHouse.list.path]: {
    roles: members,
    call: async ({ story }) => ({ caller: story.hydraulics, messages: [ClearingHouse.list.requestSerialize({})] }),
  },
  [ClearingHouse.standing.path]: {
    roles: publishers,
    call: async ({ story: { hydraulics, agreement } }) => ({
      caller: hydraulics,
      messages: [ClearingHouse.standing.requestSerialize({ agreements: [agreement.digest] })],
    }),
  },
};

const exchange: Readonly<Record<string, Expected>> = {
  [Exchange.pull.path]: {
    roles: publishers,
    async call(scene) {
      const { hydraulics, running } = scene.story;
      const token = await transferToken(scene, hydraulics, running.providerPid);
      return {
        caller: hydraulics,
        messages: [Exchange.pull.requestSerialize({ open: { transfer: running.providerPid } })],
        metadata: { authorization: `Bearer ${token}` },
        // The rest of the bytes would be the end of the transfer, which later tests need.
        firstAnswer: true,
      };
    },
  },
  [Exchange.attest.path]: {
    roles: publishers,
    async call({ probed, story: { hydraulics, oem } }) {
      const token = await probed.trust.token({ subject: hydraulics, audience: oem.id });
      return { caller: hydraulics, messages: [Exchange.attest.requestSerialize({ token })] };
    },
  },
  // No duty is owed here: what is answered is that, not a want of certificates.
  [Exchange.reportDuty.path]: {
    roles: publishers,
    good: (outcome) => outcome.kind === 'rpc' && outcome.status === 5 && outcome.code === 'NOT_FOUND',
    call: async ({ story: { hydraulics, agreement, running } }) => ({
      ...{ caller: hydraulics, messages: [await dutyReport(hydraulics, agreement.digest, running.providerPid)] },
    }),
  },
  [Evidence.release.path]: {
    roles: ['auditor'],
    call: async ({ story: { lens, agreement } }) => ({
      ...{ caller: lens, messages: [Evidence.release.requestSerialize({ statement: agreement.digest })] },
    }),
  },
  [Exchange.renew.path]: {
    roles: publishers,
    call: async ({ story }) => ({
      caller: story.hydraulics,
      messages: [Exchange.renew.requestSerialize({ transfer: story.running.providerPid })],
    }),
  },
};

/** The name of a method's rule. */
export function rpcName({ path }: { readonly path: string }): string {
  const name = Object.keys(rpcRules).find((known) => known.endsWith(` ${path}`));
  if (!name) throw new TypeError(`${path} has no expectation`);
  return name;
}

/** Every gRPC method there is. */
export const rpcRules: Rules = Object.fromEntries(
  (
    [
      [{ role: 'broker', name: 'broker' }, brokerAt, broker],
      [{ role: 'clearing-house', name: 'clearing-house' }, clearingAt, clearingHouse],
      [{ role: 'connector', name: 'exchange' }, exchangeAt, exchange],
    ] as const
  ).flatMap(([endpoint, at, methods]) =>
    Object.entries(methods).map(([path, expected]) => [
      routeName(endpoint, { method: 'POST', path }),
      rule(path, expected, async (scene) => ({ at: at(scene), ...(await expected.call(scene)) })),
    ]),
  ),
);
