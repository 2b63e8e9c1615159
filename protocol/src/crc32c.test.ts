import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

it('sums up as the standard says', () => {
  // The check value of CRC-32C, and two vectors of RFC 3720, B.4.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});

it('goes on from an earlier sum', () => {
  expect(crc32c(Buffer.from('56789'), crc32c(Buffer.from('1234')))).toBe(0xe3069283);
});
