import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bootSpace,
  type DemoTable,
  demoTables,
  type HostedSpace,
  type WrittenTable,
  writeTables,
} from '@causeway/dataspace';
import { seededRandom } from '@causeway/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atOnce } from './support/at-once.js';
import { agree, publish, pull } from './support/job.js';

// Every file of the demonstration, whatever its format and encoding, between two connectors.

let space: HostedSpace;
let written: WrittenTable[];

beforeAll(async () => {
  space = await bootSpace({ firms: ['oem', 'hydraulics'], random: seededRandom('demo data') });
  written = await writeTables(demoTables({ seed: 7, scale: 0.03 }), join(space.folder, 'data'));
  await mkdir(join(space.folder, 'received'));
});

afterAll(() => space?.close());

/** What the connector has to see in a file, as the generator knows it. */
function contentOf({ encoding, format, columns, rows }: DemoTable): object {
  return {
    format: format === 'csv' ? 'csv' : 'json-lines',
    encoding: encoding === 'gb18030' ? 'GB18030' : 'UTF-8',
    ...(encoding === 'utf-8-bom' && { byteOrderMark: true }),
    table: { rows: [...rows()].length, columns: columns.map((name) => ({ name })) },
  };
}

const sha256 = (bytes: Buffer) => `sha-256:${createHash('sha256').update(bytes).digest('hex')}`;

test('every published file is seen as the table it is, and arrives byte for byte', async () => {
  const [oem, hydraulics] = [space.firm('oem'), space.firm('hydraulics')];
  const arrived = await atOnce(written.length, 6, async (place) => {
    const { table, path, bytes } = written[place] ?? expect.fail('there is no such file');
    const [owner, user] = table.owner === 'hydraulics' ? [hydraulics, oem] : [oem, hydraulics];
    const name = `${table.owner}-${table.name}`;
    const dataset = await publish(owner, name, path, { assignees: [user.id] });
    expect(await owner.get(`/management/v1/datasets/${name}`)).toMatchObject({ content: contentOf(table) });
    const to = join(space.folder, 'received', name);
    const transfer = await pull(user, name, await agree(user, name, dataset.id), to);
    const sent = await readFile(path);
    expect(transfer).toMatchObject({ state: 'COMPLETED', bytes, digest: sha256(sent) });
    expect((await readFile(to)).equals(sent)).toBe(true);
    return table.encoding;
  });
  expect(new Set(arrived)).toEqual(new Set(['utf-8', 'utf-8-bom', 'gb18030']));
});
