import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type Invitation, maxInvitationText, readInvitation } from '@causeway/certs/enrolment';
import { CliError, fileTrouble } from './errors.js';

/**
 * The invitation from the command line, a file, or standard input: at a terminal it is pasted, and needs no end but its own.
 * @param args the words of the command line; none or `-` for standard input
 * @throws CliError UNREADABLE, USAGE; TrustError INVITATION_INVALID
 */
export async function invitationFrom(
  args: readonly string[],
  file: string | undefined,
  prompt: () => void,
): Promise<Invitation> {
  const given = args.join(' ').trim();
  if (file !== undefined) {
    if (given !== '') throw new CliError('USAGE', 'Give the text of the invitation, or a file with it, not both.');
    const path = resolve(file);
    return readInvitation(await textOf(createReadStream(path), path));
  }
  if (given !== '' && given !== '-') return readInvitation(given);
  if (process.stdin.isTTY) prompt();
  return readInvitation(await textOf(process.stdin, 'Standard input', process.stdin.isTTY));
}

async function textOf(stream: Readable, name: string, pasted = false): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  try {
    for await (const part of stream as AsyncIterable<string>) {
      text += part;
      if (text.length > maxInvitationText || (pasted && whole(text))) break;
    }
  } catch (cause) {
    throw new CliError('UNREADABLE', `${name} cannot be read: ${fileTrouble(cause)}. It holds the invitation.`, {
      cause,
    });
  }
  return text;
}

function whole(text: string): boolean {
  try {
    readInvitation(text);
    return true;
  } catch {
    return false;
  }
}
