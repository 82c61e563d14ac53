import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { type ConfigOf, defineConfig, loadConfig } from './config.js';
import { option } from './option.js';
import { configReference } from './reference.js';
import { formatSize, parseDuration, parseSize } from './units.js';

const schema = defineConfig(
  'harbour',
  {
    name: option.text({ doc: 'The name of the harbour.', required: true }),
    managementPort: option.port({ doc: 'Port of the management API.', default: 7_000 }),
    patience: option.duration({ doc: 'How long a ship waits.', default: '30s' }),
    hold: option.size({ doc: 'Room for cargo.', default: '16MiB' }),
    berths: option.integer({ doc: 'Ships at once.', default: 4, min: 1, max: 64 }),
    flagState: option.choice({ doc: 'Whose law holds.', values: ['cn', 'eu'], default: 'cn' }),
    folder: option.path({ doc: 'Where the books are.', default: '.' }),
    broker: option.text({ doc: 'Where to announce ships.' }),
  },
  ({ flagState, broker }) => (flagState === 'eu' && !broker ? ['a harbour of the eu needs a broker'] : []),
);

describe('configuration', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'causeway-config-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const fileOf = async (content: unknown) => {
    const file = join(folder, 'harbour.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  test('defaults have values and types', async () => {
    const config = await loadConfig(schema, { flags: { name: 'Ningbo' } });
    expect(config).toEqual({
      name: 'Ningbo',
      managementPort: 7_000,
      patience: 30_000,
      hold: 16_777_216,
      berths: 4,
      flagState: 'cn',
      folder: process.cwd(),
      broker: undefined,
    });
    expectTypeOf<ConfigOf<typeof schema.shape>['patience']>().toEqualTypeOf<number>();
    expectTypeOf<ConfigOf<typeof schema.shape>['flagState']>().toEqualTypeOf<'cn' | 'eu'>();
    expectTypeOf<ConfigOf<typeof schema.shape>['broker']>().toEqualTypeOf<string | undefined>();
  });

  test('a flag wins over the environment, which wins over the file; paths are meant from where they stand', async () => {
    const file = await fileOf({
      name: 'file',
      managementPort: 1,
      berths: 8,
      folder: 'books',
    });
    const env = { CAUSEWAY_HARBOUR_NAME: 'env', CAUSEWAY_HARBOUR_MANAGEMENT_PORT: '2', OTHER: 'x' };
    const config = await loadConfig(schema, { file, env, flags: { 'management-port': '3', patience: '1.5s' } });
    expect(config).toMatchObject({ name: 'env', managementPort: 3, berths: 8, patience: 1_500 });
    expect(config.folder).toBe(join(folder, 'books'));
  });

  test('all mistakes are reported at once, each with where it stands', async () => {
    const file = await fileOf({ berths: 65, hold: { much: 1 }, managementport: 5 });
    const env = { CAUSEWAY_HARBOUR_PATIENCE: 'long', CAUSEWAY_HARBOUR_FLAG_STAT: 'eu', CAUSEWAY_HARBOUR_BROKER: ' ' };
    const flags = { 'flag-state': 'uk', 'management-port': '65536', folder: '' };
    const error = await loadConfig(schema, { file, env, flags }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [
        "'hold' in harbour.json must be a text or a number",
        "'managementport' in harbour.json is no option of this service; did you mean managementPort?",
        'CAUSEWAY_HARBOUR_FLAG_STAT is no option of this service; did you mean CAUSEWAY_HARBOUR_FLAG_STATE?',
        'CAUSEWAY_HARBOUR_NAME is missing: The name of the harbour.',
        "--set managementPort must be a whole number from 0 to 65535, is '65536'",
        "CAUSEWAY_HARBOUR_PATIENCE must be a duration such as '250ms', '30s', '5m', '7d', is 'long'",
        "'berths' in harbour.json must be a whole number from 1 to 64, is '65'",
        "--set flagState must be one of cn, eu, is 'uk'",
        '--set folder must not be empty',
        'CAUSEWAY_HARBOUR_BROKER must not be empty',
      ],
    });
  });

  test('what options mean together is checked once each is right', async () => {
    const loading = loadConfig(schema, { flags: { name: 'x', flagState: 'eu' } });
    await expect(loading).rejects.toMatchObject({ problems: ['a harbour of the eu needs a broker'] });
  });

  test.each([['{'], ['[]'], ['"x"']])('a file that holds %s is a mistake', async (content) => {
    const loading = loadConfig(schema, { file: await fileOf(content), flags: { name: 'x' } });
    await expect(loading).rejects.toMatchObject({ problems: [expect.stringContaining('harbour.json')] });
  });

  test('a file that is not there is a mistake', async () => {
    const loading = loadConfig(schema, { file: join(folder, 'none.json'), flags: { name: ' ' } });
    const problems = [expect.stringContaining('none.json cannot be read'), '--set name must not be empty'];
    await expect(loading).rejects.toMatchObject({ problems });
  });

  test('units', () => {
    expect(['250ms', '30s', '5m', '12h', '7d', '1.5s', '30', '-1s', '1e3s', ''].map(parseDuration)).toEqual([
      250,
      30_000,
      300_000,
      43_200_000,
      604_800_000,
      1_500,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['512', '512B', '64KiB', '2GiB', '0.5KiB', '1KB', '1.0001KiB'].map(parseSize)).toEqual([
      512,
      512,
      65_536,
      2_147_483_648,
      512,
      undefined,
      undefined,
    ]);
    expect([0, 512, 65_536, 1_048_577, 2 ** 31].map(formatSize)).toEqual(['0B', '512B', '64KiB', '1048577B', '2GiB']);
  });

  test('the reference names every option, its variable, its unit and its default', () => {
    const reference = configReference({ 'The harbour': schema });
    expect(reference).toContain('## The harbour');
    expect(reference).toContain(
      '| `patience` | `CAUSEWAY_HARBOUR_PATIENCE` | duration: `250ms`, `30s`, `5m`, `12h`, `7d` | `30s` | How long a ship waits. |',
    );
    expect(reference).toContain(
      '| `name` | `CAUSEWAY_HARBOUR_NAME` | text | **required** | The name of the harbour. |',
    );
    expect(reference).toContain('| `broker` | `CAUSEWAY_HARBOUR_BROKER` | text | none |');
  });
});
