import { timeWords } from '@causeway/policies';
import { instant } from '../control.js';
import { type DutyRecord, isOverdue, saidIn } from './record.js';

/** The same words in both languages. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

const actions: Readonly<Record<string, Words>> = {
  delete: { en: 'delete the data', zh: '删除数据' },
  inform: { en: 'inform the provider of the delivery', zh: '将交付情况告知提供方' },
  'idsc:log': { en: 'log the delivery in the clearing house', zh: '在清算所登记交付' },
};

const results: Readonly<Record<ReturnType<typeof saidIn>['result'], Words>> = {
  deleted: { en: 'the file was deleted', zh: '文件已删除' },
  gone: { en: 'the file was not there any more; who took it is not known', zh: '文件已不在原处，去向不明' },
  replaced: {
    en: 'another file, or another content, stands there and was left alone',
    zh: '原处已是其他文件或内容，未予改动',
  },
  kept: { en: 'the file could not be deleted', zh: '文件未能删除' },
  informed: { en: 'the provider was informed', zh: '已告知提供方' },
  logged: { en: 'it is in the log', zh: '已登记' },
};

/** What is owed, of what, until when. */
export function nameOf({
  action,
  due,
  delivered,
  duty,
}: Pick<DutyRecord, 'action' | 'due' | 'delivered' | 'duty'>): Words {
  const { en, zh } = actions[action] ?? { en: action, zh: action };
  const since = instant(delivered);
  return {
    en: `${en} delivered at ${since}${due === undefined ? '' : `, until ${instant(due)}`} (${duty})`,
    zh: `${zh}（交付于 ${timeWords(delivered).zh}${due === undefined ? '' : `，期限 ${timeWords(due).zh}`}；${duty}）`,
  };
}

/** How it stands. */
export function standOf(record: DutyRecord, now: number): Words {
  const { state, answers, excused, trouble } = record;
  const last = answers.at(-1);
  const result = last && results[saidIn(last).result];
  const stand = isOverdue(record, now)
    ? { en: 'overdue', zh: '逾期' }
    : {
        pending: { en: 'pending', zh: '待履行' },
        fulfilled: { en: 'fulfilled', zh: '已履行' },
        violated: { en: 'violated', zh: '已违反' },
      }[state];
  const more: Words[] = [
    ...(result === undefined ? [] : [result]),
    ...(trouble === undefined || state === 'fulfilled' ? [] : [{ en: trouble, zh: trouble }]),
    ...(excused === undefined ? [] : [{ en: `excused: ${excused.reason}`, zh: `已豁免：${excused.reason}` }]),
  ];
  return {
    en: [stand.en, ...more.map(({ en }) => en)].join('; '),
    zh: [stand.zh, ...more.map(({ zh }) => zh)].join('；'),
  };
}
