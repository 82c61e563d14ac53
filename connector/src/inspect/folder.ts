import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '@causeway/platform';
import type { Words } from '@causeway/policies';
import { ConnectorError } from '../errors.js';

/** What lies in a folder: its files, and what is no file of it to share. */
export interface FolderContent {
  readonly files: readonly { readonly name: string; readonly path: string }[];
  readonly skipped: readonly { readonly name: string; readonly why: Words }[];
}

/** Most files of a folder. */
export const mostFiles = 500;

const hidden: Words = { en: 'it is hidden', zh: '隐藏文件' };
const folder: Words = { en: 'it is a folder', zh: '子文件夹' };
const other: Words = { en: 'it is no file', zh: '不是普通文件' };

/** @throws ConnectorError SOURCE_UNREADABLE when there is nothing of that name */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch((cause: unknown) => unreadable(path, cause))).isDirectory();
}

/**
 * The files of a folder by name. Folders in it, hidden files and links (which lead out of it) are told, and not followed.
 *
 * @param path absolute
 * @throws ConnectorError SOURCE_UNREADABLE, REQUEST_INVALID for more than {@link mostFiles} files
 */
export async function filesIn(path: string): Promise<FolderContent> {
  const files: { name: string; path: string }[] = [];
  const skipped: { name: string; why: Words }[] = [];
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => unreadable(path, cause));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = entry;
    const why = name.startsWith('.') ? hidden : entry.isDirectory() ? folder : entry.isFile() ? undefined : other;
    if (why !== undefined) skipped.push({ name, why });
    else files.push({ name, path: join(path, name) });
  }
  if (files.length <= mostFiles) return { files, skipped };
  const words = `The folder ${path} holds ${files.length} files; expected at most ${mostFiles}. Publish it in parts.`;
  throw new ConnectorError('REQUEST_INVALID', words);
}

function unreadable(path: string, cause: unknown): never {
  throw new ConnectorError('SOURCE_UNREADABLE', `${path} cannot be read (${codeOf(cause) ?? 'unknown'}).`, { cause });
}
