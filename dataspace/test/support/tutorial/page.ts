/** What a tutorial says is typed, and what it says comes of it. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | {
      /** `service`: a terminal of its own, which stays open. */
      readonly kind: 'command' | 'service';
      readonly command: string;
      readonly output?: Shown;
    }
  /** What the terminal opened last says next. */
  | { readonly kind: 'more'; readonly output: Shown };

/** An output as the page shows it, and where it stands there. */
export interface Shown {
  readonly lines: readonly string[];
  /** Numbers of its first line and of the line after it, from 0. */
  readonly from: number;
  readonly to: number;
}

interface Block {
  readonly info: string;
  readonly body: readonly string[];
  readonly from: number;
}

/**
 * The steps of a page: blocks `sh` are commands, `sh terminal` services in a terminal of their own, `text` is the output of the block
 * before it, `text more` what the terminal opened last says next, and `csv NAME` a file.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = [];
  for (const { info, body, from } of blocksOf(page)) {
    const [language, more] = info.split(' ');
    const output = { lines: body, from, to: from + body.length };
    const last = steps.at(-1);
    if (language === 'csv') steps.push({ kind: 'file', name: more ?? '', text: `${body.join('\n')}\n` });
    else if (language === 'sh') steps.push({ kind: more ? 'service' : 'command', command: body.join('\n') });
    else if (info === 'text more') steps.push({ kind: 'more', output });
    else if (language === 'text' && (last?.kind === 'command' || last?.kind === 'service'))
      steps[steps.length - 1] = { ...last, output };
  }
  return steps;
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { info: string; body: string[]; from: number } | undefined;
  for (const [number, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.body.push(line);
    else if (open === undefined) open = { info: fence[1] ?? '', body: [], from: number + 1 };
    else {
      blocks.push(open);
      open = undefined;
    }
  }
  return blocks;
}
