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
}

export interface TransferView {
  readonly request?: string;
  readonly pid: string;
  readonly peer: string;
  readonly agreement: string;
  readonly dataset: string;
  readonly state: string;
  readonly inDoubt: boolean;
  readonly reason?: ReasonView;
  readonly parked?: ReasonView;
  readonly bytes?: number;
  readonly size?: number;
  readonly path?: string;
  readonly digest?: string;
  /** Index of the closing record in the log, once it is there. */
  readonly endLogIndex?: string;
}

export interface DatasetView {
  readonly id: string;
  readonly source: { readonly version: string; readonly bytes: number };
  readonly listed: boolean;
  readonly offers: readonly { readonly id: string }[];
}

export interface SearchView {
  readonly hits: readonly {
    readonly entry: {
      readonly id: string;
      readonly title: { readonly zh?: string; readonly en?: string };
      readonly bytes?: string;
    };
    readonly publisher: string;
    readonly liveness: { readonly state: string };
  }[];
  readonly dropped: readonly { readonly reason: string; readonly detail: string }[];
  readonly next?: string;
}

/** Whether a process can still go on by itself. */
export function waits({ state, parked }: Pick<NegotiationView, 'state' | 'parked'>): boolean {
  return !parked && !['FINALIZED', 'TERMINATED', 'COMPLETED'].includes(state);
}

/** The words of a reason in the language of the terminal (`LANG`), code first. */
export function words(reason: ReasonView | undefined, env: NodeJS.ProcessEnv = process.env): string {
  if (!reason) return 'no reason was given';
  return `${reason.code}: ${env.LANG?.startsWith('zh') ? reason.zh : reason.en}`;
}
