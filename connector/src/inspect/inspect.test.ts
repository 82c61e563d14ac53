import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeFile } from '../exchange/file-source.js';
import { CsvRows } from './csv.js';
import { filesIn, mostFiles } from './folder.js';
import { type Inspected, inspect } from './inspect.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-inspect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function look(name: string, bytes: string | Uint8Array): Promise<Inspected> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return inspect(await describeFile(path));
}

/** 件号,名称 / XG-4021-07,动臂油缸, in GB18030. */
const gb18030 = Buffer.from('bcfebac52cc3fbb3c60a58472d343032312d30372cb6afb1dbd3cdb8d70a', 'hex');

describe('encodings', () => {
  test('UTF-8, with and without a byte order mark', async () => {
    const text = '件号,名称\nXG-4021-07,动臂油缸\n';
    const plain = await look('a.csv', text);
    expect(plain.content).toMatchObject({ encoding: 'UTF-8', table: { rows: 1, columns: [{ name: '件号' }, {}] } });
    const marked = await look('b.csv', `\ufeff${text}`);
    expect(marked.content).toEqual({ ...plain.content, byteOrderMark: true });
  });

  test('GB18030', async () => {
    const { content, sample } = await look('c.csv', gb18030);
    expect(content).toMatchObject({ encoding: 'GB18030', table: { columns: [{ name: '件号' }, { name: '名称' }] } });
    expect(sample).toEqual([['XG-4021-07', '动臂油缸']]);
  });

  test('the last byte decides, however large the file', async () => {
    const rows = Buffer.from(`a,b\n${'XG-4021-07,boom\n'.repeat(40_000)}`);
    expect((await look('d.csv', Buffer.concat([rows, gb18030.subarray(15)]))).content?.encoding).toBe('GB18030');
    expect((await look('e.csv', Buffer.concat([rows, Buffer.from('XG,动')]))).content?.encoding).toBe('UTF-8');
    // Half a character at the end is none of either.
    const cut = await look('f.csv', Buffer.concat([rows, Buffer.from('XG,动').subarray(0, -1), Buffer.from([0xff])]));
    expect(cut.content).toMatchObject({ format: 'csv', trouble: { en: expect.stringContaining('GB18030') } });
    expect(cut.content).not.toHaveProperty('encoding');
  });

  test('of what is no text nothing is said; of other files nobody asks', async () => {
    expect((await look('g.csv', gzipSync(Buffer.from('x'.repeat(999))))).content).toMatchObject({ trouble: {} });
    expect(await look('h.bin', 'a,b\n1,2\n')).toEqual({ sample: [] });
  });
});

describe('tables', () => {
  const columns = async (text: string, name = 't.csv') =>
    (await look(name, text)).content?.table?.columns.map(({ name: column, type, nulls }) => [column, type, nulls]);

  test('types are those that every value has', async () => {
    const rows = [
      ['id', 'line', 'price', 'due', 'ok', 'remark', 'empty', 'batch'],
      ['XG-4021-07', '1', '10', '2027-01-31', '是', 'two words', '', '007'],
      ['HY-1', '-2', '12.50', '2028-02-29T08:00:00+08:00', '否', 'x', 'NULL', '12'],
      ['OPEN', '', '1e3', '2027/3/1', '', '2', '', '13'],
    ];
    expect(await columns(rows.map((row) => row.join(';')).join('\r\n'))).toEqual([
      ['id', 'code', 0],
      ['line', 'integer', 1],
      ['price', 'decimal', 0],
      ['due', 'date', 0],
      ['ok', 'boolean', 1],
      ['remark', 'text', 0],
      ['empty', 'text', 3],
      ['batch', 'code', 0],
    ]);
    expect(await columns('day,n\n2027-02-29,1234567890123456789\n')).toEqual([
      ['day', 'code', 0],
      ['n', 'code', 0],
    ]);
  });

  test('quotes, delimiters and line ends are those of RFC 4180', async () => {
    const { content, sample } = await look('q.csv', 'a|"b|""x"""|c\r\n"1\r\n2"|""|"z"\r\n\r\n4|5|6');
    expect(content).toMatchObject({ delimiter: '|', table: { rows: 2 } });
    expect(content?.table?.columns.map(({ name }) => name)).toEqual(['a', 'b|"x"', 'c']);
    expect(sample).toEqual([
      ['1\r\n2', '', 'z'],
      ['4', '5', '6'],
    ]);
  });

  test.each([
    ['a,b\n1,2\n3\n', 3, 'expected 2 fields, got 1'],
    ['a,b\n1,2,3\n', 2, 'expected 2 fields, got 3'],
    ['a,b\n"1\n2",3\n5" pipe,4\n', 4, 'within a field'],
    ['a,b\n"1"x,2\n', 2, 'behind the quotation mark'],
    ['a,b\n1,"2\n3,4\n', 2, 'never closed'],
    [`a,b\n1,"${'2\n'.repeat(600_000)}`, 2, 'not closed within'],
    [`a,b\n${'x'.repeat(1_100_000)}\n`, 2, 'longer than'],
    [`${'a,'.repeat(1_000)}\n`, 1, 'more than 1000 columns'],
    [`${'a'.repeat(201)},b\n`, 1, 'name of a column'],
  ])('a broken table is told with the line %#', async (text, line, en) => {
    const { content, sample } = await look('broken.csv', text);
    expect(content).toMatchObject({ encoding: 'UTF-8', trouble: { line, en: expect.stringContaining(en) } });
    expect(content).not.toHaveProperty('table');
    expect(sample).toEqual([]);
  });

  test('JSON Lines: columns are the members of all objects', async () => {
    const text = '{"a":1,"b":"x y"}\n\n{"b":null,"c":[1]}\n{"a":2.5,"__proto__":true}';
    expect(await columns(text, 'x.jsonl')).toEqual([
      ['a', 'decimal', 1],
      ['b', 'text', 2],
      ['c', 'nested', 2],
      ['__proto__', 'boolean', 2],
    ]);
    expect((await look('x.jsonl', text)).sample[1]).toEqual(['', 'null', '[1]', '']);
  });

  test.each([
    ['{"a":1}\n{"a":\n', 2, 'no JSON'],
    ['[1]\n', 1, 'JSON object'],
    [`{"a":1}\n{"a":"${'x'.repeat(1_100_000)}"}`, 2, 'longer than'],
  ])('a broken line of JSON Lines is told %#', async (text, line, en) => {
    expect((await look('x.jsonl', text)).content?.trouble).toMatchObject({ line, en: expect.stringContaining(en) });
  });

  test('property: what RFC 4180 writes is read as it was, wherever the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '动', ';'), maxLength: 6 });
    const quoted = (text: string) => (/[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const table = fc.integer({ min: 2, max: 4 }).chain((width) => {
      return fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 });
    });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, cut) => {
        const text = rows.map((row) => row.map(quoted).join(',')).join('\n');
        const read: string[][] = [];
        const reader = new CsvRows((fields) => read.push(fields));
        for (let at = 0; at < text.length; at += cut) reader.push(text.slice(at, at + cut));
        reader.end();
        expect(read).toEqual(rows);
      }),
      { seed: 11 },
    );
  });
});

test('a file that is written to while it is read is refused', async () => {
  const path = join(folder, 'changing.csv');
  await writeFile(path, 'a,b\n1,2\n');
  const source = await describeFile(path);
  await appendFile(path, '3,4\n');
  await expect(inspect(source)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
});

test.skipIf(process.platform === 'win32')('a named pipe is no file, and nobody waits for its writer', async () => {
  const path = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [path]);
  await expect(describeFile(path)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
});

test('a folder tells its files, and what it passes over', async () => {
  const path = join(folder, 'many');
  await mkdir(join(path, 'sub'), { recursive: true });
  for (const name of ['b.csv', 'a.csv', '.hidden']) await writeFile(join(path, name), '');
  await symlink('/etc/hostname', join(path, 'link'));
  const found = await filesIn(path);
  expect(found.files).toEqual(['a.csv', 'b.csv'].map((name) => ({ name, path: join(path, name) })));
  expect(found.skipped.map(({ name, why }) => [name, why.en])).toEqual([
    ['.hidden', 'it is hidden'],
    ['link', 'it is no file'],
    ['sub', 'it is a folder'],
  ]);
  await expect(filesIn(join(path, 'none'))).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  for (let at = 0; at < mostFiles; at++) await writeFile(join(path, `f${at}`), '');
  await expect(filesIn(path)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
});
