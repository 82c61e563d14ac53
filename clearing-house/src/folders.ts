import { join } from 'node:path';

/** Where a clearing house keeps what, within its folder. */
export const foldersOf = (folder: string) => ({ store: join(folder, 'store'), tiles: join(folder, 'tiles') });
