#include "textflag.h"

// Register use in all kernels: DI = minima, SI = multipliers a, DX = addends b,
// R8 = hashes, CX = hashes left. For every group of lanes k there is a register
// for a, one for b and one for the minimum; the loop broadcasts one hash h and
// does minimum = min(minimum, a·h + b) for all of them, unsigned, mod 2^32.

#define ARGS \
	MOVQ sig+0(FP), DI    \
	MOVQ a+8(FP), SI      \
	MOVQ b+16(FP), DX     \
	MOVQ hashes+24(FP), R8 \
	MOVQ n+32(FP), CX

#define LOAD512(k, A, B, M) \
	VMOVDQU32 (k*64)(SI), A \
	VMOVDQU32 (k*64)(DX), B \
	VMOVDQU32 (k*64)(DI), M

#define STEP512(H, A, B, M, T) \
	VPMULLD A, H, T  \
	VPADDD  B, T, T  \
	VPMINUD T, M, M

// func min112AVX512(sig, a, b, hashes *uint32, n int)
TEXT ·min112AVX512(SB), NOSPLIT, $0-40
	ARGS
	LOAD512(0, Z0, Z7, Z14)
	LOAD512(1, Z1, Z8, Z15)
	LOAD512(2, Z2, Z9, Z16)
	LOAD512(3, Z3, Z10, Z17)
	LOAD512(4, Z4, Z11, Z18)
	LOAD512(5, Z5, Z12, Z19)
	LOAD512(6, Z6, Z13, Z20)

loop112:
	VPBROADCASTD (R8), Z21
	STEP512(Z21, Z0, Z7, Z14, Z22)
	STEP512(Z21, Z1, Z8, Z15, Z23)
	STEP512(Z21, Z2, Z9, Z16, Z24)
	STEP512(Z21, Z3, Z10, Z17, Z25)
	STEP512(Z21, Z4, Z11, Z18, Z26)
	STEP512(Z21, Z5, Z12, Z19, Z27)
	STEP512(Z21, Z6, Z13, Z20, Z28)
	ADDQ $4, R8
	DECQ CX
	JNZ  loop112

	VMOVDQU32 Z14, (DI)
	VMOVDQU32 Z15, 64(DI)
	VMOVDQU32 Z16, 128(DI)
	VMOVDQU32 Z17, 192(DI)
	VMOVDQU32 Z18, 256(DI)
	VMOVDQU32 Z19, 320(DI)
	VMOVDQU32 Z20, 384(DI)
	VZEROUPPER
	RET

// func min16AVX512(sig, a, b, hashes *uint32, n int)
TEXT ·min16AVX512(SB), NOSPLIT, $0-40
	ARGS
	LOAD512(0, Z0, Z1, Z2)

loop16z:
	VPBROADCASTD (R8), Z3
	STEP512(Z3, Z0, Z1, Z2, Z4)
	ADDQ $4, R8
	DECQ CX
	JNZ  loop16z

	VMOVDQU32 Z2, (DI)
	VZEROUPPER
	RET

#define LOAD256(k, A, B, M) \
	VMOVDQU (k*32)(SI), A \
	VMOVDQU (k*32)(DX), B \
	VMOVDQU (k*32)(DI), M

#define STEP256(H, A, B, M, T) \
	VPMULLD A, H, T  \
	VPADDD  B, T, T  \
	VPMINUD T, M, M

// func min32AVX2(sig, a, b, hashes *uint32, n int)
TEXT ·min32AVX2(SB), NOSPLIT, $0-40
	ARGS
	LOAD256(0, Y0, Y4, Y8)
	LOAD256(1, Y1, Y5, Y9)
	LOAD256(2, Y2, Y6, Y10)
	LOAD256(3, Y3, Y7, Y11)

loop32:
	VPBROADCASTD (R8), Y12
	STEP256(Y12, Y0, Y4, Y8, Y13)
	STEP256(Y12, Y1, Y5, Y9, Y14)
	STEP256(Y12, Y2, Y6, Y10, Y15)
	STEP256(Y12, Y3, Y7, Y11, Y13)
	ADDQ $4, R8
	DECQ CX
	JNZ  loop32

	VMOVDQU Y8, (DI)
	VMOVDQU Y9, 32(DI)
	VMOVDQU Y10, 64(DI)
	VMOVDQU Y11, 96(DI)
	VZEROUPPER
	RET

// func min16AVX2(sig, a, b, hashes *uint32, n int)
TEXT ·min16AVX2(SB), NOSPLIT, $0-40
	ARGS
	LOAD256(0, Y0, Y2, Y4)
	LOAD256(1, Y1, Y3, Y5)

loop16y:
	VPBROADCASTD (R8), Y6
	STEP256(Y6, Y0, Y2, Y4, Y7)
	STEP256(Y6, Y1, Y3, Y5, Y8)
	ADDQ $4, R8
	DECQ CX
	JNZ  loop16y

	VMOVDQU Y4, (DI)
	VMOVDQU Y5, 32(DI)
	VZEROUPPER
	RET
