import { readdir, readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import type { Identity, PeerChannel } from '@causeway/certs/peer';
import { leafData, parseCheckpoint, rootOf, signEnvelope, tileHashReader, verifyReceipt } from '@causeway/evidence';
import { ClearingHouse, type causeway } from '@causeway/proto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldersOf } from './folders.js';
import type { Submission } from './records/verify.js';
import { deal } from './testing/parties.js';
import { submitAll, type TestSpace, testSpace } from './testing/space.js';

describe('the clearing house over its ports', () => {
  let space: TestSpace;
  let steel: Identity;
  let motors: Identity;
  let mallory: Identity;
  let auditor: Identity;

  beforeAll(async () => {
    space = await testSpace();
    const identity = (name: string) => space.trust.identity(`urn:causeway:${name}`, 'participant');
    [steel, motors, mallory] = await Promise.all([identity('steel'), identity('motors'), identity('mallory')]);
    auditor = await space.trust.identity('urn:causeway:auditor', 'auditor');
  });
  afterAll(async () => {
    await space[Symbol.asyncDispose]();
  });

  const submit = async (channel: PeerChannel, submissions: readonly Submission[]) => {
    const answers = new Map<number, causeway.clearing.v1.SubmitResponse>();
    for await (const answer of submitAll(channel, submissions)) answers.set(answer.id, answer);
    return submissions.map((submission, id) => {
      const { receipt, refusal } = answers.get(id) ?? {};
      if (!receipt) return refusal?.code ?? 'no answer';
      return Number(verifyReceipt(receipt, leafData(submission.envelope), space.verifier).index);
    });
  };
  const fetched = (path: string, method = 'GET') =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: space.port('https'),
        path,
        method,
        ca: [...steel.roots],
        agent: false,
      };
      get(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      }).on('error', reject);
    });

  it('answers 1,000 envelopes on four streams of two parties with one leaf each', async () => {
    const deals = Array.from({ length: 50 }, (_, at) => deal(`streams ${at}`, steel, motors));
    const submissions = await Promise.all(
      deals.flatMap(({ agreed, started }) => [agreed(steel), ...[2, 3, 4, 5].map((at) => started(steel, at))]),
    );
    const [ours, theirs] = [space.channel(steel), space.channel(motors)];
    const answers = await Promise.all([ours, ours, theirs, theirs].map((channel) => submit(channel, submissions)));
    const [first] = answers;
    expect(new Set(first).size).toBe(250);
    expect(first?.every(Number.isInteger)).toBe(true);
    for (const answer of answers) expect(answer).toEqual(first);
  });

  it('answers each envelope of a stream by itself, with its code', async () => {
    const { agreed, started } = deal('mixed', steel, motors);
    const good = await agreed(steel);
    const answers = await submit(space.channel(steel), [
      await started(steel, 2),
      good,
      { ...good, envelope: 'garbage' },
      { ...good, envelope: 'x'.repeat(100_000) },
      await started(steel, 3),
      await started(steel, 2),
      await deal('not mine', motors, mallory).agreed(motors),
    ]);
    expect(answers.map((answer) => (typeof answer === 'number' ? 'logged' : answer))).toEqual([
      ...['AGREEMENT_UNKNOWN', 'logged', 'ENVELOPE_MALFORMED', 'TOO_LARGE', 'SEQUENCE_GAP', 'logged', 'NOT_A_PARTY'],
    ]);
  });

  it('ends a stream whose ids cannot be told apart, or whose messages are too long', async () => {
    const good = await deal('ids', steel, motors).agreed(steel);
    const stream = space.channel(steel).bidi(ClearingHouse.submit);
    await stream.send({ id: Number.MAX_SAFE_INTEGER + 1, ...good });
    await expect(stream.responses[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ID_INVALID' });
    const long = submit(space.channel(steel), [{ ...good, envelope: 'x'.repeat(2_000_000) }]);
    await expect(long).rejects.toMatchObject({ status: status.RESOURCE_EXHAUSTED });
    expect(await submit(space.channel(steel), [good])).toEqual([expect.any(Number)]);
  });

  it('lets participants submit, and participants and auditors read; nobody else', async () => {
    const broker = await space.trust.identity('urn:causeway:broker', 'broker');
    const denied = { status: status.PERMISSION_DENIED };
    await expect(submit(space.channel(auditor), [])).rejects.toMatchObject(denied);
    await expect(submit(space.channel(broker), [])).rejects.toMatchObject(denied);
    await expect(space.channel(broker).unary(ClearingHouse.list, {})).rejects.toMatchObject(denied);
    await expect(space.channel(broker).unary(ClearingHouse.get, { record: 'x' })).rejects.toMatchObject(denied);
    expect(await space.channel(auditor).unary(ClearingHouse.list, {})).toMatchObject({ records: [], next: '' });
  });

  it('shows nothing to whoever has the right id in another role', async () => {
    const { agreement, agreed } = deal('roles', steel, motors, [auditor.id, motors.id]);
    await submit(space.channel(steel), [await agreed(steel)]);
    const seen = async (as: Identity) => (await space.channel(as).unary(ClearingHouse.list, { agreement })).records;
    const [record] = await seen(auditor);
    const wrong = await Promise.all([
      space.trust.identity(auditor.id, 'participant'),
      space.trust.identity(steel.id, 'auditor'),
    ]);
    for (const each of wrong) {
      expect(await seen(each)).toEqual([]);
      const got = space.channel(each).unary(ClearingHouse.get, { record: record?.record ?? '' });
      await expect(got).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
    }
    expect(await seen(await space.trust.identity(motors.id, 'auditor'))).toHaveLength(1);
  });

  it('shows a record to its parties and the auditors they named, and to nobody else that it exists', async () => {
    const { agreement, agreed, started } = deal('seen', steel, motors, [auditor.id]);
    await submit(space.channel(steel), [await agreed(steel), await agreed(motors, steel), await started(steel, 2)]);
    const seen = await Promise.all(
      [steel, motors, auditor].map((viewer) => space.channel(viewer).unary(ClearingHouse.list, { agreement })),
    );
    for (const { records, next } of seen) {
      expect(next).toBe('');
      expect(records).toEqual(seen[0]?.records);
      expect(records).toMatchObject([
        { agreement, provider: steel.id, consumer: motors.id, auditors: [auditor.id], next: '' },
      ]);
    }
    const [record] = seen[0]?.records ?? [];
    const got = await space.channel(auditor).unary(ClearingHouse.get, { record: record?.record ?? '' });
    expect(got.entries?.map((entry) => entry.index)).toEqual(record?.entries?.map((entry) => entry.index));
    for (const entry of got.entries ?? []) {
      verifyReceipt(entry.receipt ?? '', leafData(entry.envelope ?? ''), space.verifier);
      expect(entry.logged).toBeGreaterThan(Date.UTC(2026, 0, 1));
    }
    expect(await space.channel(mallory).unary(ClearingHouse.list, { agreement })).toMatchObject({ records: [] });
    const failures = await Promise.all(
      [record?.record ?? '', `sha-256:${'0'.repeat(64)}`, 'x'.repeat(10_000)].map((id) =>
        space
          .channel(mallory)
          .unary(ClearingHouse.get, { record: id })
          .catch((error: unknown) => error),
      ),
    );
    for (const failure of failures) expect(failure).toEqual(failures[0]);
    expect(failures[0]).toMatchObject({ status: status.NOT_FOUND, code: 'RECORD_NOT_FOUND' });
  });

  it('pages the records of a viewer and the entries of a long record', async () => {
    const viewer = await space.trust.identity('urn:causeway:pages', 'participant');
    const channel = space.channel(viewer);
    const [long, ...others] = Array.from({ length: 7 }, (_, at) => deal(`page ${at}`, viewer, motors));
    const entries = Array.from({ length: 249 }, (_, at) => long?.started(viewer, at + 2));
    await submit(channel, [
      ...(await Promise.all([long, ...others].map((each) => each?.agreed(viewer) as Promise<Submission>))),
    ]);
    await submit(channel, (await Promise.all(entries)) as Submission[]);

    const listed: string[] = [];
    let cursor = '';
    do {
      const page = await channel.unary(ClearingHouse.list, { limit: 3, cursor });
      listed.push(...(page.records ?? []).map((record) => record.agreement ?? ''));
      expect(page.records?.length).toBeLessThanOrEqual(3);
      cursor = page.next;
    } while (cursor !== '');
    expect(listed).toEqual([long, ...others].map((each) => each?.agreement));

    const { records } = await channel.unary(ClearingHouse.list, { agreement: long?.agreement ?? '' });
    const indexes: number[] = [];
    let pages = 0;
    do {
      const page = await channel.unary(ClearingHouse.get, { record: records?.[0]?.record ?? '', cursor });
      indexes.push(...(page.entries ?? []).map((entry) => entry.index ?? -1));
      cursor = page.next;
      pages += 1;
    } while (cursor !== '');
    expect(new Set(indexes).size).toBe(250);
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(indexes).toEqual([...indexes].sort((a, b) => a - b));
    for (const bad of ['-1', '1e3', '99999999999999999', 'x']) {
      const failure = channel.unary(ClearingHouse.list, { cursor: bad });
      await expect(failure).rejects.toMatchObject({ status: status.INVALID_ARGUMENT, code: 'CURSOR_INVALID' });
    }
  });

  it('tells a signer how far its own envelopes have come, and nobody else', async () => {
    const { agreement, agreed, started } = deal('standing', steel, motors);
    const unknown = deal('standing, never signed', steel, motors).agreement;
    await submit(space.channel(steel), [await agreed(steel), await agreed(motors, steel), await started(steel, 2)]);
    const standing = async (viewer: Identity, agreements = [agreement, unknown]) =>
      (await space.channel(viewer).unary(ClearingHouse.standing, { agreements })).standings;
    expect(await standing(steel)).toMatchObject([{ next: 3, ended: false }, { next: 1 }]);
    expect(await standing(motors)).toMatchObject([{ next: 2, ended: false }, { next: 1 }]);
    expect(await standing(mallory)).toMatchObject([{ next: 1, ended: false }, { next: 1 }]);

    const claims = { version: '1', type: 'agreement-end', statement: unknown, agreement, sequence: '2' } as const;
    const envelope = await signEnvelope({ ...claims, signer: motors.id }, motors.signing);
    await submit(space.channel(motors), [
      { envelope, keyStatement: motors.signing.keyStatement, submitter: motors.id },
    ]);
    expect(await standing(steel)).toMatchObject([{ next: 3, ended: true }, {}]);
    expect(await standing(mallory)).toMatchObject([{ next: 1, ended: false }, {}]);

    for (const bad of [['x'], Array.from({ length: 1_001 }, () => agreement)]) {
      await expect(standing(steel, bad as never)).rejects.toMatchObject({ code: 'AGREEMENT_INVALID' });
    }
    await expect(standing(auditor)).rejects.toMatchObject({ status: status.PERMISSION_DENIED });
  });

  it('serves checkpoint and tiles to anyone, from which the root follows', async () => {
    await submit(space.channel(steel), [await deal('public', steel, motors).agreed(steel)]);
    const { status: ok, headers, body } = await fetched('/checkpoint');
    expect([ok, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'no-cache',
    ]);
    const { size, root } = parseCheckpoint(body.toString(), space.verifier);
    expect(size).toBeGreaterThan(256n);
    const reader = tileHashReader(size, async (path) => {
      const tile = await fetched(`/${path}`);
      expect(tile.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'cache-control': 'public, max-age=31536000, immutable',
      });
      return tile.body;
    });
    expect(await rootOf(size, reader)).toEqual(root);
    const older = await fetched('/tile/0/000.p/7');
    expect(older.body).toEqual((await fetched('/tile/0/000')).body.subarray(0, 7 * 32));
    const bundle = await fetched('/tile/entries/000.p/7');
    expect(bundle.body.length).toBe(7 * 35);
    const head = await fetched('/tile/0/000', 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '8192', 0]);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/log.key.pem'],
    ['GET', '/tile/0/999'],
    ['GET', '/tile/0/000.p/256'],
    ['GET', '/tile/../log.key.pem'],
    ['GET', '/tile/..%2f..%2flog.key.pem'],
    ['GET', '/tile/0/000?x=1'],
    ['GET', '/checkpoint/'],
    ['POST', '/checkpoint'],
    ['DELETE', '/tile/0/000'],
  ])('has nothing for %s %s', async (method, path) => {
    const answer = await fetched(path, method);
    expect([401, 404, 405]).toContain(answer.status);
    expect(answer.body.toString()).not.toMatch(/PRIVATE|node_modules|\/tmp/);
  });

  it('publishes nothing but hashes: no id, no digest that anyone signs, no envelope', async () => {
    const { agreement, agreed } = deal('secret', steel, motors, [auditor.id]);
    const submission = await agreed(steel);
    await submit(space.channel(steel), [submission]);
    const { tiles } = foldersOf(space.folder);
    const files = (await readdir(tiles, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(4);
    const [, payload = ''] = submission.envelope.split('.');
    const digest = Buffer.from(agreement.slice('sha-256:'.length), 'hex');
    const secrets = [
      'urn:',
      'steel',
      'motors',
      'auditor',
      payload.slice(0, 24),
      'eyJ',
      agreement,
      digest.toString('hex'),
    ];
    for (const file of files) {
      const bytes = await readFile(join(file.parentPath, file.name));
      for (const secret of [...secrets.map((text) => Buffer.from(text)), digest])
        expect(bytes.includes(secret)).toBe(false);
      if (file.parentPath.includes('/entries')) expect(bytes.length % 35).toBe(0);
      else if (file.name !== 'checkpoint') expect(bytes.length % 32).toBe(0);
    }
  });

  it('says whether it is ready, and counts', async () => {
    const url = `http://127.0.0.1:${space.port('http')}`;
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, checks: { log: 'working' } }]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/causeway_clearing_house_leaves_total\{[^}]*\} [1-9]/);
    expect(metrics).not.toMatch(/urn:causeway:steel|sha-256/);
  });
});
