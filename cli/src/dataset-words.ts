import { type Words, words } from './language.js';
import { bytes } from './output.js';
import { type ContentView, type DatasetView, type OfferView, terms } from './views.js';

const mostColumns = 40;
const types: Readonly<Record<string, string>> = {
  ...{ boolean: '是否', integer: '整数', decimal: '小数', date: '日期', code: '编码', text: '文本', nested: '嵌套' },
};

const delimiters: Readonly<Record<string, Words>> = {
  ',': { en: 'separated by commas', zh: '逗号分隔' },
  ';': { en: 'separated by semicolons', zh: '分号分隔' },
  '\t': { en: 'separated by tabs', zh: '制表符分隔' },
  '|': { en: 'separated by bars', zh: '竖线分隔' },
};

/** What was found in a file, with the first values of each column, for its owner. */
export function foundLines({ source, content, sample = [] }: DatasetView): string[] {
  const size = bytes(source.bytes);
  if (content === undefined) return [words({ en: `  ${size}`, zh: `  ${size}` })];
  const { table } = content;
  const lines = [`  ${[size, ...formOf(content)].join(words({ en: ', ', zh: '，' }))}`];
  if (content.trouble) lines.push(`  ${words(troubleWords(content.trouble))}`);
  const columns = table?.columns.slice(0, mostColumns) ?? [];
  const width = Math.max(0, ...columns.map(({ name }) => widthOf(name)));
  for (const [index, { name, type, nulls }] of columns.entries()) {
    const kind = words({ en: type, zh: types[type] ?? type });
    const empty = nulls === 0 ? '' : words({ en: `${nulls} empty  `, zh: `${nulls} 个空值  ` });
    const values = sample.map((row) => row[index] ?? '').filter((value) => value !== '');
    lines.push(`    ${padded(name, width)}  ${padded(kind, 8)}  ${empty}${values.slice(0, 3).join(' | ')}`.trimEnd());
  }
  const more = (table?.columns.length ?? 0) - columns.length;
  if (more > 0) lines.push(words({ en: `    … and ${more} more`, zh: `    …另有 ${more} 列` }));
  if (sample.length > 0) {
    lines.push(words({ en: '  (the values are shown to you alone)', zh: '  （以上取值仅您可见）' }));
  }
  return lines;
}

function formOf({ format, encoding, byteOrderMark, delimiter, table }: ContentView): string[] {
  const marked = byteOrderMark ? words({ en: ' with byte order mark', zh: '（带 BOM）' }) : '';
  return [
    format === 'csv' ? 'CSV' : 'JSON Lines',
    ...(encoding === undefined ? [] : [`${encoding}${marked}`]),
    ...(delimiter === undefined ? [] : [words(delimiters[delimiter] ?? { en: delimiter, zh: delimiter })]),
    ...(table === undefined
      ? []
      : [
          words({ en: `${table.rows} rows`, zh: `${table.rows} 行` }),
          words({ en: `${table.columns.length} columns`, zh: `${table.columns.length} 列` }),
        ]),
  ];
}

function troubleWords({ line, en, zh }: NonNullable<ContentView['trouble']>): Words {
  return {
    en: `Not a table as its name says${line === undefined ? '' : `, line ${line}`}: ${en}. Its bytes are shared as they are.`,
    zh: `与扩展名不符，不是完整的表格${line === undefined ? '' : `（第 ${line} 行）`}：${zh}。数据将按原样共享。`,
  };
}

/** The offers of a dataset in the words of their policies. */
export function offerLines(offers: readonly OfferView[]): string[] {
  if (offers.length === 0) return [words({ en: '  offered to nobody', zh: '  未向任何一方提供' })];
  return offers.flatMap((offer) => [
    ...terms(offer).map((line) => `  ${line}`),
    ...(offer.approval
      ? [words({ en: '  Each agreement waits for the approval of a person.', zh: '  每份合约须经人工审批。' })]
      : []),
    ...(offer.negotiable
      ? [words({ en: '  A request for more gets a counter-offer.', zh: '  请求超出范围时将收到还价要约。' })]
      : []),
  ]);
}

/** Who a dataset is offered to, in one line. */
export function offeredTo(offers: readonly OfferView[]): string {
  const named = offers.flatMap(({ policy }) => namesIn(policy?.assignee) ?? ['*']);
  if (named.length === 0) return words({ en: 'offered to nobody', zh: '未向任何一方提供' });
  if (named.includes('*')) return words({ en: 'offered to every member', zh: '向所有成员提供' });
  const names = [...new Set(named)];
  return words({ en: `offered to ${names.join(', ')}`, zh: `提供给 ${names.join('、')}` });
}

function namesIn(assignee: unknown): string[] | undefined {
  if (assignee === undefined) return undefined;
  const each = Array.isArray(assignee) ? assignee : [assignee];
  return each.map((one: unknown) => (typeof one === 'string' ? one : String(Reflect.get(Object(one), '@id'))));
}

/** Word for word what others are told of a dataset, and who they are. */
export function shownLines({ shown, offers, listed }: DatasetView): string[] {
  if (shown === undefined) return [];
  if (!listed && offers.length === 0) return [words({ en: 'Nobody is told of it.', zh: '不向任何一方展示。' })];
  const told = shown.entry ?? shown.catalog;
  const left = ['@type', '@id', 'version', 'formats', 'hasPolicy', 'distribution'];
  const lines = Object.entries(told).flatMap(([name, value]) =>
    left.includes(name) || (Array.isArray(value) && value.length === 0)
      ? []
      : [`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  const whom = listed
    ? words({ en: 'Every member is told, through the broker:', zh: '通过代理向所有成员展示：' })
    : words({ en: 'Those it is offered to are told:', zh: '仅向上述参与方展示：' });
  return [whom, ...lines];
}

/** How many agreements stand on a dataset. */
export function standing({ agreements }: DatasetView): Words {
  const { inForce = 0, more = false } = agreements ?? {};
  const some = `${inForce}${more ? '+' : ''}`;
  return { en: `${some} agreement${some === '1' ? '' : 's'} in force`, zh: `${some} 份合约有效` };
}

/** The title in the language of the terminal, or in the one there is. */
export function titleOf({ title }: Pick<DatasetView, 'title'>): string {
  const { en = title.zh ?? '', zh = title.en ?? '' } = title;
  return words({ en, zh });
}

/** In columns of a terminal: what is East Asian takes two. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, char) =>
      width + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/.test(char) ? 2 : 1),
    0,
  );
}

function padded(text: string, width: number): string {
  return `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;
}
