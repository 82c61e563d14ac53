import { words } from '../language.js';
import type { Refusal } from './releases.js';

/** Who released nothing, by name: a line for each party and reason, however many statements it is about. */
export function refusalsOf(refusals: readonly Refusal[]): string[] {
  const counts = new Map<string, { refusal: Refusal; count: number }>();
  for (const refusal of refusals) {
    const name = JSON.stringify([refusal.party, refusal.code, refusal.message]);
    counts.set(name, { refusal, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].map(({ refusal: { party, code, message }, count }) =>
    words({
      en: `statement not released by ${party} (${count}): ${code}: ${message}`,
      zh: `未出示声明：${party}（${count}）：${code}：${message}`,
    }),
  );
}
