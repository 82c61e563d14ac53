import { language, type Words, words } from './language.js';
import { bytes, type Output, printable } from './output.js';

/** How long work shows itself, on standard error. */
export interface Progress {
  /** How far it is, in bytes where that is known; nothing but the time otherwise. */
  show(done?: number, total?: number): void;
  close(): void;
}

export interface ProgressOptions {
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

/** What is over sooner shows nothing; a terminal's line is drawn again at most so often, a log gets a line at most so often. */
const patienceMs = 500;
const redrawMs = 200;
const lineMs = 5_000;
/** The rate is that of this long. */
const windowMs = 5_000;
const clearLine = '\r\u001b[K';

const nothing: Progress = { show: () => undefined, close: () => undefined };

/** Begins to show work on standard error: one line that moves at a terminal, lines now and then elsewhere, nothing when quiet. */
export function startProgress(output: Pick<Output, 'quiet'>, what: Words, options: ProgressOptions = {}): Progress {
  const { stream = process.stderr, now = () => performance.now() } = options;
  if (output.quiet) return nothing;
  const began = now();
  const samples: { at: number; done: number }[] = [];
  let next = began + (stream.isTTY ? patienceMs : lineMs);
  let drawn = false;
  return {
    show(done, total) {
      const at = now();
      if (done !== undefined) samples.push({ at, done });
      while ((samples[1]?.at ?? at) < at - windowMs) samples.shift();
      if (at < next) return;
      next = at + (stream.isTTY ? redrawMs : lineMs);
      const line = printable(`${words(what)} ${told(samples, at - began, total)}`);
      stream.write(stream.isTTY ? `${clearLine}${line}` : `${line}\n`);
      drawn = true;
    },
    close() {
      if (drawn && stream.isTTY) stream.write(clearLine);
    },
  };
}

/** Shows how long it takes, of work that says nothing of itself. */
export async function whileShown<T>(
  output: Pick<Output, 'quiet'>,
  what: Words,
  work: () => Promise<T>,
  options: ProgressOptions = {},
): Promise<T> {
  const progress = startProgress(output, what, options);
  const ticking = setInterval(() => progress.show(), 1_000);
  try {
    return await work();
  } finally {
    clearInterval(ticking);
    progress.close();
  }
}

function told(samples: readonly { at: number; done: number }[], elapsedMs: number, total?: number): string {
  const [first, last] = [samples[0], samples.at(-1)];
  const zh = language() === 'zh';
  if (first === undefined || last === undefined) return span(elapsedMs / 1_000);
  const rate = last.at > first.at ? ((last.done - first.done) * 1_000) / (last.at - first.at) : 0;
  const speed = rate > 0 ? [`${bytes(Math.round(rate))}/s`] : [];
  if (total === undefined || total === 0) return [bytes(last.done), ...speed].join(zh ? '，' : ', ');
  const percent = `${Math.floor((last.done * 100) / total)} %`;
  const far = zh ? `${bytes(last.done)}／${bytes(total)}` : `${bytes(last.done)} of ${bytes(total)}`;
  const left = span((total - last.done) / rate);
  const rest = rate > 0 ? [zh ? `还需 ${left}` : `${left} left`] : [];
  return [percent, far, ...speed, ...rest].join(zh ? '，' : ', ');
}

/** `75` seconds → `1:15`. */
function span(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
