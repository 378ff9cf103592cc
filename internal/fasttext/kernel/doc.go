// Package kernel holds the inner loops of fastText: sums over scattered rows of
// a matrix and updates of them, and short vector products. Each loop exists for
// AVX-512, for AVX2 and in portable Go, and gives the same bits in all three:
// a column is summed in the order of the ids, a product is rounded before it is
// added (no fused multiply-add), and a dot product adds its lanes in a fixed
// tree. The assembly is written by the program in gen.
//
// The functions start no goroutines and keep no state; callers see to it that
// no two goroutines write the same columns.
package kernel
