import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts that a machine has anyway and that own nothing of worth, best first. */
const CANDIDATES = ['postgres', 'nobody', '_postgres', 'daemon'];

/**
 * The account to run PostgreSQL as: null for the one that this process has, which is right unless it is root, whom PostgreSQL refuses.
 * Machines' users are left alone: only accounts that exist are taken.
 * @throws when this is root and no such account is there
 */
export function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = new Map(readFileSync('/etc/passwd', 'utf8').split('\n').flatMap(parse));
  for (const name of CANDIDATES) {
    const account = accounts.get(name);
    if (account && account.uid !== 0) return account;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and none of the accounts ${CANDIDATES.join(', ')} exists here. Start Millrace as an ordinary user.`,
  );
}

/** Whether the account can go into a folder: each folder above it must let it through. */
export function canEnter(account: Account, folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    const stat = statSync(at, { throwIfNoEntry: false });
    if (stat) {
      const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
      if (((stat.mode >> shift) & 1) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

function parse(line: string): [string, Account][] {
  const [name, , uid, gid] = line.split(':');
  return name && uid && gid ? [[name, { name, uid: Number(uid), gid: Number(gid) }]] : [];
}
