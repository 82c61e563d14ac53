import { appendFile, chmod, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BadInput, Bench } from './bench.js';

const toMember = ['--to', 'urn:causeway:hydraulics', '--yes'];
const publish = (bench: Bench, file: string, ...more: string[]) => {
  const args = ['publish', file, ...(more.length > 0 ? more : toMember), '--home', bench.oem.home];
  return () => bench.causeway(args);
};
const nobody = 65_534;

/** What is wrong with a file, or with what is said about it. */
export const fileRows: readonly BadInput[] = [
  {
    what: 'a file that is missing',
    says: [/^UNREADABLE: .*nothing\.csv/, 'does not exist', 'Name the file'],
    run: async (bench) => publish(bench, bench.at('nothing.csv')),
  },
  {
    what: 'a file that leads in a circle',
    says: [/^UNREADABLE: /, 'circle (ELOOP)', 'Name the file'],
    async run(bench) {
      await symlink(bench.at('circle'), bench.at('circle'));
      return publish(bench, bench.at('circle'));
    },
  },
  {
    what: 'a file this user may not read',
    says: [/^UNREADABLE: /, 'this user may not (EACCES)', 'Name the file'],
    skip: async () => (process.getuid?.() === 0 ? undefined : 'only root becomes another user'),
    async run(bench) {
      // Where another user may look.
      const folder = await mkdtemp(join(tmpdir(), 'causeway-open-'));
      await chmod(folder, 0o755);
      const file = join(folder, 'secret.csv');
      await writeFile(file, 'part\n', { mode: 0o600 });
      return async () => {
        const ran = await bench.causeway(['publish', file, ...toMember], { uid: nobody });
        await rm(folder, { recursive: true });
        return ran;
      };
    },
  },
  {
    what: 'a file that changes while it is read',
    says: [/^REFUSED: /, 'has changed', 'published again'],
    async run(bench) {
      const file = await bench.file('growing.bin');
      await truncate(file, 512 * 1_048_576);
      const command = publish(bench, file);
      return async () => {
        let ended = false;
        const ran = command().finally(() => {
          ended = true;
        });
        while (!ended) await appendFile(file, 'more');
        return ran;
      };
    },
  },
  {
    what: 'a file that changed after it was published, pulled',
    says: [/^REFUSED: .*did not arrive/, 'SOURCE_CHANGED', 'published again'],
    async run(bench) {
      const file = await bench.publish('oem', 'stale', 'part,count\n1,1\n');
      const agreement = await bench.agree('urn:causeway:oem:stale');
      await appendFile(file, '2,2\n');
      const args = ['pull', agreement, '--to', bench.at('stale-copy.csv'), '--home', bench.hydraulics.home];
      return () => bench.causeway(args);
    },
  },
  {
    what: 'a policy with a typing mistake',
    says: [/^REFUSED: /, '/permission/0/action', 'uze'],
    async run(bench) {
      const policy = { permission: [{ action: 'uze' }] };
      const file = await bench.file('typo.json', JSON.stringify(policy));
      return publish(bench, await bench.file('data.csv'), '--policy', file, '--yes');
    },
  },
  {
    what: 'a policy that is no JSON',
    says: [/^UNREADABLE: /, 'no JSON', 'ODRL offer'],
    async run(bench) {
      const file = await bench.file('half.json', '{"permission": [');
      return publish(bench, await bench.file('data.csv'), '--policy', file, '--yes');
    },
  },
  {
    what: 'a date in the past',
    code: 2,
    says: [/--until/, 'it has passed', 'now it is'],
    run: async (bench) => publish(bench, await bench.file('data.csv'), ...toMember, '--until', '2020-01-01T00:00:00Z'),
  },
  {
    what: 'an unknown recipient',
    says: [/^REFUSED: /, 'urn:causeway:nobody', 'no member', 'Check how it is spelt'],
    run: async (bench) => publish(bench, await bench.file('data.csv'), '--to', 'urn:causeway:nobody', '--yes'),
  },
];
