package domain

import "math"

const (
	// Buckets is the number of buckets of a Histogram.
	Buckets = 256
	// bucketsPerUnit is the number of buckets for one unit of log odds.
	bucketsPerUnit = 16
	// leastLogit is the lower end of the first bucket.
	leastLogit = -Buckets / 2 / bucketsPerUnit
)

// A Histogram is a distribution of scores: how many pages have log odds in
// [-8 + i/16, -8 + (i+1)/16), for the buckets i that have any, ascending. The
// first and the last bucket take all that is below and above. Histograms add
// up exactly. A quantile read from one is off by at most 1/32 of log odds,
// which is 0.008 of probability at most, and less towards 0 and 1; outside of
// ±8, which are the probabilities 0.0003 and 0.9997, there is no telling.
type Histogram []Bucket

// A Bucket is one bucket of a Histogram.
type Bucket struct {
	// Index is the number of the bucket, in [0, Buckets).
	Index int
	// Pages is the number of pages in it.
	Pages int64
}

// Logit returns the lower end of the bucket in log odds; what is below the first
// bucket counts in it, too.
func (b Bucket) Logit() float64 { return leastLogit + float64(b.Index)/bucketsPerUnit }

// bucketOf returns the bucket of log odds that are a number.
func bucketOf(logit float32) int {
	return int(min(max(math.Floor((float64(logit)-leastLogit)*bucketsPerUnit), 0), Buckets-1))
}

// Pages returns the number of pages with a score.
func (h Histogram) Pages() int64 {
	var n int64
	for _, b := range h {
		n += b.Pages
	}
	return n
}

// Quantile returns the probability below which a share q in [0, 1] of the
// pages lie: that of the middle of the bucket with the page of rank ⌈q·n⌉.
// NaN if there are none.
func (h Histogram) Quantile(q float64) float64 {
	rank := max(int64(math.Ceil(q*float64(h.Pages()))), 1)
	for _, b := range h {
		if rank -= b.Pages; rank <= 0 {
			middle := b.Logit() + 0.5/bucketsPerUnit
			return 1 / (1 + math.Exp(-middle))
		}
	}
	return math.NaN()
}
