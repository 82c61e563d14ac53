// What differs from one run to the next: digests, ids, keys, times, ports, sizes of a record, processes and folders.
const passing = new RegExp(
  [
    'sha-256:[0-9a-f]{64}',
    'urn:uuid:[0-9a-f-]{36}',
    '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    // Fingerprints of the root and of an enrolment's keys, the key of the log, the fingerprint of a statement key.
    '(?:[0-9A-F]{2}:){31}[0-9A-F]{2}',
    '(?:[0-9a-f]{4}-){7}[0-9a-f]{4}',
    '[\\w.-]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{20,}',
    '(?<![\\w-])[\\w-]{43}(?![\\w-])',
    '\\d{4}-\\d\\d-\\d\\d(?:T[\\d:.]+(?:Z|[+-]\\d\\d:\\d\\d))?',
    '\\d{4}年\\d+月\\d+日(?: [\\d:.]+)?',
    '(?<=\\b127\\.0\\.0\\.1:)\\d+',
    '(?<=process |进程 )\\d+',
    '\\d+(?= bytes\\b| 字节)',
    // Two signers' envelopes of the same statement come to the log side by side.
    '(?<=record |记录 |第 )\\d+',
    '(?<=(?:consistency|一致性) \\()\\d+',
  ].join('|'),
  'g',
);

/** A line with everything that differs from one run to the next left out. */
export function settledLine(line: string): string {
  return line.replace(passing, '…').trimEnd();
}

/** The names in a page and what this run has in their place, learned from the outputs as they are compared. */
export class Names {
  readonly #here = new Map<string, string>();
  readonly #ports = new Map<string, number>();
  readonly #folder: string;
  readonly #shown: string;
  readonly #free: (port: string) => number;

  /** @param options.shown the folder as the page names it; @param options.free a free port for one of the page's */
  constructor(options: {
    readonly folder: string;
    readonly shown: string;
    readonly free: (port: string) => number;
  }) {
    this.#folder = options.folder;
    this.#shown = options.shown;
    this.#free = options.free;
  }

  /** Learns what two outputs name, the page's and this run's, where their lines are the same otherwise. */
  learn(shown: readonly string[], here: readonly string[]): void {
    for (const [index, line] of shown.entries()) {
      const names = line.match(passing) ?? [];
      const found = here[index]?.match(passing) ?? [];
      for (const [place, name] of names.entries()) {
        const own = found[place];
        if (own !== undefined && name.length > 10) this.#here.set(name, own);
      }
    }
  }

  /** A command of the page as it is typed in this run. */
  typed(command: string): string {
    let text = command.replaceAll(this.#shown, this.#folder);
    for (const [name, own] of this.#here) text = text.replaceAll(name, own);
    return text.replace(/\b74\d\d\b/g, (port) => String(this.port(port)));
  }

  port(shown: string): number {
    const known = this.#ports.get(shown) ?? this.#free(shown);
    this.#ports.set(shown, known);
    return known;
  }

  /** An output of this run as the page would show it. */
  shown(output: string): string {
    let text = output.replaceAll(this.#folder, this.#shown);
    for (const [port, own] of this.#ports) text = text.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), port);
    return text;
  }
}
