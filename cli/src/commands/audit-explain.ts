import { Command } from 'commander';
import type { Step } from '../audit/explainer.js';
import { outcomes } from '../audit/words.js';
import { words } from '../language.js';
import { homeOption } from '../options.js';
import type { Output } from '../output.js';

/** `causeway audit explain`: the story of one transfer or agreement, check by check. */
export function auditExplainCommand(output: Output): Command {
  return new Command('explain')
    .description("tell one transfer's or agreement's story in order, each check with its outcome")
    .argument('<id>', 'of a transfer, or the digest of an agreement')
    .addOption(homeOption())
    .addHelpText(
      'after',
      '\nExample:\n  causeway audit explain urn:uuid:0b1f8e11-5f5c-4b4b-8f67-9f1c6d7e0a4b --home ./auditor',
    )
    .action(async (id: string, { home }: { home: string }) => {
      const [{ recordAt }, { explain }, { termsOf }] = await Promise.all([
        import('../audit/source.js'),
        import('../audit/explain.js'),
        import('../audit/terms.js'),
      ]);
      const { agreement, report, refusals, transfer } = await recordAt(home, id);
      const steps = explain(report, refusals, transfer);
      const terms = termsOf(report);
      for (const step of steps) {
        output.line(line(step));
        if (step.step !== 'auditors' || terms === undefined) continue;
        for (const term of words(terms).split('\n')) output.line(`                                ${term}`);
      }
      for (const text of report.unchecked) {
        output.line(`${words({ en: 'not checked', zh: '未核查' })}: ${words(text)}`);
      }
      const told = steps.map(({ words: text, ...step }) => ({ ...step, ...text }));
      const { findings, unchecked } = report;
      output.result({
        ...{ agreement, verified: report.ok, steps: told, findings, unchecked, refusals },
        ...(transfer !== undefined && { transfer }),
        ...(terms && { terms }),
      });
    });
}

function line({ outcome, time, words: text }: Step): string {
  return `${words(outcomes[outcome])}  ${time ?? ' '.repeat(24)}  ${words(text)}`;
}
