import type { BadInput, Bench } from './bench.js';

let serial = 0;

async function invite(bench: Bench): Promise<string> {
  serial += 1;
  const args = ['authority', 'invite', `newcomer-${serial}`, '--home', bench.space.authority.home, '--json'];
  return (JSON.parse((await bench.causeway(args)).stdout) as { invitation: string }).invitation;
}

const join = (bench: Bench, invitation: string) => () =>
  bench.causeway(['join', invitation, '--home', bench.at('newcomer')]);

/** What is wrong with an invitation. */
export const joiningRows: readonly BadInput[] = [
  {
    what: 'an invitation that is none',
    says: [/^INVITATION_INVALID: /, 'copy it again, whole'],
    run: async (bench) => join(bench, 'welcome'),
  },
  {
    what: 'an invitation that was cut short',
    says: [/^INVITATION_INVALID: /, 'its end is missing', 'copy it again, whole'],
    run: async (bench) => join(bench, (await invite(bench)).slice(0, -200)),
  },
  {
    what: 'an invitation with another code',
    says: [/^CODE_REFUSED: /, 'not valid', 'ask the operator for a new invitation'],
    async run(bench) {
      const args = ['authority', 'invite', 'twice', '--home', bench.space.authority.home, '--json'];
      const { invitation } = JSON.parse((await bench.causeway(args)).stdout) as { invitation: string };
      // A later one takes its place.
      await bench.causeway(args);
      return join(bench, invitation);
    },
  },
  {
    what: 'an invitation that was used',
    says: [/^CODE_REFUSED: /, 'not valid', 'ask the operator for a new invitation'],
    async run(bench) {
      const invitation = await invite(bench);
      const first = ['join', invitation, '--home', bench.at('first'), '--wait', '1'];
      await bench.causeway(first);
      return join(bench, invitation);
    },
  },
  {
    what: 'an invitation while the authority is down',
    says: [/^AUTHORITY_DOWN: /, 'nobody listens there', 'Ask the operator', 'same command again'],
    async run(bench) {
      const invitation = await invite(bench);
      await bench.space.authority.stop();
      return join(bench, invitation);
    },
    undo: (bench) => bench.space.authority.start(),
  },
];
