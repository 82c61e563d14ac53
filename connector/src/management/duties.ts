import { envelopeDigest } from '@causeway/evidence';
import type { Clock } from '@causeway/platform';
import type { Duties } from '../duties/duties.js';
import { type DutyRecord, isOverdue, saidIn } from '../duties/record.js';
import { nameOf, standOf } from '../duties/words.js';
import { ConnectorError } from '../errors.js';
import type { Records } from '../records.js';
import { type Operation, ok, pageOptions, pageQuery, pageReply } from './operation.js';
import { bodyReader } from './read-body.js';

export interface DutyContext {
  readonly records: Records;
  readonly clock: Clock;
  readonly duties: Duties;
}

const readExcuse = bodyReader<{ readonly reason: string }>('Excuse');
const stands = ['pending', 'overdue', 'fulfilled', 'violated'] as const;

/** What is owed after delivery: by us where we are the consumer, to us where we are the provider. */
export function dutyOperations(context: DutyContext): Operation[] {
  const { records, duties } = context;
  const view = (duty: DutyRecord): Promise<object> => dutyView(duty, context);
  return [
    {
      method: 'get',
      path: '/duties',
      id: 'listDuties',
      summary: 'Lists duties after delivery, of either role; a page that is asked for some of them may be short',
      query: {
        ...pageQuery,
        agreement: 'Only under the agreement with this digest',
        transfer: 'Only of the transfer with this pid, ours or the peer’s',
        state: `Only those that are ${stands.join(', ')}`,
      },
      answer: 'DutyPage',
      async handle({ query }) {
        const { agreement } = query;
        const prefix = agreement === undefined ? {} : { prefix: [agreement] };
        const { items, ...rest } = await records.duties.page({ ...prefix, ...pageOptions(query) });
        const wanted = items.map(({ value }) => value).filter(asked(query, context.clock.now()));
        return pageReply({ items: wanted, ...rest }, view);
      },
    },
    {
      method: 'get',
      path: '/duties/{id}',
      id: 'getDuty',
      summary: 'Shows a duty and what was said of it',
      answer: 'Duty',
      async handle({ params: { id = '' } }) {
        const key = (await records.dutyIds.get(id))?.value;
        const duty = key && (await records.duties.get(key.agreement, key.id))?.value;
        if (duty === undefined) throw new ConnectorError('NOT_FOUND', `There is no duty ${id}.`);
        return ok(await view(duty));
      },
    },
    {
      method: 'post',
      path: '/duties/{id}/do',
      id: 'doDuty',
      summary: 'Does a duty of ours now instead of when it is due: deletes the file, with proof',
      answer: 'Duty',
      async handle({ params: { id = '' } }) {
        return ok(await view(await duties.doNow(id)));
      },
    },
    {
      method: 'post',
      path: '/duties/{id}/excuse',
      id: 'excuseDuty',
      summary: 'Lets a duty be that was violated or not reported: it refuses no further transfers',
      body: 'Excuse',
      answer: 'Duty',
      async handle({ params: { id = '' }, body }) {
        return ok(await view(await duties.excuse(id, readExcuse(body).reason)));
      },
    },
  ];
}

/** @throws ConnectorError REQUEST_INVALID */
function asked({ transfer, state }: Readonly<Record<string, string>>, now: number): (duty: DutyRecord) => boolean {
  if (state !== undefined && !stands.some((one) => one === state)) {
    throw new ConnectorError('REQUEST_INVALID', `Expected a state of ${stands.join(', ')}; got ${state}.`);
  }
  return (duty) => {
    const its = isOverdue(duty, now) ? 'overdue' : duty.state;
    const of = transfer === undefined || duty.transfer === transfer || duty.pid === transfer;
    return of && (state === undefined || its === state);
  };
}

async function dutyView(duty: DutyRecord, { records, clock }: DutyContext): Promise<object> {
  const { answers, excused, removing: _inner, wake: _soon, ...rest } = duty;
  const now = clock.now();
  return {
    ...rest,
    overdue: isOverdue(duty, now),
    ...(excused === undefined ? {} : { excused }),
    name: nameOf(duty),
    stand: standOf(duty, now),
    answers: await Promise.all(
      answers.map(async (answer) => {
        const { result, outcome, time, deleted } = saidIn(answer);
        const logged = (await records.receipts.get(envelopeDigest(answer.envelope)))?.value.index;
        return {
          ...{ statement: answer.id, result, outcome, time: Date.parse(time) },
          ...(deleted === undefined ? {} : { deleted }),
          ...(answer.received === undefined ? {} : { received: answer.received }),
          ...(answer.refused === undefined ? {} : { refused: answer.refused }),
          ...(logged === undefined ? {} : { logIndex: logged }),
        };
      }),
    ),
  };
}
