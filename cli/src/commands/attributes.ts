import { Command, InvalidArgumentError, Option } from 'commander';
import { openApi } from '../api.js';
import { CliError } from '../errors.js';
import { homeOption, listOption } from '../options.js';
import type { Output } from '../output.js';
import { collect } from '../pages.js';

type Attributes = Readonly<Record<string, string | readonly string[]>>;

interface ParticipantView {
  readonly id: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly revision?: number;
}

interface ChangeView {
  readonly revision: number;
  readonly at: number;
  readonly before: Attributes;
  readonly after: Attributes;
  readonly reason?: string;
}

interface AttributesOptions {
  readonly home: string;
  readonly attribute?: Attributes;
  readonly remove?: string[];
  readonly reason?: string;
  readonly history?: boolean;
}

const mostChanges = 1_000;

/** `--attribute name=value`, as often as needed; values with commas between are several. */
export function attributeOption(description: string): Option {
  return new Option('--attribute <name=values>', `${description}; may be repeated`).argParser(
    (pair: string, before: Attributes = {}) => {
      const [, name = '', text = ''] = /^([A-Za-z][A-Za-z0-9:._-]*)=(.+)$/s.exec(pair) ?? [];
      const values = text
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== '');
      const [first, ...others] = values;
      if (first === undefined) throw new InvalidArgumentError('expected name=value, such as role=buyer,auditor.');
      return { ...before, [name]: others.length === 0 ? first : values };
    },
  );
}

/** `causeway authority attributes`: what attribute tokens say of a participant. */
export function attributesCommand(output: Output): Command {
  return new Command('attributes')
    .description('show or change what attribute tokens say of a participant; connectors decide on it')
    .argument('<id>', 'of the participant')
    .addOption(homeOption())
    .addOption(attributeOption('role, securityLevel (base, trust, trust+), country (CN, CN-31), industry, or others'))
    .addOption(listOption('--remove <names>', 'attributes that are no longer so'))
    .option('--reason <text>', 'kept with the change')
    .option('--history', 'list the changes, the latest first')
    .addHelpText(
      'after',
      '\nExample:\n  causeway authority attributes urn:causeway:hydraulics --attribute role=quality,buyer --attribute securityLevel=trust --remove industry --home ./authority',
    )
    .action(async (id: string, { home, attribute, remove, reason, history }: AttributesOptions) => {
      const api = await openApi(home, 'authority');
      const path = `/admin/v1/participants/${encodeURIComponent(id)}`;
      const change = { ...(attribute && { set: attribute }), ...(remove && { remove }) };
      const changes = Object.keys(change).length > 0;
      if (!changes && reason !== undefined) throw new CliError('USAGE', '--reason is for a change; name one.');
      if (changes && history) throw new CliError('USAGE', 'Change attributes, or list their --history.');
      if (history) {
        const page = await collect<ChangeView>(api, `${path}/attribute-changes`, { most: mostChanges });
        for (const one of page.items) {
          output.line(
            `${new Date(one.at).toISOString()}  change ${one.revision}${one.reason ? `: ${one.reason}` : ''}`,
          );
          for (const line of listed(one.after)) output.line(`  ${line}`);
        }
        if (page.items.length === 0) output.line('Never changed since the enrolment.');
        return output.result({ ...page });
      }
      const participant = changes
        ? await api.send<ParticipantView>('POST', `${path}/attributes`, { ...change, ...(reason && { reason }) })
        : await api.get<ParticipantView>(path);
      output.line(`${participant.name} (${participant.id})`);
      const lines = listed(participant.attributes);
      for (const line of lines.length > 0 ? lines : ['no attributes']) output.line(`  ${line}`);
      if (changes) output.line('The next token says so; one that was given before is good until it expires.');
      output.result({ ...participant });
    });
}

function listed(attributes: Attributes): string[] {
  return Object.entries(attributes).map(([name, value]) => `${name} = ${[value].flat().join(', ')}`);
}
