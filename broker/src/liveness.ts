export const livenessStates = ['online', 'late', 'gone'] as const;
export type LivenessState = (typeof livenessStates)[number];

/** How a publisher is, by what the broker heard from it. */
export interface Liveness {
  readonly state: LivenessState;
  /** When the publisher was last heard of, by the broker's clock: milliseconds since epoch. */
  readonly lastSeen: number;
}

/** What liveness follows from. All in milliseconds since epoch. */
export interface Heard {
  readonly lastSeen: number;
  /** Expiry of the publisher's head. */
  readonly expires: number;
  /** The publisher said that it goes. */
  readonly withdrawn: boolean;
}

export interface LivenessLimits {
  /** Silence after which a publisher is late, in milliseconds. */
  readonly lateAfter: number;
  /** Silence after which it is gone, in milliseconds. */
  readonly goneAfter: number;
}

/**
 * Derived at each reading and never stored, so that it is true also after the broker itself was away. A publisher whose
 * head has expired is gone: nobody would believe its hits.
 */
export function livenessOf(heard: Heard, now: number, limits: LivenessLimits): Liveness {
  const silence = now - heard.lastSeen;
  const gone = heard.withdrawn || now >= heard.expires || silence >= limits.goneAfter;
  const state = gone ? 'gone' : silence >= limits.lateAfter ? 'late' : 'online';
  return { state, lastSeen: heard.lastSeen };
}
