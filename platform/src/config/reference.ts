import type { ConfigSchema, Shape } from './config.js';
import { envName } from './gather.js';
import type { Option } from './option.js';

/** What the reference shows of a schema. */
type Documented = Pick<ConfigSchema<Shape>, 'prefix' | 'shape'>;

/** Reference documentation in Markdown, one table per service, generated from the schemas. */
export function configReference(schemas: Readonly<Record<string, Documented>>): string {
  const intro = [
    '# Configuration',
    '',
    'Generated from the code by `npm run docs:generated`.',
    '',
    "A service reads each option from `--set name=value` of the command that starts it, else from the option's environment",
    "variable, else from its member of `config.json` in the service's home, where `causeway init --set` and",
    '`causeway join --set` put it. All mistakes are reported at once. Secrets stand in files of their own.',
  ];
  const sections = Object.entries(schemas).flatMap(([title, schema]) => ['', `## ${title}`, '', ...table(schema)]);
  return `${[...intro, ...sections].join('\n')}\n`;
}

function table(schema: Documented): string[] {
  return [
    '| option | environment | value | default | what it does |',
    '|---|---|---|---|---|',
    ...Object.entries(schema.shape).map(([name, option]) => row(schema.prefix, name, option)),
  ];
}

function row(prefix: string, name: string, option: Option<unknown>): string {
  const cells = [`\`${name}\``, `\`${envName(prefix, name)}\``, option.kind, defaultCell(option), option.doc];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function defaultCell(option: Option<unknown>): string {
  if (option.required) return '**required**';
  return option.defaultText === undefined ? 'none' : `\`${option.defaultText || '(empty)'}\``;
}
