import { randomUUID } from 'node:crypto';
import type { Identity } from '@causeway/certs/peer';
import { digestOf, emptyRoot } from '@causeway/evidence';
import { Broker, ClearingHouse, Evidence, Exchange } from '@causeway/proto';
import { expect, it } from 'vitest';
import { dspSamples, firstMessages } from '../dsp-messages.js';
import { bare, samplePath } from '../http-rules.js';
import type { Pids } from '../probed-story.js';
import { askHttp, callRpc, type Outcome, shown, unframed } from '../probes.js';
import { agreementEnvelope, headOf, oneEntry, recordOf, rpcName, transferToken } from '../rpc-rules.js';
import { rules } from '../rules.js';
import type { Scene } from '../scene.js';
import { told } from './everywhere.js';

/** A member among others: what is not its own does not exist for it, and it writes in no other name. */
export function others(of: () => Scene): void {
  it('cannot be told from things that do not exist: datasets, negotiations, transfers', async () => {
    const { probed, story } = of();
    const { negotiation, ended, heat } = story;
    const nothing = { providerPid: `urn:uuid:${randomUUID()}`, consumerPid: `urn:uuid:${randomUUID()}` };
    const ask = async (to: 'oem' | 'hydraulics', path: string, body?: object) => {
      const token = await probed.trust.token({ subject: heat, audience: story[to].id });
      return askHttp({
        ...{ port: probed.endpoint(probed.space.connector(to).home, 'dsp').port, path: `/dsp/2025-1${path}` },
        ...{ method: body ? 'POST' : 'GET', credentials: shown(heat), headers: { authorization: `Bearer ${token}` } },
        ...(body && { body: JSON.stringify(body) }),
      });
    };
    const pairs: [name: string, theirs: Outcome, none: Outcome][] = [];
    for (const [path, { side, process, message }] of Object.entries(dspSamples)) {
      const to = side === 'provider' ? 'oem' : 'hydraulics';
      const pids = process === 'negotiation' ? negotiation : ended;
      const about = (these: Pids) => ask(to, samplePath(path, side, these), message(story, these));
      pairs.push([path, await about(bare(pids)), await about(nothing)]);
    }
    const { request, requestOf, transfer } = firstMessages;
    const unknown = `${story.oem.id}:nothing`;
    for (const [name, theirs, none] of [
      ['a dataset', `/catalog/datasets/${story.secret}`, `/catalog/datasets/${unknown}`],
      ['a negotiation', `/negotiations/${negotiation.providerPid}`, `/negotiations/${nothing.providerPid}`],
      ['a transfer', `/transfers/${story.running.providerPid}`, `/transfers/${nothing.providerPid}`],
    ] as const) {
      pairs.push([name, await ask('oem', theirs), await ask('oem', none)]);
    }
    for (const [name, path, theirs, none] of [
      [
        'a request',
        '/negotiations/request',
        request(story.secret, nothing.consumerPid),
        request(unknown, nothing.consumerPid),
      ],
      [
        'a request that names the offer alone',
        '/negotiations/request',
        requestOf(story.secretOffer, nothing.consumerPid),
        requestOf(`${unknown}:offer`, nothing.consumerPid),
      ],
      [
        'a transfer request',
        '/transfers/request',
        transfer(story.agreement.id, nothing.consumerPid),
        transfer(nothing.providerPid, nothing.consumerPid),
      ],
    ] as const) {
      pairs.push([name, await ask('oem', path, theirs), await ask('oem', path, none)]);
    }
    for (const [name, theirs, none] of pairs) {
      expect(told(theirs), name).toBe('http 404 NOT_FOUND');
      expect(anonymous(theirs), name).toEqual(anonymous(none));
    }
    const catalog = await ask('oem', '/catalog/request', firstMessages.catalog());
    expect(told(catalog)).toBe('http 200 ');
    expect(JSON.stringify(catalog)).toContain(story.shared);
    expect(JSON.stringify(catalog)).not.toContain(story.secret);
  });

  it('cannot be told from things that do not exist: transfers at the exchange, records in the log', async () => {
    const { story } = of();
    const { heat, hydraulics } = story;
    const record = await recordOf(of());
    const unknown = digestOf('nothing');
    const send = (name: string, messages: Uint8Array[], token = '') =>
      callAs(of(), heat, name, messages, { authorization: `Bearer ${token}` });
    const token = await transferToken(of(), heat, story.foreign.providerPid);
    const { pull, renew } = Exchange;
    const { get, list } = ClearingHouse;
    for (const [name, theirs, none] of [
      ...[story.running.providerPid, story.ended.providerPid].flatMap((transfer) => [
        [
          rpcName(renew),
          renew.requestSerialize({ transfer }),
          renew.requestSerialize({ transfer: 'urn:uuid:0' }),
        ] as const,
        [
          rpcName(pull),
          pull.requestSerialize({ open: { transfer } }),
          pull.requestSerialize({ open: { transfer: 'urn:uuid:0' } }),
        ] as const,
      ]),
      [rpcName(get), get.requestSerialize({ record }), get.requestSerialize({ record: unknown })] as const,
    ]) {
      const outcome = await send(name, [theirs], token);
      expect(told(outcome), name).toMatch(/^rpc 5 (RECORD_)?NOT_FOUND$/);
      expect(outcome, name).toEqual(await send(name, [none], token));
    }
    const agreement = story.agreement.digest;
    const listed = await send(rpcName(list), [list.requestSerialize({ agreement })]);
    expect(told(listed)).toBe('rpc 0 ');
    expect(listed).toEqual(await send(rpcName(list), [list.requestSerialize({ agreement: unknown })]));
    // A positive control: it is there, for its party.
    expect(told(await callAs(of(), hydraulics, rpcName(get), [get.requestSerialize({ record })]))).toBe('rpc 0 ');
  });

  it('cannot be told from things that do not exist: statements, by auditors of something else', async () => {
    const { probed, story } = of();
    const { release } = Evidence;
    const ask = (as: Identity, statement: string) =>
      callAs(of(), as, rpcName(release), [release.requestSerialize({ statement })]);
    const other = await probed.trust.identity('urn:causeway:other-lens', 'auditor');
    const none = await ask(other, digestOf('nothing'));
    expect(told(none)).toBe('rpc 5 NOT_FOUND');
    expect(await ask(other, story.agreement.digest)).toEqual(none);
    // The auditor of one agreement is nobody in another.
    expect(await ask(story.lens, story.foreignAgreement)).toEqual(none);
    expect(told(await ask(story.lens, story.agreement.digest))).toBe('rpc 0 ');
    const impostor = await probed.trust.identity(story.lens.id, 'participant');
    expect(told(await ask(impostor, story.agreement.digest))).toBe('rpc 7 ROLE_REFUSED');
  });

  it('cannot be written in their name', async () => {
    const { story } = of();
    const { heat, oem, hydraulics } = story;
    const head = await headOf(oem, oneEntry(oem));
    const { register, heartbeat, deregister } = Broker;
    for (const [name, message] of [
      [rpcName(register), register.requestSerialize({ head })],
      [rpcName(heartbeat), heartbeat.requestSerialize({ head })],
      [rpcName(deregister), deregister.requestSerialize({ head: await headOf(oem, { entries: [], root: emptyRoot }) })],
    ] as const) {
      expect(told(await callAs(of(), heat, name, [message])), name).toBe('rpc 7 NOT_PUBLISHER');
    }
    const found = await callAs(of(), heat, rpcName(Broker.resolve), [
      Broker.resolve.requestSerialize({ id: story.secret }),
    ]);
    expect(told(found)).toBe('rpc 0 ');

    const { submit } = ClearingHouse;
    const refusal = async (envelope: string, { signing: { keyStatement } }: Identity) => {
      const message = submit.requestSerialize({ id: 1, envelope, keyStatement });
      const outcome = await callAs(of(), heat, rpcName(submit), [message]);
      if (outcome.kind !== 'rpc' || outcome.status !== 0) return told(outcome);
      return submit.responseDeserialize(unframed(outcome.body)).refusal?.code;
    };
    // Signed by the one party, handed in by a stranger; signed by the stranger under the party's key statement.
    expect(await refusal(await agreementEnvelope(oem, hydraulics), oem)).toBe('NOT_A_PARTY');
    expect(await refusal(await agreementEnvelope({ ...oem, signing: heat.signing }, heat), oem)).toBe('KEY_UNKNOWN');
    expect(await refusal(await agreementEnvelope({ ...oem, signing: heat.signing }, heat), heat)).toBe('KEY_UNKNOWN');
  });
}

async function callAs(
  scene: Scene,
  { tls }: Identity,
  name: string,
  messages: Uint8Array[],
  metadata: Record<string, string> = {},
): Promise<Outcome> {
  const request = await rules[name]?.request(scene);
  if (!request) throw new TypeError(`${name} has no expectation`);
  const path = name.slice(name.indexOf('/'));
  return callRpc({ path, port: request.at.port, credentials: shown({ tls }), messages, metadata });
}

/** An answer without the names that were asked for, which it repeats. */
function anonymous(outcome: Outcome): Outcome {
  if (outcome.kind !== 'http') return outcome;
  return { ...outcome, body: outcome.body.replace(/urn:[a-z]+:[A-Za-z0-9:._-]*[A-Za-z0-9]/g, 'urn:x') };
}
