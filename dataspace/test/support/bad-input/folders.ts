import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writtenLater } from '@causeway/platform/testing';
import type { BadInput, Bench } from './bench.js';

const run = promisify(execFile);
const mebibyte = 1_048_576;
let port: Server | undefined;

const connector = (home: string, ...more: string[]) => ['connector', '--home', home, '--log-level', 'silent', ...more];
const steel = (bench: Bench, ...more: string[]) => connector(bench.firm('steel').home, ...more);

/** Whether this user may mount a file system of its own, to fill it. */
async function noMount(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root mounts a small disk';
  return run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt']).then(
    async () => {
      await run('umount', ['/mnt']);
      return undefined;
    },
    () => 'this machine lets nobody mount a small disk',
  );
}

async function smallDisk(bench: Bench, name: string, bytes: number): Promise<string> {
  const folder = await bench.folder(name);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  return folder;
}

/** What is wrong with a port, a folder or a disk. */
export const folderRows: readonly BadInput[] = [
  {
    what: 'a port in use',
    says: [/^PORT_IN_USE: /, 'another process', 'configure another port'],
    async run(bench) {
      port = createServer().listen(0, '127.0.0.1');
      await once(port, 'listening');
      const address = port.address();
      const taken = typeof address === 'object' ? address?.port : 0;
      return () => bench.causeway(steel(bench, '--set', `dspPort=${taken}`));
    },
    undo: async () => {
      port?.close();
    },
  },
  {
    what: 'a home in a folder that cannot be written',
    says: [/^UNWRITABLE: /, '/proc', '--home'],
    run: async (bench) => () => bench.causeway(['init', '--space', 'x', '--home', '/proc/causeway']),
  },
  {
    what: 'a home whose path leads through a file',
    says: [/^UNWRITABLE: /, 'ENOTDIR', '--home'],
    async run(bench) {
      const file = await bench.file('data.csv');
      return () => bench.causeway(['init', '--space', 'x', '--home', join(file, 'home')]);
    },
  },
  {
    what: "a pull's target in a folder that cannot be written",
    says: [/^UNWRITABLE: /, '/proc', '--to'],
    async run(bench) {
      const agreement = await bench.agree('urn:causeway:oem:orders');
      return () => bench.causeway(['pull', agreement, '--to', '/proc/orders.csv', '--home', bench.hydraulics.home]);
    },
  },
  {
    what: 'a disk that is full, for the store',
    // Whatever comes to write first.
    says: [/^(STORE_FAILED|FAILED): /, /File too large|become so large/, /Mend the disk|make room/],
    run: async (bench) => () => bench.causeway(steel(bench), { fileLimit: 512 }),
  },
  {
    what: 'a disk that is full, for what is published',
    says: [/^REFUSED: /, 'The store cannot be written', 'File too large', 'Mend the disk'],
    async run(bench) {
      await bench.serve({ fileLimit: 8_192 });
      const file = await bench.file('data.csv');
      const args = ['publish', file, '--to', '*', '--yes', '--home', bench.firm('steel').home];
      return async () => {
        let ran = await bench.causeway([...args, '--name', 'd0']);
        for (let n = 1; ran.code === 0 && n < 30; n += 1) ran = await bench.causeway([...args, '--name', `d${n}`]);
        return ran;
      };
    },
    undo: (bench) => bench.stop(),
  },
  {
    what: "a disk that is full, for a pull's target",
    says: [/^REFUSED: .*did not arrive/, 'SINK_UNWRITABLE', 'EFBIG'],
    async run(bench) {
      await bench.publish('oem', 'large', new Uint8Array(16 * mebibyte));
      await bench.serve({ fileLimit: 8 * mebibyte });
      const home = ['--home', bench.firm('steel').home];
      const { stdout } = await bench.causeway(['request', 'urn:causeway:oem:large', ...home, '--json']);
      const { agreement } = JSON.parse(stdout) as { agreement: string };
      return () => bench.causeway(['pull', agreement, '--to', bench.at('large-copy.csv'), ...home]);
    },
    undo: (bench) => bench.stop(),
  },
  {
    what: "a small disk that is full, for a pull's target",
    says: [/^TIMED_OUT: /, 'is full (ENOSPC)', 'make room', 'goes on'],
    skip: noMount,
    async run(bench) {
      const target = await smallDisk(bench, 'small', mebibyte);
      await bench.publish('oem', 'larger', new Uint8Array(4 * mebibyte));
      const agreement = await bench.agree('urn:causeway:oem:larger');
      const home = ['--home', bench.hydraulics.home];
      return () => bench.causeway(['pull', agreement, '--to', join(target, 'copy.bin'), '--wait', '3', ...home]);
    },
    keeps: /^small\/copy\.bin\.part-/,
    async undo(bench) {
      await run('umount', ['-l', bench.at('small')]);
      // It goes on where there is room now.
      await bench.until(async () => existsSync(bench.at('small', 'copy.bin')));
      await rm(bench.at('small'), { recursive: true });
    },
  },
  {
    what: 'a small disk that is full, for the store',
    says: [/^(STORE_FAILED|FAILED): /, /disk is full|No space/, /Mend|Make room/],
    skip: noMount,
    async run(bench) {
      const home = await smallDisk(bench, 'home', 64 * 1_024);
      await cp(bench.firm('steel').home, home, { recursive: true, filter: (path) => !path.includes('/store') });
      return () => bench.causeway(connector(home));
    },
    async undo(bench) {
      await run('umount', ['-l', bench.at('home')]);
      await rm(bench.at('home'), { recursive: true });
    },
  },
  {
    what: 'a store that a later release wrote',
    says: [/^STORE_NEWER: /, 'format 2', /newer|later|release/],
    async run(bench) {
      const home = bench.at('later');
      await cp(bench.firm('steel').home, home, { recursive: true });
      await writtenLater(join(home, 'store'));
      return () => bench.causeway(connector(home));
    },
    undo: (bench) => rm(bench.at('later'), { recursive: true }),
  },
  {
    what: 'two connectors on one folder',
    says: [/^HOME_TAKEN: /, 'runs already', /process \d+/],
    async run(bench) {
      await bench.serve();
      return () => bench.causeway(steel(bench));
    },
    undo: (bench) => bench.stop(),
  },
  {
    what: 'two connectors on one folder, unknown to each other',
    says: [/^STORE_LOCKED: /, 'another process', 'stop that one'],
    async run(bench) {
      await bench.serve();
      await rm(join(bench.firm('steel').home, 'run.json'));
      return () => bench.causeway(steel(bench));
    },
    undo: (bench) => bench.stop(),
  },
];
