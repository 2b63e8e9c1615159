/**
 * Seeds that found something which is mended since, with what it was: they are played again with every `npm test`. A change of the
 * simulation itself gives seeds another meaning; what was mended is then planted again (`planted-bugs.ts`) rather than kept here.
 */
export const keptSeeds: readonly (readonly [seed: number, why: string])[] = [
  [6, 'a broker that starts while the controller has a full disk is not refused for good'],
  [40_000_162, 'a node that nobody can register without is mended though another one has lost something'],
  [40_000_328, 'a registration of a process that was killed comes late: the next one registers again'],
  [40_000_553, 'the same of a controller whose disk was full while the other broker lost its power'],
  [40_001_010, 'the same of the only controller'],
  [40_001_105, 'epochs that ended below a snapshot are not known again when the log is cut to its start'],
  [40_001_106, 'a group coordinator that was fenced and does not know tells no stable offsets'],
  [50_000_237, 'what was being written by a follower that came to lead alone is counted once it is written'],
  [60_000_111, 'a coordinator tells nothing that it has loaded and that is not committed'],
  [70_000_942, 'a controller that was frozen fences nobody for its own silence'],
];
