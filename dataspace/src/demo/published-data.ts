import { join } from 'node:path';
import { bytes, type DatasetView } from '@causeway/cli';
import { demoTables } from '../demo-data/tables.js';
import { writeTables } from '../demo-data/write.js';
import { SpaceError } from '../errors.js';
import type { Space } from '../processes/space.js';
import { publish } from './commands.js';
import { auditorId } from './firms.js';
import { type Say, step } from './say.js';

/** The purpose of the offers that name one. */
export const planning = 'urn:causeway:v1:purpose:production-planning';

const seed = 20_261_120;
const hydraulics = 'urn:causeway:hydraulics';
const oem = 'urn:causeway:oem';

interface Publication {
  readonly file: string;
  readonly name: string;
  /** Who may have it, as `causeway publish` takes it; nobody where there is nothing. */
  readonly offer: readonly string[];
}

/** What the firms of the demonstration publish: a good part of their data, each under the policy it needs. */
function publications(until: string): readonly Publication[] {
  const named = (id: string, ...more: string[]) => [
    ...['--to', id, '--until', until, '--times', '10', '--purpose', planning, '--classification', '2', ...more],
  ];
  return [
    { file: 'oem/po_lines.csv', name: 'order-lines', offer: named(hydraulics, '--auditors', auditorId) },
    { file: 'oem/parts.csv', name: 'parts', offer: ['--to', '*', '--classification', '1'] },
    { file: 'oem/bom.csv', name: 'bom', offer: named(hydraulics) },
    { file: 'hydraulics/capacity.csv', name: 'capacity', offer: named(oem, '--approval') },
    { file: 'hydraulics/sales_lines.csv', name: 'sales-lines', offer: named(oem) },
    { file: 'hydraulics/batches.jsonl', name: 'batches', offer: named(oem) },
    {
      ...{ file: 'heat-treatment/process_parameters.csv', name: 'process-parameters' },
      offer: ['--classification', '3', '--domain', 'production'],
    },
  ];
}

/** Generates the supply chain's data under `folder`, and lets each firm publish its part. Gives the OEM's order lines. */
export async function publishData(
  space: Space,
  folder: string,
  until: string,
  say: Say,
): Promise<{ readonly source: string; readonly dataset: DatasetView }> {
  const data = join(folder, 'data');
  const written = await writeTables(demoTables({ seed }), data);
  const size = bytes(written.reduce((sum, one) => sum + one.bytes, 0));
  step(
    say,
    { en: 'Generated', zh: '已生成' },
    {
      en: `${written.length} tables of a supply chain (${size}), under ${data}`,
      zh: `一条供应链的 ${written.length} 张表（${size}），位于 ${data}`,
    },
  );
  const published = await Promise.all(
    publications(until).map(async ({ file, name, offer }) => {
      const found = written.find(({ table }) => table.file === file);
      if (!found) throw new SpaceError('COMMAND_FAILED', `expected ${file} among the generated tables`);
      const { table, path } = found;
      const described = ['--title', table.title.en, '--title-zh', table.title.zh, '--category', table.name];
      const listed = offer.includes('--to') ? ['--listed'] : [];
      const dataset = await publish(
        space.connector(table.owner),
        path,
        '--name',
        name,
        ...described,
        ...listed,
        ...offer,
      );
      return { source: path, dataset };
    }),
  );
  const [main] = published;
  if (!main) throw new SpaceError('COMMAND_FAILED', 'expected the order lines to be published');
  const id = (firm: string, name: string) => `urn:causeway:${firm}:${name}`;
  step(
    say,
    { en: 'Published', zh: '已发布' },
    {
      en: `${published.length} datasets; nobody may have one unless a policy says so:`,
      zh: `${published.length} 个数据集；没有策略许可，任何人都不能使用：`,
    },
    {
      en: `${id('oem', 'parts')}: open to every member`,
      zh: `${id('oem', 'parts')}：向全体成员开放`,
    },
    {
      en: `${id('oem', 'order-lines')}: Hengda Hydraulics only, 30 days, 10 times, for production planning`,
      zh: `${id('oem', 'order-lines')}：仅恒达液压，30 天，10 次，用于生产计划`,
    },
    {
      en: `${id('hydraulics', 'capacity')}: the OEM, once a person at Hengda approves`,
      zh: `${id('hydraulics', 'capacity')}：仅主机厂，须经恒达人工批准`,
    },
    {
      en: `${id('heat-treatment', 'process-parameters')}: level 3, offered to nobody`,
      zh: `${id('heat-treatment', 'process-parameters')}：三级数据，不向任何人提供`,
    },
  );
  return main;
}
