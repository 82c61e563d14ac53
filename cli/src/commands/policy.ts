import type { Language } from '@causeway/policies';
import { Command, Option } from 'commander';
import type { Answer } from '../policy/answers.js';
import { examples } from '../policy/examples.js';
import type { Json } from '../policy/json.js';

/**
 * `causeway policy`: the policy engine by itself. Reads one JSON object a line, answers with one a line; needs no service. The engine is
 * loaded when it is asked, since every command reads this file.
 */
export function policyCommand(): Command {
  return new Command('policy')
    .description('check, decide, compare and read out policies: JSON lines in, JSON lines out')
    .addCommand(
      lineCommand(
        'check',
        'list the mistakes of each policy, with their places, and what is probably not meant',
      ).action(async () => answered((await import('../policy/check.js')).check)),
    )
    .addCommand(
      lineCommand(
        'decide',
        'decide each request under its policy in a state of the world, or replay a recorded decision',
      )
        .option('--lenient-duties', 'a duty that is not set does not block (W3C strict: it does)', false)
        .option('--record', 'answer with the record by which the decision can be replayed', false)
        .action(async (options: { lenientDuties: boolean; record: boolean }) => {
          const { decide } = await import('../policy/decide.js');
          await answered((line) => decide(line, options));
        }),
    )
    .addCommand(
      lineCommand('compare', 'say whether two policies can be kept at once, or whether a request stays within an offer')
        .addOption(
          new Option('--mode <mode>', 'what is asked of the two').choices(['conflict', 'within']).default('conflict'),
        )
        .action(async ({ mode }: { mode: string }) => {
          const { compare, within } = await import('../policy/compare.js');
          await answered(mode === 'within' ? within : compare);
        }),
    )
    .addCommand(
      lineCommand('render', 'say each policy in plain words')
        .addOption(new Option('--lang <language>', 'language').choices(['en', 'zh']).default('en'))
        .action(async ({ lang }: { lang: Language }) => {
          const { render } = await import('../policy/check.js');
          await answered((line) => render(line, lang));
        }),
    );
}

function lineCommand(name: keyof typeof examples, description: string): Command {
  const shown = examples[name].map(({ args, line, answer }) => {
    const command = ['causeway policy', name, ...args].join(' ');
    return `\nExample:\n  ${command}\n  reads     ${JSON.stringify(line)}\n  answers   ${JSON.stringify(answer)}`;
  });
  return new Command(name).description(description).addHelpText('after', shown.join('\n'));
}

/** Exits with 1 when a line could not be answered, or was answered with what is wrong. */
async function answered(answer: (line: Json) => Answer): Promise<void> {
  const { answerLines } = await import('../policy/answers.js');
  const { lines, failed } = await answerLines(process.stdin, process.stdout, answer);
  if (failed === 0) return;
  process.stderr.write(`${failed} of ${lines} lines: something is wrong, and the answers say what.\n`);
  process.exitCode = 1;
}
