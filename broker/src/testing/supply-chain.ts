import type { DatasetEntry } from '@causeway/evidence';
import type { Told } from './fixture.js';

// Descriptions as firms that build excavators, and their suppliers, would publish them: few names, many combinations.

const machines = [
  { zh: '挖掘机', en: 'excavator' },
  { zh: '装载机', en: 'wheel loader' },
  { zh: '起重机', en: 'crane' },
] as const;
const parts = [
  { zh: '动臂总成', en: 'boom assembly', series: 40 },
  { zh: '斗杆', en: 'arm', series: 41 },
  { zh: '斗齿', en: 'bucket tooth', series: 42 },
  { zh: '动臂油缸', en: 'boom cylinder', series: 50 },
  { zh: '铲斗油缸', en: 'bucket cylinder', series: 51 },
  { zh: '活塞杆', en: 'piston rod', series: 52 },
  { zh: '主阀', en: 'main valve', series: 60 },
  { zh: '行走马达', en: 'travel motor', series: 61 },
  { zh: '回转支承', en: 'slewing ring', series: 70 },
  { zh: '高强度螺栓', en: 'high-strength bolt', series: 80 },
  { zh: '密封圈', en: 'seal ring', series: 81 },
  { zh: '耐磨钢板', en: 'wear plate', series: 90 },
] as const;
const kinds = [
  { zh: '采购订单', en: 'order lines', category: 'orders', mediaType: 'text/csv' },
  { zh: '库存', en: 'stock', category: 'stock', mediaType: 'text/csv' },
  { zh: '产能计划', en: 'capacity', category: 'capacity', mediaType: 'application/x-ndjson' },
  { zh: '质检记录', en: 'inspection records', category: 'quality', mediaType: 'application/json' },
] as const;
const regions = ['CN-31', 'CN-32', 'CN-37', 'CN-43'] as const;
const months = 3;

/** The number of the `at`-th part of a series: `XG-4021-07`. */
export function partNumber(series: number, at: number): string {
  return `XG-${series}${String(Math.floor(at / 10) % 100).padStart(2, '0')}-${String(at % 10).padStart(2, '0')}`;
}

/** The `at`-th description of a whole supply chain; the same one for the same number. */
export function description(at: number): readonly [local: string, entry: Partial<DatasetEntry>] {
  const [part, kind] = [pick(parts, at), pick(kinds, Math.floor(at / parts.length))];
  const turn = Math.floor(at / (parts.length * kinds.length));
  const [machine, region] = [pick(machines, turn), pick(regions, turn + at)];
  const number = partNumber(part.series, Math.floor(turn / months));
  const month = `2026-${String((turn % months) + 1).padStart(2, '0')}`;
  const beside = pick(parts, at + 5);
  return [
    `${number}-${kind.category}-${month}`,
    {
      title: { zh: `${machine.zh}${part.zh}${kind.zh} ${number}`, en: `${kind.en} of ${machine.en} ${part.en}` },
      description: `${month}。适用于${machine.zh}，与${beside.zh}配套使用；每日更新，按批次可追溯。`,
      keywords: [part.zh, machine.zh],
      category: kind.category,
      classification: String((at % 3) + 1),
      mediaType: kind.mediaType,
      region,
    },
  ];
}

/** The descriptions with these numbers, as one publisher tells them. */
export function toldOf(from: number, count: number): Told {
  return Object.fromEntries(Array.from({ length: count }, (_, offset) => description(from + offset)));
}

function pick<T>(list: readonly T[], at: number): T {
  const found = list[at % list.length];
  if (found === undefined) throw new TypeError('expected a list that is not empty');
  return found;
}
