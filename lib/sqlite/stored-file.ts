/** Whether a database file is still the one that was opened. A deleted file stays usable for the process that has it open,
 * and what is written to it is gone with the process. */
import { statSync } from "node:fs";

export interface FileIdentity {
  path: string;
  /** Inode of each file that holds data: the database and its write-ahead log, which exists while it is open. */
  inodes: readonly [file: string, inode: bigint | undefined][];
}

const inodeOf = (file: string): bigint | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;

export const identityOf = (path: string): FileIdentity => ({
  path,
  inodes: [path, `${path}-wal`].map((file) => [file, inodeOf(file)]),
});

export const isInPlace = ({ inodes }: FileIdentity): boolean =>
  inodes.every(([file, inode]) => inodeOf(file) === inode);
