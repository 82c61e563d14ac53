import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bootSpace, type HostedSpace } from '@causeway/dataspace';
import { type AuditReport, EvidenceError, parseAuditBundle, verifyAudit } from '@causeway/evidence';
import { ManualClock, seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { causeway } from './support/causeway.js';
import { agree, auditBundle, publish, pull, tilesIn, tilesOf, verifyAgainst } from './support/job.js';
import { inLanes } from './support/lanes.js';
import { allTiles, holding, publicOf, secretsOf } from './support/tile-search.js';

/** Every file that the verifier reads, by the name by which findings call it; the exported record is `bundle`. */
type Files = ReadonlyMap<string, Buffer>;

const commands = 50;

let space: HostedSpace;
let agreement: string;
let files: Files;

beforeAll(async () => {
  const clock = new ManualClock(Date.now());
  space = await bootSpace({ firms: ['oem', 'hydraulics'], clock, random: seededRandom('audit') });
  agreement = await job('orders');
  files = await readByVerifier();
});

afterAll(() => space?.close());

/** The main job once. Gives the digest of the agreement. */
async function job(name: string): Promise<string> {
  const [owner, user] = [space.firm('oem'), space.firm('hydraulics')];
  const file = join(space.folder, `${name}.csv`);
  await writeFile(file, `${name},1\n`);
  const dataset = await publish(owner, name, file, { assignees: [user.id], count: 1 });
  const agreed = await agree(user, name, dataset.id);
  await pull(user, name, agreed, join(space.folder, `${name}.received.csv`));
  await space.settle();
  return agreed;
}

async function readByVerifier(): Promise<Files> {
  const bundle = await auditBundle(space.firm('hydraulics'), agreement);
  const checkpoint = await readFile(join(tilesOf(space), 'checkpoint'));
  const read = new Map([
    ['bundle', bundle],
    ['checkpoint', checkpoint],
  ]);
  const fetch = tilesIn(tilesOf(space));
  const report = await verifyAudit(bundle, {
    pins: [space.pin],
    checkpoint: checkpoint.toString(),
    fetchTile: async (path, ...tile) => {
      const bytes = Buffer.from(await fetch(path, ...tile));
      read.set(path, bytes);
      return bytes;
    },
  });
  expect(report.findings).toEqual([]);
  return read;
}

function verify(changed: Files): Promise<AuditReport> {
  const need = (name: string): Buffer => {
    const bytes = changed.get(name);
    if (bytes) return bytes;
    throw new EvidenceError('TILE_MISSING', `expected ${name}`, { data: { path: name } });
  };
  const options = { pins: [space.pin], checkpoint: need('checkpoint').toString() };
  return verifyAudit(need('bundle'), { ...options, fetchTile: async (path: string) => need(path) });
}

/** The file with one bit of one byte changed. */
function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
  return changed;
}

describe('a verifier that trusts nobody', () => {
  test('reads the record, the checkpoint, the tiles of that size with their entries, and nothing else', () => {
    expect([...files.keys()]).toEqual(['bundle', 'checkpoint', 'tile/entries/000.p/5', 'tile/0/000.p/5']);
  });

  test('finds every byte that is changed in any of them, one at a time', async () => {
    const random = seededRandom('every byte');
    const flips = [...files].flatMap(([name, bytes]) => {
      const bits = random.bytes(bytes.length);
      return Array.from(bits, (bit, at) => ({ name, at, bit: bit % 8 }));
    });
    const unnoticed: string[] = [];
    const elsewhere: string[] = [];
    // Signatures are checked on other threads: several at once use them.
    await inLanes(8, flips, async ({ name, at, bit }) => {
      const { findings } = await verify(new Map(files).set(name, flipped(files.get(name) ?? Buffer.of(), at, bit)));
      if (findings.length === 0) unnoticed.push(`${name}@${at}`);
      else if (!findings.some(({ where }) => where.startsWith(name))) elsewhere.push(`${name}@${at}`);
    });
    expect(unnoticed).toEqual([]);
    expect(elsewhere).toEqual([]);
    const sizes = [...files.values()].map(({ length }) => length);
    expect(flips).toHaveLength(sizes.reduce((sum, size) => sum + size));
  });

  test(`finds ${commands} of them as a command too, and says what and where`, async () => {
    const whole = join(space.folder, 'whole');
    await lay(whole, files);
    const honest = await command(whole);
    expect(honest).toMatchObject({ code: 0, said: { verified: true, treeSize: '5', findings: [] } });

    const random = seededRandom('commands');
    const names = [...files.keys()];
    const cases = Array.from({ length: commands }, (_, number) => {
      // Half of them in the record, which is most of what is read; the rest in turn in the others.
      const name = names[number % 2 === 0 ? 0 : 1 + (((number - 1) / 2) % (names.length - 1))] ?? '';
      const bytes = files.get(name) ?? Buffer.of();
      const [high = 0, low = 0, bit = 0] = random.bytes(3);
      return { number, name, at: ((high << 8) | low) % bytes.length, bit: bit % 8 };
    });
    await inLanes(2, cases, async ({ number, name, at, bit }) => {
      const folder = join(space.folder, `changed-${number}`);
      await lay(folder, new Map(files).set(name, flipped(files.get(name) ?? Buffer.of(), at, bit)));
      const { code, said } = await command(folder);
      const found = {
        code: expect.any(String),
        where: expect.stringMatching(`^${name.replaceAll('.', '\\.')}`),
        message: expect.any(String),
      };
      expect({ at: `${name}@${at}`, code, said }).toEqual({
        at: `${name}@${at}`,
        code: 1,
        said: {
          error: {
            code: 'NOT_VERIFIED',
            message: expect.stringContaining(join(folder, 'bundle')),
            data: expect.objectContaining({ verified: false, findings: expect.arrayContaining([found]) }),
          },
        },
      });
    });
  });

  test('says to people what is wrong, and where', async () => {
    const folder = join(space.folder, 'people');
    const tile = 'tile/0/000.p/5';
    await lay(folder, new Map(files).set(tile, flipped(files.get(tile) ?? Buffer.of(), 70, 0)));
    const ran = await causeway('audit', 'verify', join(folder, 'bundle'), '--key', space.pin, '--log', folder);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(`TILE_INVALID at ${tile}@64: `);
    expect(ran.stdout).toMatch(/^FAIL log /m);
    expect(ran.stderr).toMatch(/^NOT_VERIFIED: .*1 finding/);
  });

  test.each(['tile/entries/000.p/5', 'tile/0/000.p/5'])('says that %s is missing', async (path) => {
    const folder = join(space.folder, `missing-${path.replaceAll('/', '-')}`);
    await lay(folder, new Map([...files].filter(([name]) => name !== path)));
    const { code, said } = await command(folder);
    expect({ code, said }).toMatchObject({
      code: 1,
      said: { error: { code: 'NOT_VERIFIED', data: { findings: [{ code: 'TILE_MISSING', where: path }] } } },
    });
  });

  test('believes no authority but the pinned one', async () => {
    const folder = join(space.folder, 'whole');
    const { code, said } = await command(folder, `${space.pin.slice(0, -2)}AA`);
    expect({ code, said }).toMatchObject({
      code: 1,
      said: { error: { data: { findings: [{ code: 'TRUST_INVALID', where: 'bundle#/trust' }] } } },
    });
  });
});

test('the public log tells nothing of who, what and under which agreement', async () => {
  const agreements = [agreement, await job('drawings'), await job('boom')];
  const tiles = await allTiles(space);
  for (const each of agreements) {
    const bytes = await auditBundle(space.firm('oem'), each);
    expect((await verifyAgainst(tilesOf(space), bytes, space.pin)).findings).toEqual([]);
    const bundle = parseAuditBundle(bytes);
    const secrets = secretsOf(bundle);
    for (const known of [space.firm('oem').id, space.firm('hydraulics').id, each]) expect(secrets).toContain(known);
    expect([...secrets].filter((text) => text.startsWith('urn:causeway:oem:'))).not.toEqual([]);
    expect(holding(tiles, secrets)).toEqual([]);
    // The search finds what is there: each envelope's digest, in an entry bundle.
    const open = publicOf(bundle);
    expect(new Set(holding(tiles, open).map((found) => found.split(' in ')[0]))).toEqual(open);
  }
});

/** Puts files where the command reads them: the record, and the log around it. */
async function lay(folder: string, content: Files): Promise<void> {
  for (const [name, bytes] of content) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

async function command(folder: string, pin = space.pin): Promise<{ code: number | null; said: unknown }> {
  const bundle = join(folder, 'bundle');
  const { code, stdout } = await causeway('audit', 'verify', bundle, '--key', pin, '--log', folder, '--json');
  return { code, said: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}
