;; One compressed block of LZ4, unpacked within this memory. `npm run generate` makes protocol/src/generated/lz4-block.ts of it.
;; Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
(module
  (memory (export "memory") 1)

  ;; Unpacks the block from $src up to $end to $dst, and gives where its output ends; -1 where the block is malformed or its output
  ;; would pass $limit. Matches may reach back to $base. It copies 16 bytes at a time, so up to 32 bytes behind $limit may change, and
  ;; up to 32 behind $end are read.
  (func (export "unpack")
    (param $src i32) (param $end i32) (param $base i32) (param $dst i32) (param $limit i32) (result i32)
    (local $token i32) (local $length i32) (local $byte i32) (local $from i32) (local $stop i32) (local $distance i32)
    (block $malformed
      (loop $sequence
        ;; A block ends with literals: where there is no token it is cut short.
        (br_if $malformed (i32.ge_u (local.get $src) (local.get $end)))
        (local.set $token (i32.load8_u (local.get $src)))
        (local.set $src (i32.add (local.get $src) (i32.const 1)))

        ;; Literals: their number is in the upper half of the token, and goes on in bytes that are added up to one below 255.
        (local.set $length (i32.shr_u (local.get $token) (i32.const 4)))
        (if (i32.eq (local.get $length) (i32.const 15))
          (then
            (loop $more
              (br_if $malformed (i32.ge_u (local.get $src) (local.get $end)))
              (local.set $byte (i32.load8_u (local.get $src)))
              (local.set $src (i32.add (local.get $src) (i32.const 1)))
              (local.set $length (i32.add (local.get $length) (local.get $byte)))
              (br_if $more (i32.eq (local.get $byte) (i32.const 255))))))
        (br_if $malformed (i32.gt_u (local.get $length) (i32.sub (local.get $end) (local.get $src))))
        (br_if $malformed (i32.gt_u (local.get $length) (i32.sub (local.get $limit) (local.get $dst))))
        (local.set $stop (i32.add (local.get $dst) (local.get $length)))
        (local.set $from (local.get $src))
        (local.set $src (i32.add (local.get $src) (local.get $length)))
        (loop $copy
          (v128.store align=1 (local.get $dst) (v128.load align=1 (local.get $from)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
          (br_if $copy (i32.lt_u (local.get $dst) (local.get $stop))))
        (local.set $dst (local.get $stop))
        (if (i32.eq (local.get $src) (local.get $end)) (then (return (local.get $dst))))

        ;; A match: how far back it begins, and its length less 4 in the lower half of the token, which goes on as above.
        (br_if $malformed (i32.gt_u (i32.const 2) (i32.sub (local.get $end) (local.get $src))))
        (local.set $distance (i32.load16_u align=1 (local.get $src)))
        (local.set $src (i32.add (local.get $src) (i32.const 2)))
        (br_if $malformed (i32.eqz (local.get $distance)))
        (br_if $malformed (i32.gt_u (local.get $distance) (i32.sub (local.get $dst) (local.get $base))))
        (local.set $length (i32.and (local.get $token) (i32.const 15)))
        (if (i32.eq (local.get $length) (i32.const 15))
          (then
            (loop $more
              (br_if $malformed (i32.ge_u (local.get $src) (local.get $end)))
              (local.set $byte (i32.load8_u (local.get $src)))
              (local.set $src (i32.add (local.get $src) (i32.const 1)))
              (local.set $length (i32.add (local.get $length) (local.get $byte)))
              (br_if $more (i32.eq (local.get $byte) (i32.const 255))))))
        (local.set $length (i32.add (local.get $length) (i32.const 4)))
        (br_if $malformed (i32.gt_u (local.get $length) (i32.sub (local.get $limit) (local.get $dst))))
        (local.set $stop (i32.add (local.get $dst) (local.get $length)))
        (local.set $from (i32.sub (local.get $dst) (local.get $distance)))
        ;; What is copied may be what was copied just before: never more at a time than the distance.
        (if (i32.ge_u (local.get $distance) (i32.const 16))
          (then
            (loop $copy
              (v128.store align=1 (local.get $dst) (v128.load align=1 (local.get $from)))
              (local.set $from (i32.add (local.get $from) (i32.const 16)))
              (local.set $dst (i32.add (local.get $dst) (i32.const 16)))
              (br_if $copy (i32.lt_u (local.get $dst) (local.get $stop)))))
          (else
            (if (i32.eq (local.get $distance) (i32.const 1))
              (then (memory.fill (local.get $dst) (i32.load8_u (local.get $from)) (local.get $length)))
              (else
                (loop $copy
                  (i32.store8 (local.get $dst) (i32.load8_u (local.get $from)))
                  (local.set $from (i32.add (local.get $from) (i32.const 1)))
                  (local.set $dst (i32.add (local.get $dst) (i32.const 1)))
                  (br_if $copy (i32.lt_u (local.get $dst) (local.get $stop))))))))
        (local.set $dst (local.get $stop))
        (br $sequence)))
    (i32.const -1)))
