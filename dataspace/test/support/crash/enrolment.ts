import { once } from 'node:events';
import { join } from 'node:path';
import { loadIdentity } from '@causeway/certs/peer';
import { homePaths } from '@causeway/cli';
import { runCommand, startCommand } from '@causeway/dataspace';
import type { CrashSpace, ServiceName } from './crash-space.js';
import type { Moment } from './points.js';
import type { Landing } from './run.js';
import { soon, until } from './until.js';

interface Waiting {
  readonly items: readonly { readonly id: string; readonly participant: string; readonly keyFingerprint: string }[];
}

/** `causeway join`, killed with its request on the way or with the answer; run again, it goes on with the same keys. */
export async function crashedEnrolment(
  space: CrashSpace,
  name: string,
  moment: Moment,
  more: readonly ServiceName[],
): Promise<Landing> {
  const began = performance.now();
  const operator = ['--home', space.service('authority').home];
  const id = `urn:causeway:${name}`;
  const { invitation } = await runCommand<{ invitation: string }>('authority', 'invite', name, '--id', id, ...operator);
  const home = join(space.service('authority').home, '..', name);
  const command = ['join', invitation, '--home', home];
  const waiting = async () => {
    const { items } = await runCommand<Waiting>('authority', 'pending', ...operator);
    return items.filter(({ participant }) => participant === id);
  };

  const wire = space.wire('authority');
  wire.trap();
  const first = startCommand(command);
  await soon(`${name}: a request to enrol`, wire.caught('request'));
  if (moment === 'delivered') {
    wire.hold('answer');
    wire.release('request');
    await soon(`${name}: its answer`, wire.caught('answer'));
  }
  const landed = await waiting();
  if (landed.length !== (moment === 'delivered' ? 1 : 0)) throw new Error(`${name}: ${landed.length} enrolments wait`);
  const exit = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await exit;
  await space.kill(more);
  await space.restart(more);

  const second = startCommand(command);
  const [enrolment, ...others] = await until(`${name}: an enrolment`, async () => {
    const found = await waiting();
    return found.length > 0 && found;
  });
  if (!enrolment || others.length > 0) throw new Error(`${name}: more than one enrolment waits`);
  if (landed[0] && landed[0].id !== enrolment.id) throw new Error(`${name}: it enrolled again instead of going on`);
  const { value: shown } = await second.events.next();
  if (shown?.keyFingerprint !== enrolment.keyFingerprint) throw new Error(`${name}: the keys are others`);
  await runCommand('authority', 'approve', enrolment.id, ...operator);
  await second.result;
  const identity = await loadIdentity(homePaths(home).identity);
  if (identity.id !== id) throw new Error(`${name}: expected ${id}, it was enrolled as ${identity.id}`);
  return {
    ...{ run: name, point: `Enrolment, ${moment}`, victims: ['join', ...more].join(' + '), received: 0 },
    seen: `${landed.length} waiting at the authority, then ${identity.id}`,
    seconds: (performance.now() - began) / 1_000,
  };
}
