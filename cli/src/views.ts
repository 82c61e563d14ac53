import { type Words, words } from './language.js';

// What the management API answers, as far as the command line shows it.

export interface ReasonView {
  readonly code: string;
  readonly en: string;
  readonly zh: string;
}

export interface NegotiationView {
  readonly request?: string;
  readonly pid: string;
  readonly peer: string;
  readonly dataset: string;
  readonly state: string;
  readonly inDoubt: boolean;
  readonly reason?: ReasonView;
  readonly parked?: ReasonView;
  readonly agreement?: string;
  readonly role?: string;
  /** The terms on the table. */
  readonly words?: Words;
  readonly approval?: {
    readonly needed: number;
    readonly given: readonly { readonly operator: string }[];
    readonly deadline: number;
    readonly outcome?: 'approved' | 'rejected' | 'expired' | 'overtaken';
  };
}

export interface TransferView {
  readonly request?: string;
  readonly pid: string;
  readonly peerPid?: string;
  readonly peer: string;
  readonly agreement: string;
  readonly dataset: string;
  readonly role?: string;
  readonly state: string;
  readonly inDoubt: boolean;
  readonly reason?: ReasonView;
  readonly parked?: ReasonView;
  /** Why the last attempt came to nothing, while it is tried again. */
  readonly trouble?: string;
  readonly bytes?: number;
  readonly size?: number;
  readonly path?: string;
  readonly digest?: string;
  /** Whoever holds its token can fetch the data. */
  readonly token?: 'unbound';
  /** Only one side has signed what was sent, or neither. */
  readonly oneSided?: boolean;
  /** Index of the closing record in the log, once it is there. */
  readonly endLogIndex?: string;
}

export interface AgreementView {
  readonly digest: string;
  readonly peer: string;
  readonly role: string;
  readonly dataset: string;
  readonly negotiation: string;
  readonly auditors?: readonly string[];
  readonly finalized?: number;
  readonly ended?: { readonly by: string; readonly at: number; readonly reason: ReasonView };
}

/** A statement that was given to an auditor. */
export interface ReleaseView {
  readonly auditor: string;
  readonly type: string;
  readonly last: number;
}

/** What is owed after a delivery. */
export interface DutyView {
  readonly id: string;
  readonly role: 'provider' | 'consumer';
  readonly peer: string;
  readonly agreement: string;
  readonly dataset: string;
  readonly duty: string;
  readonly action: string;
  readonly transfer: string;
  readonly state: 'pending' | 'fulfilled' | 'violated';
  readonly overdue: boolean;
  readonly due?: number;
  readonly name: Words;
  readonly stand: Words;
  readonly answers: readonly {
    readonly result: string;
    readonly outcome: string;
    readonly received?: number;
    readonly refused?: ReasonView;
    readonly logIndex?: string;
  }[];
}

export interface DatasetView {
  readonly id: string;
  readonly title: { readonly en?: string; readonly zh?: string };
  readonly description?: string;
  readonly keywords: readonly string[];
  readonly category?: string;
  readonly classification?: number;
  readonly mediaType: string;
  readonly source: { readonly path: string; readonly version: string; readonly bytes: number };
  readonly content?: ContentView;
  readonly listed: boolean;
  readonly offers: readonly OfferView[];
  readonly agreements?: { readonly inForce: number; readonly more?: boolean };
  readonly withdrawn?: number;
  readonly withdrawnFor?: string;
  readonly updated: number;
  /** Of a preview: the first rows, and what others would be told. */
  readonly sample?: readonly (readonly string[])[];
  readonly shown?: { readonly catalog: object; readonly entry?: object };
}

export interface OfferView {
  readonly id: string;
  readonly policy?: { readonly assignee?: unknown };
  readonly words?: Words;
  readonly approval?: boolean;
  readonly negotiable?: boolean;
}

/** What was found in a file that holds a table. */
export interface ContentView {
  readonly format: 'csv' | 'json-lines';
  readonly encoding?: string;
  readonly byteOrderMark?: boolean;
  readonly delimiter?: string;
  readonly table?: {
    readonly rows: number;
    readonly columns: readonly { readonly name: string; readonly type: string; readonly nulls: number }[];
  };
  readonly trouble?: Words & { readonly line?: number };
}

/** A folder with the files in it, or a file. */
export interface InspectionView {
  readonly kind: 'file' | 'folder';
  readonly files?: readonly { readonly name: string; readonly path: string }[];
  readonly skipped?: readonly { readonly name: string; readonly why: Words }[];
}

/** What was got under an agreement, and what is left of it. */
export interface UsageView {
  readonly agreement: string;
  readonly role: 'provider' | 'consumer';
  readonly peer: string;
  readonly dataset: string;
  readonly state: 'pending' | 'inForce' | 'over' | 'ended';
  readonly ended?: { readonly by: string; readonly reason: ReasonView };
  readonly left: readonly {
    readonly rule: string;
    readonly uses?: { readonly limit: number; readonly left: number };
    readonly from?: number;
    readonly until?: number;
  }[];
  readonly pulled: {
    readonly times: number;
    readonly bytes: number;
    readonly last?: number;
    readonly running: number;
    readonly refused: number;
    readonly more?: boolean;
  };
}

export interface SearchView {
  readonly hits: readonly {
    readonly entry: {
      readonly id: string;
      readonly title: { readonly zh?: string; readonly en?: string };
      /** What the publisher calls itself. */
      readonly publisherName?: string;
      readonly bytes?: string;
    };
    readonly publisher: string;
    readonly liveness: { readonly state: string };
  }[];
  readonly dropped: readonly { readonly reason: string; readonly detail: string }[];
  readonly next?: string;
  /** With the first page: the broker's own word. */
  readonly tally?: {
    readonly found: number;
    readonly facets: readonly {
      readonly name: string;
      readonly values: readonly { readonly value: string; readonly count: number }[];
    }[];
    readonly partial: boolean;
  };
}

/** Whether a process can still go on without us. */
export function waits(view: Pick<NegotiationView, 'state' | 'parked' | 'role'>): boolean {
  return !view.parked && !isOffered(view) && !['FINALIZED', 'TERMINATED', 'COMPLETED'].includes(view.state);
}

/** Whether the provider has made another offer, for us to take or leave. */
export function isOffered({ state, role }: Pick<NegotiationView, 'state' | 'role'>): boolean {
  return state === 'OFFERED' && role === 'consumer';
}

/** A duty for people: who owes it, what it is, how it stands, and what the other side knows of it. */
export function told(duty: DutyView): string[] {
  const { id, role, peer, name, stand, answers } = duty;
  const last = answers.at(-1);
  const { refused, received, logIndex } = last ?? {};
  return [
    `${role === 'consumer' ? `owed to ${peer}` : `owed by ${peer}`}: ${words(name)}`,
    `  ${words(stand)}`,
    ...(refused === undefined ? [] : [`  ${peer} does not take our report: ${reasonWords(refused)}`]),
    ...(last === undefined || role === 'provider' || received !== undefined || refused !== undefined
      ? []
      : [`  ${peer} has not been told yet`]),
    ...(logIndex === undefined ? [] : [`  record ${logIndex} of the log`]),
    `  duty ${id}`,
  ];
}

/** A reason in the language of the terminal, code first. */
export function reasonWords(reason: ReasonView | undefined): string {
  return reason === undefined ? 'no reason was given' : `${reason.code}: ${words(reason)}`;
}

/** Terms in plain words, line by line. */
export function terms({ words: text }: Pick<NegotiationView, 'words'>): string[] {
  return text === undefined ? [] : words(text).split('\n');
}

const livenesses: Readonly<Record<string, Words>> = {
  pending: { en: 'waits to be let in', zh: '待批准' },
  online: { en: 'online', zh: '在线' },
  late: { en: 'late', zh: '心跳迟到' },
  gone: { en: 'gone', zh: '离线' },
  rejected: { en: 'rejected', zh: '已拒绝' },
  removed: { en: 'removed', zh: '已移除' },
};

/** How a participant stands with the broker; a state that this release does not know is said as it came. */
export function livenessWords(state: string): Words {
  return livenesses[state] ?? { en: state, zh: state };
}
