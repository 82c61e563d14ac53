import { parseArgs } from 'node:util';
import { built } from './load.js';
import { sendRounds } from './rounds.js';

const say = (words: string): boolean => process.stdout.write(`${words}\n`);

/** How much more may be in use at the end than when every part of the program has run. */
const growth = 64 * 1_048_576;

/**
 * `npm run interop:messages -- [--messages 1000000] [--seed 20270101] [--from 0] [--workers 2] [--minutes 240]`: mutated messages to a
 * connector in both roles. Ends with 1 when one was taken as it should not be. `--round R --only M` sends one message again.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '1000000' },
      each: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '20270101' },
      from: { type: 'string', default: '0' },
      workers: { type: 'string', default: '2' },
      minutes: { type: 'string', default: '240' },
      round: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const [messages, each, seed] = [Number(values.messages), Number(values.each), Number(values.seed)];
  const single = values.round === undefined ? undefined : Number(values.round);
  const from = single ?? Number(values.from);
  const to = single === undefined ? Math.ceil(messages / each) : single + 1;
  const begun = performance.now();
  const seconds = (): string => ((performance.now() - begun) / 1_000).toFixed(0);
  say(`seed ${seed}, rounds ${from} to ${to - 1} of ${each} messages, at most ${values.minutes} minutes`);
  const { total, next, heaps } = await sendRounds({
    ...{ folder: built, seed, from, to, messages: Math.min(each, messages), most: 20 },
    ...{ workers: Math.min(Number(values.workers), to - from), minutes: Number(values.minutes) },
    ...(values.only === undefined ? {} : { only: Number(values.only) }),
    progress({ round, heap, tally }, done, { messages: sent, failures }) {
      for (const { what, round: where, message, request } of tally.failures) {
        say(`FAILED round ${where} message ${message}: ${what}\n${request}\n`);
      }
      const rate = (sent / Number(seconds())).toFixed(0);
      say(
        `round ${round}, ${done} done, ${sent} messages, ${failures.length} failed, ${seconds()} s, ${rate}/s, heap ${mib(heap)}`,
      );
    },
  });
  say(`${total.messages} messages in ${seconds()} s, ${total.moved} of them moved a process`);
  say(`by what they were: ${JSON.stringify(total.standings)}`);
  say(`by their answer: ${JSON.stringify(total.answers)}`);
  say(`the slowest took ${total.slowest.ms.toFixed(0)} ms: ${total.slowest.what}`);
  const flat = Math.max(...heaps) - Math.min(...heaps.slice(0, 4)) < growth;
  say(`memory: ${mib(Math.min(...heaps))} to ${mib(Math.max(...heaps))} after a round${flat ? '' : ', which GROWS'}`);
  say(next < to ? `NOT ALL WERE SENT: go on with --from ${next}` : `failed: ${total.failures.length}`);
  return total.failures.length === 0 && next >= to && flat;
}

const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;

process.exitCode = (await main()) ? 0 : 1;
