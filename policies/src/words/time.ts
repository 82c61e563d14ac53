import type { OrderedValue } from '../model.js';
import { nameText, type Words } from './text.js';

/** An instant by itself, milliseconds since the epoch. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

const written = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:\d\d)?$/;

/** The same for people: the English in UTC, and so the Chinese. */
export function timeWords(milliseconds: number): Words {
  const en = timeText(milliseconds);
  return { en, zh: instantZh(en) };
}

/**
 * An instant of a contract: English in UTC, which is how it is compared; Chinese as its author wrote it, with the zone's name. What
 * has no zone says so.
 */
export function instantWords({ text, low, high }: OrderedValue): Words {
  const en = low === high && isInstant(low) ? timeText(low) : `${nameText(text)}${zoned(text) ? '' : ' (no zone)'}`;
  return { en, zh: instantZh(text) };
}

/** An instant as its author wrote it, in Chinese, with the zone's name. */
export function instantZh(text: string): string {
  const match = written.exec(text);
  if (!match) return nameText(text);
  const [, year, month, day, clock, second, zone] = match;
  const seconds = second === undefined || Number(second) === 0 ? '' : `:${second}`;
  const date = `${year}年${Number(month)}月${Number(day)}日`;
  return `${date}${clock === undefined ? '' : ` ${clock}${seconds}`}${zoneName(zone)}`;
}

function zoned(text: string): boolean {
  return /(?:Z|[+-]\d\d:\d\d)$/.test(text.replace(/^\d{4}-\d\d-\d\d/, ''));
}

function isInstant(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= 8.64e15;
}

function zoneName(zone: string | undefined): string {
  if (zone === undefined) return '（未注明时区）';
  if (zone === '+08:00') return '（北京时间）';
  if (zone === 'Z' || zone.endsWith('00:00')) return '（UTC）';
  return `（UTC${zone.replace(/^([+-])0?(\d+):00$/, '$1$2').replace(/^([+-])0(\d:)/, '$1$2')}）`;
}

const parts = /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const units = [
  { en: 'year', zh: '年' },
  { en: 'month', zh: '个月' },
  { en: 'week', zh: '周' },
  { en: 'day', zh: '天' },
  { en: 'hour', zh: '小时' },
  { en: 'minute', zh: '分钟' },
  { en: 'second', zh: '秒' },
] as const;

/** `P30D` → “30 days”, “30 天”; what is no duration stays as it is. */
export function durationWords(text: string): Words {
  const match = parts.exec(text);
  if (!match) return { en: nameText(text), zh: nameText(text) };
  const [, sign, ...found] = match;
  const said = units.flatMap((unit, at) => {
    const amount = found[at];
    return amount === undefined ? [] : [{ ...unit, amount }];
  });
  const counted = said.filter(({ amount }) => Number(amount) !== 0);
  const shown = counted.length > 0 ? counted : said.slice(0, 1);
  if (shown.length === 0) return { en: nameText(text), zh: nameText(text) };
  const en = shown.map(({ amount, en: unit }) => `${amount} ${unit}${Number(amount) === 1 ? '' : 's'}`);
  const last = en.pop() ?? '';
  return {
    en: `${sign ? 'minus ' : ''}${en.length > 0 ? `${en.join(', ')} and ` : ''}${last}`,
    zh: `${sign ? '负' : ''}${shown.map(({ amount, zh }) => `${amount} ${zh}`).join(' ')}`,
  };
}
