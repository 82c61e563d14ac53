import type {
  AgreementStatement,
  AuditReport,
  Digest,
  EndStatement,
  StartStatement,
  Statement,
} from '@causeway/evidence';
import type { Words } from '../language.js';
import type { Refusal } from './releases.js';
import { type Outcome, states, typeNames } from './words.js';

/** One step of a record's story: what was checked, and what came of it. */
export interface Step {
  readonly step:
    | 'agreement'
    | 'auditors'
    | 'decision'
    | 'start'
    | 'end'
    | 'stop'
    | 'state'
    | 'duty'
    | 'ended'
    | 'log'
    | 'finding'
    | 'unreleased';
  readonly outcome: Outcome;
  /** The provider's pid, of what belongs to one transfer. */
  readonly transfer?: string;
  readonly time?: string;
  readonly words: Words;
}

export type Recorded = NonNullable<AuditReport['record']>;
type Entry = Recorded['entries'][number];

/** Tells the steps of one verified record, each with what the report found against it. */
export class Explainer {
  readonly #report: AuditReport;
  readonly #record: Recorded;
  readonly #refusals: readonly Refusal[];

  constructor(report: AuditReport, record: Recorded, refusals: readonly Refusal[]) {
    this.#report = report;
    this.#record = record;
    this.#refusals = refusals;
  }

  agreement(): Step[] {
    const { agreement, parties } = this.#record;
    const signed = this.over(agreement);
    const said = this.said<AgreementStatement>(agreement, 'agreement');
    const both = signed.length === 2;
    const target = String(said?.agreement.target ?? '');
    const auditors = parties.auditors.join(', ');
    return [
      this.step('agreement', both ? 'holds' : 'lacking', [agreement], {
        ...(said && { time: said.time }),
        words: {
          en: `agreement ${agreement}${target && ` on ${target}`}: signed by ${signersEn(signed)}${both ? '' : ` only: ONE-SIDED`}`,
          zh: `合约 ${agreement}${target && `，关于 ${target}`}：由${signersZh(signed)}签署${both ? '' : '，仅此一方：单方合约'}`,
        },
      }),
      ...(said ? [] : [this.unreleased(agreement, 'agreement')]),
      this.step('auditors', 'told', [], {
        words: {
          en: `provider ${parties.provider}, consumer ${parties.consumer}, auditors ${auditors || 'none'}${said ? ', as the agreement names them' : ''}`,
          zh: `提供方 ${parties.provider}，使用方 ${parties.consumer}，审计方 ${auditors || '无'}${said ? '，与合约所列相同' : ''}`,
        },
      }),
    ];
  }

  transfer(startId: Digest, transfer: string | undefined): Step[] {
    const of = transfer === undefined ? {} : { transfer };
    const start = this.said<StartStatement>(startId, 'transfer-start');
    const [entry] = this.over(startId);
    const ends = this.#record.statements.flatMap(({ id, statement }) =>
      statement.type === 'transfer-end' && statement.start === startId ? [{ id, statement }] : [],
    );
    const later = ends.flatMap(({ id }) => this.over(id));
    const stopped = this.#record.statements.find(
      ({ statement }) => statement.type === 'transfer-stop' && statement.start === startId,
    );
    const state = this.#report.story?.transfers.find((one) => one.start === startId)?.story ?? 'unknown';
    const late = this.#report.findings.some(
      ({ code, where }) => code === 'START_LATE' && later.some((one) => isAt(where, one.where)),
    );
    const after = later.length > 0 && !late;
    return [
      ...(start
        ? [
            this.step('decision', 'told', [], {
              ...{ ...of, time: start.time },
              words: {
                en: `transfer ${start.transfer}: decided under that agreement, decision record ${start.decision}${start.purpose ? `, declared purpose ${start.purpose}` : ''}`,
                zh: `传输 ${start.transfer}：依该合约作出决定，决定记录 ${start.decision}${start.purpose ? `，声明的用途 ${start.purpose}` : ''}`,
              },
            }),
            this.step('start', late ? 'wrong' : 'holds', [startId], {
              ...{ ...of, time: start.time },
              words: {
                en: `start signed by ${signersEn(this.over(startId))}${after ? ', logged before the end of its data' : ''}: ${start.dataset}, ${start.size} bytes, version ${start.datasetVersion}${start.token ? '; UNBOUND: open to whoever held its token' : ''}`,
                zh: `开始声明由${signersZh(this.over(startId))}签署${after ? '，先于数据结束写入日志' : ''}：${start.dataset}，${start.size} 字节，版本 ${start.datasetVersion}${start.token ? '；未绑定令牌：任何持有者均可获取' : ''}`,
              },
            }),
          ]
        : entry
          ? [{ ...this.unreleased(startId, 'transfer-start'), ...of }]
          : []),
      ...ends.map(({ id, statement }) => this.#end(id, statement, of)),
      ...(stopped?.statement.type === 'transfer-stop'
        ? [
            this.step('stop', 'told', [stopped.id], {
              ...{ ...of, time: stopped.statement.time },
              words: {
                en: `stopped by ${stopped.statement.by}: ${stopped.statement.code}: ${stopped.statement.reason}; signed by ${signersEn(this.over(stopped.id))}`,
                zh: `由 ${stopped.statement.by} 停止：${stopped.statement.code}：${stopped.statement.reason}；由${signersZh(this.over(stopped.id))}签署`,
              },
            }),
          ]
        : []),
      this.step('state', outcomeOf(state), [], { ...of, words: states[state] }),
    ];
  }

  #end(id: Digest, { bytes, digest, time, outcome }: EndStatement, of: { transfer?: string }): Step {
    const signed = this.over(id);
    const disputed = outcome === 'disputed';
    const both = signed.length === 2;
    return this.step('end', disputed ? 'wrong' : both ? 'holds' : 'lacking', [id], {
      ...{ ...of, time },
      words: {
        en: `${disputed ? 'disputed: received' : 'end:'} ${bytes} bytes, ${digest}, signed by ${signersEn(signed)}${both || disputed ? '' : ' only'}`,
        zh: `${disputed ? '有争议：收到' : '结束：'} ${bytes} 字节，${digest}，由${signersZh(signed)}签署${both || disputed ? '' : '，仅此一方'}`,
      },
    });
  }

  /** A statement that everybody signed and nobody showed. */
  unreleased(id: Digest, type: Statement['type']): Step {
    const signers = [...new Set(this.over(id).map(({ envelope }) => envelope.signer))];
    const told = this.#refusals.filter(({ statement }) => statement === id);
    return { step: 'unreleased', outcome: 'lacking', words: refusalWords(id, type, signers, told) };
  }

  over(id: Digest): Entry[] {
    return this.#record.entries.filter(({ envelope }) => envelope.statement === id);
  }

  said<S extends Statement>(id: Digest, type: S['type']): S | undefined {
    const found = this.#record.statements.find((one) => one.id === id)?.statement;
    return found?.type === type ? (found as S) : undefined;
  }

  /** A step about these statements: a finding at one of them, or at an envelope over it, makes it wrong. */
  step(step: Step['step'], outcome: Outcome, about: readonly Digest[], rest: Omit<Step, 'step' | 'outcome'>): Step {
    const places = about.flatMap((id) => [
      ...this.over(id).map(({ where }) => where),
      ...this.#record.statements.filter((one) => one.id === id).map(({ where }) => where),
    ]);
    const against = this.#report.findings.filter(({ where }) => places.some((place) => isAt(where, place)));
    return { step, outcome: against.length > 0 ? 'wrong' : outcome, ...rest };
  }
}

function isAt(where: string, place: string): boolean {
  return where === place || where.startsWith(`${place}/`) || where.startsWith(`${place}@`);
}

function outcomeOf(state: keyof typeof states): Outcome {
  if (state === 'agreed') return 'holds';
  if (state === 'disputed') return 'wrong';
  return state === 'running' || state === 'stopped' ? 'told' : 'lacking';
}

const placeOf = ({ index }: Entry) => (index === undefined ? '?' : String(index));

function signersEn(entries: readonly Entry[]): string {
  return entries.map((entry) => `${entry.envelope.signer} (record ${placeOf(entry)})`).join(' and ') || 'nobody';
}

function signersZh(entries: readonly Entry[]): string {
  return entries.map((entry) => ` ${entry.envelope.signer}（记录 ${placeOf(entry)}）`).join('和') || '无人';
}

/** A hole is told as whose it is, never passed over. */
function refusalWords(
  id: Digest,
  type: Statement['type'],
  signers: readonly string[],
  told: readonly Refusal[],
): Words {
  const asked = told.map(({ party, code, message }) => `${party} (${code}: ${message})`);
  const by = told.length > 0 ? asked.join('; ') : signers.join(', ');
  return {
    en: `statement not released by ${by}: ${id}, ${typeNames[type].en}`,
    zh: `未出示声明：${by}：${id}，${typeNames[type].zh}`,
  };
}
