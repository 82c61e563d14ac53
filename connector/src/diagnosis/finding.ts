import type { Language } from '@causeway/policies';

export type Words = Readonly<Record<Language, string>>;

export const checks = [
  'clock',
  'disk',
  'ports',
  'certificate',
  'names',
  'authority',
  'broker',
  'clearing-house',
  'reachability',
  'log',
  'registration',
] as const;

/** One thing that was looked at: how it is, and what to do where it is not well. */
export interface Finding {
  readonly check: (typeof checks)[number];
  readonly level: 'ok' | 'warning' | 'problem';
  readonly found: Words;
  readonly advice?: Words;
}

/** A rule to ask of whoever runs the firewall. */
export interface FirewallRule {
  readonly direction: 'inbound' | 'outbound';
  readonly protocol: 'TCP' | 'UDP';
  /** The port that is connected to; absent: whatever each member announces. */
  readonly port?: number;
  /** Who is at the other end: a host, or words for many. */
  readonly peer: Words;
  readonly why: Words;
}

export interface Diagnosis {
  readonly id?: string;
  readonly running: boolean;
  readonly findings: readonly Finding[];
  readonly firewall: readonly FirewallRule[];
}

export const ok = (check: Finding['check'], en: string, zh: string): Finding => ({
  ...{ check, level: 'ok', found: { en, zh } },
});

export function trouble(level: 'warning' | 'problem', check: Finding['check'], found: Words, advice: Words): Finding {
  return { check, level, found, advice };
}
